"""What a traceback, a log line or a debugger prints of our values holds no text, number or name."""

from __future__ import annotations

import uuid
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest

from flask_firmtext.messaging.accepting import Outgoing
from flask_firmtext.messaging.shown import Text
from flask_firmtext.ports.gateway import InboundText, Media, Outbound, RawRequest
from flask_firmtext.ports.values import Contact, Link, Notifications, PhoneNumber
from flask_firmtext.store.states import Kind, State
from flask_firmtext.web.draft import Draft

CANARY = "canary-7b1c"
NOW = datetime(2031, 1, 1, tzinfo=UTC)

VALUES = [
    Draft("rosa", "key", CANARY, conversation="c", error=CANARY),
    Text(uuid.uuid4(), 1, True, CANARY, CANARY, NOW, State.RECEIVED, "", None, False, (), uuid.uuid4()),
    Outgoing(CANARY, Kind.STAFF, "staff", "token"),
    Outbound(CANARY, CANARY, CANARY, "reference"),
    InboundText("id", CANARY, CANARY, CANARY, None, (Media(CANARY, "image", CANARY),), (CANARY,), CANARY.encode()),
    Media(CANARY, "image", CANARY),
    RawRequest("POST", {"authorization": CANARY}, CANARY.encode(), (("text", CANARY),)),
    PhoneNumber(CANARY, "mobile"),
    Contact("rosa", CANARY, (PhoneNumber(CANARY),), CANARY, url=CANARY),
    Notifications(CANARY, CANARY, CANARY),
    Link(CANARY, CANARY),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_shows_no_words_and_no_number(value: object) -> None:
    assert is_dataclass(value)
    assert CANARY not in repr(value)
    assert CANARY not in f"{value}"
    assert len(fields(value)) > 1
