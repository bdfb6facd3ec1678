"""What may be turned on a running sandbox: pace, limits, clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

_CHANGEABLE: dict[str, type] = {
    "webhooks": str,
    "speed": float,
    "retry_speed": float,
    "requests_per_second": float,
    "secure_media": bool,
    "clock_ahead": float,
    "signature_secret": str,
}


class BadOptionError(ValueError):
    """An unknown option or a value of the wrong kind; the message names the right ones."""


@dataclass
class Options:
    """How this carrier behaves.

    `speed` multiplies the waits before status webhooks, `retry_speed` those between repeats of a webhook: 1 is
    the documented pace, 0 is at once. `clock_ahead` (seconds) moves the carrier's clock, so that media can get
    48 hours old in a test and signatures can come from a clock that is wrong.
    """

    webhooks: str
    speed: float = 1.0
    retry_speed: float = 1.0
    requests_per_second: float = 30.0
    secure_media: bool = True
    clock_ahead: float = 0.0
    signature_secret: str = ""

    def now(self) -> float:
        """Seconds since 1970 by the carrier's clock."""
        return time.time() + self.clock_ahead

    def change(self, wanted: object) -> None:
        """Take over the given options, all or none of them.

        Raises BadOptionError.
        """
        if not isinstance(wanted, dict):
            raise BadOptionError("Send a JSON object of options.")
        checked = {name: self._checked(name, value) for name, value in wanted.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def _checked(self, name: str, value: Any) -> Any:
        if name not in _CHANGEABLE:
            raise BadOptionError(f"Unknown option {name!r}; there are {', '.join(_CHANGEABLE)}.")
        kind = _CHANGEABLE[name]
        if kind is float:
            if isinstance(value, bool) or not isinstance(value, int | float) or (value < 0 and name != "clock_ahead"):
                raise BadOptionError(f"{name} must be a number that is not negative.")
            return float(value)
        if not isinstance(value, kind):
            raise BadOptionError(f"{name} must be {'true or false' if kind is bool else 'a text'}.")
        return value

    def shown(self) -> dict[str, Any]:
        """The options as JSON, without the secret."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "signature_secret"}


def iso(seconds: float) -> str:
    """`seconds` since 1970 as ISO 8601 UTC with milliseconds, as the carrier writes its timestamps."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
