"""Who saw a conversation is recorded once an hour, who was refused is, too, and neither costs a page anything."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from evidence import rows
from flask_firmtext.clock import FixedClock
from flask_firmtext.current import firmtext
from flask_firmtext.store.models import Audit
from office import ADMIN, STAFF, Office, Statements
from recorded import NOON


@pytest.fixture
def clock(office: Office) -> FixedClock:
    clock = FixedClock(NOON)
    office.app.extensions["firmtext"].clock = clock
    return clock


def seen() -> list[tuple[str, str]]:
    return sorted((row.actor, row.object_id) for row in rows(Audit, Audit.action == "conversation.read"))


def url_of(office: Office) -> str:
    return f"/texting/conversations/{office.conversation()}"


def test_a_conversation_is_seen_once_an_hour_by_each_user_in_all_processes(office: Office, clock: FixedClock) -> None:
    office.sends()
    staff, admin, url = office.person(), office.person(ADMIN), url_of(office)
    for person in (staff, staff, admin):
        assert person.get(url).status_code == 200
    firmtext.recorded_hourly._kept.clear()  # another process
    staff.get(url)
    conversation = str(office.conversation())
    assert seen() == [(ADMIN, conversation), (STAFF, conversation)]
    clock.move(timedelta(minutes=59))
    staff.get(url)
    assert len(seen()) == 2
    clock.move(timedelta(minutes=1))
    staff.get(url)
    assert len(seen()) == 3
    assert len({row.id for row in rows(Audit)}) == len(rows(Audit))


def test_a_page_that_asks_whether_anything_is_new_has_seen_nothing(office: Office, clock: FixedClock) -> None:
    office.sends()
    staff, conversation = office.person(), office.conversation()
    now = staff.get(f"/texting/changes?conversation={conversation}").json["now"]
    assert len(seen()) == 1, "it got the texts"
    clock.move(timedelta(hours=1))
    with Statements(office.app) as statements:
        assert staff.get(f"/texting/changes?since={now}&conversation={conversation}").status_code == 204
    assert len(statements.seen) == 1
    assert len(seen()) == 1
    office.receives()
    assert staff.get(f"/texting/changes?since={now}&conversation={conversation}").status_code == 200
    assert len(seen()) == 2


def test_what_cannot_be_recorded_hides_no_text(office: Office, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    office.sends()

    def fails(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception())

    monkeypatch.setattr("flask_firmtext.store.audit.record_seen", fails)
    assert "Hello" in office.person().get(url_of(office)).text
    assert "is not recorded: OperationalError" in caplog.text


def refusals() -> list[tuple[str, str, str]]:
    found = rows(Audit, Audit.action == "permission.refuse")
    return sorted((row.actor, row.evidence, row.object_table) for row in found)


def test_a_refusal_is_recorded_when_the_answer_is_out_and_not_again_and_again(office: Office) -> None:
    office.sends()
    office.host.users.refuse(STAFF, "conversation.read")
    staff = office.person()
    for url in (url_of(office), f"/texting/conversations/{uuid.uuid4()}"):
        with Statements(office.app) as statements:
            answer = staff.get(url, headers={"X-Request-Id": "r-7"})
        assert answer.status_code == 404
        assert not [one for one in statements.seen if not one.startswith("SELECT")], "nobody waits for the record"
        answer.close()
    assert refusals() == [(STAFF, "conversation.read", "firmtext_conversation")]
    assert rows(Audit, Audit.action == "permission.refuse")[0].request_id == "r-7"
    staff.get(url_of(office)).close()
    firmtext.recorded._kept.clear()  # a minute later
    staff.get(url_of(office)).close()
    assert len(refusals()) == 1, "the same conversation, once an hour"


def test_staff_who_try_the_administration_are_recorded(office: Office) -> None:
    answer = office.person().get("/admin/firmtext/holds/")
    answer.close()
    assert (answer.status_code, refusals()) == (403, [(STAFF, "administration", "firmtext_firm")])
