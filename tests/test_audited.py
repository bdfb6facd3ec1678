"""Whether ``.ci/run`` fails on a known hole in what we depend on, and on nothing else."""

from __future__ import annotations

import json
import subprocess
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
FINE = {"name": "flask", "version": "3.1.3", "vulns": []}
HOLED = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"]}]}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found"}


@pytest.fixture
def audit() -> ModuleType:
    loader = SourceFileLoader("audit", str(ROOT / ".ci" / "audit"))
    spec = spec_from_loader("audit", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([FINE], 0, "1 dependencies were audited, 0 known holes."),
        ([FINE, HOLED], 1, "jinja2 2.0 has a known hole, PYSEC-1; mended in 3.1.6"),
        ([UNKNOWN, FINE], 0, "NOTE: 1 of 2 dependencies were not audited"),
        ([UNKNOWN, HOLED], 1, "PYSEC-1"),
    ],
)
def test_a_known_hole_fails(audit: ModuleType, packages: Any, code: int, words: str, capsys: Any) -> None:
    assert audit.told(json.dumps({"dependencies": packages}), "") == code
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("found", ["", "<html>", "[]", '{"error": "away"}'])
def test_a_database_of_holes_that_is_away_is_a_note(audit: ModuleType, found: str, capsys: Any) -> None:
    assert audit.told(found, "Connection refused") == 0
    assert "NOTE: dependencies were not audited" in capsys.readouterr().out


def test_a_hole_that_cannot_touch_us_is_let_pass(audit: ModuleType) -> None:
    audit.HARMLESS["PYSEC-1"] = "the part that has it is never called"
    assert audit.told(json.dumps({"dependencies": [HOLED]}), "") == 0


@pytest.mark.parametrize("error", [OSError("away"), subprocess.TimeoutExpired("pip", 1)])
def test_a_tool_that_cannot_be_had_is_a_note(
    audit: ModuleType, error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    def fails(*_given: Any, **_named: Any) -> None:
        raise error

    monkeypatch.setattr(audit, "FOLDER", tmp_path / "none")
    monkeypatch.setattr(audit.venv, "create", fails)
    assert audit.main() == 0
    assert "NOTE" in capsys.readouterr().out


def test_ci_runs_it() -> None:
    assert ".ci/audit\n" in (ROOT / ".ci" / "run").read_text()
