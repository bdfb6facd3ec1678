"""The extension: wires settings, host, database, pages and bells. The only module that knows all rooms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from . import deferred, settings
from .clock import Clock
from .current import State, Unconfigured, firmtext
from .errors import ConfigurationError
from .leniency import is_lenient
from .ports.host import Host
from .ports.values import Event, Link, User
from .store import scope
from .store.transactions import notes
from .web import mounting

if TYPE_CHECKING:
    from .messaging import epochs, own_texts
    from .practice import payments
    from .practice.calendar import events, facts
else:
    epochs = deferred.proxy("flask_firmtext.messaging.epochs")
    own_texts = deferred.proxy("flask_firmtext.messaging.own_texts")
    payments = deferred.proxy("flask_firmtext.practice.payments")
    events = deferred.proxy("flask_firmtext.practice.calendar.events")
    facts = deferred.proxy("flask_firmtext.practice.calendar.facts")

ring = deferred.function_of("flask_firmtext.worker.bells:ring")
add_views = deferred.function_of("flask_firmtext.web.admin:add_views")

NAME = "firmtext"
#: A variable part of an address; how it is called makes no difference to what it matches.
_PART = re.compile(r"<(?:([^<>:]*):)?[^<>]*>")


class FirmText:
    """Text messaging for a practice system.

    Instances are not bound to an application: create one beside your ``db`` and bind it in your factory, as often as
    you make applications. Everything that belongs to one application lives in ``app.extensions["firmtext"]``.
    """

    def init_app(self, app: Flask, *, db: SQLAlchemy, host: Host, clock: Clock | None = None) -> None:
        """Bind to ``app``. Does no I/O: settings are checked for their form only.

        :raises ConfigurationError: one error that lists every fault of the settings, or of the host, with its cure.
        """
        _check_order(app, db, host)
        try:
            typed = settings.read(app.config)
        except ConfigurationError as error:
            if not is_lenient():
                raise
            app.extensions[NAME] = Unconfigured(db, host, tuple(error.faults))
            return
        app.extensions[NAME] = State(typed, host, db, clock or Clock(), ring)
        _prepare_engine(app, db, typed)
        mounting.mount(app, typed.url_prefix)
        _check_addresses(app, typed.url_prefix)

    def contact_changed(self, contact: str) -> None:
        """Tell that a contact's numbers changed, or that the contact is gone; ``contact`` is your reference of it.

        Call it inside the transaction that changes them, after the change, and commit as always: without a commit
        nothing comes of it, and a warning in the log says so at the end of the request. A number that nobody has any
        more under whom its texts were shown is a stranger's from then on. Without this call, what the number's next
        owner sends lands among the old owner's texts until the firm texts the next owner.
        """
        epochs.contact_changed(firmtext.db.session, contact)
        notes(firmtext.db.session).told.append("contact_changed")

    def send_text(self, contact: str, text: str, *, by: User | None = None, key: str | None = None) -> str:
        """Text a contact (your reference) on the texting number, in the name of ``by``; returns our id of the text.

        Call it last inside a transaction of yours, and commit at once: the text and what you write with it are there
        together or not at all, and until then the client's conversation waits. After an exception roll back. ``by`` is
        what your Users port returns; None is who is signed in. With a ``key``, which names what the text is for, a
        second call of the same sender returns the first one's text; without, each call is a text of its own. Whether
        they may is yours to ask. Limits of the pages stop nothing here, but these texts count towards them.

        :raises TextRefused: it cannot be sent, as to a client who wants no texts: a stable code, a sentence for people.
        :raises ValueError: nobody sends it, or the firm of ``by`` has no such contact.
        """
        message = own_texts.send(firmtext.db.session, contact, text, by, key)
        notes(firmtext.db.session).told.append("send_text")
        return str(message.id)

    def payment_received(self, link: Link | str, amount: Decimal, at: datetime) -> None:
        """Tell that a client paid ``amount`` through ``link``, a payment link of your port or its address.

        Call it inside the transaction that records the payment, and commit as always. Called again with the same
        values it changes nothing; a link that is none of ours is logged and changes nothing either.

        :raises ValueError: ``amount`` is no Decimal above 0, or ``at`` has no time zone.
        """
        payments.received(firmtext.db.session, link, amount, at)
        notes(firmtext.db.session).told.append("payment_received")

    def event_saved(self, event: Event, invite: Iterable[str] | None = None, *, firm: str | None = None) -> None:
        """Tell that ``event`` was made or changed; ``invite`` are all contacts (references) to notify of it by text.

        Call it inside the transaction that saves the event, after a flush, and commit as always: the event and its
        texts are there together or not at all. Which change matters is ours to find, so call it on every save. Whoever
        is left out of ``invite`` is un-invited; None leaves the list as it is. ``firm`` (reference) is needed where
        nobody is signed in, as in a job.

        :raises ValueError: the event is one that cannot be, or another firm's; the message says what to mend.
        """
        session = firmtext.db.session
        events.saved(session, events.firm_of(firm), event, invite)
        notes(session).told.append("event_saved")

    @staticmethod
    def invited(form: MultiDict[str, str]) -> list[str] | None:
        """What the slot ``notify_via_text`` says in a form that was sent: ``invite`` for :meth:`event_saved`.

        None where the slot was not on the page, because the firm has no texting or something failed: then the list
        stays as it is, and nobody is told of an event that is off.
        """
        chosen = [ref for ref in form.getlist("notify_via_text") if ref]
        return chosen if chosen or form.getlist("notify_via_text_shown") else None

    def event_cancelled(self, event: str, *, firm: str | None = None) -> None:
        """Tell that an event (your reference) is cancelled or deleted; its clients get *cancelled*, once.

        Call it inside the transaction that does so. ``event_saved`` brings the event back.

        :raises ValueError: that is no reference, or nobody is signed in and ``firm`` is missing.
        """
        facts.check_reference("event_cancelled", "pass the event's reference", event)
        session = firmtext.db.session
        events.cancelled(session, events.firm_of(firm), event)
        notes(session).told.append("event_cancelled")

    @staticmethod
    def load_views() -> None:
        """Load all views now, which are otherwise loaded when they are first asked for.

        For servers that fork their processes from one that has loaded your application (``gunicorn --preload``): these
        share the memory, and nobody's first page waits.
        """
        mounting.load()

    def add_admin_views(self, admin: Any) -> None:
        """Add our views to a Flask-Admin, for a firm's administrators."""
        add_views(admin)


def _check_order(app: Flask, db: SQLAlchemy, host: object) -> None:
    faults = []
    if NAME in app.extensions:
        faults.append("FirmText is already bound to this application; call init_app once.")
    if "sqlalchemy" not in app.extensions:
        faults.append("db is not bound to this application yet; call db.init_app(app) before firmtext.init_app.")
    if not isinstance(host, Host):
        faults.append(
            f"host must be a flask_firmtext.Host, not {type(host).__name__}; see flask_firmtext/ports/host.py."
        )
    else:
        faults += host.faults()
    if faults:
        raise ConfigurationError(faults)


def _check_addresses(app: Flask, prefix: str) -> None:
    """What is served under our prefix already would answer in our place, or never answer again."""
    taken: dict[str, str] = {}
    for rule in app.url_map.iter_rules():
        address, ours = _PART.sub(r"<\1>", rule.rule), rule.endpoint.startswith(NAME)
        other = taken.setdefault(address, rule.endpoint)
        if other.startswith(NAME) is not ours:
            taken_by = f"{rule.rule} is the address of your {other if ours else rule.endpoint} already"
            raise ConfigurationError([f"FIRMTEXT_URL_PREFIX: {taken_by}. Choose another prefix than {prefix}."])


def _prepare_engine(app: Flask, db: SQLAlchemy, typed: settings.Settings) -> None:
    with app.app_context():
        engine = db.engine
    scope.watch(engine)
    if engine.dialect.name == "sqlite" and typed.sqlite_pragmas and not event.contains(engine, "connect", _set_pragmas):
        event.listen(engine, "connect", _set_pragmas)


def _set_pragmas(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=5000")  # first, because to change the journal needs a lock
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


__all__ = ["FirmText"]
