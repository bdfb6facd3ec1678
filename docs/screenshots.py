"""Takes every picture of the documents, of a demo as its seed makes it and of strangers' frames. ``make screenshots``
runs it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from sample_host_app.demo.plan import Plan, read
from sample_host_app.demo.servers import Demo
from sample_host_app.demo.waiting import free_port

from . import frames

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
STAFF, ADMINISTRATOR = "staff@harbor.example", "admin@harbor.example"
CLIENT = "Maria Delgado"
MILLISECONDS = 90_000  # a busy machine compiles every module at the first page
PORTS = ("DEMO_PORT", "SANDBOX_PORT", "SANDBOX_TLS_PORT")


class Picture(NamedTuple):
    """How to come to what is to be seen, in a window of which size, and who looks."""

    show: Callable[[Any, Plan], None]
    width: int = 1280
    height: int = 800
    who: str = STAFF


def inbox(page: Any, plan: Plan) -> None:
    """The firm's conversations."""
    page.goto(f"{plan.url}/communications")
    page.get_by_role("row", name=CLIENT).wait_for()


def thread(page: Any, plan: Plan) -> None:
    """A conversation, its newest text at the bottom."""
    inbox(page, plan)
    page.get_by_role("row", name=CLIENT).get_by_role("link", name="View", exact=True).click()
    page.get_by_role("log").get_by_role("article").last.wait_for()


def phone(page: Any, plan: Plan) -> None:
    """What a client holds in her hand: a page of the sandbox, with a text of ours and her answer."""
    thread(page, plan)
    page.get_by_label("Message", exact=True).fill("Could you send us the photos before Thursday?")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("article").last.get_by_text("Delivered", exact=True).wait_for()
    page.goto(plan.sandbox_url)
    page.get_by_role("link", name=CLIENT).click()
    page.get_by_label("Message", exact=True).fill("Of course, tonight")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("log").get_by_text("Of course, tonight").last.wait_for()


def event(page: Any, plan: Plan) -> None:
    """An event of which a client was told by text, and has confirmed."""
    page.goto(f"{plan.url}/calendar")
    page.get_by_role("link", name="Signing of the will, two witnesses").click()
    page.get_by_role("heading", name="Signing of the will, two witnesses").wait_for()


def settings(page: Any, plan: Plan) -> None:
    """What a firm's administrator chooses."""
    page.goto(f"{plan.url}{plan.prefix}/settings")
    page.get_by_role("heading", name="Carrier registration").wait_for()


#: All pictures by their names, in the order in which they are taken.
PICTURES = {
    "inbox": Picture(inbox),
    "thread": Picture(thread),
    "thread-phone": Picture(thread, 390, 844),
    "event": Picture(event),
    "settings": Picture(settings, who=ADMINISTRATOR),
    "phone": Picture(phone),
}


def main() -> int:
    """Start a demo of its own, take every picture, end it."""
    options = argparse.ArgumentParser(prog="screenshots", description=__doc__)
    options.add_argument("names", nargs="*", metavar="NAME", help="which ones (default: all)")
    options.add_argument("--width", type=int, help="of the window, for all")
    options.add_argument("--into", type=Path, default=Path(__file__).parent / "images", help="folder")
    given = options.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stderr.write("No browser found: `make browser` installs Debian's chromium.\n")
        return 1
    names = given.names or [*PICTURES, *frames.PICTURES]
    with chromium(browser) as opened:
        camera = Camera(opened, given.into, given.width)
        of_the_demo(camera, [name for name in names if name in PICTURES])
        of_the_frames(camera, [name for name in names if name in frames.PICTURES])
    return 0


class Camera(NamedTuple):
    """A browser, where its pictures go, and the width of all windows if it is given."""

    browser: Any
    folder: Path
    width: int | None

    @contextmanager
    def taking(self, name: str, width: int, height: int) -> Iterator[Any]:
        """A window; what it shows in the end is the picture of this name."""
        size = {"width": self.width or width, "height": height}
        page = self.browser.new_page(
            viewport=size, locale="en-US", timezone_id="America/New_York", reduced_motion="reduce"
        )
        page.set_default_timeout(MILLISECONDS)
        yield page
        page.screenshot(path=self.folder / f"{name}.png", animations="disabled", caret="hide")
        page.close()


def of_the_demo(camera: Camera, names: Sequence[str]) -> None:
    if not names:
        return
    with demo() as plan:
        for name in names:
            picture = PICTURES[name]
            with camera.taking(name, picture.width, picture.height) as page:
                sign_in(page, plan, picture.who)
                picture.show(page, plan)


def of_the_frames(camera: Camera, names: Iterable[str]) -> None:
    """Each application is made once for all its pictures."""
    wanted = sorted(names, key=[*frames.PICTURES].index)
    with tempfile.TemporaryDirectory() as folder:
        for package, group in groupby(wanted, key=lambda name: frames.PICTURES[name].package):
            with frames.seen(package, Path(folder)) as seen:
                for name in group:
                    frame = frames.PICTURES[name]
                    with camera.taking(name, *frame.size) as page:
                        seen.sign_in(page)
                        seen.show(page, frame.page)


@contextmanager
def demo() -> Iterator[Plan]:
    """A demo in a folder and at ports of its own, whatever else runs."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports = {name: str(free_port()) for name in PORTS}
        running = Demo(read({**os.environ, **ports, "DEMO_DIR": folder}))
        stack.callback(running.end)
        running.start()
        yield running.plan


@contextmanager
def chromium(browser: str) -> Iterator[Any]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def sign_in(page: Any, plan: Plan, who: str) -> None:
    page.goto(f"{plan.url}/login")
    page.get_by_label("Email").fill(who)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


if __name__ == "__main__":
    sys.exit(main())
