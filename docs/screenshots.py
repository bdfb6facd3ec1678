"""Takes the pictures of the documents: of the demo, as its seed makes it. ``make screenshots`` runs it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from sample_host_app.demo.plan import Plan, read  # noqa: E402 - the demo is no installed package
from sample_host_app.demo.servers import Demo  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WHO = "staff@harbor.example"
CLIENT = "Maria Delgado"
MILLISECONDS = 90_000  # a busy machine compiles every module at the first page
PORTS = ("DEMO_PORT", "SANDBOX_PORT", "SANDBOX_TLS_PORT")


def thread(page: Any, plan: Plan) -> None:
    """A conversation, its newest text at the bottom."""
    page.goto(f"{plan.url}/communications")
    page.locator("tr", has_text=CLIENT).get_by_role("link", name="View").first.click()
    page.get_by_role("log").get_by_role("article").last.wait_for()


def table(page: Any, plan: Plan) -> None:
    """The firm's conversations."""
    page.goto(f"{plan.url}/communications")
    page.locator("tr", has_text=CLIENT).first.wait_for()


#: Pictures by their names: how to get to what is to be seen, and the size of the window.
PICTURES = {"thread": (thread, 1100, 720), "table": (table, 1100, 720)}


def main() -> int:
    """Start a demo of its own, take every picture, end it."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stderr.write("No browser found: `make browser` installs Debian's chromium.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        ports = dict(zip(PORTS, map(str, _free(len(PORTS))), strict=True))
        plan = read({**os.environ, **ports, "DEMO_DIR": folder})
        demo = Demo(plan)
        try:
            demo.start()
            _take(plan, browser)
        finally:
            demo.end()
    return 0


def _take(plan: Plan, browser: str) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(locale="en-US", timezone_id="America/New_York", reduced_motion="reduce")
        page.set_default_timeout(MILLISECONDS)
        page.goto(f"{plan.url}/login")
        page.get_by_label("Email").fill(WHO)
        page.get_by_label("Password").fill("demo")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        for name, (show, width, height) in PICTURES.items():
            page.set_viewport_size({"width": width, "height": height})
            show(page, plan)
            page.screenshot(path=FOLDER / "images" / f"{name}.png", animations="disabled", caret="hide")
        chromium.close()


def _free(number: int) -> list[int]:
    """Ports that are free, each another one."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


if __name__ == "__main__":
    sys.exit(main())
