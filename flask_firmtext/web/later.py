"""Send later: a day and a time for what stands in a composer, and other ones for what waits."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ..errors import FormRefused, TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import accepting, drafts, scheduled, tenancy, wall_times
from ..messaging.moments import place
from ..messaging.wall_times import Wall
from ..store import scheduled_queries
from ..store.transactions import own, reading
from . import limits
from .access import Visitor, asked, visitor
from .blueprint import wants_part
from .composer import NOT_STORED, place_in, route_of
from .draft import Draft
from .planned import Line, address, address_of, found
from .problems import Problem, framed, nothing_here, where
from .refusal import NOBODY

log = logging.getLogger(__name__)

SIGN_IN = marked(
    "You are signed out; your text is kept. Sign in in another tab, come back here and press the button again."
)
TOO_LONG_OPEN = marked("The page was open too long; your text is kept. Press the button again.")
GOING = marked("It is already being sent, so it was not changed. What you wrote is kept here.")
ENDED = marked("It was cancelled meanwhile, so it was not changed. What you wrote is kept here.")
NOT_WAITING = "not_waiting"
CODES = {"opted_out": 409, "sent_before": 409, NOT_WAITING: 409, limits.CODE: 429}
#: The form's token has been spent on something else.
SPENT = ("sent_before", "token")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form: words, a day and a time in ``zone``. ``draft`` is the composer that it came from, ``of`` the one that
    it changes and ``back`` where that stands. ``faults`` are sentences by field, under "" what is wrong with the whole.
    """

    text: str = field(repr=False)
    day: str
    time: str
    zone: str
    draft: Draft | None = None
    of: uuid.UUID | None = None
    back: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls, draft: Draft | None = None) -> Sheet:
        """What the form of this request holds."""
        given, of = request.form, (request.view_args or {}).get("text_id")
        text = given.get("text", "").replace("\r\n", "\n")
        return cls(text, given.get("day", ""), given.get("time", ""), given.get("zone", ""), draft, of)

    @property
    def zone_words(self) -> str:
        return wall_times.zone_words(self.zone)

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last day that can be chosen."""
        first, last = wall_times.days(self.zone)
        return first.isoformat(), last.isoformat()

    def when(self) -> Wall:
        """:raises FormRefused: that is no time to come."""
        return wall_times.chosen(self.day, self.time, self.zone)

    def refused(self, words: str, at: str = "") -> Sheet:
        return replace(self, faults={at: words})


def later() -> Response:
    """When? For the text of a composer, which goes along."""
    who, draft = visitor(), Draft.sent()
    who.must("message.send")
    at = wall_times.offered(who.firm.zone)
    return _page(Sheet(draft.text, at.date().isoformat(), f"{at:%H:%M}", who.firm.zone, draft))


def schedule() -> Response:
    """Keep the text until then."""
    draft = Draft.sent()
    return _answered(Sheet.sent(draft), lambda who, sheet: _scheduled(who, draft, sheet))


def edit_scheduled(text_id: uuid.UUID) -> Response:
    """Other words, or another time, while it waits."""
    who, line = found(text_id)
    if not line.may_write:
        raise nothing_here()
    if not line.text.waiting:
        return redirect(address(line.text), code=303)
    at = line.text.due.astimezone(place(who.firm.zone)[0])
    day, time = at.date().isoformat(), f"{at:%H:%M}"
    back = address(line.text)
    return _page(Sheet(line.text.body or "", day, time, who.firm.zone, of=text_id, back=back))


def change_scheduled(text_id: uuid.UUID) -> Response:
    """It is sent like this instead."""
    return _answered(Sheet.sent(), lambda who, sheet: _changed(who, text_id, sheet))


def _answered(sheet: Sheet, do: Callable[[Visitor, Sheet], str]) -> Response:
    """On to the address that ``do`` returns; whatever goes wrong, the form comes back with what was typed."""
    try:
        who = visitor()
        sheet = replace(sheet, zone=who.firm.zone)
        return _gone(do(who, sheet))
    except FormRefused as refusal:
        return _page(replace(sheet, faults=refusal.faults), 422)
    except TextRefused as refusal:
        if sheet.draft and refusal.code in SPENT:
            sheet = replace(sheet, draft=sheet.draft.another(""))
        at = "text" if refusal.code.startswith("text_") else ""
        return _page(sheet.refused(refusal.sentence, at), CODES.get(refusal.code, 422))
    except Problem as problem:
        return _page(sheet.refused(_({401: SIGN_IN, 404: NOBODY}.get(problem.code, NOT_STORED))), problem.code)
    except Exception as error:
        log.error("a text was not scheduled: %s", where(error))
        return _page(sheet.refused(_(NOT_STORED)), 503)


def _scheduled(who: Visitor, draft: Draft, sheet: Sheet) -> str:
    when = sheet.when()
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, draft.contact))
    if contact is None:
        raise nothing_here()
    route = route_of(who, contact, draft)
    who.must("message.send", route.subject)
    accepting.check_availability(who.firm)
    accepting.check_token(draft.token)
    with reading() as looking:
        made = scheduled_queries.with_token(looking, who.firm.ref, who.user.ref, draft.token)
    limits.spend(who, route.shown.conversation.id if route.shown else None, texts=int(made is None))
    with own() as session:
        row_id = scheduled.schedule(
            session, route, user=who.user, contact=contact, text=draft.text, token=draft.token, when=when
        )
        drafts.drop(session, place_in(who, route, draft), draft.written())
        row = scheduled_queries.of_firm(session, who.firm.ref, row_id)
    return address_of(row.conversation_id if row else None, contact.ref, route.index.hex(), "scheduled")


def _changed(who: Visitor, text_id: uuid.UUID, sheet: Sheet) -> str:
    line = found(text_id)[1]
    if not line.may_write:
        raise nothing_here()
    _must_wait(line)
    when = sheet.when()
    with own() as session:
        changed = scheduled.change(session, text_id, user=who.user, text=sheet.text, when=when)
    if not changed:
        _must_wait(found(text_id)[1])
        raise nothing_here()
    return address(line.text, "changed")


def _must_wait(line: Line) -> None:
    """:raises TextRefused: it does no more."""
    if not line.text.waiting:
        raise TextRefused(NOT_WAITING, _(GOING if line.text.sent else ENDED))


def _page(sheet: Sheet, code: int = 200) -> Response:
    """As a page, or as the content of the dialogue."""
    if wants_part():
        return make_response(render_template("firmtext/_later.html", sheet=sheet), code)
    return framed("firmtext/later.html", code, sheet=sheet)


def _gone(url: str) -> Response:
    """The page that is open goes on to this one."""
    if wants_part():
        return make_response(render_template("firmtext/_goes.html", url=url))
    return redirect(url, code=303)


def stale(problem: Problem) -> Response:
    """The form again, with what was typed."""
    sheet = Sheet.sent(None if "text_id" in (request.view_args or {}) else Draft.sent())
    return _page(sheet.refused(_(SIGN_IN if problem.code == 401 else TOO_LONG_OPEN)), problem.code)
