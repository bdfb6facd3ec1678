"""Staff who write over HTTP and clients who write from the sandbox's phones; both keep a list of what they did."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from flask_firmtext.store.base import new_id
from mailroom import png

from .practice import FICKLE, KEPT, Client, clients, failing, new_token, staff
from .scale import PHONES, RESUBMITTED, WITH_LINK
from .stack import Stack

#: Stands in every text, so that it is found wherever it may not be.
CANARY = "quetzal-"
PATIENCE = 60.0
ANSWERS = ("Y", "N", "Yes", "Maybe later")


@dataclass
class Written:
    """A text of staff: ``id`` once the web has said yes."""

    client: Client
    text: str
    token: str
    id: str = ""
    again: str = ""
    refused: str = ""
    at: float = 0.0


@dataclass
class Said:
    """A text of a client, as the carrier knows it."""

    client: Client
    to: str
    text: str
    uuid: str
    media: int = 0


@dataclass
class Asked:
    """An erasing that somebody asked for: ``id`` once the web has said yes, ``refused`` where it has said no."""

    client: Client
    token: str
    id: str = ""
    refused: str = ""
    #: Whether the web had said before that a hold stands which nobody lifts.
    kept: bool = False


@dataclass
class Driver:
    """Everybody who writes. Threads of this process, each with dice of its own."""

    stack: Stack
    written: list[Written] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    invited: list[tuple[str, str]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    kept: list[Client] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = [one for firm in self.stack.firms for one in clients(firm, PHONES)[FICKLE:]]
        self.fickle = [one for firm in self.stack.firms for one in clients(firm, FICKLE)]
        self.held: list[tuple[str, str]] = []
        self._threads: list[threading.Thread] = []
        self.stack.says = lambda one, words: self._text(one, words, [])

    def start(self) -> None:
        scale = self.stack.scale
        seconds = scale.seconds * 0.95
        hands = 2 if scale.hasty else 6
        for hand in range(hands):
            dice = random.Random(f"{scale.seed} staff {hand}")
            self._each(len(range(hand, scale.texts, hands)), seconds, lambda n, dice=dice: self._write(n, dice))
        dice = random.Random(f"{scale.seed} clients")
        self._each(scale.inbound, seconds, lambda n: self._say(n, dice))
        fickle = random.Random(f"{scale.seed} fickle")
        self._each(scale.consents, seconds, lambda n: self._change_mind(n, fickle))
        calendar = random.Random(f"{scale.seed} calendar")
        self._each(scale.reminders, seconds * 0.6, lambda n: self._invite(n, calendar))

        broom = random.Random(f"{scale.seed} erasing")
        for one in [one for firm in self.stack.firms for one in self._of(firm)[:KEPT]]:
            if self._hold(one):
                self.kept.append(one)
        self._each(scale.erasures, seconds, lambda n: self._erase(n, broom))
        sealing = random.Random(f"{scale.seed} holding")
        self._each(scale.holds, seconds, lambda n: self._hold_or_lift(n, sealing))

    def _of(self, firm: str) -> list[Client]:
        return [one for one in self.people if one.firm == firm]

    def join(self) -> None:
        for one in self._threads:
            one.join()

    def _each(self, count: int, seconds: float, step: Callable[[int], None]) -> None:
        """Do ``step`` so often, spread over the time."""

        def run() -> None:
            began = time.monotonic()
            for n in range(count):
                time.sleep(max(began + seconds * n / max(count, 1) - time.monotonic(), 0))
                try:
                    step(n)
                except Exception as error:
                    self.trouble.append(f"{step}: {error!r}")

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _write(self, n: int, dice: random.Random) -> None:
        one = dice.choice(failing() if dice.random() < 0.02 and "harbor" in self.stack.firms else self.people)
        link = " https://pay.example/b/7" if dice.random() < WITH_LINK else ""
        text = Written(one, f"{CANARY}{new_id().hex[-12:]} your file is ready.{link}", new_token(), at=time.time())
        self.written.append(text)
        body = {"user": staff(one.firm), "contact": one.ref, "text": text.text, "token": text.token}
        text.id, text.refused = self._posted("/campaign/texts", body)
        if text.id and dice.random() < RESUBMITTED:
            text.again, _ = self._posted("/campaign/texts", body)

    def _posted(self, path: str, body: dict[str, Any]) -> tuple[str, str]:
        """What came of it: as a person does, with the same form until there is an answer."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            try:
                answer = requests.post(self.stack.web + path, json=body, timeout=12)
                if answer.status_code == 201:
                    return str(next(iter(answer.json().values()))), ""
                if CANARY in answer.text:
                    self.heard.append(f"{path} answered {answer.status_code} with words of {body.get('text')}")
                if answer.status_code == 409:
                    return "", str(answer.json()["code"])
            except (requests.RequestException, ValueError):
                pass
            time.sleep(0.3)
        return "", "gave up"

    def _say(self, n: int, dice: random.Random) -> None:
        one = dice.choice(self.people)
        scale = self.stack.scale
        media = []
        every = max(scale.inbound // scale.media, 1)
        if n % every == 0:
            # What stands behind a picture's end is no picture, and must be found nowhere all the same.
            told = f"{CANARY}{new_id().hex[-12:]}"
            media = [(f"{told}.png", "image/png", png(40 + dice.randrange(40)) + told.encode())]
        words = f"{CANARY}{new_id().hex[-12:]} I have a question"
        if not media and dice.random() < 0.1:
            words = dice.choice(ANSWERS)
        self._text(one, words, media)

    def _change_mind(self, n: int, dice: random.Random) -> None:
        one = self.fickle[(n // 2) % len(self.fickle)]
        if n % 2 == 0:
            text = Written(one, f"{CANARY}{new_id().hex[-12:]} news", new_token(), at=time.time())
            self.written.append(text)
            body = {"user": staff(one.firm), "contact": one.ref, "text": text.text, "token": text.token}
            text.id, text.refused = self._posted("/campaign/texts", body)
        self._text(one, "STOP" if n % 2 == 0 else "START", [])

    def _text(self, one: Client, words: str, media: list[tuple[str, str, bytes]]) -> None:
        number = self.stack.numbers[one.firm][0].removeprefix("+")
        self.said.append(
            Said(one, number, words, self.stack.carrier.text(one.phone, number, words, *media), len(media))
        )

    def _erase(self, n: int, dice: random.Random) -> None:
        """Of a client's texts everything; every tenth time of one whose texts are kept."""
        written = [each.client for each in self.written if each.id and each.client in self.people]
        one = dice.choice(self.kept if n % 10 == 9 and self.kept else written or self.people)
        asked = Asked(one, new_token(), kept=one in self.kept)
        self.asked.append(asked)
        body = {"firm": one.firm, "contact": one.ref, "text": f"{CANARY}they asked", "token": asked.token}
        asked.id, asked.refused = self._posted("/campaign/erasures", body)

    def _hold(self, one: Client) -> str:
        body = {"firm": one.firm, "contact": one.ref, "text": f"{CANARY}a suit is pending"}
        return self._posted("/campaign/holds", body)[0]

    def _hold_or_lift(self, n: int, dice: random.Random) -> None:
        """No more than a few stand at a time."""
        if len(self.held) > 3:
            firm, hold = self.held.pop(0)
            self._posted(f"/campaign/holds/{hold}/lift", {"firm": firm, "text": f"{CANARY}settled"})
        one = dice.choice(self.people)
        if hold := self._hold(one):
            self.held.append((one.firm, hold))

    def _invite(self, n: int, dice: random.Random) -> None:
        firm = self.stack.firms[n % len(self.stack.firms)]
        one = dice.choice([each for each in self.people if each.firm == firm])
        seconds = dice.uniform(2, max(self.stack.scale.seconds * 0.3, 3))
        body = {"firm": firm, "event": f"appointment-{n}", "contacts": [one.ref], "seconds": seconds}
        saved, why = self._posted("/campaign/events", body)
        if saved:
            self.invited.append((firm, saved))
        elif why:
            self.trouble.append(f"invitation {n}: {why}")
