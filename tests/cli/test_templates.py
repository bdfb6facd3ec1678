"""``templates list|show|set|reset|check``."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import psutil
import pytest

from evidence import everything, rows
from flask_firmtext.firm import texting
from flask_firmtext.firm.details import Details
from flask_firmtext.firm.templates_words import LANGUAGES, OURS, Kind
from flask_firmtext.ports.values import Firm
from flask_firmtext.store.models import Audit, Template
from flask_firmtext.store.transactions import own
from servers import until

Cli = Callable[..., Any]
KEY = ["kind", "language", "firm"]
REACH = "[ Call {contact_phone}.][ Write to {contact_email}.]"
WORDS = f"{{firm}}: {{title}} on {{date}} is off.{REACH}"
FIRMS = f"{{firm}} regrets: {{title}} is off.{REACH}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with good words for cancelled."""
    path = tmp_path / "cancelled.txt"
    path.write_text(WORDS + "\n", encoding="utf-8")
    return path


def done(cli: Cli, *arguments: str, code: int = 0, **more: Any) -> Any:
    """What a command printed with ``--json``."""
    result = cli("templates", *arguments, "--json", **more)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def set_for(cli: Cli, body: str, *arguments: str) -> Any:
    return done(cli, "set", "cancelled", "-", "--yes", *arguments, input=body)


# set


def test_words_are_set_and_in_force(cli: Cli, file: Path) -> None:
    answer = done(cli, "set", "cancelled", str(file), "--yes")
    assert answer == {"kind": "cancelled", "language": "en", "firm": None, "changed": True, "segments": 2}
    (row,) = rows(Template)
    assert (row.firm, row.kind, row.language, row.body) == ("", "cancelled", "en", WORDS)
    assert row.changed_by.startswith("cli:")
    (noted,) = rows(Audit, Audit.action != "command.run")
    assert (noted.action, noted.actor, noted.evidence) == ("template.set", row.changed_by, "cancelled en")


def test_words_are_set_for_one_firm_in_one_language(cli: Cli) -> None:
    words = f"{{firm}} : annulé, {{title}}.{REACH}"
    answer = done(cli, "set", "cancelled", "-", "--yes", "--firm", "harbor", "--language", "fr", input=words)
    assert (answer["firm"], answer["language"]) == ("harbor", "fr")
    assert done(cli, "show", "cancelled", "--language", "fr", "--firm", "harbor")["words"] == "firm"
    assert done(cli, "show", "cancelled", "--language", "fr", "--firm", "summit")["words"] == "ours"


def test_the_same_words_again_change_nothing_and_ask_nothing(cli: Cli, file: Path) -> None:
    done(cli, "set", "cancelled", str(file), "--yes")
    before = everything()
    file.write_bytes(b"\xef\xbb\xbf" + WORDS.encode() + b"\r\n\r\n")
    result = cli("templates", "set", "cancelled", str(file), "--json")
    assert (result.exit_code, json.loads(result.stdout)["changed"]) == (0, False)
    assert "nothing was changed" in result.stderr
    assert everything() == before


def test_nothing_is_set_off_a_terminal_without_yes(cli: Cli, file: Path) -> None:
    before = everything()
    result = cli("templates", "set", "cancelled", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--yes" in result.stderr
    assert everything() == before


def test_unfit_words_are_refused_with_line_and_reason(cli: Cli, file: Path) -> None:
    file.write_text(f"{WORDS}\nBefore {{judge}}.\nReply CANCEL to cancel.")
    before = everything()
    result = cli("templates", "set", "cancelled", str(file), "--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: These words cannot be used:\n")
    assert f"  {file}, line 2: There is no field {{judge}}." in result.stderr
    assert f"  {file}, line 3: A client who answers CANCEL gets no more texts" in result.stderr
    assert everything() == before


def test_refused_words_are_one_document_too(cli: Cli, file: Path) -> None:
    file.write_text(f"{WORDS}\n{{judge}}")
    answer = done(cli, "set", "cancelled", str(file), "--yes", code=1)
    assert answer["changed"] is False
    assert [fault["line"] for fault in answer["faults"]] == [2]


def test_what_controls_a_terminal_is_written_out_when_refused(cli: Cli, file: Path) -> None:
    file.write_text(f"{WORDS} {{\x1bcjudge}}")
    result = cli("templates", "set", "cancelled", str(file), "--yes")
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "There is no field {\\x1bcjudge}." in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "cancelled", "nowhere.txt"], "there is no file 'nowhere.txt'. Give a path, or - for stdin."),
        (["set", "cancelled"], "Missing argument 'FILE|-'"),
        (["set", "postponed", "-"], "'postponed' is not one of 'created', 'updated', 'cancelled', 'reminder'"),
        (["set", "cancelled", "-", "--language", "de"], "'de' is not one of 'en', 'fr', 'es'"),
        (["set", "cancelled", "-", "--firm", "nobody"], "the practice system knows no firm 'nobody'"),
        (["set", "cancelled", "-", "--firm", ""], "the practice system knows no firm ''"),
        (["set", "cancelled", "-", "--frim", "harbor"], "No such option"),
        (["show"], "Missing argument"),
        (["show", "cancelled", "--firm", "nobody"], "knows no firm 'nobody'"),
        (["list", "--firm", ""], "knows no firm ''"),
        (["reset", "cancelled", "--firm", "nobody", "--yes"], "knows no firm 'nobody'"),
        (["check", "cancelled"], "Name the file to check"),
        (["check", "postponed", "-"], "is not one of"),
    ],
)
def test_wrong_usage_is_a_sentence(cli: Cli, arguments: list[str], said: str) -> None:
    result = cli("templates", *arguments, input=WORDS)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert rows(Template) == []


def test_a_file_that_is_not_utf_8_is_told_by_line(cli: Cli, file: Path) -> None:
    file.write_bytes(f"{WORDS}\n".encode() + "annulé".encode("latin-1"))
    result = cli("templates", "set", "cancelled", str(file), "--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        result.stderr == f"Error: {file} is not UTF-8, line 2: save it as UTF-8, or convert it with iconv -t UTF-8.\n"
    )


def test_what_is_no_file_is_told(cli: Cli, tmp_path: Path) -> None:
    result = cli("templates", "set", "cancelled", str(tmp_path), "--yes")
    assert result.exit_code == 1
    assert result.stderr == f"Error: {tmp_path} cannot be read: Is a directory. Give a file, or - for stdin.\n"


@pytest.mark.attack("A44")
def test_a_file_without_an_end_is_not_read_to_its_end(cli: Cli) -> None:
    result = cli("templates", "set", "cancelled", "/dev/zero", "--yes")
    assert result.exit_code == 1
    assert result.stderr == "Error: /dev/zero is larger than 16 MiB: name a file of templates.\n"


# reset


def test_a_firm_gets_back_what_all_firms_have(cli: Cli) -> None:
    set_for(cli, WORDS)
    set_for(cli, FIRMS, "--firm", "harbor")
    assert done(cli, "reset", "cancelled", "--firm", "harbor", "--yes")["changed"] is True
    assert done(cli, "show", "cancelled", "--firm", "harbor")["body"] == WORDS
    assert done(cli, "reset", "cancelled", "--yes")["changed"] is True
    assert done(cli, "show", "cancelled", "--firm", "harbor")["body"] == OURS[Kind.CANCELLED, "en"]
    assert [one.action for one in rows(Audit, Audit.action != "command.run")] == [
        "template.set",
        "template.set",
        "template.reset",
        "template.reset",
    ]


def test_taking_back_twice_changes_nothing(cli: Cli) -> None:
    set_for(cli, WORDS)
    done(cli, "reset", "cancelled", "--yes")
    before = everything()
    result = cli("templates", "reset", "cancelled")
    assert (result.exit_code, result.stderr) == (0, "Nothing was set: nothing was changed.\n")
    assert everything() == before


def test_nothing_is_taken_back_off_a_terminal_without_yes(cli: Cli) -> None:
    set_for(cli, WORDS)
    before = everything()
    assert cli("templates", "reset", "cancelled").exit_code == 2
    assert everything() == before


# list and show


def test_the_list_says_whose_words_are_in_force(cli: Cli) -> None:
    set_for(cli, WORDS)
    set_for(cli, FIRMS, "--firm", "harbor")
    listed = done(cli, "list")
    assert list(listed[0]) == [*KEY, "words", "segments", "changed_by", "changed_at"]
    assert len(listed) == len(OURS) + 1
    written = [row for row in listed if row["words"] != "ours"]
    assert [(row["firm"], row["words"]) for row in written] == [(None, "installation"), ("harbor", "firm")]
    assert written[0]["changed_at"].endswith("Z")
    of_summit = done(cli, "list", "--firm", "summit")
    assert {(row["firm"], row["kind"], row["language"]) for row in of_summit} == {
        ("summit", kind, language) for kind in Kind for language in LANGUAGES
    }
    assert [row["words"] for row in of_summit].count("installation") == 1


def test_what_is_shown_can_be_set(cli: Cli) -> None:
    shown = cli("templates", "show", "reminder", "--language", "es")
    assert shown.exit_code == 0
    assert shown.stdout == OURS[Kind.REMINDER, "es"] + "\n"
    assert shown.stderr == "FirmText's own words:\n"
    done(cli, "set", "reminder", "-", "--language", "es", "--yes", input=shown.stdout)
    assert done(cli, "show", "reminder", "--language", "es")["body"] == OURS[Kind.REMINDER, "es"]


def test_a_firms_preview_has_its_details(cli: Cli, firm: Firm) -> None:
    with own() as session:
        texting.turn_on(session, firm, Details("front@harbor.example", "+13125550190"), by="admin@harbor.example")
    answer = done(cli, "show", "cancelled", "--firm", "harbor")
    assert answer["preview"].startswith("Harbor Law: your appointment is cancelled. First consultation, ")
    assert answer["preview"].endswith("Call (312) 555-0190. Write to front@harbor.example.")
    assert "A client would read:\nHarbor Law: " in cli("templates", "show", "cancelled", "--firm", "harbor").stderr
    assert done(cli, "show", "cancelled")["preview"] is None


def test_a_firm_without_texting_has_a_preview_too(cli: Cli) -> None:
    assert done(cli, "show", "cancelled", "--firm", "harbor")["preview"].startswith("Harbor Law: ")


# check


def test_good_words_pass_the_check_and_are_not_used(cli: Cli, file: Path) -> None:
    assert done(cli, "check", "cancelled", str(file)) == []
    result = cli("templates", "check", "cancelled", str(file))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing is wrong.\n")
    assert rows(Template) == []


def test_the_check_names_every_fault(cli: Cli) -> None:
    found = done(cli, "check", "reminder", "-", "--language", "fr", input="{firm}: {title}\n<b>", code=1)
    assert [list(row) for row in found] == [[*KEY, "line", "reason"]] * len(found)
    assert {row["line"] for row in found} == {2}
    assert any("Offer O and N" in row["reason"] for row in found)
    result = cli("templates", "check", "reminder", "-", input="{frim}")
    assert result.exit_code == 1
    assert "reminder\ten\t-\t1\tThere is no field {frim}." in result.stdout


def test_the_check_needs_no_tables(tmp_path: Path, new_app: Any, file: Path) -> None:
    from flask_firmtext.cli import firmtext as group

    app = new_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'empty.db'}")
    result = app.test_cli_runner().invoke(group, ["templates", "check", "cancelled", str(file)])
    assert result.exit_code == 0, result.output


def test_the_check_of_all_finds_what_other_hands_wrote(cli: Cli) -> None:
    set_for(cli, WORDS)
    assert done(cli, "check") == []
    set_for(cli, FIRMS, "--firm", "harbor")
    with own() as session:
        for row in session.query(Template).filter_by(firm="harbor"):
            row.body = "{firm}: {"
    found = done(cli, "check", code=1)
    assert {row["firm"] for row in found} == {"harbor"}
    assert [row["segments"] for row in done(cli, "list") if row["firm"]] == [None]


def test_a_kind_of_a_newer_version_is_left_alone(cli: Cli) -> None:
    set_for(cli, WORDS)
    with own() as session:
        session.query(Template).one().kind = "survey"
    assert len(done(cli, "list")) == len(OURS)
    assert done(cli, "check") == []


# every command


@pytest.mark.parametrize("arguments", [["list"], ["show", "cancelled"], ["reset", "cancelled"], ["check"], ["export"]])
def test_without_tables_the_command_that_makes_them_is_named(
    tmp_path: Path, new_app: Any, arguments: list[str]
) -> None:
    from flask_firmtext.cli import firmtext as group

    app = new_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'empty.db'}")
    result = app.test_cli_runner().invoke(group, ["templates", *arguments])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "run `flask firmtext db upgrade`" in result.stderr


def flask(environment: dict[str, str], *arguments: str, **more: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flask", "firmtext", "templates", *arguments]
    return subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE, **more)


@pytest.fixture
def environment(empty_database: str) -> dict[str, str]:
    """The environment of a terminal in which the host is at hand."""
    from hostapp import KEYS

    support = Path(__file__).parents[1] / "support" / "hostapp.py"
    return {**os.environ, **KEYS, "SQLALCHEMY_DATABASE_URI": empty_database, "FLASK_APP": str(support)}


def test_a_reader_that_goes_away_leaves_no_trace(environment: dict[str, str]) -> None:
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    with flask(environment, "list", stdout=writing_end) as running:
        os.close(writing_end)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_ctrl_c_while_words_are_read_sets_nothing(environment: dict[str, str], app: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "words")
    running = flask(environment, "set", "cancelled", str(tmp_path / "words"), "--yes", stdout=subprocess.PIPE)
    with running, (tmp_path / "words").open("w") as words:
        # More than a pipe holds: once all is written somebody is reading, and sleeps when it has all.
        words.write(WORDS + " " * 200_000)
        words.flush()
        until(lambda: unread(words) == 0 and psutil.Process(running.pid).status() == psutil.STATUS_SLEEPING)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=60)[1]
    assert (running.returncode, said) == (130, "Interrupted.\n")
    assert rows(Template) == []


def unread(pipe: TextIO) -> int:
    """How many bytes lie in a pipe."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]  # type: ignore[no-any-return]
