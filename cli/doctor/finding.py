"""What a check found: one line with a cure, and never a secret."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ...setting_names import RENAMED
from ...settings import SETTINGS


class Level(StrEnum):
    """How bad it is. One ``ERROR`` makes the doctor exit with 1."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """``id`` is stable; ``seen`` and ``cure`` are sentences for people."""

    id: str
    level: Level
    seen: str
    cure: str = ""


def fine(id: str, seen: str) -> Finding:
    return Finding(id, Level.OK, _ended(seen))


def doubtful(id: str, seen: str, cure: str) -> Finding:
    return Finding(id, Level.WARNING, _ended(seen), cure)


def wrong(id: str, seen: str, cure: str) -> Finding:
    return Finding(id, Level.ERROR, _ended(seen), cure)


def _ended(sentence: str) -> str:
    """With a full stop: what a library says often has none, and the cure follows on the same line."""
    return sentence if sentence.rstrip().endswith((".", "!", "?", ":")) else f"{sentence.rstrip()}."


_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]*@")
_SHORTEST_SECRET = 6


def without_secrets(found: Finding, config: Mapping[str, Any]) -> Finding:
    """The finding with every configured secret blacked out: what a library says may quote one."""
    hidden = sorted(_secrets(config), key=len, reverse=True)
    return Finding(found.id, found.level, _black_out(found.seen, hidden), _black_out(found.cure, hidden))


def _black_out(sentence: str, hidden: Iterable[str]) -> str:
    for secret in hidden:
        sentence = sentence.replace(secret, "…")
    return _PASSWORD_IN_ADDRESS.sub("…@", sentence)


def _secrets(config: Mapping[str, Any]) -> set[str]:
    names = {setting.name for setting in SETTINGS if setting.secret}
    old = {name for name, now in RENAMED.items() if now.name in names}
    values = [config.get(name, os.environ.get(name)) for name in {*names, *old, "SECRET_KEY"}]
    parts = {part.strip() for value in values if value for part in re.split(r"[,:\s]|\\n", _text(value))}
    return {part for part in parts if len(part) >= _SHORTEST_SECRET and not part.startswith("//")}


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
