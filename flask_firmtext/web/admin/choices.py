"""The filters of a list as a plain form: it works without scripts, by keyboard, and under a strict policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, request

from ...language import gettext as _
from .filters import Exactly, OneOf, Since

#: Flask-Admin's: index, name and value of a filter that is in use.
Active = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of the form; ``options`` are values with their labels, none for a day or for what is typed."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]
    kind: str = "date"


def asked(known: Mapping[str, tuple[int, OneOf | Exactly | Since]]) -> list[Active]:
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
            flash(_("%(name)s: this cannot be looked for.", name=_label(flt)), "error")
    return active


def form(known: Mapping[str, tuple[int, OneOf | Exactly | Since]], active: Sequence[Active]) -> list[Choice]:
    """The fields, in the order of the filters, with what is chosen."""
    chosen = {index: value for index, _, value in active}
    return [
        Choice(f"flt{index}_{key}", _label(flt), chosen.get(index, ""), _options(flt), _kind(flt))
        for key, (index, flt) in known.items()
    ]


def _label(flt: OneOf | Exactly | Since) -> str:
    return _(flt.label, column=_(flt.name)) if isinstance(flt, Since) else _(flt.name)


def _options(flt: OneOf | Exactly | Since) -> Sequence[tuple[str, str]]:
    return [(value, _(label)) for value, label in flt.options or ()]


def _kind(flt: OneOf | Exactly | Since) -> str:
    return "text" if isinstance(flt, Exactly) else "date"
