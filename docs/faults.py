"""What can go wrong, what comes of it, and which tests prove that: the rows of docs/reliability.md.

A test says which faults it proves with ``@pytest.mark.fault("F03")``; the campaign by the ids in its table of faults.
Both are read from their source, so nothing has to run.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
CAMPAIGN = TESTS / "campaign"
ID = re.compile(r"F\d\d[a-z]?$")
#: By these the campaign's modules enter a fault into its table.
ENTERS = ("fault", "simple", "_mischief")


class Fault(NamedTuple):
    """``missing`` is what the named tests leave out, ``not_here`` why there is none at all."""

    happens: str
    missing: str = ""
    not_here: str = ""


FAULTS = {
    "F01": Fault("The web process dies before it has stored a text: nothing is sent, and the same form sent again stores it once."),
    "F02": Fault("The web process dies after it has stored a text, before anybody is told: the sweep hands it over, and the same form sent again is the same text."),
    "F03": Fault("A sender dies before it has taken a text: the text waits, and another sender posts it once."),
    "F04": Fault("A sender dies after it has taken a text, before the POST: the text becomes *unknown* and is never sent again by itself."),
    "F05": Fault("A sender dies while it waits for the carrier's answer: one POST, and the carrier's status says what became of it."),
    "F06": Fault("A sender dies with the carrier's answer in hand: one POST, resolved by our own reference in the status."),
    "F07": Fault("A sender dies between storing the carrier's id and the text's state: the sweep finishes it."),
    "F08": Fault("A sender stands still before the POST for longer than its budget: it posts nothing when it goes on, puts the text back, and one POST follows."),
    "F09": Fault("A sender stands still while it waits for the answer: one POST, and the late answer still counts."),
    "F10": Fault("A deploy ends the sender during a POST: the POST is finished, its answer stored, and the process leaves with 0."),
    "F11": Fault("A deploy loses its patience and kills during a POST: nothing is lost or doubled, the text is *unknown*."),
    "F12": Fault("One sending process alone is killed, or ends because it gets no more memory: the worker starts another, which sends what waits."),
    "F13": Fault("The queue's time limit for a job ends a POST: the text is *unknown*; as shipped, the limit is longer than any exchange with the carrier."),
    "F14": Fault("Twenty processes reach for one text at the same instant: one has it, nineteen do nothing."),
    "F15": Fault("Several sweeps work side by side and one is killed: nothing is done twice."),
    "F16": Fault("No sweep runs: the bell still sends, `/readyz` says 503 and `doctor` names it."),
    "F17": Fault("A forked process inherits open connections: it uses none of them, also where an engine has a single one."),
    "F18": Fault("The web server kills a request that takes too long: its text is stored or not, never half, and the form sent again stores it once."),
    "F19": Fault("Redis is down when a text is accepted: the person has the page at once, and the sweep sends."),
    "F20": Fault("Redis forgets everything: each waiting text is rung for again and sent once."),
    "F21": Fault("Redis hangs: as if it were down, after a second."),
    "F22": Fault("Redis is full, or its dump cannot be written: as if it were down."),
    "F23": Fault("Redis takes no writes because it has become a replica: as if it were down."),
    "F24": Fault("One text is rung for fifty times, or an earlier ring left a trace: one POST, and the next ring counts."),
    "F25": Fault("A job comes from another version or holds garbage: it fails without its values in the log, and the sweep rings properly."),
    "F26": Fault("A job comes for a text that is done: nothing happens."),
    "F27": Fault("An abandoned job runs again: no second POST."),
    "F28": Fault("Redis drops keys because its memory is short: the waiting texts are rung for again and sent once."),
    "F29": Fault("PostgreSQL restarts while texts are sent: none is lost or posted twice, and sending goes on by itself.", "a restart of the server in a test: there every session is ended, again and again; the campaign restarts the server, at once and with no time to end anything"),
    "F30": Fault("The database ends the sender's session while it holds the carrier's answer: the answer is stored over a new connection."),
    "F31": Fault("The database is away: webhooks are answered 503 and stored when they come again, and what a person wrote stays in the form.", "ten whole minutes: in the campaign it is away for twelve seconds at most, in the tests until the carrier's second call"),
    "F32": Fault("Two transactions meet: locks are taken in one order, so none of ours is a deadlock; a sender that the database ends for somebody else's has posted nothing, pauses for a second and sends once.", "a transaction that is tried again on the spot: a page or a webhook that the database ends says 503, and is sent again by the person or the carrier"),
    "F33": Fault("The answer to the commit of a claim is lost: the sender reads whether its row is there, and posts only then.", "in a test, a connection that is really cut: there the commit is done, or not, and fails in either case; in the campaign a proxy cuts it behind the COMMIT"),
    "F34": Fault("The answer to the commit of an accepted text is lost: the page says 503 with the words kept, and the form sent again is the same text.", "as F33"),
    "F35": Fault("The database's disk is full: texts and webhooks are answered 503, nothing is posted whose claim could not be stored, and all goes on when there is room.", "PostgreSQL on a full disk: that needs a mount of its own; SQLite is really full in the tests"),
    "F36": Fault("Somebody else holds SQLite's lock: writers wait for their turn, and for longer than the carrier waits it is 503."),
    "F37": Fault("SQLite's disk is full when a webhook comes: 503, and the repeat is stored."),
    "F38": Fault("A power cut takes SQLite in the middle of its work: every accepted text is in the files as they lie, and they are whole.", "pages that the disk had not written: only pulling the plug does that; every commit waits for the disk (`synchronous=FULL`)"),
    "F39": Fault("All database connections of the host are in use: pages are answered 503 as soon as its pool gives up, and go on afterwards; webhooks and `/healthz` have a pool of their own and go on meanwhile."),
    "F40": Fault("A replica that lost the last second becomes the database: statuses of lost texts are kept in quarantine with an alarm.", "the lost second itself, which needs two PostgreSQL servers: only what follows from it is tested"),
    "F41": Fault("An older backup is restored: before anything is sent, sending is put on hold, and `doctor` says why and how it goes on.", "a backup younger than the sweep's last pass (15 seconds), or one restored together with Redis and the sweep's disk: nothing is left that knows better"),
    "F42": Fault("Migrations run while others are at work: upgrades that meet wait for each other, and one that fails leaves nothing.", "old code beside a new migration: there is no earlier release"),
    "F43": Fault("The carrier refuses connections: the text waits with growing pauses and is posted once when it is back."),
    "F44": Fault("The carrier's name does not resolve: the same, and nothing is *unknown*."),
    "F45": Fault("The carrier shows a certificate that we do not trust: nothing is posted, sending is put on hold after three in a row, and `doctor` says why."),
    "F46": Fault("Packets to the carrier vanish while connecting: given up in time and known not to be sent."),
    "F47": Fault("The connection is cut in the middle of the request, or before it, at any byte: *unknown* or known not to be sent, and never tried by a second connection."),
    "F48": Fault("The connection is cut behind the request, before the answer: one POST, *unknown* until the status comes."),
    "F49": Fault("The carrier's answer is cut, has a wrong length or cannot be unpacked: *unknown*."),
    "F50": Fault("The carrier's answer drips in: given up by one deadline for the whole exchange, *unknown*, and the sender is free."),
    "F51": Fault("The carrier says \"too fast\" again and again: no text fails, the pace is halved, the wait is obeyed up to five minutes."),
    "F52": Fault("The carrier answers 5xx without its own words: *unknown*, and after five in a minute sending is on hold, so that hundreds never are."),
    "F53": Fault("The carrier answers 5xx in its own words, before or after it accepted: *unknown* both times; if it was accepted, the status resolves it."),
    "F54": Fault("The carrier answers 2xx with something that is no receipt: *unknown*."),
    "F55": Fault("The carrier refuses our credentials: one hold for the account, the queue stays as it is and goes on once it is lifted."),
    "F56": Fault("The account has no credit: the same, with its own reason."),
    "F57": Fault("The carrier refuses a text or a number: that text fails with its reason, or that number alone is put on hold."),
    "F58": Fault("The carrier gives one id twice, or never says what became of a text: *unknown* with an alarm, or *unconfirmed* after 73 hours.", "73 hours of silence in the campaign, where such a text stays *submitted* to the end; the test lets them pass by its clock"),
    "F59": Fault("One webhook comes ten times at once: one row, and ten times 200."),
    "F60": Fault("A status comes before our own answer: it counts, and the answer changes nothing."),
    "F61": Fault("*Delivered* comes before *submitted*: delivered."),
    "F62": Fault("A status comes days late: an unconfirmed text is delivered."),
    "F63": Fault("*Rejected* and *delivered* come for one text: delivered, in either order."),
    "F64": Fault("A status comes for no text of ours: 200, kept in quarantine, with an alarm."),
    "F65": Fault("A status comes for a text that we took for not sent: it is believed and counted as a contradiction, and nothing is posted again."),
    "F66": Fault("The web process dies after it has stored a webhook, before the 200: the repeat adds nothing."),
    "F67": Fault("Many webhooks come at once: all are stored, in one order.", "500 a second for a minute: the campaign lets 200 come at once, and `make bench` measures how many one process takes"),
    "F68": Fault("A text comes for a number that is not ours yet, or no longer: kept, and delivered once the number is known."),
    "F69": Fault("The secret is changed at the carrier first, or signing is switched off: 503 with an alarm; the repeats are stored once ours is right."),
    "F70": Fault("Signed webhooks hold anything at all: stored or kept, always 200."),
    "F71": Fault("The carrier does not have a file, or refuses our token: gone after three tries, or tried again with a fresh token."),
    "F72": Fault("A file is huge, endless, slow, lies about its length or is a bomb: refused or given up within its limits, in little memory."),
    "F73": Fault("The carrier's files are away for hours and the fetching process is killed again and again: the file is there once in the end."),
    "F74": Fault("The disk is full, or the process is killed, in the middle of a file: nobody sees half of it, and it is fetched again."),
    "F75": Fault("The host raises, hangs, answers nonsense, or commits and dies: texts are not affected, and what it is owed is told again with the same token."),
    "F76": Fault("A process's clock is wrong: webhooks are answered 503 with an alarm, a token that the carrier refuses for it puts sending on hold, and `doctor` names the clock.", "the machine's own clock, which only an operator may set: in the campaign it is the one that our code reads, set wrong in one process and right again while it runs"),
    "F77": Fault("Clocks change for summer and back: reminders come at their wall time, once.", "new rules of a time zone while we run"),
    "F78": Fault("An event moves, or the client stops texts, at the very claim of a text: it is sent once with the truth behind it, or not at all.", "ten thousand tries: `make test-all` makes 3,000 of a STOP and 300 of a Y, on each engine"),
    "F79": Fault("An encryption key is missing or wrong: webhooks are answered 503, workers do not start, nothing is stored in clear; a running process misses a key that was taken away after the five minutes for which it remembers others."),
    "F80": Fault("Keys are rotated under traffic, and whoever does it is killed five times: nothing is unreadable at any moment, no edit is lost, and nothing is left under the old keys."),
    "F81": Fault("Whoever posts a firm's webhooks is killed, between the POST and its note or at any commit: what was committed is posted, once more if need be and with the same id; of what was rolled back nobody hears.", "webhooks of the firm's in the campaign, whose practice system has no consumer"),
    "F82": Fault("A consumer of webhooks hangs, drips or answers without end: cut off after 15 seconds, and of its answer nothing but the status is read; no other address and no text waits for it, nor for one that is slow and has much to get.", "webhooks of the firm's in the campaign, as above"),
    "F83": Fault("A consumer is away for a day, or for good: repeated for three days with the same ids, then *not delivered* until somebody sends it again; after five days without a success, or told 410, its address is turned off, with an alarm and on its page.", "webhooks of the firm's in the campaign, as above"),
}  # fmt: skip


def proofs() -> dict[str, list[str]]:
    """Where each fault is proved, as links from the folder of the documents; of the campaign, with what it does."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        for test, fault in _marked(file):
            found[fault].append(f"[{test}](../{file.relative_to(ROOT).as_posix()})")
    for fault, whats in sorted(campaign().items()):
        found[fault].append(f"campaign ({'; '.join(whats)})")
    return found


def _marked(file: Path) -> Iterator[tuple[str, str]]:
    """Tests with the faults that they are marked with."""
    for name, mark, ids in _decorated(file):
        if mark == "pytest.mark.fault":
            yield from ((name.removeprefix("test_"), fault) for fault in ids)


def campaign() -> dict[str, list[str]]:
    """What the campaign injects of each fault: its modules enter each by a call, or by a row of a table of points.

    ``F34p`` is another side of F34.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(CAMPAIGN.glob("fault*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for name, what in _entered(node):
                if ID.match(name):
                    found[name[:3]].append(what)
    return found


def _entered(node: ast.AST) -> Iterator[tuple[str, str]]:
    """``fault("F03", "what", …)`` and its like, and the rows of ``POINTS = {"F03": ("point", "what")}``."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ENTERS:
        name, what = [*_literals(node.args), "", ""][:2]
        yield name, what
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "POINTS":
        yield from ((name, what) for name, (_, what) in ast.literal_eval(node.value).items())


def _decorated(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Every function or class with each call that decorates it: its name, what is called, the words given."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for mark in getattr(node, "decorator_list", ()):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and isinstance(mark, ast.Call):
                yield node.name, ast.unparse(mark.func), [*_literals(mark.args)]


def _literals(nodes: object) -> Iterator[str]:
    for node in nodes:  # type: ignore[attr-defined]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def unproved() -> list[str]:
    """Faults without a proof that do not say why."""
    found = proofs()
    return [fault for fault, row in FAULTS.items() if not row.not_here and not found[fault]]


def table() -> Iterator[str]:
    """The rows of the page."""
    return rows(FAULTS, proofs(), "Not proved")


def rows(listed: Mapping[str, Fault], found: Mapping[str, Sequence[str]], otherwise: str) -> Iterator[str]:
    """What is ``listed``, by its id, with what comes of it and where that was ``found`` to be proved."""
    for name, row in listed.items():
        where = ", ".join(found[name])
        told = [where or f"{otherwise}: {row.not_here}."]
        if where and row.missing:
            told.append(f"Not shown: {row.missing}.")
        yield f"| {name} | {row.happens} | {' '.join(told)} |"
