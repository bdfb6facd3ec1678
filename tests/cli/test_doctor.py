"""``doctor``: each thing that can be wrong is one line with a cure, and no line holds a secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_firmtext.cli import firmtext as group

from flask_firmtext.current import firmtext
from flask_firmtext.store.models import Account, Heartbeat, Hold
from flask_firmtext.store.transactions import own
from flask_firmtext.worker import drain, heartbeats, witness
from hostapp import KEYS
from outbound import rewrite
from rows import accepted, changed, verified_number
from servers import free_port

Findings = dict[str, dict[str, str]]


def examined(app: Flask) -> tuple[int, Findings]:
    """The doctor's exit code, and its findings by id; ``ok`` ones included."""
    result = app.test_cli_runner().invoke(group, ["doctor", "--json"])
    found = json.loads(result.stdout)
    assert all(list(finding) == ["id", "level", "seen", "cure"] for finding in found)
    return result.exit_code, {finding["id"]: finding for finding in found}


def wrong(app: Flask) -> Findings:
    code, found = examined(app)
    errors = {name: finding for name, finding in found.items() if finding["level"] == "error"}
    assert code == (1 if errors else 0)
    assert all(finding["cure"] for finding in errors.values())
    return errors


@pytest.fixture
def healthy(carrier_app: Flask, served: str) -> Flask:
    """The host on the sandbox, served, with a sweep and a worker that have just given a sign of life."""
    heartbeats.beat(heartbeats.SWEEP)
    heartbeats.beat(heartbeats.SEND)
    return carrier_app


def test_a_healthy_installation_has_nothing_wrong(healthy: Flask) -> None:
    code, found = examined(healthy)
    assert {name for name, finding in found.items() if finding["level"] == "error"} == set()
    assert code == 0
    assert {"application", "settings", "database", "database.revision", "keys", "redis", "sweep", "carrier"} <= set(
        found
    )


def test_people_read_one_line_a_finding(healthy: Flask) -> None:
    lines = healthy.test_cli_runner().invoke(group, ["doctor"]).stdout.splitlines()
    assert all(line.startswith(("ok ", "warning ", "error ")) for line in lines)


def test_no_application_is_explained_and_the_environment_is_looked_at(tmp_path: Path) -> None:
    result = run_doctor(tmp_path)
    assert result.returncode == 1
    assert "error   application" in result.stdout
    assert "FIRMTEXT_ENCRYPTION_KEYS is missing" in result.stdout
    assert result.stderr == ""


def test_an_application_that_breaks_is_named_with_the_place_and_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise RuntimeError('postgresql://me:geheim@db/x and s3cretvalue, sorry')")
    result = run_doctor(tmp_path, FIRMTEXT_VONAGE_API_SECRET="s3cretvalue")
    assert result.returncode == 1
    assert "It does not load: RuntimeError" in result.stdout
    assert "app.py, line 1" in result.stdout
    assert "geheim" not in result.stdout
    assert "s3cretvalue" not in result.stdout


def test_a_syntax_error_in_the_application_is_no_stack_trace(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def (:")
    result = run_doctor(tmp_path)
    assert result.returncode == 1
    assert "SyntaxError" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def run_doctor(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "firmtext", "doctor"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_missing_setting_is_a_finding_and_the_database_is_still_looked_at(tmp_path: Path) -> None:
    support = Path(__file__).parents[1] / "support"
    result = run_doctor(
        tmp_path,
        FLASK_APP=str(support / "hostapp.py"),
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'x.db'}",
        FIRMTEXT_REDIS_URL="http://wrong",
    )
    assert result.returncode == 1
    for name in ("FIRMTEXT_ENCRYPTION_KEYS", "FIRMTEXT_INDEX_KEY", "FIRMTEXT_REDIS_URL"):
        assert f"error   settings             {name} " in result.stdout
    assert "Run `flask firmtext db upgrade`" in result.stdout
    assert "FIRMTEXT_SQLITE_PRAGMAS" not in result.stdout, "which nobody has read yet"


def test_pending_migrations_are_named_with_the_command(
    new_database: Callable[[str], str], new_app: Callable[..., Flask]
) -> None:
    app = new_app(SQLALCHEMY_DATABASE_URI=new_database("sqlite"))
    found = wrong(app)
    assert found["database.revision"]["cure"] == "Run `flask firmtext db upgrade`."
    assert "keys" not in found


def test_a_database_that_is_away_is_one_finding(new_app: Callable[..., Flask]) -> None:
    app = new_app(SQLALCHEMY_DATABASE_URI=f"postgresql+psycopg://me:geheim@127.0.0.1:{free_port()}/x")
    found = wrong(app)
    assert "does not answer" in found["database"]["seen"]
    assert "geheim" not in json.dumps(found)
    assert {"keys", "sweep", "hold"}.isdisjoint(found)


def test_an_engine_in_autocommit_is_refused(new_app: Callable[..., Flask]) -> None:
    app = new_app(SQLALCHEMY_ENGINE_OPTIONS={"isolation_level": "AUTOCOMMIT"})
    assert "two workers could send one text" in wrong(app)["database.isolation"]["seen"]


def test_a_sqlite_journal_that_stops_writers_is_wrong(
    new_database: Callable[[str], str], new_app: Callable[..., Flask]
) -> None:
    app = new_app(SQLALCHEMY_DATABASE_URI=new_database("sqlite"), FIRMTEXT_SQLITE_PRAGMAS=False)
    assert "database.wal" in wrong(app)


def test_error_messages_that_show_parameters_are_a_warning(new_app: Callable[..., Flask]) -> None:
    _, found = examined(new_app(SQLALCHEMY_ENGINE_OPTIONS={}))
    assert found["database.parameters"]["level"] == "warning"


@pytest.mark.attack("A36")
def test_debug_mode_is_wrong(healthy: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert "debug" in wrong(healthy)


def test_another_index_key_than_wrote_here_is_wrong(app: Flask, new_app: Callable[..., Flask]) -> None:
    verified_number()
    accepted("the first text leaves the keys' marks")
    other = new_app(FIRMTEXT_INDEX_KEY="ZWluIGFuZGVyZXIgU2NobHVlc3NlbCwgMzIgQnl0ZXM=")
    assert "FIRMTEXT_INDEX_KEY" in wrong(other)["keys"]["seen"]


def test_a_key_that_still_protects_a_firm_is_missed(app: Flask, new_app: Callable[..., Flask]) -> None:
    verified_number()
    accepted("protected")
    other = new_app(FIRMTEXT_ENCRYPTION_KEYS="other:ZWluIGFuZGVyZXIgU2NobHVlc3NlbCwgMzIgQnl0ZXM=")
    found = wrong(other)["keys"]
    assert "test1" in found["seen"]
    assert "add it again" in found["cure"]


def test_redis_that_is_away_is_wrong(new_app: Callable[..., Flask], carrier_settings: dict[str, str]) -> None:
    app = new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": f"redis://:geheim@127.0.0.1:{free_port()}/0"})
    found = wrong(app)
    assert "The sweep sends meanwhile" in found["redis"]["seen"]
    assert "geheim" not in json.dumps(found)


def test_no_redis_at_all_is_only_a_warning(new_app: Callable[..., Flask], carrier_settings: dict[str, str]) -> None:
    _, found = examined(new_app(**{**carrier_settings, "FIRMTEXT_REDIS_URL": ""}))
    assert found["redis"]["level"] == "warning"
    assert "worker" not in found


def test_processes_that_never_ran_are_wrong(carrier_app: Flask) -> None:
    found = wrong(carrier_app)
    assert found["sweep"]["seen"] == "No sweep has ever run here."
    assert found["worker"]["seen"] == "No worker has ever run here."


@pytest.mark.fault("F16")
def test_a_sweep_and_a_worker_that_went_silent_are_wrong(healthy: Flask) -> None:
    with own() as session:
        session.execute(sa.update(Heartbeat).values(beat_at=firmtext.clock.now() - timedelta(seconds=90)))
    found = wrong(healthy)
    assert found["sweep"]["seen"].startswith("The last sign of life of a sweep is 9")
    assert "flask firmtext worker" in found["worker"]["cure"]


@pytest.mark.parametrize("kind", [heartbeats.MEDIA, heartbeats.FILING, heartbeats.WEBHOOKS])
def test_a_live_helper_is_no_sender_and_a_missing_one_is_a_warning(carrier_app: Flask, kind: str) -> None:
    _, found = examined(carrier_app)
    assert found[kind]["level"] == "warning"
    assert "the sweep does" in found[kind]["seen"]
    heartbeats.beat(kind)
    _, found = examined(carrier_app)
    assert kind not in found
    assert found["worker"]["level"] == "error"


def test_a_text_that_waits_too_long_is_wrong(healthy: Flask) -> None:
    verified_number()
    changed(accepted("waiting"), not_before=firmtext.clock.now() - timedelta(seconds=150))
    assert "has waited for 15" in wrong(healthy)["due"]["seen"]


def test_a_standing_hold_is_wrong_and_says_what_to_do(healthy: Flask) -> None:
    now = firmtext.clock.now()
    with own() as session:
        session.add(Hold(kind="account", object="", code="balance", since=now, by="worker"))
        session.add(Hold(kind="firm", object="harbor", code="operator", since=now, by="cli:x", lifted_at=now))
    found = wrong(healthy)["hold"]
    assert "the carrier account has no credit" in found["seen"]
    assert "tops up" in found["cure"]


@pytest.mark.parametrize(("hours", "level"), [(0, "error"), (30, "warning")])
def test_failures_that_only_an_operator_can_mend_are_told_with_title_and_cure(
    healthy: Flask, hours: int, level: str
) -> None:
    verified_number()
    for contact, code in (("rosa", "1060"), ("grace", "1060"), ("rosa", "1190")):
        at = firmtext.clock.now() - timedelta(hours=hours)
        changed(accepted("Hello", contact=contact), state="failed", code=code, state_at=at)
    _, found = examined(healthy)
    told = found["texts.failed"]
    assert told["level"] == level
    assert "2 texts have failed in the last 7 days" in told["seen"]
    assert "1060, Partner account barred" in told["seen"]
    assert "ask its support" in told["cure"]


def test_credentials_that_the_carrier_refuses_are_wrong(healthy: Flask, sandbox: Any) -> None:
    sandbox.fault("account", "answer", status=401)
    found = wrong(healthy)["carrier"]
    assert "FIRMTEXT_VONAGE_API_KEY" in found["cure"]
    for secret in (*KEYS.values(), sandbox.settings["FIRMTEXT_VONAGE_API_SECRET"]):
        assert secret not in found["seen"]


def test_a_carrier_that_cannot_be_reached_is_wrong(
    new_app: Callable[..., Flask], carrier_settings: dict[str, str]
) -> None:
    closed = f"127.0.0.1:{free_port()}"
    gone = {"FIRMTEXT_VONAGE_API_HOST": closed, "FIRMTEXT_VONAGE_REST_HOST": closed}
    assert "cannot be reached" in wrong(new_app(**{**carrier_settings, **gone}))["carrier"]["seen"]


@pytest.mark.fault("F45")
def test_a_certificate_of_another_authority_is_wrong(
    new_app: Callable[..., Flask], carrier_settings: dict[str, str]
) -> None:
    trusting = {"FIRMTEXT_VONAGE_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"}
    found = wrong(new_app(**{**carrier_settings, **trusting}))
    assert "FIRMTEXT_VONAGE_CA_BUNDLE" in found["carrier"]["cure"]


@pytest.mark.parametrize("name", ["FIRMTEXT_VONAGE_CA_BUNDLE", "FIRMTEXT_VONAGE_PRIVATE_KEY"])
def test_a_file_that_is_not_there_is_no_refusal_and_its_setting_is_named(
    new_app: Callable[..., Flask], carrier_settings: dict[str, str], name: str
) -> None:
    found = wrong(new_app(**{**carrier_settings, name: "/nowhere/file.pem"}))["carrier"]
    assert found["seen"].startswith(f"It was not asked: {name} names ")
    assert found["cure"].startswith(f"Mend {name};")


def test_what_a_library_says_ends_before_the_cure_begins(new_app: Callable[..., Flask], tmp_path: Path) -> None:
    found = wrong(new_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/nowhere/x.db"))["database"]
    assert found["seen"] == "It does not answer: unable to open database file."


def test_a_gateway_that_cannot_be_imported_is_wrong(new_app: Callable[..., Flask]) -> None:
    assert "FIRMTEXT_GATEWAY" in wrong(new_app(FIRMTEXT_GATEWAY="nowhere:Gateway"))["carrier.adapter"]["cure"]


def test_no_signature_secret_and_no_address_are_wrong(
    new_app: Callable[..., Flask], carrier_settings: dict[str, str]
) -> None:
    lacking = {"FIRMTEXT_VONAGE_SIGNATURE_SECRETS": "", "FIRMTEXT_PUBLIC_URL": ""}
    found = wrong(new_app(**{**carrier_settings, **lacking}))
    assert {"webhooks.secrets", "webhooks.address"} <= set(found)


def test_the_addresses_to_enter_at_the_carrier_are_told(healthy: Flask, public_url: str) -> None:
    _, found = examined(healthy)
    assert f"{public_url}/texting/webhooks/inbound" in found["webhooks.address"]["seen"]


@pytest.mark.attack("A36")
def test_no_secret_is_ever_printed(healthy: Flask, sandbox: Any) -> None:
    shown = healthy.test_cli_runner().invoke(group, ["doctor"]).output
    secrets = [value for name, value in sandbox.settings.items() if "SECRET" in name]
    for secret in [*secrets, *KEYS.values()]:
        assert secret not in shown


def test_a_restored_backup_is_told_before_a_worker_has_put_its_hold(healthy: Flask) -> None:
    assert "restore" not in examined(healthy)[1], "nothing was sent yet"
    verified_number()
    accepted("Hello")
    drain.run()
    assert examined(healthy)[1]["restore"]["level"] == "warning"
    witness.look()
    assert examined(healthy)[1]["restore"]["level"] == "ok"
    rewrite(Account, Account.id == "default", mark=0)
    found = wrong(healthy)["restore"]
    assert "1 text was sent" in found["seen"]
    assert "flask firmtext holds lift" in found["cure"]
    witness.look()
    assert "a backup was restored" in wrong(healthy)["hold"]["seen"]


def test_without_a_bell_a_folder_that_cannot_be_written_is_told(new_app: Callable[..., Flask], tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_STATE_DIR=str(tmp_path / "state"))
    found = examined(app)[1]["restore"]
    assert (found["level"], "FIRMTEXT_STATE_DIR" in found["seen"]) == ("warning", True)
