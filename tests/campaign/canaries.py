"""R7: what staff and clients wrote, their names and numbers stand nowhere in clear."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from .driver import CANARY
from .stack import Stack
from .stores import Postgresql

NAME = "Quillfeather"
#: The digits of the clients' phones, however they are parted.
PHONES = re.compile(rb"(?:312|646|415)[^0-9]{0,2}555[^0-9]?02\d\d(?!\d)")


def disguises(word: str) -> set[bytes]:
    raw = word.encode()
    coded = {base64.b64encode(b" " * shift + raw)[4:-4] for shift in range(3)}
    return {raw, raw.hex().encode(), word.encode("utf-16-le")} | {one for one in coded if len(one) > 7}


#: A text by the word with which it begins, so that its history can be told.
TEXTS = re.compile(CANARY.encode() + rb"[0-9a-f]{12}")
WORDS = {form for word in (CANARY, NAME) for form in disguises(word)}


def heard(content: bytes) -> list[str]:
    found = [form.decode(errors="replace") for form in WORDS if form in content]
    found += [text.decode() for text in TEXTS.findall(content)[:3]]
    number = PHONES.search(content)
    return found + ([number.group().decode(errors="replace")] if number else [])


def search(stack: Stack) -> list[str]:
    """Where something was heard, and what."""
    return [f"{place}: {words}" for place, content in places(stack) if (words := heard(content))]


def places(stack: Stack) -> Iterator[tuple[str, bytes]]:
    with stack.valkey.client() as client:
        client.save()
        for key in client.scan_iter(count=1000):
            yield f"the key {key!r}", key + (client.dump(key) or b"")
    files = [file for file in stack.folder.rglob("*") if (stack.folder / "sandbox") not in file.parents]
    if isinstance(stack.store, Postgresql):
        data = Path(stack.store.server.pgdata)
        files += [*(data / "base").rglob("*"), *(data / "pg_wal").rglob("*"), data / "log"]
    for file in files:
        if file.is_file():
            yield str(file), file.read_bytes()
