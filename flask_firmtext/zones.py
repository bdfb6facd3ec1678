"""Names of time zones."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Files beside the zones that are none of them.
NONE = ("posixrules", "Factory", "localtime")


@lru_cache(maxsize=512)
def is_zone(name: object) -> bool:
    """Whether this names an IANA time zone that is known here; to list them all takes long."""
    try:
        return isinstance(name, str) and name not in NONE and bool(ZoneInfo(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False


def no_zone(name: object) -> str:
    """What is said of one that is none, with its cure."""
    return f"{name!r} is no IANA time zone. Pass one such as America/Chicago."
