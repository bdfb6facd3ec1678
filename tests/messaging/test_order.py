"""Inside one conversation texts are submitted in the order in which people wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import sending
from flask_firmtext.store import queries
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import drain
from outbound import FAST, attempts, due_now, holds, message, older, rewrite, state, texts
from rows import accepted, adopt


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST, "FIRMTEXT_REDIS_URL": ""}


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    return carrier_app


def test_a_conversations_texts_are_posted_in_their_order(harbor: Any, sandbox: Any) -> None:
    texts(8)
    assert drain.run() == 8
    assert [post["text"] for post in sandbox.posts] == [f"Text {n}" for n in range(8)]


def test_a_ring_for_a_later_text_does_not_let_it_overtake(harbor: Any, sandbox: Any) -> None:
    _, last = texts(2)
    drain.run(last)
    assert [post["text"] for post in sandbox.posts] == ["Text 0", "Text 1"]


def test_a_later_text_waits_while_an_earlier_one_is_tried_again(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=429, seconds=60, times=1)
    first, second = texts(2)
    drain.run()
    assert (state(first), state(second), len(attempts(second))) == ("queued", "queued", 0)
    due_now(first)
    drain.run()
    assert [post["text"] for post in sandbox.posts] == ["Text 0", "Text 1"]


def test_a_later_text_waits_while_an_earlier_one_is_being_sent(harbor: Any) -> None:
    first, second = texts(2)
    with reading() as session:
        (due,) = queries.due(session, limit=5)
    assert due.message == first
    sending.claim(due)
    with reading() as session:
        assert queries.due(session, limit=5) == []
    assert state(second) == "queued"


@pytest.mark.parametrize("status", [500, 422], ids=["unknown", "failed"])
def test_an_earlier_text_that_is_unknown_or_failed_does_not_block(status: int, harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=status, times=1)
    first, second = texts(2)
    drain.run()
    assert state(first) in ("unknown", "failed")
    assert state(second) == "submitted"


def test_another_conversation_does_not_wait(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=429, seconds=60, times=1, to="13125550100")
    slow, quick = accepted("Slow"), accepted("Quick", contact="grace")
    drain.run()
    assert (state(slow), state(quick)) == ("queued", "submitted")


def test_the_oldest_goes_first(harbor: Any, sandbox: Any) -> None:
    accepted("Newer")
    old = accepted("Older", contact="grace")
    older(20, old)
    drain.run()
    assert [post["text"] for post in sandbox.posts] == ["Older", "Newer"]


def test_a_text_goes_out_letter_for_letter(harbor: Any, sandbox: Any) -> None:
    words = "Grüße — “quoted” {title}\n👩‍👩‍👧 שלום 1 < 2 & 3"
    accepted(words)
    drain.run()
    assert [post["text"] for post in sandbox.posts] == [words]
    assert holds() == []


def test_a_text_that_may_not_go_yet_waits(harbor: Any, sandbox: Any) -> None:
    from datetime import timedelta

    text = accepted("Later")
    rewrite(Message, Message.id == text, not_before=firmtext.clock.now() + timedelta(minutes=5))
    assert drain.run() == 0
    assert message(text).state == "queued"
