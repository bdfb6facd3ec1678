"""A process dies before and behind every commit there is, then the sweep passes: everything is there, and once.

The commits are counted while a step runs, so one that somebody adds is tried without anybody thinking of it.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attached import claims_are_over, content, stands
from dying import Side, at_every_commit, dies_at, dies_at_commit
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierBusy, CarrierRefused, CarrierUnsure, Scope
from flask_firmtext.messaging import accepting, media
from flask_firmtext.ports.gateway import RawRequest
from flask_firmtext.store.models import Attachment, Message, OptOut, StatusEvent
from flask_firmtext.store.transactions import own
from flask_firmtext.worker import drain
from outbound import FAST, HARBOR, attempt, attempts, message, state
from rows import STAFF, verified_number
from witness import Witness, everybodys_attempts_are_posted_once, faults_of, hurry, swept

PHOTO = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + os.urandom(200_000)


@dataclass
class Office:
    """Harbor Law at work. Each try has a client of its own."""

    app: Any
    witness: Witness
    folder: Path
    client: int = 200

    def next_client(self) -> str:
        self.client += 1
        ref, phone = f"client-{self.client}", self.phone
        self.app.extensions["memory_host"].add_contact("harbor", f"Client {self.client}", phone, ref=ref)
        return ref

    @property
    def phone(self) -> str:
        return f"+1312555{self.client:04}"

    @property
    def answered(self) -> Path:
        """What a web process answered before it died."""
        return self.folder / f"answer-{self.client}"

    def accepts(self, text: str = "Hello", token: str = "") -> uuid.UUID:
        contact = firmtext.host.for_firm("harbor").contacts.get(f"client-{self.client}")
        assert contact is not None
        with own() as session:
            given = {"user": STAFF, "contact": contact, "to": None, "text": text, "token": token or uuid.uuid4().hex}
            made = accepting.accept(session, **given).id
        self.answered.write_text(str(made))
        return made

    def hears(self, kind: str, request: RawRequest) -> int:
        """The carrier posts a webhook; the answer's code, 0 when there was none."""
        path = f"/texting/webhooks/{kind}"
        code = self.app.test_client().post(path, data=request.body, headers=request.headers).status_code
        self.answered.write_text(str(code))
        return code

    def hears_again(self, kind: str, request: RawRequest) -> None:
        """The carrier repeats what was not answered with 2xx."""
        if not self.answered.exists() or self.answered.read_text() != "200":
            assert self.hears(kind, request) == 200


@pytest.fixture
def office(new_app: Callable[..., Any], tmp_path: Path) -> Any:
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", **FAST)
    witness = Witness(tmp_path / "ledger")
    app.extensions["firmtext"].__dict__["gateway"] = witness
    with app.app_context():
        hurry(firmtext.engine)
        verified_number()
        yield Office(app, witness, tmp_path)


@pytest.mark.fault("F01", "F02")
def test_accepting(office: Office) -> None:
    def one_try(n: int, side: Side) -> bool:
        office.next_client()
        token = uuid.uuid4().hex
        killed = dies_at_commit(n, side, lambda: office.accepts(token=token))
        answered = office.answered.read_text() if office.answered.exists() else None
        text = office.accepts(token=token)
        assert answered in (None, str(text))
        assert len(rows(Message, Message.client_token == token)) == 1
        swept()
        assert (state(text), faults_of(text, office.witness)) == ("submitted", []), (n, side)
        assert office.witness.count("accepted")[str(attempt(text).id)] == 1
        return killed

    assert at_every_commit(one_try) >= 1


REFUSED = CarrierRefused("refused", scope=Scope.TEXT, code="spam")
SENT = {"submitted", "unknown"}
#: What the carrier says, and what a text may be in the end.
WAYS: dict[str, tuple[Callable[[Witness], None], set[str]]] = {
    "taken": (lambda witness: None, SENT),
    "refused": (lambda witness: witness.fail(REFUSED), {"failed", *SENT}),
    "busy": (lambda witness: witness.fail(CarrierBusy("throttled")), SENT),
    "unsure, and it was taken": (lambda witness: witness.lose_answer(CarrierUnsure("reset")), SENT),
    "unsure, and it was not": (lambda witness: witness.fail(CarrierUnsure("reset")), SENT),
}
RARE = {"refused", "unsure, and it was not"}


@pytest.mark.fault("F03", "F04", "F05", "F06", "F07", "F15")
@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.slow) if way in RARE else way for way in WAYS])
def test_sending(way: str, office: Office) -> None:
    """The carrier answers once in this way and takes every text afterwards."""
    plan, ends = WAYS[way]

    def one_try(n: int, side: Side) -> bool:
        office.next_client()
        text = office.accepts()
        plan(office.witness)
        killed = dies_at_commit(n, side, drain.run)
        office.witness.mend()
        before = (state(text), len(attempts(text)))
        swept()
        swept()
        assert faults_of(text, office.witness) == [], (n, side)
        assert state(text) in ends, (n, side)
        if before[0] == "sending" and state(text) == "unknown":
            assert len(attempts(text)) == before[1], "what may have been posted is not posted again"
        if state(text) == "submitted":
            assert sum(office.witness.count("accepted")[str(one.id)] for one in attempts(text)) == 1
        return killed

    assert at_every_commit(one_try) >= 2
    assert everybodys_attempts_are_posted_once(office.witness)


@pytest.mark.slow
@pytest.mark.fault("F03", "F15")
def test_a_sweep_that_dies_at_any_commit_of_a_pass(office: Office) -> None:
    """It has a text to give up, one to finish, one too late and one to send."""

    def one_try(n: int, side: Side) -> bool:
        office.next_client()
        first = office.accepts("First")
        assert dies_at("post.before", drain.run), "a text whose claimer is gone"
        second = office.accepts("Second")
        killed = dies_at_commit(n, side, swept)
        swept()
        swept()
        assert (state(first), faults_of(first, office.witness)) == ("unknown", []), (n, side)
        assert faults_of(second, office.witness) == [], (n, side)
        assert state(second) in ("submitted", "unknown")
        return killed

    assert at_every_commit(one_try) >= 3


@pytest.mark.fault("F66")
def test_receiving_a_text_with_a_file(office: Office) -> None:
    def one_try(n: int, side: Side) -> bool:
        office.next_client()
        office.accepts()
        office.answered.unlink()
        request = office.witness.webhooks.text(office.phone, HARBOR, "Look", PHOTO)
        carrier_id = office.witness.parse(request, "inbound")[0].carrier_id
        killed = dies_at_commit(n, side, lambda: office.hears("inbound", request))
        office.hears_again("inbound", request)
        [text] = rows(Message, Message.carrier_id == carrier_id)
        [one] = rows(Attachment, Attachment.message_id == text.id)
        swept()
        assert (stands(one.id)[0], content(one.id)) == ("stored", PHOTO), (n, side)
        return killed

    assert at_every_commit(one_try) >= 1


@pytest.mark.fault("F66")
@pytest.mark.parametrize("word", ["END", "Hello"])
def test_receiving_a_text_that_we_answer_or_not(word: str, office: Office) -> None:
    def one_try(n: int, side: Side) -> bool:
        office.next_client()
        waits = office.accepts()
        office.answered.unlink()
        request = office.witness.webhooks.text(office.phone, HARBOR, word)
        killed = dies_at_commit(n, side, lambda: office.hears("inbound", request))
        office.hears_again("inbound", request)
        swept()
        swept()
        conversation = message(waits).conversation_id
        heard = rows(Message, Message.conversation_id == conversation, Message.direction == "in")
        answers = rows(Message, Message.conversation_id == conversation, Message.kind == "auto_reply")
        assert len(heard) == 1, (n, side)
        assert (len(answers), state(waits)) == ((1, "cancelled") if word == "END" else (0, "submitted")), (n, side)
        return killed

    assert at_every_commit(one_try) >= 1
    assert len(rows(OptOut)) == (office.client - 200 if word == "END" else 0)


@pytest.mark.fault("F60", "F66")
@pytest.mark.parametrize("status", ["delivered", "failed"])
def test_hearing_what_became_of_a_text(status: str, office: Office) -> None:
    def one_try(n: int, side: Side) -> bool:
        office.next_client()
        text = office.accepts()
        drain.run()
        office.answered.unlink()
        request = office.witness.webhooks.status(str(attempt(text).id), status)
        killed = dies_at_commit(n, side, lambda: office.hears("status", request))
        office.hears_again("status", request)
        swept()
        assert (state(text), faults_of(text, office.witness)) == (status, []), (n, side)
        assert len(rows(StatusEvent, StatusEvent.message_id == text)) == 1
        return killed

    assert at_every_commit(one_try) >= 1


@pytest.mark.fault("F73", "F74")
def test_fetching_a_file(office: Office) -> None:
    def one_try(n: int, side: Side) -> bool:
        office.next_client()
        office.accepts()
        assert office.hears("inbound", office.witness.webhooks.text(office.phone, HARBOR, "Look", PHOTO)) == 200
        [one] = rows(Attachment, Attachment.state == "wanted")
        killed = dies_at_commit(n, side, lambda: media.fetch(one.id))
        assert stands(one.id)[0] in ("wanted", "fetching", "stored")
        claims_are_over()
        swept()
        assert (stands(one.id)[0], content(one.id)) == ("stored", PHOTO), (n, side)
        return killed

    assert at_every_commit(one_try) >= 3
