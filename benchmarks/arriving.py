"""P6: from a webhook's first byte until its text stands in an open inbox, in a real browser."""

from __future__ import annotations

import itertools
import shutil
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from carrier import Carrier
from flask_firmtext.sandbox import credentials
from rows import STAFF
from signing import Signer

from . import filling, ingest
from .rounds import Figure, Scale, Target, percentile
from .stage import Stage, host, settings_of

BASELINE = "the same webhook until it is answered with 200"
TARGET = Target("p95 ≤ 1.5 s", most=1.5, absolute=True)
ENGINE = "postgresql"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    with inbox(stage) as shown:
        shown.text()
        found = [shown.text(pause=n * 0.37 % 1) for n in range(scale.of(60, 5))]
    answered, seen = ([one[n] for one in found] for n in (0, 1))
    ours, baseline = percentile(seen, 0.95), percentile(answered, 0.95)
    more = {"p50": round(statistics.median(seen), 3)}
    what, met = "webhook until it is seen, p95", TARGET.met(ours)
    yield Figure("P6", what, ENGINE, ours, baseline, ours / baseline, "s", TARGET.words, met, len(seen), more)


@contextmanager
def inbox(stage: Stage) -> Iterator[Shown]:
    folder = stage.new_folder()
    carrier = Carrier("", folder, credentials(folder))
    with stage.database(ENGINE) as url:
        settings = settings_of(url, carrier)
        with host(settings):
            filling.open_office()
            filling.fill(1_000)
        with stage.web("hostapp:create_app()", settings, threads=4) as port, sync_playwright() as playwright:
            found = next(filter(None, map(shutil.which, BROWSERS)))
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/sign-in/{STAFF.ref}")
            page.goto(f"http://127.0.0.1:{port}/texting/")
            yield Shown(page, Signer.of(carrier), port)
            browser.close()


class Shown:
    """An inbox that is open in a browser."""

    def __init__(self, page: Page, signer: Signer, port: int) -> None:
        self.page, self.signer, self.port = page, signer, port
        self.clients = itertools.cycle(range(filling.KNOWN))

    def text(self, pause: float = 0.0) -> Sequence[float]:
        """Seconds until a client's text was answered, and until it was there to read."""
        time.sleep(pause)
        words = f"Seen {uuid.uuid4().hex[:8]}"
        request = ingest.signed(self.signer, filling.phone(next(self.clients))[1:], words)
        began = time.perf_counter()
        ingest.post_all(self.port, [request])
        answered = time.perf_counter() - began
        self.page.wait_for_function("words => document.body.innerText.includes(words)", arg=words, polling=10)
        return answered, time.perf_counter() - began
