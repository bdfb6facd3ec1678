"""Telling the customer: signed, repeated, one after the other as the carrier does."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .account import Account
from .journal import Journal
from .ledger import Ledger
from .options import Options, iso
from .outgoing import ask
from .schedule import Schedule
from .tokens import webhook_headers

#: Documented waits before a repeat: 5, 10, 20 … 640 seconds, then every 900, for 24 hours.
FIRST_WAIT, LONGEST_WAIT, GIVE_UP = 5, 900, 24 * 3600
#: Even a sandbox in a hurry leaves the customer this many seconds between two repeats.
SHORTEST_WAIT = 0.05


@dataclass(frozen=True)
class Event:
    """One webhook to be delivered.

    `wait` (seconds) passes before it is sent; `then` starts to wait when this one was sent for the first time.
    `drop` is `before` or `after` when the first attempt gets lost on its way or on the way back.
    """

    kind: str
    url: str
    body: str
    wait: float = 0.0
    status: str | None = None
    message_uuid: str | None = None
    forgery: str | None = None
    copies: int = 1
    drop: str | None = None
    then: Event | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


def event(fact: dict[str, Any]) -> Event:
    """The event that the journal remembers."""
    then = fact["then"]
    return Event(**{**fact, "then": event(then) if then else None})


class Webhooks:
    """All webhooks of the carrier. Safe for threads."""

    def __init__(self, account: Account, options: Options, journal: Journal, ledger: Ledger) -> None:
        self._account, self._options, self._journal, self._ledger = account, options, journal, ledger
        self._schedule = Schedule()
        self._generation = 0
        self._sent = threading.Condition()
        self._unsent: set[str] = set()

    def plan(self, planned: Event) -> None:
        """Deliver an event when its wait is over, and what follows it afterwards."""
        self._journal.add("event", event=asdict(planned))
        self.resume(planned)

    def resume(self, planned: Event) -> None:
        """Go on with an event that the journal remembers."""
        chain: Event | None = planned
        with self._sent:
            while chain is not None:
                self._unsent.add(chain.id)
                chain = chain.then
        self._later(planned.wait, lambda: self._first(planned))

    def wait_until_sent(self, planned: Event, seconds: float) -> bool:
        """Wait until an event and all that follow it were sent once and answered."""
        ids = set()
        chain: Event | None = planned
        while chain is not None:
            ids.add(chain.id)
            chain = chain.then
        with self._sent:
            return self._sent.wait_for(lambda: not ids & self._unsent, seconds)

    def empty(self) -> None:
        """Forget what was planned; what is on its way arrives, and is neither noted nor repeated."""
        self._schedule.empty()
        with self._sent:
            self._generation += 1
            self._unsent.clear()
            self._sent.notify_all()

    def close(self) -> None:
        """Send no more."""
        self._schedule.close()

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        generation = self._generation

        def unless_reset() -> None:
            if generation == self._generation:
                work()

        self._schedule.after(seconds, unless_reset)

    def _first(self, due: Event) -> None:
        following = due.then
        if following is not None:
            self._journal.add("event", event=asdict(following))
            self._journal.add("event", event=asdict(replace(due, then=None)))
        if due.message_uuid is not None and due.status is not None:
            self._ledger.status_sent(due.message_uuid, due.status)
        for _ in range(due.copies - 1):
            self._later(0, lambda: self._attempt(replace(due, drop=None), 1, 0.0, last=True))
        self._attempt(due, 1, 0.0)
        if following is not None:
            self._later(following.wait, lambda: self._first(following))
        with self._sent:
            self._unsent.discard(due.id)
            self._sent.notify_all()

    def _attempt(self, due: Event, attempt: int, waited: float, last: bool = False) -> None:
        generation, at = self._generation, self._options.now()
        status = self._post(due, attempt, at)
        with self._sent:
            if generation != self._generation:
                return
            self._ledger.webhook(
                {
                    "at": iso(at),
                    "kind": due.kind,
                    "url": due.url,
                    "body": due.body,
                    "http_status": status,
                    "attempt": attempt,
                }
            )
        wait = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
        if last:
            return
        if (status is None or status == 429 or status >= 500) and waited + wait <= GIVE_UP:
            pause = max(SHORTEST_WAIT, wait * self._options.retry_speed)
            self._later(pause, lambda: self._attempt(due, attempt + 1, waited + wait))
        else:
            self._journal.add("event_done", id=due.id)

    def _post(self, due: Event, attempt: int, at: float) -> int | None:
        lost = due.drop if attempt == 1 else None
        body = due.body.encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Vonage/sandbox"}
        headers |= webhook_headers(self._account, self._options.signature_secret, body, at, due.forgery)
        status = None if lost == "before" else ask("POST", due.url, body, headers).status
        return None if lost == "after" else status
