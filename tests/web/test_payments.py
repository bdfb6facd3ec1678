"""Payment links over HTTP: from a bill, under an account, into a text; what fails, and who may."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import render_template_string
from sqlalchemy import select

from dying import dies_at
from flask_firmtext.ports.host import NoPayments, Ports
from flask_firmtext.ports.values import Link
from flask_firmtext.store.models import PaymentLink
from flask_firmtext.store.transactions import reading
from house import token, words
from office import ADMIN, STAFF, Office, Person, Statements, fields, typed

BILL, ACCOUNT = "/texting/payments/bill", "/texting/payments/account"
CHOICES, INSERT = "/texting/payments/choices", "/texting/payments/insert"
HTMX = {"HX-Request": "true"}
NEW = "/texting/new?contact=rosa"
SLOT = '{% import "firmtext/slots.html" as slots %}<h1>The rest</h1>'


@pytest.fixture
def office(office: Office) -> Office:
    def page(macro: str) -> str:
        return render_template_string(SLOT + "{{ slots." + macro + " }}")

    office.app.add_url_rule("/page/<macro>", "page", page)
    return office


def rows() -> list[PaymentLink]:
    with reading() as session:
        return list(session.scalars(select(PaymentLink)))


def links(office: Office, firm: str = "harbor") -> list[str]:
    return [link.url for link in office.host.files(firm).links.values()]


def asks(person: Person, data: dict[str, str], **more: Any) -> Any:
    """Send the form of a bill's page."""
    given = {"bill": "bill-1", "account": "operating", "do": "copy", **data}
    return person.post(BILL, {"csrf_token": token(person.get(f"{BILL}?bill=bill-1").text), **given}, **more)


def shown(html: str) -> str:
    found = re.search(r'id="ft-link" value="([^"]*)"', html)
    return unescape(found[1]) if found else ""


def choice(html: str, words: str) -> str:
    """The value of the button that says this."""
    for value, inside in re.findall(r'name="choice" value="([^"]+)"[^>]*>(.*?)</button>', html, re.DOTALL):
        if words in re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", inside)):
            return unescape(value)
    raise AssertionError(f"no choice says {words!r}")


def test_a_bills_page_offers_the_accounts_and_makes_nothing(office: Office) -> None:
    page = office.person().get(f"{BILL}?bill=bill-1")
    assert "Bill 1, $480.00 due" in words(page.text)
    assert "Client trust account" in words(page.text)
    assert "Trust account" not in words(page.text)
    assert re.findall(r'value="(\w+)" checked', page.text) == ["operating"]
    assert rows() == links(office) == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_a_press_shows_the_link_to_copy_and_a_second_one_the_same(office: Office, headers: dict[str, str]) -> None:
    staff = office.person()
    first, second = (asks(staff, {"account": "trust"}, headers=headers) for _ in range(2))
    assert shown(first.text) == shown(second.text) == links(office)[0]
    assert len(rows()) == 1
    assert ("<html" in first.text) is (headers == {})


def test_text_link_to_client_opens_a_composer_with_the_words_and_no_link_in_an_address(office: Office) -> None:
    staff = office.person()
    answer = asks(staff, {"do": "text"})
    (link,) = links(office)
    assert answer.status_code == 303
    assert link.rpartition("/")[2] not in answer.headers["Location"]
    page = staff.get(answer.headers["Location"])
    assert typed(page.text) == f"Harbor Law: pay bill 1 ($480.00) here: {link}"
    assert fields(page.text)["contact"] == "rosa"


def test_the_link_of_a_bill_goes_to_nobody_who_has_opted_out(office: Office) -> None:
    office.sends()
    office.receives("END")
    staff = office.person()
    page = staff.get(asks(staff, {"do": "text"}).headers["Location"]).text
    assert "Rosa Marsh replied END" in words(page)
    assert "<textarea" not in page
    sent = staff.post("/texting/texts", {"csrf_token": token(page), "contact": "rosa", "text": "Pay", "token": "t"})
    assert sent.status_code == 409


def test_a_trust_account_whose_name_does_not_say_so_is_marked(office: Office) -> None:
    office.host.add_account("harbor", "IOLTA", trust=True)
    assert "IOLTA Trust account" in words(office.person().get(f"{BILL}?bill=bill-1").text)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_text_link_to_client_has_a_dialogue_of_its_own(office: Office, headers: dict[str, str]) -> None:
    staff = office.person()
    page = staff.get(f"{BILL}?bill=bill-1&do=text", headers=headers).text
    assert re.search(r'id="ft-dialog-title">Text link to client<', page)
    assert "Copy link" not in page
    assert page.count('type="radio"') == 2
    assert page.count('name="do" value="text" data-ft-leaves') == 1


def test_with_one_account_there_is_nothing_to_choose_and_the_menu_leads_straight_on(office: Office) -> None:
    del office.host.files("harbor").accounts["trust"]
    staff = office.person()
    page = staff.get(f"{BILL}?bill=bill-1&do=text").text
    assert 'type="radio"' not in page
    assert "Into Operating account" in words(page)
    menu = slot(office, "bill_link_menu('bill-1')")
    form = menu[menu.index('<form id="ft-text-link-') :]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"csrf_token": token(page)}
    answer = staff.post(BILL, sent)
    assert answer.status_code == 303
    assert links(office)[0] in typed(staff.get(answer.headers["Location"]).text)


def test_on_a_list_of_bills_each_menu_texts_its_own(office: Office) -> None:
    del office.host.files("harbor").accounts["trust"]
    grace = office.host.for_firm("harbor").contacts.get("grace")
    office.host.add_bill("harbor", grace, "99.00", ref="bill 2")
    page = slot(office, "bill_link_menu('bill-1') ~ slots.bill_link_menu('bill 2')")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 6
    forms = dict(re.findall(r'<form id="([^"]+)"(.*?)</form>', page, re.DOTALL))
    pressed = re.findall(r'form="([^"]+)">Text link to client', page)
    assert [re.findall(r'name="bill" value="([^"]*)"', forms[one]) for one in pressed] == [["bill-1"], ["bill 2"]]


def test_a_bill_of_nobody_cannot_be_texted(office: Office) -> None:
    files = office.host.files("harbor")
    owner, bill = files.bills["bill-1"]
    files.bills["bill-1"] = (owner, replace(bill, contact=None))
    assert "Text link" not in slot(office, "bill_link_menu('bill-1')")
    assert "Copy link to pay client balance</h1>" in office.person().get(f"{BILL}?bill=bill-1&do=text").text


def test_a_link_to_text_that_cannot_be_made_says_so_under_its_own_title(office: Office) -> None:
    staff = office.person()
    office.host.fault("Payments.bill_link", raises=RuntimeError("canary"))
    answer = asks(staff, {"do": "text"})
    assert answer.status_code == 503
    assert "Text link to client</h1>" in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize("account", ["", "nobody", "summit-operating"])
@pytest.mark.attack("A12")
def test_A12_no_account_but_the_firms_own(office: Office, account: str) -> None:
    assert asks(office.person(), {"account": account}).status_code == 422
    staff = office.person()
    form = {"csrf_token": token(staff.get(f"{BILL}?bill=bill-1").text), "account": account}
    assert staff.post(ACCOUNT, form).status_code == 404
    assert rows() == links(office) == links(office, "summit") == []


@pytest.mark.attack("A11")
def test_A11_another_firms_bill_answers_like_one_that_does_not_exist(office: Office) -> None:
    paul = office.host.for_firm("summit").contacts.get("paul")
    office.host.add_bill("summit", paul, "99.00", ref="bill-of-summit")
    staff = office.person()
    answers = [staff.get(f"{BILL}?bill={ref}") for ref in ("bill-of-summit", "nobody", "", "%00", "x" * 5000)]
    answers += [asks(staff, {"bill": ref}) for ref in ("bill-of-summit", "nobody", "")]
    assert {answer.status_code for answer in answers} == {404}
    assert rows() == links(office) == links(office, "summit") == []


@pytest.mark.parametrize("due", ["0", "-5.00"])
def test_a_bill_on_which_nothing_is_due_says_so(office: Office, due: str) -> None:
    staff = office.person()
    page = staff.get(f"{BILL}?bill=bill-1")
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.add_bill("harbor", rosa, Decimal(due), ref="bill-1")
    form = {"csrf_token": token(page.text), "bill": "bill-1", "account": "operating", "do": "copy"}
    answer = staff.post(BILL, form)
    assert answer.status_code == 409
    for html in (answer.text, staff.get(f"{BILL}?bill=bill-1").text):
        assert "it is paid or void" in words(html)
        assert "Copy link</button>" not in html
    assert rows() == []


@pytest.mark.parametrize("verb", ["Payments.bill_link"])
def test_a_port_that_raises_is_told_without_its_words(
    office: Office, verb: str, caplog: pytest.LogCaptureFixture
) -> None:
    staff = office.person()
    office.host.fault(verb, raises=RuntimeError("canary-31"))
    answer = asks(staff, {"account": "trust"})
    assert answer.status_code == 503
    assert "The link could not be made. Try again in a minute." in words(answer.text)
    assert re.findall(r'value="(\w+)" checked', answer.text) == ["trust"]
    assert "canary-31" not in answer.text + caplog.text
    office.host.mend()
    assert asks(staff, {}).status_code == 200


def test_a_link_under_an_account_is_for_anybody(office: Office) -> None:
    staff = office.person()
    form = {"csrf_token": token(staff.get(f"{BILL}?bill=bill-1").text), "account": "trust"}
    page = staff.post(ACCOUNT, form)
    assert shown(page.text) == links(office)[0]
    (row,) = rows()
    assert (row.account, row.bill, row.contact) == ("trust", None, None)


def test_a_composer_offers_open_bills_and_links_without_an_amount(office: Office) -> None:
    staff = office.person()
    page = staff.post(CHOICES, {**staff.composer(NEW), "text": "Hello"})
    said = words(page.text)
    assert said.count("Bill 1, $480.00") == said.count("Bill 2, $120.50") == 2
    assert said.count("No amount: the client enters it") == 2
    assert rows() == []


def test_without_scripts_the_link_comes_back_behind_what_was_typed(office: Office) -> None:
    office.sends()
    staff = office.person()
    for url in (f"/texting/conversations/{office.conversation()}", NEW):
        form = {**staff.composer(url), "text": "Good morning\nRosa,"}
        page = staff.post(CHOICES, form)
        picked = {**form, "choice": choice(page.text, "Bill 2, $120.50 Client trust account")}
        answer = staff.post(INSERT, picked)
        assert typed(answer.text) == f"Good morning\nRosa, Harbor Law: pay bill 2 ($120.50) here: {links(office)[0]}"
        assert fields(answer.text)["token"] == form["token"]
        assert staff.post("/texting/texts", {**fields(answer.text), "text": typed(answer.text)}).status_code == 303


def hidden(html: str) -> dict[str, str]:
    """Everything that a form on this page sends unseen."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)}


def with_link(staff: Person, form: dict[str, str], text: str) -> dict[str, str]:
    """The composer's form after a payment link was inserted without scripts."""
    page = staff.post(CHOICES, {**form, "text": text}).text
    inserted = staff.post(INSERT, {**hidden(page), "choice": choice(page, "Bill 1, $480.00")}).text
    return {**fields(inserted), "text": typed(inserted)}


def test_without_scripts_a_text_with_a_link_is_sent_once_and_ends_its_draft(office: Office) -> None:
    office.sends()
    staff = office.person()
    url = f"/texting/conversations/{office.conversation()}"
    form = staff.composer(url)
    staff.post("/texting/drafts", {**form, "text": "Your bill:", "count": "1"})
    form = staff.composer(url)
    ready = with_link(staff, form, "Your bill:")
    assert {name: ready[name] for name in form} == {**form, "csrf_token": ready["csrf_token"]}
    assert staff.post("/texting/texts", ready).status_code == 303
    assert office.texts() == 2
    assert typed(staff.get(url).text) == ""


def test_without_scripts_nobody_answers_twice_with_a_link_either(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = staff.composer(f"/texting/conversations/{office.conversation()}")
    page = staff.post(CHOICES, {**form, "text": "Your bill:"}).text
    office.receives("I have paid!")
    inserted = staff.post(INSERT, {**hidden(page), "choice": choice(page, "Bill 1, $480.00")}).text
    refused = staff.post("/texting/texts", {**fields(inserted), "text": typed(inserted)})
    assert refused.status_code == 409
    assert "A newer text has come in." in refused.text
    assert staff.post("/texting/texts", {**fields(refused.text), "text": typed(refused.text)}).status_code == 303


def test_a_link_put_behind_a_kept_draft_is_not_taken_for_kept(office: Office) -> None:
    staff = office.person()
    staff.post("/texting/drafts", {**staff.composer(NEW), "text": "Your bill:", "count": "1"})
    assert " data-ft-as-kept" in staff.get(NEW).text
    answer = asks(staff, {"do": "text"})
    page = staff.get(answer.location).text
    assert typed(page).startswith("Your bill: ")
    assert " data-ft-as-kept" not in page


def test_with_scripts_only_the_words_come_back(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Typed"}
    page = staff.post(CHOICES, form, headers=HTMX)
    picked = {**form, "choice": choice(page.text, "No amount: the client enters it Operating account")}
    part = staff.post(INSERT, picked, headers=HTMX).text
    assert unescape(re.search(r'data-ft-insert="([^"]*)"', part)[1]) == f"Harbor Law: pay here: {links(office)[0]}"  # type: ignore[index]
    assert [(row.bill, row.contact) for row in rows()] == [(None, "rosa")]


@pytest.mark.parametrize(
    "wanted", ["", "nobody", '["operating", "bill-of-grace"]', '["summit-operating", null]', "[]", "null"]
)
@pytest.mark.attack("A12")
def test_A12_a_choice_that_was_not_offered_makes_no_link_and_keeps_the_text(office: Office, wanted: str) -> None:
    grace = office.host.for_firm("harbor").contacts.get("grace")
    office.host.add_bill("harbor", grace, "99.00", ref="bill-of-grace")
    staff = office.person()
    answer = staff.post(INSERT, {**staff.composer(NEW), "text": "Kept", "choice": wanted})
    assert answer.status_code == 409
    assert 'name="text" value="Kept"' in answer.text
    assert rows() == links(office) == []


@pytest.mark.attack("A12")
def test_A12_in_a_conversation_no_link_is_made_for_somebody_else(office: Office) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "Kept"}
    picked = {**form, "choice": '["operating", null]'}
    assert staff.post(INSERT, {**picked, "contact": "grace"}).status_code == 404
    assert rows() == links(office) == []
    assert staff.post(INSERT, picked).status_code == 200


@pytest.mark.parametrize("url", [CHOICES, INSERT, "/texting/replies/choices", "/texting/replies/insert"])
@pytest.mark.parametrize(("change", "code"), [("removed", 404), ("signed out", 401), ("away", 503)])
def test_without_scripts_no_problem_on_the_way_costs_what_was_typed(
    office: Office, url: str, change: str, code: int
) -> None:
    office.sends()
    staff = office.person()
    form = {**staff.composer(f"/texting/conversations/{office.conversation()}"), "text": "Do not lose me"}
    if change == "removed":
        office.host.remove_contact("harbor", "rosa")
    elif change == "away":
        office.host.fault("Users.may", raises=RuntimeError("canary"))
    else:
        staff.client.delete_cookie("session")
    for sent in (form, {**form, "csrf_token": "stale"}):
        answer = staff.post(url, sent)
        assert answer.status_code == code
        assert typed(answer.text) == "Do not lose me"
        assert "kept" in answer.text
    assert staff.post(url, form, headers=HTMX).status_code == code


def test_a_bill_that_was_paid_meanwhile_is_not_mistaken_for_the_next(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Kept"}
    first = choice(staff.post(CHOICES, form).text, "Bill 1, $480.00 Operating account")
    del office.host.files("harbor").bills["bill-1"]
    assert staff.post(INSERT, {**form, "choice": first}).status_code == 409
    assert rows() == []


@pytest.mark.parametrize("verb", ["Payments.bills", "Payments.accounts", "Payments.bill_link"])
def test_a_port_that_raises_takes_no_words_from_the_composer(office: Office, verb: str) -> None:
    """The dialogue says so over the open page; nothing is swapped."""
    staff = office.person()
    form = {**staff.composer(NEW), "text": "Kept"}
    picked = {**form, "choice": choice(staff.post(CHOICES, form).text, "Bill 1, $480.00 Operating account")}
    office.host.fault(verb, raises=RuntimeError("canary"))
    answer = staff.post(INSERT, picked, headers=HTMX)
    assert answer.status_code == 503
    assert "canary" not in answer.text
    assert rows() == []


@pytest.mark.parametrize("user", [None, "admin@summit.example"])
@pytest.mark.attack("A11")
def test_A11_nobody_else_reads_a_link_by_its_id(office: Office, user: str | None) -> None:
    where = asks(office.person(), {"do": "text"}).headers["Location"]
    made = where.rpartition("payment=")[2]
    other = office.person(user)
    page = other.get(f"/texting/new?contact=paul&payment={made}")
    assert links(office)[0] not in page.text
    assert other.get(f"{BILL}?bill=bill-1").status_code == (401 if user is None else 404)


def test_a_link_for_one_client_is_prefilled_for_no_other(office: Office) -> None:
    where = asks(office.person(), {"do": "text"}).headers["Location"]
    made = where.rpartition("payment=")[2]
    assert links(office)[0] in office.person().get(f"{NEW}&payment={made}").text
    assert links(office)[0] not in office.person().get(f"/texting/new?contact=grace&payment={made}").text


def test_a_link_that_was_sent_is_not_offered_again_by_back_and_is_by_the_bill(office: Office) -> None:
    staff = office.person()
    where = asks(staff, {"do": "text"}).headers["Location"]
    words = typed(staff.get(where).text)
    assert links(office)[0] in words
    staff.send(where, words)
    assert typed(staff.get(where).text) == ""
    again = asks(staff, {"do": "text"}).headers["Location"]
    assert typed(staff.get(again).text) == words


def test_without_scripts_who_wants_no_link_after_all_goes_back_to_the_text(office: Office) -> None:
    staff = office.person()
    page = staff.post(CHOICES, {**staff.composer(NEW), "text": "Typed"}).text
    assert "Back to your text" in page
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition(f'action="{INSERT}"')[2]))
    answer = staff.post(INSERT, hidden)
    assert (answer.status_code, typed(answer.text)) == (200, "Typed")
    assert rows() == []


@pytest.mark.parametrize("after", [".", "_)", "!", ""])
def test_a_link_that_ends_in_a_stop_is_known_whatever_follows(office: Office, after: str) -> None:
    files = office.host.files("harbor")
    files.links["bill-1", "operating"] = Link("https://pay.practice.example/odd_*", "pay here")
    asks(office.person(), {})
    office.sends(text=f"Here: https://pay.practice.example/odd_*{after}")
    assert "Payment link sent" in office.person().get(f"/texting/conversations/{office.conversation()}").text


def test_the_account_is_in_the_form_also_when_a_script_submits_it(office: Office) -> None:
    assert '<input type="hidden" name="account" value="trust">' in slot(office, "payment_link_button('trust')")


@pytest.mark.attack("A15")
def test_A15_without_the_right_there_is_nothing(office: Office) -> None:
    office.sends()
    office.host.users.refuse(STAFF, "payment.insert")
    staff, admin = office.person(), office.person(ADMIN)
    form = {**staff.composer(NEW), "text": "Hello"}
    assert staff.get(f"{BILL}?bill=bill-1").status_code == 404
    for url in (CHOICES, INSERT, BILL, ACCOUNT):
        assert staff.post(url, {**form, "bill": "bill-1", "account": "operating"}).status_code == 404
    assert "Insert payment link" not in staff.get(NEW).text
    assert "Insert payment link" in admin.get(NEW).text
    assert rows() == []


@pytest.mark.parametrize("url", [BILL, ACCOUNT, CHOICES, INSERT])
@pytest.mark.attack("A25")
def test_A25_a_form_of_another_site_makes_nothing(office: Office, url: str) -> None:
    staff = office.person()
    form = {
        **staff.composer(NEW),
        "text": "Kept",
        "bill": "bill-1",
        "account": "operating",
        "choice": '["operating", null]',
    }
    assert staff.post(url, form | {"csrf_token": "forged"}).status_code == 400
    assert rows() == links(office) == []


def test_a_host_without_payments_offers_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    known = office.host.for_firm
    without = lambda ref: Ports(known(ref).contacts, known(ref).matters, payments=NoPayments())  # noqa: E731
    monkeypatch.setattr(office.host, "for_firm", without)
    staff = office.person()
    assert "Insert payment link" not in staff.get(NEW).text
    assert staff.get(f"{BILL}?bill=bill-1").status_code == 404
    assert (
        slot(office, "bill_link_menu('bill-1')") == slot(office, "payment_link_button('trust')") == "<h1>The rest</h1>"
    )


def slot(office: Office, macro: str, user: str = STAFF) -> str:
    """A host's page with one slot in it."""
    if "page" not in office.app.view_functions:
        office.app.add_url_rule(
            "/page/<macro>", "page", lambda macro: render_template_string(SLOT + "{{ slots." + macro + " }}")
        )
    answer = office.person(user).get(f"/page/{macro}")
    assert answer.status_code == 200
    return answer.text.strip()


def test_slots_offer_what_there_is(office: Office) -> None:
    menu = slot(office, "bill_link_menu('bill-1')")
    assert words(menu) == "The rest Copy link to pay client balance Text link to client"
    assert 'aria-label="More ways to send"' in menu
    assert "Copy payment link</button>" in slot(office, "payment_link_button('trust')")


@pytest.mark.parametrize("ref", ["nobody", "paid"])
def test_a_bill_without_anything_due_has_no_menu(office: Office, ref: str) -> None:
    office.host.add_bill("harbor", office.host.for_firm("harbor").contacts.get("rosa"), "0", ref="paid")
    assert slot(office, f"bill_link_menu('{ref}')") == "<h1>The rest</h1>"


@pytest.mark.parametrize("verb", ["Payments.bill", "Payments.accounts", "Users.may", "Users.current", "Firms.get"])
def test_a_port_in_trouble_breaks_no_page(office: Office, verb: str) -> None:
    slot(office, "payment_link_button('trust')")
    office.host.fault(verb, raises=RuntimeError("canary"))
    page = slot(office, "bill_link_menu('bill-1')")
    assert "Payment links cannot be had at the moment." in page
    assert page.startswith("<h1>The rest</h1>")


def test_slots_cost_one_query_each(office: Office) -> None:
    slot(office, "bill_link_menu('bill-1')")
    for macro in ("bill_link_menu('bill-1')", "payment_link_button('trust')"):
        with Statements(office.app) as statements:
            slot(office, macro)
        assert len([one for one in statements.seen if "firmtext_" in one]) == 1


def test_a_thread_with_many_links_costs_two_queries_more(office: Office) -> None:
    asks(office.person(), {})
    office.sends(text="None")
    thread = f"/texting/conversations/{office.conversation()}"
    counts = []
    for _ in range(2):
        with Statements(office.app) as statements:
            office.person().get(thread)
        counts.append(len(statements.seen))
        for n in range(6):
            office.sends(text=f"{n} {links(office)[0]}")
    with Statements(office.app) as statements:
        office.person().get(thread)
    assert len(statements.seen) == counts[1] <= counts[0] + 2


def test_a_power_cut_after_the_hosts_half_leaves_a_link_that_is_found_again(office: Office) -> None:
    assert dies_at("payment.made", lambda: asks(office.person(), {}))
    assert rows() == []
    asks(office.person(), {})
    assert len(rows()) == 1
