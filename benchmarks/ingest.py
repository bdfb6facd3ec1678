"""P1: webhooks a second that one gunicorn worker takes, beside the bare route."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from carrier import Carrier
from flask_firmtext.sandbox import credentials
from signing import HARBOR, Signer, packed, words

from . import filling
from .rounds import Figure, Pair, Scale, Target, alternating
from .stage import ENGINES, Stage, host, settings_of

BASELINE = "a bare Flask route: HS256, SHA-256 of the body, one INSERT, commit; gunicorn, one sync worker"
TARGET = Target("≥ 0.6", least=0.6)
#: As many as keep one worker busy.
CONNECTIONS = 2
WORDS = "I can bring the lease on Tuesday, is ten o'clock all right with you?"


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    for engine in ENGINES:
        with stage.database(engine) as url:
            _fill(url)
            with routes(stage, url) as both:
                pair = both.compared(scale.of(300, 30), scale.rounds(15))
        yield pair.figure("P1", "webhook ingest", TARGET, unit="requests/s", db=engine)


def _fill(url: str) -> None:
    with host(settings_of(url)):
        filling.open_office()
        filling.fill(1_000)


@contextmanager
def routes(stage: Stage, url: str) -> Iterator[Routes]:
    """Both applications on one database."""
    folder = stage.new_folder()
    carrier = Carrier("", folder, credentials(folder))
    settings = settings_of(url, carrier)
    with (
        stage.web("hostapp:create_app()", settings) as ours,
        stage.web("benchmarks.bare:create_app()", settings) as bare,
    ):
        yield Routes(Signer.of(carrier), ours, bare)


class Routes:
    """Both routes, and clients who text."""

    def __init__(self, signer: Signer, ours: int, bare: int) -> None:
        self.signer, self.ours, self.bare = signer, ours, bare
        self.clients = itertools.cycle(filling.phone(n)[1:] for n in range(filling.KNOWN))

    def compared(self, count: int, rounds: int) -> Pair:
        return alternating(lambda: self.rate(self.ours, count), lambda: self.rate(self.bare, count), rounds)

    def rate(self, port: int, count: int) -> float:
        """Webhooks a second; one that is not taken is an error."""
        requests = [signed(self.signer, next(self.clients), WORDS) for _ in range(count)]
        shares = [requests[n::CONNECTIONS] for n in range(CONNECTIONS)]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            began = time.perf_counter()
            list(pool.map(lambda share: post_all(port, share), shares))
            return count / (time.perf_counter() - began)


def signed(signer: Signer, sender: str, text: str) -> bytes:
    """A webhook as it comes over the line; it is not kept open, because a sync worker does not."""
    body = packed(words(text, sender=sender, to=HARBOR))
    head = (
        "POST /texting/webhooks/inbound HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {signer.token(body)}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def post_all(port: int, requests: Sequence[bytes]) -> None:
    for request in requests:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(request)
            answer = b""
            while piece := line.recv(4096):
                answer += piece
        if not answer.startswith(b"HTTP/1.1 200"):
            raise AssertionError(answer.decode(errors="replace"))
