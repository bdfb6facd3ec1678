"""What a client's text does about texting: at once, by its carrier's time, and once however often it comes."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attempts import claimed
from evidence import heard, kept, rows
from flask_firmtext import signals
from flask_firmtext.clock import FixedClock
from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging import auto_replies, consent
from flask_firmtext.store import keys, queries, reply_queries
from flask_firmtext.store.models import AnswerDue, Audit, ConsentEvent, Conversation, Message, OptOut
from flask_firmtext.store.transactions import own, reading
from hearing import ROSA, text_from
from rows import STAFF, accepted, changed, verified_number

NOON = datetime(2031, 3, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def phone(app: Any) -> bytes:
    """Rosa's phone, as Harbor knows it, whose toll-free number has texted her."""
    verified_number()
    accepted("How are you?")
    return keys.index_of("harbor", ROSA)


@pytest.fixture
def noon(app: Any) -> datetime:
    """The process's clock stands still."""
    app.extensions["firmtext"].clock = FixedClock(NOON)
    return NOON


def stands() -> str | None:
    """The evidence of the standing opt-out."""
    return next((row.evidence for row in rows(OptOut) if row.opted_out), None)


def owed() -> list[tuple[str, str]]:
    return sorted((str(row.answer), row.language) for row in rows(AnswerDue))


def conversation() -> Conversation:
    [row] = rows(Conversation)
    return row  # type: ignore[no-any-return]


def may_go(message: uuid.UUID) -> bool:
    with reading() as session:
        return bool(queries.due(session, Message.id == message, limit=1))


WORDS = ["STOP", "StopAll", "unsubscribe", "CANCEL", "end.", "Quit!", "revoke", "opt-out", "Arrêt", "ALTO", "stpo"]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_stops_texts_at_once_and_withdraws_what_waits(word: str, phone: bytes) -> None:
    text = text_from(word)
    assert stands() is not None
    assert [row.state for row in rows(Message, Message.direction == "out")] == ["cancelled"]
    [event] = rows(ConsentEvent)
    assert (event.change, event.by, event.message_id, event.phone_index) == ("opted_out", "client", text, phone)
    with pytest.raises(TextRefused):
        accepted("Hello")


def test_the_text_itself_is_kept_and_the_host_hears_of_the_change_with_the_conversation() -> None:
    with heard(signals.consent_changed) as said:
        text_from("END")
    assert said == [{"firm": "harbor", "conversation": str(conversation().id), "opted_out": True}]
    assert len(rows(Message, Message.direction == "in")) == 1
    [record] = rows(Audit, Audit.action == "consent.opt_out")
    assert (record.evidence or "").startswith("client:END ")


@pytest.mark.parametrize(
    ("word", "evidence", "answers"),
    [
        ("STOP", "network:STOP", []),
        ("arret", "network:ARRET", []),
        ("STOP!", "client:STOP", [("stopped", "en")]),
        ("END", "client:END", [("stopped", "en")]),
        ("Arrêt", "client:ARRET", [("stopped", "fr")]),
        ("alto", "client:ALTO", [("stopped", "es")]),
    ],
)
def test_on_a_toll_free_number_the_network_answers_its_own_word_and_we_every_other(
    word: str, evidence: str, answers: list[tuple[str, str]]
) -> None:
    text_from(word)
    assert (stands(), owed()) == (evidence, answers)


def test_on_any_other_number_we_answer_stop() -> None:
    local = verified_number("harbor", "+13125550199")
    with own() as session:
        session.query(Conversation).one().number_id = local.id
    text_from("STOP", to="+13125550199")
    assert (stands(), owed()) == ("client:STOP", [("stopped", "en")])


def test_whoever_is_opted_out_and_says_so_again_gets_no_second_answer() -> None:
    text_from("END")
    with own() as session:
        session.query(AnswerDue).delete()
    text_from("QUIT")
    assert (stands(), owed()) == ("client:END", [])
    assert len(rows(ConsentEvent)) == 2


@pytest.mark.parametrize("order", [[("END", 3), ("STOP", 1)], [("STOP", 3), ("END", 1)]])
@pytest.mark.parametrize("late", [False, True])
def test_once_the_network_blocks_as_well_only_its_own_word_lifts_it(
    noon: datetime, order: list[tuple[str, int]], late: bool
) -> None:
    for word, ago in reversed(order) if late else order:
        text_from(word, at=noon - ago * MINUTE)
    [row] = rows(OptOut)
    stopped = next(ago for word, ago in order if word == "STOP")
    assert (row.evidence, row.since) == ("network:STOP", noon - stopped * MINUTE)
    assert len(owed()) <= 1
    assert len(rows(Audit, Audit.action == "consent.opt_out")) == 1
    with own() as session:
        for due in session.query(AnswerDue):
            assert auto_replies.settle(session, due, "Words") is None, "the network has confirmed it"


def test_a_repeated_webhook_is_heard_once() -> None:
    for _ in range(5):
        text_from("END", carrier_id="the same")
    assert (len(rows(ConsentEvent)), owed()) == (1, [("stopped", "en")])


def test_a_later_start_lifts_an_opt_out_and_is_answered_where_the_network_does_not(noon: datetime) -> None:
    text_from("END", at=noon - 3 * MINUTE)
    with heard(signals.consent_changed) as said:
        text_from("Start!", at=noon - 2 * MINUTE)
    assert stands() is None
    assert said == [{"firm": "harbor", "conversation": str(conversation().id), "opted_out": False}]
    assert ("started", "en") in owed()
    text_from("STOP", at=noon - MINUTE)
    text_from("UNSTOP", at=noon)
    assert (stands(), len([1 for answer, _ in owed() if answer == "started"])) == (None, 1)


@pytest.mark.parametrize("behind", [MINUTE, timedelta(0)])
def test_an_old_start_after_a_newer_stop_changes_nothing_and_a_tie_is_a_stop(noon: datetime, behind: timedelta) -> None:
    """A05."""
    text_from("STOP", at=noon - MINUTE)
    text_from("START", at=noon - MINUTE - behind)
    assert stands() == "network:STOP"


def test_an_old_start_changes_nothing_behind_any_of_two_stops(noon: datetime) -> None:
    text_from("END", at=noon - 5 * MINUTE)
    text_from("QUIT", at=noon - MINUTE)
    text_from("START", at=noon - 3 * MINUTE)
    assert stands() == "client:END"


def test_what_holds_does_not_depend_on_the_order_in_which_webhooks_come(noon: datetime, phone: bytes) -> None:
    """R5, F59: three words with three times, in every order."""
    said = [("STOP", 3), ("START", 2), ("END", 1)]
    for words in (
        [*said],
        [("END", 3), ("STOP", 2), ("START", 1)],
        [("START", 3), ("QUIT", 2), ("START", 2)],
        [("END", 2), ("QUIT", 1), ("START", 1)],
    ):
        found = set()
        for order in itertools.permutations(words):
            with own() as session:
                for model in (ConsentEvent, OptOut, AnswerDue):
                    session.query(model).delete()
            for word, ago in order:
                text_from(word, at=noon - ago * MINUTE)
            found.add(stands() is not None)
        assert len(found) == 1, words


ASK = "please stop texting me"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([("STOP", 9), ("START", 6), (ASK, 3)], "waits"),
        ([("START", 6), (ASK, 6)], "waits"),
        ([(ASK, 9), ("STOP", 6), ("START", 3)], "free"),
        ([("START", 9), (ASK, 6), ("STOP", 3)], "stopped"),
        ([(ASK, 9), ("START", 6), (ASK, 3)], "waits"),
    ],
)
def test_a_request_holds_until_a_later_word_in_whichever_order_they_come(
    noon: datetime, words: list[tuple[str, int]], expected: str
) -> None:
    """R5, F59: nobody decides meanwhile."""
    for order in itertools.permutations(words):
        with own() as session:
            for model in (ConsentEvent, OptOut, AnswerDue):
                session.query(model).delete()
        texts = {(word, ago): text_from(word, at=noon - ago * MINUTE) for word, ago in order}
        asked_by = [row.asked_by for row in rows(OptOut) if row.asked_at]
        found = "stopped" if stands() else "waits" if asked_by else "free"
        assert found == expected, order
        assert asked_by == ([texts[min(one for one in texts if one[0] == ASK)]] if asked_by else []), order
        assert len(rows(ConsentEvent)) == len(words)


def test_an_old_start_asks_nobody_again_what_was_decided() -> None:
    text = text_from(ASK)
    assert text is not None
    with own() as session:
        consent.not_an_opt_out(session, conversation(), text, user=STAFF)
    text_from("START", at=datetime.now(UTC) - 5 * MINUTE)
    [row] = rows(OptOut)
    assert (row.opted_out, row.asked_at, row.asked_by) == (False, None, None)


@pytest.mark.parametrize("word", ["YES", "yes!"])
def test_yes_is_a_start_after_an_opt_out_only(noon: datetime, word: str) -> None:
    text_from(word, at=noon - 3 * MINUTE)
    assert (rows(ConsentEvent), stands()) == ([], None)
    text_from("END", at=noon - 2 * MINUTE)
    text_from(word, at=noon - MINUTE)
    assert stands() is None


@pytest.mark.parametrize("word", ["Y", "y", "oui", "Y thanks", "sure"])
def test_a_y_is_never_an_opt_in(noon: datetime, word: str) -> None:
    text_from("END", at=noon - 2 * MINUTE)
    text_from(word, at=noon - MINUTE)
    assert stands() == "client:END"


def test_an_opted_out_yes_while_invitations_are_open_is_neither(
    noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_from("END", at=noon - 2 * MINUTE)
    monkeypatch.setattr(reply_queries, "is_invited", lambda *_: True)
    text_from("YES", at=noon - MINUTE)
    assert stands() == "client:END"


@pytest.mark.parametrize(("word", "language"), [("HELP", "en"), ("info", "en"), ("Aide", "fr"), ("AYUDA", "es")])
def test_help_is_owed_an_answer_in_the_language_of_the_word(word: str, language: str) -> None:
    text_from(word)
    assert (owed(), rows(ConsentEvent)) == ([("help", language)], [])


def test_a_text_that_asks_pauses_what_is_automatic_and_no_person() -> None:
    text = text_from("Please don't text me any more")
    [row] = rows(OptOut)
    assert (row.opted_out, row.asked_by) == (False, text)
    assert row.asked_at is not None
    by_a_person, by_nobody = accepted("by a person"), accepted("by nobody")
    changed(by_nobody, kind="reminder")
    for mine in (by_a_person, by_nobody):
        with own() as session:
            session.query(Message).filter(Message.direction == "out").update({"state": "delivered"})
        changed(mine, state="queued")
        assert may_go(mine) is (mine == by_a_person)
    assert text is not None
    with own() as session:
        consent.not_an_opt_out(session, conversation(), text, user=STAFF)
    assert may_go(by_nobody)


def test_a_question_is_decided_once(app: Any) -> None:
    text = text_from("stop texting me")
    assert text is not None
    with own() as session:
        assert consent.opt_out_as_asked(session, conversation(), text, user=STAFF)
    with own() as session:
        assert not consent.not_an_opt_out(session, conversation(), text, user=STAFF)
    assert stands() == "asked"
    changes = [(str(row.change), row.by, row.message_id) for row in rows(ConsentEvent)]
    assert sorted(changes) == [("asked", "client", text), ("opted_out", STAFF.ref, text)]


def test_what_is_no_opt_out_lets_automatic_texts_go_on() -> None:
    text = text_from("stop texting me")
    assert text is not None
    with own() as session:
        assert consent.not_an_opt_out(session, conversation(), text, user=STAFF)
    [row] = rows(OptOut)
    assert (row.opted_out, row.asked_at, row.asked_by) == (False, None, None)
    assert [row.change for row in rows(ConsentEvent, ConsentEvent.by == STAFF.ref)] == ["not_an_opt_out"]


@pytest.mark.parametrize(("word", "evidence"), [("START", None), ("END", "client:END")])
def test_the_clients_own_word_settles_a_question(noon: datetime, word: str, evidence: str | None) -> None:
    text_from("stop texting me", at=noon - 2 * MINUTE)
    text_from(word, at=noon - MINUTE)
    [row] = rows(OptOut)
    assert (row.asked_at, stands()) == (None, evidence)


def test_a_stop_from_a_stranger_is_heeded_and_not_answered(app: Any) -> None:
    assert text_from("END", sender="+13125550142") is None
    assert (stands(), owed(), [reason for _, reason, _ in kept()]) == ("client:END", [], ["stranger"])


@pytest.mark.parametrize("word", ["END", "HELP"])
def test_a_word_that_comes_hours_late_counts_and_is_not_answered(noon: datetime, word: str) -> None:
    text_from(word, at=noon - timedelta(hours=2))
    assert (stands(), owed()) == ("client:END" if word == "END" else None, [])


def test_staff_can_stop_texts_and_only_the_client_lifts_that(noon: datetime) -> None:
    with own() as session:
        assert consent.note_opt_out(session, conversation(), "phone", user=STAFF)
    with own() as session:
        assert not consent.note_opt_out(session, conversation(), "phone", user=STAFF)
    assert stands() == "staff:phone"
    text_from("START", at=noon + MINUTE)
    assert stands() is None


def test_a_text_that_was_being_sent_stays_and_its_evidence_counts() -> None:
    attempt = claimed("on its way")
    text_from("END")
    assert rows(Message, Message.id == attempt.message_id)[0].state == "sending"
