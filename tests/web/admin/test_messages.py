"""Messages in Flask-Admin: a list without words, a page with them."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from attempts import claimed, closed
from flask_firmtext.errors import KeyUnavailable
from flask_firmtext.messaging import resolving
from flask_firmtext.store.models import Attempt, Audit, Message, StatusEvent
from flask_firmtext.store.states import Outcome, State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, STAFF, Office, Person, Statements

LIST = "/admin/firmtext/messages/"


def page_of(message: uuid.UUID) -> str:
    return f"{LIST}details/?id={message}"


def rows(html: str) -> int:
    return html.count('class="col-state"')


def views(message: uuid.UUID) -> list[Audit]:
    with reading() as session:
        wanted = select(Audit).where(Audit.object_id == str(message), Audit.action == "message.view")
        return [*session.scalars(wanted)]


def older(html: str) -> str | None:
    found = re.search(r'rel="next" href="([^"]+)"', html)
    return found and found.group(1).replace("&amp;", "&")


def test_the_list_says_how_it_stands_and_not_a_word_of_a_text(office: Office, ada: Person) -> None:
    office.becomes(
        office.sends(text="Privileged words"), State.FAILED, reason="unreachable_number", code="1120", tries=2
    )
    office.receives("Private answer")
    answer = ada.get(LIST)
    assert answer.status_code == 200
    assert rows(answer.text) == 2
    for words in ("Not delivered", "Unreachable number", "1120", "Sam Staff", "Outgoing", "Incoming", "From a client"):
        assert words in answer.text
    for hidden in ("Privileged", "Private", "(312)", "13125550100", "Rosa"):
        assert hidden not in answer.text


def test_times_are_the_firms_with_the_exact_moment_in_the_title(office: Office, ada: Person) -> None:
    message = office.sends()
    office.becomes(message, State.DELIVERED, created_at=datetime(2024, 7, 2, 3, 4, 5, tzinfo=UTC))
    page = ada.get(LIST).text
    assert '<time datetime="2024-07-02T03:04:05Z" title="2024-07-02 03:04:05 UTC">Jul 1, 2024, 10:04 PM</time>' in page


def test_a_firm_without_texts_is_told_when_they_come(ada: Person) -> None:
    assert "No texts yet." in ada.get(LIST).text
    assert "No texts yet." in ada.get(f"{LIST}?flt0_state_is=").text


def test_the_page_of_a_text_shows_it_as_it_was_typed(office: Office, ada: Person) -> None:
    message = office.sends(text="First\n  <script>alert(1)</script> & last")
    page = ada.get(page_of(message)).text
    assert "First\n  &lt;script&gt;alert(1)&lt;/script&gt; &amp; last" in page
    assert "<script>alert" not in page
    assert "Rosa Marsh" in page
    assert "(312) 555-0100" in page
    assert "(833) 555-0100" in page


@pytest.mark.attack("A19")
def test_what_a_carrier_or_a_worker_wrote_is_escaped_too(office: Office, ada: Person) -> None:
    attempt = closed(claimed(), State.FAILED, claimed_by="<b>host</b>", evidence="<i>x</i>", carrier_id="<u>id</u>")
    office.becomes(attempt.message_id, State.FAILED, reason="unknown_error", code="<s>9</s>")
    pages = [ada.get(address).text for address in (LIST, page_of(attempt.message_id), "/admin/firmtext/attempts/")]
    for page in pages:
        for mark in ("<b>host", "<i>x", "<u>id", "<s>9"):
            assert mark not in page
    assert "&lt;s&gt;9&lt;/s&gt;" in pages[0]


def test_the_page_tells_the_texts_whole_history(office: Office, ada: Person) -> None:
    attempt = closed(claimed(), State.SUBMITTED, outcome=Outcome.ACCEPTED, evidence="receipt", carrier_id="carrier-7")
    now = datetime.now(UTC)
    with own() as session:
        session.add(
            StatusEvent(
                digest=b"d" * 32,
                firm="harbor",
                message_id=attempt.message_id,
                attempt_id=attempt.id,
                carrier_id="carrier-7",
                kind="failed",
                name="rejected",
                code="1140",
                carrier_at=now,
                received_at=now,
            )
        )
    page = ada.get(page_of(attempt.message_id)).text
    for words in ("Written", "Sam Staff", "Sending… (queued) → Sending… (sending)", "Worker", "1140"):
        assert words in page
    assert "Carrier reported <code>rejected</code>" in page
    assert "Accepted by the carrier" in page
    assert "carrier-7" in page


def test_every_view_of_a_text_is_recorded_with_who_saw_it(office: Office, ada: Person) -> None:
    message = office.sends()
    ada.get(LIST)
    assert views(message) == []
    ada.get(page_of(message))
    ada.get(page_of(message))
    assert [(view.actor, view.firm) for view in views(message)] == [(ADMIN, "harbor")] * 2
    assert "Opened in the administration" in ada.get(page_of(message)).text


def test_what_cannot_be_recorded_is_not_shown(office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    message = office.sends(text="Privileged words")

    def fails(*args: Any, **more: Any) -> None:
        raise RuntimeError("the audit is away")

    monkeypatch.setattr("flask_firmtext.store.audit.record", fails)
    monkeypatch.setitem(office.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = ada.get(page_of(message))
    assert answer.status_code == 500
    assert "Privileged" not in answer.text


@pytest.mark.parametrize(
    "trouble", [KeyUnavailable("no key"), OperationalError("SELECT :words", {}, Exception("away"))]
)
def test_without_keys_or_database_the_page_is_503_and_says_no_word_of_it(
    office: Office,
    ada: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: Exception,
) -> None:
    message = office.sends()

    def fails(*args: Any) -> None:
        raise trouble

    monkeypatch.setattr("flask_firmtext.web.admin.messages.read_bodies", fails)
    assert ada.get(page_of(message)).status_code == 503
    assert type(trouble).__name__ in caplog.text
    assert ":words" not in caplog.text
    assert ada.get(LIST).status_code == 200


def test_a_text_that_cannot_be_read_says_so_and_shows_the_rest(office: Office, ada: Person) -> None:
    message = office.sends(text="Privileged words")
    with own() as session:
        session.execute(update(Message).where(Message.id == message).values(body=b"\x01broken"))
    answer = ada.get(page_of(message))
    assert answer.status_code == 200
    assert "This text cannot be read" in answer.text
    assert "Rosa Marsh" in answer.text


def test_a_conversation_closed_to_this_administrator_is_not_opened(office: Office, ada: Person) -> None:
    message = office.sends(text="Privileged words")
    office.host.users.refuse(ADMIN, "conversation.read")
    answer = ada.get(page_of(message))
    assert (answer.status_code, views(message)) == (404, [])
    assert "Privileged" not in answer.text


FILTERS = {
    "flt0_state_is=failed": 1,
    "flt0_state_is=delivered": 1,
    "flt0_state_is=queued": 1,
    "flt0_reason_is=unreachable_number": 1,
    "flt0_reason_is=temporary_error": 0,
    "flt0_kind_is=staff": 4,
    "flt0_kind_is=reminder": 0,
    "flt0_direction_is=in&flt1_state_is=received": 1,
    "flt0_time_from=2024-07-01&flt1_time_until=2024-07-01": 1,
    "flt0_time_until=2024-06-30": 0,
}


def test_a_filter_leaves_what_it_names(office: Office, ada: Person) -> None:
    office.sends()
    office.becomes(office.sends(contact="grace"), State.FAILED, reason="unreachable_number")
    late = datetime(2024, 7, 2, 3, 4, 5, tzinfo=UTC)  # the first of July in Chicago
    office.becomes(office.sends(contact="sara"), State.DELIVERED, created_at=late)
    office.receives()
    for filters, found in FILTERS.items():
        page = ada.get(f"{LIST}?{filters}").text
        assert rows(page) == found, filters
        assert ("Nothing matches" in page) is (found == 0), filters


def test_the_form_keeps_what_was_chosen_and_an_empty_field_filters_nothing(office: Office, ada: Person) -> None:
    office.sends()
    page = ada.get(f"{LIST}?flt0_state_is=queued&flt1_reason_is=&flt4_time_from=2024-07-01&flt5_time_until=").text
    assert rows(page) == 1
    assert '<option value="queued" selected>Sending…</option>' in page
    assert 'type="date" value="2024-07-01"' in page
    assert page.count(" selected") == 1
    assert "cannot be looked for" not in page


def test_a_value_that_no_filter_offers_is_said_and_not_repeated(office: Office, ada: Person) -> None:
    office.sends()
    page = ada.get(f"{LIST}?flt0_state_is=%3Cb%3E").text
    assert "State: this cannot be looked for." in page
    assert "%3Cb" not in page
    assert "<b>" not in page


def test_sending_finds_what_waits_and_what_is_on_its_way(office: Office, ada: Person) -> None:
    office.sends()
    office.becomes(office.sends(contact="grace"), State.SENDING)
    assert rows(ada.get(f"{LIST}?flt0_state_is=queued").text) == 2


@pytest.mark.parametrize(
    "queries",
    [
        "flt0_state_is=%00 flt0_state_is=%27%20OR%201=1-- flt9_body_is=x flt0_99=x",
        "flt0_time_from=9999-12-31 flt0_time_until=0001-01-01 flt0_time_from=yesterday",
        "before=x before= before=%00~%00 conversation=x conversation=%00",
        "before=0001-01-01T00:00:00%2B14:00~00000000-0000-0000-0000-000000000000",
        "endpoint=x _external=1 _anchor=x page=-1 page=10**9 sort=99 sort=-1&desc=1 page_size=100000 search=%25",
    ],
)
@pytest.mark.attack("A27")
def test_a_made_up_address_is_answered_with_a_list(office: Office, ada: Person, queries: str) -> None:
    office.sends()
    for query in queries.split():
        assert ada.get(f"{LIST}?{query}").status_code == 200, query


def test_pages_hold_every_text_once_the_newest_first(office: Office, ada: Person) -> None:
    office.sends()
    office.text_copies(120)
    address: str | None = f"{LIST}?flt0_direction_is=out"
    seen: list[str] = []
    sizes = []
    while address:
        page = ada.get(address).text
        found = re.findall(r"details/\?id=([0-9a-f-]{36})", page)
        sizes.append(len(found))
        seen += found
        address = older(page)
    assert sizes == [50, 50, 20]
    assert len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)


def test_the_way_back_to_the_newest_keeps_the_filter(office: Office, ada: Person) -> None:
    office.sends()
    office.text_copies(60)
    page = ada.get(f"{LIST}?flt0_state_is=queued").text
    second = ada.get(older(page) or "").text
    back = re.search(r'page-link" href="([^"]+)">Newest', second)
    assert back
    assert back.group(1).endswith("?flt0_state_is=queued")


def test_the_texts_of_one_conversation_can_be_listed(office: Office, ada: Person) -> None:
    office.sends()
    office.sends(contact="grace")
    page = ada.get(f"{LIST}?conversation={office.conversation()}").text
    assert rows(page) == 1
    assert "Show those of all conversations" in page


def test_a_page_costs_the_same_with_one_text_and_with_fifty(office: Office, ada: Person) -> None:
    office.becomes(office.sends(), State.FAILED, reason="temporary_error")
    ada.get(LIST)
    with Statements(office.app) as one:
        ada.get(LIST)
    office.text_copies(50)
    with Statements(office.app) as fifty:
        ada.get(LIST)
    assert len(one.seen) == len(fifty.seen) <= 8  # one of them for the codes of the banner, one for walls
    of_page = [statement for statement in fifty.seen if "GROUP BY firmtext_message.code" not in statement]
    assert not [statement for statement in of_page if "count(" in statement.lower() or ".body" in statement]


def tries(html: str) -> list[str]:
    return [one.strip() for one in re.findall(r'class="col-tries">(.*?)</td>', html, re.DOTALL)]


def test_tries_are_the_attempts_made_also_those_that_do_not_count_towards_giving_up(
    office: Office, ada: Person
) -> None:
    attempt = closed(claimed(), State.FAILED, outcome=Outcome.REFUSED)
    office.becomes(office.sends("grace"), State.EXPIRED, tries=12)
    office.receives()
    with own() as session:
        more = {"firm": "harbor", "message_id": attempt.message_id, "claimed_by": "x", "outcome": Outcome.NOT_SENT}
        session.add(Attempt(n=2, claimed_at=attempt.claimed_at, deadline=attempt.deadline, **more))
    assert tries(ada.get(LIST).text) == ["", "0", "2"]
    assert re.search(r"Tries</[^>]*>\s*<[^>]*>2<", ada.get(page_of(attempt.message_id)).text)


def test_the_row_of_a_text_says_who_resolved_it_and_only_its_page_says_why(office: Office, ada: Person) -> None:
    text = office.sends(text="Privileged words")
    office.becomes(text, State.UNKNOWN)
    with own() as session:
        assert resolving.lost(session, text, user=office.host.users.all[STAFF], why="Rosa Marsh called.")
    row = ada.get(LIST).text
    assert "Sam Staff: it did not arrive, " in row
    assert "called" not in row
    page = ada.get(page_of(text)).text
    assert "Rosa Marsh called." in page
    assert "Somebody said what became of it" in page
    office.host.users.refuse(ADMIN, "conversation.read")
    assert ada.get(page_of(text)).status_code == 404


def test_a_text_held_back_says_by_what(office: Office, ada: Person) -> None:
    message = office.sends()
    office.becomes(message, State.QUEUED, not_before=datetime.now(UTC) + timedelta(days=400))
    assert "Scheduled for" in ada.get(LIST).text
