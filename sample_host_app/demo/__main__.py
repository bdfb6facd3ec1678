"""Start the demo, say what to try, stay until Ctrl-C; with ``DEMO_SECONDS`` check it like a browser and end."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

from . import guide
from .plan import DemoError, read
from .processes import Child
from .servers import PYTHON, Demo, say

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(BaseException):
    """Somebody wants us to end: a signal, or whoever started us is gone."""


def main() -> int:
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as nohup leaves it
            signal.signal(number, _end)
    try:
        demo = Demo(read())
    except DemoError as error:
        return _fail(error)
    try:
        demo.start()
        guide.show(demo.plan)
        return _check(demo) if demo.plan.seconds else _stay(demo)
    except DemoError as error:
        return _fail(error)
    except Ended:
        return 0
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        demo.end()


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended


def _fail(error: DemoError) -> int:
    sys.stderr.write(f"\n{error}\n")
    return 1


def _stay(demo: Demo) -> int:
    while True:
        _look_after(demo)
        time.sleep(0.5)


def _check(demo: Demo) -> int:
    """The check is a process like any other: it has no way to our functions but the served pages."""
    checker = Child("check", [PYTHON, "-m", "sample_host_app.demo.selfcheck"], demo.environment, demo.logs)
    demo.children.append(checker)
    with checker.log.open(encoding="utf-8") as words:
        words.seek(checker.log_begins)
        while not checker.ended:
            _pass_on(words.read())
            _look_after(demo)
            time.sleep(0.1)
        _pass_on(words.read())
    return 1 if checker.process.returncode else 0


def _pass_on(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()


def _look_after(demo: Demo) -> None:
    """Say what ended by itself, once; nothing is started again, because a demo that hides a crash proves nothing."""
    for child in demo.ended():
        if child.name != "check":
            say(f"\nThe {child.name} process has ended by itself. Its last words ({child.log}):\n{child.last_words()}")
    if demo.memory.orphaned():
        raise Ended


if __name__ == "__main__":
    sys.exit(main())
