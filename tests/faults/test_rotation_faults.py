"""Keys are rotated while people, clients and the carrier go on, and whoever rotates is killed again and again."""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, insert, select

from carrier import Carrier
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError
from flask_firmtext.messaging import drafts
from flask_firmtext.messaging.drafts import Written
from flask_firmtext.store import cells, ciphers, keys
from flask_firmtext.store.base import new_id
from flask_firmtext.store.models import Attachment, Conversation, Draft, Key, Message, Number
from flask_firmtext.store.states import KeyState
from flask_firmtext.store.transactions import own, reading
from office import HARBOR, ROSA, fields
from rows import verified_number
from sealed import PHOTO, content, fill, named_keys, photo
from servers import answers, process, until
from workers import working

SUPPORT = Path(__file__).parents[1] / "support"
#: Where it is killed, one after the other; then it is let go on.
POINTS = ("keys.begun", "keys.renewed", "keys.writing", "keys.cells", "keys.moved")
PAGE = 50
WRITES = 20
#: Threads of each kind that write: a page takes its time.
SENDERS = 3
ROWS_AT_ONCE = 1_000
#: One text in so many brings a picture of 200 kB.
TEXTS_A_PICTURE = 50


@dataclass
class Traffic:
    """What happened meanwhile: ``failed`` says what went wrong, the rest what has to be there in the end."""

    failed: list[str] = field(default_factory=list)
    reads: int = 0
    writes: int = 0
    sent: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    edits: dict[str, str] = field(default_factory=dict)


def stored(count: int) -> None:
    """So many cells more: texts of conversations that are shown under nobody, and pictures of some of them."""
    with reading() as session:
        number = session.scalars(select(Number).where(Number.firm == "harbor")).one()
    made = 0
    while made < count:
        with own() as session:
            made += _conversation(session, number, min(ROWS_AT_ONCE, count - made) - 1) + 1
    with reading() as session:
        texts = select(Message.id, Message.conversation_id).where(Message.firm == "harbor", Message.direction == "in")
        found = session.execute(texts.order_by(Message.id).limit(count // TEXTS_A_PICTURE)).all()
    for text in found:
        photo("harbor", keys.conversation_scope(text.conversation_id), message_id=text.id)


def _conversation(session: Any, number: Number, texts: int) -> int:
    row, now = new_id(), firmtext.clock.now()
    scope = keys.conversation_scope(row)
    phone = cells.seal(session, cells.place(Conversation, "phone", row, "harbor"), "+13125550177", scope=scope)
    whose = {"firm": "harbor", "number_id": number.id, "phone_index": row.bytes, "phone": phone}
    session.add(Conversation(id=row, **whose, last_at=now, created_at=now, closed_at=now))
    session.flush()
    key_id, key = keys.to_encrypt(session, "harbor", scope)
    session.connection().execute(
        insert(Message),
        [
            {
                "id": (text := new_id()), "firm": "harbor", "conversation_id": row, "position": n, "direction": "in",
                "kind": "staff", "state": "delivered", "state_at": now, "shown_at": now, "created_at": now,
                "priority": 0, "segments": 1, "rank": 4, "tries": 0, "rings": 0, "part": n, "changed": 0,
                "body": ciphers.seal(key, key_id, cells.place(Message, "body", text, "harbor"), f"text {n}"),
            }
            for n in range(texts)
        ],
    )  # fmt: skip
    return texts


class Going:
    """Everybody who goes on meanwhile, each in a thread; what goes wrong is noted and ends nothing."""

    def __init__(self, app: Any, url: str, carrier: Carrier, conversation: uuid.UUID) -> None:
        self.app, self.url, self.carrier = app, url, carrier
        self.conversation = conversation
        self.seen = Traffic()
        self.over = threading.Event()

    @contextlib.contextmanager
    def going(self) -> Iterator[Traffic]:
        writers = [*[self.send] * SENDERS, *[self.text] * SENDERS, *[self.edit] * SENDERS]
        paces = [(job, len(writers) / WRITES) for job in writers]
        paces += [(job, 0.2) for job in (self.browse, self.read, self.download)]
        threads = [threading.Thread(target=self._go_on, args=(n, *pace)) for n, pace in enumerate(paces)]
        for one in threads:
            one.start()
        try:
            yield self.seen
        finally:
            self.over.set()
            for one in threads:
                one.join()

    def _go_on(self, number: int, job: Callable[[int], Callable[[int], None]], pace: float) -> None:
        with self.app.app_context():
            step, due = job(number), time.monotonic()
            for n in itertools.count():
                due = max(due + pace, time.monotonic())
                if self.over.wait(max(0.0, due - pace - time.monotonic())):
                    return
                try:
                    step(n)
                except Exception as error:
                    self.seen.failed.append(f"{job.__name__}: {error!r}"[:500])
                finally:
                    firmtext.db.session.remove()

    def person(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.get(f"{self.url}/sign-in/staff@harbor.example", timeout=30)
        return session

    def page(self, person: requests.Session) -> str:
        answer = person.get(f"{self.url}/texting/conversations/{self.conversation}", timeout=30)
        assert answer.status_code == 200, answer.status_code
        assert "cannot be read" not in answer.text
        self.seen.reads += 1
        return answer.text

    def browse(self, number: int) -> Callable[[int], None]:
        person = self.person()
        return lambda n: self.page(person) and None

    def send(self, number: int) -> Callable[[int], None]:
        person = self.person()

        def step(n: int) -> None:
            form = {**fields(self.page(person)), "text": f"sent {number}.{n}"}
            answer = person.post(f"{self.url}/texting/texts", form, timeout=30, allow_redirects=False)
            if answer.status_code == 409:  # a client's text came in between; the person reads it and sends again
                form = {**fields(answer.text), "text": f"sent {number}.{n}"}
                answer = person.post(f"{self.url}/texting/texts", form, timeout=30, allow_redirects=False)
            if answer.status_code == 409:
                return
            assert answer.status_code == 303, answer.status_code
            self.seen.sent.append(f"sent {number}.{n}")
            self.seen.writes += 1

        return step

    def text(self, number: int) -> Callable[[int], None]:
        def step(n: int) -> None:
            self.carrier.text(ROSA.removeprefix("+"), HARBOR.removeprefix("+"), f"received {number}.{n}")
            self.seen.received.append(f"received {number}.{n}")
            self.seen.writes += 1

        return step

    def edit(self, number: int) -> Callable[[int], None]:
        places = [
            drafts.place_of(
                "harbor", f"user {number}.{n}", contact="rosa", phone_index=b"", conversation=self.conversation
            )
            for n in range(5)
        ]

        def step(n: int) -> None:
            which = n % len(places)
            words = f"draft {n} " + "x" * (n % 90)
            with own() as session:
                drafts.keep(session, places[which], Written(words, uuid.uuid4().hex, f"writer {which}", n + 1))
            self.seen.edits[f"user {number}.{which}"] = words
            self.seen.writes += 1

        return step

    def read(self, number: int) -> Callable[[int], None]:
        with reading() as session:
            ids = list(session.scalars(select(Message.id).where(Message.firm == "harbor")))

        def step(n: int) -> None:
            wanted = [ids[(n * PAGE * 7 + at * 131) % len(ids)] for at in range(PAGE)]
            with reading() as session:
                found = session.execute(select(Message.id, Message.body).where(Message.id.in_(wanted))).all()
                places = [(cells.place(Message, "body", row.id, "harbor"), row.body) for row in found]
                self.seen.failed += [str(one) for one in cells.read(session, places) if isinstance(one, DecryptError)]
            self.seen.reads += len(found)

        return step

    def download(self, number: int) -> Callable[[int], None]:
        ids = [row.id for row in rows(Attachment, Attachment.message_id.is_not(None))]

        def step(n: int) -> None:
            [row] = rows(Attachment, Attachment.id == ids[n * 37 % len(ids)])
            found = content("harbor", row.file_id)
            assert found == PHOTO, found
            self.seen.reads += 1

        return step


def rotates(environment: dict[str, str], folder: Path, point: str = "") -> tuple[int, Any]:
    """``keys rotate`` as a process, killed at a point or let go on to its end: its exit code and what it said."""
    command = [sys.executable, "-m", "flask", "firmtext", "keys", "rotate", "--yes", "--json"]
    env = {**environment, **({"FIRMTEXT_TEST_PAUSE": f"kill:{point}"} if point else {})}
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def old_cells(old: set[str]) -> int:
    return sum(len(names & old) for names in named_keys().values())


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.fault("F80")
@pytest.mark.parametrize("count", [2_000, 100_000])
def test_f80_keys_are_rotated_under_traffic_and_whoever_does_it_is_killed_five_times(
    carrier_app: Any,
    host_environment: dict[str, str],
    sandbox: Carrier,
    public_url: str,
    tmp_path: Path,
    count: int,
    record_property: Callable[[str, object], None],
) -> None:
    verified_number()
    message = fill()
    stored(count)
    [conversation] = {row.conversation_id for row in rows(Message, Message.id == message)}
    old = {row.id for row in rows(Key, Key.firm == "harbor")}
    port = int(public_url.rpartition(":")[2])
    command = [
        *(sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "6", "--timeout", "60"),
        *("--bind", f"127.0.0.1:{port}", "hostapp:create_app()"),
    ]
    env = {**host_environment, "PYTHONPATH": str(SUPPORT)}
    going = Going(carrier_app, public_url, sandbox, conversation)
    with (
        process(command, env=env, log=tmp_path / "web.log", cwd=tmp_path),
        working(host_environment, tmp_path),
    ):
        until(lambda: answers(port))
        with going.going() as seen:
            until(lambda: seen.writes > WRITES and seen.reads > 100)
            begun, before = time.monotonic(), seen.writes
            killed = [rotates(host_environment, tmp_path, point)[0] for point in POINTS]
            code, said = rotates(host_environment, tmp_path)
            took, written = time.monotonic() - begun, seen.writes - before
        assert (killed, code) == ([-9] * len(POINTS), 0), said
        until(lambda: received_texts() >= set(seen.received), seconds=60)
        rotates(host_environment, tmp_path)
    pictures = rows(Attachment)
    figures = {"seconds": round(took, 1), "writes a second": round(written / took, 1), "reads": seen.reads}
    record_property("figures", figures)
    sys.stderr.write(f"\n{count} cells, {len(pictures)} files: {figures}, failed {len(seen.failed)}\n")
    assert seen.failed == []
    assert old_cells(old) == 0
    assert {row.id for row in rows(Key, Key.firm == "harbor", Key.state == KeyState.ACTIVE)}.isdisjoint(old)
    texts = [one for one in everything_said() if not isinstance(one, DecryptError)]
    assert len(texts) == message_count(), "every text can be read"
    assert {content("harbor", row.file_id) == PHOTO for row in pictures} == {True}
    for wanted in (*seen.sent, *seen.received):
        assert texts.count(wanted) == 1, wanted
    assert {user: kept_draft(user) for user in seen.edits} == seen.edits


def received_texts() -> set[str]:
    return {str(one) for one in everything_said() if str(one).startswith("received ")}


def everything_said() -> list[str | DecryptError]:
    with reading() as session:
        found = session.execute(select(Message.id, Message.body)).all()
        return cells.read(session, [(cells.place(Message, "body", row.id, "harbor"), row.body) for row in found])


def message_count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Message)) or 0


def kept_draft(user: str) -> Any:
    [row] = rows(Draft, Draft.user == user)
    with reading() as session:
        return cells.unseal(session, cells.place(Draft, "body", row.id, "harbor"), row.body)
