"""Texts that are written now and sent later: made, changed, withdrawn and put away. Joined verbs; the edge commits.

Until its time such a text is none: no thread counts it, and the machine that sends knows nothing of it.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import DecryptError, TextRefused
from ..language import gettext as _
from ..language import marked
from ..ports.values import Contact, User
from ..store import audit, cells, erasing, keys, legal_hold_queries, scheduled_queries
from ..store.base import new_id
from ..store.ciphers import Place
from ..store.models import ScheduledText
from ..store.queries import is_in
from ..store.states import Later
from ..store.transactions import notes
from ..store.upsert import insert_once
from . import accepting, consent, conversations, scheduled_rows
from .body import check
from .routes import Route
from .wall_times import Wall

Sessions = Session | scoped_session[Any]

#: A person withdrew it: nobody has to be told in the thread.
BY_HAND = "by_hand"
#: A legal hold keeps its words, in the record.
KEPT = "words_kept"

SENT_BEFORE = marked("Another text was made with this form already. Press Schedule to schedule this one, too.")


def schedule(
    session: Sessions, route: Route, *, user: User, contact: Contact, text: str, token: str, when: Wall
) -> uuid.UUID:
    """Keep a text by a person for later, on a way that was found before. The same ``token`` again returns the first.

    :raises TextRefused: it cannot be sent as it is, to this number, or the token made another.
    :raises KeyUnavailable: it could not be protected, so it was not stored.
    """
    text = check(text)
    if accepting.sent_with(session, user, token) is not None:
        raise TextRefused("sent_before", _(SENT_BEFORE))
    # Who hears STOP meanwhile waits for us, and finds this one.
    consent.lock_pair(session, route.number.firm, route.index)
    accepting.check_consent(session, route, contact, when.zone)
    row_id, firm = new_id(), route.number.firm
    conversation = _going_on(session, route)
    stored = insert_once(
        session,
        ScheduledText,
        id=row_id,
        firm=firm,
        conversation_id=conversation,
        contact=contact.ref,
        phone_index=route.index,
        author=user.ref,
        token=token,
        **_contents(session, firm, row_id, conversation, text, when),
        state=Later.WAITING,
        state_at=firmtext.clock.sql(),
        created_at=firmtext.clock.sql(),
    )
    if not stored:
        return _first(session, firm, user, token, text, when)
    scheduled_rows.note(session, firm, row_id, Later.WAITING, by=user.ref)
    return row_id


def _going_on(session: Sessions, route: Route) -> uuid.UUID | None:
    """Where it belongs, if there is something yet. :raises TextRefused: that has ended, or was erased, meanwhile."""
    conversation = uuid.UUID(route.subject.conversation) if route.subject.conversation else None
    if conversation is not None and not conversations.is_open(session, conversation):
        raise TextRefused("conversation_changed", _("This number has just changed hands. Reload the page."))
    return conversation


def _first(session: Sessions, firm: str, user: User, token: str, text: str, when: Wall) -> uuid.UUID:
    """What the token made. Back, other words or another time, Schedule: those would be lost in silence."""
    row = scheduled_queries.with_token(session, firm, user.ref, token)
    if row is None or row.due_at != when.due or words(session, row) != text:
        raise TextRefused("sent_before", _(SENT_BEFORE))
    return row.id


def change(session: Sessions, row_id: uuid.UUID, *, user: User, text: str, when: Wall) -> bool:
    """Other words, or another time. Whoever changes it writes it: it goes out in their name. False: it waits no more.

    :raises TextRefused: it cannot be sent as it is.
    """
    text = check(text)
    row = session.execute(
        update(ScheduledText)
        .where(ScheduledText.id == row_id, is_in(ScheduledText.state, Later.WAITING))
        .values(author=user.ref)
        .returning(ScheduledText.firm, ScheduledText.conversation_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return False
    contents = _contents(session, row.firm, row_id, row.conversation_id, text, when)
    changed = update(ScheduledText).where(ScheduledText.id == row_id).values(**contents)
    session.execute(changed.execution_options(synchronize_session=False))
    scheduled_rows.note(session, row.firm, row_id, Later.WAITING, by=user.ref, was=Later.WAITING)
    return True


def hurry(session: Sessions, row_id: uuid.UUID, *, user: User, when: Wall) -> bool:
    """Its time is ``when``, which is now. Whoever says so writes it: it goes out in their name. False: it waits no
    more, or its time has come already.
    """
    early = (is_in(ScheduledText.state, Later.WAITING), ScheduledText.due_at > when.due)
    hurried = session.execute(
        update(ScheduledText)
        .where(ScheduledText.firm == user.firm, ScheduledText.id == row_id, *early)
        .values(author=user.ref, wall=when.at, zone=when.zone, due_at=when.due, look_at=when.due)
        .returning(ScheduledText.firm)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if hurried is not None:
        scheduled_rows.note(session, hurried.firm, row_id, Later.WAITING, by=user.ref, was=Later.WAITING)
    return hurried is not None


def withdraw(session: Sessions, row_id: uuid.UUID, *, user: User) -> bool:
    """A person does not want it sent any more. False: it waits no more."""
    return scheduled_rows.end(session, row_id, Later.CANCELLED, reason=BY_HAND, by=user.ref)


def put_away(session: Session, row_id: uuid.UUID, *, user: User) -> bool:
    """Somebody has seen that it was not sent: it leaves the pages. Its words go, unless a legal hold keeps them."""
    erasing.take_turn(session, user.firm)
    row = scheduled_queries.of_firm(session, user.firm, row_id)
    if row is None:
        return False
    held = legal_hold_queries.keeps(session, row.firm, row.contact, row.conversation_id)
    ended = (~is_in(ScheduledText.state, Later.WAITING), ScheduledText.away_at.is_(None))
    put = session.execute(
        update(ScheduledText)
        .where(ScheduledText.firm == row.firm, ScheduledText.id == row_id, *ended)
        .values(away_at=firmtext.clock.sql(), **({} if held else {"body": None}))
        .returning(ScheduledText.firm)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if put is None:
        return False
    table = (ScheduledText.__tablename__, row_id)
    evidence = KEPT if held else None
    audit.record(session, "scheduled.put_away", table, firm=put.firm, actor=user.ref, evidence=evidence)
    notes(session).show(put.firm)
    return True


def words(session: Sessions, row: ScheduledText) -> str | None:
    """What it says; None when that cannot be read."""
    if row.body is None:
        return None
    try:
        return cells.unseal(session, _place(row.id, row.firm), row.body)
    except DecryptError:
        return None


def _place(row_id: uuid.UUID, firm: str) -> Place:
    return cells.place(ScheduledText, "body", row_id, firm)


def _contents(
    session: Sessions, firm: str, row_id: uuid.UUID, conversation: uuid.UUID | None, text: str, when: Wall
) -> dict[str, Any]:
    """The columns that say what is sent when."""
    scope = keys.conversation_scope(conversation) if conversation else keys.GENERAL
    body = cells.seal(session, _place(row_id, firm), text, scope=scope)
    return {"body": body, "wall": when.at, "zone": when.zone, "due_at": when.due, "look_at": when.due}
