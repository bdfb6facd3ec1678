"""A program says where the firm's events are posted, and sees what became of them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select, update

from flask_firmtext.current import firmtext
from flask_firmtext.firm import deliveries, endpoint_secrets
from flask_firmtext.store import endpoint_queries
from flask_firmtext.store.models import Delivery, Endpoint
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.web.api import webhooks
from office import Office
from programs import Program, problem, token

NEW = {"url": "https://hooks.example/in", "kinds": ["text.failed", "text.received"]}


def secrets(webhook: str) -> list[str]:
    with reading() as session:
        row = endpoint_queries.one(session, "harbor", uuid.UUID(webhook))
        assert row
        return endpoint_secrets.signing(session, row)[1]


def finish(state: str = "failed") -> None:
    with own() as session:
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(state=state, tries=10))


def test_an_address_is_made_once_and_its_secret_shown_once(office: Office, program: Program) -> None:
    made, again = (program.made("/webhooks", NEW, key="one") for _ in range(2))
    assert secrets(made["id"]) == [made.pop("secret")]
    assert again.pop("secret") is None
    assert made == again == program.got(f"/webhooks/{made['id']}")
    assert made["kinds"] == sorted(NEW["kinds"])
    assert program.got("/webhooks")["items"] == [made]
    assert "whsec_" not in program.get(f"/webhooks/{made['id']}").text
    assert problem(program.post("/webhooks", {**NEW, "content": True}, key="one")) == (422, "key-reused")


def test_a_removed_address_is_not_made_again_by_a_repeat(office: Office, program: Program) -> None:
    path = f"/webhooks/{program.made('/webhooks', NEW, key='one')['id']}"
    assert program.ask("DELETE", path).status_code == 204
    assert problem(program.post("/webhooks", NEW, key="one")) == (404, "not-found")
    assert problem(program.ask("DELETE", path)) == (404, "not-found")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Endpoint)) == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"url": "http://hooks.example/"}, "/url"),
        ({"url": "https://127.0.0.1/"}, "/url"),
        ({"kinds": []}, "/kinds"),
        ({"kinds": ["text.sung"]}, "/kinds/0"),
        ({"secret": "mine"}, "/secret"),
    ],
)
def test_what_is_wrong_is_said_by_field(office: Office, program: Program, wrong: Any, pointer: str) -> None:
    refused = program.post("/webhooks", {**NEW, **wrong})
    assert problem(refused) == (422, "invalid")
    assert [one["pointer"] for one in refused.json["errors"]] == [pointer]


@pytest.mark.attack("A17")
def test_a17_words_go_nowhere_for_a_token_that_may_not_read_them(office: Office) -> None:
    program = Program(office.app, token("webhooks:read", "webhooks:write"))
    made = program.made("/webhooks", NEW)
    for method, path in (("POST", "/webhooks"), ("PUT", f"/webhooks/{made['id']}")):
        refused = program.ask(method, path, {**NEW, "content": True}, key=uuid.uuid4().hex)
        assert problem(refused) == (403, "insufficient-scope")
        assert refused.json["scope"] == webhooks.WORDS
    assert program.got(f"/webhooks/{made['id']}")["content"] is False


def test_a_secret_is_replaced_once_for_a_version(office: Office, program: Program) -> None:
    made = program.made("/webhooks", NEW)
    path = f"/webhooks/{made['id']}"
    tag = {"If-Match": program.get(path).headers["ETag"]}
    new = program.made(f"{path}/secret", code=200, headers=tag)
    assert secrets(made["id"]) == [new["secret"], made["secret"]]
    assert new["old_secret_until"] > firmtext.clock.now().isoformat()
    assert problem(program.post(f"{path}/secret", headers=tag)) == (412, "changed")
    assert secrets(made["id"]) == [new["secret"], made["secret"]]


def test_a_secret_is_not_replaced_again_while_two_sign(office: Office, program: Program) -> None:
    made = program.made("/webhooks", NEW)
    path = f"/webhooks/{made['id']}"
    new = program.made(f"{path}/secret", code=200)["secret"]
    refused = program.post(f"{path}/secret")
    assert (problem(refused), refused.json["reason"]) == ((409, "conflict"), "two_sign")
    assert secrets(made["id"]) == [new, made["secret"]]
    for _ in range(2):
        assert program.ask("DELETE", f"{path}/old-secret").status_code == 204
    assert secrets(made["id"]) == [new]
    assert program.got(path)["old_secret_until"] is None
    assert program.made(f"{path}/secret", code=200)["secret"] != new


def test_all_that_failed_since_a_moment_is_posted_again(
    office: Office, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    path = f"/webhooks/{program.made('/webhooks', NEW)['id']}"
    events = [program.made(f"{path}/test")["id"] for _ in range(3)]
    finish()
    since = {"since": "2026-01-01T00:00:00+14:00"}
    found = [program.made(f"{path}/retry", since, code=200) for _ in range(2)]
    assert found == [{"ids": events[:2], "more": True}, {"ids": events[2:], "more": False}]
    assert program.made(f"{path}/retry", since, code=200) == {"ids": [], "more": False}
    for bad in ({}, {"since": "2026-01-01T00:00:00"}, {"since": "soon"}):
        assert problem(program.post(f"{path}/retry", bad)) == (422, "invalid")
    for far in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert program.made(f"{path}/retry", {"since": far}, code=200)["ids"] == []
    assert problem(program.post(f"/webhooks/{uuid.uuid4()}/retry", since)) == (404, "not-found")
    program.made(f"{path}/turn-off", code=200)
    refused = program.post(f"{path}/retry", since)
    assert (problem(refused), refused.json["reason"]) == ((409, "conflict"), "off")


def test_a_test_is_posted_once_and_again_when_asked(office: Office, program: Program) -> None:
    path = f"/webhooks/{program.made('/webhooks', NEW)['id']}"
    first, repeat = (program.made(f"{path}/test", key="one") for _ in range(2))
    assert (first["kind"], first["state"]) == ("endpoint.test", "waiting")
    assert first == repeat
    again = f"{path}/deliveries/{first['id']}/retry"
    assert program.made(again, code=200) == {"done": False}, "it waits"
    finish()
    (failed,) = program.got(f"{path}/deliveries")["items"]
    assert (failed["state"], failed["next_try_at"], failed["tries"]) == ("failed", None, 10)
    assert program.made(again, code=200) == {"done": True}
    assert problem(program.post(f"{path}/deliveries/{uuid.uuid4()}/retry")) == (404, "not-found")


def test_where_it_is_off_nothing_is_posted(office: Office, program: Program) -> None:
    path = f"/webhooks/{program.made('/webhooks', NEW)['id']}"
    event = program.made(f"{path}/test")["id"]
    finish("delivered")
    assert program.made(f"{path}/turn-off", code=200)["state"] == "off"
    for ask in ("test", f"deliveries/{event}/retry"):
        refused = program.post(f"{path}/{ask}")
        assert (problem(refused), refused.json["reason"]) == ((409, "conflict"), "off")
    assert program.made(f"{path}/turn-on", code=200)["state"] == "on"


def test_deliveries_are_walked_through(office: Office, program: Program) -> None:
    path = f"/webhooks/{program.made('/webhooks', NEW)['id']}"
    made = [program.made(f"{path}/test")["id"] for _ in range(3)]
    found, after = [], ""
    for _page in range(2):
        page = program.got(f"{path}/deliveries?limit=2{after}")
        found += [one["id"] for one in page["items"]]
        after = f"&after={page['next']}"
    assert (found, page["next"]) == (made[::-1], None)
    other = f"/webhooks/{program.made('/webhooks', NEW)['id']}/deliveries"
    cursor = program.got(f"{path}/deliveries?limit=1")["next"]
    assert problem(program.get(f"{other}?after={cursor}")) == (400, "bad-request")
