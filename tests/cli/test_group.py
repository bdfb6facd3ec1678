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
    refused = flask("firmtext", "worker", cwd=tmp_path, **environment)
    assert refused.returncode == 1
    assert "FIRMTEXT_ENCRYPTION_KEYS is missing" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_application_without_us_is_told_what_to_call(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask('practice')")
    result = flask("firmtext", "db", "current", cwd=tmp_path)
    assert result.returncode == 1
    assert "firmtext.init_app(app, db=db, host=" in result.stderr


def test_no_application_is_told_how_to_name_one(tmp_path: Path) -> None:
    result = flask("firmtext", "db", "current", cwd=tmp_path)
    assert result.returncode == 1
    assert "flask --app" in result.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConfigurationError(["FIRMTEXT_X is missing."]), 1, "FIRMTEXT_X is missing."),
        (OperationalError("SELECT secret", {"x": "secret"}, Exception("gone away")), 1, "gone away"),
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


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    program = (
        "import os, signal\nfrom flask_firmtext.cli.group import FirmTextGroup\ngroup = FirmTextGroup('x')\n"
        "@group.command(with_appcontext=False)\ndef wait():\n    os.kill(os.getpid(), signal.SIGINT); signal.pause()\n"
        "group(['wait'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert ended.returncode == 130
