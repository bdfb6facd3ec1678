from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_firmtext.adapters import vonage_events
from flask_firmtext.adapters.vonage_codes import CODES, REFUSALS
from flask_firmtext.current import firmtext
from flask_firmtext.messaging.wording import (
    HOLDS,
    OPT_OUTS,
    REASONS,
    STATES,
    failure_words,
    find_reason,
    hold_words,
    opted_out,
    reason_words,
    state_words,
)
from flask_firmtext.ports.gateway import Again, Reason
from flask_firmtext.store.states import State

NOW = datetime(2025, 3, 3, 18, 0, tzinfo=UTC)  # a Monday, noon in Chicago
CHICAGO = "America/Chicago"


def words(state, *, reason=None, due=None, zone=CHICAGO, hold=None):
    return state_words(state, reason, due, NOW, zone, hold)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("queued", "Sending…"),
        ("sending", "Sending…"),
        ("submitted", "Sent"),
        ("delivered", "Delivered"),
        ("unknown", "Not sure it was sent"),
        ("unconfirmed", "Sent, no confirmation"),
        ("cancelled", "Cancelled"),
        ("expired", "Not sent: too late"),
        ("received", "Received"),
    ],
)
def test_each_state_has_its_words(state, shown):
    assert words(state) == shown


def test_every_state_has_words_and_no_other():
    assert set(STATES) == set(State)
    with pytest.raises(KeyError):
        words("lost")


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        ("unreachable_number", "Unreachable number"),
        ("rejected_by_carrier", "Rejected by carrier"),
        ("temporary_error", "Temporary error"),
        ("unknown_error", "Unknown error"),
        ("carrier_error", "Carrier error"),
        (None, "Unknown error"),
        ("of another version", "Unknown error"),
    ],
)
def test_a_failed_text_says_why(reason, label):
    assert words("failed", reason=reason) == f"Not delivered: {label}"


def test_every_reason_has_a_meaning_and_a_next_step():
    assert set(REASONS) == set(Reason)
    for said in (*REASONS.values(), *HOLDS.values()):
        assert said.label
        assert said.meaning.endswith(".")
        assert said.next_step.endswith(".")


@pytest.mark.parametrize(
    ("due", "shown"),
    [
        (datetime(2025, 3, 4, 15, 0, tzinfo=UTC), "Tue 9:00 AM"),
        (datetime(2025, 3, 3, 20, 5, tzinfo=UTC), "Mon 2:05 PM"),
        (datetime(2025, 3, 4, 5, 59, tzinfo=UTC), "Mon 11:59 PM"),
        (datetime(2025, 3, 10, 4, 59, tzinfo=UTC), "Sun 11:59 PM"),  # the clocks went forward that night
        (datetime(2025, 3, 10, 14, 0, tzinfo=UTC), "Mon, Mar 10, 9:00 AM"),
        (datetime(2026, 1, 5, 15, 0, tzinfo=UTC), "Mon, Jan 5, 2026, 9:00 AM"),
    ],
)
def test_a_text_that_is_not_yet_due_says_when(due, shown):
    assert words("queued", due=due) == f"Scheduled for {shown}"


def test_a_text_that_is_due_is_being_sent():
    assert words("queued", due=NOW) == "Sending…"


def test_a_time_without_a_known_zone_is_told_in_utc_and_says_so():
    for zone in ("", "Mars/Olympus", "../etc/passwd", "\x00"):
        assert words("queued", due=NOW + timedelta(hours=1), zone=zone) == "Scheduled for Mon 7:00 PM UTC"


def test_a_held_text_says_what_it_waits_for():
    assert words("queued", hold="balance") == "Waiting: the carrier account has no credit"
    assert words("queued", hold="of another version") == "Waiting: sending is stopped"


def test_a_hold_is_not_told_before_the_text_is_due():
    assert words("queued", hold="balance", due=NOW + timedelta(days=1)) == "Scheduled for Tue 12:00 PM"


def test_a_text_in_quiet_hours_says_when_they_end_where_the_client_is():
    due = datetime(2025, 3, 4, 16, 0, tzinfo=UTC)
    shown = words("queued", hold="quiet_hours", due=due, zone="America/Los_Angeles")
    assert shown == "Waiting: quiet hours until 8:00 AM, client's time"


@given(st.sampled_from(sorted(set(STATES) - {"queued"})), st.sampled_from(sorted(HOLDS)))
def test_a_hold_changes_nothing_about_a_text_that_is_under_way(state, hold):
    assert words(state, hold=hold) == words(state)


@pytest.mark.parametrize("given_reason", ["temporary_error", "Temporary error", " temporary ERROR "])
def test_a_reason_is_found_by_code_or_label(given_reason):
    assert find_reason(given_reason) is Reason.TEMPORARY_ERROR


def test_a_reason_that_is_none_is_not_found():
    assert find_reason("tired") is None


def test_unknown_holds_and_reasons_still_say_what_to_do():
    assert hold_words("tomorrow's").next_step
    assert reason_words("tomorrow's") == REASONS[Reason.UNKNOWN_ERROR]


def test_an_opt_out_says_who_when_and_what_lifts_it():
    at = datetime(2025, 5, 4, 2, 0, tzinfo=UTC)
    shown = opted_out("Ada {Lovelace}", "client", at, at, CHICAGO)
    assert shown == ("Ada {Lovelace} replied STOP on May 3. Texts can go out again once a START comes from that phone.")


def test_an_opt_out_of_another_year_names_it():
    at = datetime(2024, 5, 3, 18, 0, tzinfo=UTC)
    for evidence in OPT_OUTS:
        assert "May 3, 2024" in opted_out("Ada", evidence, at, NOW, CHICAGO)


def test_an_opt_out_without_known_evidence_still_says_when():
    for evidence in (None, "of another version"):
        assert opted_out("Ada", evidence, NOW, NOW, CHICAGO).startswith(
            "Ada asked for no more texts, noted on March 3."
        )


def test_what_only_the_operator_can_mend_says_so_with_the_tables_reason(
    app: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firmtext.gateway, "meaning", vonage_events.meaning)
    for code in (*CODES, *REFUSALS):
        means = vonage_events.meaning(code)
        words = failure_words(means.reason, code)
        assert (words.label, words.meaning) == (REASONS[means.reason].label, REASONS[means.reason].meaning)
        assert words.next_step.startswith("The operator was told.") is means.operator, code
        if not means.operator:
            assert words == reason_words(means.reason)
        else:
            assert ("once that is mended" in words.next_step) is (means.again is Again.WORTH_IT), code
            assert "Tell whoever operates" not in words.next_step


def test_a_code_that_cannot_be_read_leaves_the_reasons_words(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(code: str | None) -> None:
        raise ImportError("no SDK")

    monkeypatch.setattr(firmtext.gateway, "meaning", broken)
    assert failure_words("carrier_error", "1060") == reason_words("carrier_error")
    assert failure_words("carrier_error", None) == reason_words("carrier_error")
