"""The host hears every answer, once and in order, from a step of its own that a slow or failing host keeps alone."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import update

from diary import DAY, HOUR, MINUTE
from dying import dies_at
from evidence import counted, rows
from flask_firmtext.ports.values import Answer
from flask_firmtext.practice.calendar import answers, responding
from flask_firmtext.store.models import CalendarEvent, EventAnswer
from flask_firmtext.store.transactions import own
from flask_firmtext.worker import clerk
from hearing import text_from
from replying import START, Replies

WHERE = ("hearing", "rosa")


@pytest.fixture
def desk(app: Any) -> Replies:
    made = Replies(app)
    made.invites()
    return made


@pytest.fixture
def told(desk: Replies, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Answer, str]]:
    """What the host was told, with the tokens; a call that fails is told, too."""
    calls: list[tuple[Answer, str]] = []
    calendar = type(desk.host.for_firm("harbor").calendar)
    respond = calendar.respond

    def note(port: Any, event: str, contact: str, answer: Answer, *, token: str) -> None:
        calls.append((answer, token))
        respond(port, event, contact, answer, token=token)

    monkeypatch.setattr(calendar, "respond", note)
    return calls


def untold() -> int:
    return sum(row.told_at is None and row.not_before is not None for row in rows(EventAnswer))


def answered(desk: Replies) -> Answer | None:
    return desk.host.files("harbor").answers.get(WHERE)


def test_the_host_hears_an_answer_once(desk: Replies, told: list[tuple[Answer, str]]) -> None:
    desk.says("Y")
    for _ in range(3):
        desk.responds()
        desk.clock.move(HOUR)
    [row] = rows(EventAnswer)
    assert told == [(Answer.CONFIRMED, f"firmtext:{row.invitation_id}:1")]
    assert answered(desk) is Answer.CONFIRMED
    assert row.told_at is not None


def test_answers_are_told_in_order_and_the_first_is_waited_for(desk: Replies, told: list[tuple[Answer, str]]) -> None:
    desk.host.fault("Calendar.respond", raises=RuntimeError("away"), times=2)
    for text in ("Y", "N", "Y"):
        desk.says(text)
    desk.responds()
    assert [answer for answer, _ in told] == [Answer.CONFIRMED]
    assert (untold(), answered(desk)) == (3, None)
    desk.clock.move(MINUTE)
    desk.responds()
    desk.clock.move(HOUR)
    desk.responds()
    assert [token.rpartition(":")[2] for _, token in told] == ["1", "1", "1", "2", "3"]
    assert (untold(), answered(desk)) == (0, Answer.CONFIRMED)


@pytest.mark.fault("F75")
def test_a_host_that_wrote_and_then_failed_is_told_again_with_the_same_token(
    desk: Replies, told: list[tuple[Answer, str]]
) -> None:
    desk.host.fault("Calendar.respond", raises_after=RuntimeError("died"), times=1)
    desk.says("N")
    desk.responds()
    desk.clock.move(MINUTE)
    desk.responds()
    assert len(told) == 2
    assert told[0] == told[1]
    assert (untold(), answered(desk)) == (0, Answer.DECLINED)


def test_one_host_that_fails_is_asked_at_growing_pauses_until_a_day_after_the_event(
    desk: Replies, told: list[tuple[Answer, str]]
) -> None:
    desk.host.fault("Calendar.respond", raises=RuntimeError("away"))
    desk.says("Y")
    times = []
    while desk.clock.now() < START + 2 * DAY:
        before = len(told)
        desk.responds()
        times += [desk.clock.now()] * (len(told) - before)
        desk.clock.move(15 * MINUTE)
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert max(pauses) == HOUR
    assert pauses == sorted(pauses)
    assert START + DAY - 2 * HOUR < times[-1] < START + DAY
    assert (untold(), counted("answer_not_told"), answered(desk)) == (0, 1, None)


@pytest.mark.parametrize("what", ["moved", "cancelled", "not wanted"])
def test_an_answer_to_what_is_no_longer_so_is_not_told(
    desk: Replies, told: list[tuple[Answer, str]], what: str
) -> None:
    desk.says("Y")
    if what == "moved":
        desk.saves(START + HOUR)
    elif what == "cancelled":
        desk.cancels()
    else:
        desk.saves(START, invite=[])
    desk.responds()
    assert (told, untold(), counted("answer_not_told")) == ([], 0, 1)


def meanwhile(model: Any, **columns: Any) -> None:
    """Somebody else's transaction."""
    with own() as session:
        session.execute(update(model).values(**columns))


def test_an_event_that_is_moved_while_the_host_is_told_is_rolled_back(desk: Replies) -> None:
    desk.says("Y")
    desk.host.fault("Calendar.respond", does=lambda: meanwhile(CalendarEvent, sequence=2), times=1)
    desk.responds()
    assert (untold(), rows(EventAnswer)[0].told_at) == (1, None)


def test_whoever_is_second_is_rolled_back(desk: Replies) -> None:
    desk.says("Y")
    [row] = rows(EventAnswer)
    desk.host.fault("Calendar.respond", does=lambda: meanwhile(EventAnswer, told_at=START), times=1)
    assert not responding.tell(row.id)
    assert rows(EventAnswer)[0].told_at == START


def test_what_dies_when_the_host_has_been_told_is_told_again(desk: Replies, told: list[tuple[Answer, str]]) -> None:
    desk.says("Y")
    [row] = rows(EventAnswer)
    assert dies_at("respond.told", lambda: responding.tell(row.id))
    assert untold() == 1
    desk.clock.move(MINUTE)
    desk.responds()
    assert (untold(), answered(desk)) == (0, Answer.CONFIRMED)


def test_whoever_has_claimed_it_is_alone(desk: Replies) -> None:
    desk.says("Y")
    [row] = rows(EventAnswer)
    again: list[bool] = []
    desk.host.fault("Calendar.respond", does=lambda: again.append(responding.tell(row.id)), times=1)
    assert responding.tell(row.id)
    assert again == [False]


def test_the_clerks_do_all_of_it(app: Any, desk: Replies) -> None:
    desk.clock.move(MINUTE)
    text_from("Y", at=desk.clock.now())
    assert answers.due()
    for one in (clerk.for_replies(app), clerk.for_responses(app)):
        one.exhaust()
    assert (answered(desk), len(desk.automatic())) == (Answer.CONFIRMED, 1)
