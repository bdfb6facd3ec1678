"""Saved replies: words for again, a user's own or everybody's in the firm, with fields filled in for each client."""

from __future__ import annotations

import difflib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import DecryptError, FormRefused, TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import body as bodies
from ..store import audit, cells, keys, writing_queries
from ..store.base import new_id
from ..store.models import SavedReply
from .templates_answers import offers

Sessions = Session | scoped_session[Any]

#: Those of the templates keep their names.
FIELDS = ("contact_name", "firm", "user_name", "contact_phone", "contact_email")
LONGEST_NAME = 60
#: Under this user's name stand the firm's.
EVERYBODYS = ""

_FIELD = re.compile(r"\{([^{}\n]*)\}")
STOPS = marked("A client who answers %(word)s gets no more texts. Offer another word, or offer it for that only.")


@dataclass(frozen=True, slots=True)
class Reply:
    """``user`` is empty for the firm's. What cannot be read has no words, and can only be deleted or written anew."""

    id: uuid.UUID
    user: str
    name: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Filled:
    """A reply for one client. ``missing`` are its fields that have nothing to be filled with here."""

    reply: Reply
    text: str = field(repr=False)
    missing: tuple[str, ...]


def listed(session: Sessions, firm: str, user: str) -> tuple[Reply, ...]:
    """A user's own and the firm's, each by name."""
    found = [writing_queries.saved_replies(session, firm, whose) for whose in (user, EVERYBODYS)]
    return tuple(reply for rows in found for reply in sorted(_read(session, rows), key=_by_name))


def one(session: Sessions, firm: str, reply: uuid.UUID) -> Reply | None:
    """One of a firm's or of its users'."""
    row = writing_queries.saved_reply(session, firm, reply)
    return next(iter(_read(session, [row])), None) if row else None


def add(
    session: Session, firm: str, *, user: str, name: str, text: str, by: str, row_id: uuid.UUID | None = None
) -> None:
    """Keep a new one, with this id where one is given. :raises FormRefused: what is wrong with it, by field."""
    name, text = check(name, text)
    if len(writing_queries.saved_replies(session, firm, user)) >= writing_queries.MOST_REPLIES:
        raise FormRefused({"": _("There are as many saved replies as can be kept. Delete one first.")})
    row_id = row_id or new_id()
    row = SavedReply(id=row_id, firm=firm, user=user, changed_by=by, changed_at=firmtext.clock.now())
    row.name, row.body = _sealed(session, firm, row_id, name, text)
    session.add(row)
    _record(session, "saved_reply.add", row, by)


def change(session: Session, firm: str, reply: uuid.UUID, *, name: str, text: str, by: str) -> bool:
    """Other words. Returns whether it is still there. :raises FormRefused: what is wrong with it, by field."""
    name, text = check(name, text)
    row = writing_queries.saved_reply(session, firm, reply)
    if row is None:
        return False
    row.name, row.body = _sealed(session, firm, row.id, name, text)
    row.changed_by, row.changed_at = by, firmtext.clock.now()
    _record(session, "saved_reply.change", row, by)
    return True


def delete(session: Session, firm: str, reply: uuid.UUID, *, by: str) -> None:
    row = writing_queries.saved_reply(session, firm, reply)
    if row is not None:
        _record(session, "saved_reply.delete", row, by)
        session.delete(row)


def check(name: str, text: str) -> tuple[str, str]:
    """What somebody typed, in our form. :raises FormRefused: what is wrong, for ``name`` and ``text``."""
    faults: dict[str, str] = {}
    name, text = " ".join(name.split()), text.replace("\r\n", "\n").strip()
    if not name:
        faults["name"] = _("Give it a name, to find it again.")
    elif len(name) > LONGEST_NAME:
        faults["name"] = _("Use a name of at most %(n)s characters.", n=LONGEST_NAME)
    unknown = next((found[1] for found in _FIELD.finditer(text) if found[1] not in FIELDS), None)
    try:
        bodies.check(text)
    except TextRefused as refused:
        faults["text"] = refused.sentence
    else:
        stops = next((offer.word for offer in offers(text) if offer.is_trap), None)
        if unknown is not None:
            faults["text"] = _unknown(unknown)
        elif stops is not None:
            faults["text"] = _(STOPS, word=stops)
    if faults:
        raise FormRefused(faults)
    return name, text


def filled(reply: Reply, values: Mapping[str, str]) -> Filled:
    """A reply for a client; nothing in a value is read as a field. What has no value stays as it is written."""
    wanted = [found[1] for found in _FIELD.finditer(reply.text) if found[1] in FIELDS]
    missing = tuple(dict.fromkeys(name for name in wanted if not values.get(name)))
    text = _FIELD.sub(lambda found: values.get(found[1]) or found[0], reply.text)
    return Filled(reply, text, missing)


def _unknown(name: str) -> str:
    known = ", ".join(f"{{{one}}}" for one in FIELDS)
    close = difflib.get_close_matches(name.strip().casefold(), FIELDS, 1)
    if close:
        return _("There is no field {%(name)s}. Did you mean {%(close)s}?", name=name, close=close[0])
    return _("There is no field {%(name)s}. There are %(known)s.", name=name, known=known)


def _by_name(reply: Reply) -> tuple[str, str]:
    return reply.name.casefold(), str(reply.id)


def _read(session: Sessions, rows: Any) -> list[Reply]:
    wanted = [
        (cells.place(SavedReply, column, row.id, row.firm), getattr(row, column))
        for row in rows
        for column in ("name", "body")
    ]
    read = ["" if isinstance(text, DecryptError) else text for text in cells.read(session, wanted)]
    return [Reply(row.id, row.user, *words) for row, *words in zip(rows, read[::2], read[1::2], strict=True)]


def _sealed(session: Session, firm: str, row_id: uuid.UUID, name: str, text: str) -> list[bytes]:
    return [
        cells.seal(session, cells.place(SavedReply, column, row_id, firm), words, scope=keys.GENERAL)
        for column, words in (("name", name), ("body", text))
    ]


def _record(session: Session, action: str, row: SavedReply, by: str) -> None:
    evidence = "own" if row.user else "firm"
    audit.record(session, action, (SavedReply.__tablename__, row.id), firm=row.firm, actor=by, evidence=evidence)
