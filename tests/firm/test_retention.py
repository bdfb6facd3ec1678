"""A firm's rule: what is over goes at night, a little of it, and nothing that is on its way or held."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from dying import at_every_commit, dies_at_commit
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.errors import FormRefused
from flask_firmtext.firm import erasing, erasures, legal_holds, retention
from flask_firmtext.messaging import routes, scheduled, wall_times
from flask_firmtext.store.models import Audit, Conversation, Erased, Erasure, Filing, Message, Retention, TimeEntry
from flask_firmtext.store.states import FilingState, State
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import erasing as clerk
from mailroom import arrives
from office import ADMIN, HARBOR, Office

YEAR = 365


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def tell(count: int) -> None:
    pass


def conversation(office: Office, name: str, days: float, text: str = "Hello") -> uuid.UUID:
    """A conversation whose newest text is so many days old."""
    phone = f"+13125550{len(rows(Conversation)) + 120}"
    office.host.add_contact("harbor", name, phone, ref=name)
    message = office.sends(name, text)
    office.becomes(message, State.DELIVERED)
    [found] = [row.conversation_id for row in rows(Message, Message.id == message)]
    aged(found, days)
    return found


def aged(conversation_id: uuid.UUID, days: float) -> None:
    at = firmtext.clock.now() - timedelta(days=days)
    with own() as session:
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(last_at=at))


def office_with(office: Office, old: int, young: int = 0) -> list[uuid.UUID]:
    retention.set_rule("harbor", str(YEAR), by=ADMIN)
    made = [conversation(office, f"old-{n}", YEAR + 1 + n) for n in range(old)]
    for n in range(young):
        conversation(office, f"young-{n}", YEAR - 1)
    return made


def gone() -> set[uuid.UUID]:
    return {row.id for row in rows(Conversation, Conversation.erased_at.is_not(None))}


def runs(**how: Any) -> retention.Ran:
    return retention.run("harbor", "cli:test", tell, **how)


def test_without_a_rule_everything_is_kept(office: Office) -> None:
    conversation(office, "old", 20 * YEAR)
    assert runs(yes=True).erased == 0
    assert gone() == set()


@pytest.mark.parametrize("days", ["29", "36501", "-5", "1e3", "abc", "٣٦٥", "9" * 30])
def test_a_rule_that_is_none_is_refused(office: Office, days: str) -> None:
    with pytest.raises(FormRefused):
        retention.set_rule("harbor", days, by=ADMIN)
    assert rows(Retention) == []


def test_what_is_over_goes_and_nothing_else(office: Office) -> None:
    [old] = office_with(office, 1, 5)
    ran = runs()
    assert (ran.erased, ran.refused) == (1, False)
    assert gone() == {old}
    [proof] = rows(Erasure)
    assert (proof.gone["conversations"], proof.gone["texts"], proof.cause, proof.left) == (1, 1, "retention", {})
    assert {bytes(row.body) for row in rows(Message, Message.conversation_id == old)} == {b""}
    assert runs().erased == 0


def test_more_than_a_fifth_of_a_firm_waits_for_a_yes_also_in_two_halves(office: Office) -> None:
    office_with(office, 2, 8)
    assert runs().erased == 2
    aged(next(row.id for row in rows(Conversation, Conversation.erased_at.is_(None))), YEAR + 1)
    ran = runs()
    assert (ran.refused, ran.erased, ran.plan.share) == (True, 0, 30)
    assert rows(Retention)[0].refused == 30
    assert runs(yes=True).erased == 1


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.UNKNOWN])
def test_nothing_goes_that_is_on_its_way_or_in_doubt(office: Office, state: State) -> None:
    [old] = office_with(office, 1)
    [text] = rows(Message, Message.conversation_id == old)
    office.becomes(text.id, state)
    assert runs(yes=True).erased == 0
    assert gone() == set()


def test_nothing_goes_where_a_text_waits_for_its_time_or_a_file_for_its_place(office: Office) -> None:
    first, second = office_with(office, 2)
    office.receives("See", "+13125550121", to=HARBOR)
    file = arrives(office, phone="+13125550121")
    aged(second, YEAR + 1)
    with own() as session:
        now = firmtext.clock.now()
        whose = {"firm": "harbor", "attachment_id": file, "matter": "m", "by": "worker"}
        session.add(Filing(**whose, state=FilingState.WANTED, not_before=now, created_at=now, state_at=now))
    later(office, "old-0")
    assert runs(yes=True).erased == 0
    assert gone() == set()
    assert first != second


def later(office: Office, contact: str) -> None:
    """Somebody has written to the contact for tomorrow."""
    known = office.host.for_firm("harbor").contacts.get(contact)
    day = (firmtext.clock.now() + timedelta(days=2)).date().isoformat()
    with reading() as session:
        route = routes.find(session, "harbor", known, to=None)
    with own() as session:
        given = {"text": "Later", "token": uuid.uuid4().hex, "when": wall_times.chosen(day, "10:00", "America/Chicago")}
        scheduled.schedule(session, route, user=office.host.users.all[ADMIN], contact=known, **given)


@pytest.mark.parametrize("kind", ["contact", "matter", "firm", "time", "related"])
def test_any_hold_that_touches_a_conversation_keeps_it(office: Office, kind: str) -> None:
    """A matter that is closed holds all the same; so does one in which the contact is not the client."""
    held, other = office_with(office, 2)
    known = office.host.for_firm("harbor").contacts
    matter = office.host.add_matter(
        "harbor", "Closed", client=known.get("old-1" if kind in ("time", "related") else "old-0"), open=False
    )
    aim = "old-0"
    if kind == "related":
        office.host.relate("harbor", matter, known.get("old-0"))
    if kind == "time":
        alone = office.host.add_matter("harbor", "Other", client=known.get("rosa"))
        with own() as session:
            now = firmtext.clock.now()
            session.add(
                TimeEntry(
                    firm="harbor",
                    by=ADMIN,
                    token="t",
                    conversation_id=held,
                    matter=alone.ref,
                    minutes=6,
                    day=now.date(),
                    entry="e",
                    created_at=now,
                )
            )
        matter = alone
    on = {"contact": aim, "firm": ""}.get(kind, matter.ref)
    hold = legal_holds.put("harbor", kind if kind in ("contact", "firm") else "matter", on, "Suit", by=ADMIN)
    ran = runs(yes=True)
    assert held not in gone()
    assert ran.plan.held == {"firm": 2, "related": 2}.get(kind, 1)
    assert (other in gone()) == (kind not in ("firm", "related"))
    legal_holds.lift("harbor", hold, "Settled", by=ADMIN)
    runs(yes=True)
    assert gone() == {held, other}


def test_whoever_came_into_a_held_matter_since_is_held_too(office: Office) -> None:
    first, second = office_with(office, 2)
    known = office.host.for_firm("harbor").contacts
    matter = office.host.add_matter("harbor", "Suit", client=known.get("old-0"))
    legal_holds.put("harbor", "matter", matter.ref, "Suit", by=ADMIN)
    office.host.relate("harbor", matter, known.get("old-1"))
    assert runs(yes=True).erased == 0
    office.host.files("harbor").sides[matter.ref].pop("old-1")  # and whoever was in it once stays held
    assert runs(yes=True).erased == 0
    assert gone() == set()
    assert first != second


def test_while_the_host_cannot_say_who_is_held_nothing_goes(office: Office) -> None:
    office_with(office, 1)
    matter = office.host.add_matter("harbor", "Suit", client=office.host.for_firm("harbor").contacts.get("rosa"))
    legal_holds.put("harbor", "matter", matter.ref, "Suit", by=ADMIN)
    office.host.fault("Matters.contacts_of", raises=RuntimeError("away"))
    with pytest.raises(RuntimeError):
        runs(yes=True)
    assert gone() == set()


def test_lifting_and_setting_need_a_reason_and_are_recorded_without_it(office: Office) -> None:
    with pytest.raises(FormRefused):
        legal_holds.put("harbor", "firm", "", "  ", by=ADMIN)
    hold = legal_holds.put("harbor", "firm", "", "Suit of Rosa", by=ADMIN)
    with pytest.raises(FormRefused):
        legal_holds.put("harbor", "firm", "", "again", by=ADMIN)
    with pytest.raises(FormRefused):
        legal_holds.lift("harbor", hold, "", by=ADMIN)
    assert not legal_holds.lift("summit", hold, "not theirs", by=ADMIN)
    assert legal_holds.lift("harbor", hold, "Settled", by=ADMIN)
    assert not legal_holds.lift("harbor", hold, "twice", by=ADMIN)
    [shown] = legal_holds.shown("harbor")
    assert (shown.why, shown.lifted_why) == ("Suit of Rosa", "Settled")
    said = [(row.action, row.actor, row.evidence) for row in rows(Audit, Audit.action.startswith("legal_hold"))]
    assert said == [("legal_hold.put", ADMIN, None), ("legal_hold.lift", ADMIN, None)]


@pytest.mark.parametrize("what", ["hold", "text", "send"])
def test_what_comes_while_a_run_goes_on_wins(office: Office, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the turn: the list is made, and the conversation is not the same any more."""
    first, second = office_with(office, 2)
    take, taken = erasing.take, []

    def late(erasure: Erasure, conversation_id: uuid.UUID, terms: Any) -> str | None:
        taken.append(conversation_id)
        if len(taken) == 2:
            contact = next(row.ref for row in office.host.files("harbor").contacts.values() if row.ref == "old-0")
            acts: dict[str, Callable[[], object]] = {
                "hold": lambda: legal_holds.put("harbor", "contact", contact, "Suit", by=ADMIN),
                "text": lambda: office.receives("Wait", office.host.files("harbor").contacts[contact].numbers[0].e164),
                "send": lambda: office.sends(contact),
            }
            acts[what]()
        return take(erasure, conversation_id, terms)

    monkeypatch.setattr(erasing, "take", late)
    ran = runs(yes=True)
    assert gone() == {second}, "the oldest went first"
    assert ran.left == {"held" if what == "hold" else "newer": 1}
    assert rows(Erasure)[0].left == ran.left
    assert first != second


def test_a_run_that_dies_at_any_commit_is_gone_on_with(office: Office) -> None:
    """Killed before and behind every commit: in the end all of it has gone, once, and the proof says so."""
    retention.set_rule("harbor", str(YEAR), by=ADMIN)
    tries = iter(range(1000))

    def one_try(n: int, side: Any) -> bool:
        name = f"try-{next(tries)}"
        mine = conversation(office, name, YEAR + 1)
        killed = dies_at_commit(n, side, lambda: retention.run("harbor", "cli:test", tell, yes=True))
        retention.run("harbor", "cli:test", tell, yes=True)
        for one in rows(Erasure, Erasure.done_at.is_(None)):
            erasures.finish(one, left={})
        assert mine in gone()
        [row] = rows(Erased, Erased.conversation_id == mine)
        assert (row.texts, row.emptied_at is None) == (1, False)
        proof = erasures.proof("harbor", row.erasure_id)
        assert proof is not None
        assert (proof.whole, proof.row.gone["texts"]) == (True, 1)
        return killed

    assert at_every_commit(one_try) >= 5


def test_two_runs_at_once_erase_everything_once(office: Office) -> None:
    made = office_with(office, 6)
    errors: list[BaseException] = []

    def run() -> None:
        with office.app.app_context():
            try:
                retention.run("harbor", "cli:test", tell, yes=True)
            except BaseException as error:
                errors.append(error)

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert errors == []
    assert gone() == set(made)
    assert sum(row.texts for row in rows(Erased)) == 6
    assert len(rows(Audit, Audit.action == "conversation.erase")) == 6
    for row in rows(Erasure):
        proof = erasures.proof("harbor", row.id)
        assert proof is not None
        assert proof.whole


def test_the_sweep_erases_at_night_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office_with(office, 1, 5)
    monkeypatch.setattr(retention, "_is_night", lambda firm, now: False)
    clerk.for_erasing(office.app).exhaust()
    assert gone() == set()
    monkeypatch.setattr(retention, "_is_night", lambda firm, now: True)
    clerk.for_erasing(office.app).exhaust()
    assert len(gone()) == 1
    assert retention.due() == []
    assert rows(Erasure)[0].by == "sweep"


def test_the_sweep_goes_on_with_what_a_dead_process_left(office: Office) -> None:
    [old] = office_with(office, 1)
    dies_at_commit(4, "behind", lambda: retention.run("harbor", "cli:test", tell, yes=True))
    long_ago = firmtext.clock.now() - timedelta(minutes=5)
    with own() as session:
        session.execute(update(Erased).values(at=long_ago))
        session.execute(update(Erasure).values(look_at=long_ago))
    clerk.for_erasing(office.app).exhaust()
    assert gone() == {old}
    assert [row.emptied_at is None for row in rows(Erased)] == [False]
    assert [row.done_at is None for row in rows(Erasure)] == [False]


def test_another_firms_are_not_touched(office: Office) -> None:
    office_with(office, 1)
    with own() as session:
        session.execute(update(Conversation).values(last_at=firmtext.clock.now() - timedelta(days=9 * YEAR)))
    assert retention.run("summit", "cli:test", tell, yes=True).erased == 0
    assert gone() == set()
