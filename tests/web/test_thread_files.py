"""What a conversation shows of the files that came with its texts, and what people can do about them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from attached import passes
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import media
from flask_firmtext.ports.gateway import Media
from flask_firmtext.practice import filing, filing_claims
from flask_firmtext.store.models import Attachment
from flask_firmtext.store.states import FileState
from flask_firmtext.store.transactions import own, reading
from mailroom import arrives, becomes, comes, damage, due_now, filings, stores
from office import ADMIN, STAFF, Office, Statements

EVIL = '../../\u202egpj.exe"><img src=x onerror=alert(1)>\r\n' + "a" * 300


@pytest.fixture
def office(office: Office) -> Office:
    office.sends()
    return office


def page(office: Office, user: str = STAFF) -> str:
    return office.person(user).get(f"/texting/conversations/{office.conversation()}").text


def shown(office: Office, user: str = STAFF) -> list[str]:
    """Each file, as it stands in the page."""
    return re.findall(r'<li class="ft-file .*?\n</li>', page(office, user), re.DOTALL)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def press(office: Office, user: str = STAFF, *, name: str, **more: str) -> Any:
    """Press the button of this name on the page, as a browser without scripts does."""
    person = office.person(user)
    html = person.get(f"/texting/conversations/{office.conversation()}").text
    form = re.search(r'<form id="ft-files-form" method="post" action="([^"]+)">.*?value="([^"]+)"', html, re.DOTALL)
    assert form
    for tag, inner in re.findall(r"<button([^>]* form=\"ft-files-form\"[^>]*)>(.*?)</button>", html, re.DOTALL):
        if words(inner).startswith(name):
            given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            data = {"csrf_token": form[2], **({given["name"]: given["value"]} if "name" in given else {})}
            return person.post(given.get("formaction", form[1]), data, **more)
    raise AssertionError(f"there is no button {name} in {words(html)}")


@pytest.mark.parametrize(
    ("kind", "said"),
    [("image", "Photo"), ("video", "Video"), ("audio", "Audio"), ("vcard", "Contact card"), ("strange", "File")],
)
@pytest.mark.parametrize("state", [FileState.WANTED, FileState.FETCHING])
def test_a_file_that_is_coming_says_so_by_its_kind(office: Office, kind: str, said: str, state: FileState) -> None:
    becomes(comes(office, "a.bin", kind=kind)[0], state)
    (file,) = shown(office)
    assert f"{said} is coming…" in words(file)
    assert "Try again" not in file
    assert "Download" not in file


@pytest.mark.parametrize(
    ("media_type", "tag", "label"),
    [
        ("image/jpeg", "<img ", "JPEG picture"),
        ("image/gif", "<img ", "GIF picture"),
        ("video/mp4", "<video ", "MP4 video"),
        ("audio/mpeg", "<audio ", "MP3 audio"),
        ("image/heic", None, "HEIC picture"),
        ("text/vcard", None, "Contact card"),
    ],
)
def test_a_file_that_is_here_has_its_preview_kind_size_and_download(
    office: Office, media_type: str, tag: str | None, label: str
) -> None:
    file_id = arrives(office, b"x" * 1_234_567, media_type, name="IMG 1.bin")
    (file,) = shown(office)
    assert f"{label} · 1.2 MB" in words(file)
    assert "IMG 1.bin" in words(file)
    assert f'href="/texting/files/{file_id}" download' in file
    assert [one for one in ("<img ", "<video ", "<audio ") if one in file] == ([tag] if tag else [])
    if tag == "<img ":
        assert 'loading="lazy"' in file
        assert re.search(r'alt="Photo from the client: IMG 1.bin', file)


def test_a_plain_text_is_shown_as_text(office: Office) -> None:
    arrives(office, "<b>Grüße</b> & <script>".encode(), "text/plain")
    (file,) = shown(office)
    assert "&lt;b&gt;Grüße&lt;/b&gt; &amp; &lt;script&gt;" in file
    assert "<script>" not in file
    assert "Show all" not in file


def test_of_a_long_text_the_beginning_is_shown_and_all_of_it_can_be_had(office: Office) -> None:
    arrives(office, ("é" * 5000).encode(), "text/plain")
    (file,) = shown(office)
    assert 2000 <= file.count("é") <= 2048
    assert "\N{REPLACEMENT CHARACTER}" not in file
    assert "Show all" in words(file)


def test_a_damaged_text_says_that_it_cannot_be_read_and_hides_nothing_else(office: Office) -> None:
    damage(arrives(office, b"hello", "text/plain", text="See this"))
    html = page(office)
    assert "This file cannot be read." in html
    assert "See this" in html


def test_several_files_of_one_text_stand_in_their_order(office: Office) -> None:
    files = comes(office, "a.jpg", "b.jpg", "c.jpg", text="Three")
    stores(files[1], b"x", "image/jpeg")
    becomes(files[2], FileState.REFUSED, reason="type")
    found = shown(office)
    assert [re.search(r"[abc]\.jpg", file)[0] for file in found] == ["a.jpg", "b.jpg", "c.jpg"]  # type: ignore[index]
    assert "Files of this text" in page(office)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("type", "This kind of file"),
        ("too_large", "too large"),
        ("empty", "empty"),
        ("host", "not fetched"),
        ("redirect", "not fetched"),
        ("encoding", "compressed"),
        ("missing", "could not be received"),
        ("whatever", "not accepted"),
    ],
)
def test_a_refused_file_says_what_was_tried_and_why_and_what_to_do(office: Office, reason: str, said: str) -> None:
    becomes(comes(office, "contract.pdf")[0], FileState.REFUSED, reason=reason)
    (file,) = shown(office)
    assert said in words(file)
    assert "contract.pdf" in words(file)
    assert re.search(r"(Ask the client|Tell whoever)", words(file))
    assert ("Try again" in file) == (reason not in ("type", "missing"))


def test_s16_a_refused_file_without_a_name_says_what_it_was(office: Office) -> None:
    url = firmtext.gateway.add_file(b"%PDF-1.7 contract")  # type: ignore[attr-defined]
    office.receives("", media=(Media(url, "file"),))
    media.run_due()
    (file,) = shown(office)
    assert "PDF not accepted" in words(file)


def test_a_place_on_a_map_is_said_to_have_come(office: Office) -> None:
    office.receives("", media=(Media("", "location"),))
    (file,) = shown(office)
    assert "Location could not be received" in words(file)
    assert "Ask the client" in words(file)


@pytest.mark.parametrize("state", [FileState.GONE, FileState.LATE])
def test_a_file_that_the_carrier_lost_says_so(office: Office, state: FileState) -> None:
    becomes(comes(office, "a.jpg")[0], state, reason="gone")
    (file,) = shown(office)
    assert "Ask the client to send it again." in words(file)
    assert "Try again" in file


def test_what_the_carrier_has_deleted_by_now_cannot_be_tried_again(office: Office) -> None:
    becomes(comes(office, "a.jpg")[0], FileState.GONE)
    passes(timedelta(hours=47, minutes=1))
    assert "Try again" not in shown(office)[0]


def test_try_again_wants_the_file_once_more(office: Office) -> None:
    file = comes(office, "a.jpg")[0]
    becomes(file, FileState.GONE)
    answer = press(office, name="Try again")
    assert answer.status_code == 303
    assert answer.location.startswith(f"/texting/conversations/{office.conversation()}#ft-text-")
    with reading() as session:
        assert session.get_one(Attachment, file).state == FileState.WANTED


def test_an_open_page_stays_where_it_is(office: Office) -> None:
    becomes(comes(office, "a.jpg")[0], FileState.GONE)
    answer = press(office, name="Try again", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.attack("A19", "A22")
def test_A22_A19_the_senders_name_is_words_and_nothing_else(office: Office) -> None:
    arrives(office, name=EVIL)
    (file,) = shown(office)
    assert "<img src=x" not in file
    name = re.search(r'<bdi class="ft-file-name">(.*?)</bdi>', file)
    assert name
    text = unescape(name[1])
    assert len(text) <= 120
    assert not re.search(r"[\x00-\x1f\u202a-\u202e/\\]", text)


@pytest.mark.attack("A19")
def test_A19_a_name_from_right_to_left_is_isolated(office: Office) -> None:
    arrives(office, name="חוזה.png")
    assert '<bdi class="ft-file-name">חוזה.png</bdi>' in shown(office)[0]


@pytest.mark.attack("A17")
def test_A17_who_may_not_open_files_sees_that_they_are_there_and_no_byte(office: Office) -> None:
    arrives(office, b"secret words", "text/plain")
    arrives(office)
    office.host.users.refuse(STAFF, "attachment.read")
    html = page(office)
    assert "secret words" not in html
    assert "/texting/files/" not in html.replace("/filings", "")
    assert "You may not open files of this conversation." in html


def test_where_a_file_is_filed_is_linked(office: Office) -> None:
    arrives(office)
    filing.run_due()
    (file,) = shown(office)
    assert 'Filed in <a href="/documents/document-1"><bdi>Marsh v. Dune Properties</bdi></a>' in file


def test_a_page_that_the_host_cannot_give_is_left_out(office: Office) -> None:
    arrives(office)
    filing.run_due()
    for fault in ({"raises": RuntimeError()}, {"returns": 7}, {"returns": "javascript:alert(1)"}, {"returns": None}):
        office.host.fault("Documents.url", **fault)
        (file,) = shown(office)
        assert "Filed in <bdi>Marsh v. Dune Properties</bdi>" in file


@pytest.mark.attack("A17")
def test_A17_a_matter_of_somebody_else_is_not_named(office: Office) -> None:
    arrives(office)
    filing.run_due()
    host = office.host.files("harbor")
    host.sides["lease"].clear()
    html = page(office)
    assert "Marsh v. Dune" not in html
    assert "Filed in another matter" in words(html)


def test_a_filing_that_failed_says_so_and_is_tried_again_by_a_press(office: Office) -> None:
    file = arrives(office)
    office.host.fault("Documents.file", raises=RuntimeError())
    filing.run_due()
    assert "Not filed yet, it is tried again: Marsh v. Dune Properties" in words(shown(office)[0])
    passes(timedelta(hours=25))
    due_now()
    filing.run_due()
    assert "Could not be filed in Marsh v. Dune Properties" in words(shown(office)[0])
    office.host.mend()
    assert press(office, name="Try again").status_code == 303
    filing.run_due()
    assert [str(row.state) for row in filings(file)] == ["filed"]


def test_a_contact_without_an_open_matter_is_told_and_can_choose_a_closed_one(office: Office) -> None:
    del office.host.files("harbor").matters["lease"]
    file = arrives(office)
    filing.run_due()
    text = words(shown(office)[0])
    assert "Kept here: the contact has closed matters only." in text
    assert "Estate of Marsh (closed)" in text
    press(office, name="Estate of Marsh")
    assert [row.matter for row in filings(file)] == ["estate"]


def test_a_contact_without_matters_is_told(office: Office) -> None:
    office.host.files("harbor").matters.clear()
    arrives(office)
    filing.run_due()
    assert "Kept here: the contact has no matter to file it in." in words(shown(office)[0])


def test_a_host_that_cannot_say_which_matters_there_are_claims_nothing(office: Office) -> None:
    office.host.files("harbor").matters.clear()
    arrives(office)
    filing.run_due()
    office.host.fault("Matters.of_contact", raises=RuntimeError())
    assert "Kept here" not in words(shown(office)[0])


def test_earlier_files_are_offered_to_a_later_matter_and_one_press_files_all_once(office: Office) -> None:
    files = [arrives(office) for _ in range(3)]
    filing.run_due()
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.add_matter("harbor", "Later matter", client=rosa, ref="later")
    html = page(office)
    offers = words(html[html.index('id="ft-offers"') : html.index('id="ft-log"')])
    assert "3 earlier files are not in Later matter . File them" in offers
    person = office.person()
    url = f"/texting/conversations/{office.conversation()}/filings"
    for _ in range(2):
        data = {"csrf_token": token_of(person, office), "matter": "later"}
        assert person.post(url, data).status_code == 303
    filing.run_due()
    assert [str(row.state) for row in filings() if row.matter == "later"] == ["filed"] * 3
    assert len(files) == 3
    assert "Later matter . File" not in words(page(office))


def token_of(person: Any, office: Office) -> str:
    html = person.get(f"/texting/conversations/{office.conversation()}").text
    return re.search(r'name="csrf_token" value="([^"]+)"', html)[1]  # type: ignore[index]


def test_nothing_is_offered_before_the_host_was_asked(office: Office) -> None:
    arrives(office)
    assert "not in" not in words(page(office))
    assert "File it in" not in page(office)


def test_who_may_not_file_is_offered_nothing_and_files_nothing(office: Office) -> None:
    file = arrives(office)
    filing.run_due()
    office.host.users.refuse(STAFF, "attachment.file")
    html = page(office)
    assert "File it" not in html
    person = office.person()
    data = {"csrf_token": token_of(person, office), "matter": "estate"}
    for url in (f"conversations/{office.conversation()}", f"files/{file}"):
        assert person.post(f"/texting/{url}/filings", data).status_code == 404
    assert [row.matter for row in filings()] == ["lease"]


Url = Callable[[Office, uuid.UUID], str]
ADDRESSES: dict[str, Url] = {
    "again": lambda office, file: f"/texting/files/{file}/again",
    "one": lambda office, file: f"/texting/files/{file}/filings",
    "all": lambda office, file: f"/texting/conversations/{office.conversation()}/filings",
    "filing": lambda office, file: f"/texting/filings/{filings()[0].id}/again",
}


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.attack("A17")
def test_A17_another_firm_can_do_nothing_about_a_file(office: Office, name: str) -> None:
    office.sends("paul", by="admin@summit.example")
    file = arrives(office)
    filing.run_due()
    url = ADDRESSES[name](office, file)
    person = office.person("admin@summit.example")
    html = person.get("/texting/new").text
    data = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', html)[1], "matter": "patent"}  # type: ignore[index]
    assert person.post(url, data).status_code == 404
    assert person.post(url, {"matter": "patent"}).status_code == 400
    assert [row.matter for row in filings()] == ["lease"]


@pytest.mark.parametrize("matter", ["patent", "divorce", "", "nothing"])
@pytest.mark.attack("A17")
def test_A17_a_matter_that_is_not_the_clients_takes_no_file(office: Office, matter: str) -> None:
    file = arrives(office)
    filing.run_due()
    person = office.person()
    data = {"csrf_token": token_of(person, office), "matter": matter}
    for name in ("one", "all"):
        assert person.post(ADDRESSES[name](office, file), data).status_code == 404
    assert [row.matter for row in filings()] == ["lease"]


def test_a_filing_that_is_done_is_not_done_again_by_a_late_press(office: Office) -> None:
    arrives(office)
    filing.run_due()
    person = office.person()
    url = ADDRESSES["filing"](office, uuid.uuid4())
    assert person.post(url, {"csrf_token": token_of(person, office)}).status_code == 303
    assert [str(row.state) for row in filings()] == ["filed"]


def live(office: Office, since: int) -> Any:
    url = f"/texting/changes?since={since}&conversation={office.conversation()}"
    answer = office.person().get(url)
    return answer.json if answer.status_code == 200 else None


def test_an_open_page_hears_of_each_step(office: Office) -> None:
    file = comes(office, "a.png")[0]
    now = live(office, -1)["now"]
    assert live(office, now) is None
    stores(file, b"x", "image/png")
    fresh = live(office, now)
    assert "<img " in fresh["texts"]
    filing.run_due()
    fresh = live(office, fresh["now"])
    assert "Filed in" in fresh["texts"]
    assert fresh["offers"].strip() == ""
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.add_matter("harbor", "Later matter", client=rosa, ref="later")
    assert "Later matter" in live(office, -1)["offers"]


def test_what_is_sent_to_an_open_page_is_the_same_each_time(office: Office) -> None:
    """Else a video that somebody watches would begin again each minute."""
    arrives(office)
    filing.run_due()
    first, second = live(office, -1), live(office, -1)
    assert first["texts"] == second["texts"]
    assert "csrf" not in first["texts"]


def test_a_page_with_many_files_costs_no_more_questions_than_one_with_two(office: Office) -> None:
    def cost() -> int:
        with Statements(office.app) as statements:
            page(office)
        return len(statements.seen)

    arrives(office)
    arrives(office)
    filing.run_due()
    page(office)
    few = cost()
    for _ in range(6):
        arrives(office)
    filing.run_due()
    page(office)
    assert cost() == few


def test_a_text_without_words_is_named_by_its_files_in_the_table(office: Office) -> None:
    comes(office, "a.jpg", "b.jpg")
    assert "<em>2 files</em>" in office.person().get("/texting/").text


def test_a_file_that_could_not_be_filed_is_given_up_by_claim_only(office: Office) -> None:
    arrives(office)
    filing.run_due()
    assert filing_claims.claim(filings()[0].id) is None


def test_an_administrator_of_the_firm_sees_the_same(office: Office) -> None:
    arrives(office)
    assert len(shown(office, ADMIN)) == 1


def test_a_quarantined_file_shows_in_no_conversation(office: Office) -> None:
    file = arrives(office)
    with own() as session:
        session.get_one(Attachment, file).message_id = None
    assert shown(office) == []
