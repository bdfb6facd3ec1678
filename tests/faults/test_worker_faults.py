"""Processes that die, freeze and are told to end, for real: each text is posted once or is known to be unknown."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import true

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import overdue
from flask_firmtext.store.models import Attempt
from flask_firmtext.worker import drain
from outbound import FAST, attempt, attempts, older, people, rewrite, state, states
from rows import accepted, adopt
from servers import until
from workers import gone, working

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    return carrier_app


def killed_at(point: str, environment: dict[str, str], folder: Path) -> uuid.UUID:
    """A text whose worker got SIGKILL at ``point``."""
    with working(environment, folder, "--no-sweep", FIRMTEXT_TEST_PAUSE=f"kill:{point}") as worker:
        (sender,) = worker.ready(1)
        text = accepted("Hello")
        gone([sender])
        worker.parent.kill()
        gone(worker.children())
    return text


def claimer_is_gone(text: uuid.UUID) -> None:
    """Let the deadline and the grace after it be over."""
    then = firmtext.clock.now() - overdue.GRACE - timedelta(seconds=1)
    rewrite(Attempt, Attempt.message_id == text, deadline=then)


@pytest.mark.fault("F03")
def test_f03_killed_before_the_claim_it_stays_queued_and_another_sends(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    text = killed_at("claim.before", host_environment, tmp_path)
    assert (state(text), sandbox.posts, attempts(text)) == ("queued", [], [])
    older(31, text)
    with working(host_environment, tmp_path):
        until(lambda: state(text) == "submitted")
    assert len(sandbox.posts) == 1


@pytest.mark.fault("F04")
def test_f04_killed_after_the_claim_it_becomes_unknown_and_is_never_sent_by_itself(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    text = killed_at("post.before", host_environment, tmp_path)
    assert (state(text), attempt(text).outcome, sandbox.posts) == ("sending", "open", [])
    claimer_is_gone(text)
    with working(host_environment, tmp_path) as worker:
        until(lambda: state(text) == "unknown")
        other = accepted("Other", contact="grace")
        until(lambda: state(other) == "submitted")
        worker.stop()
    assert (state(text), attempt(text).evidence) == ("unknown", "claimer_gone")
    assert [post["text"] for post in sandbox.posts] == ["Other"]


@pytest.mark.fault("F05")
def test_f05_killed_while_the_answer_is_awaited_is_one_post_and_evidence_resolves_it(
    harbor: Any, served: str, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.fault("post", "delay", seconds=2, times=1)
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        (sender,) = worker.ready(1)
        text = accepted("Hello")
        until(lambda: sandbox.posts)  # the answer comes two seconds later
        sender.kill()
        until(lambda: state(text) == "delivered")
        worker.stop()
    assert [post["client_ref"] for post in sandbox.posts] == [str(attempt(text).id)]


@pytest.mark.fault("F06")
def test_f06_killed_with_the_answer_in_hand_is_resolved_by_evidence(
    harbor: Any, served: str, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    text = killed_at("receipt.before", host_environment, tmp_path)
    until(lambda: state(text) == "delivered")
    assert [post["client_ref"] for post in sandbox.posts] == [str(attempt(text).id)]


@pytest.mark.fault("F07")
def test_f07_killed_between_the_two_commits_is_finished_by_the_sweep(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    text = killed_at("receipt.between", host_environment, tmp_path)
    assert (state(text), attempt(text).outcome) == ("sending", "accepted")
    with working(host_environment, tmp_path):
        until(lambda: state(text) == "submitted")
    assert len(sandbox.posts) == 1


@pytest.mark.fault("F08")
@pytest.mark.slow
def test_f08_frozen_after_the_claim_and_thawed_posts_nothing_and_puts_it_back(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    with working(host_environment, tmp_path, "--no-sweep", FIRMTEXT_TEST_PAUSE="post.before") as worker:
        (sender,) = worker.ready(1)
        text = accepted("Hello")
        until(lambda: sender.status() == psutil.STATUS_STOPPED)
        claimer_is_gone(text)
        overdue.give_up_on_claimers()
        assert state(text) == "unknown"
        time.sleep(21)  # the budget is a monotonic clock's
        sender.send_signal(signal.SIGCONT)
        until(lambda: attempts(text)[0].evidence == "frozen")
        assert sandbox.posts == []
        # It goes on at once, and is stopped at the same point by its next attempt: in time, that one posts.
        until(lambda: len(attempts(text)) == 2 and sender.status() == psutil.STATUS_STOPPED)
        sender.send_signal(signal.SIGCONT)
        until(lambda: state(text) == "submitted")
    assert len(sandbox.posts) == 1


@pytest.mark.fault("F09")
def test_f09_frozen_while_the_answer_is_awaited_is_one_post(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.fault("post", "delay", seconds=1, times=1)
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        (sender,) = worker.ready(1)
        text = accepted("Hello")
        until(lambda: sandbox.posts)
        sender.suspend()
        claimer_is_gone(text)
        overdue.give_up_on_claimers()
        assert state(text) == "unknown"
        sender.resume()
        until(lambda: state(text) == "submitted")
    assert len(sandbox.posts) == 1


@pytest.mark.fault("F10")
@pytest.mark.parametrize("everybody", [False, True], ids=["to_the_parent", "to_the_whole_group"])
def test_f10_sigterm_during_a_post_finishes_it_and_exits_0(
    everybody: bool, harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.fault("post", "delay", seconds=2, times=1)
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        children = worker.ready(1)
        text, waiting = accepted("Hello"), accepted("Waits", contact="grace")
        until(lambda: state(text) == "sending")
        assert worker.stop(everybody=everybody) == 0
        gone(children)
    assert (state(text), state(waiting)) == ("submitted", "queued")
    assert len(sandbox.posts) == 1


@pytest.mark.fault("F10")
def test_f10_sigterm_while_idle_ends_at_once(harbor: Any, host_environment: dict[str, str], tmp_path: Path) -> None:
    with working(host_environment, tmp_path) as worker:
        children = worker.ready()
        began = time.monotonic()
        assert worker.stop() == 0
        assert time.monotonic() - began < 5
        gone(children)


@pytest.mark.fault("F11")
def test_f11_an_impatient_deploy_loses_and_doubles_nothing(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.fault("post", "delay", seconds=3, times=1)
    with working(host_environment, tmp_path) as worker:
        children = worker.ready()
        text = accepted("Hello")
        until(lambda: state(text) == "sending")
        for _ in range(2):
            os.killpg(worker.parent.pid, signal.SIGTERM)
            time.sleep(0.3)
        os.killpg(worker.parent.pid, signal.SIGKILL)
        gone(children)
    claimer_is_gone(text)
    overdue.give_up_on_claimers()
    assert state(text) == "unknown"
    drain.run()
    assert len(attempts(text)) == 1


@pytest.mark.fault("F12")
def test_f12_a_killed_sender_is_replaced(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    with working(host_environment, tmp_path) as worker:
        for child in worker.ready():
            child.kill()
            gone([child])
        worker.ready()
        text = accepted("Hello")
        until(lambda: state(text) == "submitted")
        assert worker.stop() == 0


@pytest.mark.fault("F12")
def test_the_end_of_the_parent_is_the_end_of_its_children_and_texts_survive(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    clients = people(harbor, 12)
    with working(host_environment, tmp_path, "--processes", "2") as worker:
        children = worker.ready(3)
        texts = [accepted("Hello", contact=ref) for ref in clients]
        until(lambda: sandbox.posts)
        worker.parent.kill()
        gone(children)
    older(31, *texts)
    with working(host_environment, tmp_path):
        until(lambda: not states().get("queued"))
    claimed = [text for text in texts if state(text) == "sending"]
    assert claimed == [], "SIGTERM lets the text in hand be finished"
    references = [post["client_ref"] for post in sandbox.posts]
    assert len(references) == len(set(references)) == 12


def claim_at_once(environment: dict[str, str], count: int, *texts: uuid.UUID) -> dict[str, int]:
    command = [sys.executable, str(SUPPORT / "claimers.py"), str(count), *map(str, texts)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.fault("F14")
def test_f14_twenty_processes_claim_one_text_and_one_of_them_wins(
    harbor: Any, host_environment: dict[str, str]
) -> None:
    text = accepted("Hello")
    assert claim_at_once(host_environment, 20, text) == {"won": 1, "lost": 19}
    assert len(attempts(text)) == 1


@pytest.mark.fault("F36")
def test_f36_eight_writers_claim_a_hundred_texts_without_an_error(
    harbor: Any, host_environment: dict[str, str]
) -> None:
    accepted("Warm")
    texts = [accepted("Hello", contact=ref) for ref in people(harbor, 60)]
    found = claim_at_once(host_environment, 8, *texts)
    assert set(found) <= {"won", "lost"}, "no error, above all no `database is locked`"
    assert found["won"] <= 60
    for text in texts:
        assert len(attempts(text)) <= 1
    assert sum(len(attempts(text)) for text in texts) == found["won"]


STORE = """
import sys, hostapp
from flask_firmtext.current import firmtext
from rows import STAFF
from flask_firmtext.messaging import accepting
app = hostapp.create_app()
with app.app_context():
    contact = firmtext.host.for_firm("harbor").contacts.get("rosa")
    accepting.accept(firmtext.db.session, user=STAFF, contact=contact, to=None, text="Hello", token=sys.argv[1])
    firmtext.db.session.commit()
"""


def web_process(environment: dict[str, str], token: str, point: str = "") -> int:
    env = {**environment, "PYTHONPATH": str(SUPPORT), "FIRMTEXT_TEST_PAUSE": f"kill:{point}" if point else ""}
    return subprocess.run([sys.executable, "-c", STORE, token], env=env, timeout=60, check=False).returncode


@pytest.mark.fault("F01")
def test_f01_the_web_dies_before_its_commit_and_the_form_is_sent_again(
    harbor: Any, host_environment: dict[str, str]
) -> None:
    assert web_process(host_environment, "token", "accept.before_commit") == -signal.SIGKILL
    assert states() == {}
    assert web_process(host_environment, "token") == 0
    assert states() == {"queued": 1}


@pytest.mark.fault("F02")
def test_f02_the_web_dies_after_its_commit_before_the_bell_and_the_sweep_sends(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    assert web_process(host_environment, "token", "accept.after_commit") == -signal.SIGKILL
    assert states() == {"queued": 1}
    assert web_process(host_environment, "token") == 0
    assert states() == {"queued": 1}
    from flask_firmtext.store.models import Message

    rewrite(Message, true(), not_before=firmtext.clock.now() - timedelta(seconds=31))
    with working(host_environment, tmp_path):
        until(lambda: states() == {"submitted": 1})
    assert len(sandbox.posts) == 1


def test_no_process_leaves_a_text_in_its_log(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.fault("post", "answer", status=500, times=1)
    with working(host_environment, tmp_path) as worker:
        worker.ready()
        unsure, sent = accepted("canary-words"), accepted("canary-words", contact="grace")
        until(lambda: state(unsure) == "unknown" and state(sent) == "submitted")
        worker.stop()
        log = worker.log.read_text()
    assert "canary" not in log
    assert not re.search(r"1?312\D?555\D?01", log)
