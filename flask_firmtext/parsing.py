"""Parsers of settings: from what is configured (often text from the environment) to what we use."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit


class Fault(ValueError):
    """What is wrong with a setting's value and how to mend it; completes a sentence that begins with its name."""


_KEY = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
_KEY_FORM = "must be `id:base64` of 32 bytes, id 1 to 16 of a-z, 0-9 and -; `flask firmtext keys generate` prints one."


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Fault("must be text that is not empty.")
    return value.strip()


def optional_text(value: Any) -> str | None:
    return text(value) if value not in (None, "") else None


def listed(value: Any) -> list[str]:
    """A list from comma-separated text or from a list."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    if isinstance(value, (list, tuple)):
        if not all(isinstance(item, str) for item in value):  # such as a variable that is not there: None is no secret
            raise Fault("must be a list of text, or text with commas.")
        return [item.strip() for item in value if item.strip()]
    raise Fault("must be a list, or text with commas.")


def boolean(value: Any) -> bool:
    if value in (True, "1"):
        return True
    if value in (False, "0"):
        return False
    raise Fault("must be 1 or 0.")


def count(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,15}", str(value)):
        raise Fault("must be a whole number, 0 or more.")
    return int(value)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours on a wall clock, from ``begin`` to before ``end``, over midnight where that is smaller."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


def quiet_hours(value: Any) -> Quiet | None:
    if str(value).strip().lower() == "off":
        return None
    found = re.fullmatch(r"(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?", str(value).strip())
    try:
        begin, begins, end, ends = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
        quiet = Quiet(time(begin, begins), time(end, ends))
    except ValueError:
        quiet = Quiet(time(), time())
    if quiet.begin == quiet.end:
        raise Fault("must be two times of day like 21-8 or 20:30-8:00, or off.")
    return quiet


def rate(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number < 1_000_000:
        raise Fault("must be a number above 0.")
    return number


def one_of(*choices: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in choices:
            raise Fault(f"must be {' or '.join(choices)}.")
        return str(value)

    return parse


def key_bytes(encoded: str) -> bytes:
    try:
        raw = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise Fault("holds a key that is not base64; `flask firmtext keys generate` prints a good one.") from None
    if len(raw) != 32:
        raise Fault(f"holds a key of {len(raw)} bytes where 32 are needed; `flask firmtext keys generate` prints one.")
    if len(set(raw)) < 8:
        raise Fault("holds a sample value; make a key with `flask firmtext keys generate`.")
    return raw


def encryption_keys(value: Any) -> Mapping[str, bytes]:
    """Key-encryption keys by id, in the given order: the first encrypts."""
    if isinstance(value, str) and ":" not in value:
        value = [line for line in _file(value).splitlines() if line.strip() and not line.startswith("#")]
    keys: dict[str, bytes] = {}
    for item in listed(value):
        name, _, encoded = item.partition(":")
        if not re.fullmatch(r"[a-z0-9-]{1,16}", name) or not encoded:
            raise Fault(_KEY_FORM)
        if name in keys:
            raise Fault(f"names the id {name} twice; each key needs an id of its own.")
        keys[name] = key_bytes(encoded)
    if len(set(keys.values())) < len(keys):
        raise Fault("lists one key under two ids; each id needs a key of its own, or replacing it replaces nothing.")
    if not keys:
        raise Fault(f"is empty. It {_KEY_FORM}")
    return keys


def index_keys(value: Any) -> tuple[bytes, ...]:
    """Index keys, one or a list: in the setting itself, or one a line in a file whose path it is."""
    given = listed(value)
    if len(given) == 1 and not _KEY.fullmatch(given[0]) and Path(given[0]).is_file():
        given = [line.strip() for line in _file(given[0]).splitlines() if line.strip() and not line.startswith("#")]
    if not given:
        raise Fault("must be text that is not empty.")
    keys = tuple(key_bytes(one) for one in given)
    if len(set(keys)) < len(keys):
        raise Fault("lists a key twice; each is needed once.")
    return keys


def secrets(value: Any) -> tuple[str, ...]:
    found = tuple(listed(value))
    if len(found) > 8:
        raise Fault("lists more than 8 secrets; take old ones out.")
    return found


def pem(value: Any) -> str:
    """PEM text: given as text, with line ends written ``\\n``, or as a path that is read when first used."""
    given = text(value)
    return given.replace("\\n", "\n") if "-----BEGIN" in given else given


def redis_url(value: Any) -> str:
    given = text(value)
    parts = urlsplit(given)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise Fault("must begin with redis://, rediss:// or unix://.")
    if parts.scheme != "unix" and not _reachable(parts):
        raise Fault("must be like redis://127.0.0.1:6379/0: a host, and a port between 1 and 65535.")
    return given


def _reachable(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def public_url(value: Any) -> str:
    given = text(value).rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise Fault("must be like https://practice.example or https://example.org/app.")
    return given


def url_prefix(value: Any) -> str:
    given = text(value).rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", given):
        raise Fault("must be a path like /texting.")
    return given


def hosts(value: Any) -> tuple[str, ...]:
    found = tuple(item.lower() for item in listed(value))
    for host in found:
        if not re.fullmatch(r"[a-z0-9.-]+(:\d{1,5})?", host):
            raise Fault(f"names {host!r}; write `host` or `host:port`, without * and without a scheme.")
    return found


def _file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")  # some editors put a mark before the first line
    except (OSError, ValueError) as error:
        # A key without its id looks like a path, and must not be repeated in an error.
        if re.fullmatch(r"[A-Za-z0-9+/_-]{40,}=*", path.strip()):
            raise Fault(_KEY_FORM) from None
        raise Fault(f"names the file {path}, which cannot be read ({getattr(error, 'strerror', error)}).") from None
