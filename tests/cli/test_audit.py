"""``audit verify`` and ``audit export``, and that commands are in the record."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import signal
import stat
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from evidence import rows
from flask_firmtext.firm import audit_export, sealing
from flask_firmtext.store import audit
from flask_firmtext.store.models import Audit
from flask_firmtext.store.transactions import own
from flask_firmtext.worker import ends
from flask_firmtext.worker.seals import Sealer
from flask_firmtext.worker.witness import look
from recorded import AUDIT, FIRM, SEAL, clock_at, links, recorded, sealed, tampered
from rows import accepted

Cli = Callable[..., Any]


@pytest.fixture
def clock(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sealing, "MOST", 3)
    return clock_at(app)


def verified(cli: Cli, *options: str, code: int = 0) -> list[dict[str, Any]]:
    result = cli("audit", "verify", "--json", *options)
    assert result.exit_code == code, result.output
    return list(json.loads(result.stdout))


def exported(cli: Cli, *options: str) -> str:
    result = cli("audit", "export", "--firm", FIRM, *options)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_nothing_is_recorded_yet(cli: Cli, clock: Any) -> None:
    assert "Nothing is recorded yet." in cli("audit", "verify").stderr


def test_a_whole_record_prints_its_ends_to_keep(cli: Cli, clock: Any) -> None:
    recorded(4, ago=200)
    recorded(1, ago=5)
    sealed()
    (row,) = verified(cli, "--firm", FIRM)
    end = f"2:{bytes(links()[1].hash).hex()}"
    assert (row["firm"], row["whole"], row["rows"], row["seals"], row["waiting"]) == (FIRM, True, 4, 2, 1)
    assert (row["head"], row["breaks"]) == (end, [])
    words = cli("audit", "verify").stderr
    assert f"harbor: whole; 4 rows in 2 seals; 1 too young to be sealed.\n  Its end, to keep elsewhere: {end}" in words
    assert verified(cli, "--firm", FIRM, "--head", end)[0]["whole"]


@pytest.mark.attack("A34")
def test_a34_a_break_is_told_with_its_place_and_ends_with_1(cli: Cli, clock: Any) -> None:
    row = recorded(4, ago=200)[3]
    sealed()
    tampered(sa.update(AUDIT).where(AUDIT.c.id == row).values(actor="somebody"))
    (told,) = [one for one in verified(cli, code=1) if one["firm"] == FIRM]
    assert [(one["kind"], one["seal"], one["row"]) for one in told["breaks"]] == [("changed", 2, str(row))]
    result = cli("audit", "verify")
    assert result.exit_code == 1
    assert "harbor: BROKEN;" in result.stderr
    assert f"The row {row} says something else. Its time is 2026-03-02 11:56:40Z." in result.stderr


def test_an_end_that_was_printed_must_still_be_there(cli: Cli, clock: Any) -> None:
    recorded(4, ago=200)
    sealed()
    (row,) = verified(cli, "--firm", FIRM)
    tampered(sa.delete(SEAL).where(SEAL.c.n == 2))
    (told,) = verified(cli, "--firm", FIRM, "--head", row["head"], code=1)
    assert [one["kind"] for one in told["breaks"]] == ["end"]
    assert cli("audit", "verify", "--head", row["head"]).exit_code == 2
    assert cli("audit", "verify", "--firm", FIRM, "--head", "7").exit_code == 2


@pytest.fixture
def witnessed(app: Any, clock: Any, tmp_path: Path, new_app: Any) -> Any:
    """Sealed by a sweep that keeps a witness."""
    state = app.extensions["firmtext"]
    object.__setattr__(state.settings, "state_dir", str(tmp_path))
    look()
    recorded(7, ago=200)
    Sealer().look()
    return app


@pytest.mark.fault("F41")
@pytest.mark.attack("A34")
def test_a34_the_sweeps_witness_knows_an_end_that_was_cut_off(cli: Cli, witnessed: Any, tmp_path: Path) -> None:
    assert verified(cli, "--firm", FIRM)[0]["whole"]
    assert ends.known() == {ends.named(FIRM): (3, bytes(links()[2].hash).hex())}
    (file,) = tmp_path.glob("firmtext-record-*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert FIRM not in file.read_text()
    gone = sa.select(AUDIT.c.id).where(AUDIT.c.firm == FIRM).order_by(AUDIT.c.at.desc()).limit(1)
    tampered(sa.delete(AUDIT).where(AUDIT.c.id.in_(gone)))
    tampered(sa.delete(SEAL).where(SEAL.c.n == 3))
    (told,) = verified(cli, "--firm", FIRM, code=1)
    assert [(one["kind"], one["seal"]) for one in told["breaks"]] == [("end", 3)]
    recorded(1, ago=150)
    Sealer().look()
    assert links()[-1].n == 3
    (told,) = verified(cli, "--firm", FIRM, code=1)
    assert "written anew" in told["breaks"][0]["why"], "the sweep does not make its witness forget"


@pytest.mark.attack("A34")
def test_a34_a_record_that_is_gone_as_a_whole_is_missed(cli: Cli, witnessed: Any) -> None:
    tampered(sa.delete(AUDIT).where(AUDIT.c.firm == FIRM))
    tampered(sa.delete(SEAL).where(SEAL.c.firm == FIRM))
    (told,) = [one for one in verified(cli, code=1) if one["breaks"]]
    assert (told["firm"], told["breaks"][0]["kind"]) == (f"(gone) {ends.named(FIRM)}", "end")
    assert "The whole record of a firm was there" in told["breaks"][0]["why"]
    verified(cli, "--restored", "--yes")
    verified(cli)


def test_after_a_restore_a_person_says_that_the_end_is_right(cli: Cli, witnessed: Any) -> None:
    tampered(sa.delete(SEAL).where(SEAL.c.n == 3))
    assert cli("audit", "verify", "--restored").exit_code == 2
    assert verified(cli, "--restored", "--yes")[0]["breaks"] == []
    assert verified(cli, "--firm", FIRM)[0]["whole"]
    (noted,) = rows(Audit, Audit.action == "audit.restore")
    assert (noted.firm, noted.was, noted.became) == (FIRM, "3", bytes(links()[1].hash).hex())
    tampered(sa.update(AUDIT).where(AUDIT.c.firm == FIRM).values(actor="x"))
    assert verified(cli, "--restored", "--yes", code=1)[0]["whole"] is False, "nothing else is forgiven"


def test_an_export_can_be_checked_by_somebody_without_our_code_and_keys(cli: Cli, clock: Any) -> None:
    recorded(4, ago=200)
    sealed()
    lines = [json.loads(line) for line in exported(cli).splitlines()]
    kept = [line for line in lines if line["type"] == "row"]
    chain = [line for line in lines if line["type"] == "seal"]
    assert (len(kept), len(chain)) == (5, 2), "the export itself is in it"
    digests = {uuid.UUID(row["id"]): digest(row) for row in kept}
    assert [row["digest"] for row in kept] == [digests[uuid.UUID(row["id"])].hex() for row in kept]
    before = "0" * 64
    for seal in chain:
        mine = sorted(id_ for id_, row in zip(digests, kept, strict=True) if row["seal"] == seal["n"])
        members = b"".join(id_.bytes + digests[id_] for id_ in mine)
        assert base64.b64decode(seal["members"]) == members
        said = ("at", "first_at", "last_at", "count", "key_id")
        inside = hashlib.sha256(members).hexdigest()
        parts = ("firmtext", "seal", 1, seal["firm"], seal["n"], *(seal[name] for name in said), before, inside)
        before = hashlib.sha256(listed(*parts)).hexdigest()
        assert (before, seal["previous"]) == (seal["hash"], seal["previous"])
    assert verified(cli, "--firm", FIRM)[0]["head"] == f"2:{before}"


def digest(row: dict[str, Any]) -> bytes:
    plain = ("id", "firm", "at", "actor", "action", "object_table", "object_id")
    maybe = ("-" if row[name] is None else f"+{row[name]}" for name in ("was", "became", "evidence", "request_id"))
    return hashlib.sha256(listed("firmtext", "audit", 1, *(row[name] for name in plain), *maybe)).digest()


def listed(*parts: object) -> bytes:
    encoded = [str(part).encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


@pytest.mark.attack("A23")
def test_a23_no_cell_of_a_csv_is_a_formula_or_moves_a_terminal(cli: Cli, clock: Any) -> None:
    bad = ["=HYPERLINK(1)", "+cmd", "-2", "@SUM", "  =1", "\t=1", "\x1b]0;owned\x07", "\uff1d1", 'a"b', "fine"]
    with own() as session:
        for word in bad:
            audit.record(session, "hold.put", ("firmtext_hold", "7"), firm=FIRM, actor="worker", evidence=word)
    whole = exported(cli, "--format", "csv")
    cells = [row["evidence"] for row in csv.DictReader(io.StringIO(whole))][: len(bad)]
    assert cells[:5] == ["'=HYPERLINK(1)", "'+cmd", "'-2", "'@SUM", "'  =1"]
    assert cells[5:] == ["'\\x09=1", "\\x1b]0;owned\\x07", "'\uff1d1", 'a"b', "fine"]
    exact = [json.loads(line) for line in exported(cli).splitlines()]
    assert [row.get("evidence") for row in exact][: len(bad)] == bad
    assert "\x1b" not in whole + exported(cli)


def test_an_export_that_is_ended_leaves_no_part_of_a_file(
    cli: Cli, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(2, ago=200)

    def ended(*given: Any) -> Iterator[str]:
        yield "a part"
        signal.raise_signal(signal.SIGTERM)
        yield "the rest"

    monkeypatch.setattr(audit_export, "export", ended)
    out = tmp_path / "record.json"
    result = cli("audit", "export", "--firm", FIRM, "--out", str(out))
    assert (result.exit_code, out.exists()) == (143, False)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.attack("A44")
def test_a44_an_export_overwrites_nothing_and_follows_no_link(cli: Cli, clock: Any, tmp_path: Path) -> None:
    recorded(2, ago=200)
    new, old, link = tmp_path / "record.jsonl", tmp_path / "old", tmp_path / "link"
    old.write_text("kept")
    link.symlink_to(tmp_path / "elsewhere")
    for there in (old, link):
        result = cli("audit", "export", "--firm", FIRM, "--out", str(there))
        assert (result.exit_code, "nothing is overwritten" in result.stderr) == (1, True)
    assert (old.read_text(), (tmp_path / "elsewhere").exists()) == ("kept", False)
    assert cli("audit", "export", "--firm", FIRM, "--out", str(tmp_path / ".." / tmp_path.name)).exit_code == 2
    assert exported(cli, "--out", str(new)) == ""
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert len(new.read_text().splitlines()) == 5


def test_a_firm_of_which_nothing_is_recorded_is_no_firm(cli: Cli, clock: Any) -> None:
    result = cli("audit", "export", "--firm", "harbour")
    assert (result.exit_code, "nothing is recorded of a firm 'harbour'" in result.stderr) == (2, True)
    assert rows(Audit) == []


def test_a_part_of_an_export_is_not_left_behind(
    cli: Cli, clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(2, ago=200)
    monkeypatch.setattr("flask_firmtext.firm.audit_export.links", lambda *_: 1 / 0)
    assert cli("audit", "export", "--firm", FIRM, "--out", str(tmp_path / "new")).exit_code == 1
    assert [*tmp_path.iterdir()] == []


def test_an_export_has_one_firm_and_what_is_asked_for(cli: Cli, clock: Any) -> None:
    recorded(2, ago=7200)
    recorded(3, ago=200)
    recorded(2, ago=200, firm="summit")
    said = [json.loads(line) for line in exported(cli, "--since", "1h").splitlines()]
    assert {row["firm"] for row in said} == {FIRM}
    assert [row["action"] for row in said] == ["message.accept"] * 3 + ["audit.export"]
    (noted,) = rows(Audit, Audit.action == "audit.export")
    assert (noted.firm, noted.evidence) == (FIRM, "jsonl since 2026-03-02T11:00:00Z")
    assert noted.actor.startswith("cli:")


def test_commands_that_change_or_show_are_recorded_with_masked_values(cli: Cli, app: Any, number: Any) -> None:
    text = accepted("Hello")
    cli("messages", "show", str(text))
    cli("messages", "failed", "--firm", FIRM, "--since", "2h", "--state", "unknown")
    cli("messages", "resolve", str(text), "arrived", "--reason", "canary-77", "--yes")
    cli("holds", "lift", "--all", "--yes")
    cli("holds", "list")
    cli("numbers", "link", "+13125550199", "--firm", "no-such-firm-canary", "--yes")
    found = [(row.firm, row.object_id, row.evidence) for row in sorted(rows(Audit), key=lambda row: row.id)]
    found = [one for one in found if one[1] in COMMANDS]
    assert found[:4] == [
        ("", "messages show", str(text)),
        (FIRM, "messages failed", "--firm harbor --state unknown --since …"),
        ("", "messages resolve", f"{text} arrived --reason … --yes"),
        ("", "holds lift", "--all --yes"),
    ]
    assert "canary-77" not in str(found)
    assert (found[4][0], "5550199" in str(found)) == ("", False)


COMMANDS = {"messages show", "messages failed", "messages resolve", "holds lift", "holds list", "numbers link"}


def test_a_command_that_cannot_be_recorded_is_not_done(cli: Cli, number: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = accepted("Hello")

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flask_firmtext.store.audit.record", fails)
    result = cli("messages", "show", str(text))
    assert (result.exit_code, "Hello" in result.output) == (1, False)
