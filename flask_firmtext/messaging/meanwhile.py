"""Nobody answers twice: what others wrote in a conversation since its page was drawn is told before a text goes out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..errors import TextRefused
from ..language import gettext as _
from ..store import writing_queries
from ..store.models import Conversation
from ..store.states import Direction


class Meanwhile(TextRefused):
    """A newer text stands at ``position``. ``author`` (a user's reference) is None for a client's or automatic one."""

    def __init__(self, conversation: uuid.UUID, position: int, author: str | None, direction: str) -> None:
        super().__init__("meanwhile", "A newer text stands in this conversation.")
        self.conversation, self.position, self.author, self.direction = conversation, position, author, direction

    def told(self, name: str | None) -> str:
        """What happened, and how to go on. ``name`` is the author's, where the host knows it."""
        if self.direction == Direction.IN:
            news = _("A newer text has come in.")
        elif self.author is None:
            news = _("An automatic text has gone out meanwhile.")
        else:
            news = _("%(name)s has answered meanwhile.", name=name or _("A colleague"))
        return _("%(news)s Your text is kept. Read it above, then press Send anyway.", news=news)


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to which position of a conversation (None: before there was one) somebody had read who wrote a text."""

    position: int
    conversation: uuid.UUID | None = None

    def check(self, session: Session | scoped_session[Any], conversation: Conversation, user: str) -> None:
        """:raises Meanwhile: somebody else's text is newer. Asked while we have the conversation to ourselves."""
        if self.conversation not in (None, conversation.id):
            return
        newer = writing_queries.newest_of_others(
            session, conversation.firm, conversation.id, user=user, after=self.position
        )
        if newer is not None:
            raise Meanwhile(conversation.id, newer.position, newer.author, newer.direction)
