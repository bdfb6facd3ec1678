"""How much one person may do in a minute, and what becomes of more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from flask_firmtext import signals
from flask_firmtext.current import firmtext
from flask_firmtext.store import pace_queries
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import reading
from flask_firmtext.web.limits import LOOKED, SOON, TODAY
from office import ADMIN, ROSA, STAFF, Office, Person, typed

MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}


@pytest.fixture
def limited(new_app: Callable[..., Any]) -> Iterator[Callable[..., Office]]:
    """``limited(USER_TEXTS_PER_MINUTE=3)`` is an office of a host with that limit."""
    contexts = []

    def make(**limits: int) -> Office:
        app = new_app(**MEMORY, **{f"FIRMTEXT_{name}": most for name, most in limits.items()})
        contexts.append(app.app_context())
        contexts[-1].push()
        return Office(app)

    yield make
    for context in reversed(contexts):
        context.pop()


def send(staff: Person, text: str, contact: str = "rosa", **more: Any) -> Any:
    return staff.send(f"/texting/new?contact={contact}", text, **more)


@pytest.mark.attack("A38")
@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_a_session_that_sends_too_much_is_refused_with_its_words_and_an_operator_hears(
    limited: Callable[..., Office], htmx: dict[str, str]
) -> None:
    office, heard = limited(USER_TEXTS_PER_MINUTE=3), []
    staff = office.person()
    with signals.alarm.connected_to(lambda app, kind, **rest: heard.append(kind)):
        answers = [send(staff, f"Hello {n}", headers=htmx) for n in range(5)]
    assert [answer.status_code for answer in answers[3:]] == [429, 429]
    assert all(answer.status_code < 400 for answer in answers[:3])
    assert office.texts() == 3
    assert typed(answers[4].text) == "Hello 4"
    assert SOON in answers[4].text
    assert heard == ["too_many_user_texts"]
    assert send(office.person(ADMIN), "Hello from another").status_code == 303


@pytest.mark.attack("A38")
@pytest.mark.parametrize("limit", ["USER_TEXTS_PER_MINUTE", "CONVERSATION_TEXTS_PER_MINUTE"])
def test_other_processes_count(limited: Callable[..., Office], limit: str) -> None:
    office = limited(**{limit: 8})
    for n in range(8):
        office.sends(text=f"by another process {n}")  # not past this process's turnstile
    staff = office.person()
    assert send(staff, "The first here").status_code == 303  # nobody pays for a question at their first click
    assert send(staff, "The second here").status_code == 429


@pytest.mark.attack("A38")
@pytest.mark.parametrize(
    ("limit", "words"),
    [("CONVERSATION_TEXTS_PER_MINUTE", SOON), ("FIRM_TEXTS_PER_MINUTE", SOON), ("FIRM_TEXTS_PER_DAY", TODAY)],
)
def test_conversation_firm_and_day_have_limits_of_their_own(
    limited: Callable[..., Office], limit: str, words: str
) -> None:
    office = limited(**{limit: 3})
    office.sends()
    staff, other = office.person(), office.person(ADMIN)
    answers = [send(staff if n % 2 else other, f"Hello {n}") for n in range(4)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert words in refused[-1].text
    assert office.texts() <= 4
    elsewhere = send(staff, "Somebody else", contact="grace")
    assert (elsewhere.status_code == 303) == (limit == "CONVERSATION_TEXTS_PER_MINUTE")


@pytest.mark.attack("A38")
def test_who_is_refused_takes_nothing_from_colleagues(limited: Callable[..., Office]) -> None:
    office = limited(CONVERSATION_TEXTS_PER_MINUTE=1, FIRM_TEXTS_PER_MINUTE=4, FIRM_TEXTS_PER_DAY=4)
    staff = office.person()
    assert [send(staff, f"Hello {n}").status_code for n in range(6)] == [303, *[429] * 5]
    assert send(office.person(ADMIN), "Hello Grace", contact="grace").status_code == 303


def test_another_firm_has_limits_of_its_own(limited: Callable[..., Office]) -> None:
    office = limited(FIRM_TEXTS_PER_MINUTE=1)
    staff = office.person()
    assert [send(staff, f"Hello {n}").status_code for n in range(2)] == [303, 429]
    with reading() as session:
        assert pace_queries.lately(session, "summit", STAFF, None) == pace_queries.Lately(0, 0, 0)


@pytest.mark.attack("A38")
def test_a_text_that_is_scheduled_or_sent_again_counts(limited: Callable[..., Office]) -> None:
    office = limited(USER_TEXTS_PER_MINUTE=1)
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Later", "zone": "America/Chicago", "time": "10:00"}
    day = f"{firmtext.clock.now().year + 1}-01-05"
    assert staff.post("/texting/scheduled", {**form, "day": day}).status_code == 303
    assert send(staff, "Now").status_code == 429
    assert staff.post("/texting/scheduled", {**form, "day": day, "token": "t2"}).status_code == 429
    assert office.texts() == 0
    text = office.sends()
    office.becomes(text, State.FAILED, reason="temporary_error", code="busy")
    again = f"/texting/conversations/{office.conversation()}/texts/{text}/again"
    assert staff.post(again, {"csrf_token": form["csrf_token"]}).status_code == 303
    assert office.texts() == 1


@pytest.mark.attack("A38")
def test_a_conversation_has_its_limit_whichever_way_a_text_comes_into_it(limited: Callable[..., Office]) -> None:
    office = limited(CONVERSATION_TEXTS_PER_MINUTE=1)
    office.sends()
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Later", "zone": "America/Chicago", "time": "10:00"}
    form["day"] = f"{firmtext.clock.now().year + 1}-01-05"
    assert staff.post("/texting/scheduled", form).status_code == 429
    office.host.add_event("harbor", "Hearing", firmtext.clock.now() + timedelta(days=30), ref="hearing")
    data = {"event": "hearing", "contact": "rosa", "to": "rosa", "text": "Hi", "do": "send", "token": "t"}
    answer = staff.post("/texting/events/text", {**data, "csrf_token": form["csrf_token"]})
    assert (answer.status_code, SOON in answer.text) == (422, True)
    assert office.texts() == 1


def test_nobody_pays_for_it_at_an_ordinary_click(
    limited: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, asked = limited(USER_TEXTS_PER_MINUTE=16, FIRM_TEXTS_PER_MINUTE=600, FIRM_TEXTS_PER_DAY=5000), []
    lately = pace_queries.lately
    monkeypatch.setattr(pace_queries, "lately", lambda *of: asked.append(of) or lately(*of))
    staff = office.person()
    assert [send(staff, f"Hello {n}").status_code for n in range(2)] == [303, 303]
    assert asked == []
    assert send(staff, "Hello at last").status_code == 303
    assert len(asked) == 1


@pytest.mark.attack("A42")
@pytest.mark.parametrize("address", ["/texting/new", "/texting/"])
def test_numbers_cannot_be_looked_up_one_after_the_other(limited: Callable[..., Office], address: str) -> None:
    office = limited(LOOKUPS_PER_MINUTE=3)
    staff = office.person()
    token = {"csrf_token": staff.composer("/texting/new?contact=rosa")["csrf_token"]}
    answers = [staff.post(address, {**token, "q": f"312555010{n}"}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert LOOKED in answers[4].text
    assert ROSA[2:] not in answers[4].text
    assert staff.post(address, {**token, "q": "Marsh"}).status_code == 200  # a name is no list of numbers
