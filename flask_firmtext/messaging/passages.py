"""The pieces of a text around what was found in it, with that marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .sought import Span

#: So much is shown of a text, and so much of it before what was found.
LENGTH, BEFORE = 280, 60
CUT = "…"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text; ``found``: this is what was sought."""

    text: str = field(repr=False)
    found: bool = False


def passages(body: str, spans: Sequence[Span]) -> list[Passage]:
    """A text in pieces, from a little before the first that was found, as long as a line or two."""
    begin, end = _window(body, spans)
    pieces: list[Passage] = [Passage(CUT)] if begin else []
    place = begin
    for first, last in spans:
        start, stop = max(first, place), min(last, end)
        if start >= stop:
            continue
        if start > place:
            pieces.append(Passage(body[place:start]))
        pieces.append(Passage(body[start:stop], found=True))
        place = stop
    if place < end:
        pieces.append(Passage(body[place:end]))
    if end < len(body):
        pieces.append(Passage(CUT))
    return pieces


def _window(body: str, spans: Sequence[Span]) -> Span:
    if len(body) <= LENGTH:
        return 0, len(body)
    first = spans[0][0] if spans else 0
    begin = 0 if first <= BEFORE else _after_blank(body, first - BEFORE, first)
    end = min(len(body), begin + LENGTH)
    if end < len(body):
        blank = body.rfind(" ", max(first, begin) + 1, end)
        end = blank if blank > 0 and end - blank < BEFORE else end
    return begin, end


def _after_blank(body: str, start: int, stop: int) -> int:
    blank = body.find(" ", start, stop)
    return start if blank < 0 else blank + 1
