"""Everything that a page says is in a catalogue: in a language of brackets nothing stands outside of them but data."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import render_template_string
from sqlalchemy import select

from administering import failed_order, kept, number_of
from flask_firmtext.errors import TextRefused
from flask_firmtext.firm import saved_replies
from flask_firmtext.messaging import consent, media_types
from flask_firmtext.messaging.body import check
from flask_firmtext.messaging.numbers import to_call
from flask_firmtext.ports.values import Contact, PhoneNumber
from flask_firmtext.store import keys
from flask_firmtext.store.inbox_pages import View
from flask_firmtext.store.models import Attempt, ConsentEvent, Conversation, Message, Number, Quarantine
from flask_firmtext.store.states import FileState, State
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.web import composer_words
from house import SETTINGS, STANDS, House, token
from mailroom import arrives, becomes, comes
from office import ADMIN, ROSA, STAFF, Office, Person
from pseudo import CODE, untranslated, write
from registering import WHOLE

#: Names of people, firms, zones and things, and what machines call themselves.
DATA = frozenset(
    {
        *("Rosa Marsh", "Harbor Law", "Ada Admin", "Sam Staff", "Old Quay v. Delgado", "America/Chicago"),
        *("office@harbor.example", "a@b.example", "harbor.example"),
        *("JPEG", "UTC", "US"),
    }
)
#: Flask-Admin's own words, and the name that the host gave to it.
FRAME = frozenset({"Practice", "Home", "Toggle navigation", "List", "View Record", "Details", "Edit Record"})

#: What the firm calls its accounts, bills and matters, what somebody wrote, and the name of a file.
THINGS = frozenset(
    {
        *("Operating account", "Client trust account", "Bill 1", "Marsh v. Dune Properties", "Estate of Marsh"),
        *("Leave me alone please", "beach.jpg"),
    }
)

EXTENSIONS = frozenset(f".{kind.extension}" for kind in media_types.TYPES)

OTHER = "+13125550188"

PAGES = (
    "/texting/settings",
    "/texting/settings/tokens",
    "/texting/settings?said=details",
    "/texting/settings?said=reminders",
    "/texting/settings?said=refusals",
    "/texting/settings/details",
    "/texting/settings/registration",
    "/texting/settings/turn-off",
    "/texting/guidance",
    "/texting/sendable",
    "/texting/conversations/{conversation}/consent",
    "/texting/conversations/{refused}/consent",
    "/texting/conversations/" + "0" * 8 + "-0000-0000-0000-000000000000/consent",
)
#: The pages of the inbox and of a conversation.
CONVERSING = (
    "/texting/",
    *(f"/texting/?show={view}" for view in View),
    "/texting/conversations/{conversation}",
    "/texting/conversations/{refused}",
    "/texting/new",
    "/texting/new?contact=rosa",
    "/texting/replies?contact=rosa",
    "/texting/settings/replies",
    "/texting/settings/replies/new",
    "/texting/settings/replies/new?whose=firm",
    "/texting/settings/replies/{reply}",
    "/texting/settings/notifications",
    "/texting/settings/notifications?firmtext=saved",
    "/texting/conversations/{conversation}/time",
    "/texting/payments/bill?bill=bill-1",
)
VIEWS = ("messages", "conversations", "attempts", "consents", "quarantine", "texting", "numbers", "orders", "templates")
RECORDS = {
    "messages": Message,
    "attempts": Attempt,
    "consents": ConsentEvent,
    "quarantine": Quarantine,
    "numbers": Number,
}


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the language of brackets; to read all that the code says takes more than a second."""
    folder = tmp_path_factory.mktemp("brackets")
    write(folder)
    return folder


@pytest.fixture
def brackets(app: Any, catalogue: Path) -> None:
    """The language of brackets is there."""
    app.extensions["firmtext"].settings.translations = str(catalogue)


def speaking(person: Person) -> Any:
    person.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = CODE
    return person


@pytest.fixture
def busy(office: Office, brackets: None) -> Mapping[str, uuid.UUID]:
    """A firm in which everything has happened once; the ids that addresses name."""
    office.sends(text="Hello")
    office.becomes(office.sends(text="Lost"), State.FAILED, reason="unreachable_number", code="1120")
    office.becomes(office.sends(text="Odd"), State.UNKNOWN)
    arrives(office, name="beach.jpg")
    becomes(comes(office, "will.pdf", kind="file")[0], FileState.REFUSED, reason="type")
    office.receives("Leave me alone please")
    conversation = office.conversation()
    with own() as session:
        text = session.scalars(select(Message.id).order_by(Message.position.desc()).limit(1)).one()
        consent.ask(
            session,
            "harbor",
            keys.index_of("harbor", "+13125550100"),
            consent.Said("client:text", "client", message=text),
        )
        for user in ("", ADMIN):
            saved_replies.add(session, "harbor", user=user, name="Call", text="Dear {contact_phone}", by=ADMIN)
        reply = saved_replies.listed(session, "harbor", ADMIN)[0].id
    kept()
    failed_order()
    return {"conversation": conversation, "refused": conversation, "number": number_of(), "reply": reply}


@pytest.fixture
def ada(office: Office) -> Any:
    return speaking(office.person(ADMIN))


@pytest.mark.parametrize("addresses", [PAGES, CONVERSING], ids=["settings", "conversing"])
def test_no_page_says_anything_that_is_in_no_catalogue(busy: Any, ada: Person, addresses: tuple[str, ...]) -> None:
    pages = {address: ada.get(address.format(**busy)).text for address in addresses}
    said = {address: untranslated(page, DATA | EXTENSIONS | THINGS) for address, page in pages.items()}
    assert {address: words for address, words in said.items() if words} == {}
    whole = {
        address: "⟦" in page and (f'lang="{CODE}"' in page or "<html" not in page) for address, page in pages.items()
    }
    assert [address for address, fine in whole.items() if not fine] == []


@pytest.mark.parametrize("typed", ["rosa", "nobody", ROSA])
def test_what_is_found_is_said_in_the_language(busy: Any, ada: Person, typed: str) -> None:
    page = ada.post("/texting/", {"q": typed, "csrf_token": token(ada.get("/texting/").text)}).text
    assert "⟦" in page
    assert untranslated(page, DATA | EXTENSIONS | THINGS | {typed}) == []


def test_what_is_wrong_in_a_composer_is_said_in_the_language(busy: Any, ada: Person, office: Office) -> None:
    url = f"/texting/conversations/{busy['conversation']}"
    sent = ada.composer(url)
    ada.post("/texting/drafts", {**sent, "text": "Half a “thought”", "count": "1"})
    pages = [ada.get(url).text]
    office.sends(text="I was first")
    for form in ({**sent, "text": ""}, {**sent, "text": "Hi"}, {**sent, "text": "Hi", "csrf_token": "x"}):
        pages += [ada.post("/texting/texts", form).text, ada.post("/texting/payments/choices", form).text]
    for page in pages:
        assert "⟦" in page
        assert untranslated(page, DATA | EXTENSIONS | THINGS) == []


SLOTS = (
    "unread_badge()",
    "communications(contact='rosa')",
    "communications(matter='estate')",
    "bill_link_menu('bill-1')",
    "payment_link_button('operating')",
    "settings_link()",
    "notification_settings()",
)


@pytest.fixture
def theirs(office: Office) -> None:
    """The host's own pages, one for each slot."""
    for count, slot in enumerate(SLOTS):
        template = '{% import "firmtext/slots.html" as slots with context %}{{ slots.' + slot + " }}"
        office.app.add_url_rule(f"/theirs/{count}", f"theirs{count}", partial(render_template_string, template))


@pytest.mark.parametrize("slot", SLOTS)
def test_what_stands_in_the_hosts_pages_says_nothing_that_is_in_no_catalogue(
    busy: Any, theirs: None, ada: Person, slot: str
) -> None:
    page = ada.get(f"/theirs/{SLOTS.index(slot)}").text
    assert "⟦" in page
    assert untranslated(page, DATA | THINGS) == []


def test_what_is_wrong_with_a_saved_reply_or_time_is_said_in_the_language(busy: Any, ada: Person) -> None:
    replies = f"{SETTINGS}/replies"
    csrf = {"csrf_token": token(ada.get(f"{replies}/new").text)}
    time = f"/texting/conversations/{busy['conversation']}/time"
    pages = [
        *(
            ada.post(f"{replies}/new", {**csrf, "whose": "mine", "name": name, "text": text}).text
            for name, text in [("", ""), ("x" * 999, "{"), ("Call", "{contact}"), ("Call", "{zzz}"), ("a", "x" * 9999)]
        ),
        ada.post(f"{replies}/{uuid.uuid4()}", {**csrf, "name": "x", "text": "x"}).text,
        *(
            ada.post(time, {**csrf, "token": "t1", "matter": matter, **given}).text
            for matter in ("", "estate")
            for given in (
                {"minutes": "", "date": "", "note": ""},
                {"minutes": "x", "date": "x", "note": "x" * 9999},
                {"minutes": "99999", "date": "2999-01-01", "note": "\x00"},
            )
        ),
    ]
    for page in pages:
        assert "⟦" in page
        assert untranslated(page, DATA | THINGS) == []


@pytest.mark.parametrize("do", ["done", "open", "unread"])
def test_what_was_done_with_a_conversation_is_said_in_the_language(busy: Any, ada: Person, do: str) -> None:
    page = ada.post(
        f"/texting/conversations/{busy['conversation']}/{do}",
        {"csrf_token": token(ada.get("/texting/").text), "show": "all"},
        follow_redirects=True,
    ).text
    assert "⟦" in page
    assert untranslated(page, DATA | THINGS) == []


def test_a_link_to_pay_is_made_in_the_language(busy: Any, ada: Person) -> None:
    bill = "/texting/payments/bill"
    csrf = {"csrf_token": token(ada.get(f"{bill}?bill=bill-1").text)}
    pages = [
        ada.post(bill, {**csrf, "bill": "bill-1", "account": account, "do": "copy"}).text
        for account in ("", "operating", "nobodys")
    ]
    pages.append(ada.post("/texting/payments/account", {**csrf, "account": "operating"}).text)
    for page in pages:
        assert "⟦" in page
        assert untranslated(page, DATA | THINGS) == []


def unread(office: Office) -> None:
    """The number of Rosa's conversation cannot be read any more."""
    with own() as session:
        row = session.get_one(Conversation, office.conversation())
        row.phone = row.phone[:-1] + bytes([row.phone[-1] ^ 1])


def moved(office: Office) -> None:
    """Somebody else has Rosa's number."""
    office.host.put_contact("harbor", Contact("rosa", "Rosa Marsh", (PhoneNumber(OTHER),), OTHER))
    office.host.add_contact("harbor", "Rosa Marsh", ROSA, ref="newo")


def nobodys(office: Office) -> None:
    office.host.put_contact("harbor", Contact("rosa", "Rosa Marsh", (PhoneNumber(OTHER),), OTHER))


def shared(office: Office) -> None:
    office.host.add_contact("harbor", "Rosa Marsh", ROSA, ref="rosas")


def away(office: Office) -> None:
    office.host.fault("Contacts.by_numbers", raises=RuntimeError("away"))


@pytest.mark.parametrize("happens", [unread, moved, nobodys, shared, away])
def test_what_befell_a_number_is_said_in_the_language(
    busy: Any, ada: Person, office: Office, happens: Callable[[Office], None]
) -> None:
    url = f"/texting/conversations/{busy['conversation']}"
    ada.post("/texting/drafts", {**ada.composer(url), "text": "Half a thought", "count": "1"})
    happens(office)
    pages = [
        *(ada.get(page).text for page in (url, f"{url}/consent", "/texting/?show=all", "/texting/new?contact=rosa")),
        *ada.get(f"/texting/changes?since=-1&table=1&show=all&conversation={busy['conversation']}").json.values(),
    ]
    for page in pages:
        if isinstance(page, str):
            assert untranslated(page, DATA | EXTENSIONS | THINGS) == []


@pytest.mark.parametrize("who", ["client", "colleague", "nobody"])
def test_what_came_meanwhile_is_told_in_the_language(busy: Any, ada: Person, office: Office, who: str) -> None:
    form = ada.composer(f"/texting/conversations/{busy['conversation']}")
    if who == "client":
        office.receives("Leave me alone please")
    else:
        text = office.sends(text="I was first")
        if who == "nobody":
            with own() as session:
                session.get_one(Message, text).author = None
    page = ada.post("/texting/texts", {**form, "text": "Hi"})
    assert page.status_code == 409
    assert untranslated(page.text, DATA | EXTENSIONS | THINGS) == []


def test_what_can_be_inserted_is_offered_in_the_language(busy: Any, ada: Person) -> None:
    form = {**ada.composer("/texting/new?contact=rosa"), "text": "Hello"}
    for url in ("/texting/payments/choices", "/texting/payments/insert"):
        page = ada.post(url, form).text
        assert "⟦" in page
        assert untranslated(page, DATA | EXTENSIONS | THINGS) == []


def test_all_words_of_the_composers_scripts_are_in_a_catalogue(busy: Any, office: Office) -> None:
    with office.app.test_request_context(headers={"Accept-Language": CODE}):
        told = composer_words.told()
    words = [*(told[name] for name in composer_words.WORDS), *told["unseen"].values()]
    assert [one for one in words if not one.startswith("⟦")] == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_of_the_administration_says_nothing_that_is_in_no_catalogue(busy: Any, ada: Person, view: str) -> None:
    page = ada.get(f"/admin/firmtext/{view}/").text
    assert "⟦" in page
    assert f'lang="{CODE}"' in page
    assert untranslated(page, DATA | FRAME) == []


@pytest.mark.parametrize("view", RECORDS)
def test_a_record_says_nothing_that_is_in_no_catalogue(busy: Any, ada: Person, view: str) -> None:
    with reading() as session:
        rows = session.scalars(select(RECORDS[view].id).where(RECORDS[view].firm == "harbor")).all()
    for row in rows:
        page = ada.get(f"/admin/firmtext/{view}/details/?id={row}").text
        assert untranslated(page, DATA | FRAME) == []


@pytest.mark.parametrize(("view", "action"), [("orders", "again"), ("quarantine", "attach"), ("quarantine", "discard")])
def test_what_an_action_asks_is_in_a_catalogue(busy: Any, ada: Person, view: str, action: str) -> None:
    address = f"/admin/firmtext/{view}/"
    forms = re.findall(r"<form.*?</form>", ada.get(address).text, re.DOTALL)
    form = next(one for one in forms if f'value="{action}"' in one)
    fields = dict(re.findall(r'name="(csrf_token|url|rowid)"[^>]* value="([^"]*)"', form))
    page = ada.post(f"{address}action/", {**fields, "action": action}).text
    assert "⟦" in page
    assert untranslated(page, DATA | FRAME) == []
    said = ada.post(f"{address}action/", {**fields, "action": action, "confirmed": "yes"}, follow_redirects=True).text
    assert untranslated(said, DATA | FRAME) == []


@pytest.mark.parametrize("stand", STANDS)
def test_the_settings_say_nothing_that_is_in_no_catalogue(app: Any, brackets: None, stand: str) -> None:
    house = House(app)
    STANDS[stand](house)
    for user in (ADMIN, STAFF):
        person = speaking(house.person(user))
        assert untranslated(person.get(SETTINGS).text, DATA) == []
    assert (
        untranslated(speaking(house.person(ADMIN)).get(f"{SETTINGS}/turn-on", follow_redirects=True).text, DATA) == []
    )


WRONG = {
    "details": {"email": "office", "phone": "911"},
    "reminders": {"days": "1, 2, 3, 4, 5, 6", "at": "noon"},
    "registration": {**WHOLE, "region": "Illinois", "contact_email": "ada", "contact_phone": "x", "website": "x"},
    "registration?incomplete": {"legal_name": "Harbor Law"},
}


@pytest.mark.parametrize("form", WRONG)
def test_what_is_wrong_with_a_form_is_said_in_the_language(busy: Any, office: Office, form: str) -> None:
    person: Any = speaking(House(office.app).person(ADMIN))
    answer = person.sends(form, WRONG[form], at=f"{SETTINGS}/details")
    page = person.get(answer.location).text if answer.location else answer.text
    assert "⟦" in page
    assert untranslated(page, DATA) == []


def test_a_text_that_cannot_be_sent_is_refused_in_the_language(busy: Any, office: Office) -> None:
    with office.app.test_request_context(headers={"Accept-Language": CODE}):
        for text in ("", "x" * 20_000, "\x00"):
            with pytest.raises(TextRefused, match=r"^⟦.*⟧$"):
                check(text)
        for number in ("", "x", "911", "12345", "555-0100", "+442079460000", "312-555-010", "(312) 555-0100 ext. 5"):
            with pytest.raises(TextRefused, match=r"^⟦.*⟧$"):
                to_call(number)


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>⟦Hello⟧</p>", []),
        ("<p>⟦Hello <b>you⟧</b></p>", []),
        ("<p>Hello</p>", ["Hello"]),
        ("<p>⟦Hello⟧ you</p>", ["you"]),
        ('<img alt="A dog">', ["A dog"]),
        ('<p data-ft-lost="Not connected">⟦Hello⟧</p>', ["Not connected"]),
        ("<p><bdi>Rosa</bdi> <time>3 May</time> 12</p><script>let words;</script>", []),
        ('<p lang="fr">Bonjour</p>', []),
    ],
)
def test_the_test_itself_finds_what_is_in_no_catalogue(html: str, left: list[str]) -> None:
    assert untranslated(html, frozenset()) == left
