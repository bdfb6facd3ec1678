"""Saved replies: the list for the composer, and the page that keeps them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_firmtext.firm import saved_replies
from flask_firmtext.store.transactions import own, reading
from house import token
from office import ADMIN, STAFF, Office, Person, fields, typed

PAGE = "/texting/settings/replies"


def add(name: str = "Call", text: str = "Please call.", *, user: str = STAFF) -> str:
    with own() as session:
        saved_replies.add(session, "harbor", user=user, name=name, text=text, by=STAFF)
    return str(next(reply.id for reply in listed(user) if reply.name == name))


def listed(user: str = STAFF) -> Any:
    with reading() as session:
        return saved_replies.listed(session, "harbor", user)


def sends(person: Person, url: str, **given: str) -> Any:
    return person.post(url, {"csrf_token": token(person.get(PAGE + "/new").text), **given})


def test_the_list_fills_in_fields_for_this_client(office: Office) -> None:
    add("Hello", "Dear {contact_name}, {user_name} of {firm} here.")
    add("Phone", "Call {contact_phone}", user="")
    html = office.person().get("/texting/replies?contact=rosa").text
    assert "Dear Rosa Marsh, Sam Staff of Harbor Law here." in html
    assert re.search(r'aria-disabled="true" data-ft-name="Phone"', html)
    assert "Nothing to fill in for {contact_phone}." in html


def test_without_any_the_list_says_so_and_where_to_write_one(office: Office) -> None:
    html = office.person().get("/texting/replies?contact=rosa").text
    assert "No saved replies yet." in html
    assert PAGE in html


@pytest.mark.parametrize("contact", ["", "nobody", "paul"])
def test_there_is_no_list_for_a_contact_of_nobody_or_of_another_firm(office: Office, contact: str) -> None:
    assert office.person().get(f"/texting/replies?contact={contact}").status_code == 404


def test_a_name_that_is_html_is_shown_as_typed(office: Office) -> None:
    office.host.add_contact("harbor", '<img src=x onerror="alert(1)">', "+13125550177", ref="mallory")
    add("<b>", "{contact_name}<script>")
    html = office.person().get("/texting/replies?contact=mallory").text
    for bad in ("<img", "<b>", "<script"):
        assert bad not in html


def test_anybody_keeps_replies_of_their_own(office: Office) -> None:
    staff = office.person()
    assert "You have none yet." in staff.get(PAGE).text
    assert sends(staff, PAGE + "/new", name="Call", text="Please call.", whose="mine").status_code == 303
    assert "Please call." in staff.get(PAGE).text
    assert "Please call." not in office.person(ADMIN).get(PAGE).text
    reply = listed()[0].id
    assert sends(staff, f"{PAGE}/{reply}", name="Call", text="Call me.", whose="firm").status_code == 303
    assert [(one.user, one.text) for one in listed()] == [(STAFF, "Call me.")]
    assert sends(staff, f"{PAGE}/{reply}/delete").status_code == 303
    assert listed() == ()


def test_everybodys_are_written_by_who_may_edit_the_settings(office: Office) -> None:
    staff, admin = office.person(), office.person(ADMIN)
    given = {"name": "Call", "text": "Please call.", "whose": "firm"}
    assert sends(staff, PAGE + "/new", **given).status_code == 404
    assert sends(admin, PAGE + "/new", **given).status_code == 303
    reply = listed()[0].id
    assert "Please call." in staff.get(PAGE).text
    assert "New reply for everybody" not in staff.get(PAGE).text
    assert staff.get(f"{PAGE}/{reply}").status_code == 404
    for action in ("", "/delete"):
        assert sends(staff, f"{PAGE}/{reply}{action}", **given).status_code == 404
    assert len(listed()) == 1


def test_one_of_another_user_is_as_one_that_never_was(office: Office) -> None:
    reply = add(user=ADMIN)
    staff = office.person()
    assert staff.get(f"{PAGE}/{reply}").status_code == 404
    assert sends(staff, f"{PAGE}/{reply}/delete").status_code == 404
    assert len(listed(ADMIN)) == 1


def test_what_is_wrong_comes_back_with_what_was_typed(office: Office) -> None:
    answer = sends(office.person(), PAGE + "/new", name="Call", text="Dear {contact}", whose="mine")
    assert answer.status_code == 422
    assert "There is no field {contact}. Did you mean {contact_name}?" in answer.text
    assert "Dear {contact}" in answer.text
    assert "<title>Not saved" in answer.text


def test_a_form_that_was_open_too_long_keeps_what_was_typed(office: Office) -> None:
    staff = office.person()
    for url in (PAGE + "/new", f"{PAGE}/{add()}"):
        answer = staff.post(url, {"csrf_token": "stale", "name": "Long", "text": "A long reply", "whose": "mine"})
        assert answer.status_code == 400
        assert "A long reply" in answer.text
    staff.client.delete_cookie("session")
    assert staff.post(PAGE + "/new", {"csrf_token": "stale", "name": "x", "text": "y"}).status_code == 401


def test_one_that_was_deleted_meanwhile_is_gone_and_nothing_breaks(office: Office) -> None:
    staff, reply = office.person(), add()
    assert sends(staff, f"{PAGE}/{reply}/delete").status_code == 303
    assert sends(staff, f"{PAGE}/{reply}/delete").status_code == 404


def test_without_the_right_there_is_no_list_no_page_and_no_button(office: Office) -> None:
    office.host.users.refuse(STAFF, "saved_reply.use")
    staff = office.person()
    for url in ("/texting/replies?contact=rosa", PAGE, PAGE + "/new"):
        assert staff.get(url).status_code == 404
    assert "data-ft-replies=" not in staff.get("/texting/new?contact=rosa").text


def pressed(html: str, words: str) -> str:
    """The ``formaction`` of a composer's button."""
    found = re.search(rf'<button[^>]* formaction="([^"]+)"[^>]*>{words}', html)
    assert found, f"no button {words}"
    return found[1]


@pytest.mark.parametrize("begun", [True, False], ids=["in a conversation", "a first text"])
def test_without_scripts_a_reply_is_chosen_on_a_page_and_stands_in_the_text(office: Office, begun: bool) -> None:
    reply, phone = add("Hello", "Dear {contact_name}."), add("Phone", "Call {contact_phone}")
    if begun:
        office.sends()
    staff = office.person()
    url = f"/texting/conversations/{office.conversation()}" if begun else "/texting/new?contact=rosa"
    page = staff.get(url).text
    form = {**fields(page), "text": "One moment."}
    choices = staff.post(pressed(page, "Saved replies"), form)
    assert choices.status_code == 200
    assert f'name="choice" value="{reply}"><strong>' in choices.text
    assert f'name="choice" value="{phone}" disabled>' in choices.text
    given = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', choices.text))
    assert {**given, "csrf_token": ""} == {**form, "csrf_token": ""}
    composer = staff.post("/texting/replies/insert", {**given, "choice": reply})
    assert typed(composer.text) == "One moment. Dear Rosa Marsh."
    assert typed(staff.post("/texting/replies/insert", given).text) == "One moment."
    sent = staff.post("/texting/texts", {**fields(composer.text), "text": typed(composer.text)})
    assert sent.status_code == 303
    assert "One moment. Dear Rosa Marsh." in staff.get(sent.location).text


def test_without_scripts_a_reply_that_has_gone_or_an_old_page_loses_no_text(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "Do not lose me"}
    gone = staff.post("/texting/replies/insert", {**form, "choice": "nothing"})
    stale = staff.post("/texting/replies/insert", {**form, "csrf_token": "old"})
    assert (gone.status_code, stale.status_code) == (409, 400)
    for page in (gone.text, stale.text):
        assert 'name="text" value="Do not lose me"' in page
    office.host.users.refuse(STAFF, "message.send")
    assert staff.post("/texting/replies/choices", form).status_code == 404
