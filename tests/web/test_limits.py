"""How much one person may do in a minute, and what becomes of more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flask_firmtext import signals
from flask_firmtext.current import firmtext
from flask_firmtext.ports.gateway import Reason
from flask_firmtext.ports.values import PhoneNumber
from flask_firmtext.store import keys, pace_queries
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import reading
from flask_firmtext.web import limits
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


def test_a_form_that_was_accepted_before_says_so_past_the_limit_and_costs_nothing(
    limited: Callable[..., Office],
) -> None:
    office = limited(USER_TEXTS_PER_MINUTE=2)
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Hello"}
    assert [staff.post("/texting/texts", form).status_code for _ in range(3)] == [303, 303, 303]
    assert send(staff, "The second").status_code == 303, "two repeats cost nothing"
    assert send(staff, "The third").status_code == 429
    assert staff.post("/texting/texts", form).status_code == 303
    assert office.texts() == 2


def test_a_text_for_later_that_was_taken_before_says_so_past_the_limit(limited: Callable[..., Office]) -> None:
    office = limited(USER_TEXTS_PER_MINUTE=1)
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Later", "zone": "America/Chicago", "time": "10:00"}
    form["day"] = f"{firmtext.clock.now().year + 1}-01-05"
    assert [staff.post("/texting/scheduled", form).status_code for _ in range(2)] == [303, 303]


def test_who_is_turned_away_by_the_firms_limit_has_spent_nothing_of_their_own(limited: Callable[..., Office]) -> None:
    office = limited(USER_TEXTS_PER_MINUTE=50, CONVERSATION_TEXTS_PER_MINUTE=50, FIRM_TEXTS_PER_MINUTE=2)
    staff = office.person()
    assert [send(staff, f"Hello {n}").status_code for n in range(4)] == [303, 303, 429, 429]
    assert firmtext.turnstiles["user 50"].lately(f"harbor {STAFF}") == 2
    assert firmtext.turnstiles["conversation 50"].lately(str(office.conversation())) == 1  # the first one began it


@pytest.mark.parametrize("limit", ["USER_TEXTS_PER_MINUTE", "FIRM_TEXTS_PER_DAY"])
def test_what_the_database_refuses_is_not_counted(limited: Callable[..., Office], limit: str) -> None:
    office = limited(**{"FIRM_TEXTS_PER_MINUTE": 50, limit: 4})
    for n in range(4):
        office.sends(text=f"by another process {n}")
    staff = office.person()
    assert [send(staff, f"Hello {n}").status_code for n in range(2)] == [429, 429]
    assert firmtext.turnstiles["firm 50"].lately("harbor") == 0


def test_several_attendees_are_all_sent_or_none_and_a_repeat_costs_nothing(limited: Callable[..., Office]) -> None:
    office = limited(USER_TEXTS_PER_MINUTE=3)
    staff = office.person()
    office.host.add_event("harbor", "Hearing", firmtext.clock.now() + timedelta(days=30), ref="hearing")
    page = "/texting/events/text?event=hearing&contact=rosa&contact=grace"

    def opened() -> dict[str, Any]:
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', staff.get(page).text))
        return {**hidden, "contact": ["rosa", "grace"], "to": ["rosa", "grace"], "text": "Dear {contact}", "do": "send"}

    form, more = opened(), opened()
    assert [staff.post("/texting/events/text", form).status_code for _ in range(2)] == [303, 303]
    answer = staff.post("/texting/events/text", more)
    assert (answer.status_code, office.texts()) == (429, 2)
    assert "Dear {contact}" in answer.text
    assert send(staff, "One is left").status_code == 303


@pytest.mark.attack("A38")
@pytest.mark.parametrize("what", ["again", "new-number", "resend"])
def test_a_failed_text_is_not_sent_again_past_the_limit(limited: Callable[..., Office], what: str) -> None:
    office = limited(USER_TEXTS_PER_MINUTE=1)
    staff, texts = office.person(), [office.sends(by=ADMIN), office.sends(by=ADMIN)]
    reason, code = {
        "again": (Reason.TEMPORARY_ERROR, "busy"),
        "new-number": (Reason.UNREACHABLE_NUMBER, "absent"),
        "resend": (None, None),
    }[what]
    for text in texts:
        office.becomes(text, State.FAILED if code else State.UNKNOWN, reason=reason, code=code)
    conversation, number = office.conversation(), "+13125550177"
    form = {"csrf_token": staff.composer("/texting/new?contact=rosa")["csrf_token"], "why": "Urgent"}
    form["number"] = keys.index_of("harbor", number).hex()
    if what == "new-number":
        rosa = office.host.for_firm("harbor").contacts.get("rosa")
        office.host.put_contact("harbor", replace(rosa, numbers=(PhoneNumber(number),), texting_number=number))
    said = []
    for text in (*texts, texts[0]):
        address = f"/texting/conversations/{conversation}/texts/{text}/{what}"
        said += re.findall(r"said=(\w+)", staff.post(address, form).location)
    first = {"again": "again", "new-number": "elsewhere", "resend": "again"}[what]
    assert said == [first, limits.CODE, "again" if what == "resend" else "tried_again"]
    assert office.texts() == 3


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
