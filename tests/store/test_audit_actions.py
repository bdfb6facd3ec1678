"""The one table of what can be recorded is what the code records, both ways; nothing alters what was recorded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from flask_firmtext.ports.permissions import ADMINISTRATOR, STAFF
from flask_firmtext.store.audit_actions import ACTIONS, LABELS
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
    known = ACTIONS.keys() | STAFF | ADMINISTRATOR | OTHERS
    found = {name for module in CODE for name in strings(module) if name.partition(".")[0] in subjects}
    assert found - known == set()


def test_what_is_in_the_table_is_recorded() -> None:
    said = {name for module in CODE for name in (*strings(module), *recorded(module))}
    assert ACTIONS.keys() - said == set()


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
