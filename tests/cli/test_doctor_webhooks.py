"""``doctor`` on webhooks: refused ones with the cure, quarantined ones with what to do, never what they say."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_firmtext.cli import firmtext as group
from flask_firmtext.cli.doctor import hook_secrets as webhook_secrets
from flask_firmtext.cli.doctor import webhooks

from attempts import claimed
from evidence import counted
from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import hook_secrets
from flask_firmtext.store import counters
from flask_firmtext.store.models import Counter, KeyCheck, Message, StatusEvent
from flask_firmtext.store.transactions import own
from rows import accepted, verified_number
from signing import HARBOR, Signer, told, words
from source import PACKAGE, ROOT

Findings = list[dict[str, str]]


def found(app: Flask, name: str) -> Findings:
    result = app.test_cli_runner().invoke(group, ["doctor", "--json"])
    return [finding for finding in json.loads(result.stdout) if finding["id"] == name]


def refuse(reason: str, *, ago: timedelta = timedelta(0)) -> None:
    """As the web server counts a webhook that it refuses."""
    name = f"{webhooks.REFUSED}{reason}"
    with own() as session:
        counters.count(session, name)
        session.execute(sa.update(Counter).where(Counter.name == name).values(last_at=firmtext.clock.now() - ago))


@pytest.fixture
def post(carrier_app: Flask, sandbox: Any) -> Callable[..., Any]:
    """Post a signed text of a client to the application."""
    signer = Signer.of(sandbox)
    return lambda **said: signer.post(carrier_app.test_client(), "inbound", words(**said))


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("secret_rotated", "FIRMTEXT_VONAGE_SIGNATURE_SECRETS"),
        ("clock", "NTP"),
        ("unsigned", "Switch signed webhooks on"),
        ("key_unavailable", "FIRMTEXT_ENCRYPTION_KEYS"),
        ("webhook_fault", "the web server's log"),
        ("forged_account", "FIRMTEXT_VONAGE_APPLICATION_ID"),
        ("forged_payload_hash", "proxy"),
    ],
)
def test_a_refusal_that_may_be_our_own_fault_is_wrong_and_names_the_cure(
    carrier_app: Flask, reason: str, cure: str
) -> None:
    refuse(reason)
    (finding,) = found(carrier_app, "webhooks.refused")
    assert finding["level"] == "error"
    assert f"Refused as {reason}, last at 20" in finding["seen"]
    assert cure in finding["cure"]


@pytest.mark.parametrize(
    ("how", "status", "reason"),
    [
        ({"secret": "another secret that is long enough for all"}, 503, "secret_rotated"),
        ({"token": ""}, 503, "unsigned"),
        ({"token": "no.token.atall"}, 401, "forged_token"),
        ({"iat": int(time.time()) + 3600}, 503, "clock"),
    ],
)
def test_what_the_web_server_refuses_the_doctor_tells(
    carrier_app: Flask, sandbox: Any, how: dict[str, Any], status: int, reason: str
) -> None:
    verified_number()
    for _ in range(3):
        assert Signer.of(sandbox).post(carrier_app.test_client(), "inbound", words(), **how).status_code == status
    (finding,) = found(carrier_app, "webhooks.refused")
    assert f"Refused as {reason}, last at " in finding["seen"]
    assert counted(f"{webhooks.REFUSED}{reason}") == 1


@pytest.mark.fault("F76")
@pytest.mark.parametrize("minutes", [3, -3])
def test_what_was_signed_three_minutes_off_is_believed_and_no_refusal_is_told(
    carrier_app: Flask, sandbox: Any, minutes: int
) -> None:
    verified_number()
    accepted("How are you?")
    signed = {"iat": int(time.time()) + 60 * minutes}
    assert Signer.of(sandbox).post(carrier_app.test_client(), "inbound", words(), **signed).status_code == 200
    assert found(carrier_app, "webhooks.refused") == []


@pytest.mark.parametrize("reason", ["forged_signature", "forged_unsigned", "forged_token"])
def test_a_stranger_can_cause_a_warning_and_no_more(carrier_app: Flask, reason: str) -> None:
    refuse(reason)
    (finding,) = found(carrier_app, "webhooks.refused")
    assert finding["level"] == "warning"
    assert "stranger" in finding["cure"]


def test_a_text_that_was_believed_since_says_that_the_cause_is_gone(
    carrier_app: Flask, post: Callable[..., Any]
) -> None:
    verified_number()
    accepted("How are you?")
    refuse("clock", ago=timedelta(minutes=5))
    assert post(text="Before").status_code == 200
    make_earlier(Message.created_at)
    assert level_of_the_refusal(carrier_app) == "error"
    assert post(text="Since").status_code == 200
    assert level_of_the_refusal(carrier_app) == "warning"
    assert "others were believed since" in found(carrier_app, "webhooks.refused")[0]["seen"]


def test_a_status_that_was_believed_since_says_so_too(carrier_app: Flask, sandbox: Any) -> None:
    verified_number()
    attempt, signer = claimed("How are you?"), Signer.of(sandbox)
    refuse("clock", ago=timedelta(minutes=5))
    for status, level in (("submitted", "error"), ("delivered", "warning")):
        body = told(status, reference=attempt.id, uuid_=str(attempt.id))
        assert signer.post(carrier_app.test_client(), "status", body).status_code == 200
        if status == "submitted":
            make_earlier(StatusEvent.received_at)
        assert level_of_the_refusal(carrier_app) == level


def make_earlier(column: Any) -> None:
    """As if the rows that are there had come ten minutes ago."""
    with own() as session:
        session.execute(sa.update(column.class_).values({column: firmtext.clock.now() - timedelta(minutes=10)}))


def level_of_the_refusal(app: Flask) -> str:
    (finding,) = found(app, "webhooks.refused")
    return finding["level"]


def told_of_secrets() -> list[tuple[str, str, str]]:
    return [(str(one.level), one.seen, one.cure) for one in webhook_secrets.signed()]


def signed(app: Flask, *ages: int | None) -> list[tuple[str, str, str]]:
    """The findings, as if the secrets of the list had last signed a webhook so many hours ago."""
    secrets = [f"the secret number {n} of the account" for n in range(len(ages))]
    state = app.extensions["firmtext"]
    state.settings.__dict__["vonage_signature_secrets"] = tuple(secrets)
    state.__dict__["gateway"] = VonageGateway(state.settings)
    for n, age in enumerate(ages):
        if age is not None:
            hook_secrets.signed(n)
    with own() as session:
        for one in hook_secrets.look(session, secrets):
            at = firmtext.clock.now() - timedelta(hours=ages[one.place or 0] or 0)
            session.execute(
                sa.update(Counter).where(Counter.name == f"{hook_secrets.SIGNED}{one.mark}").values(last_at=at)
            )
    return told_of_secrets()


def test_the_secret_that_signs_no_more_is_to_be_taken_out(app: Flask) -> None:
    (new, old) = signed(app, 1, 27)
    assert (new[0], "The 1st secret in FIRMTEXT_VONAGE_SIGNATURE_SECRETS" in new[1]) == ("ok", True)
    assert (old[0], "The 2nd secret" in old[1], "signed a webhook last at 20" in old[1]) == ("warning", True, True)
    assert old[2].endswith("take it out of FIRMTEXT_VONAGE_SIGNATURE_SECRETS and restart every web process.")


def test_a_secret_that_signed_within_a_day_of_the_last_webhook_stays(app: Flask) -> None:
    assert [level for level, *_ in signed(app, 40, 50)] == ["ok", "ok"]


def test_a_secret_that_has_signed_nothing_yet_is_told(app: Flask) -> None:
    assert [level for level, *_ in signed(app, None, 0)] == ["ok", "ok"]
    with own() as session:
        session.execute(sa.update(KeyCheck).values(since=firmtext.clock.now() - timedelta(hours=30)))
    new, _old = told_of_secrets()
    assert (new[0], "has signed nothing" in new[1]) == ("warning", True)
    assert "Change it at the carrier" in new[2]


def test_a_list_that_differs_from_that_of_the_web_processes_is_told(app: Flask) -> None:
    signed(app, 0)
    app.extensions["firmtext"].settings.__dict__["vonage_signature_secrets"] = ("another one",)
    mine, theirs = told_of_secrets()
    assert (mine[0], "is not known to a web process yet" in mine[1]) == ("warning", True)
    assert (theirs[0], "that is not in FIRMTEXT_VONAGE_SIGNATURE_SECRETS" in theirs[1]) == ("warning", True)


def test_a_webhook_that_was_believed_says_which_secret_signed_it(carrier_app: Flask, post: Callable[..., Any]) -> None:
    (before,) = found(carrier_app, "webhooks.secret")
    assert (before["level"], "no webhook was believed yet" in before["seen"]) == ("ok", True)
    verified_number()
    accepted("How are you?")
    post(text="Fine").close()
    (after,) = found(carrier_app, "webhooks.secret")
    assert (after["level"], "signed a webhook last at 20" in after["seen"]) == ("ok", True)


def test_what_was_refused_long_ago_is_told_no_more(carrier_app: Flask) -> None:
    refuse("clock", ago=webhooks.LATELY + timedelta(minutes=1))
    assert found(carrier_app, "webhooks.refused") == []


def named_in(pattern: str, files: str) -> set[str]:
    """The names that the pattern finds in files of the package."""
    found = [re.findall(pattern, file.read_text(encoding="utf-8")) for file in (ROOT / PACKAGE).glob(files)]
    return {name for names in found for name in names}


def test_every_refusal_of_a_webhook_that_may_be_the_carriers_has_a_cure() -> None:
    reasons = named_in(r'WebhookDoubtful\(\s*"(\w+)"', "adapters/*.py")
    reasons |= named_in(r'(?:tell|refused)\(\s*"(\w+)"', "web/webhooks.py")
    assert {"clock", "webhook_fault"} < reasons
    assert reasons <= webhooks.REFUSALS.keys()


def test_quarantined_webhooks_are_counted_by_kind_and_reason_without_what_they_say(
    carrier_app: Flask, post: Callable[..., Any]
) -> None:
    verified_number()
    for text in ("a stranger's secret", "and another secret"):
        assert post(text=text, sender="13125550177").status_code == 200
    assert post(text="a lost secret", to="18335550142").status_code == 200
    number_unknown, stranger = sorted(found(carrier_app, "quarantine"), key=lambda finding: finding["seen"])
    assert number_unknown["seen"].startswith(
        "1 webhook waits, inbound, for a number that no firm has here (number_unknown)"
    )
    assert stranger["seen"].startswith("2 webhooks wait, inbound, from phones that the firm has not texted (stranger)")
    assert {number_unknown["level"], stranger["level"]} == {"warning"}
    assert "Tell the firm" in stranger["cure"]
    shown = json.dumps([number_unknown, stranger])
    for secret in ("secret", "5550177", "5550142", HARBOR):
        assert secret not in shown


def test_a_webhook_of_an_unknown_shape_asks_for_the_newest_version(
    carrier_app: Flask, post: Callable[..., Any]
) -> None:
    verified_number()
    assert post(channel="hologram").status_code == 200
    (finding,) = found(carrier_app, "quarantine")
    assert "of a shape that this version cannot read" in finding["seen"]
    assert "newest flask-firmtext" in finding["cure"]


def test_a_reason_for_quarantine_that_the_log_names_has_a_cure_of_its_own() -> None:
    reasons = named_in(r'reason="(\w+)"', "messaging/*.py")
    assert {"stranger", "conflict"} < reasons
    assert reasons <= webhooks.QUARANTINED.keys()


@pytest.mark.parametrize("name", ["contradiction", "uuid_conflict"])
def test_what_the_carrier_told_against_our_record_is_a_warning(carrier_app: Flask, name: str) -> None:
    with own() as session:
        counters.count(session, name)
    (finding,) = found(carrier_app, "evidence")
    assert (finding["level"], name in finding["seen"]) == ("warning", True)


def test_an_installation_without_any_of_it_says_nothing(carrier_app: Flask) -> None:
    assert [found(carrier_app, name) for name in ("webhooks.refused", "quarantine", "evidence")] == [[], [], []]
