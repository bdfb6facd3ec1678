"""What open pages ask for every second."""

from __future__ import annotations

import pytest
from flask import Response
from sqlalchemy import select

from flask_firmtext.messaging import holds, thread
from flask_firmtext.store.models import ReadMark
from flask_firmtext.store.states import HoldKind, State
from flask_firmtext.store.transactions import own, reading
from office import STAFF, Office, Statements

CHANGES = "/texting/changes"


def test_while_nothing_changes_one_read_answers(office: Office) -> None:
    office.sends()
    staff = office.person()
    now = staff.get(f"{CHANGES}?since=-1").json["now"]  # type: ignore[index]
    url = f"{CHANGES}?since={now}&table=1&conversation={office.conversation()}"
    with Statements(office.app) as statements:
        answer = staff.get(url)
    assert answer.status_code == 204
    assert answer.data == b""
    assert len(statements.seen) == 1


def test_a_change_brings_the_count_the_badge_and_the_table(office: Office) -> None:
    office.sends()
    staff = office.person()
    before = staff.get(f"{CHANGES}?since=-1").json["now"]  # type: ignore[index]
    office.receives("New words")
    fresh = staff.get(f"{CHANGES}?since={before}&table=1").json
    assert fresh["now"] > before  # type: ignore[index]
    assert fresh["unread"] == 1  # type: ignore[index]
    assert "1 unread text" in fresh["badge"]  # type: ignore[index]
    assert "New words" in fresh["table"]  # type: ignore[index]
    assert "texts" not in fresh  # type: ignore[operator]


def test_an_open_conversation_gets_the_texts_that_changed_and_no_others(office: Office) -> None:
    first = office.sends("rosa", "one")
    office.sends("rosa", "two")
    staff = office.person()
    before = staff.get(f"{CHANGES}?since=-1").json["now"]  # type: ignore[index]
    office.becomes(first, State.DELIVERED)
    fresh = staff.get(f"{CHANGES}?since={before}&conversation={office.conversation()}").json
    assert "Delivered" in fresh["texts"]  # type: ignore[index]
    assert "two" not in fresh["texts"]  # type: ignore[index]
    assert fresh["gap"] is False  # type: ignore[index]


def test_more_changes_than_a_page_holds_are_owned_up_to(office: Office) -> None:
    office.sends()
    staff = office.person()
    before = staff.get(f"{CHANGES}?since=-1").json["now"]  # type: ignore[index]
    office.text_copies(thread.PAGE + 5, changed=before + 1)
    office.receives()
    assert staff.get(f"{CHANGES}?since={before}&conversation={office.conversation()}").json["gap"] is True  # type: ignore[index]


def test_what_was_seen_while_it_was_open_is_read(office: Office) -> None:
    office.sends()
    office.receives()
    staff = office.person()
    fresh = staff.get(f"{CHANGES}?since=-1&conversation={office.conversation()}&seen=2").json
    assert fresh["unread"] == 0  # type: ignore[index]
    with reading() as session:
        assert session.scalars(select(ReadMark.position)).one() == 2


def test_a_poll_leaves_the_login_session_as_it_found_it(office: Office) -> None:
    @office.app.before_request
    def keep_for_long() -> None:
        from flask import session

        session.permanent = True
        session.modified = True

    office.sends()
    staff = office.person()
    assert "Set-Cookie" in staff.get("/texting/").headers
    for since in (-1, 1):
        assert "Set-Cookie" not in staff.get(f"{CHANGES}?since={since}&table=1").headers


def test_a_poll_lets_nobody_set_a_cookie(office: Office) -> None:
    @office.app.after_request
    def remember(response: Response) -> Response:
        response.set_cookie("remember", "for a year")
        return response

    staff = office.person()
    assert "remember" in staff.get("/texting/").headers["Set-Cookie"]
    assert "Set-Cookie" not in staff.get(f"{CHANGES}?since=-1").headers


def test_a_poll_opens_no_transaction_in_the_hosts_session(office: Office) -> None:
    office.sends()
    used: list[bool] = []

    @office.app.after_request
    def look(response: object) -> object:
        session = office.app.extensions["firmtext"].db.session
        used.append(session.registry.has() and session().in_transaction())
        return response

    office.person().get(f"{CHANGES}?since=-1&table=1&conversation={office.conversation()}")
    assert used[-1] is False


@pytest.mark.parametrize("action", ["conversation.list", "conversation.read"])
def test_a_right_that_was_withdrawn_ends_the_poll(office: Office, action: str) -> None:
    office.sends("rosa", "privileged")
    staff = office.person()
    office.host.users.refuse(STAFF, action)
    answer = staff.get(f"{CHANGES}?since=-1&table=1&conversation={office.conversation()}")
    assert answer.status_code == 404
    assert "privileged" not in answer.text


def test_who_may_list_nothing_still_sees_one_open_conversation_live(office: Office) -> None:
    office.sends("rosa", "Hello Rosa")
    staff = office.person()
    office.host.users.refuse(STAFF, "conversation.list")
    answer = staff.get(f"{CHANGES}?since=-1&conversation={office.conversation()}")
    assert "Hello Rosa" in answer.json["texts"]  # type: ignore[index]
    assert (answer.json["unread"], answer.json["badge"]) == (0, "")  # type: ignore[index]
    assert staff.get(f"{CHANGES}?since=-1").status_code == 404


def test_nobody_signed_in_gets_401_and_nothing_else(office: Office) -> None:
    answer = office.person(None).get(f"{CHANGES}?since=-1&table=1")
    assert answer.status_code == 401
    assert answer.data == b""


def test_another_firms_conversation_cannot_be_followed_or_marked(office: Office) -> None:
    office.sends()
    office.receives()
    uma = office.person("admin@summit.example")
    assert uma.get(f"{CHANGES}?since=-1&conversation={office.conversation()}&seen=2").status_code == 404
    with reading() as session:
        assert session.scalars(select(ReadMark)).all() == []


def test_the_badge_leaves_out_what_the_user_may_not_read(office: Office) -> None:
    office.sends()
    office.receives()
    office.host.users.refuse(STAFF, "conversation.read")
    assert office.person().get(f"{CHANGES}?since=-1").json["unread"] == 0  # type: ignore[index]


@pytest.mark.parametrize("query", ["since=x", "", "since=-1&conversation=no-uuid", "since=99999999999999999999"])
def test_questions_that_make_no_sense_get_an_answer_all_the_same(office: Office, query: str) -> None:
    assert office.person().get(f"{CHANGES}?{query}").status_code == 200


@pytest.mark.parametrize("seen", [3, 2**62, 2**63 - 1])
def test_nobody_has_seen_what_has_not_come_yet(office: Office, seen: int) -> None:
    office.sends()
    office.receives()
    staff = office.person()
    staff.get(f"{CHANGES}?since=-1&conversation={office.conversation()}&seen={seen}")
    with reading() as session:
        assert session.scalars(select(ReadMark.position)).one() == 2
    office.receives("Later")
    assert staff.get(f"{CHANGES}?since=-1").json["unread"] == 1  # type: ignore[index]


@pytest.mark.parametrize("number", ["9" * 25, "-1", str(2**63), "9" * 5000], ids=["25", "minus", "2^63", "5000"])
def test_numbers_that_no_page_of_ours_sends_are_as_none(office: Office, number: str) -> None:
    office.sends("rosa", "Hello")
    staff = office.person()
    conversation = office.conversation()
    fresh = staff.get(f"{CHANGES}?since={number}&conversation={conversation}&seen={number}")
    assert fresh.status_code == 200
    assert "Hello" in fresh.json["texts"]  # type: ignore[index]
    with reading() as session:
        assert session.scalars(select(ReadMark)).all() == []
    page = staff.get(f"/texting/conversations/{conversation}?before={number}")
    assert page.status_code == 200
    assert "Hello" in page.text


def test_a_hold_shows_in_the_open_table(office: Office) -> None:
    office.sends()
    with own() as session:
        holds.put(session, HoldKind.ACCOUNT, "default", "balance", by="test")
    table = office.person().get(f"{CHANGES}?since=-1&table=1").json["table"]  # type: ignore[index]
    assert "Waiting: the carrier account has no credit." in table


def test_an_open_page_is_told_that_the_client_wants_no_more_texts(office: Office) -> None:
    office.sends("rosa", "Hello")
    office.receives("END")
    fresh = office.person().get(f"/texting/changes?since=-1&conversation={office.conversation()}").json
    assert "replied END" in fresh["hold"]
    office.receives("START")
    fresh = office.person().get(f"/texting/changes?since=-1&conversation={office.conversation()}").json
    assert "replied END" not in fresh["hold"]
