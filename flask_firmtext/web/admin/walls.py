"""Rows of the record, and kept texts, that somebody may see: none about what the host keeps from them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...messaging import quarantine, tenancy
from ...messaging.owners import Subject
from ...store import inbox_queries, record_queries, stranger_queries
from ...store.models import Quarantine
from ...store.record_queries import About
from ..access import Visitor, asked
from ..problems import Problem
from . import access

Contacts = Mapping[uuid.UUID, tuple[str, ...]]


def readable(session: Session, rows: Sequence[Any], who: Visitor) -> list[Any]:
    """Those of some rows that leave no trace of what is behind a wall. The host is asked once for each kind."""
    named = {row.id: record_queries.named(row) for row in rows}
    about = record_queries.about(session, who.firm.ref, {one for some in named.values() for one in some})
    hidden = _hidden(session, {one for some in about.values() for one in some}, who)
    behind = {one for one, some in about.items() if not some.isdisjoint(hidden)}
    return [row for row in rows if named[row.id].isdisjoint(behind)]


def kept_known(session: Session, ids: Collection[uuid.UUID], who: Visitor) -> set[uuid.UUID]:
    """Those of these kept texts that are of nobody whom the host keeps from this administrator."""
    whose = _owners(session, ids, who)
    hidden = _refused(who, {one: Subject(who.firm.ref, refs) for one, refs in whose.items()})
    return {one for one in ids if one not in hidden}


def _hidden(session: Session, abouts: Collection[About], who: Visitor) -> set[About]:
    shown = inbox_queries.contacts(session, who.firm.ref, {one.conversation for one in abouts if one.conversation})
    whose = _owners(session, {one.kept for one in abouts if one.kept}, who)
    return _refused(who, {one: _subject(who.firm.ref, one, shown, whose) for one in abouts})


def _subject(firm: str, one: About, shown: Contacts, whose: Contacts) -> Subject:
    refs = (*one.contacts, *_of(shown, one.conversation), *_of(whose, one.kept))
    conversation = str(one.conversation) if one.conversation else None
    return Subject(firm, tuple(dict.fromkeys(refs)), conversation, one.event, one.matter)


def _of(contacts: Contacts, row: uuid.UUID | None) -> tuple[str, ...]:
    return contacts.get(row, ()) if row else ()


def _refused(who: Visitor, subjects: Mapping[Any, Subject]) -> set[Any]:
    """Those (keys) that the host refuses; what is the firm's as a whole is not asked for."""
    whole, refused = Subject(who.firm.ref), set()
    events = {one for one in subjects.values() if one.event is not None}
    try:
        for action, some in (("event.read", events), ("conversation.list", {*subjects.values()} - events - {whole})):
            wanted = list(some)
            refused |= {one for one, yes in zip(wanted, who.may_each(action, wanted), strict=True) if not yes}
    except Problem as problem:
        access.stop(problem)
    return {key for key, one in subjects.items() if one in refused}


def _owners(session: Session, kept: Collection[uuid.UUID], who: Visitor) -> Contacts:
    """Who has the numbers of these kept texts now. It answers 503 while the host cannot say."""
    rows: Sequence[Quarantine] = stranger_queries.those(session, who.firm.ref, kept)
    numbers = quarantine.senders(session, who.firm.ref, rows)
    every = list(dict.fromkeys(numbers.values()))
    try:
        found = asked("Contacts.by_numbers", lambda: tenancy.by_numbers(who.ports, every))
    except Problem as problem:
        access.stop(problem)
    return {row: tuple(one.ref for one in found[number]) for row, number in numbers.items()}
