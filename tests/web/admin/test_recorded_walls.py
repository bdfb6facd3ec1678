"""What an administrator behind a wall finds of the other side in the record, in copies of it and in what is kept."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from evidence import rows
from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.firm import erasure_requests, legal_holds, retention
from flask_firmtext.messaging import strangers as moving
from flask_firmtext.store import audit
from flask_firmtext.store.audit_actions import LABELS
from flask_firmtext.store.models import (
    Audit,
    Conversation,
    ConversationContact,
    LegalHold,
    PaymentLink,
    Quarantine,
    ScheduledText,
)
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own
from office import ADMIN, STAFF, Office, Person
from recorded import put_back, recorded, sealed
from strange import ZELDA, strangers, texts

RECORD = "/admin/firmtext/audit/"

pytestmark = pytest.mark.attack("A17")


def listed(ada: Person) -> list[str]:
    found = re.findall(r'<td class="col-action">(.*?)</td>', ada.get(RECORD).text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>|\s+", " ", one)).strip() for one in found]


def gone(office: Office, ada: Person, *refs: str) -> list[str]:
    """The actions of which no row is left in the list, the copies and on a page, once Ada is behind a wall."""
    before = {str(row.id): row.action for row in rows(Audit, Audit.firm == "harbor")}
    assert sorted(listed(ada)) == sorted(LABELS[action] for action in before.values())
    office.host.users.wall_off(ADMIN, *refs)
    lines = ada.get(f"{RECORD}export/jsonl").text
    found = {row for row in before if row not in lines}
    table = ada.get(f"{RECORD}export/csv").text
    assert found == {row for row in before if row not in table}
    assert {ada.get(f"{RECORD}details/?id={row}").status_code for row in found} <= {404}
    ours = [action for row, action in before.items() if row not in found]
    assert sorted(listed(ada)) == sorted(LABELS[action] for action in [*ours, "audit.export", "audit.export"])
    return sorted(before[row] for row in found)


def test_a17_a_hold_and_an_erasure_leave_no_row(office: Office, ada: Person) -> None:
    office.becomes(office.sends("rosa"), State.DELIVERED)
    legal_holds.put("harbor", "contact", "grace", "why", by=ADMIN)
    hold = legal_holds.put("harbor", "contact", "rosa", "why", by=ADMIN)
    legal_holds.lift("harbor", hold, "why", by=ADMIN)
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    erasure_requests.go_on(erasure_requests.begin("harbor", rosa, "why", by=ADMIN))
    found = gone(office, ada, "rosa")
    for action in ("legal_hold.put", "legal_hold.lift", "erasure.begin", "erasure.end", "key.destroy"):
        assert found.count(action) == 1, action


def test_a17_an_erasure_of_whoever_shares_texts_leaves_no_row(office: Office, ada: Person) -> None:
    office.becomes(office.sends("rosa"), State.DELIVERED)
    with own() as session:
        where = {"conversation_id": office.conversation(), "firm": "harbor", "since": firmtext.clock.now()}
        session.add(ConversationContact(contact="husband", **where))
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    erasure_requests.go_on(erasure_requests.begin("harbor", rosa, "why", by=ADMIN))
    assert rows(Conversation)[0].erased_at is None, "it is his, too"
    assert {"erasure.begin", "erasure.end"} <= {*gone(office, ada, "husband")}


def test_a17_a_hold_on_a_matter_leaves_no_row(office: Office, ada: Person) -> None:
    legal_holds.put("harbor", "matter", "lease", "why", by=ADMIN)
    legal_holds.put("harbor", "firm", "", "why", by=ADMIN)
    assert gone(office, ada, "lease") == ["legal_hold.put"]
    assert len(rows(LegalHold)) == 2


def test_a17_a_night_leaves_no_row_where_something_went(office: Office, ada: Person) -> None:
    retention.set_rule("harbor", "30", by=ADMIN)
    old = firmtext.clock.now() - timedelta(days=40)
    for contact in ("grace", "rosa"):
        office.becomes(office.sends(contact), State.DELIVERED)
        with own() as session:
            session.execute(sa.update(Conversation).values(last_at=old))
        retention.run("harbor", "sweep", lambda count: None, yes=True)
    assert gone(office, ada, "rosa").count("erasure.end") == 1
    assert listed(ada).count("Erasing done") == 1, "that of the other night"


def test_a17_links_and_texts_for_later_leave_no_row(office: Office, ada: Person) -> None:
    now = firmtext.clock.now()
    made = {"firm": "harbor", "address": b"x", "label": b"x", "currency": "USD", "account": "operating", "by": STAFF}
    links = [
        PaymentLink(contact=one, address_index=bytes([n]) * 32, created_at=now, **made)
        for n, one in enumerate(("rosa", None))
    ]
    later = ScheduledText(
        firm="harbor", contact="rosa", phone_index=bytes(16), author=STAFF, token="t", wall=now.replace(tzinfo=None),
        zone="America/Chicago", due_at=now, look_at=now, state="waiting", state_at=now, created_at=now,
    )  # fmt: skip
    with own() as session:
        session.add_all([*links, later])
        session.flush()
        for one in links:
            audit.record(session, "payment.link", (PaymentLink.__tablename__, one.id), firm="harbor", actor=STAFF)
        audit.record(session, "scheduled.state", (ScheduledText.__tablename__, later.id), firm="harbor", actor=STAFF)
    assert gone(office, ada, "rosa") == ["payment.link", "scheduled.state"]


def test_a17_an_invitation_leaves_no_row(office: Office, ada: Person) -> None:
    event = firmtext.host.for_firm("harbor").calendar.event("hearing")
    FirmText().event_saved(event, ["rosa"], firm="harbor")
    firmtext.db.session.commit()
    assert gone(office, ada, "rosa") == ["event.invite"]


def test_a17_kept_texts_leave_no_row_nor_line(office: Office, ada: Person) -> None:
    texts("Hello", b"a file")
    texts("Again")
    texts("Nobody's", sender=ZELDA)
    first, second, _other = strangers()
    kept = "/admin/firmtext/quarantine/"
    assert [f"details/?id={row.id}" in ada.get(kept).text for row in (first, second)].count(True) == 1
    assert set(gone(office, ada, "sara")) == {"quarantine.keep"}
    assert not [row for row in (first, second) if f"details/?id={row.id}" in ada.get(kept).text]
    assert f"details/?id={_other.id}" in ada.get(kept).text
    moving.attach("harbor", first, "sara", owners=["sara"], by=STAFF)
    assert [row.id for row in rows(Quarantine)] == [_other.id]
    said = listed(ada)
    assert (said.count(LABELS["quarantine.keep"]), said.count(LABELS["quarantine.attach"])) == (1, 0)


def test_a17_seals_are_in_a_copy_only_where_nothing_was_left_out(office: Office, ada: Person) -> None:
    recorded(1, ago=200)
    with put_back(firmtext.clock.now() - timedelta(minutes=5)):
        office.sends()
    sealed()

    def kinds() -> set[str]:
        return {json.loads(line)["type"] for line in ada.get(f"{RECORD}export/jsonl").text.splitlines()}

    office.host.users.wall_off(ADMIN, "grace")
    assert kinds() == {"row", "seal"}, "there is nothing of hers"
    office.host.users.wall_off(ADMIN, "rosa")
    assert kinds() == {"row"}
