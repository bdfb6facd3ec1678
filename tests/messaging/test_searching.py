"""Searching in texts: all the words, the newest first, of what its user may see, page by page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dying import dies_at
from evidence import rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.firm import erasure_requests
from flask_firmtext.messaging import marking, searches, searching
from flask_firmtext.messaging.searching import Results
from flask_firmtext.ports.values import Firm, PhoneNumber, User
from flask_firmtext.store import search_queries
from flask_firmtext.store.models import Message, Search
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import reading
from office import ADMIN, Office

STAFF, FIRM = User("staff@harbor.example", "Sam Staff", "harbor"), Firm("harbor", "Harbor Law", "America/Chicago")


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def search(
    typed: str, *, contacts: Sequence[str] | None = None, may: Any = lambda _: True, before: int | None = None
) -> Results:
    marking.walk("harbor")
    port = firmtext.host.for_firm("harbor").contacts
    chosen = None if contacts is None else [one for one in map(port.get, contacts) if one is not None]
    asked = searches.Asked(uuid.uuid4(), typed)
    return searching.page(FIRM, STAFF, asked, chosen, may=may, before=before)


def bodies(results: Results) -> list[str | None]:
    return [hit.text.body for hit in results.hits]


def test_texts_of_both_directions_are_found_the_newest_first(office: Office) -> None:
    office.sends(text="The escrow deposit is due")
    office.receives("I sent the ESCROW papers")
    office.sends(text="Thank you")
    found = search("escrow")
    assert bodies(found) == ["I sent the ESCROW papers", "The escrow deposit is due"]
    assert [hit.names for hit in found.hits] == [("Rosa Marsh",)] * 2
    assert found.older is None
    assert found.complete


def test_all_words_must_occur_and_what_only_shares_their_beginning_is_no_hit(office: Office) -> None:
    office.sends(text="settlement of the escrow")
    office.sends(text="settle the bill")
    office.sends(text="settlers and escrow")
    assert bodies(search("settlem escrow")) == ["settlement of the escrow"]
    assert len(search("settl").hits) == 3
    assert bodies(search('"settle the"')) == ["settle the bill"]


def test_a_page_begins_where_the_one_before_ended(office: Office) -> None:
    for n in range(2 * searching.PAGE + 3):
        office.sends(text=f"escrow number {n}")
    seen: list[str | None] = []
    before, pages = None, 0
    while True:
        found = search("escrow", before=before)
        seen += bodies(found)
        pages += 1
        if found.older is None:
            break
        before = found.older
    assert pages == 3
    assert seen == [f"escrow number {n}" for n in reversed(range(2 * searching.PAGE + 3))]


def test_a_full_page_with_nothing_behind_it_offers_no_other(office: Office) -> None:
    for n in range(searching.PAGE):
        office.sends(text=f"escrow number {n}")
    found = search("escrow")
    assert len(found.hits) == searching.PAGE
    assert found.older is None


def test_what_may_not_be_seen_leaves_no_trace(office: Office) -> None:
    office.sends("rosa", "escrow of Rosa")
    for n in range(searching.PAGE + 5):
        office.sends("grace", f"escrow of Grace {n}")
    behind = search("escrow", may=lambda subject: "grace" not in subject.contacts)
    assert bodies(behind) == ["escrow of Rosa"]
    assert behind.older is None
    assert behind.unreadable == 0


def test_the_host_is_asked_once_for_all_and_nothing_else_is_decrypted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.sends("rosa", "escrow of Rosa")
    office.sends("grace", "escrow of Grace")
    asked: list[int] = []
    read: list[uuid.UUID] = []

    class May:
        def __call__(self, subject: Any) -> bool:
            raise AssertionError("one by one")

        def each(self, subjects: Sequence[Any]) -> list[bool]:
            asked.append(len(subjects))
            return ["grace" not in one.contacts for one in subjects]

    real = searching.read_bodies
    monkeypatch.setattr(
        searching, "read_bodies", lambda session, some: read.extend(one.id for one in some) or real(session, some)
    )
    marking.walk("harbor")
    assert bodies(search("escrow", may=May())) == ["escrow of Rosa"]
    assert asked == [2]
    assert len(read) == 1


def test_under_a_contact_only_its_own_texts_are_found(office: Office) -> None:
    office.sends("rosa", "escrow of Rosa")
    office.sends("grace", "escrow of Grace")
    assert bodies(search("escrow", contacts=["rosa"])) == ["escrow of Rosa"]
    assert bodies(search("escrow", contacts=["rosa", "grace"])) == ["escrow of Grace", "escrow of Rosa"]
    assert bodies(search("escrow", contacts=[])) == []


def test_another_firms_texts_are_not_found(office: Office) -> None:
    office.sends("rosa", "escrow of Rosa")
    marking.walk("harbor")
    marking.walk("summit")
    asked = searches.Asked(uuid.uuid4(), "escrow")
    summit = Firm("summit", "Summit Counsel", "America/Denver")
    found = searching.page(summit, User("admin@summit.example", "A", "summit"), asked, None, may=lambda _: True)
    assert found.hits == []


def test_where_nothing_can_be_looked_up_it_says_so(office: Office) -> None:
    assert not search("the").searchable
    assert not search("a").searchable
    assert search("nowhere").searchable


def test_before_the_first_walk_is_over_it_says_so(office: Office) -> None:
    office.sends(text="escrow")
    asked = searches.Asked(uuid.uuid4(), "escrow")
    assert not searching.page(FIRM, STAFF, asked, None, may=lambda _: True).complete


def test_what_may_have_it_and_cannot_be_read_is_counted(office: Office) -> None:
    broken = office.sends(text="escrow")
    office.sends(text="escrow again")
    marking.walk("harbor")
    [row] = rows(Message, Message.id == broken)
    office.becomes(broken, row.state, body=row.body[:-1] + bytes([row.body[-1] ^ 1]))
    found = search("escrow")
    assert bodies(found) == ["escrow again"]
    assert found.unreadable == 1


def test_what_is_being_erased_is_not_there_and_is_not_called_unreadable(office: Office) -> None:
    office.becomes(office.sends("rosa", "escrow of Rosa"), State.DELIVERED)
    office.sends("grace", "escrow of Grace")
    marking.walk("harbor")
    rosa = firmtext.host.for_firm("harbor").contacts.get("rosa")
    begun = erasure_requests.begin("harbor", rosa, "She asked for it", by=ADMIN)
    assert dies_at("erase.taken", lambda: erasure_requests.go_on(begun))
    found = search("escrow")
    assert (bodies(found), found.unreadable) == (["escrow of Grace"], 0)


def test_under_a_contact_who_has_another_number_now_nobody_elses_texts_are_found(office: Office) -> None:
    """What was sent to a number stands under who had it then, as in the table, and not under who has it now."""
    office.sends("rosa", "escrow of Rosa")
    rosa, grace = (firmtext.host.for_firm("harbor").contacts.get(ref) for ref in ("rosa", "grace"))
    number = rosa.numbers[0].e164
    office.host.put_contact("harbor", replace(rosa, numbers=(), texting_number=None))
    office.host.put_contact("harbor", replace(grace, numbers=(*grace.numbers, PhoneNumber(number))))
    office.sends("grace", "escrow of Grace", to=number)
    assert bodies(search("escrow", contacts=["grace"])) == ["escrow of Grace"]
    assert bodies(search("escrow", contacts=["rosa"])) == ["escrow of Rosa"]


def test_frequent_words_that_rarely_meet_end_a_page_where_it_was_looked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_queries, "LOOKED_AT", 10)
    office.sends(text="escrow subpoena")
    for n in range(25):
        office.sends(text=f"escrow {n}")
        office.sends(text=f"subpoena {n}")
    found, seen, pages = search("escrow subpoena"), [], 1
    while found.older is not None:
        seen += bodies(found)
        found = search("escrow subpoena", before=found.older)
        pages += 1
    assert [*seen, *bodies(found)] == ["escrow subpoena"]
    assert 1 < pages < 10
    scoped = search("escrow subpoena", contacts=["rosa"])
    assert scoped.older is not None


def test_a_search_is_its_users_for_a_day_and_nobody_elses(office: Office) -> None:
    row = searches.make("harbor", STAFF, "escrow", contact=None, matter=None)
    assert row is not None

    def found(user: str = STAFF.ref, firm: str = "harbor") -> searches.Asked | None:
        with reading() as session:
            return searches.find(session, firm, User(user, "", firm), row)

    asked = found()
    assert asked is not None
    assert asked.typed == "escrow"
    assert found("admin@harbor.example") is None
    assert found(firm="summit") is None


def test_searches_are_few_a_minute_and_forgotten_after_a_day(office: Office) -> None:
    made = [searches.make("harbor", STAFF, f"w{n}", contact=None, matter=None) for n in range(searches.A_MINUTE + 2)]
    assert made[-2:] == [None, None]
    assert all(made[:-2])
    searches.forget_old()
    assert len(rows(Search)) == searches.A_MINUTE
    state = office.app.extensions["firmtext"]
    clock, state.clock = state.clock, ShiftedClock(searches.KEPT + timedelta(minutes=1))
    try:
        searches.forget_old()
    finally:
        state.clock = clock
    assert rows(Search) == []
