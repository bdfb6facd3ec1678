"""The filters of a list as a plain form: it works without scripts, by keyboard, and under a strict policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, request

from .filters import OneOf, Since

#: Flask-Admin's: index, name and value of a filter that is in use.
Active = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of the form; ``options`` are values with their labels, none for a day."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]


def asked(known: Mapping[str, tuple[int, OneOf | Since]]) -> list[Active]:
    """The filters that the address names and that are filled in. One that does not exist filters nothing."""
    active = []
    for name, value in request.args.items():
        key = name.partition("_")[2]
        if not name.startswith("flt") or key not in known or not value:
            continue
        index, flt = known[key]
        if flt.validate(value):
            active.append((index, flt.name, value))
        else:
            flash(f"{_label(flt)}: this cannot be looked for.", "error")
    return active


def form(known: Mapping[str, tuple[int, OneOf | Since]], active: Sequence[Active]) -> list[Choice]:
    """The fields, in the order of the filters, with what is chosen."""
    chosen = {index: value for index, _, value in active}
    return [
        Choice(f"flt{index}_{key}", _label(flt), chosen.get(index, ""), flt.options or ())
        for key, (index, flt) in known.items()
    ]


def _label(flt: OneOf | Since) -> str:
    return flt.name if flt.options else f"{flt.name} {flt.operation()}"
