"""R7: after a whole conversation no table, file, key, job, log line or page of memory's overflow says what was said."""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import re
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis
import requests
from flask_firmtext.cli import firmtext as command_line

from evidence import kept, rows
from flask_firmtext import FirmText, signals
from flask_firmtext.current import firmtext
from flask_firmtext.firm import saved_replies
from flask_firmtext.messaging import accepting, drafts, holds, resolving, retrying, routes, scheduled, wall_times
from flask_firmtext.ports.values import Firm, Link, PhoneNumber
from flask_firmtext.practice import payments
from flask_firmtext.practice.calendar import telling
from flask_firmtext.store.models import Attachment, EventAnswer, Message
from flask_firmtext.store.states import HoldKind, State
from flask_firmtext.store.transactions import own, reading
from haunts import FORGED, Search, breaking, disguises, heard_in, monitored, statements_logged
from rows import STAFF, verified_number
from servers import process, until
from signing import HARBOR, Signer, words

HARBOR_NUMBER = f"+{HARBOR}"
PHONE, STRANGER, FAILING = "12025550143", "12025550144", "12025550150"
NAME, WORDS = "Zanzibar Quillfeather", "canary-sang"
TEXTS = {
    kind: f"{WORDS}-{kind}"
    for kind in (
        "out",
        "in",
        "stranger",
        "malformed",
        "forged",
        "failing",
        "file",
        "draft",
        "name",
        "reply",
        "link",
        "later",
        "title",
        "place",
        "why",
        "wrong",
    )
}

#: A host that logs everything that anybody says.
LOUD = """
import logging
logging.basicConfig(level=logging.DEBUG)
from hostapp import create_app
"""


CANARIES = {
    canary: disguises(canary) for canary in (WORDS, NAME, PHONE, PHONE[1:], STRANGER[1:], FAILING[1:], "202-555-0143")
}


@pytest.fixture
def loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host_environment: dict[str, str]) -> dict[str, str]:
    """The environment of a worker whose log keeps everything and whose temporary files lie in ``tmp_path``."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (tmp_path / "loudhost.py").write_text(LOUD)
    support = str(Path(host_environment["FLASK_APP"]).parent)
    changes = {"FLASK_APP": str(tmp_path / "loudhost.py"), "PYTHONPATH": support, "TMPDIR": str(temporary)}
    return host_environment | changes


def sends(to: str, kind: str) -> uuid.UUID:
    contact = firmtext.host.for_firm("harbor").contacts.get("canary")
    assert contact is not None
    message = accepting.accept(
        firmtext.db.session, user=STAFF, contact=contact, to=f"+{to}", text=TEXTS[kind], token=uuid.uuid4().hex
    )
    message_id = message.id
    firmtext.db.session.commit()
    firmtext.db.session.remove()
    return message_id


def writes_for_later() -> None:
    """A text that waits for next month."""
    contact = firmtext.host.for_firm("harbor").contacts.get("canary")
    assert contact is not None
    with reading() as session:
        route = routes.find(session, "harbor", contact, to=f"+{PHONE}")
    day = (firmtext.clock.now() + timedelta(days=30)).date().isoformat()
    given = {"text": TEXTS["later"], "token": uuid.uuid4().hex, "when": wall_times.chosen(day, "09:00", "UTC")}
    with own() as session:
        scheduled.schedule(session, route, user=STAFF, contact=contact, **given)


def writes_beside(practice: Any) -> None:
    """What stands in no message: a draft, a saved reply, and a payment link whose address is a secret."""
    writes_for_later()
    port = firmtext.host.for_firm("harbor").payments
    account = port.accounts()[0]
    practice.links["/canary", account.ref] = Link(f"https://pay.practice.example/{TEXTS['link']}", "pay here")
    place = drafts.place_of("harbor", STAFF.ref, contact="canary", phone_index=b"number")
    with own() as session:
        drafts.keep(session, place, drafts.Written(TEXTS["draft"], uuid.uuid4().hex, writer="tab"))
        saved_replies.add(session, "harbor", user=STAFF.ref, name=TEXTS["name"], text=TEXTS["reply"], by=STAFF.ref)
        wanted = payments.Wanted(account, contact="canary")
        made = payments.make(session, port, Firm("harbor", "Harbor Law", "UTC"), STAFF, wanted)
        payments.received(session, made.address, Decimal(420), firmtext.clock.now())
    assert WORDS in made.address


def tells_of_an_event(app: Any) -> None:
    """A hearing, of which the client is told."""
    state = app.extensions["firmtext"]
    state.settings.quiet_hours = None
    at = firmtext.clock.now() + timedelta(days=30)
    event = app.extensions["memory_host"].add_event("harbor", TEXTS["title"], at, ref="hearing", place=TEXTS["place"])
    FirmText().event_saved(event, ["canary"], firm="harbor")
    firmtext.db.session.commit()
    firmtext.db.session.remove()
    (due,) = telling.due()
    assert telling.tell(due)


def decides(app: Any) -> None:
    """A text is tried again, doubted and said to be lost, with a reason; sending stands still; a wall is built."""
    failed = next(row for row in rows(Message) if row.state == "failed")
    with own() as session:
        row = session.get_one(Message, failed.id)
        row.reason, row.code = "temporary_error", "1460"
    with own() as session:
        again = retrying.again(session, failed.id, user=STAFF).id
    with own() as session:
        session.get_one(Message, again).state = State.UNKNOWN
    with own() as session:
        assert resolving.lost(session, again, user=STAFF, why=TEXTS["why"])
    with own() as session:
        assert holds.put(session, HoldKind.NUMBER, HARBOR_NUMBER, "number", by="worker")
    app.extensions["memory_host"].users.wall_off(STAFF.ref, "canary")


def commands(app: Any, folder: Path) -> str:
    """What an operator does with it: keys are rotated, the record is checked and copied, figures are read."""
    said = []
    for line in (
        "keys rotate --yes",
        "keys status --read --json",
        "audit verify",
        f"audit export --firm harbor --format csv --out {folder / 'record.csv'}",
        "holds list --json",
        "stats --json",
        "doctor --json",
    ):
        done = app.test_cli_runner().invoke(command_line, line.split())
        assert done.exception is None or isinstance(done.exception, SystemExit), (line, done.exception)
        said.append(done.output)
    return "\n".join([*said, (folder / "record.csv").read_text()])


def pages(app: Any, served: str) -> str:
    """What is answered to whoever is behind a wall, signed out, wrong, or no person at all; and each address asked."""
    staff, nobody = requests.Session(), requests.Session()
    conversation = rows(Message)[0].conversation_id
    answers = []
    staff.get(f"{served}/sign-in/{STAFF.ref}", allow_redirects=False)
    page = staff.get(f"{served}/texting/settings/notifications").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    for person in (staff, nobody):
        for path in ("", "new", f"conversations/{conversation}", f"conversations/{uuid.uuid4()}", "healthz", "readyz"):
            answers.append(person.get(f"{served}/texting/{path}"))
        answers.append(person.get(f"{served}/texting/changes?since=-1&table=1"))
        for q in (NAME, PHONE):
            for path in ("", "new"):
                answers.append(person.post(f"{served}/texting/{path}", data={"q": q, "csrf_token": token}))
        wrong = {"contact": "canary", "text": TEXTS["wrong"], "token": uuid.uuid4().hex, "csrf_token": token}
        assert person.post(f"{served}/texting/texts", data=wrong).status_code >= 400  # shown to its author alone
    addresses = [f"{answer.url} {answer.headers}" for answer in answers]
    # A search says again what was searched for, to whoever searched.
    bodies = [answer.text for answer in answers if answer.request.method == "GET"]
    return "\n".join([*addresses, *bodies])


def states() -> list[str]:
    return sorted(str(message.state) for message in rows(Message))


def converse(app: Any, sandbox: Any, search: Search, environment: dict[str, str], tmp_path: Path) -> None:
    """Texts out and in, a failing one, a file, a stranger, a malformed, a forged and a failing webhook."""
    numbers = [PhoneNumber(f"+{phone}", "mobile") for phone in (PHONE, FAILING)]
    app.extensions["memory_host"].add_contact("harbor", NAME, *numbers, ref="canary")
    verified_number()
    sends(PHONE, "out")
    sends(FAILING, "out")
    writes_beside(app.extensions["memory_host"].files("harbor"))
    tells_of_an_event(app)
    assert search.found("the key") == []  # the jobs lie in Redis: nobody has taken them yet
    with redis.Redis.from_url(search.redis_url) as client:
        assert client.llen("rq:queue:firmtext-send") > 0
    log = tmp_path / "worker.log"
    search.logs.append(log)
    command = [sys.executable, "-m", "flask", "firmtext", "worker"]
    with process(command, env=environment, log=log, cwd=tmp_path):
        until(lambda: states() == ["delivered", "delivered", "failed"], seconds=60)
        sandbox.text(PHONE, HARBOR, "Y")
        until(lambda: states().count("delivered") == 3)  # with the thanks
        until(lambda: any(row.tries for row in rows(EventAnswer)))  # the worker's host knows of no such event
        sandbox.text(PHONE, HARBOR, TEXTS["in"])
        photo = b"\xff\xd8\xff" + TEXTS["file"].encode() * 3000
        media = [{"name": f"{TEXTS['file']}.jpg", "type": "image/jpeg", "data": base64.b64encode(photo).decode()}]
        sandbox.post(f"/_sandbox/phones/{PHONE}/texts", to=HARBOR, text=TEXTS["in"], media=media)
        sandbox.text(STRANGER, HARBOR, TEXTS["stranger"])
        until(lambda: len(rows(Message)) == 7 and len(kept()) == 1)
        until(lambda: [row.state for row in rows(Attachment)] == ["stored"])
    signer, client = Signer.of(sandbox), app.test_client()
    wrong = TEXTS["malformed"] + FORGED
    malformed = words(wrong, sender=PHONE, channel=wrong)
    status = {"message_uuid": wrong, "status": wrong, "client_ref": wrong}
    bodies = [("inbound", malformed), ("status", status), ("inbound", wrong.encode())]
    assert [signer.post(client, kind, body).status_code for kind, body in bodies] == [200] * 3
    forged = words(TEXTS["forged"], sender=PHONE)
    assert [signer.post(client, "inbound", forged, token=token).status_code for token in ("", "x")] == [503, 401]
    with breaking():
        failing = words(TEXTS["failing"], sender=PHONE)
        assert signer.post(client, "inbound", failing).status_code == 503
    assert len(rows(Attachment)) == 1


@pytest.mark.attack("A32", "A36", "A44")
def test_a_whole_conversation_leaves_no_word_number_or_name(
    carrier_app: Any,
    served: str,
    sandbox: Any,
    redis_url: str,
    loud: dict[str, str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    search = Search(CANARIES, redis_url, [tmp_path], [], caplog)
    heard: list[str] = []

    def hear(app: Any, **values: Any) -> None:
        heard.append(repr(values))

    with contextlib.ExitStack() as stack:
        for signal in (signals.text_received, signals.text_failed, signals.text_delivered, signals.alarm):
            stack.enter_context(signal.connected_to(hear))
        with statements_logged(), monitored(redis_url, search.monitored):
            converse(carrier_app, sandbox, search, loud, tmp_path)
            decides(carrier_app)
            shown = pages(carrier_app, served) + commands(carrier_app, tmp_path)
    assert search.sung(shown) == []
    assert all(words in shown for words in ("keys.", "message.resolve", "queued", '"status"'))
    assert search.found() == []
    assert search.looked > 500
    assert {"firmtext_draft.body", "firmtext_file.head", "firmtext_payment_link.address"} <= heard_in([WORDS])
    assert search.forged() == []
    assert b"\nCRITICAL" not in search.logs[0].read_bytes()
    assert heard
    assert search.sung("".join(heard)) == []
    assert all(level in search.said() for level in (b"DEBUG", b"WARNING", b"ERROR"))
    assert b"DEBUG" in search.logs[0].read_bytes()
    assert any(b"firmtext-send" in line for line in search.monitored)
    assert all(search.sung(text) for text in TEXTS.values())
    for place, leak in planted(search).items():
        leak()
        assert search.found(place), place


def planted(search: Search) -> dict[str, Callable[[], object]]:
    """Leaks, each with the place where the search must find it."""

    def in_a_table() -> None:
        with firmtext.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE firmtext_message SET reason = '{WORDS}'")

    def in_a_key() -> None:
        with redis.Redis.from_url(search.redis_url) as client:
            client.hset("rq:job:x", "data", TEXTS["in"].encode("utf-16-le"))

    def in_a_file() -> None:
        descriptor, _ = tempfile.mkstemp()
        os.write(descriptor, base64.b64encode(f"to {NAME}".encode()))
        os.close(descriptor)

    return {
        "the log of this process": lambda: logging.getLogger("flask_firmtext").debug("stored %s", TEXTS["in"]),
        "firmtext_message.reason": in_a_table,
        "the database's file": in_a_table,
        "the key": in_a_key,
        "the snapshot of Redis": in_a_key,
        "the file": in_a_file,
        "the log worker.log": lambda: search.logs[0].write_text(f"sent to {PHONE}"),
        "what was said to Redis": lambda: search.monitored.append(PHONE.encode()),
    }
