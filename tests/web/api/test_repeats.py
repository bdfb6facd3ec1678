"""A repeated request makes nothing new, a page follows the one before, and a version that is over changes nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from flask_firmtext.current import firmtext
from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging import scheduled_sending
from flask_firmtext.store.models import LegalHold, Message, SavedReply, ScheduledText, TimeEntry, TokenKey
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.web.api import problems
from office import Office
from programs import ADMIN, Program, problem, token

DAY = {"matter": "lease", "minutes": 6, "day": "2026-01-05"}


def count(model: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def later() -> str:
    return (firmtext.clock.now() + timedelta(days=2)).replace(second=0, microsecond=0).isoformat()


@pytest.mark.parametrize(
    ("path", "body", "other", "model", "code"),
    [
        ("/texts", {"contact": "rosa", "text": "Hello"}, {"text": "Other"}, Message, 201),
        ("/texts", {"contact": "rosa", "text": "Hello"}, {"contact": "grace"}, Message, 201),
        ("/scheduled-texts", {"contact": "rosa", "text": "Hello"}, {"text": "Other"}, ScheduledText, 201),
        ("/conversations/{here}/time-entries", DAY, {"minutes": 12}, TimeEntry, 201),
        ("/saved-replies", {"name": "Late", "text": "We are late."}, {"name": "x"}, SavedReply, 201),
        ("/legal-holds", {"kind": "firm", "why": "suit"}, {"why": "other"}, LegalHold, 201),
    ],
)
def test_a_repeat_makes_nothing_new_and_another_request_with_its_key_is_refused(
    office: Office, program: Program, path: str, body: dict[str, Any], other: dict[str, Any], model: Any, code: int
) -> None:
    if "{here}" in path:
        office.sends()
        path = path.format(here=office.conversation())
    if model is ScheduledText:
        body = {**body, "send_at": later()}
    before = count(model)
    first, again = (program.post(path, body, key="one") for _ in range(2))
    assert (first.status_code, again.status_code) == (code, code), first.text + again.text
    assert first.json == again.json
    assert problem(program.post(path, {**body, **other}, key="one")) == (422, "key-reused")
    assert count(model) == before + 1


def test_what_came_after_a_crash_is_made_once(office: Office, program: Program) -> None:
    """The key was kept, and the text was not made: its repeat makes it."""
    office.host.fault("Contacts.get", raises=RuntimeError("away"))
    body = {"contact": "rosa", "text": "Hello"}
    assert problem(program.post("/texts", body, key="one")) == (503, "unavailable")
    office.host.mend()
    made = [program.made("/texts", body, key="one") for _ in range(2)]
    assert (made[0], office.texts()) == (made[1], 1)


def test_a_key_is_its_tokens_and_lasts_a_day(office: Office, program: Program) -> None:
    program.made("/texts", {"contact": "rosa", "text": "Hello"}, key="one")
    Program(office.app, token()).made("/texts", {"contact": "rosa", "text": "Other"}, key="one")
    assert count(TokenKey) == 2
    with own() as session:
        session.execute(update(TokenKey).values(created_at=firmtext.clock.now() - timedelta(days=2)))
    refused = program.post("/texts", {"contact": "rosa", "text": "Other"}, key="one")
    assert problem(refused) == (422, "key-reused"), "the text itself is known for as long as it is there"
    assert office.texts() == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "ä"])
def test_what_makes_something_needs_a_key(office: Office, program: Program, key: str) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"contact": "rosa", "text": "Hello"}
    assert problem(program.ask("POST", "/texts", body, headers=headers)) == (400, "key-missing")
    assert office.texts() == 0


def test_nothing_of_a_request_is_kept_that_could_be_guessed(office: Office, program: Program) -> None:
    for text in (program, Program(office.app, token())):
        text.made("/texts", {"contact": "rosa", "text": "Yes"}, key="one")
    with reading() as session:
        digests = session.scalars(select(TokenKey.digest)).all()
    assert len(set(digests)) == 2


def test_a_failed_text_is_sent_again_once(office: Office, program: Program) -> None:
    failed = office.sends()
    office.becomes(failed, State.FAILED, reason="temporary_error")
    assert [one["id"] for one in program.got("/texts?state=failed")["items"]] == [str(failed)]
    first, again = (program.made(f"/texts/{failed}/retry") for _ in range(2))
    assert (first, office.texts()) == (again, 2)
    shown = program.got(f"/texts/{failed}")
    assert (shown["state"], shown["repeated_by"], shown["attempts"]) == ("failed", first["id"], [])


def test_pages_follow_each_other_without_a_gap(office: Office, program: Program) -> None:
    made = [str(one) for one in office.conversation_copies(7)]
    found, after = [], ""
    for _page in range(4):
        page = program.got(f"/conversations?limit=2{after}")
        found += [one["id"] for one in page["items"]]
        after = f"&after={page['next']}"
    assert (sorted(found), page["next"]) == (sorted(made), None)


def test_a_page_of_texts_goes_back_to_the_first(office: Office, program: Program) -> None:
    office.sends()
    office.text_copies(5)
    path = f"/conversations/{office.conversation()}/texts?limit=2"
    first = program.got(path)
    second = program.got(f"{path}&after={first['next']}")
    assert [one["position"] for one in first["items"] + second["items"]] == [5, 4, 3, 2]


def test_the_record_is_walked_through(office: Office, program: Program) -> None:
    office.sends()
    first = program.got("/record?limit=1")
    second = program.got(f"/record?limit=1&after={first['next']}")
    assert first["items"][0]["id"] != second["items"][0]["id"]
    assert problem(program.get(f"/quarantine?after={first['next']}")) == (400, "bad-request")


def test_a_version_that_is_over_changes_nothing(office: Office, program: Program) -> None:
    made = program.made("/saved-replies", {"name": "Late", "text": "We are late."})
    path = f"/saved-replies/{made['id']}"
    tag = program.get(path).headers["ETag"]
    changed = program.ask("PUT", path, {"name": "Late", "text": "Soon."}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json["text"]) == (200, "Soon.")
    late = program.ask("PUT", path, {"name": "Late", "text": "Never."}, headers={"If-Match": tag})
    assert problem(late) == (412, "changed")
    assert problem(program.ask("DELETE", path, headers={"If-Match": tag})) == (412, "changed")
    assert program.ask("DELETE", path).status_code == 204
    assert problem(program.get(path)) == (404, "not-found")


def test_a_text_for_later_is_written_changed_and_withdrawn(office: Office, program: Program) -> None:
    made = program.made("/scheduled-texts", {"contact": "rosa", "text": "Hello", "send_at": later()})
    path = f"/scheduled-texts/{made['id']}"
    changed = program.ask("PATCH", path, {"text": "Good morning"}).json
    assert (changed["text"], changed["send_at"], changed["waiting"]) == ("Good morning", made["send_at"], True)
    assert [one["id"] for one in program.got("/scheduled-texts")["items"]] == [made["id"]]
    assert program.made(f"{path}/cancel", code=200) == {"done": True}
    assert problem(program.ask("PATCH", path, {"text": "x"})) == (409, "conflict")


def test_a_text_for_later_is_sent_now_once_and_in_the_administrators_name(office: Office, program: Program) -> None:
    made = program.made("/scheduled-texts", {"contact": "rosa", "text": "Hello", "send_at": later()})
    path = f"/scheduled-texts/{made['id']}"
    assert scheduled_sending.due() == []
    assert program.made(f"{path}/send-now", code=200) == {"done": True}
    assert program.made(f"{path}/send-now", code=200) == {"done": False}
    (due,) = scheduled_sending.due()
    for _again in range(2):
        scheduled_sending.send(due)
    with reading() as session:
        (text,) = session.scalars(select(Message))
        assert text.author == ADMIN
    assert program.made(f"{path}/send-now", code=200) == {"done": False}
    assert program.got(path)["sent"] is True


def test_legal_holds_are_walked_through_those_that_stand_first(office: Office, program: Program) -> None:
    made = [program.made("/legal-holds", {"kind": "contact", "object": ref, "why": "suit"})["id"]
            for ref in ("rosa", "grace", "henry")]  # fmt: skip
    program.made(f"/legal-holds/{made[1]}/lift", {"why": "over"}, code=200)
    found, path = list[str](), "/legal-holds?limit=1"
    while path:
        page = program.got(path)
        found += [one["id"] for one in page["items"]]
        assert len(page["items"]) <= 1
        path = f"/legal-holds?limit=1&after={page['next']}" if page["next"] else ""
    assert found == [made[2], made[0], made[1]]
    assert [one["id"] for one in program.got("/legal-holds")["items"]] == found
    assert problem(program.get("/legal-holds?after=x")) == (400, "bad-request")


def test_only_what_is_sent_again_counts_as_a_text(office: Office, program: Program) -> None:
    office.app.extensions["firmtext"].settings.conversation_texts_per_minute = 1
    first = program.made("/texts", {"contact": "rosa", "text": "Hello"})
    office.becomes(uuid.UUID(first["id"]), State.UNKNOWN)
    path = f"/texts/{first['id']}/resolve"
    refused = program.post(path, {"answer": "resend", "why": "She asked"})
    assert problem(refused) == (429, "too-many")
    assert refused.headers["Retry-After"] == "60"
    assert "press" not in refused.json["detail"], "whom it is said to has no button"
    assert "Retry-After" in refused.json["detail"]
    assert program.made(path, {"answer": "lost", "why": "She said so"}, code=200)["id"] == first["id"]


def test_at_the_limit_of_a_day_it_is_told_when_the_next_one_fits(office: Office, program: Program) -> None:
    office.app.extensions["firmtext"].settings.firm_texts_per_day = 1
    program.made("/texts", {"contact": "rosa", "text": "Hello"})
    refused = program.post("/texts", {"contact": "rosa", "text": "Hello again"})
    assert problem(refused) == (429, "too-many")
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400


def test_a_number_that_has_changed_hands_is_told_without_a_page(office: Office) -> None:
    told = problems.of(TextRefused("conversation_changed", "This number has just changed hands. Reload the page."))
    assert (told.kind, told.detail) == ("conflict", "This number has just changed hands.")


@pytest.mark.parametrize("at", ["2020-01-01T09:00:00Z", "9999-12-31T23:59:00Z", "2026-12-01T09:00:00", "soon", 5])
def test_no_text_is_written_for_a_time_that_cannot_be(office: Office, program: Program, at: Any) -> None:
    answer = program.post("/scheduled-texts", {"contact": "rosa", "text": "Hello", "send_at": at})
    assert problem(answer) == (422, "invalid")
    assert [one["pointer"] for one in answer.json["errors"]] == ["/send_at"]


def test_who_wants_no_texts_gets_none(office: Office, program: Program) -> None:
    office.sends()
    here = office.conversation()
    assert program.got("/contacts/rosa")["refusal"] is None
    assert program.made(f"/conversations/{here}/opt-out", {"way": "phone"}, code=200) == {"done": True}
    assert program.made(f"/conversations/{here}/opt-out", {"way": "phone"}, code=200) == {"done": False}
    refused = program.post("/texts", {"contact": "rosa", "text": "Hello"})
    assert problem(refused) == (409, "conflict")
    assert refused.json["reason"] == "opted_out"
    assert program.got("/contacts/rosa")["refusal"] == "opted_out"
    shown = program.got(f"/conversations/{here}/consent")
    assert (shown["may_be_texted"], len(shown["events"])) == (False, 1)


def test_a_newer_text_than_was_read_is_told(office: Office, program: Program) -> None:
    office.sends()
    office.receives("No, wait")
    here = str(office.conversation())
    body = {"contact": "rosa", "text": "Done", "conversation": here, "seen": 1}
    refused = program.post("/texts", body)
    assert problem(refused) == (409, "conflict")
    assert refused.json["reason"] == "meanwhile"
    program.made("/texts", {**body, "seen": 2})


def test_texts_are_found_by_their_words(office: Office, program: Program) -> None:
    made = program.made("/searches", {"words": "lease"})
    assert uuid.UUID(made["id"])
    assert program.got(f"/searches/{made['id']}")["searchable"] is True
