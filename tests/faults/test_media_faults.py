"""Files over real TLS from a carrier that fails, and processes that die with them: F71 to F74, A21, A28 to A31."""

from __future__ import annotations

import gzip
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from attached import JPEG, claims_are_over, content, file, passes, received, stands, stored, tried
from evidence import rows
from flask_firmtext.adapters import vonage_media
from flask_firmtext.messaging import media
from flask_firmtext.store import files, keys
from flask_firmtext.store.models import Attachment
from flask_firmtext.worker import heartbeats, sweep
from outbound import FAST
from rows import accepted, adopt
from servers import until
from workers import Worker, beating, gone, working

ROSA, HARBOR = "13125550100", "18335550100"
MEBIBYTE = 1024 * 1024
PHOTO = JPEG + os.urandom(MEBIBYTE + 12_345)
MOST = 2 * MEBIBYTE


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST, "FIRMTEXT_MEDIA_MAX_BYTES": str(MOST)}


@pytest.fixture
def harbor(carrier_app: Any, served: str) -> Any:
    """Harbor Law, which has texted Rosa, on the sandbox and reached by its webhooks."""
    adopt()
    accepted("How are you?")
    return carrier_app


def texted(sandbox: Any, data: bytes = PHOTO, *, name: str = "IMG_1.jpg", kind: str = "image/jpeg") -> uuid.UUID:
    """A file that Rosa's phone has sent and whose text has come in."""
    before = {row.id for row in rows(Attachment)}
    sandbox.text(ROSA, HARBOR, "Look", (name, kind, data))
    [one] = until(lambda: [row.id for row in rows(Attachment) if row.id not in before])
    return uuid.UUID(str(one))


@contextmanager
def trap() -> Iterator[tuple[int, socket.socket]]:
    """A port of this machine that nobody may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener.getsockname()[1], listener
        with pytest.raises(BlockingIOError):
            listener.accept()


def porter(worker: Worker, *killed: psutil.Process) -> psutil.Process:
    """The child that fetches files; those that were killed may not be buried yet."""
    [found] = until(
        lambda: [one for one in worker.children() if one not in killed and one.pid in beating(heartbeats.MEDIA)]
    )
    return found


def test_a_photo_of_a_phone_arrives_as_it_was_taken_within_seconds(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    with working(host_environment, tmp_path) as worker:
        worker.ready()
        one = texted(sandbox)
        until(lambda: stands(one) == ("stored", None), seconds=5)
        assert worker.stop() == 0
        assert "Traceback" not in worker.log.read_text()
    assert content(one) == PHOTO


def test_without_a_media_process_the_sweep_fetches(harbor: Any, sandbox: Any) -> None:
    one = texted(sandbox)
    heartbeats.beat(heartbeats.MEDIA)
    passing = sweep.Sweep(harbor)
    passing.one_pass()
    passing.finish()
    assert stands(one) == ("wanted", None), "somebody else does"
    passes(timedelta(seconds=46))
    passing = sweep.Sweep(harbor)
    passing.one_pass()
    passing.finish()
    assert content(one) == PHOTO


def test_one_pass_of_the_sweep_fetches_what_is_due(harbor: Any, sandbox: Any) -> None:
    every = [texted(sandbox) for _ in range(3)]
    heartbeats.beat(heartbeats.MEDIA)
    sweep.once()
    assert {stands(one) for one in every} == {("stored", None)}


def test_the_sweep_tidies_when_it_begins_and_then_once_an_hour(harbor: Any, sandbox: Any) -> None:
    def orphaned() -> None:
        with files.writer("harbor", keys.GENERAL) as out:
            out.write(b"content")

    orphaned()
    passes(timedelta(hours=2))
    passing = sweep.Sweep(harbor)
    passing.one_pass()
    assert stored() == (0, 0)
    orphaned()
    passes(timedelta(hours=2))
    passing.one_pass()
    assert stored() == (1, 1), "this process's hour is not over"
    passing.tidied -= sweep.TIDY_EVERY
    passing.one_pass()
    assert stored() == (0, 0)
    passing.finish()


@pytest.mark.attack("A21")
def test_a21_a_pdf_that_calls_itself_a_photo_is_refused_and_so_is_a_page(harbor: Any, sandbox: Any) -> None:
    for data in (b"%PDF-1.7\n" + bytes(500), b"<html><script>alert(1)</script>", b"<svg/>", b"PK\x03\x04" + bytes(99)):
        one = texted(sandbox, data, name="photo.jpg", kind="image/jpeg")
        assert media.fetch(one)
        assert stands(one) == ("refused", "type")
    assert stored() == (0, 0)


def test_the_senders_type_and_name_prove_nothing_either_way(harbor: Any, sandbox: Any) -> None:
    one = texted(sandbox, name="contract.pdf", kind="application/pdf")
    media.fetch(one)
    assert (stands(one), file(one).media_type) == (("stored", None), "image/jpeg")


@pytest.mark.fault("F71")
@pytest.mark.parametrize("status", [404, 410])
def test_f71_a_file_that_the_carrier_does_not_have_is_gone_after_three_tries(
    harbor: Any, sandbox: Any, status: int
) -> None:
    one = texted(sandbox)
    sandbox.fault("media", "answer", status=status)
    tried(one, 3)
    assert stands(one) == ("gone", "gone")


@pytest.mark.fault("F71")
@pytest.mark.parametrize("status", [401, 403])
def test_f71_a_refused_token_is_followed_by_a_fresh_one(harbor: Any, sandbox: Any, status: int) -> None:
    one = texted(sandbox)
    sandbox.fault("media", "answer", status=status, times=1)
    tried(one)
    assert stands(one)[0] == "wanted"
    tried(one)
    assert content(one) == PHOTO


@pytest.mark.fault("F71")
def test_f71_a_file_older_than_48_hours_is_gone(harbor: Any, sandbox: Any) -> None:
    one = texted(sandbox)
    sandbox.option(clock_ahead=49 * 3600)
    tried(one)
    assert stands(one) == ("wanted", "gone")


@pytest.mark.fault("F72")
@pytest.mark.parametrize(
    ("fault", "becomes"),
    [
        ({"how": "endless"}, ("refused", "too_large")),
        ({"headers": {"Content-Length": "99999999999"}}, ("refused", "too_large")),
        ({"how": "wrong_length"}, ("wanted", "reset")),
        ({"how": "half"}, ("wanted", "reset")),
        ({"how": "bad_gzip"}, ("refused", "encoding")),
        ({"headers": {"Content-Encoding": "gzip"}}, ("refused", "encoding")),
        ({"status": 200, "body": "", "headers": {"Content-Type": "image/jpeg"}}, ("refused", "empty")),
        ({"status": 500}, ("wanted", "server_error")),
        ({"status": 429}, ("wanted", "throttled")),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_f72_an_answer_that_lies_costs_no_more_than_its_file(
    harbor: Any, sandbox: Any, fault: dict[str, Any], becomes: tuple[str, str]
) -> None:
    one = texted(sandbox)
    sandbox.fault("media", "answer", times=1, **fault)
    media.fetch(one)
    assert stands(one) == becomes
    assert stored() == (0, 0)
    if becomes[0] == "wanted":
        tried(one)
        assert content(one) == PHOTO


@pytest.mark.fault("F72")
@pytest.mark.parametrize("do", ["drop_before", "drop_after"])
def test_f72_a_connection_that_ends_is_tried_again(harbor: Any, sandbox: Any, do: str) -> None:
    one = texted(sandbox)
    sandbox.fault("media", do, times=1)
    media.fetch(one)
    assert stands(one)[0] == "wanted"
    tried(one)
    assert content(one) == PHOTO


@pytest.mark.fault("F72")
@pytest.mark.parametrize("how", ["drip", "stall"])
def test_f72_a_file_that_drips_ends_by_the_deadline_and_is_tried_again(
    harbor: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(vonage_media, "TOTAL_SECONDS", 0.6)
    one = texted(sandbox)
    sandbox.fault("media", "answer", how=how, times=1)
    media.fetch(one)
    assert stands(one) == ("wanted", "timeout")
    assert stored() == (0, 0)


@pytest.mark.fault("F72")
def test_f72_a_file_as_large_as_allowed_is_stored_and_one_byte_more_is_not(harbor: Any, sandbox: Any) -> None:
    largest = JPEG + os.urandom(MOST - len(JPEG))
    one, other = texted(sandbox, largest), texted(sandbox, largest + b"x")
    assert media.run_due() == 2
    assert content(one) == largest
    assert stands(other) == ("refused", "too_large")
    assert stored()[0] == 1


@pytest.mark.attack("A28")
def test_a28_an_address_elsewhere_is_refused_without_a_connection(harbor: Any, sandbox: Any) -> None:
    with trap() as (port, _):
        addresses = [
            f"https://127.0.0.1:{port}/v3/media/x",
            f"https://localhost:{port}/v3/media/x",
            f"https://[::ffff:127.0.0.1]:{port}/x",
            f"https://2130706433:{port}/x",
            f"https://api.nexmo.com@127.0.0.1:{port}/x",
            f"http://127.0.0.1:{port}/x",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/x",
            "file:///etc/passwd",
            "x",
        ]
        every = received(*addresses)
        assert media.run_due() == len(addresses)
    assert {stands(one) for one in every} == {("refused", "host")}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.attack("A29", "A31")
def test_a29_a31_a_redirect_to_the_loopback_is_refused_and_the_token_stays_here(
    harbor: Any, sandbox: Any, status: int
) -> None:
    one = texted(sandbox)
    with trap() as (port, _):
        sandbox.fault("media", "answer", status=status, headers={"Location": f"https://127.0.0.1:{port}/"}, times=1)
        media.fetch(one)
    assert stands(one) == ("refused", "redirect")


@pytest.mark.fault("F72")
@pytest.mark.attack("A30")
def test_a30_a_gzip_bomb_is_refused_before_it_is_read_and_as_a_file_by_its_type(harbor: Any, sandbox: Any) -> None:
    bomb = gzip.compress(bytes(20 * MEBIBYTE))
    one = texted(sandbox, bomb)
    media.fetch(one)
    assert stands(one) == ("refused", "type")
    other = texted(sandbox, bomb)
    sandbox.fault("media", "answer", headers={"Content-Encoding": "gzip"}, times=1)
    media.fetch(other)
    assert stands(other) == ("refused", "encoding")


@pytest.mark.fault("F73")
def test_f73_the_process_is_killed_again_and_again_and_the_file_is_there_once(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    away = sandbox.fault("media", "drop_before")
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        one = texted(sandbox)
        killed: list[psutil.Process] = []
        for _ in range(2):
            killed.append(porter(worker, *killed))
            until(lambda: file(one).reason is not None)
            killed[-1].kill()
            gone(killed)
        sandbox.session.delete(f"{sandbox.control}/_sandbox/faults/{away}", timeout=10).raise_for_status()
        claims_are_over()
        until(lambda: stands(one) == ("stored", None), seconds=30)
        assert worker.stop() == 0
    assert content(one) == PHOTO
    passes(timedelta(hours=25))
    files.sweep_orphans()
    assert stored()[0] == 1


@pytest.mark.fault("F74")
def test_f74_a_process_killed_while_it_writes_leaves_half_a_file_that_nobody_sees(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    one = texted(sandbox)
    with working(host_environment, tmp_path, "--no-sweep", FIRMTEXT_TEST_PAUSE="kill:media.piece") as worker:
        until(lambda: stored()[1] > 0)
        gone([child for child in worker.children() if child.pid in beating(heartbeats.MEDIA)])
        assert stands(one) == ("fetching", None)
        worker.parent.kill()
    assert file(one).file_id is None
    claims_are_over()
    with working(host_environment, tmp_path, "--no-sweep"):
        until(lambda: stands(one) == ("stored", None))
    assert content(one) == PHOTO
    passes(timedelta(hours=25))
    assert files.sweep_orphans() == 1
    assert stored()[0] == 1


def test_a_stopped_worker_gives_a_file_back_within_seconds(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    sandbox.fault("media", "answer", how="stall", seconds=2, times=1)
    with working(host_environment, tmp_path, "--no-sweep") as worker:
        one = texted(sandbox)
        until(lambda: stands(one)[0] == "fetching")
        assert worker.stop(seconds=15) == 0
    assert stands(one)[0] == "wanted"
