"""Flask-Admin's traps (docs of the eleven: what it does past a scoped list), and who is let in at all."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask_admin import Admin
from flask_admin.form import SecureForm

from administering import failed_order, held_number, kept, number_of, opted_out
from attempts import claimed
from evidence import rows
from flask_firmtext import FirmText
from flask_firmtext.current import Unconfigured
from flask_firmtext.store.models import Attempt, Audit, Conversation, Message
from flask_firmtext.store.transactions import own
from flask_firmtext.web.admin.records import FirmRecords
from matrix import digest
from office import ADMIN, STAFF, Office, Person, Statements

VIEWS = ("messages", "conversations", "attempts", "holds", "consents", "quarantine", "numbers", "orders", "audit")
#: Pages about the firm as a whole.
FACTS = ("texting", "templates")
#: Views with an action.
ACTING = ("messages", "holds", "quarantine", "orders")
UMA = "admin@summit.example"
#: Rows that Harbor Law begins with: its number, and what is recorded of it.
OWN = {"firmtext_numbers": 1, "firmtext_audit": 2}

every_view = pytest.mark.parametrize("view", VIEWS)
every_page = pytest.mark.parametrize("view", [*VIEWS, *FACTS])


def address(view: str, route: str = "", **query: object) -> str:
    return f"/admin/firmtext/{view}/{route}" + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")


def records(app: Flask) -> list[FirmRecords]:
    return [view for view in app.extensions["admin"][0]._views if isinstance(view, FirmRecords)]


def ids(office: Office) -> dict[str, uuid.UUID]:
    """A row of each kind at Harbor Law, by the view that shows it."""
    attempt = claimed("Hello")
    texts = {"messages": attempt.message_id, "conversations": office.conversation(), "attempts": attempt.id}
    firms = {"consents": opted_out(), "quarantine": kept(), "numbers": number_of(), "orders": failed_order()}
    return texts | firms | {"holds": held_number(), "audit": rows(Audit, Audit.firm == "harbor")[0].id}


@pytest.fixture
def summits(office: Office) -> dict[str, uuid.UUID]:
    """A row of each kind at Summit Counsel, by the view that shows it there."""
    message = office.sends("paul", "Summit's words", by=UMA)
    conversation = office.conversation("+16465550120", "summit")
    with own() as session:
        text = session.get_one(Message, message)
        attempt = Attempt(
            firm="summit", message_id=text.id, n=1, claimed_at=text.created_at, claimed_by="summits-worker",
            deadline=text.created_at,
        )  # fmt: skip
        session.add(attempt)
    texts = {"messages": message, "conversations": conversation, "attempts": attempt.id}
    firm = "summit"
    return texts | {
        "consents": opted_out(firm),
        "quarantine": kept(firm, "Summit's stranger"),
        "numbers": number_of(firm),
        "orders": failed_order(firm),
        "holds": held_number(firm),
        "audit": rows(Audit, Audit.firm == firm)[0].id,
    }


@every_view
def test_trap_1_a_list_holds_the_own_firms_rows(
    office: Office, ada: Person, summits: dict[str, uuid.UUID], view: str
) -> None:
    assert str(summits[view]) not in ada.get(address(view)).text
    assert str(summits[view]) in office.person(UMA).get(address(view)).text


@every_view
def test_trap_1_a_foreign_row_is_answered_like_one_that_does_not_exist(
    office: Office, ada: Person, summits: dict[str, uuid.UUID], view: str
) -> None:
    seen = []
    for row in (summits[view], uuid.uuid4()):
        with Statements(office.app) as statements:
            answer = ada.get(address(view, "details/", id=row))
        seen.append((answer.status_code, answer.text, len(statements.seen)))
    assert seen[0] == seen[1]
    assert seen[0][0] == 404
    assert office.person(UMA).get(address(view, "details/", id=summits[view])).status_code == 200


@every_view
def test_an_id_that_is_none_is_not_found(ada: Person, view: str) -> None:
    for row in ("", "1", "x" * 5000, "%00", "1%20OR%201=1", "{}"):
        assert ada.get(address(view, "details/", id=row)).status_code == 404


def test_trap_1_counts_and_single_rows_are_scoped(
    office: Office, app: Flask, ada: Person, summits: dict[str, uuid.UUID]
) -> None:
    for view in records(app):
        with app.test_request_context():
            office.host.users.sign_in(ADMIN)
            assert view.get_count_query().scalar() == OWN.get(view.endpoint, 0)
            assert view.get_one(str(summits[view.endpoint.removeprefix("firmtext_")])) is None
            office.host.users.sign_in(UMA)


@pytest.mark.parametrize("view", ACTING)
def test_trap_3_an_action_on_a_foreign_row_changes_nothing(
    office: Office, ada: Person, summits: dict[str, uuid.UUID], view: str
) -> None:
    ids(office)  # so that there is a form
    (token, *_) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', ada.get(address("orders")).text)
    before, csrf = digest("summit"), {"csrf_token": token}
    for name in ("again", "arrived", "lost", "resend", "lift", "attach", "discard", "delete"):
        form = {"action": name, "rowid": str(summits[view]), "confirmed": "yes", "why": "x", "contact": "paul"}
        assert ada.post(address(view, "action/"), form | csrf).status_code in (302, 403, 404)
    assert digest("summit") == before


@every_view
def test_traps_1_2_3_4_8_what_could_do_more_does_not_exist(office: Office, ada: Person, view: str) -> None:
    message = office.sends()
    data = {"id": str(message), "rowid": str(message), "action": "delete", "list_form_pk": str(message), "state": "x"}
    for route in ("edit/", "new/", "ajax/lookup/", "export/csv/", "export/xlsx/"):
        assert ada.get(address(view, route, **data)).status_code == 404, route
    for route in ("edit/", "new/", "delete/", "ajax/update/", *(["action/"] if view not in ACTING else [])):
        assert ada.post(address(view, route), data).status_code == 404, route
    assert office.texts() == 1


def test_the_only_routes_are_list_and_detail_and_two_actions(app: Flask) -> None:
    ours = {f"firmtext_{name}" for name in (*VIEWS, *FACTS)}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in ours]
    reading = [rule for rule in rules if rule.methods == {"GET", "HEAD", "OPTIONS"}]
    assert {rule.endpoint.partition(".")[2] for rule in reading} == {"index_view", "details_view", "export_view"}
    assert len(reading) == 2 * len(VIEWS) + len(FACTS) + 1, "a copy of the record is our own, not Flask-Admin's"
    others = [(rule.endpoint, rule.methods) for rule in rules if rule not in reading]
    assert others == [(f"firmtext_{view}.action_view", {"POST", "OPTIONS"}) for view in ACTING]


def test_trap_5_a_form_that_a_later_view_may_have_is_checked_for_its_token(app: Flask) -> None:
    for view in records(app):
        assert view.form_base_class is SecureForm
        assert issubclass(view.get_action_form(), SecureForm)


@pytest.mark.parametrize("view", ACTING)
def test_an_action_without_a_token_that_is_good_is_400_in_every_view(office: Office, ada: Person, view: str) -> None:
    row = ids(office)[view]
    for bad in ({}, {"csrf_token": ""}, {"csrf_token": "made up"}):
        assert ada.post(address(view, "action/"), {"action": "x", "rowid": str(row), **bad}).status_code == 400


@pytest.mark.parametrize(("user", "code"), [(None, 401), (STAFF, 403), ("staff@summit.example", 403)])
def test_trap_6_every_route_is_guarded_and_not_only_the_menu(
    office: Office, summits: dict[str, uuid.UUID], user: str | None, code: int
) -> None:
    person = office.person(user)
    for view, row in summits.items():
        for route in ("", "details/"):
            answer = person.get(address(view, route, id=row))
            assert answer.status_code == code
            assert "Summit" not in answer.text
    for view in FACTS:
        assert person.get(address(view)).status_code == code
    for view, name in (
        ("orders", "again"),
        ("messages", "again"),
        ("messages", "lost"),
        ("holds", "lift"),
        ("quarantine", "attach"),
        ("quarantine", "discard"),
    ):
        assert person.post(address(view, "action/"), {"action": name}).status_code == code


@every_page
def test_an_administrator_whom_the_host_refuses_stays_outside(office: Office, ada: Person, view: str) -> None:
    assert ada.get(address(view)).status_code == 200
    office.host.users.refuse(ADMIN, "conversation.list")
    assert ada.get(address(view)).status_code == 403


@every_page
def test_a_host_that_cannot_say_is_answered_503(office: Office, ada: Person, view: str) -> None:
    office.host.fault("Users.may", raises=RuntimeError("down"))
    assert ada.get(address(view)).status_code == 503


def test_the_menu_names_our_views_to_administrators_only(office: Office, ada: Person) -> None:
    assert "firmtext/messages" in ada.get("/admin/").text
    assert "firmtext/messages" not in office.person(STAFF).get("/admin/").text
    assert "firmtext/messages" not in office.person(None).get("/admin/").text


def test_trap_7_encrypted_columns_are_neither_sorted_searched_nor_filtered(app: Flask) -> None:
    for view in records(app):
        assert view._sortable_columns == {}
        assert not view._search_supported
        columns = {flt.column.key for flt in view._filters or ()}
        assert columns.isdisjoint({"body", "phone", "phone_index", "digest", "client_token", "author", "firm"})


@every_view
def test_trap_7_order_and_number_of_rows_follow_no_made_up_word(
    office: Office, ada: Person, summits: dict[str, uuid.UUID], view: str
) -> None:
    claimed("Apples")
    claimed("Zebras", contact="grace")
    kept(words="Apples")
    failed_order()
    plain = ada.get(address(view)).text
    for query in ({"search": "Apples"}, {"sort": 1}, {"sort": 1, "desc": 1}, {"page_size": 1}, {"flt0_body_is": "x"}):
        assert ada.get(address(view, **query)).text.count("details/?id=") == plain.count("details/?id=")


def test_trap_7_a_foreign_conversation_narrows_to_nothing_like_none(
    office: Office, ada: Person, summits: dict[str, uuid.UUID]
) -> None:
    office.sends()
    foreign, nobody = str(summits["conversations"]), str(uuid.uuid4())
    pages = [ada.get(address("messages", conversation=row)).text.replace(row, "ID") for row in (foreign, nobody)]
    assert pages[0] == pages[1]
    assert "details/" not in pages[0]


@every_view
def test_trap_7_a_foreign_row_as_the_beginning_of_a_page_leads_nowhere_foreign(
    office: Office, ada: Person, summits: dict[str, uuid.UUID], view: str
) -> None:
    for before in (summits[view], f"2000-01-01T00:00:00Z~{summits[view]}", f"2999-01-01T00:00:00Z~{summits[view]}"):
        page = ada.get(address(view, before=before))
        assert page.status_code == 200
        assert f"details/?id={summits[view]}" not in page.text
        assert "details/?id=" not in page.text or f"firmtext_{view}" in OWN


def test_trap_9_no_form_has_a_field_so_no_drop_down_lists_rows(app: Flask) -> None:
    for view in records(app):
        for form in (view._create_form_class, view._edit_form_class):
            assert [name for name in vars(form) if not name.startswith("_") and name != "Meta"] == []
        assert not view._form_ajax_refs


def test_trap_10_nobody_chooses_how_many_rows_a_page_has(office: Office, ada: Person) -> None:
    office.sends()
    office.text_copies(60)
    for size in (1000, 1, 0):
        assert ada.get(address("messages", page_size=size)).text.count("details/?id=") == 50
    assert "items" not in ada.get(address("messages")).text


def test_trap_11_a_row_is_printed_with_class_and_id_only(office: Office) -> None:
    row = Message(id=uuid.UUID(int=7), body=b"secret", firm="harbor")
    assert repr(row) == "<Message 00000000-0000-0000-0000-000000000007>"
    assert (
        repr(Conversation(phone=b"secret", id=uuid.UUID(int=8)))
        == "<Conversation 00000000-0000-0000-0000-000000000008>"
    )


def test_trap_11_a_page_prints_no_row_and_no_bytes(office: Office, ada: Person) -> None:
    for view, row in ids(office).items():
        for page in (ada.get(address(view)).text, ada.get(address(view, "details/", id=row)).text):
            for printed in (
                "&lt;Message",
                "&lt;Conversation",
                "&lt;Attempt",
                "&lt;Number",
                "&lt;Order",
                "b&#39;",
                "\\x",
            ):
                assert printed not in page


def test_the_way_back_leads_to_this_host_only(office: Office, ada: Person) -> None:
    message = office.sends()
    for target in ("javascript:alert(1)", "https://evil.example/", "//evil.example", "\\\\evil.example"):
        page = ada.get(address("messages", "details/", id=message, url=target)).text
        assert '<a href="/admin/firmtext/messages/">Back to the list</a>' in page
        assert "evil" not in page
        assert "alert(1)" not in page


def test_no_cache_keeps_a_page(office: Office, ada: Person) -> None:
    for view, row in ids(office).items():
        for route in ("", "details/"):
            headers = ada.get(address(view, route, id=row)).headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_has_no_inline_style_or_script_of_ours(office: Office, ada: Person) -> None:
    for view, row in ids(office).items():
        for page in (ada.get(address(view)).text, ada.get(address(view, "details/", id=row)).text):
            for inline in (" style=", "<style", " onclick=", "<script>"):
                assert inline not in page


def test_views_may_be_added_before_there_is_an_application(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    admin = Admin(name="Second", endpoint="second", url="/second")
    admin.add_view(_Renamed(Message, "others", name="Others"))
    admin.init_app(app, endpoint="second", url="/second")
    assert app.test_client().get("/second/firmtext/others/").status_code == 401
    FirmText().add_admin_views(Admin(name="Third"))


def test_an_application_whose_settings_are_wrong_gets_no_views(app: Flask) -> None:
    bare = Flask("bare")
    bare.extensions["firmtext"] = Unconfigured(app.extensions["firmtext"].db, app.extensions["firmtext"].host, ())
    admin = Admin(bare)
    FirmText().add_admin_views(admin)
    assert len(admin._views) == 1


class _Renamed(FirmRecords):
    order = (Message.id,)
    column_list = ("id",)
