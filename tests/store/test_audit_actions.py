"""The one table of what can be recorded is what the code records, both ways; nothing alters what was recorded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from flask_firmtext.ports.permissions import ADMINISTRATOR, STAFF
from flask_firmtext.signals import KINDS
from flask_firmtext.store import models
from flask_firmtext.store.audit_actions import ACTIONS, LABELS
from flask_firmtext.store.audit_objects import COMMAND, OPEN, WALLS
from flask_firmtext.store.record_queries import ROWS
from source import Module, modules

TABLE = "flask_firmtext/store/audit_actions.py"
CODE = [module for module in modules() if module.room not in ("sandbox", "testing") and module.path != TABLE]
RECORDING = re.compile(r"(audit|record|access)?\.?_?(record|record_views?|tell)$")
NAME = re.compile(r"[a-z_]+\.[a-z_]+")
#: What looks like a name of ours and is none: points at which tests stop a process, fields of forms.
OTHERS = frozenset({"payment.made", "scheduled.between", "time.added", "time.written"})
ALTERING = re.compile(r"\b(update|delete)\((Audit|AuditSeal)\b|(update|delete from) firmtext_audit", re.IGNORECASE)


def strings(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            yield node.value


def recorded(module: Module) -> Iterator[str]:
    """Names that stand in calls of what records."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record_key":
            yield f"key.{ast.literal_eval(node.args[1])}"
        if isinstance(node, ast.Call) and RECORDING.fullmatch(ast.unparse(node.func)):
            for argument in node.args:
                if isinstance(argument, ast.Constant) and NAME.fullmatch(str(argument.value)):
                    yield str(argument.value)


def test_what_is_recorded_is_in_the_table() -> None:
    found = {name: module.path for module in CODE for name in recorded(module)}
    assert {name: path for name, path in found.items() if name not in ACTIONS} == {}, f"say in {TABLE} what it means"
    assert len(found) > 40


def test_what_sounds_like_an_action_is_one() -> None:
    """Some names are handed on in variables, which the calls do not show."""
    subjects = {name.partition(".")[0] for name in ACTIONS}
    known = ACTIONS.keys() | STAFF | ADMINISTRATOR | KINDS.keys() | OTHERS
    found = {name for module in CODE for name in strings(module) if name.partition(".")[0] in subjects}
    assert found - known == set()


def test_what_is_in_the_table_is_recorded() -> None:
    said = {name for module in CODE for name in (*strings(module), *recorded(module))}
    assert ACTIONS.keys() - said == set()


def objects(module: Module) -> Iterator[tuple[str | None, str]]:
    """Action (where it stands there) and table of each call that records, as far as the function around it tells."""
    imported = [one for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom) for one in node.names]
    real = {one.asname: one.name for one in imported if one.asname}
    for function in ast.walk(module.tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        assigned = [one for one in ast.walk(function) if isinstance(one, ast.Assign)]
        pairs = {ast.unparse(one.targets[0]): one.value for one in assigned}
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or not RECORDING.fullmatch(ast.unparse(call.func)):
                continue
            names = [one.value for one in call.args if isinstance(one, ast.Constant) and NAME.fullmatch(str(one.value))]
            for argument in call.args:
                row = pairs.get(argument.id, argument) if isinstance(argument, ast.Name) else argument
                for table in tables(row, real):
                    yield (names[0] if names else None), table


def tables(row: ast.AST, real: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(row):
        if isinstance(node, ast.Attribute) and node.attr == "__tablename__":
            name = ast.unparse(node.value)
            yield str(getattr(models, real.get(name, name)).__tablename__)
        if isinstance(node, ast.Constant) and str(node.value).startswith("firmtext_"):
            yield str(node.value)


def test_what_each_action_is_about_is_what_the_code_records() -> None:
    found = {pair for module in CODE for pair in objects(module)}
    assert {pair for pair in found if pair[0] and pair[1] not in ACTIONS[pair[0]].about} == set()
    assert len({action for action, _table in found}) > 45, "most calls can be read"
    said = {table for action in ACTIONS.values() for table in action.about}
    assert {table for _action, table in found} <= said, "an action is recorded of a table that it does not name"


def test_everything_that_is_recorded_has_a_wall_or_a_reason_why_not() -> None:
    said = {table for action in ACTIONS.values() for table in action.about}
    assert WALLS.keys() & OPEN.keys() == set()
    assert said == WALLS.keys() | OPEN.keys()
    special = {"firmtext_opt_out", "firmtext_quarantine", "firmtext_erasure", "firmtext_key"}
    assert {model.__tablename__ for model, _rows in ROWS} == WALLS.keys() - special
    known = {getattr(getattr(models, name), "__tablename__", "") for name in models.__all__}
    assert said - known == {COMMAND}


def test_each_action_fits_its_column_and_has_words() -> None:
    for name, action in ACTIONS.items():
        assert NAME.fullmatch(name), name
        assert len(name) <= 64
        assert action.label, name
        assert action.by, name
    assert len(set(LABELS.values())) == len(LABELS), "two actions are told apart by their words"


@pytest.mark.parametrize("folder", ["flask_firmtext", "cli"])
def test_no_code_alters_what_was_recorded(folder: str) -> None:
    for module in CODE:
        if module.path.startswith(folder):
            assert ALTERING.search(module.text) is None, module.path
