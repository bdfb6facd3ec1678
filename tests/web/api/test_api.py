"""The desk of the JSON API: who is let in, what a token may, and how everything that goes wrong is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_firmtext.current import firmtext
from flask_firmtext.firm import tokens
from flask_firmtext.messaging.owners import Subject
from flask_firmtext.store.models import Audit, Token
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.web.api.bearer import bearer
from office import ADMIN, STAFF, Office
from programs import UMA, Program, problem, token


def of(text: str) -> uuid.UUID:
    parsed = tokens.parsed(text)
    assert parsed
    return parsed[0]


def rewrite(text: str, **columns: Any) -> None:
    with own() as session:
        session.execute(update(Token).where(Token.id == of(text)).values(**columns))


def recorded(action: str) -> list[Audit]:
    with reading() as session:
        return list(session.scalars(select(Audit).where(Audit.action == action)))


def test_a_token_reads_what_its_administrator_may(office: Office, program: Program) -> None:
    office.sends(text="Bring the lease")
    page = program.got("/conversations")
    assert [one["last"]["body"] for one in page["items"]] == ["Bring the lease"]
    assert page["items"][0]["contacts"][0]["ref"] == "rosa"
    assert page["next"] is None


@pytest.mark.attack("A42")
@pytest.mark.parametrize("given", ["", "Basic YTpi", "Bearer", "Bearer ftx_1_2", f"Bearer ftx_{'0' * 32}_{'a' * 43}"])
def test_a42_who_has_no_token_is_told_the_same_at_every_address(office: Office, given: str) -> None:
    nobody = Program(office.app)
    headers = {"Authorization": given} if given else {}
    answers = [nobody.get(path, headers=headers) for path in ("/conversations", "/nothing", "/", "/openapi.json", "")]
    assert {problem(one) for one in answers[:3]} == {(401, "not-authenticated")}
    assert all(one.headers["WWW-Authenticate"].startswith("Bearer") for one in answers[:3])
    assert {one.status_code for one in answers} == {401}


def test_a_session_opens_the_document_and_nothing_else(office: Office) -> None:
    staff = office.person()
    assert staff.get("/texting/api/v1/openapi.json").json["openapi"] == "3.1.0"
    assert staff.get("/texting/api/v1/conversations").status_code == 401
    assert office.person(None).get("/texting/api/v1/openapi.json").status_code == 401


@pytest.mark.parametrize("how", ["secret", "expired", "revoked", "nobody"])
def test_a_token_that_opens_nothing_is_recorded_once_a_minute(office: Office, how: str) -> None:
    text = token()
    if how == "secret":
        text = text[:-1] + ("A" if text[-1] != "A" else "B")
    elif how == "expired":
        rewrite(text, expires_at=firmtext.clock.now())
    elif how == "revoked":
        with own() as session:
            assert tokens.revoke(session, "harbor", of(text), by=ADMIN)
    else:
        del office.host.users.all[ADMIN]
    program = Program(office.app, text)
    answers = [program.get("/conversations"), program.get("/settings")]
    assert {problem(one) for one in answers} == {(401, "not-authenticated")}
    assert [row.evidence for row in recorded("token.refuse")] == [how]


def test_a_token_is_used_for_its_administrator_and_that_is_recorded_by_both(office: Office) -> None:
    text = token()
    office.sends()
    program = Program(office.app, text)
    here = office.conversation()
    assert program.made(f"/conversations/{here}/done", code=200) == {"done": True}
    (row,) = recorded("conversation.done")
    assert (row.actor, row.request_id) == (ADMIN, f"token:{of(text)}")
    with reading() as session:
        assert session.get_one(Token, of(text)).used_at is not None


def test_a_token_does_only_what_its_scopes_say(office: Office) -> None:
    office.sends()
    program = Program(office.app, token("texts:read"))
    here = office.conversation()
    assert program.get(f"/conversations/{here}/texts").status_code == 200
    refused = program.post("/texts", {"contact": "rosa", "text": "x"})
    assert problem(refused) == (403, "insufficient-scope")
    assert refused.json["scope"] == "texts:send"
    assert 'scope="texts:send"' in refused.headers["WWW-Authenticate"]
    assert problem(program.get("/conversations")) == (403, "insufficient-scope")
    assert office.texts() == 1


def test_what_the_host_refuses_the_administrator_no_scope_gives(office: Office, program: Program) -> None:
    office.sends()
    here = office.conversation()
    office.host.users.wall_off(ADMIN, "rosa")
    assert program.got("/conversations")["items"] == []
    for path in (f"/conversations/{here}", f"/conversations/{here}/texts", "/contacts/rosa"):
        assert problem(program.get(path)) == (404, "not-found")
    assert problem(program.post("/texts", {"contact": "rosa", "text": "x"})) == (404, "not-found")
    assert office.texts() == 1


def test_another_firm_is_not_there(office: Office) -> None:
    office.sends()
    here, summit = office.conversation(), Program(office.app, token(firm="summit", by=UMA))
    assert summit.got("/conversations")["items"] == []
    known, unknown = (summit.get(f"/conversations/{one}").data for one in (here, uuid.uuid4()))
    assert known == unknown
    assert problem(summit.post(f"/conversations/{here}/done")) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "more", "expected"),
    [
        ("GET", "/nothing", {}, (404, "not-found")),
        ("GET", "/conversations/no-id", {}, (404, "not-found")),
        ("GET", "/conversations/%0A", {}, (404, "not-found")),
        ("GET", "/contacts/ro/sa%00", {}, (404, "not-found")),
        ("DELETE", "/conversations", {}, (405, "method-not-allowed")),
        ("BREW", "/conversations", {}, (405, "method-not-allowed")),
        ("OPTIONS", "/texts", {}, (405, "method-not-allowed")),
        ("GET", "/conversations?limit=101", {}, (400, "bad-request")),
        ("GET", "/conversations?colour=red", {}, (400, "bad-request")),
        ("GET", "/conversations?limit=1&limit=2", {}, (400, "bad-request")),
        ("GET", "/conversations?after=forged", {}, (400, "bad-request")),
        ("POST", "/texts", {"data": "{}", "content_type": "text/plain"}, (415, "no-json")),
        ("POST", "/texts", {"data": "{", "content_type": "application/json"}, (400, "bad-request")),
        ("POST", "/texts", {"data": "[" * 9000, "content_type": "application/json"}, (400, "bad-request")),
        ("POST", "/texts", {"data": " " * 70_000, "content_type": "application/json"}, (413, "too-large")),
        ("POST", "/texts", {"json": {"contact": "rosa"}}, (422, "invalid")),
        ("POST", "/texts", {"json": {"contact": "rosa", "text": "x", "more": 1}}, (422, "invalid")),
        ("POST", "/texts", {"json": {"contact": "ro\x00sa", "text": "x"}}, (422, "invalid")),
        ("POST", "/texts", {"json": {"contact": "nobody", "text": "x"}}, (404, "not-found")),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    office: Office, program: Program, method: str, path: str, more: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = program.ask(method, path, key="k", **more)
    assert problem(answer) == expected
    assert office.texts() == 0


def test_no_word_of_what_was_sent_comes_back(office: Office, program: Program) -> None:
    answer = program.post("/texts", {"contact": 7, "text": ["canary"]})
    assert problem(answer) == (422, "invalid")
    assert {one["pointer"] for one in answer.json["errors"]} == {"/contact", "/text"}
    assert "canary" not in answer.text


def test_what_fails_is_a_problem_and_says_nothing(office: Office, program: Program) -> None:
    office.host.fault("Contacts.search", raises=RuntimeError("canary"))
    assert problem(program.get("/contacts?q=rosa")) == (503, "unavailable")
    office.host.mend()
    office.host.fault("Users.administrators", raises=RuntimeError("canary"))
    answer = program.get("/settings")
    assert problem(answer) == (503, "unavailable")
    assert "canary" not in answer.text


def test_too_many_requests_are_told_when_to_come_again(new_app: Any) -> None:
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_TOKEN_REQUESTS_PER_MINUTE=2)
    with app.app_context():
        program = Program(app, token())
        first = program.get("/settings")
        assert (first.status_code, first.headers["RateLimit-Policy"]) == (200, '"token";q=2;w=60')
        assert re.fullmatch(r'"token";r=1;t=\d+', first.headers["RateLimit"])
        program.get("/settings")
        late = program.get("/settings")
        assert problem(late) == (429, "too-many")
        assert 0 < int(late.headers["Retry-After"]) <= 60
        assert Program(app, token()).get("/settings").status_code == 200


def test_nothing_is_kept_or_set_by_an_answer(program: Program) -> None:
    answer = program.get("/settings")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_hosts_csrf_protection_leaves_programs_alone(office: Office, program: Program) -> None:
    from flask_wtf.csrf import CSRFProtect

    CSRFProtect(office.app)
    assert program.post("/texts", {"contact": "rosa", "text": "Hello"}).status_code == 201


def test_a_hosts_start_loads_nothing_of_it() -> None:
    code = (
        "import sys, flask_firmtext; loaded = [name for name in sys.modules"
        " if name.startswith('flask_firmtext.web.api.') or name == 'pydantic']; print(loaded)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout.replace("'", '"')) == ["flask_firmtext.web.api.blueprint"]


def test_staff_make_no_tokens(office: Office) -> None:
    assert tokens.administrator("harbor", STAFF) is None


def test_the_host_is_never_asked_for_what_no_scope_holds(office: Office) -> None:
    with office.app.test_request_context(headers={"Authorization": f"Bearer {token('texts:read')}"}):
        who = bearer()
        office.host.calls.clear()
        assert not who.may("message.send")
        assert who.may_each("message.send", [Subject("harbor", ("rosa",))]) == [False]
        assert office.host.calls == []
        assert who.may("conversation.read", Subject("harbor", ("rosa",)))
