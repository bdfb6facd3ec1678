"""What is kept, what is held and what was erased, as a firm's administrators see it; and threads of which nothing is
left."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import erasure_requests, legal_holds, retention
from flask_firmtext.store.models import (
    Attachment,
    Conversation,
    ConversationContact,
    Erasure,
    Filing,
    LegalHold,
    Message,
    Retention,
)
from flask_firmtext.store.states import FilingState, State
from flask_firmtext.store.transactions import own
from flask_firmtext.store.upsert import insert_once
from mailroom import arrives
from office import ADMIN, ROSA, STAFF, Office, Person, Statements
from recorded import clock_at, sealed

PAGE = "/texting/settings/retention"
ERASE = "/texting/settings/erase"


@pytest.fixture
def admin(office: Office) -> Person:
    return office.person(ADMIN)


def delivered(office: Office, text: str = "Canary") -> uuid.UUID:
    message = office.sends(text=text)
    office.becomes(message, State.DELIVERED)
    return office.conversation()


def token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    return found.group(1) if found else ""


def posts(person: Person, url: str, **form: Any) -> Any:
    page = person.get(PAGE).text
    return person.post(url, {"csrf_token": token(page), **form})


def test_an_administrator_sets_the_rule_and_what_is_wrong_is_said(admin: Person) -> None:
    assert posts(admin, PAGE, days="365").status_code == 303
    assert rows(Retention)[0].days == 365
    refused = posts(admin, PAGE, days="3")
    assert refused.status_code == 422
    assert 'value="3"' in refused.text
    assert "from 30 to 36500" in refused.text
    assert posts(admin, PAGE, days="").status_code == 303
    assert rows(Retention)[0].days is None


def test_staff_find_no_page(office: Office) -> None:
    person = office.person(STAFF)
    assert person.get(PAGE).status_code == 404
    assert person.get(f"{ERASE}?contact=rosa").status_code == 404
    assert "Keep or erase" not in person.get(f"/texting/conversations/{delivered(office)}").text


def test_the_page_says_how_much_the_next_night_erases(office: Office, admin: Person) -> None:
    conversation = delivered(office)
    retention.set_rule("harbor", "365", by=ADMIN)
    with own() as session:
        old = firmtext.clock.now() - timedelta(days=400)
        session.execute(update(Conversation).where(Conversation.id == conversation).values(last_at=old))
    shown = admin.get(PAGE).text
    assert "the next night erases 1 of 1 conversations" in shown
    assert "That is 100 % of your firm" in shown


def test_a_hold_is_set_and_lifted_with_reasons(office: Office, admin: Person) -> None:
    assert (
        posts(admin, "/texting/settings/holds", kind="contact", object="rosa", why="Suit is pending").status_code == 303
    )
    shown = admin.get(PAGE).text
    assert "Suit is pending" in shown
    hold = rows(LegalHold)[0].id
    assert posts(admin, f"/texting/settings/holds/{hold}/lift", why=" ").status_code == 422
    assert posts(admin, f"/texting/settings/holds/{hold}/lift", why="Settled").status_code == 303
    assert rows(LegalHold)[0].lifted_at is not None
    assert posts(admin, "/texting/settings/holds", kind="contact", object="nobody", why="x").status_code == 404


def test_a_contacts_texts_are_erased_after_everything_was_said(office: Office, admin: Person) -> None:
    conversation = delivered(office)
    arrives(office)
    page = admin.get(f"{ERASE}?contact=rosa").text
    assert re.search(r"<dt>Texts</dt><dd>2</dd>", page)
    assert posts(admin, ERASE, contact="rosa", why="She asked").status_code == 422, "the box was not ticked"
    assert rows(Conversation)[0].erased_at is None
    done = posts(admin, ERASE, contact="rosa", why="She asked", sure="1")
    assert done.status_code == 303
    proof = admin.get(done.headers["Location"]).text
    assert "She asked" in proof
    assert str(conversation) in proof
    assert "it is sealed in a few minutes" in proof
    assert "not what the record says" not in proof
    clock_at(office.app, firmtext.clock.now() + timedelta(minutes=4))
    sealed()
    proof = admin.get(done.headers["Location"]).text
    assert re.search(r"Seal \d+ of your firm.{1,5}s record names it. <code>flask firmtext audit verify</code>", proof)


def test_a_thread_of_which_nothing_is_left_says_so(office: Office, admin: Person) -> None:
    conversation = delivered(office)
    office.receives("Unread")
    erasure_requests.go_on(erasure_requests.begin("harbor", contact(office), "why", by=ADMIN))
    staff = office.person(STAFF)
    thread = staff.get(f"/texting/conversations/{conversation}")
    assert thread.status_code == 200
    assert "Erased on" in thread.text
    assert "by Ada Admin" in thread.text or "by " in thread.text
    assert "This text cannot be read" not in thread.text
    inbox = staff.get("/texting/?show=all")
    assert "Erased" in inbox.text
    assert "1 unread" not in inbox.text


def contact(office: Office) -> Any:
    return office.host.for_firm("harbor").contacts.get("rosa")


def test_under_a_hold_nothing_is_offered_and_nothing_erased(office: Office, admin: Person) -> None:
    delivered(office)
    legal_holds.put("harbor", "firm", "", "Suit", by=ADMIN)
    page = admin.get(f"{ERASE}?contact=rosa").text
    assert 'name="sure"' not in page
    assert posts(admin, ERASE, contact="rosa", why="x", sure="1").status_code == 422
    assert rows(Erasure) == []


def test_others_are_named_and_their_texts_stay_unless_somebody_says_so(office: Office, admin: Person) -> None:
    delivered(office)
    office.host.add_contact("harbor", "Her Husband", ROSA, ref="husband")
    assert "Her Husband" in admin.get(f"{ERASE}?contact=rosa").text
    first = posts(admin, ERASE, contact="rosa", why="x", sure="1", other="husband")
    assert "1 conversation: also somebody else" in admin.get(first.headers["Location"]).text
    assert rows(Conversation)[0].erased_at is None
    posts(admin, ERASE, contact="rosa", why="x", sure="1", shared="1", other="husband")
    assert rows(Conversation)[0].erased_at is not None
    assert {bytes(row.body) for row in rows(Message)} == {b""}


NOT_HERE = "Nothing of these texts can be erased here at the moment."


def test_a17_texts_that_are_somebodys_behind_a_wall_too_are_refused_without_saying_why(
    office: Office, admin: Person
) -> None:
    delivered(office)
    office.host.add_contact("harbor", "Her Husband", ROSA, ref="husband")
    assert "somebody else" in admin.get(f"{ERASE}?contact=rosa").text
    office.host.users.wall_off(ADMIN, "husband")
    form = {"contact": "rosa", "why": "x", "sure": "1"}
    answers = [
        admin.get(f"{ERASE}?contact=rosa"),
        posts(admin, ERASE, **form),
        posts(admin, ERASE, **form, shared="1", other="husband"),
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 422]
    for page in (answer.text for answer in answers):
        assert NOT_HERE in page
        assert re.search("(?i)husband|somebody else|No hold|<dl", page) is None
    assert rows(Erasure) == []


def test_a17_what_is_kept_counts_as_if_there_were_nothing_behind_a_wall(office: Office, admin: Person) -> None:
    for contact in ("rosa", "grace"):
        office.becomes(office.sends(contact), State.DELIVERED)
    retention.set_rule("harbor", "365", by=ADMIN)
    with own() as session:
        session.execute(update(Conversation).values(last_at=firmtext.clock.now() - timedelta(days=400)))
    legal_holds.put("harbor", "contact", "grace", "canary suit", by=ADMIN)
    shown = admin.get(PAGE).text
    assert ("erases 1 of 2 conversations" in shown, "1 is kept by a legal hold" in shown) == (True, True)
    office.host.users.wall_off(ADMIN, "grace")
    shown = admin.get(PAGE).text
    assert "erases 1 of 1 conversations" in shown
    assert "That is 100 % of your firm" in shown
    assert re.search("canary|grace|kept by a legal hold", shown) is None
    office.host.users.wall_off(ADMIN, "rosa")
    shown = admin.get(PAGE).text
    assert "erases 0 of 0 conversations" in shown
    assert "of your firm" not in shown
    assert retention.plan("harbor").over.conversations == 1, "the rule goes for everybody"


def test_a17_a_nights_proof_with_something_behind_a_wall_is_not_there(office: Office, admin: Person) -> None:
    retention.set_rule("harbor", "30", by=ADMIN)
    for contact in ("grace", "rosa"):
        office.becomes(office.sends(contact), State.DELIVERED)
        with own() as session:
            session.execute(update(Conversation).values(last_at=firmtext.clock.now() - timedelta(days=40)))
        retention.run("harbor", "sweep", lambda count: None, yes=True)
    proofs = [f"/texting/settings/erasures/{row.id}" for row in sorted(rows(Erasure), key=lambda row: row.begun_at)]
    office.host.users.wall_off(ADMIN, "rosa")
    assert [admin.get(proof).status_code for proof in proofs] == [200, 404]
    assert [proof in admin.get(PAGE).text for proof in proofs] == [True, False]


def test_behind_a_wall_an_administrator_is_not_told_of_its_matter(office: Office, admin: Person) -> None:
    delivered(office)
    arrives(office)
    walled = office.host.add_matter("harbor", "Zanzibar v. Rosa", client=contact(office), ref="walled")
    open_ = office.host.add_matter("harbor", "Rosa's will", client=contact(office), ref="open")
    file = rows(Attachment)[0].id
    with own() as session:
        for matter in ("walled", "open"):
            filed = {"attachment_id": file, "matter": matter, "state": FilingState.FILED, "by": ADMIN}
            now = firmtext.clock.now()
            times = {"not_before": now, "created_at": now, "state_at": now}
            session.add(Filing(firm="harbor", document=f"paper-{matter}", **filed, **times))
    legal_holds.put("harbor", "matter", walled.ref, "the Zanzibar suit", by=ADMIN)
    seen = admin.get(f"{ERASE}?contact=rosa").text
    assert ("Zanzibar v. Rosa" in seen, "the Zanzibar suit" in seen, "paper-walled" in seen) == (True, True, True)

    office.host.users.wall_off(ADMIN, "walled")
    page = admin.get(f"{ERASE}?contact=rosa").text
    assert re.search("(?i)zanzibar|walled", page) is None
    assert open_.title.replace("'", "&#39;") in page
    assert NOT_HERE in page, "whatever it is that stands against it"
    assert re.search("paper-open|while a legal hold stands|No hold stands|<dl", page) is None

    for hold in rows(LegalHold):
        legal_holds.lift("harbor", hold.id, "Settled", by=ADMIN)
    begun = erasure_requests.begin("harbor", contact(office), "why", by=ADMIN)
    erasure_requests.go_on(begun)
    proof = admin.get(f"/texting/settings/erasures/{begun.id}").text
    assert "paper-open" in proof
    assert "walled" not in proof


def holds(count: int) -> None:
    """So many that stand, on as many matters, with reasons that nobody can read."""
    now = firmtext.clock.now()
    with own() as session:
        session.add_all(
            LegalHold(firm="harbor", kind="matter", object=f"matter-{n}", why=b"", since=now, by=ADMIN)
            for n in range(count)
        )


def test_five_hundred_holds_are_shown_a_page_at_a_time(admin: Person) -> None:
    holds(500)
    page = admin.get(PAGE).text
    assert page.count("Lift this hold") == 25
    assert "holds=2" in page
    last = admin.get(f"{PAGE}?holds=20").text
    assert last.count("Lift this hold") == 25
    assert "holds=21" not in last
    assert "None stands" not in admin.get(f"{PAGE}?holds=999999999999999999999").text


def test_however_many_there_are_the_page_asks_the_database_as_often(app: Any, admin: Person) -> None:
    counts = []
    for more in (10, 190):
        holds_and_erasures(more)
        admin.get(PAGE)
        with Statements(app) as statements:
            admin.get(PAGE)
        counts.append(len(statements.seen))
    assert counts[0] == counts[1]


def holds_and_erasures(count: int) -> None:
    now = firmtext.clock.now()
    with own() as session:
        for n in range(count):
            hold = LegalHold(firm="harbor", kind="contact", object=uuid.uuid4().hex, why=b"", since=now, by=ADMIN)
            session.add(hold)
            erasure = Erasure(firm="harbor", cause="request", contact=f"one-{n}", by=ADMIN, begun_at=now, look_at=now)
            erasure.done_at = now
            session.add(erasure)


def test_what_is_known_of_a_contact_is_counted_as_fast_with_many_conversations(
    app: Any, office: Office, admin: Person
) -> None:
    office.sends()
    counts = []
    for number in (10, 200):
        made = office.conversation_copies(number) if number == 10 else more_copies(office, number)
        with own() as session:
            for one in made:
                insert_once(session, ConversationContact, conversation_id=one, contact="rosa", firm="harbor",
                            since=firmtext.clock.now())  # fmt: skip
        admin.get(f"{ERASE}?contact=rosa")
        with Statements(app) as statements:
            shown = admin.get(f"{ERASE}?contact=rosa").text
        assert f"<dt>Conversations</dt><dd>{number}</dd>" in shown
        counts.append(len(statements.seen))
    assert counts[0] == counts[1]


def more_copies(office: Office, number: int) -> list[uuid.UUID]:
    """As many more as are missing; their numbers go on behind the first."""
    first = rows(Conversation)
    made = []
    with own() as session:
        for n in range(len(first), number):
            values = {column.key: getattr(first[0], column.key) for column in first[0].__mapper__.column_attrs}
            copy = Conversation(**{**values, "id": uuid.uuid4(), "phone_index": (10_000 + n).to_bytes(16, "big")})
            session.add(copy)
            made.append(copy.id)
    return made


def test_a_hold_that_is_refused_says_on_whom_it_was_to_be(office: Office, admin: Person) -> None:
    refused = posts(admin, "/texting/settings/holds", kind="contact", object="rosa", why=" ")
    assert refused.status_code == 422
    assert "Hold everything of <bdi>Rosa Marsh</bdi>" in refused.text
    assert "Hold everything of the firm" not in refused.text


def test_a_form_that_is_sent_twice_leads_to_one_proof(office: Office, admin: Person) -> None:
    delivered(office)
    form = {"contact": "rosa", "why": "She asked", "sure": "1", "token": "of this form"}
    first, second = posts(admin, ERASE, **form), posts(admin, ERASE, **form)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(rows(Erasure)) == 1
