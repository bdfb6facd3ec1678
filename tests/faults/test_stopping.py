"""A deployment's SIGTERM: what is in hand is finished, and the process ends with 0."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from flask_firmtext.current import firmtext
from office import Office, fields
from outbound import state
from rows import accepted, verified_number
from servers import answers, free_port, process, until

ROOT = Path(__file__).parents[2]
PATH = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "support")))

pytestmark = [pytest.mark.slow, pytest.mark.fault("F10")]


def in_hand(web: subprocess.Popen[bytes], port: int) -> bool:
    """Whether a process of the web server has taken a connection."""
    children = psutil.Process(web.pid).children()
    ours = [one for child in children for one in child.net_connections() if one.laddr and one.laddr.port == port]
    return any(one.status == psutil.CONN_ESTABLISHED for one in ours)


@pytest.mark.parametrize("threads", ["1", "4"])
def test_a_text_that_is_being_stored_is_stored_and_answered(
    carrier_app: Any, host_environment: dict[str, str], tmp_path: Path, threads: str
) -> None:
    office = Office(carrier_app)
    office.sends()
    conversation, port = office.conversation(), free_port()
    web = [sys.executable, "-m", "gunicorn", "--threads", threads, "--bind", f"127.0.0.1:{port}"]
    env = {**host_environment, "PYTHONPATH": PATH}
    address, sent = f"http://127.0.0.1:{port}", []
    with (
        process([*web, "hostapp:create_app()"], env=env, log=tmp_path / "log", cwd=tmp_path) as running,
        requests.Session() as person,
    ):
        person.trust_env = False
        person.headers["Connection"] = "close"
        until(lambda: answers(port), seconds=60)
        person.get(f"{address}/sign-in/staff@harbor.example", timeout=60)
        form = {**fields(person.get(f"{address}/texting/conversations/{conversation}", timeout=60).text), "text": "Now"}
        until(lambda: not in_hand(running, port))

        def post() -> None:
            sent.append(person.post(f"{address}/texting/texts", form, timeout=60, allow_redirects=False).status_code)

        sender = threading.Thread(target=post)
        with firmtext.engine.connect() as holder:
            holder.exec_driver_sql("UPDATE firmtext_conversation SET turn = turn + 1")
            sender.start()
            until(lambda: in_hand(running, port))
            running.send_signal(signal.SIGTERM)
            holder.rollback()
        sender.join()
        assert running.wait(60) == 0
    assert sent == [303]
    assert office.texts() == 2


def test_a_sweep_finishes_the_post_that_is_on_the_wire(
    carrier_app: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    verified_number()
    sandbox.fault("post", "delay", seconds=3, times=1)
    text = accepted("Hello")
    sweep = [sys.executable, "-m", "flask", "firmtext", "sweep"]
    env = {**host_environment, "FIRMTEXT_REDIS_URL": ""}
    with process(sweep, env=env, log=tmp_path / "log", cwd=tmp_path) as running:
        until(lambda: state(text) == "sending", seconds=60)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0
    assert state(text) == "submitted"
    assert [post["text"] for post in sandbox.posts] == ["Hello"]
