"""Time goes into the host's records once for each form, with our row or not at all."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.clock import FixedClock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import FormRefused, HostContractError
from flask_firmtext.ports.values import Matter
from flask_firmtext.practice import time_entries
from flask_firmtext.practice.time_entries import Today, Work
from flask_firmtext.store.models import Audit, TimeEntry
from flask_firmtext.store.transactions import own, reading
from office import STAFF, Office

DAY = date(2031, 5, 6)
NOON = datetime(2031, 5, 6, 17, 0, tzinfo=UTC)  # in Chicago
GOOD = {"matter": "lease", "minutes": "12", "day": "2031-05-06", "note": "Texts"}


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.fixture
def noon(app: Any) -> FixedClock:
    clock = FixedClock(NOON)
    app.extensions["firmtext"].clock = clock
    return clock


def add(office: Office, token: str = "one", **changes: Any) -> uuid.UUID:
    work = Work(**{"matter": "lease", "minutes": 12, "day": DAY, "note": "Texts", **changes})
    port = time_entries.port_of("harbor")
    assert port is not None
    user = office.host.users.all[STAFF]
    with own() as session:
        return time_entries.add(session, port, user, work, conversation=office.conversation(), token=token)


def rows() -> list[TimeEntry]:
    with reading() as session:
        return list(session.scalars(select(TimeEntry)))


def entries(office: Office) -> list[Any]:
    return list(office.host.files("harbor").time_entries.values())


def test_an_entry_is_the_hosts_and_our_row_names_it(office: Office) -> None:
    office.sends()
    add(office)
    (entry,) = entries(office)
    assert (entry.user, entry.matter, entry.minutes, entry.day, entry.note) == (STAFF, "lease", 12, DAY, "Texts")
    (row,) = rows()
    assert (row.entry, row.by, row.minutes, row.matter) == (entry.ref, STAFF, 12, "lease")
    with reading() as session:
        audit = session.scalars(select(Audit).where(Audit.action == "time.add")).one()
    assert (audit.actor, audit.became, audit.object_id) == (STAFF, "12", str(row.id))


def test_a_form_pressed_again_is_the_same_entry(office: Office) -> None:
    office.sends()
    assert add(office) == add(office, minutes=600)
    assert office.host.calls.count("TimeEntries.add") == 1
    assert [row.minutes for row in rows()] == [12]
    assert len(entries(office)) == 1


def test_another_form_is_another_entry(office: Office) -> None:
    office.sends()
    assert add(office) != add(office, "two")
    assert len(entries(office)) == len(rows()) == 2


def test_one_user_cannot_spend_anothers_token(office: Office) -> None:
    office.sends()
    add(office)
    port = time_entries.port_of("harbor")
    admin = office.host.users.all["admin@harbor.example"]
    assert port is not None
    with own() as session:
        work = Work("lease", 6, DAY, "Mine")
        time_entries.add(session, port, admin, work, conversation=office.conversation(), token="one")
    assert sorted(row.by for row in rows()) == ["admin@harbor.example", STAFF]


@pytest.mark.parametrize(
    "how", [{"raises": OSError()}, {"raises_after": OSError()}, {"returns": None}, {"returns": ""}]
)
def test_a_port_that_fails_leaves_no_row_and_a_second_try_makes_one(office: Office, how: dict[str, Any]) -> None:
    office.sends()
    office.host.fault("TimeEntries.add", times=1, **how)
    with pytest.raises((OSError, HostContractError)):
        add(office)
    assert rows() == []
    add(office)
    assert len(rows()) == len(entries(office)) == 1


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        (None, None, 6),
        (0, 0, 6),
        (4, 1, 6),
        (6, 1, 6),
        (6.1, 1, 12),
        (29, 20, 30),
        (300, 240, 60),  # both long ago: until the last
        (2000, 1, 1440),
    ],
)
def test_minutes_are_those_since_the_first_text_rounded_up(
    noon: FixedClock, since: float | None, until: float | None, minutes: int
) -> None:
    ago = [None if one is None else NOON - timedelta(minutes=one) for one in (since, until)]
    assert time_entries.minutes_of(Today(DAY, (), *ago), 6) == minutes


def test_today_is_the_firms_day(office: Office, noon: FixedClock) -> None:
    noon.move(timedelta(hours=-13))  # 23:00 of the day before in Chicago
    office.sends(text="Yesterday")
    noon.move(timedelta(hours=2))
    office.sends(text="Today")
    found = time_entries.today(firmtext.host.firms.get("harbor"), office.conversation())
    assert found.day == DAY
    assert len(found.texts) == 1


def test_a_note_names_whom_and_how_many_and_no_word(office: Office) -> None:
    office.sends(text="Secret")
    office.receives("Also secret")
    firm = firmtext.host.firms.get("harbor")
    assert firm is not None
    found = time_entries.today(firm, office.conversation())
    note = time_entries.note_of(found, ["Rosa Marsh"])
    assert note == "Text messages with Rosa Marsh (2 texts)"
    written = time_entries.written(firm, found, ["Rosa Marsh"])
    assert written.splitlines()[0].endswith("Harbor Law: Secret")
    assert written.splitlines()[1].endswith("Rosa Marsh: Also secret")


def test_what_was_written_is_cut_where_a_note_ends() -> None:
    work = time_entries.with_words(Work("lease", 6, DAY, "Texts"), "x" * 3000)
    assert len(work.note) == 2000
    assert work.note.startswith("Texts\n\nxxx")
    assert work.note.endswith("x…")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("minutes", value) for value in ("", "0", "1441", "-6", "6.5", "six", "9" * 400, "1e3")),
        *(("day", value) for value in ("", "tomorrow", "2031-05-08", "2031-02-30", "0001-01-01", "9999-12-31")),
        *(("matter", value) for value in ("", "patent", "nobody")),
        *(("note", value) for value in ("x" * 2001, "a\0b")),
    ],
)
def test_what_is_not_right_is_said_beside_its_field(field: str, value: str) -> None:
    with pytest.raises(FormRefused) as refused:
        time_entries.check({**GOOD, field: value}, [Matter("lease", "Lease")], DAY)
    assert list(refused.value.faults) == [field]


@pytest.mark.parametrize(
    ("field", "value"), [("day", "2031-05-07"), ("minutes", "1440"), ("minutes", " 6 "), ("note", "x" * 2000)]
)
def test_what_is_just_right_is_taken(field: str, value: str) -> None:
    time_entries.check({**GOOD, field: value}, [Matter("lease", "Lease")], DAY)
