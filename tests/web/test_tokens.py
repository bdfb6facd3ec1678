"""Settings > API tokens: made and shown once, in use until it is revoked, and nobody's but administrators' affair."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from flask_firmtext.store.models import Audit, Token
from flask_firmtext.store.transactions import reading
from office import ADMIN, STAFF, Office, Person
from programs import Program, problem

PAGE = "/texting/settings/tokens"
FORM = {"name": "Nightly", "scope": "texts:read", "days": "30"}


def csrf(person: Person) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', person.get("/texting/settings/notifications").text)
    assert found
    return {"csrf_token": found[1]}


def shown(html: str) -> str | None:
    found = re.search(r'id="ft-token"[^>]* value="(ftx_[^"]+)"', html)
    return found[1] if found else None


def test_a_token_is_made_shown_once_used_and_revoked(office: Office) -> None:
    ada = office.person(ADMIN)
    made = ada.post(PAGE, {**csrf(ada), **FORM})
    text = shown(made.text)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert text
    assert Program(office.app, text).get("/texts").status_code == 200
    listed = ada.get(PAGE).text
    assert shown(listed) is None
    assert text not in listed
    assert "Nightly" in listed
    assert "Last used" in listed
    with reading() as session:
        row = session.scalars(select(Token)).one()
        assert text.encode() not in repr(row.__dict__).encode()
        assert text.rpartition("_")[2] not in repr(row.__dict__)
    ada.post(f"{PAGE}/{row.id}/revoke", csrf(ada))
    assert problem(Program(office.app, text).get("/texts")) == (401, "not-authenticated")
    assert "Revoked" in ada.get(PAGE).text
    with reading() as session:
        done = session.scalars(select(Audit.action).where(Audit.object_id == str(row.id)).order_by(Audit.id)).all()
    assert done == ["token.make", "token.revoke", "token.refuse"]


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scope": "everything"}, {"days": "1000"}, {"scope": ""}])
def test_what_is_wrong_is_said_beside_it_and_nothing_is_made(office: Office, wrong: dict[str, str]) -> None:
    ada = office.person(ADMIN)
    answer = ada.post(PAGE, {**csrf(ada), **FORM, **wrong})
    assert (answer.status_code, "ft-fault" in answer.text, shown(answer.text)) == (422, True, None)
    with reading() as session:
        assert session.scalars(select(Token.id)).all() == []


def test_who_is_no_administrator_sees_no_tokens(office: Office) -> None:
    sam = office.person(STAFF)
    assert sam.get(PAGE).status_code == 404
    assert sam.post(PAGE, {**csrf(sam), **FORM}).status_code == 404


def test_a_host_that_names_no_administrators_has_no_tokens(office: Office) -> None:
    ada = office.person(ADMIN)
    office.host.fault("Users.administrators", returns=[])
    answer = ada.post(PAGE, {**csrf(ada), **FORM})
    assert (answer.status_code, "ft-fault" in answer.text) == (422, True)
