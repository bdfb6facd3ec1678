"""Harbor Law and Summit Counsel before they have texting, and where each may stand with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from html import unescape
from typing import Any

from flask import Flask, session
from sqlalchemy import update
from werkzeug.test import TestResponse

from flask_firmtext.current import firmtext
from flask_firmtext.firm import texting
from flask_firmtext.firm.texting import Status
from flask_firmtext.ports.values import Availability
from flask_firmtext.store.models import Number
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from office import Person
from ordering import OFFICE, change, turned_on

STAFF, ADMIN = "staff@harbor.example", "admin@harbor.example"
LISBON = "admin@lisbon.example"
WHY_NOT = "Text messaging is available to firms in the United States and Canada."
SETTINGS = "/texting/settings"
MAIN = "+18335550100"


class House:
    """Needs an application context. Lisbon Advogados may not have texting."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.host = app.extensions["memory_host"]
        app.before_request(lambda: self.host.users.sign_in(session.get("user")))
        away = Availability(False, WHY_NOT)
        self.host.add_firm("lisbon", "Lisbon Advogados", "Europe/Lisbon", country="PT", availability=away)
        self.host.add_user("lisbon", "Luísa Almeida", administrator=True, ref=LISBON)

    def person(self, user: str | None = STAFF) -> Visitor:
        """Somebody at a browser of their own, signed in."""
        visitor = Visitor(self.app)
        if user:
            visitor.get(f"/sign-in/{user}")
        return visitor

    def status(self, firm: str = "harbor") -> Status:
        with reading() as store:
            return texting.status(store, firm)

    def has(self, e164: str, state: str = "verified", *, main: bool = True, **columns: Any) -> None:
        """A number of Harbor's."""
        now = firmtext.clock.now()
        with own() as store:
            row = {"firm": "harbor", "e164": e164, "state": state, "main": main, "next_free_at": now}
            store.add(Number(**row, created_at=now if main else now + timedelta(seconds=1), **columns))

    def becomes(self, state: str, **columns: Any) -> None:
        """What the carriers say of Harbor's main number."""
        with own() as store:
            store.execute(update(Number).where(Number.main).values(state=state, **columns))


class Visitor(Person):
    """A browser without scripts that fills in forms."""

    def sends(self, action: str, given: Mapping[str, str] | None = None, *, at: str = SETTINGS) -> TestResponse:
        """Open a page of the settings, and send a form from it."""
        return self.post(f"{SETTINGS}/{action}", {"csrf_token": token(self.get(at).text), **(given or {})})


def token(html: str) -> str:
    """The token of the forms in a page, "" where there is none."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    return found[1] if found else ""


def words(html: str) -> str:
    """The words of a page, without its markup."""
    main = re.search(r"<main[^>]*>(.*)</main>", html, re.DOTALL)
    inline = re.sub(r"</?(bdi|strong|small)[^>]*>", "", main[1] if main else html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())


def field(html: str, name: str) -> str:
    """The tag of a field."""
    found = re.search(rf'<input [^>]*name="{name}"[^>]*>', html)
    assert found, f"there is no field {name}"
    return found[0]


def new(house: House) -> None:
    """Texting was never on."""


def coming(house: House) -> None:
    turned_on()
    change(step="buy")


def stuck(house: House) -> None:
    turned_on()
    change(step="buy", state="failed", trouble="no_credit")


def on(house: House) -> None:
    house.has(MAIN)
    with own() as store:
        texting.turn_on(store, firmtext.host.firms.get("harbor"), OFFICE, by=ADMIN)


def unverified(house: House) -> None:
    on(house)
    house.becomes(NumberState.LINKED)


def off(house: House) -> None:
    on(house)
    with own() as store:
        texting.turn_off(store, "harbor", by=ADMIN)


def given_back(house: House) -> None:
    off(house)
    with own() as store:
        store.execute(update(Number).values(state=NumberState.RELEASED, main=False, release_at=None))


Stand = Callable[[House], None]
STANDS: Mapping[str, Stand] = {stand.__name__: stand for stand in (new, coming, stuck, on, unverified, off, given_back)}
