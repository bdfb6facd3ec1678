"""Add time: a form filled in from the conversation; whatever goes wrong, what was typed stays in it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..language import marked
from ..language import ngettext as _n
from ..messaging import owners, places, relations
from ..messaging.accepting import new_token
from ..messaging.owners import Subject, shielded
from ..messaging.thread import Thread
from ..ports import promises
from ..ports.host import TimeEntries
from ..ports.values import Contact, Matter
from ..practice import time_entries
from ..practice.time_entries import Today, Work
from ..store import practice_queries
from ..store.models import TimeEntry
from ..store.transactions import reading
from . import people
from .access import Visitor, asked, visitor
from .blueprint import wants_part
from .form import Form
from .people import People
from .problems import Problem, framed, nothing_here, where

log = logging.getLogger(__name__)

FIELDS = ("day", "minutes", "matter", "note", "words", "token", "last")
NOT_ADDED = marked("The time could not be added; what you typed is kept here. Press Add time again in a minute.")
SIGN_IN = marked("You are signed out; what you typed is kept. Sign in in another tab, then press Add time again.")
TOO_LONG_OPEN = marked("The page was open too long; what you typed is kept here. Press Add time again.")
NO_TOKEN = marked("The form was not whole; what you typed is kept here. Press Add time again.")


@dataclass(frozen=True, slots=True)
class Place:
    """From where time is added: who is asked, with whom the conversation is, where time goes, on which matters."""

    who: Visitor
    people: People
    port: TimeEntries
    matters: Sequence[Matter]
    today: Today


def offers_time(thread: Thread) -> bool:
    """Whether *Add time* stands in a conversation's menu: the host records time, and there is a matter."""
    if thread.id is None or not thread.matters:
        return False
    return shielded("Host.for_firm", lambda: _offers(visitor(), thread), False)


def _offers(who: Visitor, thread: Thread) -> bool:
    subject = Subject(who.firm.ref, tuple(contact.ref for contact in thread.contacts), str(thread.id))
    return time_entries.port_of(who.firm.ref) is not None and who.may("time.add", subject)


def time_entry(conversation_id: uuid.UUID) -> Response:
    """The form, filled in."""
    place = place_of(visitor(), conversation_id)
    if not place.matters:
        raise nothing_here()
    return _page(_filled(place), place)


def add_time(conversation_id: uuid.UUID) -> Response:
    """Add it, once for each form."""
    form = Form.sent(*FIELDS)
    place = None
    try:
        place = place_of(visitor(), conversation_id)
        added = _added(place, form)
    except FormRefused as refused:
        return _page(_again(place, form, refused), place, 422)
    except Problem as problem:
        if problem.code != 503:
            raise
        return _page(form.refused({"": _(NOT_ADDED)}), place, 503)
    if wants_part():
        return make_response(render_template("firmtext/_time_added.html", **_told(place.who, added)))
    return redirect(url_for("firmtext.time_added", entry_id=added), code=303)


def time_added(entry_id: uuid.UUID) -> str:
    """What was added, for a page without scripts."""
    return render_template("firmtext/time_added.html", **_told(visitor(), entry_id))


def place_of(who: Visitor, conversation_id: uuid.UUID) -> Place:
    found = people.of_conversation(who, conversation_id)
    who.must("time.add", found.subject)
    port = asked("Host.for_firm", lambda: time_entries.port_of(who.firm.ref))
    if port is None:
        raise nothing_here()
    matters = asked("Matters.of_contact", lambda: _matters(who.firm.ref, found.contacts))
    return Place(who, found, port, matters, time_entries.today(who.firm, conversation_id))


def _matters(firm: str, contacts: Sequence[Contact]) -> list[Matter]:
    """Also those in which they are related, or on the other side: a talk with them is work for the firm's client."""
    refs = [contact.ref for contact in contacts]
    parts = relations.parts(contacts, owners.matters_of(firm, refs), relations.related_to(firm, refs))
    return list({one.matter.ref: one.matter for one in parts.all}.values())


def _filled(place: Place) -> Form:
    step = asked("TimeEntries.increment", lambda: promises.increment(place.port.increment))
    minutes = time_entries.minutes_of(place.today, step)
    likely = [matter for matter in place.matters if matter.open] or place.matters
    only = likely[0].ref if len(likely) == 1 else ""
    note = time_entries.note_of(place.today, place.people.names)
    values = {"day": place.today.day.isoformat(), "minutes": str(minutes), "matter": only, "note": note, "words": ""}
    return Form({**values, "token": new_token(), "last": _last(place)})


def _last(place: Place) -> str:
    """The user's newest entry from this conversation, by which a form knows that another tab was faster."""
    found = _newest(place)
    return str(found.id) if found else ""


def _newest(place: Place) -> TimeEntry | None:
    who, conversation = place.who, place.people.conversation
    with reading() as session:
        return practice_queries.newest_entry(session, who.firm.ref, who.user.ref, conversation)


def _added(place: Place, form: Form) -> uuid.UUID:
    """The entry's id, after the commit. :raises FormRefused: with a sentence a field; Problem: 503, the host failed."""
    token = form.values["token"]
    if not 0 < len(token) <= 64 or not token.isprintable():
        raise FormRefused({"": _(NO_TOKEN)})
    known = _known(place, token)
    if known is not None:
        return known
    work = time_entries.check(form.values, place.matters, place.today.day)
    if form.values["words"]:
        work = time_entries.with_words(work, time_entries.written(place.who.firm, place.today, place.people.names))
    _check_other_tab(place, form)
    return written(place, work, token)


def written(place: Place, work: Work, token: str) -> uuid.UUID:
    """Record work, once for each token; the entry's id, after the commit. :raises Problem: 503, the host failed."""
    session, conversation = firmtext.db.session, place.people.conversation
    try:
        added = time_entries.add(session, place.port, place.who.user, work, conversation=conversation, token=token)
        session.commit()
    except Exception as error:
        session.rollback()
        known = _known(place, token)  # the other click of two
        if known is not None:
            return known
        log.error("time was not added: %s", where(error))
        raise Problem(503, "", "") from error
    return added


def _known(place: Place, token: str) -> uuid.UUID | None:
    with reading() as session:
        found = practice_queries.entry_with(session, place.who.firm.ref, place.who.user.ref, token)
    return found.id if found else None


def _check_other_tab(place: Place, form: Form) -> None:
    newest = _newest(place)
    if newest is not None and str(newest.id) != form.values["last"]:
        minutes = _n("%(n)s minute", "%(n)s minutes", newest.minutes)
        words = _("You added %(minutes)s from here meanwhile. Press Add time to add these, too.", minutes=minutes)
        raise FormRefused({"": words})


def _again(place: Place | None, form: Form, refused: FormRefused) -> Form:
    """The same, with a token where there was none, and knowing what was added meanwhile."""
    values = {**form.values, "token": form.values["token"] or new_token()}
    if place is not None:
        values["last"] = _last(place)
    return replace(form, values=values).refused(refused.faults)


def _page(form: Form, place: Place | None, code: int = 200) -> Response:
    conversation = request.view_args["conversation_id"] if request.view_args else None
    context = {"form": form, "place": place, "conversation": conversation}
    if wants_part():
        return make_response(render_template("firmtext/_time_entry.html", **context), code)
    return framed("firmtext/time_entry.html", code, **context)


def _told(who: Visitor, entry_id: uuid.UUID) -> dict[str, object]:
    """An entry of this user's with its matter and its page in the host, as far as the host says."""
    with reading() as session:
        row = practice_queries.entry(session, who.firm.ref, entry_id)
    if row is None or row.by != who.user.ref:
        raise nothing_here()
    port = who.ports.time_entries
    matter = shielded("Matters.get", lambda: promises.matter("get", who.ports.matters.get(row.matter)), None)
    url = shielded("TimeEntries.url", lambda: promises.address("TimeEntries", "url", port.url(row.entry)), None)
    return {
        "entry": row,
        "matter": matter,
        "url": url if url and url.startswith(places.ADDRESSES) else None,
    }


def stale(problem: Problem) -> Response:
    """What was typed, to somebody whose page was open too long or whose session is gone."""
    words = SIGN_IN if problem.code == 401 else TOO_LONG_OPEN
    place = None
    if problem.code == 400 and request.view_args:
        with suppress(Problem):
            place = place_of(visitor(), request.view_args["conversation_id"])
    return _page(Form.sent(*FIELDS).refused({"": _(words)}), place, problem.code)
