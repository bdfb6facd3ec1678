"""Numbers, quarantine, the firm's switch and its templates in Flask-Admin."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import ClauseElement, Executable, select, text, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from administering import BANNERS, kept, number_of
from flask_firmtext.current import firmtext
from flask_firmtext.firm import provisioning, reminding, texting
from flask_firmtext.firm.details import Details
from flask_firmtext.store.models import Audit, ConsentEvent, Number, Order, Quarantine, Template
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.web.admin.pages import behind
from office import ADMIN, Office, Person, Statements
from rows import never_turned_on

NUMBERS, KEPT = "/admin/firmtext/numbers/", "/admin/firmtext/quarantine/"
TEXTING, TEMPLATES = "/admin/firmtext/texting/", "/admin/firmtext/templates/"


def test_a_number_says_where_it_stands_and_what_the_carriers_want(office: Office, ada: Person) -> None:
    with own() as session:
        session.execute(update(Number).values(state="updates_required", why="<b>No website</b>", main=True))
    page = ada.get(NUMBERS).text
    for words in ("(833) 555-0100", "Updates required", "Main number", "&lt;b&gt;No website&lt;/b&gt;"):
        assert words in page
    assert "(833) 555-0101" not in page


def test_a_numbers_page_tells_its_history(office: Office, ada: Person) -> None:
    with own() as session:
        provisioning.note_state(session, "harbor", number_of(), NumberState.SUBMITTED, by="cli:ann", why="resent")
    page = ada.get(f"{NUMBERS}details/?id={number_of()}").text
    history = page[page.index("History") :]
    for words in ("Entered", "Submitted", "ann on the command line", "resent"):
        assert words in history


def test_numbers_can_be_narrowed_to_a_state(office: Office, ada: Person) -> None:
    assert "(833)" in ada.get(f"{NUMBERS}?flt0_state_is=verified").text
    assert "Nothing matches" in ada.get(f"{NUMBERS}?flt0_state_is=refused").text


def test_what_is_kept_is_listed_without_a_word_of_it(office: Office, ada: Person) -> None:
    kept(words="Privileged words")
    page = ada.get(KEPT).text
    assert "From a number that the firm has never texted" in page
    assert "Privileged" not in page


def test_what_is_nobodys_is_not_shown(office: Office, ada: Person) -> None:
    row = kept("", reason="number_unknown")
    assert "Nothing is kept." in ada.get(KEPT).text
    assert ada.get(f"{KEPT}details/?id={row}").status_code == 404


def test_its_page_shows_it_escaped_and_is_recorded(office: Office, ada: Person) -> None:
    row = kept(words='{"text": "<script>alert(1)</script>"}')
    page = ada.get(f"{KEPT}details/?id={row}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert views() == [(ADMIN, str(row))]


def views() -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "quarantine.view"))
        return [(row.actor, row.object_id) for row in rows]


def test_whoever_may_not_read_quarantine_is_answered_404_and_nothing_is_decrypted(
    office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = kept(words="Privileged words")
    office.host.users.refuse(ADMIN, "quarantine.read")
    monkeypatch.setattr("flask_firmtext.store.cells.read", lambda *_: pytest.fail("it was decrypted"))
    assert ada.get(KEPT).status_code == 200
    answer = ada.get(f"{KEPT}details/?id={row}")
    assert (answer.status_code, views()) == (404, [])
    assert "Privileged" not in answer.text


def test_what_cannot_be_recorded_is_not_shown(office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    row = kept(words="Privileged words")

    def fails(*args: object, **more: object) -> None:
        raise RuntimeError("the audit is away")

    monkeypatch.setattr("flask_firmtext.store.audit.record", fails)
    monkeypatch.setitem(office.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = ada.get(f"{KEPT}details/?id={row}")
    assert answer.status_code == 500
    assert "Privileged" not in answer.text


def test_what_cannot_be_decrypted_says_so(office: Office, ada: Person) -> None:
    row = kept()
    with own() as session:
        session.execute(update(Quarantine).values(body=b"\x01broken"))
    assert "This text cannot be read" in ada.get(f"{KEPT}details/?id={row}").text


def test_a_firm_that_was_never_turned_on_is_told_how(office: Office, ada: Person) -> None:
    never_turned_on()
    assert "never turned on" in ada.get(TEXTING).text


def turned_on() -> None:
    firm = firmtext.host.firms.get("harbor")
    assert firm
    never_turned_on()
    with own() as session:
        texting.turn_on(session, firm, Details("office@harbor.example", "+13125550190"), by=ADMIN)
        reminding.change(session, "harbor", [7, 1], reminding.TIME, by=ADMIN)


def test_the_switch_with_details_and_reminders_is_shown(office: Office, ada: Person) -> None:
    turned_on()
    page = ada.get(TEXTING).text
    for words in ("On", "(833) 555-0100", "office@harbor.example", "(312) 555-0190", "7, 1 days before, at 09:00"):
        assert f"<td>{words}</td>" in page
    for words in ("Turned on, or details changed", "Reminders changed", "Ada Admin"):
        assert words in page
    assert "office@harbor.example" not in office.person("admin@summit.example").get(TEXTING).text


def test_a_firm_that_is_turned_off_reads_until_when_its_number_is_kept(office: Office, ada: Person) -> None:
    turned_on()
    with own() as session:
        texting.turn_off(session, "harbor", by=ADMIN)
    page = ada.get(TEXTING).text
    assert "<td>Off</td>" in page
    assert "Number kept until" in page


def test_templates_are_shown_as_written_and_as_read(office: Office, ada: Person) -> None:
    turned_on()
    page = ada.get(TEMPLATES).text
    for words in ("New appointment", "Reminder", "French", "{firm}: your appointment is cancelled.", "Standard"):
        assert words in page
    assert "Harbor Law: your appointment is cancelled." in page
    assert "(312) 555-0190" in page
    assert "<form" not in page.partition("ft-admin-facts")[2]


def test_words_of_an_operator_are_marked_as_such(office: Office, ada: Person) -> None:
    now = firmtext.clock.now()
    written = {"kind": "cancelled", "language": "en", "body": "{firm}: <b>cancelled</b>."}  # as none would be taken
    with own() as session:
        session.add(Template(firm="harbor", **written, changed_by="cli:ann", changed_at=now))
    page = ada.get(TEMPLATES).text
    assert "The firm&#39;s own" in page
    assert "<b>cancelled" not in page
    assert "The firm&#39;s own" not in office.person("admin@summit.example").get(TEMPLATES).text


def test_whoever_may_not_read_templates_is_answered_404(office: Office, ada: Person) -> None:
    office.host.users.refuse(ADMIN, "template.read")
    assert ada.get(TEMPLATES).status_code == 404


MANY = 70


@pytest.mark.parametrize("view", ["consents", "numbers", "orders", "quarantine"])
def test_a_page_costs_the_same_with_one_row_and_with_fifty(office: Office, ada: Person, view: str) -> None:
    copies(view, 1)
    address = f"/admin/firmtext/{view}/"
    ada.get(address)
    with Statements(office.app) as one:
        ada.get(address)
    copies(view, MANY)
    with Statements(office.app) as many:
        page = ada.get(address).text
    assert page.count("details/?id=") == 50
    assert 'rel="next"' in page
    assert (
        len(one.seen) == len(many.seen) <= 2 + BANNERS + (view in ("consents", "quarantine"))
    )  # whose they are, for walls
    rows = [statement for statement in many.seen if "GROUP BY firmtext_message.code" not in statement]
    assert not [statement for statement in rows if "count(" in statement.lower() or ".body" in statement]


def copies(view: str, count: int) -> None:
    now = firmtext.clock.now()
    with own() as session:
        for n in range(count):
            at = now - timedelta(minutes=n // 2)
            if view == "numbers":
                e164 = f"+1844{n + count:07}"
                session.add(Number(firm="harbor", e164=e164, country="US", next_free_at=at, created_at=at))
            elif view == "consents":
                known = {"firm": "harbor", "phone_index": n.to_bytes(16, "big"), "message_id": uuid.uuid4()}
                session.add(
                    ConsentEvent(**known, change="opted_out", by="client", evidence="client:END", at=at, noted_at=at)
                )
            elif view == "orders":
                session.add(
                    Order(
                        firm="harbor", country="US", state="done", step="check", by=ADMIN,
                        not_before=at, created_at=at, step_at=at,
                    )
                )  # fmt: skip
            else:
                digest = uuid.uuid4().bytes * 2
                session.add(
                    Quarantine(
                        firm="harbor", kind="inbound", reason="stranger", digest=digest, body=b"x", received_at=at
                    )
                )


INDEXES = {
    "audit": "ix_firmtext_audit_firm_at",
    "consents": "ix_firmtext_consent_event_firm_noted_at_id",
    "numbers": "ix_firmtext_number_firm",
    "orders": "ix_firmtext_order_firm",
    "quarantine": "ix_firmtext_quarantine_firm",
}


@pytest.mark.parametrize("view", INDEXES)
def test_a_page_is_found_by_an_index_however_many_rows_there_are(office: Office, view: str) -> None:
    (found,) = [one for one in office.app.extensions["admin"][0]._views if one.endpoint == f"firmtext_{view}"]
    with office.app.test_request_context("/?before=2031-01-01T00:00:00Z~00000000-0000-0000-0000-000000000000"):
        office.host.users.sign_in(ADMIN)
        page = behind(found.narrowed(found.get_query()), found.order, None, found.page_size + 1)
        plan = explained(page.statement)
    assert INDEXES[view] in plan
    assert ("Seq Scan" in plan, "SCAN firmtext" in plan) == (False, False)
    if view in ("consents", "orders"):
        assert ("Sort" in plan, "B-TREE" in plan) == (False, False)


class explain(Executable, ClauseElement):
    """What the database would do."""

    inherit_cache = False

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement


@compiles(explain)
def _explain(element: explain, compiler: SQLCompiler, **more: object) -> str:
    verb = "EXPLAIN QUERY PLAN" if compiler.dialect.name == "sqlite" else "EXPLAIN"
    return f"{verb} {compiler.process(element.statement, **more)}"


def explained(statement: ClauseElement) -> str:
    with Session(firmtext.engine) as session:  # in a transaction: what is set is set in that
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))  # there are few rows here
        lines = session.connection().execute(explain(statement)).cursor.fetchall()
    return "\n".join(map(str, lines))


def test_consent_is_listed_with_who_when_how_and_which_text_and_nothing_more(office: Office, ada: Person) -> None:
    office.sends()
    office.receives("END it all, please stop texting me")
    office.receives("Quit")
    page = ada.get("/admin/firmtext/consents/").text
    for told in ("Opted out", "Seems to ask for no more texts", "Client", "wrote QUIT", "wrote it in a text"):
        assert told in page
    for hidden in ("Rosa", "555", "END it all"):
        assert hidden not in page
    shown = unescape(re.findall(r'href="([^"]+details/[^"]+)"', page)[0])
    assert ">The text</a>" in ada.get(shown).text
