"""``db …``: our tables, without a key of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from flask_firmtext.cli import firmtext
from flask_firmtext.migrations import head

from hostapp import KEYS, create_app
from rows import accepted, verified_number


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """A database without a table."""
    chosen = request.config.getoption("--db")
    if chosen not in ("both", request.param):
        pytest.skip(f"--db {chosen}")
    return new_database(request.param)


@pytest.fixture
def keyless(url: str) -> Iterator[Callable[..., Any]]:
    """Runs a command of ours in a host that has no keys."""
    made: list[Flask] = []

    def run(*arguments: str) -> Any:
        def create() -> Flask:
            made.append(create_app({"SQLALCHEMY_DATABASE_URI": url}))
            return made[-1]

        return CliRunner().invoke(firmtext, arguments, obj=ScriptInfo(create_app=create))

    yield run
    for app in made:
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


def test_upgrade_needs_no_keys_and_tells_what_it_did(keyless: Callable[..., Any]) -> None:
    result = keyless("db", "upgrade")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("applied 0001 ")


def test_a_second_upgrade_says_nothing(keyless: Callable[..., Any]) -> None:
    keyless("db", "upgrade")
    result = keyless("db", "upgrade")
    assert (result.exit_code, result.output) == (0, "")


def test_current_tells_both_revisions(keyless: Callable[..., Any]) -> None:
    assert json.loads(keyless("db", "current", "--json").stdout) == {"revision": None, "head": head()}
    keyless("db", "upgrade")
    assert json.loads(keyless("db", "current", "--json").stdout) == {"revision": head(), "head": head()}


def test_check_names_the_cure_when_there_are_no_tables(keyless: Callable[..., Any]) -> None:
    result = keyless("db", "check")
    assert result.exit_code == 1
    assert "run `flask firmtext db upgrade`" in result.stderr
    keyless("db", "upgrade")
    assert keyless("db", "check").exit_code == 0


def test_check_fails_when_a_column_is_gone(keyless: Callable[..., Any], url: str) -> None:
    keyless("db", "upgrade")
    execute(url, "ALTER TABLE firmtext_message DROP COLUMN partly")
    result = keyless("db", "check")
    assert result.exit_code == 1
    assert "partly" in result.stderr


@pytest.mark.parametrize("command", [["check"], ["upgrade"], ["downgrade", "base", "--yes"]])
def test_a_database_newer_than_the_code_is_left_alone(
    keyless: Callable[..., Any], url: str, command: list[str]
) -> None:
    keyless("db", "upgrade")
    execute(url, "UPDATE firmtext_alembic_version SET version_num = '9999'")
    result = keyless("db", *command)
    assert result.exit_code == 1
    assert "revision 9999, newer than this code" in result.stderr


def test_downgrade_off_a_terminal_needs_yes(keyless: Callable[..., Any], url: str) -> None:
    keyless("db", "upgrade")
    result = keyless("db", "downgrade", "base")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert "firmtext_message" in tables(url)


def test_downgrade_to_base_takes_our_tables_away(keyless: Callable[..., Any], url: str) -> None:
    keyless("db", "upgrade")
    result = keyless("db", "downgrade", "base", "--yes")
    assert result.exit_code == 0, result.output
    assert "undone 0001 " in result.stderr
    assert tables(url) == {"firmtext_alembic_version"}


@pytest.mark.parametrize("target", ["base", "0001-1"])
def test_downgrade_refuses_to_drop_texts_unless_told_twice(keyless: Callable[..., Any], url: str, target: str) -> None:
    keyless("db", "upgrade")
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, **KEYS})
    with app.app_context():
        verified_number()
        accepted("evidence")
        app.extensions["sqlalchemy"].engine.dispose()
    result = keyless("db", "downgrade", target, "--yes")
    assert result.exit_code == 2
    assert "1 texts would be lost" in result.stderr
    assert keyless("db", "downgrade", target, "--yes", "--destroy-texts").exit_code == 0


def test_an_unknown_revision_is_wrong_usage(keyless: Callable[..., Any]) -> None:
    keyless("db", "upgrade")
    assert keyless("db", "upgrade", "7777").exit_code == 2


def execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    return {name for name in sa.inspect(engine).get_table_names() if name.startswith("firmtext_")}
