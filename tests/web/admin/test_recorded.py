"""The record in Flask-Admin: the firm's own rows in words, filters, walls, and copies of it."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from evidence import rows
from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.firm import audit_export
from flask_firmtext.store import audit, record_queries
from flask_firmtext.store.models import Audit
from flask_firmtext.store.transactions import own
from office import ADMIN, STAFF, Office, Person, Statements
from recorded import recorded, sealed

RECORD = "/admin/firmtext/audit/"


def cells(page: str, column: str) -> list[str]:
    found = re.findall(rf'<td class="col-{column}">(.*?)</td>', page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>|\s+", " ", one)).strip() for one in found]


def copied(person: Person, form: str, query: str = "") -> Any:
    answer = person.get(f"{RECORD}export/{form}{query}")
    assert answer.status_code == 200
    return answer


def test_the_list_says_in_words_who_did_what_to_what(office: Office, ada: Person) -> None:
    office.sends()
    page = ada.get(RECORD).text
    assert cells(page, "action") == ["Text written", "Number moved on", "Number entered"]
    assert cells(page, "object")[0] == "Text"
    assert cells(page, "by")[0] == "Sam Staff"
    assert cells(page, "sealed") == ["Not yet"] * 3
    message = rows(Audit, Audit.action == "message.accept")[0].object_id
    assert f'href="/admin/firmtext/messages/details/?id={message}"' in page
    assert "Sam Staff" in ada.get(RECORD, headers={"Accept-Language": "fr"}).text


def test_a_sealed_row_says_so_and_its_page_says_in_which_seal(office: Office, ada: Person) -> None:
    (row,) = recorded(1, ago=200)
    sealed()
    assert cells(ada.get(RECORD).text, "sealed") == ["Not yet", "Not yet", "Sealed"]
    page = ada.get(f"{RECORD}details/?id={row}").text
    for words in ("in seal 1", "message.accept", "Worker", "Digest"):
        assert words in page


def test_the_record_is_for_whom_the_host_lets_read_it(office: Office, ada: Person) -> None:
    (row,) = recorded(1)
    office.host.users.refuse(ADMIN, "audit.read")
    for path in ("", f"details/?id={row}", "export/csv", "export/jsonl"):
        answer = ada.get(RECORD + path)
        assert answer.status_code == 403
        assert str(row) not in answer.text
    assert office.person(STAFF).get(RECORD).status_code == 403
    assert office.person(None).get(RECORD).status_code == 401
    assert "firmtext/audit" not in ada.get("/admin/firmtext/holds/").text, "nor is it in the menu"


def test_filters_narrow_by_time_action_actor_and_object(office: Office, ada: Person) -> None:
    office.sends()
    with own() as session:
        audit.record(session, "texting.on", ("firmtext_texting", "harbor"), firm="harbor", actor=ADMIN)
    text = rows(Audit, Audit.action == "message.accept")[0]
    for query, found in (
        ("?flt2_what_is=texting.on", ["Texting turned on"]),
        (f"?flt3_by_reference_is={STAFF}", ["Text written"]),
        ("?flt4_to_what_is=firmtext_texting", ["Texting turned on"]),
        (f"?flt5_its_id_is={text.object_id}", ["Text written"]),
        ("?flt0_time_from=2199-01-01", []),
        ("?flt1_time_until=2199-01-01", ["Texting turned on", "Text written", "Number moved on", "Number entered"]),
    ):
        assert cells(ada.get(RECORD + query).text, "action") == found, query
    link = f'href="{RECORD}?flt3_by_reference_is=admin%40harbor.example"'
    assert link in ada.get(RECORD).text


def test_another_firms_rows_are_in_no_list_and_no_copy(office: Office, ada: Person) -> None:
    (theirs,) = recorded(1, firm="summit")
    recorded(1, firm="")
    with own() as session:
        audit.record(session, "hold.put", ("firmtext_hold", "canary-42"), firm="summit", actor="worker")
    for path in ("", "?flt2_what_is=hold.put", "export/csv", "export/jsonl", "?flt3_by_reference_is=worker"):
        answer = ada.get(RECORD + path).text
        assert str(theirs) not in answer
        assert "canary-42" not in answer
    assert ada.get(f"{RECORD}details/?id={theirs}").status_code == 404


def test_what_is_behind_a_wall_leaves_no_row(office: Office, ada: Person) -> None:
    text = office.sends()
    conversation = office.conversation()
    office.person(STAFF).get(f"/texting/conversations/{conversation}")
    with own() as session:
        audit.record(session, "texting.on", ("firmtext_texting", "harbor"), firm="harbor", actor=ADMIN)
    assert len(cells(ada.get(RECORD).text, "action")) == 5
    office.host.users.wall_off(ADMIN, "rosa")
    (row,) = rows(Audit, Audit.object_id == str(text))
    for path in ("", "export/csv", "export/jsonl"):
        answer = ada.get(RECORD + path).text
        assert str(text) not in answer
        assert str(conversation) not in answer
    assert "Texting turned on" in cells(ada.get(RECORD).text, "action")
    assert ada.get(f"{RECORD}details/?id={row.id}").status_code == 404


def test_what_was_done_for_an_event_behind_a_wall_leaves_no_row(office: Office, ada: Person) -> None:
    event = firmtext.host.for_firm("harbor").calendar.event("hearing")
    FirmText().event_saved(event, ["rosa"], firm="harbor")
    firmtext.db.session.commit()
    assert "Invited by text" in cells(ada.get(RECORD).text, "action")
    office.host.users.wall_off(ADMIN, "hearing")
    assert set(cells(ada.get(RECORD).text, "object")) == {"Number"}
    for path in ("export/csv", "export/jsonl"):
        assert "firmtext_invitation" not in ada.get(RECORD + path).text


def test_a_page_costs_the_same_with_many_rows_of_many_conversations(office: Office, ada: Person) -> None:
    costs = []
    for contact in ("rosa", "grace"):
        office.sends(contact)
        recorded(20, ago=300)
        sealed()
        ada.get(RECORD)
        with Statements(office.app) as statements:
            ada.get(RECORD)
        costs.append(len(statements.seen))
    assert costs[0] == costs[1]


def test_a_rare_action_is_looked_for_a_stretch_at_a_time(
    office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_queries, "LOOKED_AT", 4)
    recorded(1, ago=900, action="hold.put")
    recorded(10, ago=100)
    found, query, pages = [], "?flt2_what_is=hold.put", 0
    while True:
        page = ada.get(RECORD + query).text
        found += cells(page, "action")
        pages += 1
        older = re.search(r'rel="next" href="([^"]+)"', page)
        if older is None:
            break
        query = unescape(older[1]).partition(RECORD)[2]
    assert (found, pages > 2) == (["Sending stopped"], True)


def test_a_copy_is_recorded_before_its_first_byte(office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(2, ago=200)
    sealed()
    answer = copied(ada, "csv", "?flt2_what_is=message.accept")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="record.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(list(csv.DictReader(io.StringIO(answer.text)))) == 2
    (noted,) = rows(Audit, Audit.action == "audit.export")
    assert (noted.firm, noted.actor, noted.evidence) == ("harbor", ADMIN, "csv, filtered")
    lines = [json.loads(line) for line in copied(ada, "jsonl").text.splitlines()]
    assert [line["type"] for line in lines] == ["row"] * 6 + ["seal"]

    def fails(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", {}, Exception())

    monkeypatch.setattr("flask_firmtext.store.audit.record", fails)
    assert ada.get(f"{RECORD}export/csv").status_code == 503
    assert ada.get(f"{RECORD}export/exe").status_code == 404


def test_a15_a_copy_ends_where_the_right_to_it_does(
    office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_export, "PAGE", 2)
    recorded(6, ago=200)
    answer = ada.get(f"{RECORD}export/jsonl")
    pieces = answer.response
    assert len(next(iter(pieces)).splitlines()) == 2, "the first page"
    office.host.users.refuse(ADMIN, "audit.read")
    with pytest.raises(Exception, match="Nothing here"):
        next(iter(pieces))
