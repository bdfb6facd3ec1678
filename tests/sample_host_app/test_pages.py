"""The practice system's pages show a firm its own things and nobody else's."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

PAGES = (
    "/communications",
    "/contacts",
    "/matters",
    "/calendar",
    "/bills",
    "/online-payments",
    "/time",
    "/documents",
    "/settings",
)
DETAILS = ("/contacts/1", "/matters/1", "/bills/1", "/calendar/1", "/calendar/new")


def id_of(practice: Any, model: str, firm: str) -> int:
    from sample_host_app import models

    kind = getattr(models, model)
    with practice.app_context():
        found: int = models.db.session.scalars(select(kind.id).where(kind.firm_ref == firm).order_by(kind.id)).first()
    return found


def test_the_first_page_is_communications(signed_in: Callable[[str], Any]) -> None:
    answer = signed_in("staff@harbor.example").get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/communications")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("email", ["staff@harbor.example", "admin@prairie.example", "admin@lisbon.example"])
def test_every_page_answers_every_firm(signed_in: Callable[[str], Any], email: str, path: str) -> None:
    answer = signed_in(email).get(path)
    assert answer.status_code == 200
    assert 'aria-current="page"' in answer.text


def test_a_search_and_a_filter_keep_the_head_of_communications(signed_in: Callable[[str], Any]) -> None:
    staff = signed_in("staff@harbor.example")
    head = re.compile(r">Communications</(h1|p)>")
    page = staff.get("/communications").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    found = staff.post("/texting/", data={"q": "nobody", "csrf_token": token[1]}).text
    for shown in (page, found, staff.get("/texting/?show=done").text):
        assert head.search(shown)
    assert "Try a part of a name or number." in found


@pytest.mark.parametrize(
    "path",
    [*PAGES, "/contacts/1", "/matters/1", "/bills/1", "/calendar/1", "/calendar/new", "/admin/", "/admin/users/"],
)
def test_nobody_sees_a_page_without_signing_in(visitor: Any, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 302
    assert "Delgado" not in answer.text


@pytest.mark.parametrize(
    ("model", "path"), [("Contact", "contacts"), ("Matter", "matters"), ("Bill", "bills"), ("Event", "calendar")]
)
def test_another_firms_things_answer_like_things_that_do_not_exist(
    practice: Any, signed_in: Callable[[str], Any], model: str, path: str
) -> None:
    harbor = signed_in("staff@harbor.example")
    assert harbor.get(f"/{path}/{id_of(practice, model, 'harbor')}").status_code == 200
    other, missing = harbor.get(f"/{path}/{id_of(practice, model, 'prairie')}"), harbor.get(f"/{path}/999999")
    assert other.status_code == missing.status_code == 404
    assert without_token(other.text) == without_token(missing.text)


def test_a_document_comes_to_its_firm_whole_and_as_nothing_but_a_file(
    practice: Any, signed_in: Callable[[str], Any]
) -> None:
    from sample_host_app.models import Document, db

    data = secrets.token_bytes(600_000)
    with practice.app_context():
        port = practice.extensions["firmtext"].host.for_firm("harbor")
        place = f"matter-{id_of(practice, 'Matter', 'harbor')}"
        ref = port.documents.file(place, "photo-1.jpg", "image/jpeg", io.BytesIO(data), token="of this test")
        db.session.commit()
        assert db.session.get(Document, int(ref)).size == len(data)
    harbor, prairie = signed_in("staff@harbor.example"), signed_in("staff@prairie.example")
    answer = harbor.get(f"/documents/{ref}")
    assert answer.data == data
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''photo-1.jpg"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/documents", f"/matters/{place.removeprefix('matter-')}"):
        assert f'href="/documents/{ref}" download' in harbor.get(path).text
    assert prairie.get(f"/documents/{ref}").status_code == 404


def test_a_document_of_which_only_the_name_is_there_is_no_link(practice: Any, signed_in: Callable[[str], Any]) -> None:
    harbor = signed_in("staff@harbor.example")
    assert harbor.get(f"/documents/{id_of(practice, 'Document', 'harbor')}").status_code == 404


def without_token(page: str) -> str:
    """A page but for its form token, which bears the time."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


def test_lists_hold_the_own_firms_people_only(signed_in: Callable[[str], Any]) -> None:
    harbor, prairie = signed_in("staff@harbor.example"), signed_in("staff@prairie.example")
    for path in ("/contacts", "/matters", "/bills", "/calendar"):
        assert "Swenson" not in harbor.get(path).text
        assert "Delgado" not in prairie.get(path).text


def test_a_wrong_password_says_so_and_keeps_the_address(visitor: Any, practice: Any) -> None:
    practice.config["WTF_CSRF_ENABLED"] = False
    try:
        answer = visitor.post("/login", data={"email": "staff@harbor.example", "password": "wrong"})
    finally:
        practice.config["WTF_CSRF_ENABLED"] = True
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert 'value="staff@harbor.example"' in answer.text


def test_a_form_without_token_is_refused_with_the_cure(visitor: Any) -> None:
    answer = visitor.post("/login", data={"email": "staff@harbor.example", "password": "demo"})
    assert answer.status_code == 400
    assert "reload the page" in answer.text


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
@pytest.mark.attack("A10", "A25")
def test_signing_in_leads_to_no_other_site(address: str, context: Any) -> None:
    from sample_host_app.signin import here

    with context.test_request_context():
        assert here(address) == "/"
        assert here("/contacts?page=2") == "/contacts?page=2"


def test_staff_cannot_open_the_administration(signed_in: Callable[[str], Any]) -> None:
    staff = signed_in("staff@harbor.example")
    assert staff.get("/admin/").status_code == 403
    assert staff.get("/admin/contacts/").status_code == 403
    assert ">Admin<" not in staff.get("/contacts").text


def test_an_administrator_finds_the_own_firm_only(practice: Any, signed_in: Callable[[str], Any]) -> None:
    admin = signed_in("admin@harbor.example")
    listed = admin.get("/admin/contacts/").text
    assert "Delgado" in listed
    assert "Swenson" not in listed
    assert admin.get(f"/admin/contacts/details/?id={id_of(practice, 'Contact', 'prairie')}").status_code == 302
    assert "Delgado" in admin.get(f"/admin/contacts/details/?id={id_of(practice, 'Contact', 'harbor')}").text


@pytest.mark.attack("A19")
def test_no_page_allows_inline_scripts(signed_in: Callable[[str], Any]) -> None:
    admin = signed_in("admin@harbor.example")
    for path in (*PAGES, "/texting/settings", "/contacts/1", "/nowhere", "/admin/contacts/"):
        answer = admin.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'")
        assert "unsafe-inline" not in policy
        assert "<style" not in answer.text
        assert ' style="' not in answer.text or path.startswith("/admin")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Any) -> None:
    cookie = visitor.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_list_of_contacts_costs_two_queries_however_long(
    signed_in: Callable[[str], Any], statements: list[str]
) -> None:
    client = signed_in("admin@harbor.example")
    statements.clear()
    assert "Delgado" in client.get("/contacts").text
    assert sum("contact" in statement and "firmtext_" not in statement for statement in statements) == 2


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("admin@harbor.example", "(833) 555-0100"),
        ("staff@harbor.example", "(833) 555-0100"),
        ("admin@prairie.example", ">Turn on text messaging</button>"),
        ("staff@prairie.example", "<bdi>Paul Jensen</bdi> can turn it on"),
        ("admin@lisbon.example", "United States and Canada"),
    ],
)
def test_settings_say_whether_texting_is_on(signed_in: Callable[[str], Any], email: str, words: str) -> None:
    answer = signed_in(email).get("/settings/text-messaging", follow_redirects=True)
    assert answer.request.path == "/texting/settings"
    assert words in answer.text
    assert re.search(r'href="/settings" aria-current="(true|page)"', answer.text)
    assert 'href="/communications" aria-current' not in answer.text


def test_the_settings_lead_to_text_messaging(signed_in: Callable[[str], Any]) -> None:
    assert '<a href="/texting/settings">Text Messaging</a>' in signed_in("staff@harbor.example").get("/settings").text


def test_nobody_reads_the_settings_without_signing_in(visitor: Any) -> None:
    for path in ("/settings", "/settings/text-messaging", "/texting/settings", "/texting/guidance"):
        answer = visitor.get(path)
        assert answer.status_code == 302
        assert "/login" in answer.headers["Location"]


def test_a_contacts_and_its_matters_pages_open_the_same_conversation(
    practice: Any, signed_in: Callable[[str], Any]
) -> None:
    staff = signed_in("staff@harbor.example")
    contact = staff.get(f"/contacts/{id_of(practice, 'Contact', 'harbor')}").text
    matter = staff.get(f"/matters/{id_of(practice, 'Matter', 'harbor')}").text
    opened = [set(re.findall(r'href="(/texting/conversations/[^"]+)"', page)) for page in (contact, matter)]
    assert len(opened[0]) == 1
    assert opened[0] <= opened[1]
    for page in (contact, matter):
        assert "Text messages</h2>" in page
        assert page.count("live.js") == page.count("firmtext.css") == 1
