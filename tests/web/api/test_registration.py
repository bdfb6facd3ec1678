"""The registration with the carriers, for programs."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from evidence import rows
from flask_firmtext.firm import registration
from flask_firmtext.firm.registration_fields import FIELDS
from flask_firmtext.ports.values import Availability
from flask_firmtext.store.models import Audit, Number
from flask_firmtext.store.models import Registration as Row
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own
from flask_firmtext.web.api.registration import Exported, Filled, Registration
from office import ADMIN, HARBOR, SUMMIT, Office
from programs import UMA, Program, problem, token
from registering import WHOLE

PATH = "/registration"
EXPORT = f"{PATH}/export"


def save(program: Program, values: dict[str, Any], **more: Any) -> Any:
    return program.ask("PUT", PATH, {"values": values}, **more)


def pointers(answer: Any) -> dict[str, str]:
    assert problem(answer) == (422, "invalid")
    return {one["pointer"]: one["detail"] for one in answer.json["errors"]}


@pytest.fixture
def whole(program: Program) -> Program:
    """A program of a firm whose registration is complete."""
    assert save(program, WHOLE).status_code == 200
    return program


def test_it_shows_what_is_known_what_is_missing_and_what_is_doubted(program: Program) -> None:
    shown = program.got(PATH)
    assert shown["values"].keys() == FIELDS.keys()
    assert shown["values"]["sample_1"].startswith("Harbor Law: ")
    assert shown["faults"]["contact_email"].startswith("Missing.")
    assert (shown["saved_at"], shown["saved_by"], shown["unreadable"]) == (None, None, False)
    doubted = save(program, {**WHOLE, "street": "P.O. Box 12"}).json
    assert doubted["faults"] == {}
    assert [one["field"] for one in doubted["doubts"]] == ["street"]
    assert doubted["saved_by"] == ADMIN
    assert program.got(PATH) == doubted


def test_what_is_left_out_stays_and_what_is_emptied_is_empty(whole: Program) -> None:
    answer = save(whole, {"city": " Evanston ", "trade_name": ""})
    assert answer.json["values"] == {**WHOLE, "city": "Evanston", "trade_name": ""}
    assert [row.actor for row in rows(Audit, Audit.action == "registration.save")] == [ADMIN, ADMIN]


def test_what_is_wrong_is_told_by_its_pointer_and_nothing_is_kept(
    whole: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = pointers(save(whole, {"contact_email": "quillfeather@", "city": "x" * 501, "street": "1 Elsewhere"}))
    assert told.keys() == {"/values/contact_email", "/values/city"}
    assert "Mail cannot be sent to this address" in told["/values/contact_email"]
    assert pointers(save(whole, {"colour/~": "red", "city": "Evanston"})).keys() == {"/values/colour~1~0"}
    assert pointers(save(whole, {"city": 7})).keys() == {"/values/city"}
    assert whole.got(PATH)["values"] == WHOLE
    assert "quillfeather@" not in caplog.text


def test_a_version_that_is_no_more_is_not_written_over(whole: Program) -> None:
    version = whole.get(PATH).headers["ETag"]
    assert save(whole, {"city": "Evanston"}, headers={"If-Match": version}).status_code == 200
    again = save(whole, {"city": "Cicero"}, headers={"If-Match": version})
    assert problem(again) == (412, "changed")


def test_a_complete_one_is_exported_as_the_page_does_and_recorded(office: Office, whole: Program) -> None:
    document = whole.got(EXPORT)
    assert document == registration.export(WHOLE, HARBOR)
    assert document == office.person(ADMIN).get("/texting/settings/registration/export").json
    assert whole.got(f"{EXPORT}?number=%2B{HARBOR[1:]}") == document
    noted = rows(Audit, Audit.action == "registration.export")
    assert [(row.firm, row.actor) for row in noted] == [("harbor", ADMIN)] * 3
    assert sum((row.request_id or "").startswith("token:") for row in noted) == 2


def test_nothing_is_exported_while_something_is_missing(program: Program) -> None:
    save(program, {**WHOLE, "opt_in": ""})
    answer = program.get(EXPORT)
    assert problem(answer) == (409, "conflict")
    assert answer.json["reason"] == "incomplete"
    assert [one["pointer"] for one in answer.json["errors"]] == ["/values/opt_in"]
    with own() as session:
        session.execute(update(Number).where(Number.firm == "harbor").values(state=NumberState.RELEASED))
    assert program.get(EXPORT).json["reason"] == "no_number"
    assert rows(Audit, Audit.action == "registration.export") == []


def test_a_token_sees_and_fills_in_its_own_firms_only(office: Office, whole: Program) -> None:
    theirs = Program(office.app, token(firm="summit", by=UMA))
    assert "Quillfeather" not in theirs.get(PATH).text
    assert problem(theirs.get(f"{EXPORT}?number=%2B{HARBOR[1:]}")) == (404, "not-found")
    assert problem(whole.get(f"{EXPORT}?number=%2B{SUMMIT[1:]}")) == (404, "not-found")
    assert save(theirs, {"city": "Springfield"}).json["values"]["city"] == "Springfield"
    assert whole.got(PATH)["values"] == WHOLE


@pytest.mark.parametrize("why", ["right", "availability"])
def test_who_may_not_register_finds_nothing(office: Office, whole: Program, why: str) -> None:
    if why == "right":
        office.host.users.refuse(ADMIN, "number.verify")
    else:
        harbor = office.host.firms.all["harbor"]
        office.host.firms.all["harbor"] = replace(harbor, availability=Availability(False, "Not in your country."))
    answers = [whole.get(PATH), save(whole, {"city": "Evanston"}), whole.get(EXPORT)]
    assert {problem(one) for one in answers} == {(404, "not-found")}
    assert len(rows(Audit, Audit.action.like("registration.%"))) == 1


def test_what_cannot_be_read_is_written_over_only_as_a_whole(whole: Program) -> None:
    with own() as session:
        row = session.get_one(Row, "harbor")
        row.details = row.details[:-1] + bytes([row.details[-1] ^ 1])
    assert whole.got(PATH)["unreadable"] is True
    for answer in (save(whole, {"city": "Evanston"}), whole.get(EXPORT)):
        assert problem(answer) == (409, "conflict")
        assert answer.json["reason"] == "unreadable"
    assert save(whole, WHOLE).json["values"] == WHOLE


def test_no_repr_holds_what_was_filled_in() -> None:
    shown = {"doubts": [], "saved_at": None, "saved_by": None, "unreadable": False}
    models = (
        Filled(values=WHOLE),
        Exported(dict(WHOLE)),
        Registration.model_validate({"values": WHOLE, "faults": {}, **shown}),
    )
    assert "Quillfeather" not in repr(models)
