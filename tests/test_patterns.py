"""Nothing that somebody writes keeps us busy: each regular expression is tried with long hostile texts, and so is each
door that texts, names and numbers come in by, at the length that it lets in."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import flask_firmtext
from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging import (
    answer_words,
    body,
    consent_words,
    file_names,
    numbers,
    plain_texts,
    segments,
    wishes,
)
from flask_firmtext.web import linking
from source import modules

#: CPU seconds that one look at LENGTH characters may take: a repeat inside a repeat needs minutes, and one that begins
#: anew at each character a fiftieth.
LENGTH, MOST = 1_500, 0.2
#: What the carrier may bring in one webhook.
WHOLE, A_WHOLE = 200_000, 2.0
#: What keeps patterns busy: repeats of what they look for, with an end that they do not.
SEEDS = (
    *("a", "1", " ", "\n", ".", ",", "-", "_", "/", "'", "#", "+", "{", "}", "(", "<", "@", ":", "\u200b", "é"),
    *("a ", "a.", "a-", "1 ", "1,", "a@", "{a", "a/", "<a", "a\n", " - ", "http://", "a.a/", "stop ", "a b "),
)
END = "\x00"
DOORS: dict[str, Callable[[str], object]] = {
    "a client's wishes": wishes.of,
    "a client's answer": answer_words.of,
    "what the network hears": consent_words.network_acts,
    "links in a text": linking.linked,
    "a person's text": body.check,
    "what a text costs": segments.measure,
    "a file's name": file_names.senders,
    "a text file": lambda text: plain_texts.read(text.encode()),
    "a number": numbers.parse,
}
#: Reads tables of ours and nothing that anybody else wrote.
OURS = "consent_cues"
NOT_HERE = re.compile(r"flask_firmtext\.(sandbox|testing|migrations)\b")


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Each pattern that a module holds, and each that is written where it is used."""
    for found in pkgutil.walk_packages(flask_firmtext.__path__, "flask_firmtext."):
        if not NOT_HERE.match(found.name):
            for name, value in vars(importlib.import_module(found.name)).items():
                yield from ((f"{found.name}.{name}", one) for one in _compiled(value))
    for module in modules():
        for node in ast.walk(module.tree):
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


def hostile(pattern: str, length: int) -> list[str]:
    """Repeats of the seeds, and of what this pattern itself looks for."""
    return [(text * length)[:length] + END for text in dict.fromkeys([*SEEDS, *looked_for(pattern)])]


def looked_for(pattern: str) -> list[str]:
    """Runs of literal characters in it, as they stand and with a blank between."""
    runs = [""]
    for operation, given in _operations(_parser.parse(pattern)):
        if operation is _constants.LITERAL:
            runs[-1] += chr(given)
        elif runs[-1]:
            runs.append("")
    return [text for run in runs[:8] if run for text in (run, f"{run} ")]


def _operations(parsed: Any) -> Iterator[tuple[Any, Any]]:
    for operation, given in parsed:
        yield operation, given
        for inner in given if isinstance(given, tuple | list) else ():
            parts = inner if isinstance(inner, list) else [inner]
            yield from (one for part in parts if isinstance(part, _parser.SubPattern) for one in _operations(part))


def slowest(look: Callable[[Any], object], texts: list[Any], most: float) -> tuple[float, Any]:
    """The text that takes longest; what seems to take too long is tried again, because others want the CPU, too."""
    worst: tuple[float, Any] = (0.0, "")
    for text in texts:
        took = _seconds(look, text)
        if took > most:
            took = min(took, _seconds(look, text))
        worst = max(worst, (took, text[:12]))
        if took > most:
            break
    return worst


def _seconds(look: Callable[[Any], object], text: Any) -> float:
    began = time.thread_time()
    look(text)
    return time.thread_time() - began


@pytest.mark.slow
@pytest.mark.attack("A27", "A09")
def test_no_pattern_is_kept_busy() -> None:
    found = {pattern: name for name, pattern in patterns()}
    assert len(found) > 100
    busy = {}
    for pattern, name in found.items():
        if OURS in name:
            continue
        if isinstance(pattern.pattern, str):
            took, text = slowest(pattern.search, hostile(pattern.pattern, LENGTH), MOST)
        else:
            raw = [text.encode("latin-1", "replace") for text in hostile(pattern.pattern.decode("latin-1"), LENGTH)]
            took, text = slowest(pattern.search, raw, MOST)
        if took > MOST:
            busy[f"{name} by {text!r}"] = took
    assert busy == {}


@pytest.mark.slow
def test_a_pattern_that_can_be_kept_busy_is_found() -> None:
    assert slowest(re.compile(r"(a|aa)*x").search, hostile("a", 31), MOST)[0] > MOST


@pytest.mark.attack("A09", "A27")
@pytest.mark.parametrize("door", DOORS)
def test_no_door_is_kept_busy_by_what_a_webhook_or_form_may_bring(door: str) -> None:
    def through(text: str) -> None:
        with suppress(TextRefused):
            DOORS[door](text)

    texts = [(text * WHOLE)[:WHOLE] + END for text in SEEDS[::3]]
    took, text = slowest(through, texts, A_WHOLE)
    assert took <= A_WHOLE, f"{took:.1f} s for {text!r}"
