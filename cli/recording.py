"""Commands in the record: who ran what, when, with values masked that may say something of a client.

Recorded are those that change something (they take ``--yes``) and those that show what is stored encrypted, before they
do so: what cannot be recorded is not done.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click
from click.core import ParameterSource
from flask.cli import with_appcontext

from ..current import firmtext
from ..store import audit
from ..store.transactions import own
from .db import require_current
from .operator import actor

#: What shows texts, numbers of clients or forms of firms.
SHOWING = frozenset(
    {"messages failed", "messages show", "numbers verification show", "numbers verification export", "retention holds"}
)
#: What may run every night and changes nothing by itself; and what works without our tables, on their way up or down.
LEFT_OUT = frozenset({"audit verify", "db downgrade", "db upgrade"})
#: Options whose values are the practice system's references or words of our own.
NAMED = frozenset({"acts_for", "country", "firm", "revision"})
MASK, CUT = "…", " …"


def attach(group: click.Group) -> None:
    """Let the commands below ``group`` record that they run."""
    for path, command in _commands(group):
        changes = any(parameter.name == "yes" for parameter in command.params)
        if (changes or path in SHOWING) and path not in LEFT_OUT and command.callback is not None:
            command.callback = _recorded(path, command.callback)


def _commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        here = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from _commands(command, here)
        else:
            yield here, command


def _recorded(path: str, run: Callable[..., Any]) -> Callable[..., Any]:
    @with_appcontext
    def recorded(*arguments: Any, **given: Any) -> Any:
        require_current(firmtext.engine)
        with own() as session:
            told = {"firm": _firm(given), "actor": actor(), "evidence": _told(click.get_current_context(), given)}
            audit.record(session, "command.run", ("command", path), **told)
        return run(*arguments, **given)

    return recorded


def _firm(given: Mapping[str, Any]) -> str:
    """The firm whose record it belongs to; a word that is no firm begins no record."""
    ref = given.get("firm")
    return ref if isinstance(ref, str) and ref and firmtext.host.firms.get(ref) is not None else ""


def _told(context: click.Context, given: Mapping[str, Any]) -> str:
    words = ""
    for parameter in context.command.params:
        name = parameter.name or ""
        if context.get_parameter_source(name) in (ParameterSource.COMMANDLINE, ParameterSource.PROMPT):
            word = f"{words} {_shown(parameter, given.get(name))}".strip()
            if len(word) > audit.LONGEST - len(CUT):
                return words + CUT
            words = word
    return words


def _shown(parameter: click.Parameter, value: Any) -> str:
    option = parameter.opts[0] if isinstance(parameter, click.Option) else ""
    if getattr(parameter, "is_flag", False):
        return option
    values = value if isinstance(value, list | tuple) else [value]
    free = parameter.name in NAMED or isinstance(parameter.type, click.Choice)
    told = ",".join(str(one) if free or isinstance(one, uuid.UUID | bool | int) else MASK for one in values)
    return f"{option} {told}".strip()
