"""The demo's firms are those of the interface, and seeding twice is seeding once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import phonenumbers
from sqlalchemy import func, select

from flask_firmtext.store import cells
from flask_firmtext.store.models import Conversation, Invitation, Message, Number

SIGN_INS = {
    "harbor": {"admin@harbor.example", "staff@harbor.example"},
    "prairie": {"admin@prairie.example", "staff@prairie.example"},
    "summit": {"admin@summit.example"},
    "lisbon": {"admin@lisbon.example"},
}


def test_every_firm_has_its_sign_ins(context: Any) -> None:
    from sample_host_app.models import User, db

    found: dict[str, set[str]] = {}
    for user in db.session.scalars(select(User)):
        found.setdefault(user.firm_ref, set()).add(user.email)
        assert user.administrator is user.email.startswith("admin@")
    assert found == SIGN_INS


def test_seeding_again_adds_nothing(context: Any) -> None:
    from sample_host_app.models import Bill, Contact, Event, Matter, User, db

    def count() -> list[int | None]:
        kinds = (User, Contact, Matter, Event, Bill, Number, Conversation, Message)
        return [db.session.scalar(select(func.count()).select_from(kind)) for kind in kinds]

    before = count()
    result = context.test_cli_runner().invoke(args=["seed"])
    assert result.exit_code == 0, result.output
    assert count() == before


def test_every_phone_is_a_valid_number_reserved_for_fiction() -> None:
    from sample_host_app import seed

    phones = seed.phones()
    assert len({phone["msisdn"] for phone in phones}) == len(phones) > 20
    for phone in phones:
        number = phonenumbers.parse(f"+{phone['msisdn']}")
        assert phonenumbers.is_valid_number(number), phone
        assert phone["msisdn"][4:].startswith("55501"), phone
    assert sum("0150" <= phone["msisdn"][-4:] <= "0169" for phone in phones) >= 3


def test_a_shared_phone_bears_both_names() -> None:
    from sample_host_app import seed

    assert {"msisdn": "16175550105", "name": "Tom Okafor, Ngozi Okafor"} in seed.phones()


def test_harbor_has_a_dozen_contacts_of_every_kind(context: Any) -> None:
    from sample_host_app.models import Contact, db

    contacts = db.session.scalars(select(Contact).filter_by(firm_ref="harbor")).all()
    assert len(contacts) >= 12
    assert any(not contact.numbers for contact in contacts)
    assert any(len(contact.numbers) > 2 and any(n.for_texts for n in contact.numbers) for contact in contacts)
    assert any(number.label == "landline" for contact in contacts for number in contact.numbers)


def test_without_a_carrier_the_numbers_are_assumed(context: Any) -> None:
    from sample_host_app.models import db

    numbers = db.session.execute(select(Number.firm, Number.e164, Number.state).order_by(Number.firm)).all()
    assert [tuple(row) for row in numbers] == [
        ("harbor", "+18335550100", "verified"),
        ("summit", "+18335550101", "bought"),
    ]


def test_harbors_earlier_threads_are_in_several_states(context: Any) -> None:
    from sample_host_app.models import db

    states = Counter(db.session.scalars(select(Message.state).where(Message.firm == "harbor")))
    assert set(states) == {"delivered", "failed", "unknown", "unconfirmed", "received"}
    reasons = set(db.session.scalars(select(Message.reason).where(Message.firm == "harbor")))
    assert reasons == {None, "unreachable_number", "temporary_error"}


def test_earlier_texts_are_encrypted_and_readable(context: Any) -> None:
    from sample_host_app.demo.threads import THREADS
    from sample_host_app.models import db

    wanted = {text.words for texts in THREADS.values() for text in texts}
    rows = db.session.scalars(select(Message).where(Message.firm == "harbor")).all()
    bodies = [cells.unseal(db.session, cells.place(Message, "body", row.id, row.firm), row.body) for row in rows]
    told = {body for body in bodies if body not in wanted}
    assert wanted < set(bodies)
    assert len(told) == 2  # of two events
    assert not any(words.encode()[:12] in row.body for words in wanted for row in rows)


def test_clients_know_of_two_events_and_one_has_confirmed(context: Any) -> None:
    from sample_host_app.models import EventAttendee, db

    rows = db.session.scalars(select(Invitation).where(Invitation.firm == "harbor")).all()
    assert sorted((row.answer or "", row.notice_at) for row in rows) == [("", None), ("confirmed", None)]
    assert sorted(one.answer or "" for one in db.session.scalars(select(EventAttendee))) == ["", "confirmed"]


def test_earlier_texts_stand_in_their_order(context: Any) -> None:
    from sample_host_app.models import db

    rows = db.session.execute(
        select(Message.conversation_id, Message.shown_at).order_by(Message.conversation_id, Message.position)
    ).all()
    assert rows == sorted(rows)
