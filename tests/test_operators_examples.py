"""The examples for operators: what they name exists, and the tools that read them understand them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Group
from flask_firmtext.cli import firmtext as group

from flask_firmtext.settings import NAMES

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"
UNITS = sorted(EXAMPLES.glob("*.service"))
FIGURE = re.compile(r"\bfirmtext_\w+")
TOKEN = "for-tests-only-0123456789"


@pytest.fixture
def exported(new_app: Callable[..., Any]) -> set[str]:
    """The names of all figures, also of those that have no value yet."""
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_METRICS_TOKEN=TOKEN)
    text = app.test_client().get("/texting/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


def test_dashboard_alerts_and_page_name_the_figures_that_there_are(exported: set[str]) -> None:
    queries = [target["expr"] for panel in board()["panels"] for target in panel["targets"]]
    shown = set(FIGURE.findall(" ".join(queries)))
    told = set(re.findall(r"^\| `(firmtext_\w+)`", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))
    assert shown == told == exported
    watched = {name for rule in alerts() for name in FIGURE.findall(rule["expr"])}
    assert watched < exported


def board() -> Any:
    return json.loads((EXAMPLES / "grafana.json").read_text())


def alerts() -> Any:
    return yaml.safe_load((EXAMPLES / "alerts.yml").read_text())["groups"][0]["rules"]


def test_each_alert_says_what_to_do_and_opens_as_many_brackets_as_it_closes() -> None:
    for rule in alerts():
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["annotations"]["summary"].endswith((".", "?"))
        assert all(rule["expr"].count(left) == rule["expr"].count(right) for left, right in ("()", "{}", "[]"))


@pytest.mark.parametrize("file", [*UNITS, EXAMPLES / "Dockerfile", EXAMPLES / "compose.yaml", EXAMPLES / "alerts.yml"])
def test_settings_and_commands_in_examples_exist(file: Path) -> None:
    text = file.read_text()
    assert set(re.findall(r"FIRMTEXT_[A-Z_]+", text)) <= NAMES
    for name in re.findall(r"flask (?:--app \w+ )?firmtext (\w+)", text.replace('", "', " ")):
        assert isinstance(group, Group)
        assert name in group.commands


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_a_unit(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    here.write_text(re.sub(r"/srv/practice/\.venv/bin/\w+", "/bin/true", unit.read_text()))
    done = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert ours == []
    assert "KillMode=mixed" in here.read_text()


def test_containers_are_stopped_as_units_are() -> None:
    services = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())["services"]
    assert {"database", "valkey", "migrate", "web", "worker"} == set(services)
    for name in ("web", "worker"):
        assert services[name]["stop_grace_period"] in ("60s", "90s")
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    started = [line for line in (EXAMPLES / "Dockerfile").read_text().splitlines() if line.startswith("CMD")]
    assert json.loads(started[0].removeprefix("CMD "))[0] == "gunicorn"
