"""Whoever writes to the database past us leaves a trace: the check names it (A34), and names nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from flask_firmtext.current import firmtext
from flask_firmtext.firm import audit_check, breaks, sealing
from flask_firmtext.firm.breaks import Checked
from flask_firmtext.store import seals
from flask_firmtext.store.models import Audit, AuditSeal, Key
from flask_firmtext.store.transactions import own
from recorded import AUDIT, FIRM, NOON, SEAL, clock_at, links, recorded, sealed, tampered


@pytest.fixture
def clock(app: Any) -> Any:
    return clock_at(app)


@pytest.fixture
def rows(clock: Any, monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """Nine rows in three seals."""
    monkeypatch.setattr(sealing, "MOST", 3)
    made = recorded(9, ago=200)
    sealed()
    return made


def told(checked: Checked | None = None) -> list[tuple[str, int | None, uuid.UUID | None]]:
    return [(one.kind, one.seal, one.row) for one in (checked or audit_check.check(FIRM)).breaks]


def of(row: uuid.UUID) -> Any:
    return AUDIT.c.id == row


def test_a_record_that_nobody_touched_is_whole(rows: list[uuid.UUID]) -> None:
    recorded(2, ago=5)
    checked = audit_check.check(FIRM)
    assert (checked.rows, checked.seals, checked.waiting, checked.overdue, checked.breaks) == (9, 3, 2, 0, [])
    assert checked.head == f"3:{bytes(links()[2].hash).hex()}"
    assert audit_check.check("nobody").head is None


@pytest.mark.attack("A34")
def test_a34_a_changed_row_is_named(rows: list[uuid.UUID]) -> None:
    columns = ("actor", "action", "object_table", "object_id", "was", "became", "evidence", "request_id")
    for row, column in zip(rows, columns, strict=False):
        tampered(sa.update(AUDIT).where(of(row)).values({column: "somebody"}))
    assert told() == [("changed", n // 3 + 1, rows[n]) for n in range(len(columns))]


@pytest.mark.attack("A34")
def test_a34_another_time_or_firm_is_named(rows: list[uuid.UUID]) -> None:
    tampered(sa.update(AUDIT).where(of(rows[0])).values(at=firmtext.clock.now() - timedelta(seconds=300)))
    tampered(sa.update(AUDIT).where(of(rows[8])).values(firm="summit"))
    assert told() == [("changed", 1, rows[0]), ("deleted", 3, rows[8])]


@pytest.mark.attack("A34")
def test_a34_an_empty_value_is_not_one_that_is_absent(rows: list[uuid.UUID]) -> None:
    tampered(sa.update(AUDIT).where(of(rows[4])).values(was=""))
    assert told() == [("changed", 2, rows[4])]


@pytest.mark.attack("A34")
def test_a34_a_deleted_row_is_named_with_its_time(rows: list[uuid.UUID]) -> None:
    tampered(sa.delete(AUDIT).where(of(rows[4])))
    checked = audit_check.check(FIRM)
    assert told(checked) == [("deleted", 2, rows[4])]
    assert "it was between 2026-03-02 11:56:" in checked.breaks[0].why


@pytest.mark.attack("A34")
def test_a34_a_row_put_in_long_afterwards_is_named(rows: list[uuid.UUID], clock: Any) -> None:
    clock.move(timedelta(days=3))
    recorded(1, ago=121)
    sealed()
    (put,) = recorded(1, ago=3 * 86400)
    assert told() == [("inserted", None, put)]
    sealed()
    assert told() == [("inserted", None, put)], "no sweep makes it right"


@pytest.mark.attack("A34")
def test_a34_a_row_from_before_every_seal_is_named(rows: list[uuid.UUID]) -> None:
    (put,) = recorded(1, ago=40 * 86400)
    assert told() == [("inserted", None, put)]


@pytest.mark.attack("A34")
def test_a34_a_row_of_another_firm_is_named_in_both(rows: list[uuid.UUID], clock: Any) -> None:
    recorded(2, firm="summit", ago=150)
    sealed("summit")
    clock.move(timedelta(days=3))
    tampered(sa.update(AUDIT).where(of(rows[4])).values(firm="summit"))
    assert told() == [("deleted", 2, rows[4])]
    assert told(audit_check.check("summit")) == [("inserted", None, rows[4])]


@pytest.mark.attack("A34")
def test_a34_the_seals_of_another_firm_seal_nothing(rows: list[uuid.UUID]) -> None:
    """Rows and seals of a firm are taken for another's, at the end of its chain and as its whole chain."""
    recorded(2, firm="summit", ago=150)
    sealed("summit")
    (theirs,) = links("summit")
    tampered(sa.update(AUDIT).where(AUDIT.c.firm == "summit").values(firm=FIRM))
    tampered(sa.update(SEAL).where(SEAL.c.firm == "summit").values(firm=FIRM, n=4))
    named = {row for row, _ in seals.parted(theirs.members)}
    assert told() == [("seal", 4, None), ("seal", 4, None), *(("changed", 4, row) for row in sorted(named))]
    assert audit_check.check("summit").seals == 0
    tampered(sa.delete(SEAL).where(SEAL.c.n == 4))
    tampered(sa.update(SEAL).values(firm="creek"))
    tampered(sa.update(AUDIT).where(AUDIT.c.id.in_(rows)).values(firm="creek"))
    assert {kind for kind, *_ in told(audit_check.check("creek"))} == {"seal", "changed"}


@pytest.mark.attack("A34")
def test_a34_a_rewritten_seal_is_named(rows: list[uuid.UUID]) -> None:
    """Who knows the format, and has no key, changes a row and makes its seal anew."""
    tampered(sa.update(AUDIT).where(of(rows[4])).values(actor="somebody"))
    second = links()[1]
    with own() as session:
        new = session.get_one(AuditSeal, (FIRM, 2))
        session.expunge(new)
    new.members = seals.members(row for row in audit_rows() if row.id in dict(seals.parted(second.members)))
    new.hash = seals.hash_of(new)
    new.mac = seals.mac_of(b"another key of thirty-two bytes.", new.hash)
    values = {"members": new.members, "hash": new.hash, "mac": new.mac}
    tampered(sa.update(SEAL).where(SEAL.c.n == 2).values(values))
    assert told() == [("seal", 2, None), ("seal", 3, None)]


def audit_rows() -> list[Any]:
    with own() as session:
        return list(session.execute(sa.select(*seals.COLUMNS)))


@pytest.mark.attack("A34")
def test_a34_every_column_of_a_seal_counts(rows: list[uuid.UUID]) -> None:
    second, of_it = links()[1], SEAL.c.n == 2
    for column in ("at", "first_at", "last_at", "count", "previous", "hash", "mac", "members"):
        old = getattr(second, column)
        tampered(sa.update(SEAL).where(of_it).values({column: other(old)}))
        assert ("seal", 2, None) in told(), column
        tampered(sa.update(SEAL).where(of_it).values({column: old}))
    assert told() == []


def other(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    return value + 1 if isinstance(value, int) else value - timedelta(seconds=1)


@pytest.mark.attack("A34")
def test_a34_a_seal_that_is_gone_is_named(rows: list[uuid.UUID]) -> None:
    tampered(sa.delete(SEAL).where(SEAL.c.n == 2))
    assert ("missing", 2, None) in told()
    tampered(sa.update(SEAL).where(SEAL.c.n == 3).values(n=2))
    assert [kind for kind, *_ in told()][:1] == ["seal"], "nobody closes the gap"


@pytest.mark.attack("A34")
def test_a34_an_end_that_was_cut_off_is_known_from_elsewhere(rows: list[uuid.UUID]) -> None:
    last = links()[2]
    seen = [(3, bytes(last.hash).hex())]
    assert audit_check.check(FIRM, seen).breaks == []
    tampered(sa.delete(SEAL).where(SEAL.c.n == 3))
    tampered(sa.delete(AUDIT).where(AUDIT.c.id.in_(rows[6:])))
    assert told() == [], "what is left is whole"
    assert told(audit_check.check(FIRM, seen)) == [("end", 3, None)]
    recorded(3, ago=150)
    sealed()
    assert told(audit_check.check(FIRM, seen)) == [("end", 3, None)], "other rows do not fill the place"


def test_a_seal_whose_key_is_gone_says_so(rows: list[uuid.UUID]) -> None:
    firmtext.unwrapped._kept.clear()
    with own() as session:
        session.execute(sa.delete(Key).where(Key.scope == seals.SCOPE))
    assert [kind for kind, *_ in told()] == ["key"] * 3


def test_a_sweep_that_is_away_is_told(clock: Any) -> None:
    recorded(1, ago=700)
    recorded(1, ago=30)
    checked = audit_check.check(FIRM)
    assert (checked.waiting, checked.overdue, checked.breaks) == (2, 1, [])


def test_many_breaks_are_counted_and_the_first_named(
    clock: Any, rows: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaks, "NAMED", 2)
    tampered(sa.update(AUDIT).values(actor="somebody"))
    checked = audit_check.check(FIRM)
    assert (len(checked.breaks), checked.more) == (2, 7)


def test_sessions_refuse_to_alter_what_was_recorded(rows: list[uuid.UUID]) -> None:
    for change in (sa.update(Audit).values(actor="x"), sa.delete(Audit), sa.delete(AuditSeal)):
        with pytest.raises(TypeError, match="never altered"), own() as session:
            session.execute(change)
    with own() as session:
        session.get_one(Audit, rows[0]).actor = "x"
        with pytest.raises(TypeError, match="never altered"):
            session.flush()
        session.rollback()
        session.delete(session.get_one(AuditSeal, (FIRM, 1)))
        with pytest.raises(TypeError, match="never altered"):
            session.flush()
        session.rollback()
    assert told() == []


def test_a_seal_can_be_computed_by_anybody_as_the_documents_say() -> None:
    """These bytes must never change: they are in the databases of others."""
    row = Audit(
        id=uuid.UUID(int=7),
        firm="harbor",
        at=NOON,
        actor="worker",
        action="message.state",
        object_table="firmtext_message",
        object_id="7",
        was="queued",
        became="",
    )
    assert seals.digest(row).hex() == DIGEST
    link = AuditSeal(firm="harbor", n=1, at=row.at, first_at=row.at, last_at=row.at, count=1, key_id="0" * 16)
    link.previous, link.members = seals.BEGINNING, seals.members([row])
    assert seals.hash_of(link).hex() == HASH
    assert seals.mac_of(bytes(32), seals.hash_of(link)).hex() == MAC


DIGEST = "78799cd2b308b1312e3afdb14e0210a0ae3cb5a6da883b8fe6a6424e47c9708f"
HASH = "ecd1a82d937cce9b20532e17d474181502003c8b97c815cb75c39e1660d45a14"
MAC = "738bf87cebb7d8fe006c7e5051edab87d7385051dbdfc49f886047dc4bed7e48"
