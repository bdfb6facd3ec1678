"""The table of signals says what the code sends, and the code sends nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_firmtext import signals
from flask_firmtext.signals import KIND_OF, KINDS, TOLD
from flask_firmtext.web.endpoint_sheet import WORDS
from source import modules


def announced() -> Iterator[tuple[str, frozenset[str]]]:
    """Each signal that is sent somewhere, and the names of what it carries there."""
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            carried = frozenset(keyword.arg or "**" for keyword in node.keywords)
            if called == "announce":
                yield ast.unparse(node.args[1]).removeprefix("signals."), carried
            elif called == "receiver" and module.path == "flask_firmtext/messaging/alarms.py":
                yield "alarm", carried


def test_each_signal_is_sent_with_the_fields_of_the_table() -> None:
    sent = list(announced())
    assert {name: frozenset(one.fields) for name, one in ((one.name, one) for one in TOLD)} == dict(sent)
    assert len(set(sent)) == len(TOLD)


def test_every_signal_is_in_the_table_and_can_be_imported() -> None:
    theirs = {name for name, value in vars(signals).items() if type(value).__name__ == "NamedSignal"}
    assert {one.name for one in TOLD} == theirs
    for one in TOLD:
        assert getattr(signals, one.name) is one.signal


def test_every_kind_has_words_and_what_has_words_has_a_text() -> None:
    assert KINDS.keys() <= WORDS.keys()
    assert set(KIND_OF.values()) == {*KINDS, None}
    assert all("message" in one.fields for one in TOLD if one.words)
    assert all("firm" in one.fields for one in KINDS.values())
