"""Y or N: what is plain is taken for the one invitation it can be meant for, once; whatever is not confirms nothing."""

from __future__ import annotations

import contextvars
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from diary import DAY, HOUR, MINUTE, NOON
from dying import dies_at
from evidence import heard, rows
from flask_firmtext import signals
from flask_firmtext.firm.templates_answers import offers
from flask_firmtext.firm.templates_syntax import render
from flask_firmtext.firm.templates_words import LANGUAGES, LONGEST
from flask_firmtext.messaging import resolving
from flask_firmtext.messaging.consent_words import OPT_OUT_WORDS
from flask_firmtext.messaging.segments import Encoding, measure
from flask_firmtext.ports.gateway import Media
from flask_firmtext.ports.values import Answer
from flask_firmtext.practice.calendar import answers
from flask_firmtext.practice.calendar.receipts_words import THANKS, WHICH
from flask_firmtext.store.models import (
    CalendarEvent,
    Conversation,
    EventAnswer,
    Invitation,
    Message,
    Notice,
    OptOut,
    ReadMark,
    ReplyDue,
)
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own
from hearing import ROSA, text_from
from office import STAFF
from replying import START, Replies

YES, NO = Answer.CONFIRMED.value, Answer.DECLINED.value


@pytest.fixture
def desk(app: Any) -> Replies:
    return Replies(app)


@pytest.fixture
def invited(desk: Replies) -> Replies:
    """Rosa was asked whether she can come."""
    desk.invites()
    return desk


@pytest.fixture
def twice(invited: Replies) -> Replies:
    """She was asked about a second event."""
    invited.invites(START + DAY, ref="meeting", title="Meeting")
    return invited


def by_event() -> dict[str, list[str]]:
    """The answers of each event, in their order."""
    refs = {row.id: row.event for row in rows(CalendarEvent)}
    events = {row.id: refs[row.event_id] for row in rows(Invitation)}
    found: dict[str, list[str]] = {}
    for row in sorted(rows(EventAnswer), key=lambda row: row.n):
        found.setdefault(events[row.invitation_id], []).append(row.answer)
    return found


def test_a_y_confirms_and_is_acknowledged_once(invited: Replies) -> None:
    message = invited.says("Y")
    [row] = rows(EventAnswer)
    assert (row.answer, row.n, row.sequence, row.message_id, row.told_at) == (YES, 1, 1, message, None)
    assert invited.stands() == YES
    [thanks] = invited.automatic()
    assert thanks == "Harbor Law: thank you, we have noted that you can come. Hearing, Wed, Jun 11, 3:00 PM."
    [sent] = rows(Message, Message.kind == "auto_reply")
    assert (sent.answers, sent.quiet_zone) == (message, None)
    assert rows(ReplyDue) == []


def test_an_n_declines_and_the_firm_will_be_in_touch(invited: Replies) -> None:
    invited.says("no thank you")
    assert (invited.stands(), rows(OptOut)) == (NO, [])
    [words] = invited.automatic()
    assert words.startswith("Harbor Law: we have noted that you cannot come.")
    assert "We will be in touch." in words


@pytest.mark.parametrize(("language", "begins"), [("fr-CA", "Harbor Law : merci"), ("es", "Harbor Law: gracias")])
def test_thanks_are_in_the_clients_language(desk: Replies, language: str, begins: str) -> None:
    desk.host.add_contact("harbor", "Rosa", ROSA, ref="rosa", language=language)
    desk.invites()
    desk.says("OUI, merci")
    assert desk.automatic()[0].startswith(begins)


@pytest.mark.parametrize("answer", list(Answer))
@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_are_short_and_offer_nothing(answer: Answer, language: str) -> None:
    size = measure(render(THANKS[answer, language], LONGEST[language]))
    most = 1 if answer is Answer.CONFIRMED else 2
    assert (size.encoding, size.count <= most) == (Encoding.GSM7, True), size
    assert offers(THANKS[answer, language]) == []
    assert not {offer.word for offer in offers(WHICH[language])} & set(OPT_OUT_WORDS)
    assert measure(render(WHICH[language], LONGEST[language])).encoding == Encoding.GSM7


def test_the_host_hears_of_it_with_ids_only(invited: Replies) -> None:
    with heard(signals.invitation_answered) as said:
        message = invited.says("Yes!")
    assert said == [{"firm": "harbor", "event": "hearing", "contact": "rosa", "message": str(message)}]


def test_a_plain_answer_waits_for_nobody_but_stays_unread(invited: Replies) -> None:
    invited.says("Y")
    assert not invited.waits()
    [row] = rows(Conversation)
    assert (row.last_in_position > 0, rows(ReadMark)) == (True, [])


@pytest.mark.parametrize("text", ["Y, where do I park?", "yes but later", "\N{THUMBS UP SIGN}", "Y?", "maybe", "2"])
def test_whatever_is_not_plain_confirms_nothing_and_waits(invited: Replies, text: str) -> None:
    invited.says(text)
    assert (invited.answers(), invited.automatic(), invited.waits()) == ([], [], True)


def test_a_question_behind_the_y_still_waits(invited: Replies) -> None:
    invited.clock.move(MINUTE)
    text_from("Y", at=invited.clock.now())
    question = invited.says("Where do I park?")
    assert invited.stands() == YES
    [asked] = rows(Message, Message.id == question)
    assert [row.waiting_since for row in rows(Conversation)] == [asked.shown_at]


def test_a_question_before_the_y_goes_on_waiting(invited: Replies) -> None:
    invited.says("Where do I park?")
    since = invited.clock.now()
    invited.says("Y")
    assert (invited.stands(), [row.waiting_since for row in rows(Conversation)]) == (YES, [since])


def test_a_y_with_a_picture_is_an_ordinary_text(invited: Replies) -> None:
    invited.says("Y", media=(Media("https://media.example/1", "image"),))
    assert (invited.answers(), invited.waits()) == ([], True)


def test_a_later_answer_replaces_the_earlier_and_the_history_stays(invited: Replies) -> None:
    for text in ("Y", "n", "N", "yes"):
        invited.says(text)
    assert (invited.stands(), invited.answers()) == (YES, [YES, NO, YES])
    assert len(invited.automatic()) == 2, "each answer is acknowledged once a day"


def test_an_earlier_answer_that_comes_late_replaces_nothing(invited: Replies) -> None:
    said = invited.clock.now() + MINUTE
    invited.says("N", later=HOUR)
    invited.says("Y", at=said)
    assert (invited.stands(), invited.answers()) == (NO, [NO])


def test_of_two_in_one_second_the_second_stands_in_whatever_order_they_are_seen_to(invited: Replies) -> None:
    invited.clock.move(MINUTE)
    first, second = (text_from(text, at=invited.clock.now()) for text in ("Y", "N"))
    assert first is not None
    assert second is not None
    for message in (second, first):
        answers.settle(message)
    assert (invited.stands(), invited.answers()) == (NO, [NO])


def test_a_carriers_repeat_changes_nothing(invited: Replies) -> None:
    for _ in range(3):
        invited.says("Y", carrier_id="the same", at=NOON + MINUTE)
    assert (invited.answers(), len(invited.automatic())) == ([YES], 1)


def test_the_answer_to_a_moved_event_is_none_for_its_new_time(invited: Replies) -> None:
    invited.says("Y")
    invited.saves(START + HOUR)
    invited.says("Y", later=MINUTE / 60)
    assert invited.answers() == [YES], "of the new time the client knows nothing yet"
    invited.works(2 * MINUTE)
    invited.goes_out()
    invited.says("Y")
    assert [(row.answer, row.sequence) for row in rows(EventAnswer)] == [(YES, 1), (YES, 2)]


def test_an_event_that_came_back_to_what_the_client_knows_is_open(invited: Replies) -> None:
    invited.saves(START + HOUR)
    invited.saves(START)
    invited.works(2 * MINUTE)
    invited.says("Y")
    assert [(row.answer, row.sequence) for row in rows(EventAnswer)] == [(YES, 3)]


def test_a_reply_of_before_the_text_went_out_is_no_answer(invited: Replies) -> None:
    sent = invited.clock.now()
    invited.says("Y", at=sent - MINUTE)
    assert (invited.answers(), rows(ReplyDue)) == ([], [])
    invited.says("Y", at=sent - timedelta(seconds=1))
    assert invited.answers() == [YES], "a carrier's stamps have whole seconds"


def test_a_late_webhook_counts_by_the_time_of_the_reply_and_is_not_acknowledged(invited: Replies) -> None:
    invited.clock.at = START - MINUTE
    said = invited.clock.now()
    invited.says("Y", later=2 * HOUR, at=said)
    assert (invited.answers(), invited.automatic(), rows(ReplyDue)) == ([YES], [], [])


@pytest.mark.parametrize("what", ["begun", "cancelled", "a year later", "not wanted", "deleted"])
def test_a_y_to_what_is_not_open_is_an_ordinary_text(invited: Replies, what: str) -> None:
    if what == "begun":
        invited.clock.at = START
    elif what == "a year later":
        invited.clock.at = START + 365 * DAY
    elif what == "cancelled":
        invited.cancels()
    elif what == "deleted":
        invited.host.remove_event("harbor", "hearing")
        invited.cancels()
    else:
        invited.saves(START, invite=[])
    invited.works()
    invited.goes_out()
    invited.says("Y")
    assert (invited.answers(), invited.automatic(), invited.waits()) == ([], [], True)


@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED, State.CANCELLED, State.EXPIRED])
def test_a_text_that_nobody_has_read_asks_nothing(desk: Replies, state: State) -> None:
    desk.saves(START)
    desk.works()
    desk.goes_out(state)
    desk.says("Y")
    assert desk.answers() == []


def test_a_text_that_a_person_sent_again_asks(desk: Replies) -> None:
    desk.saves(START)
    desk.works()
    desk.goes_out(State.UNKNOWN)
    user = desk.host.users.all[STAFF]
    with own() as session:
        assert resolving.resend(session, desk.message("created"), user=user, token="again") is not None
    desk.goes_out()
    desk.says("Y")
    assert desk.answers() == [YES]


def test_whoever_is_invited_anew_answers_anew(invited: Replies) -> None:
    invited.says("Y")
    for invite in ([], ["rosa"]):
        invited.saves(START, invite=invite)
        invited.works(MINUTE)
        invited.goes_out()
    invited.says("Y")
    assert invited.answers() == [YES, YES]


def test_a_y_from_another_phone_of_the_contact_is_none(invited: Replies) -> None:
    other = "+13125550110"
    invited.office.sends("rosa", to=other)
    invited.goes_out()
    assert invited.says("Y", phone=other) is not None
    assert (invited.answers(), rows(ReplyDue)) == ([], [])


def test_a_strangers_y_stays_in_quarantine(invited: Replies) -> None:
    assert invited.says("Y", phone="+13125550177") is None
    assert (invited.answers(), rows(ReplyDue)) == ([], [])


def test_with_several_open_the_client_is_asked_which_once_an_hour(twice: Replies) -> None:
    twice.says("Y")
    assert (twice.answers(), twice.waits(), twice.lists()) == ([], True, [1, 2])
    [which] = twice.automatic()
    assert which.splitlines() == [
        "Harbor Law: which appointment do you mean? Reply with its number and Y or N, like 1Y.",
        "1 Hearing, Wed, Jun 11, 3:00 PM",
        "2 Meeting, Thu, Jun 12, 3:00 PM",
    ]
    twice.says("Y")
    assert len(twice.automatic()) == 1
    twice.says("Y", later=HOUR)
    assert len(twice.automatic()) == 2


@pytest.mark.parametrize(
    ("asked", "said", "found"),
    [
        ("Y", "2Y", {"meeting": [YES]}),
        ("Y", "N 1", {"hearing": [NO]}),
        ("Y", "2 no thanks", {"meeting": [NO]}),
        ("Y", "2", {"meeting": [YES]}),
        ("no", "#1", {"hearing": [NO]}),
        ("Y", "3", {}),
        ("Y", "no 2", {}),
        ("Y", "1 and 2", {}),
        ("Y", "1Y 2N", {}),
    ],
)
def test_an_answer_with_a_number_goes_to_the_one_that_was_listed(
    twice: Replies, asked: str, said: str, found: dict[str, list[str]]
) -> None:
    twice.says(asked)
    twice.goes_out()
    twice.says(said)
    assert by_event() == found


def test_a_number_without_a_list_is_nothing_and_a_bare_one_is_soon(twice: Replies) -> None:
    twice.says("1")
    assert by_event() == {}
    twice.says("Y")
    twice.goes_out()
    twice.says("1", later=2 * DAY)
    assert by_event() == {}
    twice.says("1Y")
    assert by_event() == {"hearing": [YES]}


def test_a_number_of_an_event_that_has_moved_since_is_nothing(twice: Replies) -> None:
    twice.says("Y")
    twice.goes_out()
    twice.saves(START + HOUR)
    twice.says("1Y")
    assert by_event() == {}
    twice.works(2 * MINUTE)
    twice.goes_out()
    twice.says("1Y")
    assert by_event() == {"hearing": [YES]}, "now the client has read when it is"


def test_a_shared_phone_never_confirms_for_the_wrong_person(desk: Replies) -> None:
    desk.host.add_contact("harbor", "Max Lindqvist", ROSA, ref="max")
    desk.invites(invite=["rosa", "max"])
    desk.says("Y")
    assert desk.answers() == []
    [which] = desk.automatic()
    assert which.splitlines()[1:] == [
        "1 Hearing, Wed, Jun 11, 3:00 PM (Rosa Marsh)",
        "2 Hearing, Wed, Jun 11, 3:00 PM (Max Lindqvist)",
    ]
    desk.goes_out()
    desk.says("2Y")
    assert (desk.stands("rosa"), desk.stands("max")) == (None, YES)


def test_many_open_ones_of_any_title_are_listed_within_two_segments(desk: Replies) -> None:
    for n in range(8):
        desk.invites(START + n * HOUR, ref=f"event-{n}", title="Settlement conference with the mediator " * (n % 3 + 1))
    desk.says("Y")
    [which] = desk.automatic()
    assert measure(which).count <= 2
    assert len(desk.lists()) >= 2


def test_a_host_that_fails_keeps_no_answer_from_being_taken(invited: Replies) -> None:
    invited.host.fault("Firms.get", raises=RuntimeError("away"))
    invited.says("Y")
    assert (invited.answers(), invited.automatic()) == ([YES], [])
    invited.host.mend()
    invited.host.fault("Contacts.get", raises=RuntimeError("away"))
    invited.clock.move(MINUTE)
    invited.settles()
    assert invited.automatic()[0].startswith("Harbor Law: thank you"), "in English, when nobody knows better"
    assert (len(rows(EventAnswer)), rows(ReplyDue)) == (1, [])


@pytest.mark.parametrize("what", ["moved", "cancelled", "left out"])
def test_nobody_is_thanked_late_for_what_is_no_longer_so(invited: Replies, what: str) -> None:
    invited.host.fault("Firms.get", raises=RuntimeError("away"))
    invited.says("Y")
    invited.host.mend()
    if what == "cancelled":
        invited.cancels()
    else:
        invited.saves(START + DAY * (what == "moved"), invite=["rosa"] if what == "moved" else [])
    invited.clock.move(MINUTE)
    invited.settles()
    assert (invited.answers(), invited.automatic(), rows(ReplyDue)) == ([YES], [], [])


def test_a_host_that_fails_for_long_is_given_up(invited: Replies) -> None:
    invited.host.fault("Firms.get", raises=RuntimeError("away"))
    invited.says("Y")
    invited.clock.move(11 * MINUTE)
    invited.settles()
    assert (invited.answers(), invited.automatic(), rows(ReplyDue)) == ([YES], [], [])


def test_what_dies_in_between_is_done_again_and_once(invited: Replies) -> None:
    invited.clock.move(MINUTE)
    message = text_from("Y", at=invited.clock.now())
    assert message is not None
    assert dies_at("answer.taken", lambda: answers.settle(message))
    assert (invited.answers(), invited.automatic()) == ([YES], [])
    invited.clock.move(MINUTE)
    for _ in range(2):
        invited.settles()
    assert (invited.answers(), len(invited.automatic()), rows(ReplyDue)) == ([YES], 1, [])


def test_two_machines_do_not_talk_for_ever(invited: Replies) -> None:
    for n in range(20):
        invited.says(("Y", "N")[n % 2], later=10 * MINUTE / 60)
        invited.goes_out()
    assert len(invited.automatic()) == 2
    assert len(rows(Notice, Notice.purpose == "thanks")) == 2


def test_whoever_wants_no_texts_answers_all_the_same_and_reads_nothing(invited: Replies) -> None:
    invited.says("END")
    invited.says("Y")
    assert (invited.stands(), invited.automatic()) == (YES, [])


def test_yes_after_a_stop_is_a_start_only_when_it_can_be_nothing_else(invited: Replies) -> None:
    invited.says("END")
    invited.says("YES")
    assert ([row.opted_out for row in rows(OptOut)], invited.answers()) == ([True], []), "it may be either"
    invited.cancels()
    invited.says("YES")
    assert [row.opted_out for row in rows(OptOut)] == [False]


@pytest.mark.parametrize("text", ["STOP", "CANCEL", "end", "HELP", "no more", "arret"])
def test_a_word_about_texting_is_no_answer(invited: Replies, text: str) -> None:
    invited.says(text)
    assert (invited.answers(), rows(ReplyDue)) == ([], [])


@pytest.fixture
def threads(app: Any) -> Iterator[Any]:
    """Runs steps at once, each in a context of its own; raises what one of them raised."""

    def run(*steps: Any) -> None:
        errors: list[BaseException] = []

        def alone(step: Any) -> None:
            try:
                with app.app_context():
                    step()
            except BaseException as error:
                errors.append(error)

        running = [threading.Thread(target=contextvars.Context().run, args=(alone, step)) for step in steps]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join(60)
        assert errors == []

    return run


def test_two_answers_at_once_are_both_history_and_the_later_one_stands(invited: Replies, threads: Any) -> None:
    for _ in range(8):
        texts: list[uuid.UUID] = []
        for word in ("Y", "N"):
            invited.clock.move(MINUTE)
            found = text_from(word, at=invited.clock.now())
            assert found is not None
            texts.append(found)
        threads(*(lambda message=message: answers.settle(message) for message in (*texts, *texts)))
        invited.settles()
        assert invited.stands() == NO
        with own() as session:
            assert session.query(ReplyDue).all() == []
    numbers = sorted(row.n for row in rows(EventAnswer))
    assert numbers == list(range(1, len(numbers) + 1))
