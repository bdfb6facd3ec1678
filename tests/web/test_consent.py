"""May we text this number? Asked, decided once, shown with its evidence."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from evidence import rows
from flask_firmtext.messaging import consent, proof
from flask_firmtext.messaging.thread_rows import PAGE
from flask_firmtext.store import keys
from flask_firmtext.store.models import Audit, ConsentEvent, Conversation, Message, OptOut
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own
from office import ADMIN, ROSA, STAFF, Office
from strange import SARA, texts

ASKS = "Please stop texting me, it is <b>over</b>"


def address(office: Office, rest: str = "") -> str:
    return f"/texting/conversations/{office.conversation()}{rest}"


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def asked(office: Office, text: str = ASKS) -> str:
    """The address of a client's text that asks, below the consent of its conversation."""
    office.becomes(office.sends("rosa", "See you"), State.DELIVERED)
    office.receives(text)
    [row] = rows(Message, Message.direction == "in")
    return address(office, f"/consent/{row.id}")


class Decider:
    """Somebody who has the conversation open, and presses a button of the question."""

    def __init__(self, office: Office, user: str = STAFF) -> None:
        self.person = office.person(user)
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.person.get(address(office)).text)
        self.token = token[1] if token else ""

    def press(self, action: str) -> int:
        return self.person.post(action, {"csrf_token": self.token}).status_code


def press(office: Office, action: str, user: str = STAFF) -> int:
    return Decider(office, user).press(action)


def test_a_text_that_asks_is_shown_with_two_buttons(office: Office) -> None:
    question = asked(office)
    html = office.person().get(address(office)).text
    assert "This seems to ask for no more texts." in html
    for action, label in (("opt-out", "Opt out"), ("not-an-opt-out", "Not an opt-out")):
        assert f'formaction="{question}/{action}">{label}</button>' in html
    assert 'class="ft-composer"' in html


def test_a_question_whose_text_is_out_of_sight_stands_before_the_composer_and_on_the_page_of_consent(
    office: Office,
) -> None:
    question = asked(office)
    person = office.person()
    elsewhere = "A text from this number seems to ask for no more texts."
    page = person.get(address(office, "/consent")).text
    assert f'formaction="{question}/opt-out"' in page
    assert elsewhere not in person.get(address(office)).text
    for n in range(PAGE):
        office.receives(f"text {n}")
    fresh = person.get(f"/texting/changes?since=-1&conversation={office.conversation()}").json
    for html in (person.get(address(office)).text, fresh["hold"]):
        assert html.count("ft-asks") == 1
        assert elsewhere in html
        assert f'formaction="{question}/not-an-opt-out"' in html
    link = re.search(r'href="([^"]+)#(ft-text-[^"]+)"', fresh["hold"])
    assert link
    assert f'id="{link[2]}"' in person.get(unescape(link[1])).text
    assert press(office, f"{question}/not-an-opt-out") == 303
    for path in ("", "/consent"):
        assert "ft-asks" not in person.get(address(office, path)).text


@pytest.mark.parametrize(("action", "opted_out"), [("opt-out", True), ("not-an-opt-out", False)])
def test_what_a_stranger_asked_is_decided_without_its_text(office: Office, action: str, opted_out: bool) -> None:
    texts("please stop texting me", sender=ROSA)
    office.becomes(office.sends(), State.DELIVERED)
    decide = address(office, f"/consent/{action}")
    for path in ("", "/consent"):
        html = office.person().get(address(office, path)).text
        assert f'formaction="{decide}"' in html
        assert "please stop" not in html
    assert press(office, decide) == 303
    assert [(row.opted_out, row.asked_at) for row in rows(OptOut)] == [(opted_out, None)]


@pytest.mark.parametrize("kind", ["notification", "reminder"])
def test_an_automatic_text_that_waits_for_the_decision_says_so(office: Office, kind: str) -> None:
    automatic = office.sends(text="Your hearing")
    office.becomes(automatic, State.QUEUED, kind=kind)
    conversation = office.conversation()
    waits = "Waiting: asks for no more texts, and nobody has decided yet"
    assert waits not in words(office.person().get(f"/texting/conversations/{conversation}").text)
    office.receives(ASKS)
    assert waits in words(office.person().get(f"/texting/conversations/{conversation}").text)


def test_no_other_text_is_asked_about(office: Office) -> None:
    asked(office, "Please stop the sale")
    assert "ft-asks" not in office.person().get(address(office)).text


def test_opt_out_closes_the_composer_and_says_why_and_how_it_ends(office: Office) -> None:
    question = asked(office)
    assert press(office, f"{question}/opt-out") == 303
    html = office.person().get(address(office)).text
    assert "ft-asks" not in html
    assert "ft-composer" not in html
    assert "Rosa Marsh asked in a text for no more texts, noted on" in html
    assert "Texts can go out again once a START comes from that phone." in html


def test_not_an_opt_out_takes_the_question_away(office: Office) -> None:
    question = asked(office)
    assert press(office, f"{question}/not-an-opt-out") == 303
    html = office.person().get(address(office)).text
    assert "ft-asks" not in html
    assert 'class="ft-composer"' in html


def test_two_who_decide_at_once_decide_once(office: Office) -> None:
    """A43."""
    question = asked(office)
    first, second = Decider(office), Decider(office, ADMIN)
    assert [first.press(f"{question}/opt-out") for _ in range(2)] == [303, 303]
    assert second.press(f"{question}/not-an-opt-out") == 303
    assert [row.opted_out for row in rows(OptOut)] == [True]
    assert sorted(row.change for row in rows(ConsentEvent)) == ["asked", "opted_out"]
    [record] = rows(Audit, Audit.action == "consent.opt_out")
    assert record.actor == STAFF


def test_others_see_that_it_was_decided(office: Office) -> None:
    question = asked(office)
    other = office.person(ADMIN)
    since = re.search(r'data-ft-now="(\d+)"', other.get(address(office)).text)
    assert since is not None
    press(office, f"{question}/opt-out")
    fresh = other.get(f"/texting/changes?since={since[1]}&conversation={office.conversation()}").json
    assert "it is &lt;b&gt;over" in fresh["texts"]
    assert "ft-asks" not in fresh["texts"]


@pytest.mark.parametrize("action", ["", "/opt-out", "/not-an-opt-out"])
def test_nothing_is_decided_without_a_token_by_a_stranger_or_without_permission(office: Office, action: str) -> None:
    """A11, A25."""
    question = asked(office)
    target = f"{question}{action}" if action else address(office, "/consent")
    assert office.person().post(target, {}).status_code == 400
    assert press(office, target, "staff@summit.example") in (400, 404)
    foreign = target.replace(str(office.conversation()), str(uuid.uuid4()))
    assert press(office, foreign) == 404
    assert [row for row in rows(OptOut) if row.opted_out] == []
    assert [row.change for row in rows(ConsentEvent)] == ["asked"]


def test_a_user_who_may_not_decide_is_told_whom_to_ask(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(office)
    may = type(office.host.users).may

    def all_but(self: Any, user: Any, action: str, subject: Any = None) -> bool:
        return action != "optout.set" and may(self, user, action, subject)

    monkeypatch.setattr(type(office.host.users), "may", all_but)
    html = office.person().get(address(office)).text
    assert "Ask a colleague who may opt clients out." in html
    assert "Not an opt-out" not in html
    assert "How do you know?" not in office.person().get(address(office, "/consent")).text
    assert press(office, f"{question}/opt-out") == 404
    assert [row.change for row in rows(ConsentEvent)] == ["asked"]


def test_staff_note_an_opt_out_with_the_way_in_which_they_heard_of_it(office: Office) -> None:
    office.becomes(office.sends(), State.DELIVERED)
    person = office.person()
    page = person.get(address(office, "/consent")).text
    assert "Yes. Nobody has opted this number out." in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    for _ in range(2):
        given = {"csrf_token": token[1], "way": "phone"}
        assert person.post(address(office, "/consent"), given).status_code == 303
    page = words(person.get(address(office, "/consent")).text)
    assert "No. Rosa Marsh asked for no more texts, noted on" in page
    assert "Sam Staff noted it: the client said so on the phone." in page
    assert "How do you know?" not in page
    assert [row.evidence for row in rows(ConsentEvent)] == ["staff:phone"]


def test_the_page_shows_the_whole_history_with_its_texts(office: Office) -> None:
    question = asked(office)
    press(office, f"{question}/not-an-opt-out")
    office.receives("END")
    html = office.person(ADMIN).get(address(office, "/consent")).text
    page = words(html)
    assert "Harbor Law texted first, on" in page
    for told in (
        "No. Rosa Marsh replied END on",
        "Seems to ask for no more texts; automatic texts wait",
        "Rosa Marsh wrote it in a text. The text Please stop texting me, it is <b>over</b>",
        "Not an opt-out",
        "Sam Staff decided about the client's text. The text",
        "Rosa Marsh wrote END. The text END",
    ):
        assert told in page
    links = re.findall(r'href="([^"]+#ft-text-[^"]+)"', html)
    assert len(links) == 3
    for link in links:
        path, _, text = unescape(link).partition("#")
        assert f'id="{text}"' in office.person().get(path).text


def test_the_words_of_another_conversation_with_the_number_stay_there(office: Office) -> None:
    """Epochs: a new owner's page never shows what the old one wrote."""
    asked(office, "END, I am the old owner")
    with own() as session:
        first = session.query(Conversation).one()
        consent.lock_pair(session, "harbor", first.phone_index)
        [text] = session.query(Message).filter(Message.direction == "in")
        said = consent.Said("client:END", "client", message=text.id)
        consent.opt_out(session, "harbor", first.phone_index, said)
        columns = {c.key: getattr(first, c.key) for c in first.__mapper__.column_attrs}
        second = uuid.uuid4()
        session.add(Conversation(**{**columns, "id": second, "epoch": 2}))
    page = words(office.person().get(f"/texting/conversations/{second}/consent").text)
    assert "Opted out" in page
    assert "old owner" not in page
    assert "The text" not in page


def test_the_page_is_for_whoever_may_read_the_conversation(office: Office) -> None:
    office.sends()
    assert office.person("staff@summit.example").get(address(office, "/consent")).status_code == 404
    assert office.person(None).get(address(office, "/consent")).status_code == 401
    assert address(office, "/consent") in office.person().get(address(office)).text


def test_a_stop_that_the_network_took_is_lifted_by_unstop(office: Office) -> None:
    office.sends()
    office.receives("stop")
    assert "replied STOP on" in (html := office.person().get(address(office)).text)
    assert "Texts can go out again once an UNSTOP comes from that phone." in html


def test_a_text_that_was_being_sent_says_so(office: Office) -> None:
    text = office.sends("rosa", "on its way")
    office.becomes(text, State.SENDING)
    office.receives("END")
    with own() as session:
        row = session.get_one(Message, text)
        row.state, row.state_at = State.DELIVERED, row.state_at.replace(year=row.state_at.year + 1)
    assert "It was on its way when the client opted out." in office.person().get(address(office)).text


def whole_history(office: Office, path: str | None) -> list[list[str]]:
    """The pages of a history, the newest page first: the clients' words on each."""
    person, pages = office.person(), []
    while path:
        html = person.get(path).text
        pages.append([unescape(one) for one in re.findall(r"<blockquote[^>]*>([^<]*)</blockquote>", html)])
        earlier = re.search(r'class="ft-earlier"><a href="([^"]+)"', html)
        path = unescape(earlier[1]) if earlier else None
        assert "Nobody has opted this number out" not in html
    return pages


def test_a_long_history_is_shown_a_page_at_a_time_nothing_twice_and_nothing_left_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "PAGE", 4)
    office.becomes(office.sends(), State.DELIVERED)
    said = [f"{'END' if n % 2 == 0 else 'START'}{'.' * (n + 1)}" for n in range(11)]
    for text in said:
        office.receives(text)
    with own() as session:  # some of them at the same instant
        first = session.query(ConsentEvent).order_by(ConsentEvent.at).first()
        assert first is not None
        session.query(ConsentEvent).filter(ConsentEvent.at < first.at + timedelta(seconds=60)).update(
            {"at": first.at, "noted_at": first.noted_at}
        )
    pages = whole_history(office, address(office, "/consent"))
    assert [len(page) for page in pages] == [4, 4, 3]
    assert [text for page in reversed(pages) for text in page] == said


def test_a_page_before_what_was_said_of_another_number_is_empty(office: Office) -> None:
    office.sends()
    office.receives("END")
    office.sends("sara", "Hello")
    with own() as session:
        other = session.query(ConsentEvent).one()
        index = keys.index_of("harbor", SARA)
        conversation = session.query(Conversation).filter(Conversation.phone_index == index).one()
    html = office.person().get(f"/texting/conversations/{conversation.id}/consent?before={other.id}").text
    assert "Nothing is earlier." in html
    assert "END" not in words(html)
