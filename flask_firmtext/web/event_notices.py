"""The slots of a host's event form and of its lists: who is to be notified by text, and how invitations stand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from flask import request

from ..language import gettext as _
from ..language import marked
from ..language import ngettext as _n
from ..messaging import readiness, tenancy, textable
from ..messaging.owners import Subject
from ..practice.calendar import attendance, not_sent
from ..practice.calendar.attendance import Attendance
from ..store import attendance_queries
from ..store.models import Texting
from ..store.states import EventState
from ..store.transactions import reading
from .access import Visitor, asked, visitor
from .event_status import about
from .problems import Problem, where

log = logging.getLogger(__name__)

T = TypeVar("T")

TROUBLE = marked("Nobody can be notified by text at the moment. The rest of this page is not affected.")
#: Where a request keeps what was read for one of many slots.
KEPT = "firmtext.events"


@dataclass(frozen=True, slots=True)
class Choice:
    """One checkbox. ``why`` is in the way; a contact who is invited all the same can still be taken off the list."""

    contact: str
    name: str = field(repr=False)
    checked: bool
    disabled: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """``kept`` are invited by somebody else who may: this user's form leaves them on the list. ``note`` is for all."""

    choices: Sequence[Choice] = ()
    kept: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A few words beside an event in a list; ``kind`` is good, bad or plain."""

    words: str
    kind: str


def choices(
    contacts: Iterable[object], event: object = None, among: Iterable[object] | None = None, chosen: object = None
) -> Choices | None:
    """The checkboxes of these contacts (references). None where nobody is to be offered any.

    ``among`` are all contacts of the page when each has a slot of its own: read for all, once. ``chosen`` is what the
    form held that is shown again, None for what stands.
    """
    wanted = [str(one) for one in contacts]
    everybody = [str(one) for one in among] if among is not None else wanted
    ref = None if event is None else str(event)
    found = _once(("choices", ref, *everybody), lambda: _choices(everybody, ref))
    if found is None:
        return None
    picked = {str(one) for one in chosen} if isinstance(chosen, Iterable) else None
    shown = [one for one in found.choices if one.contact in wanted]
    if picked is not None:
        shown = [replace(one, checked=one.contact in picked) for one in shown]
    first = not everybody or wanted[:1] == everybody[:1]
    kept = [one for one in found.kept if one in wanted]
    return Choices([_usable(one) for one in shown], kept, found.note if first else "")


def mark(event: object, among: Iterable[object] | None = None) -> Sequence[Mark]:
    """How the invitations to an event stand; ``among`` are all events of the list, which are read at once."""
    ref = str(event)
    refs = tuple(str(one) for one in among) if among is not None else (ref,)
    return _once(("marks", *refs), lambda: _marks(refs)).get(ref, ())


def _once(key: tuple[str | None, ...], read: Callable[[], T]) -> T:
    kept = request.environ.setdefault(KEPT, {})
    if key not in kept:
        kept[key] = read()
    found: T = kept[key]
    return found


def _choices(refs: Sequence[str], event: str | None) -> Choices | None:
    try:
        who = visitor()
        if not who.firm.availability.allowed or not who.may("message.send"):
            return None
        if event is not None and not who.may("event.read", Subject(who.firm.ref, event=event)):
            return None
        return _read(who, refs, event)
    except Problem as problem:
        return None if problem.code in (401, 404) else Choices(note=problem.words)
    except Exception as error:
        log.error("who can be notified by text could not be read: %s", where(error))
        return Choices(note=_(TROUBLE))


def _read(who: Visitor, refs: Sequence[str], event: str | None) -> Choices | None:
    firm = who.firm.ref
    contacts = asked("Contacts.by_refs", lambda: tenancy.contacts(who.ports, refs))
    with reading() as session:
        switch = session.get(Texting, firm)
        rows = attendance_queries.standing(session, firm, [event]) if event is not None else ()
        invited = {one.contact for row, one in rows if row.state == EventState.PLANNED}
        if switch is None or (switch.off_at is not None and not invited):
            return None
        note = readiness.why_not(session, who.firm) or ""
        refused = textable.refusals(session, firm, contacts.values())
    may = _allowed(who, "message.send", contacts)
    found = []
    for ref in (one for one in contacts if one in may):
        why = not_sent.why(refused[ref]) if ref in refused else ""
        found.append(Choice(ref, contacts[ref].name, ref in invited, bool(why or note), why))
    return Choices(found, [ref for ref in refs if ref in invited and ref not in may], note)


def _usable(one: Choice) -> Choice:
    """A box that is not sent would take a contact off the list: only an empty one is ever out of use."""
    return replace(one, disabled=one.disabled and not one.checked)


def _marks(refs: Sequence[str]) -> Mapping[str, Sequence[Mark]]:
    who = visitor()
    nothing: Mapping[str, Sequence[Mark]] = {}
    if not who.may("conversation.list"):
        return nothing
    with reading() as session:
        found = attendance.of_events(session, who.firm.ref, refs)
    events = {ref: about(some[0].event) for ref, some in found.items()}
    seen = dict(zip(events, who.may_each("event.read", list(events.values())), strict=True))
    found = {ref: some for ref, some in found.items() if seen[ref]}
    people = dict.fromkeys(one.invitation.contact for some in found.values() for one in some)
    may = _allowed(who, "conversation.read", people)
    return {ref: _words([one for one in some if one.invitation.contact in may]) for ref, some in found.items()}


def _allowed(who: Visitor, action: str, contacts: Iterable[str]) -> set[str]:
    """Those of these contacts (references) to whom the user may do this."""
    refs = list(contacts)
    answers = who.may_each(action, [Subject(who.firm.ref, (ref,)) for ref in refs])
    return {ref for ref, yes in zip(refs, answers, strict=True) if yes}


def _words(people: Sequence[Attendance]) -> Sequence[Mark]:
    """What matters first: who declined and whom no text reached."""
    expected = [one for one in people if one.takes_place]
    if not expected:
        return ()
    now = [one.answer for one in expected if not one.answered_before_the_move]
    declined, lost = now.count("declined"), sum(one.lost for one in expected)
    yes, all_ = now.count("confirmed"), len(expected)
    marks = [Mark(_n("%(n)s declined", "%(n)s declined", declined), "bad")] if declined else []
    if lost:
        marks.append(
            Mark(_("Not delivered") if all_ == 1 else _n("%(n)s not delivered", "%(n)s not delivered", lost), "bad")
        )
    if yes:
        words = _("Confirmed") if all_ == 1 else _("%(yes)s of %(all)s confirmed", yes=yes, all=all_)
        marks.append(Mark(words, "good" if yes == all_ else "plain"))
    return marks or [Mark(_n("%(n)s invited by text", "%(n)s invited by text", all_), "plain")]
