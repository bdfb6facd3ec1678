"""Random histories of texts against a second opinion: people, clients, the carrier and the sweep in any order."""

from __future__ import annotations

import itertools
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from inspect import signature
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierBusy, CarrierRefused, CarrierUnsure, Scope, TextRefused
from flask_firmtext.messaging import accepting, answers, holds, overdue, receiving, resolving
from flask_firmtext.ports.gateway import Outbound, RawRequest, Receipt
from flask_firmtext.store.models import Attempt, Hold, Message
from flask_firmtext.store.states import Outcome, State
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.testing import MemoryGateway
from flask_firmtext.worker import drain
from model import BECOMES, TAKES, Model
from outbound import FAST, HARBOR, attempts, rewrite
from rows import STAFF, verified_number
from witness import faults_of, hurry

SAYS: dict[str, Exception] = {
    "lost": CarrierUnsure("reset"),
    "unsure": CarrierUnsure("timeout"),
    "refused": CarrierRefused("refused", scope=Scope.TEXT, code="spam"),
    "busy": CarrierBusy("throttled"),
    "liar": CarrierBusy("throttled"),
    "stopped": CarrierBusy("throttled"),
    "denied": CarrierRefused("auth", scope=Scope.ACCOUNT),
}
MANY = settings(
    max_examples=100, stateful_step_count=60, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
#: What a rule is given, for the short walks.
GIVEN: dict[str, list[Any]] = {
    "who": [0, 1],
    "pick": list(range(1000)),
    "does": ["cancel", "arrived", "lost", "resend"],
    "status": ["submitted", "delivered", "failed"],
    "then": ["submitted", "delivered", "failed"],
    "word": ["END", "START", "Thanks"],
}
DECIDES = {
    "cancel": ("queued", "cancelled"),
    "arrived": ("unknown", "submitted"),
    "lost": ("unknown", "failed"),
}
#: Which one: references are random, so it is told by its place.
PICK = st.sampled_from(GIVEN["pick"])
numbers = itertools.count(1)


def _of(choice: Iterable[Any], pick: int) -> Any:
    """Every other time one of the newest, with which most can go wrong."""
    found = list(choice)
    return found[pick % len(found)] if pick % 2 else found[-1 - pick // 2 % min(len(found), 3)]


class PowerCut(BaseException):
    """The sender is gone."""


class Scripted(MemoryGateway):
    """Answers as it was told to, and the process may die of it. ``log``: words, reference, answer."""

    def __init__(self) -> None:
        super().__init__()
        self.script: list[str] = []
        self.log: list[tuple[str, str, str]] = []
        self.cuts_power = False
        self.client: Callable[[str], None] = lambda phone: None

    def send(self, text: Outbound, *, seconds: float) -> Receipt:
        answer = self.script.pop(0) if self.script else "taken"
        self.log.append((text.text, text.reference, answer))
        if answer in TAKES:
            self.receipts[text.reference] = str(uuid.uuid4())
        if answer in ("dies before", "dies behind"):
            raise PowerCut
        if answer == "stopped":
            self.client(text.to)
        self.cuts_power = answer == "dies between"
        if answer in SAYS:
            raise SAYS[answer]
        return Receipt(self.receipts[text.reference])

    def count(self, what: str) -> Counter[str]:
        said = {"posted": set(BECOMES) - {"dies before"}, "accepted": TAKES}[what]
        return Counter(reference for _, reference, answer in self.log if answer in said)


class History(RuleBasedStateMachine):
    """One firm, two clients with a conversation each."""

    app: Any
    gateway: Scripted

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.tokens: dict[str, uuid.UUID] = {}
        self.webhooks: list[tuple[str, RawRequest]] = []
        self.contacts, self.phones = ["", ""], ["", ""]
        for n in range(2):
            count = next(numbers)
            self.contacts[n], self.phones[n] = f"client-{count}", f"+1312{count // 10000 + 555}{count % 10000:04}"
            host = self.app.extensions["memory_host"]
            host.add_contact("harbor", f"Client {count}", self.phones[n], ref=self.contacts[n])
        self.owners: dict[str, uuid.UUID] = {}
        self.gateway.client = lambda phone: self._hear("inbound", self.gateway.webhooks.text(phone, HARBOR, "END"))

    # --- people

    @initialize(seed=st.integers(0, 2**32 - 1))
    def two_texts_wait_for_each(self, seed: int) -> None:
        # Hypothesis prefers what is simple, as a carrier that takes everything; here every answer is as likely.
        self.luck = random.Random(seed)
        for who in (0, 0, 1, 1):
            self.somebody_writes(who)

    @rule(who=st.integers(0, 1))
    def somebody_writes(self, who: int) -> None:
        token, words = uuid.uuid4().hex, f"Text {next(numbers)}"
        if self.contacts[who] in self.model.stopped:
            with pytest.raises(TextRefused):
                self._accept(who, words, token)
            return
        self.tokens[token] = self._accept(who, words, token)
        self.model.accepted(self.tokens[token], self.contacts[who], words)

    def _accept(self, who: int, words: str, token: str) -> uuid.UUID:
        contact = firmtext.host.for_firm("harbor").contacts.get(self.contacts[who])
        assert contact is not None
        with own() as session:
            given = {"user": STAFF, "contact": contact, "to": None, "text": words, "token": token}
            return accepting.accept(session, **given).id

    @rule(pick=PICK, who=st.integers(0, 1))
    def a_form_is_sent_again(self, pick: int, who: int) -> None:
        token = _of(self.tokens, pick)
        assert self._accept(who, "Other words", token) == self.tokens[token]

    @rule(pick=PICK, does=st.sampled_from(GIVEN["does"]))
    def somebody_decides(self, pick: int, does: str) -> None:
        ref = _of(self.model.texts, pick)
        if does == "resend":
            self._resend(ref)
            return
        was, state = DECIDES[does]
        with own() as session:
            assert getattr(resolving, does)(session, ref, user=STAFF) == self.model.becomes(ref, was, state)

    def _resend(self, ref: uuid.UUID) -> None:
        old, token = self.model.texts[ref], uuid.uuid4().hex
        try:
            with own() as session:
                new = resolving.resend(session, ref, user=STAFF, token=token)
                made = new.id if new else None
        except TextRefused:
            assert old.contact in self.model.stopped
            return
        assert (made is not None) == self.model.becomes(ref, "unknown", "failed")
        if made is not None:
            self.model.accepted(made, old.contact, old.words)

    @rule()
    def an_operator_lifts_every_hold(self) -> None:
        with own() as session:
            for one in session.scalars(select(Hold.id).where(Hold.lifted_at.is_(None))).all():
                holds.lift(session, one, by="cli:test")

    # --- the carrier and the client

    @rule(who=st.integers(0, 1))
    def somebody_writes_and_it_is_sent(self, who: int) -> None:
        self.somebody_writes(who)
        self.an_operator_lifts_every_hold()
        self.pauses_are_over()
        self.a_sender_works()

    @rule()
    def a_sender_works(self) -> None:
        self._sends(self.luck.choices(sorted(BECOMES), k=4))

    def _sends(self, script: list[str]) -> None:
        self.gateway.script, before = script, len(self.gateway.log)
        try:
            drain.run(seconds=5)
        except PowerCut:
            pass
        finally:
            self.gateway.cuts_power = False
        for words, reference, answer in self.gateway.log[before:]:
            owner = self.owners[reference] = self.model.posted(words, answer)
            if answer == "stopped":
                self.model.stop(self.model.texts[owner].contact, but=owner)

    @rule(pick=PICK, status=st.sampled_from(GIVEN["status"]), then=st.sampled_from(GIVEN["status"]))
    def the_carrier_tells(self, pick: int, status: str, then: str) -> None:
        taken = [one for one in self.owners if one in self.gateway.receipts]
        if not taken:
            return
        reference = _of(taken, pick)
        for said in (status, then):
            self._hear("status", self.gateway.webhooks.status(reference, said))
            self.model.told(self.owners[reference], said)

    @rule(who=st.integers(0, 1), word=st.sampled_from(GIVEN["word"]))
    def the_client_writes(self, who: int, word: str) -> None:
        contact = self.contacts[who]
        if all(text.contact != contact for text in self.model.texts.values()):
            return
        self._hear("inbound", self.gateway.webhooks.text(self.phones[who], HARBOR, word))
        if word == "END":
            self.model.stop(contact)
        elif word == "START":
            self.model.stopped.discard(contact)

    def _hear(self, kind: str, request: RawRequest) -> None:
        receiving.receive(request, kind)
        self.webhooks.append((kind, request))

    @rule(pick=PICK)
    def the_carrier_repeats_itself(self, pick: int) -> None:
        if self.webhooks:
            kind, request = _of(self.webhooks, pick)
            receiving.receive(request, kind)

    # --- time

    @rule()
    def pauses_are_over(self) -> None:
        past = firmtext.clock.now() - timedelta(seconds=1)
        rewrite(Message, Message.state == State.QUEUED, not_before=past)

    @rule()
    def claims_are_over_and_the_sweep_passes(self) -> None:
        gone = firmtext.clock.now() - overdue.GRACE - timedelta(seconds=1)
        rewrite(Attempt, Attempt.outcome == Outcome.OPEN, deadline=gone)
        for step in (overdue.finish_accepted, overdue.give_up_on_claimers, overdue.expire, overdue.withdraw_unwanted):
            step()
        overdue.note_silence()
        self.model.swept()

    @rule(pick=PICK)
    def a_text_is_too_late(self, pick: int) -> None:
        ref = _of(self.model.texts, pick)
        rewrite(Message, Message.id == ref, expires_at=firmtext.clock.now() - timedelta(seconds=1))
        overdue.expire()
        self.model.becomes(ref, "queued", "expired")
        rewrite(Message, Message.id == ref, expires_at=firmtext.clock.now() + timedelta(hours=24))

    @rule(pick=PICK)
    def the_carrier_is_silent_for_73_hours(self, pick: int) -> None:
        ref = _of(self.model.texts, pick)
        rewrite(Message, Message.id == ref, state_at=firmtext.clock.now() - overdue.SILENCE - timedelta(seconds=1))
        overdue.note_silence()
        self.model.becomes(ref, "submitted", "unconfirmed")
        rewrite(Message, Message.id == ref, state_at=firmtext.clock.now())

    # --- what must be so

    @invariant()
    def every_accepted_text_is_there_and_is_what_it_must_be(self) -> None:
        """R1, R6."""
        with reading() as session:
            found = session.execute(select(Message.id, Message.state).where(Message.id.in_(self.model.texts))).all()
        assert {ref: str(state) for ref, state in found} == {ref: one.state for ref, one in self.model.texts.items()}

    def teardown(self) -> None:
        """All faults are over: nothing waits any more, and everything was accounted for."""
        while any(one.state in ("queued", "sending") for one in self.model.texts.values()):
            self.an_operator_lifts_every_hold()
            self.pauses_are_over()
            self.claims_are_over_and_the_sweep_passes()
            self._sends([])
        self.every_accepted_text_is_there_and_is_what_it_must_be()
        for ref, text in self.model.texts.items():
            # After a 429 that did send, and of which we heard too late, nobody can help a second POST.
            excused = ("twice", "another came") if "liar" in text.answers else ()
            wrong = [one for one in faults_of(ref, self.gateway) if not any(word in one for word in excused)]
            assert wrong == []
            assert len(attempts(ref)) == len(text.answers)


@pytest.fixture
def history(new_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", **FAST)
    gateway = Scripted()
    app.extensions["firmtext"].__dict__["gateway"] = gateway
    record = answers._record

    def recorded(*given: Any) -> None:
        if gateway.cuts_power:
            raise PowerCut
        record(*given)

    monkeypatch.setattr(answers, "_record", recorded)
    monkeypatch.setattr(answers.random, "uniform", lambda low, high: high)
    with app.app_context():
        hurry(firmtext.engine)
        verified_number()
        yield type("HistoryHere", (History,), {"app": app, "gateway": gateway})


@pytest.mark.parametrize("seed", range(10))
def test_a_walk_through_a_history(history: Any, seed: int) -> None:
    """A few, in which everything is as likely: what Hypothesis begins with is simpler than what goes wrong."""
    walk, luck = history(), random.Random(seed)
    walk.two_texts_wait_for_each(seed)
    rules = [each.function for each in walk.rules]
    for _ in range(40):
        each = luck.choice(rules)
        given = {name: luck.choice(GIVEN[name]) for name in list(signature(each).parameters)[1:]}
        each(walk, **given)
        walk.every_accepted_text_is_there_and_is_what_it_must_be()
    walk.teardown()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_random_histories(history: Any) -> None:
    run_state_machine_as_test(history, settings=MANY)
