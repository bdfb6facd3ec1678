"""Whoever alters the proof of what was erased is found by the record (A34), and an erasing that goes on is not."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from flask_firmtext.current import firmtext
from flask_firmtext.firm import audit_check, breaks, erasure_requests, erasures
from flask_firmtext.store import audit, erasure_queries
from flask_firmtext.store.models import Erased, Erasure
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own
from office import ADMIN, Office
from recorded import AUDIT, FIRM, tampered

ERASURE, ERASED = Erasure.__table__, Erased.__table__


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.fixture
def proof(office: Office) -> uuid.UUID:
    """The erasure of a contact's texts."""
    office.becomes(office.sends(text="Goodbye"), State.DELIVERED)
    row = erasure_requests.begin(FIRM, office.host.for_firm(FIRM).contacts.get("rosa"), "She asked for it", by=ADMIN)
    assert erasure_requests.go_on(row)
    return row.id


def told(firm: str = FIRM) -> list[tuple[str, uuid.UUID | None]]:
    return [(one.kind, one.row) for one in audit_check.check(firm).breaks]


def forged(**values: Any) -> uuid.UUID:
    """A proof like one of ours, of nothing that was erased."""
    now, id_ = firmtext.clock.now(), uuid.uuid4()
    known = {"shared": [], "gone": {"texts": 0}, "left": {}, "begun_at": now, "look_at": now, "done_at": now}
    tampered(sa.insert(ERASURE).values(id=id_, firm=FIRM, cause="contact", by="ada", **known | values))
    return id_


def test_a_proof_that_nobody_touched_is_whole(proof: uuid.UUID) -> None:
    checked = audit_check.check(FIRM)
    assert (checked.proofs, checked.breaks) == (1, [])


def test_an_erasing_that_goes_on_is_not_broken(office: Office) -> None:
    office.sends()
    erasure_requests.begin(FIRM, office.host.for_firm(FIRM).contacts.get("rosa"), "why", by=ADMIN)
    checked = audit_check.check(FIRM)
    assert (checked.proofs, checked.breaks) == (0, [])


@pytest.mark.attack("A34")
@pytest.mark.parametrize(
    "change",
    [
        sa.update(ERASURE).values(by="somebody"),
        sa.update(ERASURE).values(contact="maria"),
        sa.update(ERASURE).values(shared=["husband"]),
        sa.update(ERASURE).values(gone={"texts": 7}),
        sa.update(ERASURE).values(left={"held": 1}),
        sa.update(ERASURE).values(why=None),
        sa.update(ERASURE).values(done_at=None),
        sa.update(ERASED).values(texts=7),
        sa.delete(ERASED),
    ],
    ids=str,
)
def test_a34_a_changed_proof_is_named(proof: uuid.UUID, change: Any) -> None:
    tampered(change)
    assert told() == [("proof", proof)]


@pytest.mark.attack("A34")
def test_a34_a_deleted_proof_is_named_with_its_time(proof: uuid.UUID) -> None:
    tampered(sa.delete(ERASED))
    tampered(sa.delete(ERASURE))
    (broken,) = audit_check.check(FIRM).breaks
    assert (broken.kind, broken.row, broken.at is not None) == ("proof", proof, True)
    assert f"The proof of the erasure {proof} is not there." in broken.why


@pytest.mark.attack("A34")
def test_a34_a_forged_proof_is_named(office: Office) -> None:
    id_ = forged()
    assert told() == [("proof", id_)]
    with own() as session:
        row = session.get_one(Erasure, id_)
        told_ = {"firm": FIRM, "actor": "ada", "evidence": erasures.digest(row, [])}
        audit.record(session, "erasure.end", (Erasure.__tablename__, id_), **told_)
    assert told() == [("proof", id_)], "nobody has begun it"


@pytest.mark.attack("A34")
def test_a34_a_proof_of_another_firm_proves_nothing(proof: uuid.UUID) -> None:
    tampered(sa.update(ERASURE).values(firm="summit"))
    assert told() == [("proof", proof), ("proof", proof)], "the record misses it, and its conversation hangs on nothing"
    assert told("summit") == [("proof", proof)]


@pytest.mark.attack("A34")
def test_a34_a_second_row_does_not_make_a_changed_proof_right(proof: uuid.UUID) -> None:
    tampered(sa.update(ERASURE).values(by="somebody"))
    with own() as session:
        said = erasures.digest(session.get_one(Erasure, proof), erasure_queries.erased_by(session, FIRM, proof))
        audit.record(session, "erasure.end", (Erasure.__tablename__, proof), firm=FIRM, actor="ada", evidence=said)
    assert told() == [("proof", proof)]
    shown = erasures.proof(FIRM, proof)
    assert shown is not None
    assert not shown.whole


@pytest.mark.attack("A34")
def test_a34_a_row_about_what_is_no_erasure_is_named(proof: uuid.UUID) -> None:
    tampered(sa.update(AUDIT).where(AUDIT.c.action == "erasure.end").values(object_id="nothing"))
    assert told() == [("proof", None), ("proof", proof)]


@pytest.mark.parametrize("page", ["PAGE", "MANY"])
def test_any_number_of_proofs_is_read_some_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(erasure_queries, page, 1)
    ids = [forged() for _ in range(3)]
    assert sorted(row for _, row in told() if row) == sorted(ids)
    monkeypatch.setattr(breaks, "NAMED", 2)
    checked = audit_check.check(FIRM)
    assert (len(checked.breaks), checked.more, checked.proofs) == (2, 1, 3)
