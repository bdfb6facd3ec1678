"""Processes that are killed, frozen and told to end: at named points, and whenever it happens."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Iterator

import psutil

from . import traps
from .faults import fault
from .processes import SWEEP, WORKER, signalled
from .stack import BITES, Stack

#: Points of the product at which a process of ours can be killed, by the id of the fault.
POINTS = {
    "F01": ("accept.before_commit", "web dies before its commit"),
    "F02": ("accept.after_commit", "web dies after its commit, before the bell"),
    "F03": ("claim.before", "a sender dies before its claim"),
    "F04": ("post.before", "a sender dies after its claim, before the POST"),
    "F07": ("receipt.between", "a sender dies between its two commits"),
    "F66": ("webhook.after_commit", "web dies with a webhook stored, before the 200"),
    "F74": ("media.piece", "a fetcher dies in the middle of a file"),
}


#: Others that the campaign's traffic passes. Nobody orders numbers here or files documents and hours: tests/faults has
#: processes die at those points.
PASSED = ("media.claimed", "media.complete", "answer.taken", "respond.claimed", "respond.told")


def _kills(point: str) -> object:
    def act(stack: Stack, dice: random.Random) -> Iterator[None]:
        traps.set_(stack.traps, traps.KILL, point)
        yield
        traps.wait(stack.traps, traps.KILL, point, BITES)
        stack.bitten[point] += traps.lift(stack.traps, traps.KILL, point)

    return act


def _freezes(point: str) -> object:
    def act(stack: Stack, dice: random.Random) -> Iterator[None]:
        traps.set_(stack.traps, traps.STOP, point)
        traps.wait(stack.traps, traps.STOP, point, BITES)
        yield
        stack.bitten[f"{point}, frozen"] += traps.lift(stack.traps, traps.STOP, point)

    return act


for _id, (_point, _what) in POINTS.items():
    fault(_id, _what, lasting=(3, 5), part=_point)(_kills(_point))  # type: ignore[arg-type]


@fault(
    "F06",
    "a sender dies with the answer in hand, and the status comes after its time",
    lasting=(3, 5),
    part="receipt.before",
)
def _f06(stack: Stack, dice: random.Random) -> Iterator[None]:
    late = stack.carrier.fault("status", "delay", seconds=20 if stack.scale.hasty else 120)
    traps.set_(stack.traps, traps.KILL, "receipt.before")
    traps.wait(stack.traps, traps.KILL, "receipt.before", BITES)
    stack.clear(late)
    yield
    stack.bitten["receipt.before"] += traps.lift(stack.traps, traps.KILL, "receipt.before")


def of_kind(stack: Stack, *kinds: str) -> list[psutil.Process]:
    found = stack.crew.census()
    return [one for kind in kinds for one in found.get(kind, [])]


@contextlib.contextmanager
def _delayed(stack: Stack, seconds: float) -> Iterator[None]:
    """The carrier takes the next text and answers late; entered when it has it."""
    made = stack.carrier.fault("post", "delay", seconds=seconds, times=1)
    stack.spent(made)
    time.sleep(0.1)  # it is taken first, and the answer waits
    try:
        yield
    finally:
        stack.clear(made)


@fault("F05", "senders die while the answer is awaited", part="send", lasting=(2, 3))
def _f05(stack: Stack, dice: random.Random) -> Iterator[None]:
    with _delayed(stack, 3):
        signalled(of_kind(stack, "send"), signal.SIGKILL)
    yield


fault("F08", "a sender is frozen after its claim until its time is over, and thawed", lasting=(26, 30), part="send")(
    _freezes("post.before")  # type: ignore[arg-type]
)


@fault("F09", "senders are frozen while the answer is awaited", lasting=(3, 8), part="send")
def _f09(stack: Stack, dice: random.Random) -> Iterator[None]:
    with _delayed(stack, 1):
        frozen = of_kind(stack, "send")
        signalled(frozen, signal.SIGSTOP)
    yield
    signalled(frozen, signal.SIGCONT)


@fault("F10", "a deploy: SIGTERM to the workers' parent in the middle of a POST", part="send", lasting=(2, 4))
def _f10(stack: Stack, dice: random.Random) -> Iterator[None]:
    with _delayed(stack, 1):
        signalled(of_kind(stack, f"{WORKER}-parent"), signal.SIGTERM)
    yield


@fault("F11", "an impatient deploy: SIGTERM twice, then SIGKILL, to everybody", part="send", lasting=(2, 4))
def _f11(stack: Stack, dice: random.Random) -> Iterator[None]:
    with _delayed(stack, 2):
        family = [each for one in stack.crew.wanted if one.kind == WORKER for each in one.family()]
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            signalled(family, number)
            time.sleep(0.2)
    yield


def _killing(*kinds: str) -> object:
    def act(stack: Stack, dice: random.Random) -> Iterator[None]:
        found = of_kind(stack, *kinds)
        if found:
            signalled([dice.choice(found)], signal.SIGKILL)
        yield

    return act


fault("F12", "one sender is killed, as for want of memory", part="send")(_killing("send"))  # type: ignore[arg-type]
fault("F15", "a sweep is killed", part="sweep")(_killing("sweep"))  # type: ignore[arg-type]
fault("F73", "the fetcher of files is killed", part="media")(_killing("media"))  # type: ignore[arg-type]


@fault("F17", "senders are forked again and again, and inherit what their parent has open", part="send", lasting=(1, 3))
def _f17(stack: Stack, dice: random.Random) -> Iterator[None]:
    for _ in range(3):
        found = of_kind(stack, "send")
        if found:
            signalled([dice.choice(found)], signal.SIGKILL)
        time.sleep(1.5)
    yield


@fault("F16", "no sweep runs at all", lasting=(5, 20), part="sweep")
def _f16(stack: Stack, dice: random.Random) -> Iterator[None]:
    frozen = of_kind(stack, "sweep")
    signalled(frozen, signal.SIGSTOP)
    yield
    signalled(frozen, signal.SIGCONT)


EVERYBODY = ("master", "web", "send", "media", "filing", "sweep", f"{WORKER}-parent", f"{SWEEP}-parent")


@fault("K01", "SIGKILL of a process of any kind, whatever it does", part="kill")
def _k01(stack: Stack, dice: random.Random) -> Iterator[None]:
    kinds = [kind for kind in EVERYBODY if of_kind(stack, kind)]
    if kinds:
        kind = dice.choice(kinds)
        stack.bitten[f"killed {kind}"] += 1
        signalled([dice.choice(of_kind(stack, kind) or of_kind(stack, *kinds))], signal.SIGKILL)
    yield


@fault("K02", "SIGSTOP of a process of any kind, and SIGCONT", lasting=(2, 12), part="stop")
def _k02(stack: Stack, dice: random.Random) -> Iterator[None]:
    kinds = [kind for kind in EVERYBODY if of_kind(stack, kind)]
    frozen = []
    if kinds:
        kind = dice.choice(kinds)
        stack.bitten[f"stopped {kind}"] += 1
        frozen = [dice.choice(of_kind(stack, kind) or of_kind(stack, *kinds))]
    signalled(frozen, signal.SIGSTOP)
    yield
    signalled(frozen, signal.SIGCONT)


@fault("F76", "a process's clock is wrong", lasting=(3, 8), part="clock")
def _f76(stack: Stack, dice: random.Random) -> Iterator[None]:
    # SQLite has no clock of its own: there, rows are early or late by as much.
    step = 7200 if stack.scale.db == "postgresql" else 20
    stack.allowed["clock"] += 1
    file = stack.folder / f"clock-{dice.choice(['web', 'worker', 'sweep'])}"
    file.write_text(str(dice.choice([step, -step])))
    yield
    file.unlink(missing_ok=True)


@fault(
    "K03",
    "a process dies at a named point of fetching, answering or telling the host",
    lasting=(3, 5),
    part="point",
)
def _k03(stack: Stack, dice: random.Random) -> Iterator[None]:
    yield from _kills(dice.choice(PASSED))(stack, dice)  # type: ignore[operator]


@fault("K04", "a process is frozen at any named point, and thawed", lasting=(4, 12), part="point")
def _k04(stack: Stack, dice: random.Random) -> Iterator[None]:
    yield from _freezes(dice.choice((*PASSED, *(point for point, _ in POINTS.values()))))(stack, dice)  # type: ignore[operator]
