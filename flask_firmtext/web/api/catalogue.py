"""Every operation, found by its address. Importing this loads the modules in which they are done."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from werkzeug.routing import Map, MapAdapter, Rule

from . import (
    contacts,
    conversations,
    deliveries,
    erasures,
    events,
    files,
    payments,
    record,
    registration,
    replies,
    retention,
    scheduled,
    searches,
    settings,
    texts,
    texts_listed,
    time_entries,
    webhooks,
)
from .blueprint import CONVERTERS
from .operations import OPERATIONS, Operation

MODULES = (
    conversations,
    texts_listed,
    texts,
    scheduled,
    contacts,
    files,
    searches,
    replies,
    time_entries,
    payments,
    events,
    settings,
    registration,
    retention,
    erasures,
    webhooks,
    deliveries,
    record,
)


def every() -> Iterable[Operation]:
    """All of them, in the order of :data:`MODULES`."""
    order = [module.__name__ for module in MODULES]
    return sorted(OPERATIONS.values(), key=lambda one: order.index(one.do.__module__))


def named(name: str) -> Operation:
    return OPERATIONS[name]


def find(path: str, method: str) -> tuple[Operation, dict[str, str]]:
    """:raises NotFound, MethodNotAllowed: there is none."""
    name, parts = _addresses().match(path, method=method)
    return OPERATIONS[name], dict(parts)


@cache
def _addresses() -> MapAdapter:
    rules = [Rule(_written(one), endpoint=one.name, methods=[one.method]) for one in every()]
    addresses = Map(rules, merge_slashes=False, redirect_defaults=False, converters=CONVERTERS)
    return addresses.bind("", "/")


def _written(one: Operation) -> str:
    """Its path as Werkzeug writes it; a reference of the practice system's may hold a slash."""
    path = one.path
    for name, kind in one.parts.items():
        path = path.replace(f"{{{name}}}", f"<firmtext_anything:{name}>" if kind is str else f"<{name}>")
    return path
