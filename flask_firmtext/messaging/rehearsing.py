"""What would come of trying many failed texts again: the verdicts of :mod:`.retrying`, for a page of texts in as many
looks as for one. Nothing is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..errors import DecryptError, TextRefused
from ..ports.values import Firm, User
from ..store import cells, consent_queries, inbox_queries, queries, repeat_queries
from ..store.models import CalendarEvent, Conversation, Invitation, Message, Notice, Number, OptOut
from ..store.states import Kind
from . import owners, repeats, retrying
from .owners import Known, Owners
from .retrying import TriedAgain
from .retrying_words import refused
from .shown import read_phones

Sessions = Session | scoped_session[Any]
#: Why a text would not be sent again; None: it would.
Verdict = TextRefused | DecryptError | None


@dataclass(frozen=True, slots=True)
class Page:
    """All that is known of some texts of one firm. ``firm`` may not have texting: then it is why.

    ``told`` is what each text tells of an event, ``news`` all that told of these events, and whether in vain; ``made``
    what was made of a text before. ``sends``: the firm can send at all.
    """

    firm: Firm | TextRefused
    ways: Mapping[uuid.UUID, tuple[Conversation, Number]]
    phones: Mapping[uuid.UUID, str | None] = field(repr=False)
    owners: Mapping[uuid.UUID, Owners] = field(repr=False)
    told: Mapping[uuid.UUID, tuple[Notice, Invitation, CalendarEvent]] = field(repr=False)
    news: Sequence[tuple[Notice, bool]] = field(repr=False)
    made: Mapping[uuid.UUID | None, uuid.UUID]
    stands: Mapping[bytes, OptOut] = field(repr=False)
    bodies: Mapping[uuid.UUID, str | DecryptError] = field(repr=False)
    sends: bool


class Rehearsal:
    """One run over texts in their order: what one would tell of an event anew, one behind it is not to tell again."""

    def __init__(self) -> None:
        self._again: set[uuid.UUID] = set()

    def look(self, session: Sessions, texts: Sequence[uuid.UUID], user: User) -> Mapping[uuid.UUID, Verdict]:
        """The verdict on each of some texts, in their order. The host is asked: begin with no write of ours open."""
        rows = {row.id: row for row in repeat_queries.first_ones(session, user.firm, texts)}
        verdicts: dict[uuid.UUID, Verdict] = {
            text: retrying.refusal(rows[text]) if text in rows else refused("not_there") for text in texts
        }
        left = [rows[text] for text in texts if verdicts[text] is None]
        if left:
            page = _page(session, user.firm, left)
            verdicts |= {row.id: self._verdict(page, row, user) for row in left}
        return verdicts

    def _verdict(self, page: Page, row: Message, user: User) -> Verdict:
        try:
            self._check(page, row, user)
        except (TextRefused, DecryptError) as why:
            return why
        if row.id in page.told:
            self._again.add(row.id)
        return None

    def _check(self, page: Page, row: Message, user: User) -> None:
        """In the order of :func:`.retrying.again`: who has several reasons is told the same one."""
        if isinstance(page.firm, TextRefused):
            raise page.firm
        conversation, number = page.ways[row.conversation_id]
        phone = page.phones[conversation.id]
        if phone is None:
            raise refused("conversation_changed")
        whose = retrying.judge_owners(page.firm, phone, page.owners[conversation.id])
        told = page.told.get(row.id)
        if told and not (retrying.is_so(*told) and not self._was_told_since(page, told[0])):
            raise refused("outdated")
        if row.id in page.made:
            raise TriedAgain(page.made[row.id])
        retrying.judge_way(page.sends, conversation, number, page.stands.get(conversation.phone_index), row)
        body = page.bodies[row.id]
        if isinstance(body, DecryptError):
            raise body
        retrying.timed(repeats.outgoing(row, user, retrying.token_of(row), body), row, whose)

    def _was_told_since(self, page: Page, notice: Notice) -> bool:
        return any(
            one.invitation_id == notice.invitation_id
            and one.created_at >= notice.created_at
            and one.id != notice.id
            and (not in_vain or one.message_id in self._again)
            for one, in_vain in page.news
        )


def _page(session: Sessions, ref: str, rows: Sequence[Message]) -> Page:
    firm = _firm(ref)
    ways = repeat_queries.ways(session, ref, {row.conversation_id for row in rows})
    phones = read_phones(session, [conversation for conversation, _number in ways.values()])
    shown = inbox_queries.contacts(session, ref, ways)
    known = {key: Known(phone, shown.get(key, ())) for key, phone in phones.items() if phone is not None}
    told = repeat_queries.told_by(session, ref, [row.id for row in rows if row.kind != Kind.STAFF])
    sealed = [(cells.place(Message, "body", row.id, row.firm), row.body) for row in rows]
    return Page(
        firm=firm,
        ways=ways,
        phones=phones,
        owners=owners.of_conversations(ref, known) if known and isinstance(firm, Firm) else {},
        told=told,
        news=repeat_queries.telling(session, ref, {invitation.id for _notice, invitation, _event in told.values()}),
        made={one.retry_of: one.id for one in repeat_queries.made_of(session, ref, [row.id for row in rows])},
        stands=consent_queries.unwilling(session, ref, {way[0].phone_index for way in ways.values()}),
        bodies=dict(zip([row.id for row in rows], cells.read(session, sealed), strict=True)),
        sends=queries.sending_number(session, ref) is not None,
    )


def _firm(ref: str) -> Firm | TextRefused:
    try:
        return retrying.firm_of(ref)
    except TextRefused as why:
        return why
