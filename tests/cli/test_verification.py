"""``numbers verification show|export|set``."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import registration
from flask_firmtext.firm.registration_fields import FIELDS
from flask_firmtext.store.models import Audit, Number, Registration
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own
from registering import KNOWN, TYPED, WHOLE

E164 = "+18335550100"
POOLED = "+18335550107"
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def linked(app: Any) -> None:
    """Harbor's number, bought and linked, and one in the pool."""
    now = firmtext.clock.now()
    with own() as session:
        for firm, e164 in (("harbor", E164), ("", POOLED)):
            session.add(
                Number(
                    firm=firm,
                    e164=e164,
                    state=NumberState.LINKED,
                    main=firm != "",
                    next_free_at=now,
                    created_at=now,
                )
            )


@pytest.fixture
def complete(host: Any) -> None:
    """Harbor's registration, with nothing missing."""
    with own() as session:
        registration.save(session, "harbor", WHOLE, by="admin@harbor.example")


def verification(cli: Cli, *arguments: str, **more: Any) -> Any:
    return cli("numbers", "verification", *arguments, **more)


def shown(cli: Cli, number: str = E164) -> dict[str, Any]:
    result = verification(cli, "show", number, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_show_says_where_a_number_stands_and_what_is_missing(cli: Cli, host: Any) -> None:
    host.firms.all["harbor"] = replace(host.firms.all["harbor"], legal=KNOWN)
    row = shown(cli)
    assert list(row) == ["number", "firm", "state", "why", "ready", "saved_at", "saved_by", "faults", "doubts"]
    assert (row["number"], row["firm"], row["state"], row["ready"]) == (E164, "harbor", "linked", False)
    assert {fault["field"] for fault in row["faults"]} == set(TYPED)
    assert row["faults"][0] == {
        "field": "contact_first_name",
        "label": "Contact's first name",
        "cure": "Missing. Name somebody of the firm.",
    }


def test_show_names_doubts_with_their_reasons_and_repeats_nothing_that_was_filled_in(cli: Cli, complete: None) -> None:
    with own() as session:
        registration.save(session, "harbor", {**WHOLE, "contact_email": "quillfeather@gmail.com"}, by="x")
    row = shown(cli)
    assert row["ready"] is True
    assert [(doubt["field"], doubt["reason"]) for doubt in row["doubts"]] == [("contact_email", "public_mailbox")]
    assert row["saved_at"].endswith("Z")
    said = verification(cli, "show", E164).stdout
    assert "Contact's email: may be refused. An address at a public provider is refused." in said
    for output in (json.dumps(row), said):
        assert "quillfeather" not in output.lower()


def test_show_for_people_is_a_line_each(cli: Cli) -> None:
    lines = verification(cli, "show", E164).stdout.splitlines()
    assert any(line.split() == ["state", "linked"] for line in lines)
    assert f"Legal name: Missing. {FIELDS['legal_name'].help}" in lines


@pytest.mark.parametrize("number", ["833-555-0100", "(833) 555-0100", "1 833 555 0100", "tel:+18335550100"])
def test_a_number_may_be_written_as_people_write_it(cli: Cli, number: str) -> None:
    assert shown(cli, number)["number"] == E164


@pytest.mark.parametrize("command", [["show"], ["export"], ["set", "--yes"]])
def test_a_number_that_is_none_is_wrong_usage_and_one_that_is_not_ours_has_failed(cli: Cli, command: list[str]) -> None:
    state = ["submitted"] if command[0] == "set" else []
    for number, code in (("12", 2), ("harbor", 2), ("+18335550199", 1)):
        result = verification(cli, *command, number, *state)
        assert (result.exit_code, result.stdout) == (code, "")
        assert "Traceback" not in result.stderr


def test_export_prints_one_document_ready_to_submit(cli: Cli, complete: None) -> None:
    result = verification(cli, "export", E164)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == registration.export(WHOLE, E164)
    assert verification(cli, "export", E164, "--json").stdout == result.stdout
    assert verification(cli, "export", E164, "--output", "-").stdout == result.stdout


def test_an_export_is_noted_in_the_audit(cli: Cli, complete: None) -> None:
    verification(cli, "export", E164)
    (noted,) = rows(Audit, Audit.action == "registration.export")
    assert (noted.firm, noted.object_table) == ("harbor", Registration.__tablename__)
    assert noted.actor.startswith("cli:")


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_an_export_that_is_not_complete_names_each_missing_field_and_its_cure(
    cli: Cli, host: Any, arguments: list[str]
) -> None:
    host.firms.all["harbor"] = replace(host.firms.all["harbor"], legal=KNOWN)
    result = verification(cli, "export", E164, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    for name in TYPED:
        assert f"{FIELDS[name].label}: Missing. {FIELDS[name].help}" in result.stderr
    assert "Legal name" not in result.stderr
    assert rows(Audit, Audit.action == "registration.export") == []


def test_an_export_goes_into_a_file_for_its_owner_only(cli: Cli, complete: None, tmp_path: Path) -> None:
    file = tmp_path / "registration.json"
    for _ in range(2):
        result = verification(cli, "export", E164, "--output", str(file))
        assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(file.read_text()) == registration.export(WHOLE, E164)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = verification(cli, "export", E164, "--output", str(file), "--json")
    assert json.loads(written.stdout) == {"number": E164, "output": str(file)}


def test_a_file_that_cannot_be_written_is_one_sentence(cli: Cli, complete: None, tmp_path: Path) -> None:
    result = verification(cli, "export", E164, "--output", str(tmp_path / "nowhere" / "x"))
    assert result.exit_code == 1
    assert "cannot be written: No such file" in result.stderr


def test_what_cannot_be_decrypted_is_not_exported(cli: Cli, complete: None) -> None:
    with own() as session:
        row = session.get_one(Registration, "harbor")
        row.details = row.details[:-1] + bytes([row.details[-1] ^ 1])
    result = verification(cli, "export", E164)
    assert result.exit_code == 1
    assert "cannot be decrypted" in result.stderr


def test_set_records_each_step_and_is_safe_to_repeat(cli: Cli) -> None:
    steps: list[tuple[str, ...]] = [
        ("submitted",),
        ("updates_required", "--why", "The website shows no address."),
        ("submitted",),
        ("verified",),
        ("refused", "--why", "The use has changed."),
    ]
    for state, *why in steps:
        for changed in (True, False):
            result = verification(cli, "set", E164, state, *why, "--yes", "--json")
            assert result.exit_code == 0, result.output
            row = json.loads(result.stdout)
            assert row == {
                "number": E164,
                "firm": "harbor",
                "state": state,
                "why": why[1] if why else None,
                "changed": changed,
            }
    assert [row.became for row in rows(Audit, Audit.action == "number.state")] == [state for state, *_ in steps]


def test_set_asks_first_and_where_nobody_can_be_asked_it_is_wrong_usage(cli: Cli) -> None:
    result = verification(cli, "set", E164, "submitted")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--yes" in result.stderr
    assert shown(cli)["state"] == "linked"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["refused"], 2, "the firm has to mend it"),
        (["updates_required", "--why", " "], 2, "the firm has to mend it"),
        (["submitted", "--why", "because"], 2, "leave it out"),
        (["released"], 2, "is not one of"),
        (["verified"], 1, "has to be submitted first"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_the_cure(cli: Cli, arguments: list[str], code: int, says: str) -> None:
    result = verification(cli, "set", E164, *arguments, "--yes")
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr
    assert shown(cli)["state"] == "linked"


@pytest.mark.parametrize("command", [["export", POOLED], ["set", POOLED, "submitted", "--yes"]])
def test_a_number_of_the_pool_has_no_registration_yet(cli: Cli, command: list[str]) -> None:
    result = verification(cli, *command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pool" in result.stderr
    assert shown(cli, POOLED)["firm"] is None


def test_a_firm_that_the_host_no_longer_knows_is_said(cli: Cli, host: Any) -> None:
    del host.firms.all["harbor"]
    result = verification(cli, "show", E164)
    assert result.exit_code == 1
    assert "knows no firm harbor" in result.stderr
