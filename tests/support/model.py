"""A second opinion on a firm's texts: what must have become of each, by rules that share nothing with the code.

It hears of what people, the client and the carrier did. It says what each text is, and refuses a POST that must not be.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

RANK = {"queued": 0, "cancelled": 0, "expired": 0, "sending": 1, "unknown": 1} | {
    "submitted": 2, "unconfirmed": 2, "failed": 3, "delivered": 4,
}  # fmt: skip
#: What a text is after the carrier answered so.
BECOMES = {
    "taken": "submitted",
    "lost": "unknown",
    "unsure": "unknown",
    "refused": "failed",
    "busy": "queued",
    "liar": "queued",
    "denied": "queued",
    "stopped": "queued",
    "dies before": "sending",
    "dies behind": "sending",
    "dies between": "sending",
}
#: The client has the text after these answers, whatever we heard.
TAKES = {"taken", "lost", "liar", "dies behind", "dies between"}


@dataclass
class Text:
    contact: str
    words: str
    state: str = "queued"
    answers: list[str] = field(default_factory=list)
    known: bool = False


@dataclass
class Model:
    texts: dict[uuid.UUID, Text] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)

    def accepted(self, ref: uuid.UUID, contact: str, words: str) -> None:
        assert contact not in self.stopped, "accepted for somebody who wants no texts"
        assert ref not in self.texts
        self.texts[ref] = Text(contact, words)

    def posted(self, words: str, answer: str) -> uuid.UUID:
        """The carrier had a POST with these words. Returns whose it was."""
        ref = [ref for ref, text in self.texts.items() if text.words == words][-1]
        text = self.texts[ref]
        assert text.state == "queued", f"posted while {text.state} after {text.answers}"
        assert text.contact not in self.stopped, "R9: posted to somebody who wants no texts"
        assert TAKES.isdisjoint(text.answers) or "liar" in text.answers, "R2: the client has it already"
        for other in self.texts.values():
            if other is text:
                break
            assert other.contact != text.contact or other.state not in ("queued", "sending"), "it overtook another"
        text.answers.append(answer)
        text.state, text.known = BECOMES[answer], answer == "dies between"
        return ref

    def told(self, ref: uuid.UUID, status: str) -> None:
        if RANK[status] > RANK[self.texts[ref].state]:
            self.texts[ref].state = status

    def stop(self, contact: str, but: uuid.UUID | None = None) -> None:
        """The client wants no texts; the one that is just being sent is left to its answer."""
        self.stopped.add(contact)
        for ref, text in self.texts.items():
            if text.contact == contact and ref != but:
                self.becomes(ref, "queued", "cancelled")

    def swept(self) -> None:
        """Claims are over, and what missed a STOP is withdrawn."""
        for text in self.texts.values():
            if text.state == "queued" and text.contact in self.stopped:
                text.state = "cancelled"
            if text.state == "sending":
                text.state = "submitted" if text.known else "unknown"

    def becomes(self, ref: uuid.UUID, was: str, state: str) -> bool:
        """Whether it still could."""
        if self.texts[ref].state != was:
            return False
        self.texts[ref].state = state
        return True
