"""How much happens in how long."""

from __future__ import annotations

from dataclasses import dataclass

#: What half an hour holds.
FULL = 1800.0
TEXTS, INBOUND, WITH_MEDIA, REMINDERS, CONSENT = 10_000, 5_000, 500, 1_000, 100
ERASED, HELD = 300, 100
#: Below this the waits of sweeps and claims are shortened, so that they happen within the time.
HASTY = 400.0
PHONES = 100
#: Shares of what staff do.
RESUBMITTED, WITH_LINK = 0.1, 0.1


@dataclass(frozen=True)
class Scale:
    """One campaign: for how many seconds, how many texts of each kind, by how many processes."""

    seconds: float
    db: str
    seed: int
    texts: int
    inbound: int
    media: int
    reminders: int
    consents: int
    erasures: int
    holds: int
    senders: int
    sweeps: int
    numbers: int
    hasty: bool


def scaled(seconds: float, db: str, seed: int, texts: int | None = None, house: str = "") -> Scale:
    """The full campaign's pace for so many seconds; ``texts`` asks for another pace.

    ``house`` is ``small`` (fewer processes, short waits), ``large``, or what such a time is enough for.
    """
    share = seconds / FULL if texts is None else texts / TEXTS
    large = house == "large" if house else seconds >= HASTY

    def part(of: int) -> int:
        return max(round(of * share), 2)

    return Scale(
        seconds=seconds,
        db=db,
        seed=seed,
        texts=part(TEXTS),
        inbound=part(INBOUND),
        media=part(WITH_MEDIA),
        reminders=part(REMINDERS),
        consents=part(CONSENT),
        erasures=part(ERASED),
        holds=part(HELD),
        senders=4 if large else 2,
        sweeps=2 if large else 1,
        numbers=6 if large else 2,
        hasty=not large,
    )


#: Of so many texts at most may be unknown when all is quiet, and none where nothing was broken. Of a few texts, or
#: with a few faults that were chosen, the share says nothing.
UNKNOWN, MANY = 0.02, 1000


def at_most_unknown(scale: Scale, faults: str) -> float | None:
    """The share of texts that may be unknown, where there is a limit."""
    if faults == "none":
        return 0.0
    return UNKNOWN if not faults and scale.texts >= MANY else None
