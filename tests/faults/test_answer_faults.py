"""F78: a client's Y that comes in the very moment in which its event is moved."""

from __future__ import annotations

from typing import Any

import pytest

from diary import HOUR, MINUTE
from evidence import rows
from flask_firmtext.practice.calendar import answers
from flask_firmtext.store.models import (
    Attempt,
    CalendarEvent,
    EventAnswer,
    Invitation,
    Message,
    Notice,
    Reminder,
    ReplyDue,
)
from flask_firmtext.store.transactions import own
from hearing import text_from
from racing import at_once
from replying import ROSA, START, Replies

#: Those that refer to others first.
OF_A_ROUND = (EventAnswer, ReplyDue, Notice, Reminder, Invitation, CalendarEvent, Attempt, Message)


def one_round(app: Any, desk: Replies) -> tuple[int, ...]:
    """A move and a Y at once; for which of the event's times the Y was taken."""
    with own() as session:
        for model in OF_A_ROUND:
            session.query(model).delete()
    desk.invites(START)
    desk.clock.move(MINUTE)
    said = text_from("Y", sender=ROSA, at=desk.clock.now())
    assert said is not None
    assert at_once(app, lambda: desk.saves(START + HOUR), lambda: answers.settle(said)) == []
    desk.clock.move(MINUTE)
    desk.settles()  # whoever saw it change under his hands looks again
    taken = tuple(row.sequence for row in rows(EventAnswer))
    assert set(taken) <= {1}, "of the new time the client knew nothing yet"
    desk.works(2 * MINUTE)
    assert desk.purposes()[-1] == "updated"
    [invitation], [event] = rows(Invitation), rows(CalendarEvent)
    assert (event.sequence, invitation.answer_sequence) in {(2, None), (2, 1)}
    return taken


@pytest.mark.fault("F78")
@pytest.mark.parametrize(
    "rounds", [3, pytest.param(300, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])], ids=["few", "three hundred"]
)
def test_f78_a_yes_in_the_moment_of_a_move_is_taken_for_the_time_that_the_client_knew(app: Any, rounds: int) -> None:
    desk = Replies(app)
    taken = [one_round(app, desk) for _ in range(rounds)]
    assert rounds < 100 or set(taken) == {(), (1,)}, "both were first at times"
