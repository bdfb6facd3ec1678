"""The practice system of the campaign, equal in every process: three firms, their clients and their events.

Staff write over HTTP: ``POST /campaign/texts`` and ``POST /campaign/events`` do in one transaction what a page does.
"""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import event as events
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from flask_firmtext import FirmText
from flask_firmtext.adapters import bell
from flask_firmtext.clock import Clock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import FirmTextError, FormRefused, TextRefused
from flask_firmtext.firm import erasure_requests, erasures, legal_holds
from flask_firmtext.messaging import accepting, overdue, sending
from flask_firmtext.store.models import CalendarEvent, Invitation, Reminder
from flask_firmtext.worker import bells, sweep
from hostapp import create_app as tests_host

from . import traps

#: Each with its area code; the digits of a client's phone are that, 555 and four more.
FIRMS = {"harbor": "312", "summit": "646", "lake": "415"}
FIRST_PHONE = 200
#: Phones whose texts do not arrive, one a code of the carrier's.
FAILING = range(150, 170)
#: Clients who write STOP and START.
FICKLE = 10
#: Clients of each firm under a hold that nobody lifts.
KEPT = 3
FOLDER, KIND, HASTE, BUG, BEGAN = "CAMPAIGN_FOLDER", "CAMPAIGN_KIND", "CAMPAIGN_HASTE", "CAMPAIGN_BUG", "CAMPAIGN_BEGAN"
EVENTS, MEDIA = "CAMPAIGN_EVENTS", "CAMPAIGN_MEDIA"
FULL = "full"


@dataclass(frozen=True)
class Client:
    firm: str
    ref: str
    phone: str


def clients(firm: str, count: int) -> list[Client]:
    """Those whose texts arrive, the fickle ones first."""
    return [_client(firm, n) for n in range(FIRST_PHONE, FIRST_PHONE + count)]


def failing() -> list[Client]:
    return [_client("harbor", n) for n in FAILING]


def _client(firm: str, n: int) -> Client:
    return Client(firm, f"{firm}-{n}", f"1{FIRMS[firm]}555{n:04d}")


def staff(firm: str) -> str:
    return f"staff@{firm}.example"


def create_app(config: dict[str, Any] | None = None) -> Flask:
    traps.install()
    if os.environ.get(HASTE):
        hurry()
    app = tests_host(config)
    host = app.extensions["memory_host"]
    _people(host)
    _appointments(host)
    state, folder = app.extensions["firmtext"], os.environ.get(FOLDER)
    if folder:
        # Texts go through our proxy; files come from the carrier itself.
        state.settings.vonage_media_hosts = (*state.settings.vonage_media_hosts, os.environ[MEDIA])
        state.clock = SteppedClock(Path(folder) / f"clock-{os.environ.get(KIND, '')}")
        with app.app_context():
            _watch_the_disk(Path(folder) / FULL)
    _pages(app, host)
    bug = os.environ.get(BUG)
    if bug:
        import_module("campaign.bugs").BUGS[bug]()
    return app


def hurry() -> None:
    """Waits that fit into less than a minute. What is proved does not depend on how long they are."""
    sweep.EVERY, sweep.JITTER = 3.0, 0.5
    bells.OLD = timedelta(seconds=4)
    overdue.GRACE = timedelta(seconds=6)
    sweep.TOO_LONG_DUE = timedelta(seconds=10)
    sending.BUDGET = timedelta(seconds=5)
    bells.REST = 1.0
    erasures.PAUSE = timedelta(seconds=4)
    bell.JOB_LIFE = 30


def _people(host: Any) -> None:
    if "lake" not in host.firms.all:
        host.add_firm("lake", "Lake & Lane", "America/Los_Angeles")
        host.add_user("lake", "Lea Staff", ref=staff("lake"))
    for firm in FIRMS:
        for one in clients(firm, 100):
            host.add_contact(firm, f"Quillfeather {one.ref}", f"+{one.phone}", ref=one.ref)
    for one in failing():
        host.add_contact("harbor", f"Quillfeather {one.ref}", f"+{one.phone}", ref=one.ref)


def _appointments(host: Any) -> None:
    began = datetime.fromtimestamp(float(os.environ.get(BEGAN) or time.time()), UTC).replace(microsecond=0)
    for n in range(int(os.environ.get(EVENTS) or 0)):
        for firm in FIRMS:
            start = began + timedelta(days=4, minutes=n)
            host.add_event(firm, f"Appointment {n}", start, ref=f"appointment-{n}")


class SteppedClock(Clock):
    """This process's clock, which somebody sets wrong: a file says by how many seconds.

    On PostgreSQL rows are compared by the database's clock, which is right; SQLite has none of its own.
    """

    def __init__(self, file: Path) -> None:
        self.file, self.read_at, self.shift = file, 0.0, timedelta(0)

    def _shift(self) -> timedelta:
        if time.monotonic() - self.read_at > 0.2:
            self.read_at = time.monotonic()
            try:
                self.shift = timedelta(seconds=float(self.file.read_text()))
            except (OSError, ValueError):
                self.shift = timedelta(0)
        return self.shift

    def now(self) -> datetime:
        return super().now() + self._shift()

    def key(self) -> Any:
        return self._in_sql()

    def sql(self, offset: timedelta = timedelta(0)) -> Any:
        return super().sql(offset + self._in_sql())

    def _in_sql(self) -> timedelta:
        return self._shift() if firmtext.engine.dialect.name == "sqlite" else timedelta(0)


def _watch_the_disk(full: Path) -> None:
    """While the file is there, SQLite may not grow by another page."""
    if firmtext.engine.dialect.name != "sqlite":
        return

    def limit(raw: Any, record: Any, proxied: Any) -> None:
        wanted = full.exists()
        if record.info.get(FULL, False) == wanted:
            return
        pages = raw.execute("PRAGMA page_count").fetchone()[0] if wanted else 1073741823
        raw.execute(f"PRAGMA max_page_count = {pages}").fetchone()
        record.info[FULL] = wanted

    events.listen(firmtext.engine, "checkout", limit)


def _pages(app: Flask, host: Any) -> None:
    @app.post("/campaign/texts")
    def write() -> tuple[Response, int]:
        said = request.get_json()
        user = host.users.all[said["user"]]
        contact = host.for_firm(user.firm).contacts.get(said["contact"])
        session = firmtext.db.session
        text = accepting.accept(session, user=user, contact=contact, to=None, text=said["text"], token=said["token"])
        found = str(text.id)
        session.commit()
        return jsonify(id=found), 201

    @app.post("/campaign/events")
    def invite() -> tuple[Response, int]:
        said = request.get_json()
        firm, ref = said["firm"], said["event"]
        event = host.files(firm).events[ref]
        FirmText().event_saved(event, said["contacts"], firm=firm)
        session = firmtext.db.session
        session.flush()
        _due_in(session, firm, ref, said["seconds"])
        session.commit()
        return jsonify(saved=ref), 201

    @app.post("/campaign/erasures")
    def erase() -> tuple[Response, int]:
        said = request.get_json()
        firm = said["firm"]
        contact = host.for_firm(firm).contacts.get(said["contact"])
        begun = erasure_requests.begin(firm, contact, said["text"], by=staff(firm), token=said["token"])
        erasure_requests.go_on(begun)
        return jsonify(erasure=str(begun.id)), 201

    @app.post("/campaign/holds")
    def hold() -> tuple[Response, int]:
        said = request.get_json()
        firm = said["firm"]
        return jsonify(hold=str(legal_holds.put(firm, "contact", said["contact"], said["text"], by=staff(firm)))), 201

    @app.post("/campaign/holds/<uuid:hold_id>/lift")
    def lift(hold_id: uuid.UUID) -> tuple[Response, int]:
        said = request.get_json()
        legal_holds.lift(said["firm"], hold_id, said["text"], by=staff(said["firm"]))
        return jsonify(lifted=str(hold_id)), 201

    @app.errorhandler(FormRefused)
    def unwilling(error: FormRefused) -> tuple[Response, int]:
        return jsonify(code="/".join(error.faults) or "all"), 409

    @app.errorhandler(TextRefused)
    def refused(error: TextRefused) -> tuple[Response, int]:
        firmtext.db.session.rollback()
        return jsonify(code=error.code), 409

    @app.errorhandler(SQLAlchemyError)
    @app.errorhandler(FirmTextError)
    def away(error: Exception) -> tuple[Response, int]:
        firmtext.db.session.rollback()
        return jsonify(error=type(error).__name__), 503


def _due_in(session: Any, firm: str, ref: str, seconds: float) -> None:
    """A reminder's wall time is days away; in the campaign it comes in a moment."""
    invited = (
        select(Invitation.id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .where(CalendarEvent.firm == firm, CalendarEvent.event == ref)
    )
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    session.execute(
        update(Reminder)
        .where(Reminder.invitation_id.in_(invited), Reminder.state == "planned")
        .values(due_at=at)
        .execution_options(synchronize_session=False)
    )


def new_token() -> str:
    return uuid.uuid4().hex
