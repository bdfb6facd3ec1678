"""Add time over HTTP: what is filled in, what is kept when something fails, and who may."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from dying import dies_at
from flask_firmtext.current import firmtext
from flask_firmtext.ports.host import NoTimeEntries, Ports
from flask_firmtext.store import counters
from flask_firmtext.store.models import Counter, TimeEntry
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.testing.ports import MemoryTimeEntries
from house import words
from office import ADMIN, ROSA, STAFF, SUMMIT, Office, Person

HTMX = {"HX-Request": "true"}


@pytest.fixture
def office(office: Office) -> Office:
    office.sends(text="Canary-5f2e, our secret")
    return office


def address(office: Office, phone: str = ROSA, firm: str = "harbor") -> str:
    return f"/texting/conversations/{office.conversation(phone, firm)}/time"


def form(html: str) -> dict[str, str]:
    """What the form of a page would send."""
    found = {name: unescape(value) for name, value in re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', html)}
    found.pop("words", None)
    found["note"] = unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)[1])  # type: ignore[index]
    chosen = re.search(r'<option value="([^"]*)" selected>', html)
    found["matter"] = unescape(chosen[1]) if chosen else ""
    return found


def opened(office: Office, person: Person | None = None) -> dict[str, str]:
    return form((person or office.person()).get(address(office)).text)


def entries(office: Office, firm: str = "harbor") -> list[Any]:
    return list(office.host.files(firm).time_entries.values())


def rows() -> list[TimeEntry]:
    with reading() as session:
        return list(session.scalars(select(TimeEntry)))


def test_the_form_is_filled_in_without_a_word_of_the_texts(office: Office) -> None:
    page = office.person().get(address(office))
    filled = form(page.text)
    assert filled["minutes"] == "6"
    assert filled["matter"] == "lease"  # the only open one
    assert filled["note"] == "Text messages with Rosa Marsh (1 text)"
    assert "Canary" not in page.text
    assert page.text.index("Marsh v. Dune") < page.text.index("Estate of Marsh")


def test_what_is_sent_is_added_and_told(office: Office) -> None:
    staff = office.person()
    answer = staff.post(address(office), opened(office, staff) | {"minutes": "12"}, follow_redirects=True)
    assert "Added 12 minutes to Marsh v. Dune Properties Show the entry" in words(answer.text)
    assert 'href="/time#time-1"' in answer.text
    (entry,) = entries(office)
    assert (entry.user, entry.minutes, entry.note) == (STAFF, 12, "Text messages with Rosa Marsh (1 text)")


def test_what_was_written_is_in_the_note_only_when_asked(office: Office) -> None:
    staff = office.person()
    staff.post(address(office), opened(office, staff) | {"words": "1"})
    (entry,) = entries(office)
    assert re.fullmatch(
        r"Text messages with Rosa Marsh \(1 text\)\n\n\d+:\d\d [AP]M Harbor Law: Canary-5f2e, our secret", entry.note
    )


def test_a_second_press_adds_nothing_and_is_told_the_same(office: Office) -> None:
    staff = office.person()
    sent = opened(office, staff)
    answers = [staff.post(address(office), sent, headers=HTMX) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(entries(office)) == len(rows()) == 1


def test_an_answer_that_was_lost_is_no_second_entry(office: Office) -> None:
    """The host recorded it and died; the database has neither half, and the repeat has the first one's token."""
    staff = office.person()
    sent = opened(office, staff)
    office.host.fault("TimeEntries.add", raises_after=OSError("canary"), times=1)
    failed = staff.post(address(office), sent)
    assert failed.status_code == 503
    assert form(failed.text) | {"csrf_token": ""} == sent | {"csrf_token": ""}  # it holds the second
    assert staff.post(address(office), form(failed.text)).status_code == 303
    assert len(entries(office)) == len(rows()) == 1


def test_another_tab_is_told_what_the_first_one_added(office: Office) -> None:
    staff = office.person()
    first, second = opened(office, staff), opened(office, staff)
    assert staff.post(address(office), first).status_code == 303
    asked = staff.post(address(office), second)
    assert asked.status_code == 422
    assert "You added 6 minutes from here meanwhile." in words(asked.text)
    assert len(entries(office)) == 1
    assert staff.post(address(office), form(asked.text)).status_code == 303
    assert len(entries(office)) == 2


def test_a_colleagues_time_does_not_stand_in_the_way(office: Office) -> None:
    staff, admin = office.person(), office.person(ADMIN)
    sent = opened(office, staff)
    assert admin.post(address(office), opened(office, admin)).status_code == 303
    assert staff.post(address(office), sent).status_code == 303


@pytest.mark.parametrize("verb", ["TimeEntries.add", "Matters.of_contact", "Contacts.by_numbers"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_a_port_that_raises_keeps_what_was_typed(
    office: Office, verb: str, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    staff = office.person()
    sent = opened(office, staff) | {"note": "Long thought", "minutes": "48"}
    office.host.fault(verb, raises=RuntimeError("canary-77"))
    failed = staff.post(address(office), sent, headers=headers)
    office.host.mend()
    assert failed.status_code == 503
    kept = form(failed.text)
    assert (kept["note"], kept["minutes"], kept["token"]) == ("Long thought", "48", sent["token"])
    assert "canary-77" not in failed.text + caplog.text
    assert rows() == []
    assert staff.post(address(office), kept | {"matter": "lease"}).status_code == 303


def test_wrong_fields_are_told_beside_them_and_keep_the_rest(office: Office) -> None:
    staff = office.person()
    answer = staff.post(address(office), opened(office, staff) | {"minutes": "0", "day": "3000-01-01", "note": "Kept"})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 2
    assert form(answer.text)["note"] == "Kept"
    assert entries(office) == []


@pytest.mark.parametrize("matter", ["patent", "divorce", "", "nobody"])
def test_time_goes_to_no_matter_of_somebody_else(office: Office, matter: str) -> None:
    staff = office.person()
    assert staff.post(address(office), opened(office, staff) | {"matter": matter}).status_code == 422
    assert entries(office) == []


@pytest.mark.attack("A11")
def test_A11_another_firms_conversation_and_a_right_that_is_missing_answer_404(office: Office) -> None:
    sent = opened(office)
    uma = office.person("admin@summit.example")
    assert uma.get(address(office)).status_code == 404
    assert uma.post(address(office), sent | {"csrf_token": _token(office, uma)}).status_code == 404
    office.host.users.refuse(STAFF, "time.add")
    assert office.person().get(address(office)).status_code == 404
    thread = office.person().get(f"/texting/conversations/{office.conversation()}").text
    assert "Add time" not in thread
    assert entries(office) == entries(office, "summit") == []


def _token(office: Office, person: Person) -> str:
    office.sends("paul", by="admin@summit.example")
    return form(person.get(address(office, "+16465550120", "summit")).text)["csrf_token"]


@pytest.mark.attack("A25")
def test_A25_a_form_of_another_site_adds_nothing_and_a_stale_one_keeps_the_words(office: Office) -> None:
    staff = office.person()
    sent = opened(office, staff)
    answer = staff.post(address(office), sent | {"csrf_token": "forged", "note": "Kept"})
    assert answer.status_code == 400
    assert form(answer.text)["note"] == "Kept"
    assert "too long" in answer.text
    out = office.person(None).post(address(office), sent | {"note": "Kept"})
    assert out.status_code == 401
    assert form(out.text)["note"] == "Kept"
    assert entries(office) == []


def test_without_the_port_or_a_matter_nothing_is_offered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = f"/texting/conversations/{office.conversation()}"
    assert "Add time" in office.person().get(thread).text
    for matter in ("lease", "estate"):
        del office.host.files("harbor").matters[matter]
    assert "Add time" not in office.person().get(thread).text
    assert office.person().get(address(office)).status_code == 404
    known = office.host.for_firm
    without = lambda ref: Ports(known(ref).contacts, known(ref).matters, time_entries=NoTimeEntries())  # noqa: E731
    monkeypatch.setattr(office.host, "for_firm", without)
    assert "Add time" not in office.person().get(thread).text


@pytest.mark.parametrize("point", ["time.added", "time.written"])
def test_a_power_cut_leaves_both_halves_or_neither(office: Office, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host writes into its own tables, in its session."""

    def add(self: Any, *work: Any, token: str) -> str:
        counters.count(firmtext.db.session, token[:60])
        return token

    monkeypatch.setattr(MemoryTimeEntries, "add", add)
    staff = office.person()
    sent = opened(office, staff)
    assert dies_at(point, lambda: staff.post(address(office), sent))
    assert (len(rows()), hosts()) == (0, [])
    assert staff.post(address(office), sent).status_code == 303
    assert (len(rows()), hosts()) == (1, [1])


def hosts() -> list[int]:
    """How often the host has written each entry."""
    with own() as session:
        return list(session.scalars(select(Counter.count).where(Counter.name.startswith("firmtext:"))))


@pytest.mark.parametrize("error", [None, OSError("its token is there already")], ids=["knows it", "raises"])
@pytest.mark.attack("A43")
def test_A43_two_presses_at_once_are_one_entry(office: Office, error: Exception | None) -> None:
    """The other press is committed between our look and our write; the host knows its token, or stumbles over it."""
    staff = office.person()
    sent = opened(office, staff)
    other = office.person()
    theirs = sent | {"csrf_token": opened(office, other)["csrf_token"]}
    office.host.fault("TimeEntries.add", does=lambda: other.post(address(office), theirs), raises=error, times=1)
    assert staff.post(address(office), sent, headers=HTMX).status_code == 200
    assert len(rows()) == len(entries(office)) == 1


@pytest.mark.attack("A43")
def test_A43_a_host_that_only_looks_its_token_up_writes_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both presses have passed its look; nothing of the slower one's may be committed."""
    staff, other = office.person(), office.person()
    sent = opened(office, staff)
    theirs = sent | {"csrf_token": opened(office, other)["csrf_token"]}
    names = iter(("firmtext: slower", "firmtext: faster"))

    def add(self: Any, *work: Any, token: str) -> str:
        name = next(names)
        if name.endswith("slower"):
            other.post(address(office), theirs)
        counters.count(firmtext.db.session, name)
        return name

    monkeypatch.setattr(MemoryTimeEntries, "add", add)
    assert staff.post(address(office), sent, headers=HTMX).status_code == 200
    assert (len(rows()), hosts()) == (1, [1])


def test_nobody_reads_what_somebody_else_added(office: Office) -> None:
    staff = office.person()
    where = staff.post(address(office), opened(office, staff)).headers["Location"]
    assert staff.get(where).status_code == 200
    for user in (ADMIN, "admin@summit.example"):
        assert office.person(user).get(where).status_code == 404
    assert SUMMIT
