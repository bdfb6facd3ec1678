"""Webhooks as events: the documented shapes, those seen in the wild, and whatever else may come."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_firmtext.adapters.vonage_codes import CODES
from flask_firmtext.adapters.vonage_events import parse
from flask_firmtext.errors import WebhookUnreadable
from flask_firmtext.ports.gateway import Again, InboundText, Media, RawRequest, Reason, StatusEvent, StatusKind

UUID = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
ERRORS = "https://developer.vonage.com/api-errors/messages"
STATUS = {
    "message_uuid": UUID,
    "to": "14155550123",
    "from": "18335550100",
    "timestamp": "2025-02-03T12:14:25Z",
    "status": "submitted",
    "channel": "sms",
    "client_ref": "11111111-2222-4333-8444-555555555555",
    "usage": {"currency": "EUR", "price": "0.0333"},
    "destination": {"network_code": "12345"},
    "sms": {"count_total": "2"},
}
INBOUND = {
    "channel": "sms",
    "message_uuid": UUID,
    "to": "18335550100",
    "from": "14155550123",
    "timestamp": "2025-02-03T12:14:25.123Z",
    "text": "Grüße 👋",
    "sms": {"num_messages": "1", "keyword": "GRÜSSE"},
    "usage": {"currency": "EUR", "price": "0.0333"},
}
MEDIUM = "https://api-us.nexmo.com/v3/media/1b456509-974c-458b-aafa-45fc48a4d976"


def webhook(body: object) -> RawRequest:
    return RawRequest("POST", {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def status(**changes: object) -> StatusEvent:
    (event,) = parse(webhook({**STATUS, **changes}), "status")
    assert isinstance(event, StatusEvent)
    return event


def inbound(without: str = "", **changes: object) -> InboundText:
    body = {name: value for name, value in {**INBOUND, **changes}.items() if name != without}
    (event,) = parse(webhook(body), "inbound")
    assert isinstance(event, InboundText)
    return event


def reason_of(body: object, kind: str) -> str:
    with pytest.raises(WebhookUnreadable) as caught:
        parse(webhook(body), kind)
    return caught.value.reason


def test_a_status_says_what_when_and_of_which_text() -> None:
    event = status()
    assert (event.carrier_id, event.reference) == (UUID, STATUS["client_ref"])
    assert (event.kind, event.name) == (StatusKind.SUBMITTED, "submitted")
    assert event.at == datetime(2025, 2, 3, 12, 14, 25, tzinfo=UTC)
    assert (event.code, event.meaning, event.partly) == (None, None, False)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("submitted", StatusKind.SUBMITTED),
        ("delivered", StatusKind.DELIVERED),
        ("rejected", StatusKind.FAILED),
        ("undeliverable", StatusKind.FAILED),
        ("read", StatusKind.OTHER),
        ("Delivered", StatusKind.OTHER),
        ("something of tomorrow", StatusKind.OTHER),
    ],
)
def test_every_status_has_a_kind_and_an_unknown_one_changes_nothing(name: str, kind: StatusKind) -> None:
    assert (status(status=name).kind, status(status=name).name) == (kind, name)


FLAT = {"type": f"{ERRORS}#1190", "title": "1190", "detail": "Absent Subscriber", "instance": "x"}


@pytest.mark.parametrize(
    "error",
    [
        FLAT,
        {**FLAT, "title": 1190},
        {"error": FLAT},
        {"error": {**FLAT, "title": 1190}},
        {"error": {"error": FLAT}},
        {**FLAT, "title": "Absent Subscriber Permanent"},
        {**FLAT, "title": None},
        {"type": f"{ERRORS}-olympus#1190"},
        {"title": " 1190 "},
        {"type": 7, "title": 1190},
    ],
)
def test_every_shape_of_an_error_gives_its_code(error: object) -> None:
    event = status(status="rejected", error=error)
    assert event.code == "1190"
    assert event.meaning == CODES["1190"]


@pytest.mark.parametrize(
    "error", [None, {}, [], "1190", 1190, {"error": "x"}, {"title": True}, {"type": "#x", "title": ""}]
)
def test_a_failure_without_a_code_is_unknown_or_an_outage(error: object) -> None:
    rejected, undeliverable = status(status="rejected", error=error), status(status="undeliverable", error=error)
    assert rejected.code is undeliverable.code is None
    assert rejected.meaning is not None
    assert rejected.meaning.reason is Reason.UNKNOWN_ERROR
    assert undeliverable.meaning is not None
    assert (undeliverable.meaning.reason, undeliverable.meaning.again) == (Reason.TEMPORARY_ERROR, Again.WORTH_IT)


def test_an_unlisted_code_is_kept_and_is_an_unknown_error() -> None:
    event = status(status="rejected", error={**FLAT, "title": "9999"})
    assert event.code == "9999"
    assert event.meaning is not None
    assert event.meaning.reason is Reason.UNKNOWN_ERROR


def test_submitted_with_1220_is_submitted() -> None:
    event = status(error={**FLAT, "title": "1220"})
    assert (event.kind, event.code, event.partly) == (StatusKind.SUBMITTED, "1220", False)


def test_1240_is_an_opt_out() -> None:
    event = status(status="rejected", error={**FLAT, "title": "1240"})
    assert event.meaning is not None
    assert event.meaning.opted_out


@pytest.mark.parametrize("count", ["count_total", "total_count"])
@pytest.mark.parametrize(
    ("code", "segments"),
    [
        ("1490", []),
        ("1490", None),
        ("1260", [{"status": "delivered"}, {"status": "rejected", "error_code": "1260"}]),
        (None, [{}, "x", {"status": "delivered"}]),
    ],
)
def test_what_may_have_arrived_in_part_is_unsure(count: str, code: str | None, segments: object) -> None:
    error = {**FLAT, "title": code} if code else None
    event = status(status="rejected", error=error, sms={count: "2", "segments": segments})
    assert (event.kind, event.code, event.partly) == (StatusKind.FAILED, code, True)
    assert event.meaning is not None
    assert (event.meaning.reason, event.meaning.again) == (Reason.UNKNOWN_ERROR, Again.UNSURE)


@pytest.mark.parametrize(
    "segments", [[{"status": "rejected"}], [], "delivered", {"status": "delivered"}, [["delivered"]]]
)
def test_what_arrived_nowhere_is_not_in_part(segments: object) -> None:
    error = {**FLAT, "title": "1260"}
    assert not status(status="rejected", error=error, sms={"segments": segments}).partly
    assert not status(status="delivered", sms={"segments": [{"status": "delivered"}]}).partly


def test_repeats_have_one_digest_and_other_events_another() -> None:
    failed = {"status": "rejected", "error": FLAT}
    events = [
        status(),
        status(timestamp="2025-02-03T12:14:26Z"),
        status(message_uuid=UUID.replace("a", "b")),
        status(status="delivered"),
        status(**failed),
        status(status="rejected", error={**FLAT, "title": "1260"}),
    ]
    assert len({event.digest for event in events}) == len(events)
    assert all(len(event.digest) == 32 for event in events)
    assert status(usage=None, sms={}).digest == status().digest
    assert status(status="rejected", error={"error": FLAT}).digest == status(**failed).digest


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2025-02-03T12:14:25Z", datetime(2025, 2, 3, 12, 14, 25, tzinfo=UTC)),
        ("2025-02-03T12:14:25.123Z", datetime(2025, 2, 3, 12, 14, 25, 123000, tzinfo=UTC)),
        ("2025-02-03T12:14:25+02:00", datetime(2025, 2, 3, 10, 14, 25, tzinfo=UTC)),
        ("2025-02-03 12:14:25 +0000", datetime(2025, 2, 3, 12, 14, 25, tzinfo=UTC)),
        ("2025-02-03T12:14:25", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2025-02-30T00:00:00Z", None),
        ("soon", None),
        ("", None),
        (1738584865, None),
        (None, None),
        ([], None),
    ],
)
def test_times_are_read_leniently_and_never_guessed(given: object, read: datetime | None) -> None:
    assert status(timestamp=given).at == read
    assert inbound(timestamp=given).at == read


@pytest.mark.parametrize("reference", [None, "", 7, "r" * 101, {}])
def test_a_status_without_a_usable_reference_is_kept(reference: object) -> None:
    assert status(client_ref=reference).reference is None


def test_a_text_of_a_client_is_read_without_a_message_type() -> None:
    event = inbound()
    assert (event.carrier_id, event.sender, event.to) == (UUID, "+14155550123", "+18335550100")
    assert (event.text, event.media, event.participants) == ("Grüße 👋", (), ())
    assert event.at == datetime(2025, 2, 3, 12, 14, 25, 123000, tzinfo=UTC)


@pytest.mark.parametrize("uuid", [UUID, UUID.upper()])
def test_ids_are_in_lower_case_as_in_receipts(uuid: str) -> None:
    assert inbound(message_uuid=uuid).carrier_id == status(message_uuid=uuid).carrier_id == UUID


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("14155550123", "+14155550123"),
        ("+14155550123", "+14155550123"),
        (" 14155550123 ", "+14155550123"),
        ("447700900123", "+447700900123"),
        ("24444", "24444"),
        ("BANK", "BANK"),
        ("0123456789", "0123456789"),
        ("١٢٣٤٥٦٧٨٩", "١٢٣٤٥٦٧٨٩"),
    ],
)
def test_numbers_are_e164_and_other_senders_stay_as_they_are(given: str, read: str) -> None:
    assert inbound(**{"from": given}).sender == read


@pytest.mark.parametrize("kind", ["image", "audio", "video", "vcard", "file"])
def test_a_file_is_read_with_its_name_and_caption(kind: str) -> None:
    item = {"url": MEDIUM, "name": "a.jpg", "caption": "see"}
    event = inbound("text", channel="mms", message_type=kind, **{kind: item})
    assert event.media == (Media(MEDIUM, kind, "a.jpg"),)
    assert event.text == "see"


def test_several_files_are_read_once_each_and_empty_ones_not_at_all() -> None:
    content = [
        {"type": "image", "url": MEDIUM},
        {},
        {"type": "vcard", "url": MEDIUM + "2"},
        {"url": MEDIUM + "3"},
        None,
    ]
    event = inbound(
        "text", channel="mms", message_type="image", image={"url": MEDIUM, "name": "a", "caption": "c"}, content=content
    )
    assert event.media == (Media(MEDIUM, "image", "a"), Media(MEDIUM + "2", "vcard"), Media(MEDIUM + "3", "file"))
    assert event.text == "c"
    assert inbound("text", channel="mms", message_type="content", content=content).media[0].kind == "image"
    assert len(inbound("text", content=content).media) == 3


def test_the_others_of_a_group_are_named() -> None:
    event = inbound(channel="mms", message_type="text", mms={"participants": ["14155550124", "24444", None, 7]})
    assert event.participants == ("+14155550124", "24444")


def test_an_unknown_kind_of_message_with_a_file_is_a_file() -> None:
    event = inbound("text", channel="mms", message_type="hologram", hologram={"url": MEDIUM})
    assert event.media == (Media(MEDIUM, "hologram"),)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"message_type": "location", "location": {"lat": 41.9, "long": -87.6}}, "location"),
        ({"message_type": "contacts", "contacts": [{"name": "x"}]}, "contacts"),
        ({"message_type": "unsupported"}, "unsupported"),
        ({"message_type": "image", "image": {}}, "image"),
        ({"message_type": "image", "image": None}, "image"),
        ({"message_type": "content", "content": [{}]}, "file"),
        ({"message_type": "content", "content": [{"type": "location"}]}, "location"),
        ({"image": {"url": 7}}, "image"),
    ],
)
def test_what_cannot_be_fetched_is_there_all_the_same(body: dict[str, Any], kind: str) -> None:
    event = inbound(text=None, channel="mms", **body)
    assert (event.text, event.media) == ("", (Media("", kind),))


def test_what_cannot_be_fetched_stands_beside_what_can() -> None:
    content = [{"type": "image", "url": MEDIUM}, {"type": "location", "lat": 1}]
    event = inbound(text=None, channel="mms", message_type="content", content=content)
    assert event.media == (Media(MEDIUM, "image"), Media("", "location"))


def test_a_text_of_an_unknown_kind_is_a_text() -> None:
    assert inbound(text="words", message_type="hologram").media == ()


def test_no_words_are_dropped_wherever_they_stand() -> None:
    content = [{"type": "text", "text": "first"}, {"type": "image", "url": MEDIUM, "caption": "second"}]
    event = inbound(text=None, channel="mms", message_type="content", content=content)
    assert (event.text, event.media) == ("first\nsecond", (Media(MEDIUM, "image"),))
    image = {"url": MEDIUM, "caption": "beside"}
    assert inbound(text="Look", channel="mms", message_type="image", image=image).text == "Look\nbeside"
    assert inbound(text="beside", channel="mms", message_type="image", image=image).text == "beside"


def test_a_text_may_be_empty_and_a_file_needs_none() -> None:
    assert inbound(text="").text == ""
    assert inbound(text=None, channel="mms", message_type="image", image={"url": MEDIUM}).text == ""


def test_half_a_character_becomes_one_that_can_be_stored() -> None:
    body = json.dumps(INBOUND).replace("Gr", "\\ud83dGr").encode()
    (event,) = parse(webhook(body), "inbound")
    assert isinstance(event, InboundText)
    assert event.text.startswith("\ufffdGr")
    assert event.text.endswith("👋")


def test_the_same_text_twice_has_two_digests_by_its_id() -> None:
    assert inbound().digest == inbound(timestamp="2025-02-03T12:14:26Z").digest
    others = inbound(text="other"), inbound(message_uuid=UUID.replace("a", "c")), inbound(to="18335550101")
    assert len({event.digest for event in (inbound(), *others)}) == 4


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("status", {"message_uuid": None}, "message_uuid"),
        ("status", {"message_uuid": "x"}, "message_uuid"),
        ("status", {"status": None}, "status"),
        ("status", {"status": ""}, "status"),
        ("status", {"status": "s" * 41}, "status"),
        ("status", {"status": {"a": 1}}, "status"),
        ("inbound", {"message_uuid": 7}, "message_uuid"),
        ("inbound", {"from": None}, "from"),
        ("inbound", {"from": {"type": "sms", "number": "14155550123"}}, "from"),
        ("inbound", {"from": "x" * 101}, "from"),
        ("inbound", {"to": ""}, "to"),
        ("inbound", {"to": "  "}, "to"),
        ("inbound", {"text": None}, "text"),
        ("inbound", {"text": {"body": "x"}}, "text"),
        ("inbound", {"text": None, "message_type": "text", "content": [{"type": "text"}]}, "text"),
        ("inbound", {"text": None, "message_type": ["x"]}, "message_type"),
        ("inbound", {"channel": "whatsapp"}, "channel"),
        ("inbound", {"channel": None}, "channel"),
        ("inbound", {"channel": ["sms"]}, "channel"),
        ("answer", {}, "kind"),
    ],
)
def test_a_field_that_is_odd_is_named(kind: str, change: dict[str, Any], reason: str) -> None:
    assert reason_of({**(STATUS if kind == "status" else INBOUND), **change}, kind) == reason


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 200_000, b"9" * 5000])
def test_what_is_no_object_is_unreadable(body: bytes) -> None:
    assert reason_of(body, "inbound") == reason_of(body, "status") == "not_an_object"


ODD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(
            ["sms", "mms", "image", "1240", "delivered", "rejected", UUID, MEDIUM, "14155550123", "\ud800"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["error", "title", "type", "url", "caption", "status", "segments", "participants", "name"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(sorted({*STATUS, *INBOUND, "error", "message_type", "image", "content", "mms", "file"}))


@given(kind=st.sampled_from(["inbound", "status"]), changes=st.dictionaries(FIELDS, ODD, max_size=6))
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_in_the_fields_is_an_event_or_unreadable(kind: str, changes: dict[str, object]) -> None:
    body = json.dumps({**(STATUS if kind == "status" else INBOUND), **changes}).encode()
    try:
        events = parse(webhook(body), kind)
    except WebhookUnreadable:
        return
    (event,) = events
    assert isinstance(event, StatusEvent if kind == "status" else InboundText)
    assert len(event.digest) == 32
    # What we hand on can be stored: no half of a character pair is in it.
    assert json.dumps(dataclasses.asdict(event), default=str, ensure_ascii=False).encode()


@given(body=st.binary(max_size=200), kind=st.sampled_from(["inbound", "status"]))
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_bytes_nothing_else_is_raised(body: bytes, kind: str) -> None:
    with pytest.raises(WebhookUnreadable):
        parse(webhook(body), kind)
