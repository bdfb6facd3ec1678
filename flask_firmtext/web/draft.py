"""What stands in a composer: to whom, the words, and the one-time token that makes a double submit send once."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, field, replace

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from ..errors import KeyUnavailable
from ..messaging import drafts
from ..messaging.accepting import new_token
from ..messaging.drafts import Place, Written
from ..messaging.meanwhile import Seen
from ..messaging.thread import Thread
from ..store.transactions import reading
from .access import Visitor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cure:
    """A page on which the reason why a text was not sent can be mended; ``words`` name it."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Draft:
    """``contact`` is the host's reference, ``number`` the key of the phone number, ``conversation`` the open one's id.

    ``seen`` is the position of the newest text that its author had in sight; None in a form that is not ours.
    ``writer`` names this composer when it saves what was begun, ``known`` the saving that it has seen last, ``kept``
    says that it shows that one and nothing more. ``error`` says why the text was not sent; ``anyway``: because others
    wrote meanwhile, and pressing Send again sends it; ``cure`` is the page where the reason can be mended.
    """

    contact: str
    number: str
    text: str = field(default="", repr=False)
    token: str = field(default_factory=new_token)
    conversation: str = ""
    seen: int | None = 0
    writer: str = field(default_factory=new_token)
    known: str = ""
    kept: bool = False
    error: str | None = field(default=None, repr=False)
    anyway: bool = False
    cure: Cure | None = field(default=None, repr=False)

    @classmethod
    def to_answer(cls, thread: Thread, who: Visitor) -> Draft:
        """Under a conversation: what its user has begun to write there, else an empty one."""
        draft = cls(
            contact=thread.contact.ref if thread.contact else "",
            number=thread.key,
            conversation=str(thread.id or ""),
            seen=thread.newest,
        )
        return draft.as_kept(who)

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
            seen=given.get("seen", type=int),
            writer=given.get("writer", "")[:36],
            known=given.get("known", "")[:64],
        )

    @property
    def answers(self) -> uuid.UUID | None:
        """The conversation under which it was written, None where the form names none."""
        try:
            return uuid.UUID(self.conversation)
        except ValueError:
            return None

    @property
    def before(self) -> Seen | None:
        """What its author had read of the conversation."""
        return None if self.seen is None else Seen(self.seen, self.answers)

    def place(self, who: Visitor) -> Place:
        """Where it is kept until it is sent. :raises ValueError: its number is none of ours."""
        index = bytes.fromhex(self.number)
        firm, user = who.firm.ref, who.user.ref
        return drafts.place_of(firm, user, contact=self.contact, phone_index=index, conversation=self.answers)

    def written(self, count: int = 0) -> Written:
        """Its words, to be kept for the ``count``-th time, or let go."""
        return Written(self.text, self.token, self.writer, count, self.known)

    def as_kept(self, who: Visitor) -> Draft:
        """With the words that this user has begun to write at its place. A page is worth more than they are."""
        try:
            with reading() as session:
                kept = drafts.find(session, self.place(who))
        except (ValueError, SQLAlchemyError, KeyUnavailable) as error:
            log.warning("a draft could not be looked up: %s", type(error).__name__)
            return self
        return replace(self, text=kept.text, token=kept.token, known=kept.known, kept=True) if kept else self

    def rewritten(self, text: str) -> Draft:
        """With words that are not kept yet."""
        return replace(self, text=text, kept=False)

    def refused(self, error: str) -> Draft:
        """The same words again, with the reason beside them."""
        return replace(self, error=error)

    def another(self, error: str) -> Draft:
        """The same words as a text of their own: the token has been used for other words."""
        return replace(self, error=error, token=new_token())

    def overtaken(self, error: str, conversation: uuid.UUID, position: int) -> Draft:
        """The same words again: whoever sends them now knows of the newer text at ``position``."""
        return replace(self, error=error, conversation=str(conversation), seen=position, anyway=True)

    def next(self, position: int) -> Draft:
        """An empty one, after this one has become the text at ``position``."""
        return Draft(self.contact, self.number, conversation=self.conversation, seen=position, writer=self.writer)
