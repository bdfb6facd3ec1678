"""A contact's texts are erased by a program as at the page: counted first, once, and never what may not be known."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import legal_holds
from flask_firmtext.store.models import Conversation, Erasure, Message, TokenKey
from office import ADMIN, ROSA, Office
from programs import Program, problem, token

PLAN = "/contacts/rosa/erasure-plan"
NEW: dict[str, Any] = {"contact": "rosa", "why": "She asked"}


@pytest.fixture(autouse=True)
def conversation(office: Office) -> str:
    office.sends()
    office.receives("My file is lost")
    return str(office.conversation(ROSA))


def test_what_would_go_is_counted_and_erased_once(office: Office, program: Program) -> None:
    plan = program.got(PLAN)
    assert (plan["possible"], plan["conversations"], plan["texts"], plan["others"]) == (True, 1, 2, [])
    assert rows(Conversation)[0].erased_at is None
    done = [program.made("/erasures", NEW, key="once") for _ in range(2)]
    assert done[0] == done[1]
    assert len(rows(Erasure)) == 1
    assert {bytes(row.body) for row in rows(Message)} == {b""}
    proof = program.got(f"/erasures/{done[0]['id']}")
    assert (proof["contact"], proof["why"], proof["by"], proof["recorded"]) == ("rosa", "She asked", ADMIN, True)
    assert (proof["conversations"], proof["gone"]["texts"], proof["left"]) == (1, 2, {})
    assert program.got("/erasures")["items"] == [done[0]]
    assert program.got(PLAN)["possible"] is False, "there is nothing that could go"


def test_under_a_hold_nothing_is_erased(office: Office, program: Program) -> None:
    hold = legal_holds.put("harbor", "contact", "rosa", "Suit", by=ADMIN)
    plan = program.got(PLAN)
    assert (plan["possible"], plan["holds"]) == (False, [str(hold)])
    answer = program.post("/erasures", NEW)
    assert (problem(answer), answer.json["reason"]) == ((409, "conflict"), "held")
    assert rows(Erasure) == []


def test_of_a_hold_that_may_not_be_known_nothing_is_told(office: Office, program: Program) -> None:
    legal_holds.put("harbor", "matter", "lease", "Suit", by=ADMIN)
    office.host.users.wall_off(ADMIN, "lease")
    plan = program.got(PLAN)
    assert (plan["possible"], plan["conversations"], plan["texts"], plan["rest"]) == (False, 0, 0, {})
    answer = program.post("/erasures", NEW)
    assert (problem(answer), answer.json["reason"]) == ((409, "conflict"), "not_here")
    assert rows(Erasure) == []


def test_others_texts_stay_unless_all_of_them_are_named(office: Office, program: Program) -> None:
    office.host.add_contact("harbor", "Her Husband", ROSA, ref="husband")
    assert program.got(PLAN)["others"] == ["husband"]
    left = program.made("/erasures", NEW)
    assert program.got(f"/erasures/{left['id']}")["left"] == {"shared": 1}
    assert rows(Conversation)[0].erased_at is None
    wrong = program.post("/erasures", {**NEW, "others": ["husband", "grace"]})
    assert (problem(wrong), wrong.json["errors"][0]["pointer"]) == ((422, "invalid"), "/others/1")
    program.made("/erasures", {**NEW, "others": ["husband"]})
    assert rows(Conversation)[0].erased_at is not None


def test_a_key_stands_for_one_erasing_and_nothing_is_no_erasing(office: Office, program: Program) -> None:
    office.host.add_contact("harbor", "Her Husband", ROSA, ref="husband")
    program.made("/erasures", {**NEW, "others": ["husband"]}, key="k")
    firmtext.db.session.execute(delete(TokenKey))
    firmtext.db.session.commit()
    assert problem(program.post("/erasures", NEW, key="k")) == (422, "key-reused"), "a day later"
    nothing = program.post("/erasures", NEW)
    assert (problem(nothing), nothing.json["reason"]) == ((409, "conflict"), "nothing_to_erase")


def test_it_needs_a_scope_of_its_own_and_a_reason(office: Office, program: Program) -> None:
    nearly = Program(office.app, token("retention:read", "retention:write"))
    assert problem(nearly.post("/erasures", NEW)) == (403, "insufficient-scope")
    assert problem(program.post("/erasures", {**NEW, "why": "  "})) == (422, "invalid")
    assert rows(Erasure) == []
