"""Texting is in trouble, and the practice system's pages are not."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from flask_firmtext.ports import host as ports
from flask_firmtext.store.base import Base

STAFF = "staff@harbor.example"
#: Pages with slots, what stands on each beside them, and what says quietly that texting is in trouble.
PLACES = {
    "communications": ("/communications", "<h1>Communications</h1>"),
    "contact": ("/contacts/{}", '<h2 id="details">Details</h2>'),
    "matter": ("/matters/{}", '<h2 id="people">People</h2>'),
    "bill": ("/bills/{}", "Total"),
    "calendar": ("/calendar", "<h1>Calendar</h1>"),
    "event": ("/calendar/{}", '<h2 id="details">Details</h2>'),
    "event form": ("/calendar/new", "<legend>Invite attendees</legend>"),
    "settings": ("/settings", "<h1>Settings</h1>"),
}
VERBS = [
    (port, verb)
    for port in ("Users", "Firms", "Contacts", "Matters", "Documents", "TimeEntries", "Payments", "Calendar")
    for verb, found in inspect.getmembers(getattr(ports, port), inspect.isfunction)
    if not verb.startswith("_") and found.__qualname__.startswith(port)
]


@pytest.fixture
def pages(practice: Any, signed_in: Callable[[str], Any]) -> Callable[[], dict[str, Any]]:
    """What a signed-in user gets at every place with a slot."""
    staff = signed_in(STAFF)
    addresses = {name: first(staff, address) for name, (address, _) in PLACES.items()}
    return lambda: {name: staff.get(address) for name, address in addresses.items()}


def first(staff: Any, address: str) -> str:
    """The address of the first thing that a list names."""
    if "{}" not in address:
        return address
    named = re.search(address.format(r"\d+"), staff.get(address.removesuffix("/{}")).text)
    assert named
    return named[0]


def stand(answers: dict[str, Any]) -> None:
    for name, (_, rest) in PLACES.items():
        assert answers[name].status_code == 200, name
        assert rest in answers[name].text, name
        assert "</html>" in answers[name].text, name


@contextmanager
def without_our_tables(practice: Any) -> Iterator[None]:
    with practice.app_context():
        engine = practice.extensions["sqlalchemy"].engine
        Base.metadata.drop_all(engine)
        try:
            yield
        finally:
            Base.metadata.create_all(engine)


def test_our_tables_are_gone(practice: Any, pages: Callable[[], dict[str, Any]]) -> None:
    with without_our_tables(practice):
        answers = pages()
    stand(answers)
    for name in ("communications", "contact", "matter"):
        assert "Text messages cannot be shown at the moment" in answers[name].text, name


def test_redis_is_gone(practice: Any, pages: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = practice.extensions["firmtext"].settings
    monkeypatch.setitem(vars(settings), "redis_url", "redis://127.0.0.1:9/0")
    answers = pages()
    stand(answers)
    assert all("at the moment" not in answer.text for answer in answers.values())


@pytest.mark.fault("F75")
@pytest.mark.parametrize(("port", "verb"), VERBS, ids=lambda name: name)
def test_a_port_raises(
    practice: Any, pages: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch, port: str, verb: str
) -> None:
    def raises(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary")

    becomes(practice, monkeypatch, port, verb, raises)
    answers = pages()
    stand(answers)
    assert all("canary" not in answer.text for answer in answers.values())


@pytest.mark.parametrize(
    ("port", "verb"),
    [
        ("Users", "may"),
        ("Users", "names"),
        ("Contacts", "by_numbers"),
        ("Matters", "of_contacts"),
        ("Matters", "related_to"),
        ("Payments", "bill"),
    ],
    ids=lambda name: name,
)
def test_a_query_of_a_port_fails(
    practice: Any, pages: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch, port: str, verb: str
) -> None:
    """PostgreSQL answers nothing more in that transaction, which is the page's, too."""

    def fails(*_: Any, **__: Any) -> None:
        practice.extensions["sqlalchemy"].session.execute(text("SELECT canary FROM nowhere"))

    becomes(practice, monkeypatch, port, verb, fails)
    answers = pages()
    stand(answers)
    assert all("canary" not in answer.text for answer in answers.values())


def becomes(
    practice: Any, monkeypatch: pytest.MonkeyPatch, port: str, verb: str, otherwise: Callable[..., None]
) -> None:
    """What the sample host does instead when a port of its is asked."""
    host = practice.extensions["firmtext"].host
    answered = host.users if port == "Users" else host.firms if port == "Firms" else None
    for kind in [type(answered)] if answered else implementations(getattr(ports, port)):
        monkeypatch.setattr(kind, verb, otherwise)


def implementations(port: type) -> list[type]:
    """The sample host's own classes for a port."""
    return [kind for kind in port.__subclasses__() if kind.__module__.startswith("sample_host_app")]
