"""Texts are sent while their worker is killed again and again; then the carrier's ledger is held against the database.

``python benchmarks/kill_run.py [--seconds 180] [--texts 1000] [--db sqlite|postgresql]``: exit code 0 when nothing was
lost and nothing doubled. Real parts: database, Valkey, worker processes, the sandbox carrier over HTTPS, webhooks.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

SUPPORT = Path(__file__).resolve().parents[1] / "tests" / "support"
sys.path.insert(0, str(SUPPORT))

import psutil  # noqa: E402
import sqlalchemy as sa  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

from carrier import Carrier  # noqa: E402
from flask_firmtext.current import firmtext  # noqa: E402
from flask_firmtext.messaging import overdue  # noqa: E402
from flask_firmtext.ports.values import User  # noqa: E402
from flask_firmtext.sandbox import credentials  # noqa: E402
from flask_firmtext.store.models import Attempt, Audit, Message  # noqa: E402
from flask_firmtext.store.transactions import own, reading  # noqa: E402
from flask_firmtext.testing.tables import create_tables  # noqa: E402
from flask_firmtext.worker import sweep  # noqa: E402
from hostapp import KEYS, create_app  # noqa: E402
from outbound import HARBOR, SUMMIT, people  # noqa: E402
from rows import STAFF, accepted, adopt  # noqa: E402
from servers import (  # noqa: E402
    answers,
    folder_of_this_run_ends,
    forget_dead_runs,
    free_port,
    postgresql,
    process,
    until,
    valkey,
)

SUMMIT_STAFF = User("staff@summit.example", "Stan Staff", "summit")
KILL_EVERY = 5.0
#: Fast enough to be done in time, slow enough that every kill hits a busy worker.
HEADROOM = 1.6
QUIET = 180.0
#: Of each firm; further phones of the sandbox answer with failures.
CLIENTS = 30


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Webhooks are counted in the ledger."""


@contextlib.contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        if engine == "sqlite":
            url = f"sqlite:///{folder / 'firmtext.db'}"
        else:
            server = stack.enter_context(postgresql())
            admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
            with admin.connect() as connection:
                connection.exec_driver_sql("CREATE DATABASE kill_run")
            url = sa.make_url(server).set(database="kill_run").render_as_string(False)
        made = sa.create_engine(url)
        create_tables(made)
        made.dispose()
        yield url


@contextlib.contextmanager
def carrier(folder: Path, public: str) -> Iterator[Carrier]:
    port, tls = free_port(), free_port()
    command = [
        sys.executable, "-m", "flask_firmtext.sandbox", "--port", str(port), "--tls-port", str(tls), "--state-dir",
        str(folder), "--webhooks", f"{public}/texting/webhooks", "--speed", "1", "--end-with-parent",
        "--requests-per-second", "0",
    ]  # fmt: skip
    with process(command, env=os.environ, log=folder / "log", cwd=folder):
        until(lambda: answers(port) and answers(tls))
        hosts = dict.fromkeys(("FIRMTEXT_VONAGE_API_HOST", "FIRMTEXT_VONAGE_REST_HOST"), f"127.0.0.1:{tls}")
        yield Carrier(f"http://127.0.0.1:{port}", folder, credentials(folder) | hosts)


@contextlib.contextmanager
def served(app: Any, public: str) -> Iterator[None]:
    port = int(public.rpartition(":")[2])
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


class Killer:
    """A worker that is killed every few seconds with all that a power cut would take: the parent, or one child."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.kills: collections.Counter[str] = collections.Counter()
        self.seen: dict[int, psutil.Process] = {}

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "flask", "firmtext", "worker", "--processes", "2"]
        log = (self.folder / "worker.log").open("ab")
        return subprocess.Popen(
            command, env=self.environment, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
        )

    def children(self, worker: subprocess.Popen[bytes]) -> list[psutil.Process]:
        try:
            found = psutil.Process(worker.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        self.seen |= {child.pid: child for child in found}
        return found

    def run(self, seconds: float) -> subprocess.Popen[bytes]:
        """Kill for so long; returns the worker that is left alive at the end."""
        worker, until_ = self.start(), time.monotonic() + seconds
        while time.monotonic() < until_:
            time.sleep(min(KILL_EVERY, max(until_ - time.monotonic(), 0)))
            children = self.children(worker)
            how = random.choice(["parent", "group", "children"])  # noqa: S311 - not a secret
            if how == "group":
                os.killpg(worker.pid, signal.SIGKILL)
            elif how == "parent":
                worker.kill()
            else:
                for child in children:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            self.kills[how] += 1
            if how != "children":
                worker.wait()
                worker = self.start()
        return worker

    def left(self) -> list[int]:
        """Children of killed workers that are still there."""
        return [pid for pid, one in self.seen.items() if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def write_texts(app: Any, count: int, seconds: float) -> list[str]:
    """People of two firms write to many clients, spread over the time."""
    harbor = people(app, CLIENTS)
    summit = people(app, CLIENTS, firm="summit", area=646)
    pause = seconds / count
    stored = []
    for n in range(count):
        began = time.monotonic()
        ref, who = (harbor[n % CLIENTS], STAFF) if n % 2 else (summit[n % CLIENTS], SUMMIT_STAFF)
        stored.append(str(accepted(f"Text {n}", contact=ref, by=who)))
        time.sleep(max(pause - (time.monotonic() - began), 0))
    return stored


def claimers_are_gone() -> None:
    """Do not wait 90 seconds for each claim of a killed worker: let its time be over."""
    then = firmtext.clock.now() - overdue.GRACE - timedelta(seconds=1)
    with own() as session:
        session.execute(sa.update(Attempt).where(Attempt.outcome == "open").values(deadline=then))


def count_by(column: Any, *where: Any) -> dict[str, int]:
    with reading() as session:
        rows = session.execute(sa.select(column, sa.func.count()).where(*where).group_by(column)).all()
    return {str(name): number for name, number in rows}


def audit(stored: list[str], posts: list[dict[str, Any]]) -> dict[str, Any]:
    """The two witnesses side by side."""
    with reading() as session:
        rows = {str(row.id): str(row.state) for row in session.execute(sa.select(Message.id, Message.state))}
        owner = {str(row.id): str(row.message_id) for row in session.execute(sa.select(Attempt.id, Attempt.message_id))}
        by_people = session.scalar(sa.select(sa.func.count()).where(Audit.action.in_(["message.resend"])))
    references = collections.Counter(post["client_ref"] for post in posts)
    per_text = collections.Counter(owner.get(reference, "nobody's") for reference in references.elements())
    posted = set(per_text)
    ended = {"submitted", "delivered"}
    return {
        "accepted": len(stored),
        "states": count_by(Message.state),
        "attempts": count_by(Attempt.outcome),
        "posts": len(posts),
        "references_posted_more_than_once": sum(times > 1 for times in references.values()),
        "texts_with_more_than_one_accepted_post": sum(times > 1 for times in per_text.values()),
        "posts_of_nobodys": per_text["nobody's"],
        "lost_rows": len(set(stored) - rows.keys()),
        "posted_but_not_shown_as_sent": sum(rows.get(text) not in ended for text in posted),
        "shown_as_sent_but_never_posted": sum(state in ended and text not in posted for text, state in rows.items()),
        "not_final_and_not_unknown": sum(state in ("queued", "sending") for state in rows.values()),
        "resends_by_people": by_people,
    }


MUST_BE_ZERO = (
    "references_posted_more_than_once",
    "texts_with_more_than_one_accepted_post",
    "posts_of_nobodys",
    "lost_rows",
    "posted_but_not_shown_as_sent",
    "shown_as_sent_but_never_posted",
    "not_final_and_not_unknown",
    "worker_children_left",
)


def settle(app: Any, carrier_: Carrier) -> None:
    """What the sweep and the carrier's webhooks put right, without waiting for the clock."""

    def quiet() -> bool:
        claimers_are_gone()
        sweep.once()
        states = count_by(Message.state)
        posted = {post["client_ref"] for post in carrier_.posts}
        with reading() as session:
            late = session.scalars(sa.select(Attempt.id).where(Attempt.outcome.in_(["open", "unsure"]))).all()
        return not (states.keys() & {"queued", "sending", "submitted"}) and not posted & set(map(str, late))

    until(quiet, seconds=QUIET, every=1)


def environment_of(url: str, redis: str, public: str, carrier_: Carrier, rate: float) -> dict[str, str]:
    return {
        **os.environ,
        **KEYS,
        **carrier_.settings,
        "SQLALCHEMY_DATABASE_URI": url,
        "FIRMTEXT_REDIS_URL": redis,
        "FIRMTEXT_PUBLIC_URL": public,
        "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
        "FIRMTEXT_REQUESTS_PER_SECOND": f"{rate * 2:.2f}",
        "FIRMTEXT_NUMBER_SEGMENTS_PER_SECOND": f"{rate:.2f}",
        "FLASK_APP": str(SUPPORT / "hostapp.py"),
        "PYTHONPATH": str(SUPPORT),
    }


def run(texts: int, seconds: float, engine: str, folder: Path) -> dict[str, Any]:
    public = f"http://127.0.0.1:{free_port()}"
    (folder / "sandbox").mkdir()
    with (
        database(engine, folder) as url,
        valkey("kill-run") as redis,
        carrier(folder / "sandbox", public) as carrier_,
    ):
        environment = environment_of(url, redis, public, carrier_, HEADROOM * texts / seconds / 2)
        ours = {name: value for name, value in environment.items() if name.startswith(("FIRMTEXT_", "SQLALCHEMY_"))}
        app = create_app(ours)
        with app.app_context(), served(app, public):
            adopt()
            adopt("summit", SUMMIT)
            killer, stored = Killer(environment, folder), []

            def write() -> None:
                with app.app_context():
                    stored.extend(write_texts(app, texts, seconds * 0.9))

            writer = threading.Thread(target=write)
            writer.start()
            worker = killer.run(seconds)
            writer.join()
            until(lambda: not count_by(Message.state).get("queued"), seconds=QUIET, every=0.5)
            killer.children(worker)
            worker.terminate()
            code = worker.wait(60)
            until(lambda: not killer.left(), seconds=60, every=0.2)
            settle(app, carrier_)
            found = audit(stored, carrier_.posts)
    kills = {"kills": dict(killer.kills), "last_exit_code": code, "worker_children_left": len(killer.left())}
    return {"db": engine, "seconds": seconds, "from": [HARBOR, SUMMIT], **kills, **found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    forget_dead_runs()
    try:
        with tempfile.TemporaryDirectory(prefix="kill-run-") as folder:
            found = run(given.texts, given.seconds, given.db, Path(folder))
    finally:
        folder_of_this_run_ends()
    print(json.dumps(found, indent=2))  # noqa: T201
    wrong = [name for name in MUST_BE_ZERO if found[name]]
    wrong += ["accepted"] if found["accepted"] != given.texts else []
    print("WRONG: " + ", ".join(wrong) if wrong else "Nothing lost, nothing doubled.")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
