"""A practice system that answers wrongly, late or not at all: what its people see, and that texts do not notice."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from jinja2 import DictLoader

from flask_firmtext.ports.values import Contact, Firm, Matter, PhoneNumber
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import reading
from flask_firmtext.web import frames
from flask_firmtext.worker import drain
from office import HARBOR, ROSA, Office

CANARY = "canary-41d7"
STRANGE = Contact("of-summit", CANARY, (PhoneNumber("+16465550199"),))
#: Another firm's things where this firm's were asked for; ports whose answers name no firm have none.
ANOTHERS: dict[str, Any] = {
    "Firms.get": Firm("summit", CANARY, "UTC"),
    "Contacts.get": STRANGE,
    "Contacts.by_refs": {"rosa": STRANGE},
    "Contacts.by_number": [STRANGE],
    "Contacts.by_numbers": {ROSA: [STRANGE]},
    "Matters.of_contacts": {"of-summit": [Matter("m", CANARY)]},
}
HOW: dict[str, dict[str, Any]] = {
    "nothing": {"returns": None},
    "another type": {"returns": CANARY},
    "raises": {"raises": RuntimeError(CANARY)},
    "raises once": {"raises": RuntimeError(CANARY), "times": 1},
    "slow": {"seconds": 0.02},
    "nothing once": {"returns": None, "times": 1},
}
#: Without these nobody knows who asks and what they may see: no page then. Without the others there are fewer words.
NEEDED = {"Users.current", "Users.may", "Users.may_each", "Firms.get"}
CODES = {200, 401, 404, 503}


def client_writes(office: Office) -> None:
    said = office.app.extensions["firmtext"].gateway.webhooks.text(ROSA, HARBOR, "Hello")
    assert (
        office.app.test_client().post("/texting/webhooks/inbound", data=said.body, headers=said.headers).status_code
        == 200
    )


def goes_out(office: Office, text: Any) -> None:
    drain.run(text)
    with reading() as session:
        assert session.get_one(Message, text).state == State.SUBMITTED


@pytest.mark.parametrize("how", [*HOW, "another firm's"])
def test_a_port_that_misbehaves_costs_at_most_the_page(
    office: Office, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    office.sends()
    staff, shown = office.person(), f"/texting/conversations/{office.conversation()}"
    for page in (shown, "/texting/", "/texting/new?contact=rosa"):
        office.host.calls.clear()
        assert staff.get(page).status_code == 200
        for verb in sorted({*office.host.calls}):
            if how == "another firm's" and verb not in ANOTHERS:
                continue
            office.host.fault(verb, **(HOW[how] if how in HOW else {"returns": ANOTHERS[verb]}))
            answer = staff.get(page)
            office.host.mend()
            assert answer.status_code in CODES, (page, verb)
            assert page != shown or verb in NEEDED or answer.status_code == 200, (page, verb)
            assert CANARY not in answer.text, (page, verb)
            assert staff.get(page).status_code == 200, (page, verb, "afterwards")
    assert CANARY not in caplog.text


@pytest.mark.parametrize("how", ["nothing", "another type", "raises"])
def test_texts_come_and_go_whatever_every_port_says(office: Office, how: str) -> None:
    waiting = office.sends()
    for verb in ("Users.current", "Firms.get", "Contacts.get", "Contacts.by_number", "Contacts.by_numbers"):
        office.host.fault(verb, **HOW[how])
    client_writes(office)
    goes_out(office, waiting)
    office.host.mend()
    assert "Hello" in office.person().get(f"/texting/conversations/{office.conversation()}").text


def test_while_a_port_hangs_texts_come_and_go_and_other_pages_are_shown(office: Office) -> None:
    waiting, staff = office.sends(), office.person()
    hangs, ends, answers = threading.Event(), threading.Event(), []
    page = f"/texting/conversations/{office.conversation()}"
    waits = threading.Thread(target=lambda: answers.append(staff.get(page).status_code))

    def hang() -> None:
        if threading.current_thread() is waits:
            hangs.set()
            ends.wait(30)

    office.host.fault("Contacts.by_numbers", does=hang)
    waits.start()
    try:
        assert hangs.wait(30)
        client_writes(office)
        goes_out(office, waiting)
        assert office.person().get(page).status_code == 200
        assert not answers
    finally:
        ends.set()
        waits.join()
    assert answers == [200]


FRAME = (
    "<title>{% block title %}{% endblock %}</title>{% block head %}{% endblock %}OURS{% block scripts %}{% endblock %}"
)
LENT = {
    "whole.html": FRAME.replace("OURS", "OURS{% block content %}{% endblock %}"),
    "blind.html": FRAME,
    "half.html": "OURS{% block content %}{% endblock %}",
    "child.html": '{% extends "whole.html" %}{% block title %}{% endblock %}',
    "circle.html": '{% extends "circle.html" %}',
    "torn.html": "OURS{% block",
}


@pytest.mark.parametrize(
    ("frame", "theirs", "told"),
    [
        ("whole.html", True, []),
        ("child.html", True, []),
        ("half.html", True, ["block title", "block head", "block scripts"]),
        ("blind.html", False, ["block content"]),
        ("torn.html", False, ["TemplateSyntaxError"]),
        ("nowhere.html", False, ["TemplateNotFound"]),
    ],
)
def test_in_a_frame_without_a_place_for_it_a_page_is_shown_in_our_own(
    office: Office, caplog: pytest.LogCaptureFixture, frame: str, theirs: bool, told: list[str]
) -> None:
    office.app.jinja_loader = DictLoader(LENT)
    office.app.extensions["firmtext"].settings.base_template = frame
    staff = office.person()
    caplog.clear()
    pages = [staff.get("/texting/settings") for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert all('class="ft' in page.text for page in pages)
    assert ("OURS" in pages[0].text) is theirs
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(said) == len(told), "told once, not on each page"
    assert all(word in line and frame in line for word, line in zip(told, said, strict=True))


def test_a_frame_that_extends_itself_is_not_followed_for_ever(office: Office) -> None:
    env = office.app.jinja_env.overlay(loader=DictLoader(LENT))
    assert frames.missing(env, "circle.html") == []
