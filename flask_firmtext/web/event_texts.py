"""Texting several attendees of an event at once: one text for each, with the event's fields filled in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import accepting, routes, tenancy, textable
from ..messaging.body import check
from ..messaging.owners import Subject, shielded
from ..messaging.segments import measure
from ..ports import promises
from ..ports.values import Contact
from ..practice.calendar import attendee_texts, facts, not_sent
from ..practice.calendar.facts import Facts
from ..store import attendance_queries
from ..store.models import Texting
from ..store.transactions import reading
from . import limits
from .access import Visitor, asked, visitor
from .arguments import whole_number
from .paths import local
from .problems import Problem, framed, not_available, nothing_here, where

log = logging.getLogger(__name__)

NOT_STORED = marked("Not stored. Press Send again in a minute.")
NOBODY = marked("Choose at least one attendee.")
GONE = marked("Cannot be texted from here any more.")
TOO_LONG_OPEN = marked("The page was open too long; what you typed is kept here. Press the button again.")


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody to choose; ``why`` is in the way."""

    contact: Contact = field(repr=False)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What one attendee would read."""

    name: str = field(repr=False)
    text: str = field(repr=False)
    segments: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page. ``chosen`` are references; ``sent`` are names, ``refused`` names with a sentence.

    ``wrong`` is the field that ``fault`` is about, ``done`` how many texts the page before has sent.
    """

    who: Visitor = field(repr=False)
    event: str
    now: Facts = field(repr=False)
    back: str
    attendees: Sequence[Attendee] = field(repr=False)
    chosen: Sequence[str]
    text: str = field(default="", repr=False)
    token: str = ""
    fault: str = ""
    wrong: str = ""
    previews: Sequence[Preview] = ()
    sent: Sequence[str] = field(default=(), repr=False)
    refused: Sequence[tuple[str, str]] = field(default=(), repr=False)
    done: int = 0

    @property
    def picked(self) -> Sequence[Contact]:
        """Those who were chosen and can be."""
        return [one.contact for one in self.attendees if one.contact.ref in self.chosen and not one.why]

    @property
    def first_offered(self) -> str | None:
        return next((one.contact.ref for one in self.attendees if not one.why), None)

    @property
    def fields(self) -> Sequence[str]:
        """What can be put in for this event."""
        empty = {"time": self.now.time is None, "place": not self.now.place}
        return [f"{{{name}}}" for name in attendee_texts.FIELDS if not empty.get(name)]


def address(event: object, contacts: Iterable[object] | None = None) -> str | None:
    """Where the slot's link leads; None where the firm has no texting, or the user may not text."""
    try:
        who = visitor()
        if not who.firm.availability.allowed or not who.may("message.send"):
            return None
        if not who.may("event.read", Subject(who.firm.ref, event=str(event))):
            return None
    except Problem as problem:
        if problem.code in (401, 404):
            return None
        raise
    with reading() as session:
        switch = session.get(Texting, who.firm.ref)
        invited = bool(attendance_queries.standing(session, who.firm.ref, [str(event)])) if not contacts else True
    if switch is None or switch.off_at is not None or not invited:
        return None
    return url_for("firmtext.text_attendees", event=str(event), contact=[str(one) for one in contacts or ()])


def text_attendees() -> Response:
    sheet = _sheet(request.args.get("event", ""), request.args.getlist("contact"))
    everybody = [one.contact.ref for one in sheet.attendees if not one.why]
    done = whole_number("sent") or 0
    return _page(replace(sheet, chosen=() if done else everybody, token=accepting.new_token(), done=done))


def send_to_attendees() -> Response:
    """Show what each would read, or send it; who cannot be texted is named, and nobody else's text waits for that."""
    sheet = _sent()
    try:
        texts = _filled(sheet)
    except TextRefused as error:
        wrong = {"nobody": "to", "token": ""}.get(error.code, "text")
        return _page(replace(sheet, fault=error.sentence, wrong=wrong), 422)
    if request.form.get("do") == "preview":
        shown = [Preview(one.name, texts[one.ref], measure(texts[one.ref]).count) for one in sheet.picked]
        return _page(replace(sheet, previews=shown))
    try:
        tokens = {_token(sheet, one, texts[one.ref]) for one in sheet.picked}
        limits.spend(sheet.who, texts=limits.new(sheet.who, tokens))
    except TextRefused as error:
        return _page(replace(sheet, fault=error.sentence), 429)
    refused: dict[str, tuple[str, str]] = {}
    for contact in sheet.picked:
        if sentence := _send(sheet, contact, texts[contact.ref]):
            refused[contact.ref] = (contact.name, sentence)
    done = [one.name for one in sheet.picked if one.ref not in refused]
    if refused:
        told = replace(sheet, sent=done, refused=list(refused.values()), chosen=list(refused))
        return _page(told, 422)
    refs = [one.contact.ref for one in sheet.attendees]
    return redirect(url_for("firmtext.text_attendees", event=sheet.event, contact=refs, sent=len(done)), code=303)


def _sent() -> Sheet:
    form = request.form
    sheet = _sheet(form.get("event", ""), form.getlist("contact"))
    return replace(sheet, chosen=form.getlist("to"), text=form.get("text", ""), token=form.get("token", ""))


def _sheet(ref: str, refs: Sequence[str]) -> Sheet:
    """:raises Problem: 404, the firm has no such event, or the user may not see it or text nobody of it; 503, the host
    cannot say."""
    who = visitor()
    who.must("message.send")
    calendar = who.ports.calendar
    event = asked("Calendar.event", lambda: promises.event(ref, calendar.event(ref)))
    if event is None or not who.may("event.read", Subject(who.firm.ref, event=ref, matter=event.matter)):
        raise nothing_here()
    try:
        now = facts.of(event)
    except ValueError as error:
        log.error("an event of the host cannot be: %s", error)
        raise not_available() from error
    back = shielded("Calendar.url", lambda: promises.address("Calendar", "url", calendar.url(ref)), None)
    attendees = _attendees(who, ref, refs)
    if not attendees:
        raise nothing_here()
    return Sheet(who, ref, now, local(back or ""), attendees, ())


def _attendees(who: Visitor, event: str, refs: Sequence[str]) -> list[Attendee]:
    """Those whom the host named, then who is notified of the event by text."""
    firm = who.firm.ref
    with reading() as session:
        invited = [one.contact for _event, one in attendance_queries.standing(session, firm, [event])]
    wanted = list(dict.fromkeys((*refs, *invited)))
    found = asked("Contacts.by_refs", lambda: tenancy.contacts(who.ports, wanted))
    answers = who.may_each("message.send", [Subject(firm, (ref,)) for ref in found])
    allowed = [one for one, yes in zip(found.values(), answers, strict=True) if yes]
    with reading() as session:
        codes = textable.refusals(session, firm, allowed)
    return [Attendee(one, not_sent.why(codes[one.ref]) if one.ref in codes else "") for one in allowed]


def _filled(sheet: Sheet) -> Mapping[str, str]:
    """The text for each who is chosen, by reference. :raises TextRefused: nobody can be sent this."""
    if not 0 < len(sheet.token) <= 64:
        raise TextRefused("token", _(TOO_LONG_OPEN))
    text = check(sheet.text)
    if not sheet.picked:
        raise TextRefused("nobody", _(NOBODY))
    return {one.ref: check(attendee_texts.fill(text, sheet.now, one)) for one in sheet.picked}


def _token(sheet: Sheet, contact: Contact, text: str) -> str:
    return attendee_texts.token(sheet.token, contact.ref, text)


def _send(sheet: Sheet, contact: Contact, text: str) -> str:
    """Accept one text and commit; the sentence why not, "" when it is."""
    who, session = sheet.who, firmtext.db.session
    try:
        with reading() as store:
            way = routes.look(store, who.firm.ref, contact, to=None)
        route = way.asked()
        if not who.may("message.send", route.subject):
            return _(GONE)
        accepting.check_availability(who.firm)
        token = _token(sheet, contact, text)
        if route.shown:
            limits.spend_in(who, route.shown.conversation.id, token)
        accepting.accept_on(session, route, user=who.user, contact=contact, text=text, token=token, zone=who.firm.zone)
        session.commit()
    except TextRefused as error:
        session.rollback()
        return error.sentence
    except Exception as error:
        session.rollback()
        log.error("a text to an attendee was not stored: %s", where(error))
        return _(NOT_STORED)
    return ""


def _page(sheet: Sheet, code: int = 200) -> Response:
    return make_response(render_template("firmtext/event_texts.html", sheet=sheet), code)


def stale(problem: Problem) -> Response:
    """The page again, with what was typed, to somebody who may send it."""
    if problem.code == 400:
        with suppress(Problem):
            return _page(replace(_sent(), fault=_(TOO_LONG_OPEN)), 400)
    return framed("firmtext/problem.html", problem.code, problem=problem)
