"""A database that loses its answer, ends our sessions, is full, or has no connection left: no text is lost or twice."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from attempts import due
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import pace, sending
from flask_firmtext.store.models import Attempt, Message
from flask_firmtext.store.transactions import NOTES, own
from flask_firmtext.worker import drain
from full_disk import full
from office import HARBOR, ROSA, Office, fields, typed
from outbound import FAST, attempts, people, state, states
from rows import accepted, verified_number
from servers import answers, free_port, process, until
from witness import Witness, everybodys_attempts_are_posted_once, faults_of, swept
from workers import working

SUPPORT = Path(__file__).parents[1] / "support"
MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway", **FAST}
LOST = OperationalError("COMMIT", {}, Exception("the answer is lost"))
INBOUND = "/texting/webhooks/inbound"


@pytest.fixture
def witness(new_app: Callable[..., Any], tmp_path: Path) -> Iterator[Witness]:
    app = new_app(**MEMORY)
    made = Witness(tmp_path / "ledger")
    app.extensions["firmtext"].__dict__["gateway"] = made
    with app.app_context():
        verified_number()
        with own() as session:
            pace.ensure_account(session)
        yield made


def losing(monkeypatch: pytest.MonkeyPatch, *, commits: bool, only: Callable[[Session], bool] = bool) -> None:
    """The next commit (of a session that ``only`` names) is done or not, and in either case its answer is lost."""
    commit, lost = Session.commit, []

    def losing_one(session: Session) -> None:
        if lost or not only(session):
            commit(session)
            return
        lost.append(session)
        if commits:
            commit(session)
        raise LOST

    monkeypatch.setattr(Session, "commit", losing_one)


@pytest.mark.fault("F33")
def test_f33_a_claim_whose_answer_is_lost_and_that_was_stored_is_posted_once(
    witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = accepted("Hello")
    losing(monkeypatch, commits=True)
    assert sending.send(due(text))
    assert (state(text), len(attempts(text)), len(witness.posts)) == ("submitted", 1, 1)


@pytest.mark.fault("F33")
def test_f33_a_claim_whose_answer_is_lost_and_that_was_not_stored_is_not_posted(
    witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = accepted("Hello")
    way = due(text)
    losing(monkeypatch, commits=False)
    with pytest.raises(OperationalError):
        sending.send(way)
    assert (state(text), attempts(text), witness.posts) == ("queued", [], [])
    drain.run()
    assert (state(text), len(witness.posts)) == ("submitted", 1)


@pytest.mark.fault("F34")
@pytest.mark.parametrize("commits", [True, False], ids=["stored", "not stored"])
def test_f34_a_text_whose_commit_is_not_answered_comes_back_and_the_form_sent_again_is_one_text(
    commits: bool, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(app)
    office.sends()
    staff, url = office.person(), f"/texting/conversations/{office.conversation()}"
    form = {**staff.composer(url), "text": "Do not double me"}
    losing(monkeypatch, commits=commits, only=lambda session: NOTES in session.info and session.info[NOTES].rings)
    first = staff.post("/texting/texts", form)
    assert (first.status_code, typed(first.text)) == (503, "Do not double me")
    again = {**fields(first.text), "text": "Do not double me"}
    for one in (again, form):
        assert staff.post("/texting/texts", one).status_code == 303
    assert office.texts() == 2


@pytest.mark.fault("F30")
def test_f30_a_session_that_is_ended_with_the_answer_in_hand_is_followed_by_another(witness: Witness) -> None:
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no sessions to end")
    text = accepted("Hello")
    witness.before_answer(lambda _: end_sessions(firmtext.engine.url))
    drain.run()
    assert (state(text), len(attempts(text)), faults_of(text, witness)) == ("submitted", 1, [])


def end_sessions(url: sa.URL) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


@pytest.mark.slow
@pytest.mark.fault("F29", "F17")
def test_f29_all_sessions_end_again_and_again_while_texts_are_sent(
    carrier_app: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no sessions to end")
    verified_number()
    texts = [accepted("Hello", contact=ref) for ref in people(carrier_app, 80)]
    with working(host_environment, tmp_path, "--processes", "3") as worker:
        worker.ready(4)
        for _ in range(10):
            end_sessions(firmtext.engine.url)
            firmtext.engine.dispose()
            time.sleep(0.3)  # the fault is what takes its time here
        until(lambda: not states().get("queued"), seconds=60)
        assert worker.stop() == 0
    references = [post["client_ref"] for post in sandbox.posts]
    assert len(references) == len(set(references))
    assert all(len(attempts(text)) == 1 or state(text) == "submitted" for text in texts)
    assert set(states()) <= {"submitted", "sending", "unknown"}


def sqlite_only() -> None:
    if firmtext.engine.dialect.name != "sqlite":
        pytest.skip("no database of PostgreSQL's can be made full, or be copied as it lies, without its server")


@pytest.mark.fault("F35", "F37")
def test_f37_a_webhook_that_the_full_disk_does_not_hold_is_503_and_its_repeat_is_stored(witness: Witness) -> None:
    sqlite_only()
    accepted("How are you?")
    client = firmtext_app().test_client()
    requests_ = [witness.webhooks.text(ROSA, HARBOR, f"{n} " + "x" * 1400) for n in range(40)]

    def post(one: Any) -> int:
        return int(client.post(INBOUND, data=one.body, headers=one.headers).status_code)

    with full(firmtext.engine, left=16 * 1024):
        codes = [post(one) for one in requests_]
    assert set(codes) == {200, 503}
    assert len(rows(Message, Message.direction == "in")) == codes.count(200)
    assert {post(one) for one in requests_} == {200}
    assert len(rows(Message, Message.direction == "in")) == len(requests_)


def firmtext_app() -> Any:
    from flask import current_app

    return current_app._get_current_object()  # type: ignore[attr-defined]


@pytest.mark.fault("F35")
def test_f35_on_a_full_disk_nothing_is_posted_whose_claim_is_not_stored(witness: Witness) -> None:
    sqlite_only()
    texts = [accepted("Hello", contact=ref) for ref in people(firmtext_app(), 30)]
    with full(firmtext.engine, left=0):
        drain.run(seconds=1)
    known = {str(one.id) for one in rows(Attempt)}
    assert set(witness.count("posted")) <= known
    assert len(known) < len(texts), "the disk was not full"
    for _ in range(2):
        swept()
    assert {state(text) for text in texts} <= {"submitted", "unknown"}
    assert [fault for text in texts for fault in faults_of(text, witness)] == []
    assert everybodys_attempts_are_posted_once(witness)


ACCEPTS = """
import sys, uuid, hostapp
from rows import accepted
app = hostapp.create_app()
with app.app_context():
    while True:
        print(accepted("Hello"), flush=True)
"""


@pytest.mark.fault("F38")
def test_f38_every_accepted_text_is_in_the_files_as_a_killed_process_left_them(
    witness: Witness, host_environment: dict[str, str], tmp_path: Path
) -> None:
    sqlite_only()
    with firmtext.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2, "a commit waits for the disk"
    env = {**host_environment, "PYTHONPATH": str(SUPPORT)}
    with subprocess.Popen([sys.executable, "-c", ACCEPTS], env=env, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = [writer.stdout.readline().strip() for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        said = [*first, *filter(None, writer.stdout.read().split("\n"))]
    found = Path(str(firmtext.engine.url.database))
    for file in found.parent.glob(f"{found.name}*"):
        shutil.copy(file, tmp_path / file.name)
    with sqlite3.connect(tmp_path / found.name) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored = {row[0] for row in copy.execute("SELECT id FROM firmtext_message")}
    copy.close()
    whole = [one.replace("-", "") for one in said if len(one) == 36]
    assert len(whole) >= 20
    assert set(whole) <= stored


@pytest.mark.fault("F39")
def test_f39_without_a_free_connection_pages_are_503_and_webhooks_are_stored(
    new_app: Callable[..., Any], tmp_path: Path
) -> None:
    options = {"hide_parameters": True, "pool_size": 1, "max_overflow": 0, "pool_timeout": 0.2}
    app = new_app(**MEMORY, SQLALCHEMY_ENGINE_OPTIONS=options)
    with app.app_context():
        office = Office(app)
        office.sends()
        url = f"/texting/conversations/{office.conversation()}"
        staff, gateway = office.person(), firmtext.gateway
        form = {**staff.composer(url), "text": "Do not lose me"}
        firmtext.db.session.remove()
        one = gateway.webhooks.text(ROSA, HARBOR, "Hello")  # type: ignore[attr-defined]
        with firmtext.engine.connect():
            assert app.test_client().post(INBOUND, data=one.body, headers=one.headers).status_code == 200
            assert app.test_client().get("/texting/healthz").status_code == 200
            refused = staff.post("/texting/texts", form)
            assert refused.status_code == 503
        assert office.texts() == 2
        noticed = staff.post("/texting/texts", form)
        assert noticed.status_code == 409, "the client's text came in between"
        assert staff.post("/texting/texts", {**fields(noticed.text), "text": "Do not lose me"}).status_code == 303
        assert office.texts() == 3


@pytest.mark.fault("F39")
def test_f39_fifty_slow_pages_with_a_pool_of_five_keep_no_webhook_out(new_app: Callable[..., Any]) -> None:
    options = {"hide_parameters": True, "pool_size": 5, "max_overflow": 0, "pool_timeout": 0.2}
    app = new_app(**MEMORY, SQLALCHEMY_ENGINE_OPTIONS=options)
    slow, done = threading.Semaphore(0), threading.Event()

    @app.get("/slow")
    def page() -> str:
        firmtext.db.session.execute(sa.text("SELECT 1"))
        slow.release()
        done.wait(30)
        return ""

    with app.app_context():
        Office(app).sends()
        gateway = firmtext.gateway
        firmtext.db.session.remove()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    texts = [gateway.webhooks.text(ROSA, HARBOR, f"Hello {n}") for n in range(20)]  # type: ignore[attr-defined]
    with ThreadPoolExecutor(60) as threads:
        pages = [threads.submit(lambda: app.test_client().get("/slow").status_code) for _ in range(50)]
        assert all(slow.acquire(timeout=20) for _ in range(5))
        try:
            until(lambda: sum(one.done() for one in pages) == 45)
            post = app.test_client().post
            answers_ = [post(INBOUND, data=one.body, headers=one.headers).status_code for one in texts]
        finally:
            done.set()
        assert sorted(one.result() for one in pages) == [200] * 5 + [500] * 45
    assert answers_ == [200] * 20
    with app.app_context():
        assert len(rows(Message, Message.direction == "in")) == 20


@pytest.mark.slow
@pytest.mark.fault("F18")
def test_f18_a_request_that_the_web_server_kills_is_stored_or_not_and_once_when_it_is_sent_again(
    witness: Witness, host_environment: dict[str, str], tmp_path: Path
) -> None:
    office = Office(firmtext_app())
    office.sends()
    conversation, port = office.conversation(), free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--timeout",
        "1",
        "--bind",
        f"127.0.0.1:{port}",
        "hostapp:create_app()",
    ]
    env = {**host_environment, "PYTHONPATH": str(SUPPORT)}
    address = f"http://127.0.0.1:{port}"
    with process(command, env=env, log=tmp_path / "log", cwd=tmp_path), requests.Session() as person:
        person.trust_env = False
        until(lambda: answers(port))
        person.get(f"{address}/sign-in/staff@harbor.example", timeout=20)
        page = person.get(f"{address}/texting/conversations/{conversation}", timeout=20).text
        form = {**fields(page), "text": "Do not double me"}
        with firmtext.engine.connect() as holder:
            holder.exec_driver_sql("UPDATE firmtext_conversation SET turn = turn + 1")
            with pytest.raises(requests.RequestException):
                person.post(f"{address}/texting/texts", form, timeout=20).raise_for_status()
            holder.rollback()
        for _ in range(2):
            sent = person.post(f"{address}/texting/texts", form, timeout=20, allow_redirects=False)
            assert sent.status_code == 303
    assert office.texts() == 2
