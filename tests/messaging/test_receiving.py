"""What a client's text becomes: a row in its conversation, in order, encrypted, whatever the clock says."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evidence import heard, kept, rows
from flask_firmtext import signals
from flask_firmtext.clock import FixedClock
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import placing, receiving
from flask_firmtext.ports.gateway import InboundText, Media, RawRequest
from flask_firmtext.ports.values import User
from flask_firmtext.store import cells
from flask_firmtext.store.models import Attachment, Conversation, Message
from flask_firmtext.store.transactions import own, reading
from rows import accepted, verified_number

NOON = datetime(2031, 3, 14, 12, tzinfo=UTC)
ROSA, HARBOR, SUMMIT = "+13125550100", "+18335550100", "+18335550101"

Receive = Callable[..., None]


@pytest.fixture
def receive(app: Any) -> Receive:
    """Store a text as the carrier's event. Harbor has texted Rosa."""
    verified_number()
    accepted("How are you?")

    def store(text: str = "Hi", sender: str = ROSA, to: str = HARBOR, **more: Any) -> None:
        event = InboundText(
            **{"carrier_id": str(uuid.uuid4()), "at": None, "digest": text.encode(), **more},
            sender=sender,
            to=to,
            text=text,
        )
        with own() as session:
            placing.store(session, event, RawRequest("POST", {}, f"{event!r}".encode()))

    return store


def texts() -> list[str]:
    """The clients' texts in their order, decrypted."""
    found = sorted(rows(Message, Message.direction == "in"), key=lambda row: (row.conversation_id, row.position))
    with reading() as session:
        return [
            cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body)  # as a page does
            for row in found
        ]


def test_texts_are_read_as_they_were_written_and_in_their_order(receive: Receive) -> None:
    written = ["first", "", "ünï ✓ 😀", "a\0b", "x" * 5000, "<script>", " spaces "]
    for text in written:
        receive(text)
    assert texts() == written


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (None, NOON),
        (NOON - timedelta(hours=3), NOON - timedelta(hours=3)),
        (NOON - timedelta(days=9), NOON - timedelta(hours=48)),
        (NOON + timedelta(minutes=4), NOON + timedelta(minutes=4)),
        (NOON + timedelta(days=9), NOON + timedelta(minutes=5)),
    ],
)
def test_a_text_is_shown_by_the_carriers_time_within_bounds(
    receive: Receive, app: Any, sent: datetime | None, shown: datetime
) -> None:
    app.extensions["firmtext"].clock = FixedClock(NOON)
    receive(at=sent)
    [row] = rows(Message, Message.direction == "in")
    assert (row.shown_at, row.created_at) == (shown, NOON)


def test_one_client_of_two_firms_is_two_conversations(receive: Receive) -> None:
    verified_number("summit", SUMMIT)
    stan = User("staff@summit.example", "Stan Staff", "summit")
    accepted("Hello from Summit", contact="rosa-of-summit", by=stan)
    receive("for Harbor")
    receive("for Summit", to=SUMMIT)
    found = {row.firm: row.conversation_id for row in rows(Message, Message.direction == "in")}
    assert set(found) == {"harbor", "summit"}
    assert found["harbor"] != found["summit"]
    assert len({bytes(row.phone_index) for row in rows(Conversation)}) == 2


def test_one_id_at_two_firms_is_a_conflict_and_tells_the_second_nothing(receive: Receive) -> None:
    verified_number("summit", SUMMIT)
    stan = User("staff@summit.example", "Stan Staff", "summit")
    accepted("Hello from Summit", contact="rosa-of-summit", by=stan)
    same = str(uuid.uuid4())
    receive("for Harbor", carrier_id=same)
    receive("for Harbor", carrier_id=same, to=SUMMIT)
    assert [row.firm for row in rows(Message, Message.direction == "in")] == ["harbor"]
    assert [reason for _, reason, _ in kept()] == ["conflict"]


@pytest.mark.attack("A41")
def test_a_contact_whom_the_firm_never_texted_is_a_stranger(receive: Receive) -> None:
    receive("Hello", sender="+14165550104")
    assert [reason for _, reason, _ in kept()] == ["stranger"]


@pytest.mark.fault("F68")
@pytest.mark.parametrize("to", ["+1833\0", "\0", "Harbor Law", "x" * 100, "+18335550100 "])
def test_a_text_to_what_is_no_number_of_ours_is_kept(receive: Receive, to: str) -> None:
    """PostgreSQL cannot even compare a text with a zero in it: a fault would make the carrier drop it after a day."""
    receive("kept", to=to)
    assert [reason for _, reason, _ in kept()] == ["number_unknown"]


def test_files_are_noted_with_their_addresses_encrypted(receive: Receive) -> None:
    media = (
        Media("https://api.nexmo.com/v3/media/canary-1", "image", "canary.jpg"),
        Media("https://api.nexmo.com/v3/media/2", "canary kind!", "x" * 900),
    )
    receive("Look", media=media)
    found = rows(Attachment)
    assert [(row.n, row.kind, row.state) for row in found] == [(1, "image", "wanted"), (2, "file", "wanted")]
    assert not any(b"canary" in row.url + row.name for row in found)
    with reading() as session:
        urls = [cells.unseal(session, cells.place(Attachment, "url", row.id, row.firm), row.url) for row in found]
    assert urls == [one.url for one in media]


def test_a_text_is_unread_until_somebody_reads_on(receive: Receive) -> None:
    receive("one")
    receive("two")
    [conversation] = rows(Conversation)
    assert conversation.last_in_position == conversation.last_position == 3


def test_who_listens_hears_after_the_commit_with_ids_only(receive: Receive) -> None:
    seen = []

    def hear(app: Any, **values: Any) -> None:
        seen.append((values, len(rows(Message, Message.direction == "in"))))

    with signals.text_received.connected_to(hear):
        receive("canary")
    [(values, stored)] = seen
    assert set(values) == {"firm", "conversation", "message"}
    assert stored == 1


def test_a_listener_that_fails_does_not_unstore_the_text(receive: Receive) -> None:
    def fails(app: Any, **values: Any) -> None:
        raise RuntimeError

    with signals.text_received.connected_to(fails):
        receive("kept")
    assert texts() == ["kept"]


def test_nothing_is_told_of_a_repeat(receive: Receive) -> None:
    same = str(uuid.uuid4())
    with heard(signals.text_received) as said:
        for _ in range(3):
            receive("once", carrier_id=same)
    assert len(said) == 1


def test_the_history_does_not_depend_on_the_order_or_the_number_of_webhooks(app: Any) -> None:
    verified_number()
    message = accepted("How are you?")
    gateway = firmtext.gateway
    gateway.receipts[str(message)] = str(uuid.uuid4())  # type: ignore[attr-defined]
    make = gateway.webhooks  # type: ignore[attr-defined]
    requests = [("inbound", make.text(ROSA, HARBOR, f"text {n}")) for n in range(5)]
    seen = set()
    for seed in range(4):
        shuffled = requests * 3
        random.Random(seed).shuffle(shuffled)
        with own() as session:
            session.query(Message).filter_by(direction="in").delete()
        for kind, request in shuffled:
            receiving.receive(request, kind)
        seen.add(tuple(sorted(texts())))
    assert seen == {tuple(f"text {n}" for n in range(5))}
