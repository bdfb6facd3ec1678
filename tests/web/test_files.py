"""A received file over HTTP: who gets it, and in what it is wrapped."""

from __future__ import annotations

import contextvars
import secrets
import tracemalloc
import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from evidence import rows
from flask_firmtext.store.models import Attachment, Audit
from flask_firmtext.store.states import FileState
from flask_firmtext.store.transactions import own
from mailroom import arrives, becomes, comes, damage, downloads
from office import ADMIN, ROSA, STAFF, SUMMIT, Office

BIG = secrets.token_bytes(150_001)
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}


@pytest.fixture
def office(office: Office) -> Office:
    office.sends()
    return office


def get(office: Office, file: uuid.UUID, user: str | None = STAFF, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return office.person(user).get(f"/texting/files/{file}", headers=named)


def test_a_file_comes_whole_under_our_name_and_its_found_type(office: Office) -> None:
    file = arrives(office, BIG, name="Küche 1.png")
    answer = get(office, file)
    assert (answer.status_code, answer.data) == (200, BIG)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(BIG))
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="photo-20')
    assert "-1.png\"; filename*=UTF-8''photo-20" in disposition
    assert "che" not in disposition


def test_files_of_one_day_have_different_names_and_each_keeps_its_own(office: Office) -> None:
    first, second = arrives(office), arrives(office)
    names = [get(office, file).headers["Content-Disposition"] for file in (first, second, first)]
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=5-9"}, {"Range": "bytes=999999999-"}])
@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.attack("A21", "A26")
def test_A26_A21_every_answer_is_an_attachment_that_no_page_or_cache_can_use(
    office: Office, headers: dict[str, str], method: str
) -> None:
    file = arrives(office, BIG)
    answer = getattr(office.person(), method)(f"/texting/files/{file}", headers=headers)
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-", 0, 150_001),
        ("bytes=5-9", 5, 10),
        ("bytes=70000-140000", 70_000, 140_001),
        ("bytes=-10", 149_991, 150_001),
        ("bytes=149999-999999", 149_999, 150_001),
        ("bytes=-999999", 0, 150_001),
    ],
)
def test_a_part_is_answered_with_just_that_part(office: Office, asked: str, begin: int, end: int) -> None:
    answer = get(office, arrives(office, BIG), Range=asked)
    assert answer.data == BIG[begin:end]
    assert answer.headers["Content-Length"] == str(end - begin)
    if end - begin < len(BIG):
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{len(BIG)}"


@pytest.mark.parametrize("asked", ["bytes=150001-", "bytes=9-5", "bytes=-0"])
def test_a_part_that_is_not_there_is_416_with_the_size(office: Office, asked: str) -> None:
    answer = get(office, arrives(office, BIG), Range=asked)
    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(BIG)}"


@pytest.mark.parametrize("asked", ["bytes=-", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=0-" + "9" * 40])
def test_a_range_that_is_none_is_answered_with_the_whole_file(office: Office, asked: str) -> None:
    assert get(office, arrives(office, BIG), Range=asked).data == BIG


def test_a_download_that_broke_off_goes_on_only_with_the_same_bytes(office: Office) -> None:
    file = arrives(office, BIG)
    tag = get(office, file).headers["ETag"]
    assert get(office, file, Range="bytes=100-", If_Range=tag).data == BIG[100:]
    assert get(office, file, Range="bytes=100-", If_Range='"other"').data == BIG


@pytest.mark.attack("A17")
def test_A17_another_firm_a_stranger_and_who_may_not_get_what_they_get_for_nothing(office: Office) -> None:
    file, nothing = arrives(office, BIG), uuid.uuid4()
    office.host.users.refuse(ADMIN, "attachment.read")
    for user in ("admin@summit.example", ADMIN):
        refused, absent = get(office, file, user), get(office, nothing, user)
        assert (refused.status_code, refused.data) == (absent.status_code, absent.data)
        assert refused.status_code == 404
    assert get(office, file, None).status_code == 401
    assert downloads() == []


@pytest.mark.attack("A17")
def test_A17_the_host_is_asked_for_the_very_conversation(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    file = arrives(office)
    may = office.host.users.may
    monkeypatch.setattr(office.host.users, "may", lambda *question: (asked.append(question[1:]), may(*question))[1])
    get(office, file)
    ((action, subject),) = asked
    assert action == "attachment.read"
    assert (subject.conversation, subject.contacts, subject.firm) == (str(office.conversation()), ("rosa",), "harbor")


def test_a_host_that_cannot_say_shows_nothing(office: Office) -> None:
    file = arrives(office)
    office.host.fault("Users.may", raises=RuntimeError("canary"))
    answer = get(office, file)
    assert answer.status_code == 503
    assert "canary" not in answer.text


@pytest.mark.parametrize("state", [state for state in FileState if state is not FileState.STORED])
def test_what_is_not_here_is_nothing(office: Office, state: FileState) -> None:
    file = comes(office, "a.jpg")[0]
    becomes(file, state)
    assert get(office, file).status_code == 404


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/pdf", "", "text/xml"])
@pytest.mark.attack("A21")
def test_A21_a_type_that_is_not_on_the_list_is_never_served(office: Office, media_type: str) -> None:
    assert get(office, arrives(office, b"<svg onload=alert(1)>", media_type)).status_code == 404


def test_a_file_in_quarantine_is_nothing_here(office: Office) -> None:
    file = arrives(office)
    with own() as session:
        session.get_one(Attachment, file).message_id = None
    assert get(office, file).status_code == 404


@pytest.mark.parametrize(
    ("headers", "recorded"),
    [
        ({}, [STAFF]),
        ({"Sec-Fetch-Dest": "document"}, [STAFF]),
        ({"Sec-Fetch-Dest": "empty"}, [STAFF]),
        ({"Range": "bytes=0-"}, [STAFF]),
        ({"Range": "bytes=100-"}, []),
        ({"Sec-Fetch-Dest": "image"}, []),
        ({"Sec-Fetch-Dest": "video", "Range": "bytes=0-"}, []),
        ({"Sec-Fetch-Dest": "audio"}, []),
    ],
)
def test_a_download_is_recorded_and_a_preview_or_a_later_part_is_not(
    office: Office, headers: dict[str, str], recorded: list[str]
) -> None:
    get(office, arrives(office, BIG), **{name.replace("-", "_"): value for name, value in headers.items()})
    assert downloads() == recorded
    assert seen() == ([] if recorded else [STAFF]), "whose file was seen, its conversation was"


def seen() -> list[str]:
    return [row.actor for row in rows(Audit, Audit.action == "conversation.read")]


def test_a_look_at_the_headers_is_no_download(office: Office) -> None:
    answer = office.person().head(f"/texting/files/{arrives(office, BIG)}")
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", str(len(BIG)))
    assert downloads() == []


def test_a_damaged_file_says_so_and_nothing_of_it_comes(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    file = arrives(office, BIG)
    damage(file)
    answer = get(office, file)
    assert answer.status_code == 503
    assert "This file cannot be read" in answer.text
    assert "Traceback" not in answer.text + caplog.text


def test_a_file_that_is_damaged_further_on_ends_where_it_is_damaged(office: Office) -> None:
    file = arrives(office, BIG)
    damage(file, piece=1)
    answer = get(office, file)
    assert BIG.startswith(answer.data)
    assert len(answer.data) < int(answer.headers["Content-Length"])


def test_a_file_whose_bytes_are_gone_says_so(office: Office) -> None:
    file = arrives(office, BIG)
    with own() as session:
        session.get_one(Attachment, file).file_id = uuid.uuid4()
    assert "This file cannot be read" in get(office, file).text


def test_of_two_firms_with_one_client_each_sees_its_own(office: Office) -> None:
    office.sends("rosa-of-summit", by="admin@summit.example")
    theirs = arrives(office, BIG, phone=ROSA, to=SUMMIT)
    assert get(office, theirs).status_code == 404
    assert get(office, theirs, "admin@summit.example").data == BIG


def test_the_hosts_session_is_given_back_before_the_last_byte(office: Office) -> None:
    file = arrives(office, BIG)
    engine = office.app.extensions["firmtext"].engine
    client = office.person().client
    answer = client.get(f"/texting/files/{file}", buffered=False)
    assert engine.pool.checkedout() == 0
    # As on a server: no context of the request is left by then.
    assert contextvars.Context().run(lambda: b"".join(answer.iter_encoded())) == BIG


def test_a_large_file_is_never_in_memory_as_a_whole(office: Office) -> None:
    size = 16 * 1024 * 1024
    file = arrives(office, bytes(size), "video/mp4")
    client = office.person().client
    tracemalloc.start()
    answer = client.get(f"/texting/files/{file}", buffered=False)
    assert sum(map(len, answer.iter_encoded())) == size
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * 1024 * 1024
