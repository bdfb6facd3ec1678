"""Received files go into the host's documents once for each matter, whatever the host does or dies of."""

from __future__ import annotations

import re
import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask_firmtext.cli import firmtext as group
from sqlalchemy import update

from attached import passes
from dying import dies_at
from ending import ended_at
from flask_firmtext import FirmText, signals
from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError
from flask_firmtext.messaging import media, strangers
from flask_firmtext.ports.host import NoDocuments, Ports
from flask_firmtext.ports.values import PhoneNumber
from flask_firmtext.practice import filing, filing_claims, filing_plans
from flask_firmtext.store import attachment_queries, audit
from flask_firmtext.store.models import Attachment, Audit, Filing
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.testing.ports import MemoryDocuments
from flask_firmtext.worker import heartbeats
from house import token
from mailroom import arrives, comes, damage, due_now, filings, png, stores
from office import ROSA, STAFF, SUMMIT, Office
from strange import strangers as kept
from strange import texts

GRACE = "+13125550101"


@pytest.fixture
def office(app: Any) -> Office:
    made = Office(app)
    made.sends()
    return made


def documents(office: Office, firm: str = "harbor") -> list[tuple[str, str, str, bytes]]:
    """What the host has: place, name, type, content."""
    return [(one.place, one.name, one.media_type, one.content) for one in office.host.files(firm).documents.values()]


def places(office: Office) -> list[str]:
    return [place for place, *_ in documents(office)]


def states(file: uuid.UUID | None = None) -> list[tuple[str, str]]:
    return [(row.matter, str(row.state)) for row in filings(file)]


def test_a_file_goes_into_the_open_matter_under_our_name(office: Office) -> None:
    data = png()
    file = arrives(office, data, name="../../etc/passwd.png")
    filing.run_due()
    ((place, name, media_type, content),) = documents(office)
    assert (place, media_type, content) == ("lease", "image/png", data)
    assert name.startswith("photo-20")
    assert name.endswith("-1.png")
    assert [(row.matter, row.state, row.document) for row in filings(file)] == [("lease", "filed", "document-1")]


def test_it_goes_into_every_open_matter_and_into_no_closed_one(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.add_matter("harbor", "Second", client=rosa, ref="second")
    arrives(office)
    filing.run_due()
    assert sorted(places(office)) == ["lease", "second"]


def test_a_number_of_two_people_files_into_the_matters_of_both(office: Office) -> None:
    henry = office.host.for_firm("harbor").contacts.get("henry")
    office.host.add_matter("harbor", "Moss will", client=henry, ref="will")
    office.sends("grace")
    arrives(office, phone=GRACE)
    filing.run_due()
    assert sorted(places(office)) == ["divorce", "will"]


def test_a_number_that_moved_on_files_into_nobodys_matters(office: Office) -> None:
    file = arrives(office)
    host, rosa = office.host, office.host.for_firm("harbor").contacts.get("rosa")
    host.remove_contact("harbor", "rosa")
    stranger = host.add_contact("harbor", "New Owner", rosa.numbers[0].e164, ref="new")
    host.add_matter("harbor", "Not theirs", client=stranger, ref="not-theirs")
    filing.run_due()
    assert (states(file), documents(office)) == ([], [])


def moves(office: Office, *, told: bool) -> None:
    """Rosa has another number; where that is ``told``, her conversation has ended."""
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    other = replace(rosa, numbers=(PhoneNumber("+13125550188"),), texting_number="+13125550188")
    office.host.put_contact("harbor", other)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="new")
    if told:
        FirmText().contact_changed("rosa")
        firmtext.db.session.commit()


@pytest.mark.parametrize("told", [True, False])
def test_what_was_filed_before_a_client_got_another_number_is_still_linked(office: Office, told: bool) -> None:
    arrives(office)
    filing.run_due()
    person, page = office.person(), f"/texting/conversations/{office.conversation()}"
    before = person.get(page).text
    moves(office, told=told)
    after = person.get(page).text
    link = re.search(r'<a [^>]*href="([^"]*document-1[^"]*)"', before)
    assert link
    assert link[1] in after


def test_a_file_that_comes_late_goes_to_the_matters_of_whom_its_conversation_was(office: Office) -> None:
    late = comes(office, "late.png")[0]
    moves(office, told=True)
    stores(late, png(), "image/png")
    filing.run_due()
    assert states(late) == [("lease", "filed")]


def test_a_number_that_moved_unheard_files_nothing_by_itself_and_people_can(office: Office) -> None:
    late = comes(office, "late.png")[0]
    moves(office, told=False)
    stores(late, png(), "image/png")
    filing.run_due()
    assert states(late) == []
    person = office.person()
    page = person.get(f"/texting/conversations/{office.conversation()}").text
    assert f"/texting/files/{late}/filings" in page
    data = {"csrf_token": token(page), "matter": "lease"}
    assert person.post(f"/texting/files/{late}/filings", data).status_code == 303
    filing.run_due()
    assert states(late) == [("lease", "filed")]


@pytest.mark.parametrize("matters", ["closed", "none"])
def test_without_an_open_matter_nothing_is_planned_and_the_file_is_kept(office: Office, matters: str) -> None:
    files = office.host.files("harbor")
    del files.matters["lease"]
    if matters == "none":
        del files.matters["estate"]
    file = arrives(office)
    filing.run_due()
    assert states(file) == []
    assert not filing.is_due()
    with reading() as session:
        assert session.get_one(Attachment, file).planned_at is not None


def test_a_host_without_documents_is_asked_for_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    arrives(office)
    without(office, monkeypatch)
    filing.run_due()
    assert filings() == []
    assert not filing.is_due()
    assert "Contacts.by_numbers" not in office.host.calls


def without(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host keeps no documents."""
    known = office.host.for_firm
    monkeypatch.setattr(
        office.host, "for_firm", lambda ref: Ports(known(ref).contacts, known(ref).matters, NoDocuments())
    )


def test_a_file_that_is_not_here_or_in_quarantine_is_not_planned(office: Office) -> None:
    comes(office, "a.jpg")
    stranger = arrives(office)
    with own() as session:
        session.get_one(Attachment, stranger).message_id = None
    filing.run_due()
    assert filings() == []


def test_each_firm_files_into_its_own(office: Office) -> None:
    office.sends("paul", by="admin@summit.example")
    arrives(office, phone="+16465550120", to=SUMMIT)
    filing.run_due()
    assert [place for place, *_ in documents(office, "summit")] == ["patent"]
    assert documents(office) == []


@pytest.mark.fault("F75")
def test_F75_while_the_host_cannot_say_it_is_asked_again_and_nothing_is_decided(office: Office) -> None:
    file = arrives(office)
    for verb in ("Contacts.by_numbers", "Matters.of_contact"):
        office.host.fault(verb, raises=RuntimeError("canary"))
        filing.run_due()
        assert not filing.is_due()  # left alone for a while
        office.host.mend()
        due_now()
        assert filing.is_due()
    filing.run_due()
    assert states(file) == [("lease", "filed")]


@pytest.mark.fault("F75")
def test_F75_after_a_day_without_an_answer_people_decide(office: Office) -> None:
    file = arrives(office)
    office.host.fault("Matters.of_contact", raises=RuntimeError())
    filing.run_due()
    passes(timedelta(hours=23))
    filing.run_due()
    assert not filing.is_due()
    assert not is_planned(file)
    passes(timedelta(hours=2))
    filing.run_due()
    assert not filing.is_due()
    assert is_planned(file)


def is_planned(file: uuid.UUID) -> bool:
    with reading() as session:
        return session.get_one(Attachment, file).planned_at is not None


@pytest.mark.fault("F75")
def test_F75_the_day_begins_with_the_first_question_however_long_nobody_asked(office: Office) -> None:
    file = arrives(office)
    passes(timedelta(hours=25))
    office.host.fault("Contacts.by_numbers", raises=RuntimeError())
    filing.run_due()
    assert not is_planned(file)
    office.host.mend()
    passes(timedelta(minutes=15))
    filing.run_due()
    assert states(file) == [("lease", "filed")]


@pytest.mark.fault("F75")
def test_F75_a_strangers_file_that_is_attached_days_later_outlives_a_failing_host(app: Any) -> None:
    office = Office(app)
    texts("Look", png(), sender=ROSA)
    media.run_due()
    passes(timedelta(hours=30))
    strangers.attach("harbor", kept()[0], "rosa", owners=["rosa"], by="anna")
    office.host.fault("Contacts.by_numbers", raises=RuntimeError())
    filing.run_due()
    assert filings() == []
    office.host.mend()
    passes(timedelta(minutes=15))
    filing.run_due()
    assert states() == [("lease", "filed")]


@pytest.mark.fault("F75")
@pytest.mark.parametrize("fault", [{"raises": RuntimeError("canary +13125550100")}, {"returns": None}, {"returns": 7},
                                   {"returns": ""}, {"returns": "x" * 256}, {"raises_after": OSError()}])  # fmt: skip
def test_F75_a_host_that_fails_is_tried_again_with_the_same_token(
    office: Office, fault: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    file = arrives(office)
    office.host.fault("Documents.file", **fault, times=3)
    for _ in range(3):
        filing.run_due()
        assert states(file) == [("lease", "wanted")]
        due_now()
    filing.run_due()
    assert states(file) == [("lease", "filed")]
    assert places(office) == ["lease"]
    assert "canary" not in caplog.text


@pytest.mark.fault("F75")
def test_F75_the_pause_doubles_up_to_a_quarter_of_an_hour(office: Office) -> None:
    arrives(office)
    office.host.fault("Documents.file", raises=RuntimeError())
    pauses = []
    for _ in range(10):
        filing.run_due()
        with reading() as session:
            row = session.query(Filing).one()
        pauses.append(round((row.not_before - firmtext.clock.now()).total_seconds()))
        due_now()
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[-1] == 900


@pytest.mark.fault("F75")
def test_F75_after_a_day_a_person_is_asked_and_can_try_again(office: Office) -> None:
    file = arrives(office)
    office.host.fault("Documents.file", raises=RuntimeError())
    filing.run_due()
    passes(timedelta(hours=24, minutes=1))
    filing.run_due()
    assert states(file) == [("lease", "not_filed")]
    assert not filing.is_due()
    office.host.mend()
    with own() as session:
        assert filing_claims.again(session, "harbor", filings()[0].id, by=STAFF)
    with own() as session:
        assert not filing_claims.again(session, "harbor", filings()[0].id, by=STAFF)
        assert not filing_claims.again(session, "summit", filings()[0].id, by=STAFF)
    filing.run_due()
    assert states(file) == [("lease", "filed")]


@pytest.mark.fault("F75")
def test_F75_a_firm_whose_documents_fail_is_asked_once_a_round_and_keeps_no_other_waiting(office: Office) -> None:
    office.sends("paul", by="admin@summit.example")
    ours = [arrives(office) for _ in range(3)]
    theirs = arrives(office, phone="+16465550120", to=SUMMIT)
    for file in ours:
        filing_plans.plan(file, "harbor")
    office.host.calls.clear()
    office.host.fault("Documents.file", raises=RuntimeError(), times=1)
    filing.run_due()
    assert office.host.calls.count("Documents.file") == 2
    assert states(theirs) == [("patent", "filed")]
    assert [state for file in ours for state in states(file)] == [("lease", "wanted")] * 3
    filing.run_due()
    assert [state for file in ours for state in states(file)].count(("lease", "filed")) == 2


def test_a_firm_with_many_documents_gets_no_more_turns_than_another(office: Office) -> None:
    office.sends("paul", by="admin@summit.example")
    for _ in range(4):
        planned(arrives(office))
    (theirs,) = filings(arrives_planned(office))
    with reading() as session:
        found = attachment_queries.due_filings(session, limit=2)
    assert sorted(firm for _, firm in found) == ["harbor", "summit"]
    assert theirs.id in [row for row, _ in found]


def arrives_planned(office: Office) -> uuid.UUID:
    file = arrives(office, phone="+16465550120", to=SUMMIT)
    assert filing_plans.plan(file, "summit")
    return file


@pytest.mark.fault("F75")
def test_F75_a_host_that_hangs_past_the_claim_files_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing_claims, "CLAIM", timedelta(seconds=0.1))
    file = arrives(office)
    row = planned(file)
    hanging, go_on = threading.Event(), threading.Event()
    office.host.fault("Documents.file", does=lambda: (hanging.set(), go_on.wait(20)), times=1)
    app = office.app

    def slow() -> None:
        with app.app_context():
            filing.file(row.id)

    thread = threading.Thread(target=slow)
    thread.start()
    assert hanging.wait(20)
    passes(timedelta(seconds=1))
    assert filing.file(row.id)
    assert states(file) == [("lease", "filed")]
    go_on.set()
    thread.join(20)
    assert states(file) == [("lease", "filed")]
    assert len(documents(office)) == 1
    with reading() as session:
        assert session.query(Audit).filter_by(action="attachment.file", became="filed").count() == 1


def planned(file: uuid.UUID) -> Filing:
    assert filing_plans.plan(file, "harbor")
    (row,) = filings(file)
    return row


@pytest.mark.fault("F75")
def test_F75_a_host_that_commits_by_itself_and_dies_has_the_document_once(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    file = arrives(office)
    host = {"does": firmtext.db.session.commit, "raises_after": RuntimeError()}
    office.host.fault("Documents.file", **host, times=1)
    filing.run_due()
    assert states(file) == [("lease", "wanted")]
    due_now()
    office.host.fault("Documents.file", does=firmtext.db.session.commit, times=1)
    filing.run_due()
    assert states(file) == [("lease", "filed")]
    assert len(documents(office)) == 1
    assert "must neither commit nor roll back" in caplog.text


def test_what_a_failing_host_left_in_its_session_is_rolled_back(office: Office) -> None:
    file = arrives(office)

    def half() -> None:
        firmtext.db.session.execute(update(Attachment).values(kind="left"))

    office.host.fault("Documents.file", does=half, raises_after=RuntimeError(), times=1)
    filing.run_due()
    assert states(file) == [("lease", "wanted")]
    assert firmtext.engine.pool.checkedout() == 0
    with reading() as session:
        assert session.get_one(Attachment, file).kind == "image"


def test_what_the_host_wrote_is_committed_with_our_row(office: Office) -> None:
    file = arrives(office)
    office.host.fault(
        "Documents.file", does=lambda: firmtext.db.session.execute(update(Attachment).values(kind="hosts")), times=1
    )
    filing.run_due()
    with reading() as session:
        assert session.get_one(Attachment, file).kind == "hosts"


@pytest.mark.parametrize("port", ["raises", "swallows"])
def test_a_damaged_file_is_not_filed_in_part(office: Office, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = arrives(office)
    damage(file)
    if port == "swallows":
        swallow(monkeypatch)
    filing.run_due()
    assert states(file) == [("lease", "not_filed")]
    assert documents(office) == []


def swallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host takes what it gets and says nothing of what it does not get."""

    def file(self: Any, place: str, name: str, media_type: str, stream: Any, *, token: str) -> str:
        try:
            stream.read()
        except DecryptError:
            return "half"
        return "whole"

    monkeypatch.setattr(MemoryDocuments, "file", file)


POINTS = ("filing.claimed", "filing.filed", "filing.written", "filing.committed")


@pytest.mark.fault("F75")
@pytest.mark.parametrize("point", POINTS)
def test_F75_a_kill_at_any_step_files_once(
    office: Office, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host's folder is on disk: what it did before the kill is still there, as at a service behind it."""
    file = arrives(office)
    row = planned(file)
    on_disk(monkeypatch, tmp_path)
    assert dies_at(point, lambda: filing.file(row.id))
    due_now()
    filing.run_due()
    assert states(file) == [("lease", "filed")]
    (there,) = tmp_path.iterdir()
    assert there.read_bytes() == png()


@pytest.mark.fault("F10")
@pytest.mark.parametrize("point", POINTS)
def test_a_sweep_that_is_ended_while_it_files_has_filed_once_when_it_runs_again(
    office: Office, point: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = arrives(office)
    planned(file)
    on_disk(monkeypatch, tmp_path)
    heartbeats.beat(heartbeats.FILING)  # else a thread of the sweep's files
    sweep = partial(office.app.test_cli_runner().invoke, group, ["sweep", "--once"])
    with ended_at(point) as came:
        assert sweep().exit_code == 143
    assert came[-1] == point
    due_now()
    assert sweep().exit_code == 0
    assert states(file) == [("lease", "filed")]
    (there,) = tmp_path.iterdir()
    assert there.read_bytes() == png()


def on_disk(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def keep(self: Any, place: str, name: str, media_type: str, stream: Any, *, token: str) -> str:
        path = folder / token.replace(":", "-")
        path.write_bytes(stream.read())
        return str(path.name)

    monkeypatch.setattr(MemoryDocuments, "file", keep)


def test_a_press_files_what_is_not_there_yet_and_a_second_one_nothing(office: Office) -> None:
    first, second = arrives(office), arrives(office)
    filing.run_due()
    with own() as session:
        assert filing_plans.want(session, "harbor", [first, second], "estate", by=STAFF) == 2
    with own() as session:
        assert filing_plans.want(session, "harbor", [second, first], "estate", by=STAFF) == 0
    filing.run_due()
    assert sorted(places(office)) == ["estate", "estate", "lease", "lease"]


def test_who_filed_and_what_became_of_it_is_in_the_record(office: Office) -> None:
    file = arrives(office)
    filing.run_due()
    with own() as session:
        filing_plans.want(session, "harbor", [file], "estate", by=STAFF)
    with reading() as session:
        rows = session.query(Audit).filter_by(action="attachment.file").order_by(Audit.at).all()
    assert [(row.actor, row.became) for row in rows] == [
        (audit.WORKER, "wanted"),
        (audit.WORKER, "filed"),
        (STAFF, "wanted"),
    ]


def test_the_host_hears_of_it_once_it_is_committed(office: Office) -> None:
    heard: list[dict[str, Any]] = []

    def hear(sender: Any, **values: Any) -> None:
        heard.append({**values, "committed": [str(row.state) for row in filings()]})

    with signals.file_filed.connected_to(hear, office.app):
        file = arrives(office)
        filing.run_due()
    assert heard == [
        {"firm": "harbor", "file": str(file), "matter": "lease", "document": "document-1", "committed": ["filed"]}
    ]


def test_two_that_file_at_once_file_once(office: Office) -> None:
    row = planned(arrives(office))
    first = filing_claims.claim(row.id)
    assert first is not None
    assert filing_claims.claim(row.id) is None
    assert not filing.file(row.id)


def test_a_token_names_file_and_matter_and_nothing_else(office: Office) -> None:
    file = arrives(office)
    filing.run_due()
    assert list(office.host.files("harbor").tokens) == [f"firmtext:{file}:lease"]
