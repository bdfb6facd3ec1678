"""Finding somebody to text."""

from __future__ import annotations

import re

import pytest

from flask_firmtext.ports.values import Side
from flask_firmtext.store.states import State
from flask_firmtext.web import candidates
from office import ROSA, STAFF, Office, Person, Statements

NEW = "/texting/new"


def search(person: Person, typed: str, **headers: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', person.get(NEW).text)
    assert token
    return person.post(NEW, {"q": typed, "csrf_token": token[1]}, headers=headers).text


def test_a_contact_is_found_by_name_and_by_number(office: Office) -> None:
    staff = office.person()
    for typed in ("marsh", "555-0110"):
        found = search(staff, typed)
        assert "Rosa Marsh" in found
        assert "Grace" not in found


def test_without_scripts_the_results_are_links_that_go_on(office: Office) -> None:
    staff = office.person()
    link = re.search(r'<a class="ft-option" href="([^"]+)"', search(staff, "rosa"))
    assert link
    page = staff.get(link[1].replace("&amp;", "&")).text
    assert 'for="ft-message">Message<' in page


def test_htmx_gets_only_the_list(office: Office) -> None:
    found = search(office.person(), "rosa", **{"HX-Request": "true"})
    assert found.lstrip().startswith("<ul")


def test_nobody_found_says_what_to_try(office: Office) -> None:
    assert "Nobody found. Try a part" in search(office.person(), "zzz")


def test_the_earlier_correspondence_shows_once_a_contact_is_chosen(office: Office) -> None:
    office.becomes(office.sends("rosa", "From last week"), State.DELIVERED)
    page = office.person().get(f"{NEW}?contact=rosa").text
    assert page.index("From last week") < page.index("ft-composer")


def test_a_contact_with_several_numbers_shows_which_one_texts_go_to_and_lets_staff_pick(office: Office) -> None:
    staff = office.person()
    page = staff.get(f"{NEW}?contact=rosa").text
    options = re.findall(r'<option value="(\w+)"( selected)?>([^<]+)</option>', page)
    assert [words for _, _, words in options] == ["(312) 555-0100 (texting number)", "(312) 555-0110"]
    assert [bool(selected) for _, selected, _ in options] == [True, False]
    staff.send(f"{NEW}?contact=rosa&number={options[1][0]}", "To the other one")
    assert office.conversation("+13125550110")


def test_a_contact_without_number_says_what_to_do(office: Office) -> None:
    page = office.person().get(f"{NEW}?contact=theo").text
    assert "has no phone number. Add one to the contact" in page
    assert "ft-composer" not in page


def test_a_contact_of_another_firm_is_as_one_that_never_was(office: Office) -> None:
    staff = office.person()
    foreign, never = staff.get(f"{NEW}?contact=paul"), staff.get(f"{NEW}?contact=nobody")
    assert foreign.status_code == never.status_code == 404
    assert foreign.data == never.data


def test_who_may_not_send_finds_nobody(office: Office) -> None:
    office.host.users.refuse(STAFF, "message.send")
    assert office.person().get(NEW).status_code == 404


def test_a_search_without_the_pages_token_finds_nobody(office: Office) -> None:
    answer = office.person().post(NEW, {"q": "rosa"})
    assert answer.status_code == 400
    assert "Rosa" not in answer.text


def test_a_name_that_is_html_is_shown_as_typed(office: Office) -> None:
    office.host.add_contact("harbor", '"><script>alert(1)</script>', "+13125550177")
    assert "<script>alert" not in search(office.person(), "alert")


def test_a_number_that_is_nobodys_key_falls_back_to_the_texting_number(office: Office) -> None:
    page = office.person().get(f"{NEW}?contact=rosa&number=ffff").text
    assert '<span class="ft-number">(312) 555-0100</span>' in page


def test_a_new_owner_of_a_number_never_reads_the_old_owners_texts(office: Office) -> None:
    # Given texts with Rosa, whose number then goes to somebody else
    office.sends("rosa", "between us")
    before = office.conversation()
    office.host.remove_contact("harbor", "rosa")
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")

    # When the new owner is chosen and texted
    person = office.person()
    page = person.get("/texting/new?contact=newo").text
    assert "between us" not in page
    assert 'name="text"' in page
    answer = person.send("/texting/new?contact=newo", "Welcome")
    assert answer.status_code == 303

    # Then the text is in a conversation of its own, and the old one stays as it was
    after = answer.location.rpartition("/")[2]
    assert after != str(before)
    fresh = person.get(f"/texting/conversations/{after}").text
    assert "Welcome" in fresh
    assert "between us" not in fresh
    assert "Welcome" not in person.get(f"/texting/conversations/{before}").text


def in_matter(office: Office) -> None:
    """A matter of Rosa's with a related contact and somebody on the other side."""
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    claim = office.host.add_matter("harbor", "Marsh v. Dune Insurance", client=rosa, ref="claim")
    for name, ref, side in (("Zora Kin", "zora", Side.RELATED), ("Adam Dune", "adam", Side.OPPOSING)):
        office.host.relate("harbor", claim, office.host.add_contact("harbor", name, "+13125550178", ref=ref), side)


def named(page: str) -> list[str]:
    return re.findall(r'data-ft-name="([^"]+)"', page)


def test_on_a_matters_page_its_people_come_first_and_say_what_they_are(office: Office) -> None:
    in_matter(office)
    page = office.person().get(f"{NEW}?matter=claim").text
    assert named(page)[:3] == ["Rosa Marsh", "Zora Kin", "Adam Dune"]
    assert "Grace Moss" in named(page)[3:]
    assert len(named(page)) == len(set(named(page)))
    for words in ("Client in this matter", "Related contact in this matter", "Other side in this matter"):
        assert page.count(words) == 1
    assert '<input type="hidden" name="matter" value="claim">' in page


def test_a_search_on_a_matters_page_keeps_its_people_first(office: Office) -> None:
    in_matter(office)
    staff = office.person()
    for typed, first in (("a", "Rosa Marsh"), ("z", "Zora Kin"), ("0178", "Zora Kin")):
        token = re.search(r'name="csrf_token" value="([^"]+)"', staff.get(NEW).text)
        assert token
        page = staff.post(NEW, {"q": typed, "matter": "claim", "csrf_token": token[1]}).text
        assert named(page)[0] == first
        assert '<input type="hidden" name="matter" value="claim">' in page


@pytest.mark.attack("A11")
def test_a11_a_matter_of_another_firm_lists_nobody_of_it(office: Office) -> None:
    page = office.person().get(f"{NEW}?matter=patent").text
    assert "Paul" not in page
    assert "in this matter" not in page


def test_a_host_that_cannot_say_who_is_in_a_matter_lists_nobody(office: Office) -> None:
    office.host.fault("Matters.contacts_of", raises=RuntimeError("canary"))
    answer = office.person().get(f"{NEW}?matter=lease")
    assert answer.status_code == 503
    assert "canary" not in answer.text


def crowd(office: Office, many: int) -> None:
    """So many related contacts in one matter."""
    lease = office.host.for_firm("harbor").matters.get("lease")
    for n in range(many):
        person = office.host.add_contact("harbor", f"Heir {n:03}", f"+1312556{n:04}", ref=f"heir-{n}")
        office.host.relate("harbor", lease, person)


def test_five_hundred_people_in_a_matter_are_listed_in_part_and_all_found(office: Office) -> None:
    staff = office.person()
    staff.get(f"{NEW}?matter=lease")
    with Statements(office.app) as few:
        staff.get(f"{NEW}?matter=lease")
    crowd(office, 500)
    before = len(office.host.calls)
    with Statements(office.app) as many:
        page = staff.get(f"{NEW}?matter=lease").text
    assert len(many.seen) == len(few.seen)
    asked = office.host.calls[before:]
    assert asked.count("Users.may") < 2 * candidates.MOST
    assert asked.count("Matters.contacts_of") == asked.count("Contacts.search") == 1
    assert named(page)[0] == "Rosa Marsh"
    assert len(named(page)) == candidates.MOST
    assert "Only the first 50 are listed." in page
    assert len(page) < 60_000
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    for typed in ("heir 499", "556-0499"):
        found = staff.post(NEW, {"q": typed, "matter": "lease", "csrf_token": token[1]}).text
        assert named(found) == ["Heir 499"]
        assert "Only the first" not in found


def test_a_client_of_five_hundred_matters_is_texted_as_any_other(office: Office) -> None:
    staff, rosa = office.person(), office.host.for_firm("harbor").contacts.get("rosa")
    for n in range(500):
        office.host.add_matter("harbor", f"Matter {n:03}", client=rosa, ref=f"matter-{n}")
    before = len(office.host.calls)
    page = staff.get(f"{NEW}?contact=rosa").text
    assert len(office.host.calls) - before < 60
    assert page.count('class="ft-matter"') == 6
    assert "and 497 more" in page
    listed = staff.get(f"{NEW}?matter=matter-499").text
    assert named(listed)[0] == "Rosa Marsh"
