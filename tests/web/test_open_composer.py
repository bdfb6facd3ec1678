"""What changes while somebody writes: the words stay, and what can be done is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from flask_firmtext.firm import texting
from flask_firmtext.ports.values import Availability, PhoneNumber, Side
from flask_firmtext.store.transactions import own
from office import ADMIN, ROSA, STAFF, Office, typed

TEXTS = "/texting/texts"


def removed(office: Office) -> None:
    office.host.remove_contact("harbor", "rosa")


def merged(office: Office) -> None:
    """Rosa was there twice; the other one has the number now."""
    office.host.remove_contact("harbor", "rosa")
    office.host.add_contact("harbor", "Rosa Marsh-Lopez", ROSA, ref="rosa2")


def without_a_number(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.put_contact("harbor", replace(rosa, numbers=(), texting_number=None))


def with_a_fax_alone(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    fax = PhoneNumber("+13125550188", "Fax")
    office.host.put_contact("harbor", replace(rosa, numbers=(fax,), texting_number=None))


def with_another_number(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.put_contact("harbor", replace(rosa, numbers=(PhoneNumber("+13125550188"),), texting_number=None))


def turned_off(office: Office) -> None:
    with own() as session:
        texting.turn_off(session, "harbor", by=ADMIN)


def no_longer_in_the_plan(office: Office) -> None:
    away = replace(office.host.firms.all["harbor"], availability=Availability(False, "Not in your plan."))
    office.host.firms.all["harbor"] = away


def without_the_right(office: Office) -> None:
    office.host.users.refuse(STAFF, "message.send")


def behind_a_wall(office: Office) -> None:
    """Of a contact nothing is told to who may not know it; of the right to text at all it is."""
    office.host.users.wall_off(STAFF, "rosa")


CHANGES: list[tuple[Callable[[Office], None], int, str]] = [
    (removed, 404, "cannot be texted from here any more. Your text is kept so that you can copy it."),
    (merged, 404, "cannot be texted from here any more. Your text is kept so that you can copy it."),
    (without_a_number, 422, "Rosa Marsh has no mobile number any more. Your text is kept here."),
    (with_a_fax_alone, 422, "Rosa Marsh has no mobile number any more. Your text is kept here."),
    (with_another_number, 422, "Rosa Marsh no longer has this number. Choose one of the contact"),
    (turned_off, 422, "cannot send texts"),
    (no_longer_in_the_plan, 422, "Not in your plan."),
    (without_the_right, 404, "You may not send texts any more; an administrator can tell you why."),
    (behind_a_wall, 404, "cannot be texted from here any more. Your text is kept so that you can copy it."),
]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
@pytest.mark.parametrize(("change", "code", "words"), CHANGES, ids=[change.__name__ for change, *_ in CHANGES])
def test_the_words_stay_and_nothing_is_sent(
    office: Office, change: Callable[[Office], None], code: int, words: str, headers: dict[str, str]
) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "A long thought"}
    change(office)
    answer = staff.post(TEXTS, form, headers=headers)
    assert answer.status_code == code
    assert words in answer.text.replace("&#39;", "'")
    assert typed(answer.text) == "A long thought"
    assert office.texts() == 1


def test_a_number_that_has_become_somebody_elses_is_not_texted(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "A long thought"}
    with_another_number(office)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    answer = staff.post(TEXTS, form)
    assert answer.status_code == 422
    assert typed(answer.text) == "A long thought"
    assert "New Owner" not in answer.text
    assert office.texts() == 1


def test_a_matter_that_was_closed_meanwhile_costs_no_text(office: Office) -> None:
    office.sends()
    staff = office.person()
    page = f"/texting/conversations/{office.conversation()}"
    form = {**staff.composer(page), "text": "A long thought"}
    files = office.host.files("harbor")
    files.matters.update({ref: replace(one, open=False) for ref, one in files.matters.items()})
    assert staff.post(TEXTS, form).status_code == 303
    assert "(closed)" in staff.get(page).text
    assert office.texts() == 2


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_where_the_contact_gets_a_number_again_is_a_step_away(office: Office, headers: dict[str, str]) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "A long thought"}
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.put_contact("harbor", replace(rosa, numbers=(), texting_number=None, url="/people/rosa"))
    answer = staff.post(TEXTS, form, headers=headers).text
    alert = answer.partition('role="alert"')[2].partition("</p>")[0]
    assert '<a href="/people/rosa" target="_blank" rel="noopener">Open the contact' in alert


def test_where_the_contacts_other_number_is_chosen_is_a_step_away(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "A long thought"}
    with_another_number(office)
    alert = staff.post(TEXTS, form).text.partition('role="alert"')[2].partition("</p>")[0]
    assert '<a href="/texting/new?contact=rosa" target="_blank" rel="noopener">Write to another number' in alert
    assert "(312) 555-0188" in staff.get("/texting/new?contact=rosa").text


def test_whom_it_goes_to_is_in_sight_above_the_field(office: Office) -> None:
    office.sends()
    html = office.person().get(f"/texting/conversations/{office.conversation()}").text
    to = html[html.index('id="ft-recipient"') : html.index('id="ft-composer"')]
    assert "Rosa Marsh" in to
    assert "0100" in to
    assert "data-ft-careful" not in to


def test_before_a_first_text_matters_and_the_other_side_are_in_sight(office: Office) -> None:
    doe = office.host.add_contact("harbor", "Pat <b>Doe</b>", "+13125550199")
    lease = office.host.for_firm("harbor").matters.get("lease")
    office.host.relate("harbor", lease, doe, Side.OPPOSING)
    html = office.person().get("/texting/new?contact=rosa").text
    to = html[html.index('id="ft-recipient"') : html.index('id="ft-composer"')]
    assert "This is the first text to this number." in to
    assert "Pat &lt;b&gt;Doe&lt;/b&gt;</bdi> is on the other side in <bdi>Marsh v. Dune Properties</bdi>" in to
    assert "Estate of Marsh" in to


def test_one_who_has_the_same_number_and_is_on_the_other_side_is_warned_of_every_time(office: Office) -> None:
    office.sends("grace")
    html = office.person().get(f"/texting/conversations/{office.conversation('+13125550101')}").text
    assert "Henry Moss</bdi> is on the other side in <bdi>Moss divorce</bdi> and has this number, too." in html


def test_five_hundred_matters_are_told_in_a_line(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    for n in range(500):
        office.host.add_matter("harbor", f"Matter {n}", client=rosa)
    html = office.person().get("/texting/new?contact=rosa").text
    to = html[html.index('id="ft-recipient"') : html.index('id="ft-composer"')]
    assert "and 499 more" in to
    assert len(to) < 2_000


def test_who_may_text_and_not_read_is_not_told_what_others_wrote(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Hello"}
    office.sends("rosa", "Secret", by=ADMIN)
    office.host.users.refuse(STAFF, "conversation.read")
    answer = staff.post(TEXTS, form)
    assert answer.status_code == 303
    assert "meanwhile" not in answer.text
