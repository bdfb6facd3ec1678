"""``messages retry`` and ``messages resolve``: what is sent again, what is said, what is left, and what is printed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask_firmtext.cli import bulk, rehearsing, repeating
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import consent, retrying
from flask_firmtext.messaging.rehearsing import Rehearsal
from flask_firmtext.ports.values import User
from flask_firmtext.store.models import Audit, Conversation, Message, Resolution
from flask_firmtext.store.transactions import own, reading
from outbound import people
from rows import accepted, changed

Cli = Callable[..., Any]
NOTHING = {"retried": [], "skipped": []}


@pytest.fixture
def failing(app: Any, number: Any) -> Callable[..., uuid.UUID]:
    """Makes a text that failed, to a client of its own."""
    clients = iter(people(app, 20))

    def make(code: str | None = "busy", reason: str = "temporary_error", **more: Any) -> uuid.UUID:
        text = accepted("Hello", contact=next(clients))
        wanted = {"state": "failed", "code": code, "reason": reason, "state_at": firmtext.clock.now(), **more}
        changed(text, **wanted)
        return text

    return make


def run(cli: Cli, *arguments: str, code: int = 0) -> dict[str, Any]:
    why = ["--reason", "She said so."] if arguments[0] == "resolve" and "--reason" not in arguments else []
    result = cli("messages", *arguments, *why, "--yes", "--json")
    assert result.exit_code == code, result.output
    return dict(json.loads(result.stdout))


def repeats() -> list[Message]:
    with reading() as session:
        return list(session.scalars(select(Message).where(Message.retry_of.is_not(None)).order_by(Message.created_at)))


def audited(action: str) -> list[tuple[str, str]]:
    with reading() as session:
        return [(row.object_id, row.actor) for row in session.scalars(select(Audit).where(Audit.action == action))]


def test_a_failed_text_is_sent_again_once(cli: Cli, failing: Any) -> None:
    text = failing()
    assert run(cli, "retry", str(text)) == {"retried": [str(text)], "skipped": []}
    (new,) = repeats()
    assert (new.retry_of, new.state) == (text, "queued")
    again = run(cli, "retry", str(text))
    assert again["skipped"] == [{"id": str(text), "why": "This text has been sent again already."}]
    assert len(repeats()) == 1
    ((object_, actor),) = audited("message.retry")
    assert object_ == str(text)
    assert actor.startswith("cli:")
    assert new.author == actor


def test_who_opted_out_meanwhile_is_left_out(cli: Cli, failing: Any) -> None:
    stays, goes = failing(), failing()
    with own() as session:
        conversation = session.get_one(Conversation, session.get_one(Message, stays).conversation_id)
        consent.note_opt_out(session, conversation, "phone", user=User("ada", "Ada", "harbor"))
    found = run(cli, "retry", str(stays), str(goes), code=1)
    assert found["retried"] == [str(goes)]
    assert [(one["id"], "wants no texts" in one["why"]) for one in found["skipped"]] == [(str(stays), True)]
    assert [row.retry_of for row in repeats()] == [goes]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"], ["--json"]])
def test_with_neither_ids_nor_a_filter_it_is_wrong_usage(cli: Cli, failing: Any, arguments: list[str]) -> None:
    failing()
    result = cli("messages", "retry", "--yes", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert repeats() == []


def test_off_a_terminal_it_takes_yes(cli: Cli, failing: Any) -> None:
    result = cli("messages", "retry", str(failing()), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert repeats() == []


def test_a_filter_finds_what_was_not_sent_again_the_oldest_first(cli: Cli, failing: Any) -> None:
    first, second, other = failing(), failing(), failing("spam", "rejected_by_carrier")
    old = failing(state_at=firmtext.clock.now() - timedelta(days=2))
    found = run(cli, "retry", "--reason", "Temporary error", "--since", "1d")
    assert found == {"retried": [str(first), str(second)], "skipped": []}
    assert run(cli, "retry", "--reason", "temporary_error", "--since", "1d") == NOTHING, "safe to repeat"
    assert run(cli, "retry", "--firm", "summit") == NOTHING
    left = run(cli, "retry", "--firm", "harbor", code=1)
    assert left["retried"] == [str(old)]
    assert left["skipped"] == [{"id": str(other), "why": "Sending this text again as it is does not help."}]


def test_one_failure_stops_no_other_and_is_exit_1(cli: Cli, failing: Any) -> None:
    text, nothing = failing(), uuid.uuid4()
    found = run(cli, "retry", str(nothing), str(text), code=1)
    assert found == {"retried": [str(text)], "skipped": [{"id": str(nothing), "why": "There is no such text."}]}


@pytest.mark.parametrize("verb", [["retry"], ["resolve", "lost", "--reason", "She called."]])
@pytest.mark.parametrize("more", [["--since", "1d"], ["--since", "1d", "--json"]])
def test_a_firm_that_the_practice_system_does_not_know_is_wrong_usage(
    cli: Cli, failing: Any, verb: list[str], more: list[str]
) -> None:
    failing()
    result = cli("messages", *verb, "--firm", "nosuch", *more, "--yes")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the practice system knows no firm 'nosuch'" in result.stderr


@pytest.mark.parametrize("answer", ["arrived", "lost", "resend"])
@pytest.mark.parametrize("why", [[], ["--reason", "  "]])
def test_off_a_terminal_a_decision_takes_a_reason(cli: Cli, failing: Any, answer: str, why: list[str]) -> None:
    text = failing(None, state="unknown", reason=None)
    result = cli("messages", "resolve", str(text), answer, *why, "--yes", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "add --reason TEXT" in result.stderr
    with reading() as session:
        assert session.get_one(Message, text).state == "unknown"


@pytest.mark.parametrize("arguments", [["retry"], ["resolve", "lost"]])
def test_an_id_of_another_firm_than_the_one_named_is_not_there(cli: Cli, failing: Any, arguments: list[str]) -> None:
    text = failing(None, state="unknown", reason=None)
    (skipped,) = run(cli, arguments[0], str(text), *arguments[1:], "--firm", "summit", code=1)["skipped"]
    assert skipped == {"id": str(text), "why": "There is no such text."}


@pytest.mark.parametrize(
    "arguments",
    [["retry", "--reason", "temporary_error"], ["retry", "--since", "1d"], ["resolve", "lost", "--until", "1d"]],
)
def test_ids_beside_a_filter_that_would_not_be_heeded_are_wrong_usage(
    cli: Cli, failing: Any, arguments: list[str]
) -> None:
    verb, *more = arguments
    result = cli("messages", verb, str(failing()), *more, "--yes")
    assert (result.exit_code, result.stdout) == (2, "")
    assert repeats() == []


def test_an_unknown_text_is_not_sent_again_and_the_way_is_named(cli: Cli, failing: Any) -> None:
    text = failing(None, state="unknown", reason=None)
    (skipped,) = run(cli, "retry", str(text), code=1)["skipped"]
    assert "may already have arrived" in skipped["why"]
    assert f"messages resolve {text} resend --reason TEXT --yes" in skipped["why"]
    assert repeats() == []


def test_a_dry_run_checks_everything_and_sends_nothing(cli: Cli, failing: Any) -> None:
    text, other = failing(), failing("spam", "rejected_by_carrier")
    result = cli("messages", "retry", str(text), str(other), "--dry-run", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["retried"]) == (1, [str(text)])
    assert [one["id"] for one in found["skipped"]] == [str(other)]
    assert repeats() == []
    assert audited("message.retry") == []
    assert "1 would be sent again, 0 skipped." in cli("messages", "retry", str(text), "--dry-run").output


def test_a_dry_run_goes_on_behind_a_page_of_texts_that_are_not_there(
    cli: Cli, failing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "PAGE", 2)
    missing, text = [uuid.uuid4() for _ in range(5)], failing()
    found = run(cli, "retry", *map(str, [*missing, text]), "--dry-run", code=1)
    assert (found["retried"], len(found["skipped"])) == ([str(text)], 5)


def test_a_dry_run_goes_on_where_the_database_comes_back(
    cli: Cli, failing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real = [], Rehearsal.look

    def busy(self: Rehearsal, session: Any, texts: Any, user: User) -> Any:
        asked.append(texts)
        if len(asked) <= 2 * bulk.TRIES:
            raise OperationalError("", {}, Exception("the server is restarting"))
        return real(self, session, texts, user)

    monkeypatch.setattr(rehearsing, "PAGE", 2)
    monkeypatch.setattr(Rehearsal, "look", busy)
    texts = [str(failing()) for _ in range(4)]
    found = run(cli, "retry", *texts, "--dry-run", code=1)
    assert ([one["id"] for one in found["skipped"]], found["retried"]) == (texts[:2], texts[2:])


def test_in_a_dry_run_one_firm_that_cannot_be_looked_at_holds_up_no_other(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(_self: Rehearsal, _session: Any, texts: Sequence[uuid.UUID], user: User) -> Any:
        if user.firm == "harbor":
            raise OperationalError("", {}, Exception("statement timeout"))
        return dict.fromkeys(texts)

    monkeypatch.setattr(rehearsing, "PAGE", 3)
    monkeypatch.setattr(Rehearsal, "look", look)
    texts = {uuid.uuid4(): firm for firm in ("harbor", "summit") * 4}
    done = bulk.each("retried", [*texts], rehearsing.DryRun(texts), label="", as_json=True)
    assert done.ids == [text for text, firm in texts.items() if firm == "summit"]
    assert {why.code for _, why in done.skipped} == {"busy"}


def test_interrupted_it_says_what_was_done(cli: Cli, failing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = failing(), failing()
    real = retrying.again

    def interrupted(session: Any, text: uuid.UUID, **more: Any) -> Message:
        if text == second:
            raise KeyboardInterrupt
        return real(session, text, **more)

    monkeypatch.setattr(repeating.retrying, "again", interrupted)
    result = cli("messages", "retry", str(first), str(second), "--yes", "--json")
    assert result.exit_code == 130
    assert json.loads(result.stdout) == {"retried": [str(first)], "skipped": []}
    assert "Interrupted after 1 of 2" in result.stderr
    assert [one.retry_of for one in repeats()] == [first]


def test_a_database_that_is_busy_once_is_asked_again(cli: Cli, failing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text, asked, real = failing(), [], retrying.again

    def busy(session: Any, message: uuid.UUID, **more: Any) -> Message:
        asked.append(message)
        if len(asked) < bulk.TRIES:
            raise OperationalError("", {}, Exception("database is locked"))
        return real(session, message, **more)

    monkeypatch.setattr(repeating.retrying, "again", busy)
    assert run(cli, "retry", str(text))["retried"] == [str(text)]
    assert len(asked) == bulk.TRIES


@pytest.mark.parametrize(
    ("answer", "state", "kept"),
    [("arrived", "submitted", "arrived"), ("lost", "failed", "lost"), ("resend", "failed", "resent")],
)
def test_what_a_person_knows_is_kept_with_name_and_reason(
    cli: Cli, failing: Any, answer: str, state: str, kept: str
) -> None:
    text = failing(None, state="unknown", reason=None)
    arguments = ("resolve", str(text), answer, "--reason", "The client called.")
    assert run(cli, *arguments) == {"resolved": [str(text)], "skipped": []}
    with reading() as session:
        assert session.get_one(Message, text).state == state
        said = session.get_one(Resolution, text)
    assert (said.answer, said.by[:4]) == (kept, "cli:")
    assert said.why is not None
    assert b"client called" not in said.why
    assert len(repeats()) == (answer == "resend")
    assert run(cli, *arguments)["resolved"] in ([], [str(text)]), "safe to repeat"
    assert len(repeats()) == (answer == "resend")
    shown = json.loads(cli("messages", "show", str(text), "--json").stdout)
    assert shown["resolution"]["answer"] == kept
    assert shown["resolution"]["why"] == "The client called."


def test_a_decision_against_another_is_a_failure(cli: Cli, failing: Any) -> None:
    text = failing(None, state="unknown", reason=None)
    run(cli, "resolve", str(text), "arrived")
    (skipped,) = run(cli, "resolve", str(text), "lost", code=1)["skipped"]
    assert "no longer in doubt" in skipped["why"]


def test_all_of_a_time_are_resolved_with_a_record_each(cli: Cli, failing: Any) -> None:
    hour = firmtext.clock.now() - timedelta(hours=1)
    texts = [failing(None, state="unknown", reason=None, state_at=hour) for _ in range(3)]
    now = failing(None, state="unknown", reason=None)
    found = run(cli, "resolve", "lost", "--since", "2h", "--until", "30m")
    assert found["resolved"] == [str(text) for text in texts]
    assert {object_ for object_, _ in audited("message.resolve")} == {str(text) for text in texts}
    with reading() as session:
        assert session.get_one(Message, now).state == "unknown"


@pytest.mark.parametrize("arguments", [["arrived"], ["{}"], ["{}", "maybe"], ["--since", "2h"]])
def test_resolving_without_texts_or_an_answer_is_wrong_usage(cli: Cli, failing: Any, arguments: list[str]) -> None:
    text = failing(None, state="unknown", reason=None)
    result = cli("messages", "resolve", *(one.format(text) for one in arguments), "--yes")
    assert (result.exit_code, result.stdout) == (2, "")


def test_resolving_off_a_terminal_takes_yes(cli: Cli, failing: Any) -> None:
    text = failing(None, state="unknown", reason=None)
    assert cli("messages", "resolve", str(text), "arrived", "--reason", "She called.").exit_code == 2


@pytest.mark.parametrize(
    ("columns", "label", "next_step"),
    [
        ({"code": "busy"}, "Temporary error", "Send it again later."),
        ({"state": "unknown", "code": None, "reason": None}, "Not sure it was sent", "The carrier may still"),
        ({"code": "request", "reason": "carrier_error"}, "Carrier error", "The operator was told."),
    ],
)
def test_show_and_failed_explain_in_the_words_of_the_thread(
    cli: Cli, failing: Any, columns: dict[str, Any], label: str, next_step: str
) -> None:
    text = failing(**columns)
    shown = json.loads(cli("messages", "show", str(text), "--json").stdout)
    assert shown["label"] == label
    assert shown["next_step"].startswith(next_step)
    assert shown["cure"] == ("Mend the request." if columns["code"] == "request" else None)
    state = columns.get("state", "failed")
    listed = cli("messages", "failed", "--state", state)
    assert listed.stderr == f"{label}: {shown['meaning']} {shown['next_step']}\n"
