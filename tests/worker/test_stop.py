"""Being told to stop by a signal, at the worst moment."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from flask_firmtext.worker.stop import Stop

#: Signals arrive thousands of times a second while their own thread waits and asks.
STORM = """
import signal
from flask_firmtext.worker.stop import Stop
stop = Stop()
signal.signal(signal.SIGALRM, lambda number, frame: stop.set(number, frame))
signal.setitimer(signal.ITIMER_REAL, 0.00005, 0.00005)
for _ in range(20_000):
    stop = Stop()
    stop.wait(0.00002)
signal.setitimer(signal.ITIMER_REAL, 0)
stop.set()
print("stopped" if stop.wait(60) else "waits")
"""


def test_a_handler_sets_it_whatever_its_own_thread_is_doing() -> None:
    done = subprocess.run([sys.executable, "-c", STORM], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "stopped\n"


def test_everybody_who_waits_is_woken() -> None:
    stop, woken = Stop(), []
    waiters = [threading.Thread(target=lambda: woken.append(stop.wait(30))) for _ in range(4)]
    for waiter in waiters:
        waiter.start()
    began = time.monotonic()
    stop.set()
    for waiter in waiters:
        waiter.join(30)
    assert woken == [True] * 4
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("asked", [True, False])
def test_waiting_tells_whether_somebody_asked(asked: bool) -> None:
    stop = Stop()
    if asked:
        stop.set()
    assert stop.wait(0.01) is stop.is_set() is asked
