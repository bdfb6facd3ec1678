"""What stands in a composer: to whom, the words, and the one-time token that makes a double submit send once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from flask import request

from ..messaging.accepting import new_token
from ..messaging.thread import Thread


@dataclass(frozen=True, slots=True)
class Draft:
    """``contact`` is the host's reference, ``number`` the key of the phone number, ``conversation`` the open one's id.

    ``error`` says why the text was not sent.
    """

    contact: str
    number: str
    text: str = field(default="", repr=False)
    token: str = field(default_factory=new_token)
    conversation: str = ""
    error: str | None = field(default=None, repr=False)

    @classmethod
    def to_answer(cls, thread: Thread) -> Draft:
        """An empty one under a conversation."""
        return cls(
            contact=thread.contact.ref if thread.contact else "",
            number=thread.key,
            conversation=str(thread.id or ""),
        )

    @classmethod
    def sent(cls) -> Draft:
        """What the form of this request holds."""
        given = request.form
        return cls(
            contact=given.get("contact", ""),
            number=given.get("number", ""),
            text=given.get("text", "").replace("\r\n", "\n"),
            token=given.get("token", ""),
            conversation=given.get("conversation", ""),
        )

    @property
    def answers(self) -> uuid.UUID | None:
        """The conversation under which it was written, None where the form names none."""
        try:
            return uuid.UUID(self.conversation)
        except ValueError:
            return None

    def refused(self, error: str) -> Draft:
        """The same words again, with the reason beside them."""
        return replace(self, error=error)

    def another(self, error: str) -> Draft:
        """The same words as a text of their own: the token has been used for other words."""
        return replace(self, error=error, token=new_token())
