"""Trying many texts again in Flask-Admin, and saying what became of one that is in doubt."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest
from sqlalchemy import select

from flask_firmtext.store.models import Audit, Message, Resolution
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import reading
from office import ADMIN, Office, Person
from outbound import state

LIST = "/admin/firmtext/messages/"
ACTION = f"{LIST}action/"
BUSY = {"reason": "temporary_error", "code": "busy"}
SPAM = {"reason": "rejected_by_carrier", "code": "spam"}
UMA = "admin@summit.example"


def failed(office: Office, contact: str = "rosa", **columns: str) -> uuid.UUID:
    text = office.sends(contact)
    office.becomes(text, State.FAILED, **(columns or BUSY))
    return text


def unknown(office: Office) -> uuid.UUID:
    text = office.sends()
    office.becomes(text, State.UNKNOWN)
    return text


def token(html: str) -> str:
    found = re.search(rf'action="{ACTION}".*?name="csrf_token"[^>]*value="([^"]+)"', html, re.DOTALL)
    assert found, "there is no form on the page"
    return unescape(found.group(1))


def act(person: Person, name: str, *texts: uuid.UUID, **more: str) -> str:
    """Send the form; the page that comes of it, or after it."""
    page = person.get(LIST).text
    data = {"csrf_token": token(page), "action": name, "rowid": [str(text) for text in texts], "url": LIST, **more}
    answer = person.post(ACTION, data)  # type: ignore[arg-type]
    return answer.text if answer.status_code == 200 else person.get(LIST).text


def repeats() -> list[uuid.UUID | None]:
    with reading() as session:
        return [*session.scalars(select(Message.retry_of).where(Message.retry_of.is_not(None)))]


def audited(action: str) -> list[tuple[str, str]]:
    with reading() as session:
        return [(row.object_id, row.actor) for row in session.scalars(select(Audit).where(Audit.action == action))]


def test_only_what_went_wrong_can_be_chosen(office: Office, ada: Person) -> None:
    office.receives()
    office.becomes(office.sends(), State.DELIVERED)
    assert "checkbox" not in ada.get(LIST).text
    assert "ft-bulk" not in ada.get(LIST).text
    texts = [failed(office), unknown(office)]
    page = ada.get(LIST).text
    assert page.count('type="checkbox"') == 2
    assert all(f'value="{text}" form="ft-bulk"' in page for text in texts)


def test_many_are_sent_again_after_a_page_that_says_which_and_why_others_not(office: Office, ada: Person) -> None:
    go = [failed(office), failed(office, "grace")]
    stay = [failed(office, **SPAM), unknown(office)]
    asked = act(ada, "again", *go, *stay)
    assert "Send 2 texts again?" in asked
    assert "2 texts are not sent again:" in asked
    assert "as it is does not help" in asked
    assert "may already have arrived" in asked
    assert re.findall(r'name="rowid" value="([^"]+)"', asked) == [str(text) for text in go]
    assert repeats() == []
    done = act(ada, "again", *go, confirmed="yes")
    assert "2 texts are being sent again." in done
    assert set(repeats()) == set(go)
    assert set(audited("message.retry")) == {(str(text), ADMIN) for text in go}


@pytest.mark.attack("A38")
def test_what_is_sent_again_counts_towards_what_a_person_may_send(office: Office, ada: Person) -> None:
    office.app.extensions["firmtext"].settings.user_texts_per_minute = 1
    first, second = failed(office), failed(office, "grace")
    act(ada, "again", first, confirmed="yes")
    assert "That is more than is sent in a minute." in act(ada, "again", second, confirmed="yes")
    assert repeats() == [first]


def test_one_text_is_sent_again_once_whoever_presses(office: Office, ada: Person) -> None:
    text = failed(office)
    act(ada, "again", text, confirmed="yes")
    assert "has been sent again already" in act(ada, "again", text)
    assert "has been sent again already" in act(ada, "again", text, confirmed="yes")
    assert repeats() == [text]


def test_who_wants_no_texts_any_more_is_left_out_and_named(office: Office, ada: Person) -> None:
    stays, goes = failed(office), failed(office, "grace")
    office.receives("END")
    page = act(ada, "again", stays, goes, confirmed="yes")
    assert "1 text is not: The client wants no texts from your firm" in page
    assert repeats() == [goes]


def test_what_cannot_be_helped_is_not_sent_even_when_confirmed(office: Office, ada: Person) -> None:
    page = act(ada, "again", failed(office, **SPAM), unknown(office), confirmed="yes")
    assert repeats() == []
    assert "1 text is not: " in page


def test_nothing_that_can_be_sent_has_no_button(office: Office, ada: Person) -> None:
    asked = act(ada, "again", unknown(office))
    assert "Nothing can be sent." in asked
    assert ACTION not in asked


def test_trap_3_another_firms_texts_are_ignored(office: Office, ada: Person) -> None:
    failed(office)
    theirs = office.sends("paul", "Summit's words", by=UMA)
    office.becomes(theirs, State.FAILED, **BUSY)
    for ids in ([theirs], [uuid.uuid4()]):
        assert "Choose the texts" in act(ada, "again", *ids, confirmed="yes")
    office.becomes(theirs, State.UNKNOWN)
    act(ada, "lost", theirs, confirmed="yes", why="I say so.")
    assert state(theirs) == "unknown"
    assert repeats() == []


def test_each_row_is_asked_about_anew(office: Office, ada: Person) -> None:
    text, doubt = failed(office), unknown(office)
    ada.get(LIST)
    office.host.users.refuse(ADMIN, "message.retry")
    office.host.users.refuse(ADMIN, "message.resolve")
    assert "Choose the texts" in act(ada, "again", text, confirmed="yes")
    act(ada, "arrived", doubt, confirmed="yes", why="I say so.")
    assert (repeats(), state(doubt)) == ([], "unknown")
    for one in (text, doubt):
        assert ACTION not in ada.get(f"{LIST}details/?id={one}").text


@pytest.mark.parametrize("forged", ["", "made up"])
def test_without_a_token_nothing_is_done(office: Office, ada: Person, forged: str) -> None:
    text = failed(office)
    answer = ada.post(ACTION, {"csrf_token": forged, "action": "again", "rowid": str(text), "confirmed": "yes"})
    assert (answer.status_code, repeats()) == (400, [])
    assert "open too long" in answer.text


@pytest.mark.parametrize(("answer", "becomes"), [("arrived", "submitted"), ("lost", "failed"), ("resend", "failed")])
def test_a_text_in_doubt_is_resolved_on_its_page_with_a_reason(
    office: Office, ada: Person, answer: str, becomes: str
) -> None:
    failed(office, "grace")  # so that the list has its form when nothing else is in doubt
    text = unknown(office)
    page = ada.get(f"{LIST}details/?id={text}").text
    for button in ("It arrived", "It did not arrive", "Send again"):
        assert f">{button}</button>" in page
    asked = act(ada, answer, text)
    assert 'name="why"' in asked
    assert state(text) == "unknown"
    without = act(ada, answer, text, confirmed="yes", why="  ")
    assert "Say in a few words how you know" in without
    assert state(text) == "unknown"
    act(ada, answer, text, confirmed="yes", why="She called <b>back</b>.")
    assert state(text) == becomes
    with reading() as session:
        assert session.get_one(Resolution, text).by == ADMIN
    shown = ada.get(f"{LIST}details/?id={text}").text
    assert "She called &lt;b&gt;back" in shown
    assert "Ada Admin" in shown
    assert ("a new text" in shown) == (answer == "resend")
    assert "no longer in doubt" in act(ada, answer, text, confirmed="yes", why="Once more.")
    assert len(repeats()) == (answer == "resend")


def test_a_failed_texts_page_offers_what_helps(office: Office, ada: Person) -> None:
    assert ">Try again</button>" in ada.get(f"{LIST}details/?id={failed(office)}").text
    assert ">Try again</button>" not in ada.get(f"{LIST}details/?id={failed(office, **SPAM)}").text


def test_texts_are_filtered_by_the_carriers_code(office: Office, ada: Person) -> None:
    failed(office)
    failed(office, **SPAM)
    name = re.search(r'name="(flt\d+_carrier_code_is)"', ada.get(LIST).text)
    assert name
    assert ada.get(f"{LIST}?{name.group(1)}=spam").text.count('class="col-state"') == 1
    assert ada.get(f"{LIST}?{name.group(1)}=9999").text.count('class="col-state"') == 0
    assert "this cannot be looked for" in ada.get(f"{LIST}?{name.group(1)}=%27%20OR%201").text
