"""Settings > Webhooks: the secret stands on one page only, and what became of each event on another."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_firmtext import signals
from flask_firmtext.firm import endpoints
from flask_firmtext.store.models import Audit, Delivery, Endpoint
from flask_firmtext.store.transactions import announce, own, reading
from office import ADMIN, Office

PAGE = "/texting/settings/webhooks"
URL = "https://hooks.example/firm"


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def secrets(page: str) -> list[str]:
    return re.findall(r'value="(whsec_[^"]+)"', page)


def add(person: Any, **more: Any) -> Any:
    return post(person, PAGE, {"url": URL, "kind": ["text.received"], **more})


def post(person: Any, url: str, data: Any = None) -> Any:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', person.get(PAGE).text)[0]
    return person.post(url, {"csrf_token": token, **(data or {})})


def endpoint() -> Endpoint:
    with reading() as session:
        return session.scalars(select(Endpoint)).one()


def test_an_address_is_added_and_its_secret_shown_once(office: Office) -> None:
    admin = office.person(ADMIN)
    made = add(admin)
    assert made.status_code == 201
    (secret,) = secrets(made.text)
    row = endpoint()
    assert URL.encode() not in row.url
    assert secret.encode() not in row.secret
    for page in (PAGE, f"{PAGE}/{row.id}"):
        shown = admin.get(page)
        assert URL in shown.text
        assert secret not in shown.text
    replaced = post(admin, f"{PAGE}/{row.id}/secret")
    assert len(secrets(replaced.text)) == 1
    assert secrets(replaced.text) != [secret]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "http://hooks.example/"}, "begins with https://"),
        ({"url": "https://10.0.0.1/"}, "not a public one"),
        ({"kind": []}, "Choose at least one."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(office: Office, given: dict[str, Any], words: str) -> None:
    answer = add(office.person(ADMIN), **given)
    assert answer.status_code == 422
    assert words in answer.text
    assert given.get("url", URL) in answer.text


def test_what_failed_is_seen_and_sent_again(office: Office) -> None:
    admin = office.person(ADMIN)
    add(admin)
    with own() as session:
        announce(session, signals.text_received, firm="harbor", conversation="c", message="m")
    failed = {"state": "failed", "status": 503, "evidence": "answer", "tries": 10}
    with own() as session:
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(**failed))
        event = session.scalars(select(Delivery.event_id).where(Delivery.firm == "harbor")).one()
    page = f"{PAGE}/{endpoint().id}"
    shown = admin.get(page).text
    assert "Not delivered: it answered with an error (503)" in shown
    assert "Send again" in shown
    assert post(admin, f"{page}/deliveries/{event}").status_code == 303
    assert post(admin, f"{page}/test").status_code == 303
    assert admin.get(page).text.count("Waiting") == 2


def test_all_that_failed_since_a_moment_is_sent_again_with_one_press(office: Office) -> None:
    admin = office.person(ADMIN)
    add(admin)
    page = f"{PAGE}/{endpoint().id}"
    with own() as session:
        announce(session, signals.text_received, firm="harbor", conversation="c", message="m")
    with own() as session:
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(state="failed", tries=10))
    (since,) = re.findall(r'name="since" value="([^"]+)"', admin.get(page).text)
    said = [post(admin, f"{page}/deliveries", {"since": since}).location.partition("said=")[2] for _ in range(2)]
    assert said == ["all", "none"]
    assert "What failed is sent again" in admin.get(f"{page}?said=all").text
    for bad in ("", "yesterday", "0001-01-01T00:00", "9999-12-31T23:59"):
        refused = post(admin, f"{page}/deliveries", {"since": bad})
        assert refused.status_code == 422
        assert "Choose a day and a time" in refused.text
    for odd in ("2026-03-08T02:30", "2026-05-04T14:30+02:00"):
        assert post(admin, f"{page}/deliveries", {"since": odd}).status_code == 303
    post(admin, f"{page}/state", {"to": "off"})
    assert "Send all of it again" not in admin.get(page).text
    assert post(admin, f"{page}/deliveries", {"since": since}).status_code == 422


def test_a_second_new_secret_within_a_day_is_refused_until_the_old_one_is_ended(office: Office) -> None:
    admin = office.person(ADMIN)
    add(admin)
    page = f"{PAGE}/{endpoint().id}"
    assert len(secrets(post(admin, f"{page}/secret").text)) == 1
    refused = post(admin, f"{page}/secret")
    assert (refused.status_code, secrets(refused.text)) == (422, [])
    assert "End the old one first" in refused.text
    assert "Make a new secret" not in admin.get(page).text
    assert "End the old one now" in admin.get(page).text
    assert post(admin, f"{page}/secret/end").location.endswith("said=ended")
    assert "said" not in post(admin, f"{page}/secret/end").location
    assert (endpoint().old_secret, endpoint().old_until) == (None, None)
    assert len(secrets(post(admin, f"{page}/secret").text)) == 1


def test_it_is_turned_off_and_on_changed_and_removed(office: Office) -> None:
    admin = office.person(ADMIN)
    add(admin)
    page = f"{PAGE}/{endpoint().id}"
    post(admin, f"{page}/state", {"to": "off"})
    assert endpoint().state == "off"
    assert post(admin, f"{page}/test").status_code == 422
    post(admin, f"{page}/state", {"to": "on"})
    post(admin, page, {"url": URL, "kind": ["text.failed"], "content": "1"})
    assert (endpoint().state, endpoint().kinds, endpoint().content) == ("on", " text.failed ", True)
    assert post(admin, f"{page}/remove").status_code == 303
    assert admin.get(page).status_code == 404
    with reading() as session:
        actions = [row for row in session.scalars(select(Audit.action)) if row.startswith("endpoint.")]
    assert sorted(actions) == [
        "endpoint.change",
        "endpoint.make",
        "endpoint.remove",
        "endpoint.state",
        "endpoint.state",
    ]


def test_there_are_ten_at_most(office: Office) -> None:
    with own() as session:
        for n in range(endpoints.MOST):
            endpoints.add(session, "harbor", f"{URL}/{n}", ["text.received"], content=False, by=ADMIN)
            session.flush()
    answer = add(office.person(ADMIN))
    assert answer.status_code == 422
    assert "Remove one first." in answer.text
