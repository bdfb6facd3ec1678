"""The processes beside the web server: started together, restarted when one dies, ended with their parent."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from flask import Flask
from werkzeug.utils import import_string

from ..current import firmtext
from ..errors import where
from . import couriers, filing, media, sends, sweep
from .stop import stopping

log = logging.getLogger(__name__)

ENDS = (signal.SIGTERM, signal.SIGINT)
PR_SET_PDEATHSIG = 1
#: A process that dies at once is not started again at once (seconds).
PAUSE = 1.0
#: A POST that is on the wire may take this long (seconds); a process still there then is killed.
LAST_POST = 60.0
INTERRUPTED = 130


@dataclass
class Family:
    """A parent and its children by what they run. Only the parent has one."""

    app: Flask
    wanted: list[Callable[[Flask], None]]
    running: dict[int, Callable[[Flask], None]] = field(default_factory=dict)
    ended_by: int = 0

    def live(self) -> int:
        """Keep every child running until told to stop; returns the exit code, that of an interruption for Ctrl-C."""
        for end in ENDS:
            signal.signal(end, self._end)
        for work in self.wanted:
            self._start(work)
        while self.running:
            pid, status = os.wait()
            if pid not in self.running:
                continue
            work = self.running.pop(pid)
            if not self.ended_by:
                log.warning("process %d ended with %d; starting another", pid, os.waitstatus_to_exitcode(status))
                time.sleep(PAUSE)
                self._start(work)
        return INTERRUPTED if self.ended_by == signal.SIGINT else 0

    def _start(self, work: Callable[[Flask], None]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        # A signal between the fork and its note would reach a parent that does not know this child yet, or a child
        # that still has its parent's handler.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        try:
            pid = 0 if self.ended_by else os.fork()
            if pid:
                self.running[pid] = work
            elif not self.ended_by:
                _live_as_child(self.app, work, parent)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ended_by = self.ended_by or number
        self._signal(signal.SIGTERM)
        killer = threading.Timer(LAST_POST, self._kill)
        killer.daemon = True
        killer.start()

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        for pid in list(self.running):
            # One that has just ended is not there to hear it.
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def run(app: Flask, processes: int, with_sweep: bool) -> int:
    """Run ``processes`` send processes, one each for media, filing and webhooks and, if wanted, the sweep.

    Until SIGTERM or SIGINT; returns the exit code.
    """
    with app.app_context(), suppress(Exception):  # one that cannot be loaded is told with the first text
        # Before they are forked: once, in memory that they share. A sender that gets no more memory could not load the
        # SDK any more, and would take that for one that is not installed.
        import_string(firmtext.settings.gateway)
    wanted: list[Callable[[Flask], None]] = [*[sends.run] * processes, media.run, filing.run, couriers.run]
    if with_sweep:
        wanted.append(sweep.run)
    return Family(app, wanted).live()


def run_sweep(app: Flask) -> int:
    """Run the sweep alone, as a process that is started again when it dies."""
    return Family(app, [sweep.run]).live()


def _live_as_child(app: Flask, work: Callable[[Flask], None], parent: int) -> None:
    code = 1
    try:
        for end in ENDS:
            signal.signal(end, stopping.set)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        end_with_parent(parent)
        with app.app_context():
            for engine in firmtext.db.engines.values():
                # An inherited socket must not be shared with the parent.
                engine.dispose(close=False)
        work(app)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException as error:
        log.error("a process ended by %s", where(error))
    finally:
        sys.stderr.flush()
        os._exit(code)


def end_with_parent(parent: int) -> None:
    """Get SIGTERM when ``parent`` dies: from the kernel on Linux, from a watching thread everywhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="firmtext-parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
