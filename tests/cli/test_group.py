"""The whole group: help, exit codes, and a host that does not load."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask_firmtext.cli import firmtext
from flask_firmtext.cli.group import FirmTextGroup
from sqlalchemy.exc import OperationalError

from flask_firmtext.errors import ConfigurationError
from hostapp import KEYS


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


ALL = list(commands(firmtext))


def flask(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("path", "command"), ALL, ids=[path for path, _ in ALL])
def test_every_command_has_help_whose_first_line_is_a_sentence(path: str, command: click.Command) -> None:
    first = (command.help or "").splitlines()[0]
    assert first[:1].isupper()
    assert first.endswith(".")


@pytest.mark.parametrize(("path", "command"), ALL, ids=[path for path, _ in ALL])
def test_every_option_has_help(path: str, command: click.Command) -> None:
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, option.name


def test_flask_help_works_with_nothing_configured(tmp_path: Path) -> None:
    result = flask("--help", cwd=tmp_path)
    assert result.returncode == 0
    assert "firmtext" in result.stdout


def test_a_host_that_cannot_load_keeps_its_help(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise RuntimeError('no')")
    result = flask("--help", cwd=tmp_path)
    assert result.returncode == 0
    assert "firmtext" in result.stdout
    assert flask("firmtext", "--help", cwd=tmp_path).returncode == 0


def test_a_host_whose_settings_are_missing_keeps_its_help_and_its_db_command(tmp_path: Path) -> None:
    support = Path(__file__).parents[1] / "support"
    environment = {"FLASK_APP": str(support / "hostapp.py"), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/x.db"}
    assert flask("--help", cwd=tmp_path, **environment).returncode == 0
    assert flask("firmtext", "db", "upgrade", cwd=tmp_path, **environment).returncode == 0
    checked = flask("firmtext", "db", "check", cwd=tmp_path, **environment)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "Up to date.\n")
    refused = flask("firmtext", "worker", cwd=tmp_path, **environment)
    assert refused.returncode == 1
    assert "FIRMTEXT_ENCRYPTION_KEYS is missing" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_application_without_us_is_told_what_to_call(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask('practice')")
    result = flask("firmtext", "db", "current", cwd=tmp_path)
    assert result.returncode == 1
    assert "firmtext.init_app(app, db=db, host=" in result.stderr


@pytest.mark.parametrize(
    "command", [["db", "current"], ["messages", "failed", "--json"], ["worker"], ["sweep", "--once"]]
)
def test_no_application_is_told_how_to_name_one(tmp_path: Path, command: list[str]) -> None:
    result = flask("firmtext", *command, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: Could not locate a Flask application.")
    assert result.stderr.endswith("Name it: flask --app practice firmtext …\n")


def test_an_application_that_imports_what_is_not_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import nothing_of_that_name")
    result = flask("firmtext", "messages", "failed", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith("No module named 'nothing_of_that_name'\n")


def test_a_database_address_with_a_mistake_is_one_line(tmp_path: Path) -> None:
    support = Path(__file__).parents[1] / "support"
    environment = {"FLASK_APP": str(support / "hostapp.py"), "SQLALCHEMY_DATABASE_URI": "nonsense", **KEYS}
    result = flask("firmtext", "messages", "failed", cwd=tmp_path, **environment)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: The database's address is not usable: ")
    assert result.stderr.endswith("Mend SQLALCHEMY_DATABASE_URI.\n")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConfigurationError(["FIRMTEXT_X is missing."]), 1, "FIRMTEXT_X is missing."),
        (OperationalError("SELECT secret", {"x": "secret"}, Exception("gone away")), 1, "gone away"),
        (FileNotFoundError(2, "No such file or directory", "/nowhere"), 1, "No such file or directory: /nowhere\n"),
        (OSError("Port 5001 is taken."), 1, "Error: Port 5001 is taken.\n"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (click.UsageError("no"), 2, "no"),
    ],
)
def test_errors_become_a_sentence_and_an_exit_code(error: BaseException, code: int, said: str) -> None:
    group = FirmTextGroup("x")

    @group.command(with_appcontext=False)
    def fail() -> None:
        raise error

    result = CliRunner().invoke(group, ["fail"])
    assert result.exit_code == code
    assert said in result.stderr
    assert "secret" not in result.output


def test_a_bug_is_no_sentence() -> None:
    group = FirmTextGroup("x")

    @group.command(with_appcontext=False)
    def fail() -> None:
        raise LookupError

    assert isinstance(CliRunner().invoke(group, ["fail"]).exception, LookupError)


def shell(line: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in which ``firmtext`` is our command; each part of a pipe has its exit code told."""
    program = f'firmtext() {{ "{sys.executable}" -m flask firmtext "$@"; }}; {line}; echo "${{PIPESTATUS[*]}}" >&2'
    return subprocess.run(
        ["bash", "-c", program],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_reader_who_goes_away_is_no_stack_trace(tmp_path: Path) -> None:
    assert shell("firmtext --help | true", tmp_path).stderr == "1 0\n"
    assert shell("firmtext keys generate --json | true", tmp_path).stderr == "1 0\n"


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    result = shell("firmtext keys generate --json > /dev/full", tmp_path)
    assert result.stderr == "Error: No space left on device\n1\n"


def test_closed_streams_are_no_terminal(tmp_path: Path) -> None:
    support = Path(__file__).parents[1] / "support"
    address = f"sqlite:///{tmp_path}/x.db"
    environment = {"FLASK_APP": str(support / "hostapp.py"), "SQLALCHEMY_DATABASE_URI": address, **KEYS}
    assert shell("firmtext db upgrade", tmp_path, **environment).stderr.endswith("0\n")
    asked = shell("firmtext db downgrade base <&-", tmp_path, **environment)
    assert "nobody can be asked here: add --yes" in asked.stderr
    assert asked.stderr.endswith("2\n")
    assert shell("firmtext messages failed >&-", tmp_path, **environment).stderr == "No such texts.\n0\n"


def test_letters_that_the_terminal_does_not_know_are_written_out(tmp_path: Path) -> None:
    program = (
        "import click\nfrom flask_firmtext.cli.group import FirmTextGroup\ngroup = FirmTextGroup('x')\n"
        "@group.command(with_appcontext=False)\ndef show():\n    click.echo('Zo\\xeb \\u05e8\\u05d7\\u05dc')\n"
        "group(['show'])"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, cwd=tmp_path, env=environment, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, b"Zo\xeb \\u05e8\\u05d7\\u05dc\n")


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    program = (
        "import os, signal\nfrom flask_firmtext.cli.group import FirmTextGroup\ngroup = FirmTextGroup('x')\n"
        "@group.command(with_appcontext=False)\ndef wait():\n    os.kill(os.getpid(), signal.SIGINT); signal.pause()\n"
        "group(['wait'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert ended.returncode == 130
