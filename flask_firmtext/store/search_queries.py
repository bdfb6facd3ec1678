"""SELECTs behind the search in texts. A look reads marks along an index, the newest first, and ends after so many."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased, scoped_session

from ..clock import UTCDateTime
from .models import Conversation, Firm, Message, Search, SearchMark, SearchProgress, SearchText

Sessions = Session | scoped_session[Any]

#: So many texts with a word are looked at for one page, where another word must be in them, too.
LOOKED_AT = 1000
#: What was erased has this in place of an index key.
ERASED = 0
#: When a text was made, and which it is.
MadeAt = tuple[datetime, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Found:
    """A text that may have what is sought, with its conversation."""

    stamp: int
    message: Message
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Look:
    """The newest of what was found. ``end`` is how far back it was looked, None where there is nothing behind it."""

    found: Sequence[Found] = ()
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Marks that a text must have, all of them, under one index key; ``few``: so many have the first, at most."""

    marks: Sequence[int] = field(repr=False)
    few: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """A firm with its count of changes, and how far its texts are marked (``key`` None: not begun)."""

    firm: str
    changes: int
    key: int | None
    until: datetime | None
    walked_at: datetime | None


def rarest_first(session: Session, marks: Sequence[int]) -> Wanted:
    """The mark that the fewest texts have comes first. No count goes beyond what is looked at."""
    if not marks:
        return Wanted(())
    counts: Any = [
        select(literal_column(str(n)).label("n"), func.count().label("count")).select_from(
            select(SearchMark.stamp)
            .where(SearchMark.mark == mark)
            .order_by(SearchMark.stamp.desc())
            .limit(LOOKED_AT)
            .subquery()
        )
        for n, mark in enumerate(marks)
    ]
    found = {row.n: row[1] for row in session.execute(union_all(*counts))}
    order = sorted(found, key=lambda n: found[n])
    return Wanted([marks[n] for n in order], found[order[0]] < LOOKED_AT)


def look(
    session: Session,
    firm: str,
    wanted: Wanted,
    *,
    before: int | None,
    conversations: Collection[uuid.UUID] | None,
    limit: int,
    without: Collection[uuid.UUID] = (),
) -> Look:
    """Texts of a firm with these marks that are older than ``before``, in these conversations (None: in all), as if
    there were none in those ``without`` which it is."""
    near = _near(firm, wanted, before, conversations, without)
    rows = session.execute(_read(firm, _having(firm, near, wanted, conversations, limit))).all()
    found = [Found(*row) for row in rows]
    if len(found) == limit:
        return Look(found, found[-1].stamp)
    if wanted.few:
        return Look(found)
    return Look(found, session.scalar(near.offset(LOOKED_AT - 1)))


def places(
    session: Session, firm: str, wanted: Wanted, *, before: int | None, without: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """The conversations that are looked at for a page of the whole firm."""
    near = _near(firm, wanted, before, None, without).subquery("near")
    query = select(SearchText.conversation_id).join(near, SearchText.stamp == near.c.stamp)
    return set(session.scalars(query.where(SearchText.firm == firm).distinct()))


def _near(
    firm: str,
    wanted: Wanted,
    before: int | None,
    conversations: Collection[uuid.UUID] | None,
    without: Collection[uuid.UUID],
) -> Select[Any]:
    """What is looked at, along an index: the texts with the rarest mark; where that is not rare, those of the place."""
    column: Any = SearchMark.stamp if wanted.few or conversations is None else SearchText.stamp
    query: Select[Any] = select(column.label("stamp")).order_by(column.desc()).limit(LOOKED_AT)
    if wanted.few or conversations is None:
        query = query.where(SearchMark.mark == wanted.marks[0])
        if without:
            text = aliased(SearchText)
            here = (text.firm == firm, text.stamp == column, text.conversation_id.not_in(without))
            query = query.where(_is_there(select(text.stamp).where(*here)))
    else:
        query = query.where(SearchText.firm == firm, SearchText.conversation_id.in_(conversations))
    return query if before is None else query.where(column < before)


def _having(
    firm: str, near: Select[Any], wanted: Wanted, conversations: Collection[uuid.UUID] | None, limit: int
) -> Select[Any]:
    """Those that have all the marks, and are in the place."""
    by_mark = wanted.few or conversations is None
    one = near.subquery("near").c.stamp
    query: Select[Any] = select(one.label("stamp")).order_by(one.desc()).limit(limit)
    for mark in wanted.marks[1:] if by_mark else wanted.marks:
        has = aliased(SearchMark)
        query = query.where(_is_there(select(has.stamp).where(has.mark == mark, has.stamp == one)))
    if by_mark and conversations is not None:
        text = aliased(SearchText)
        here = (text.firm == firm, text.stamp == one, text.conversation_id.in_(conversations))
        query = query.where(_is_there(select(text.stamp).where(*here)))
    return query


def _is_there(one: Select[Any]) -> ColumnElement[bool]:
    """Looked up by key, each time: PostgreSQL would rather read all rows of a frequent word once."""
    return one.limit(1).scalar_subquery().is_not(None)


def _read(firm: str, having: Select[Any]) -> Select[Any]:
    """Joined only now: to few of those that were looked at."""
    one = having.subquery("having").c.stamp
    query: Any = select(one, Message, Conversation).join(SearchText, SearchText.stamp == one)
    query = query.join(Message, Message.id == SearchText.message_id)
    query = query.join(Conversation, Conversation.id == Message.conversation_id)
    found: Select[Any] = query.where(SearchText.firm == firm, Message.firm == firm, Conversation.firm == firm)
    return found.order_by(one.desc())


def standings(session: Session) -> Sequence[Standing]:
    """How far the texts of each firm are marked."""
    of_firm = SearchProgress.firm == Firm.firm
    columns = (Firm.firm, Firm.changes, SearchProgress.key, SearchProgress.until, SearchProgress.walked_at)
    return [Standing(*row) for row in session.execute(select(*columns).outerjoin(SearchProgress, of_firm))]


def progress(session: Session, firm: str) -> SearchProgress | None:
    return session.scalars(select(SearchProgress).where(SearchProgress.firm == firm)).one_or_none()


def next_texts(
    session: Session, firm: str, *, since: datetime | None, after: MadeAt | None, limit: int
) -> Sequence[MadeAt]:
    """A firm's next texts, in the order in which they were made."""
    query = select(Message.created_at, Message.id).where(Message.firm == firm)
    if since is not None:
        query = query.where(Message.created_at >= since)
    if after is not None:
        at, id_ = literal(after[0], UTCDateTime()), literal(after[1], Message.id.type)
        query = query.where(Message.created_at >= at, tuple_(Message.created_at, Message.id) > tuple_(at, id_))
    found = session.execute(query.order_by(Message.created_at, Message.id).limit(limit))
    return [(row.created_at, row.id) for row in found]


def unmarked(session: Session, firm: str, key: int, texts: Sequence[MadeAt]) -> Sequence[Message]:
    """Those of these texts, in the same order, that are not marked under a key; none that was erased."""
    wanted = [id_ for _, id_ in texts]
    marked = (SearchText.firm == firm, SearchText.message_id.in_(wanted), SearchText.key.in_((key, ERASED)))
    done = set(session.scalars(select(SearchText.message_id).where(*marked)))
    left = [id_ for id_ in wanted if id_ not in done]
    if not left:
        return ()
    # Not by the index of the firm's texts, which SQLite prefers to many ids.
    rows = session.scalars(select(Message).where(Message.firm.concat("") == firm, Message.id.in_(left)))
    found = {row.id: row for row in rows}
    return [found[id_] for id_ in left if id_ in found]


def of_texts(session: Sessions, firm: str, messages: Collection[uuid.UUID]) -> Mapping[uuid.UUID, SearchText]:
    """What is marked of these texts, kept from everybody else until the transaction ends."""
    query = select(SearchText).where(SearchText.firm == firm, SearchText.message_id.in_(messages))
    rows = session.scalars(query.order_by(SearchText.stamp).with_for_update().execution_options(populate_existing=True))
    return {row.message_id: row for row in rows}


def search(session: Session, firm: str, user: str, search_id: uuid.UUID) -> Search | None:
    """What this user has searched for."""
    mine = (Search.id == search_id, Search.firm == firm, Search.user == user)
    return session.scalars(select(Search).where(*mine)).one_or_none()


def searched_since(session: Session, firm: str, user: str, since: datetime, *, most: int) -> int:
    """How often a user has searched since, counted up to ``most``."""
    theirs = select(Search.id).where(Search.firm == firm, Search.user == user, Search.made_at > since).limit(most)
    return session.scalar(select(func.count()).select_from(theirs.subquery())) or 0


def any_before(session: Session, moment: datetime) -> bool:
    """Whether searches of any firm were made before this moment."""
    return session.scalar(select(Search.id).where(Search.made_at < moment).limit(1)) is not None
