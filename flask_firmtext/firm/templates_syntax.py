"""The syntax of a template: ``{field}``, and ``[a part that is left out when a field in it is empty]``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

FIELDS = ("firm", "title", "date", "time", "place", "contact_email", "contact_phone", "changes")
#: An event may have no place, or last all day; a firm may have only one of the two.
MAY_BE_EMPTY = frozenset(("time", "place", "contact_email", "contact_phone"))

_PIECE = re.compile(r"\{(?P<field>[^{}\[\]\n]*)\}|(?P<sign>[{}\[\]])|(?P<words>[^{}\[\]]+)")
_NO_BRACKETS = "Brackets and braces of your own cannot be written: use (round ones)."


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Why a template is refused, and in which line (the first is 1)."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Field:
    """One ``{field}`` and its line."""

    name: str
    line: int

    def __str__(self) -> str:
        return f"{{{self.name}}}"


@dataclass(slots=True)
class Part:
    """Words and fields in a row; an ``optional`` one stood in square brackets, which open in ``line``."""

    optional: bool
    line: int
    pieces: list[str | Field] = field(default_factory=list)

    @property
    def fields(self) -> list[Field]:
        return [piece for piece in self.pieces if isinstance(piece, Field)]


@dataclass(slots=True)
class Parsed:
    """The parts of a template in their order, and what is wrong with its form."""

    parts: list[Part] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def fields(self) -> Iterator[tuple[Part, Field]]:
        return ((part, one) for part in self.parts for one in part.fields)


def parse(body: str) -> Parsed:
    """``body`` in its parts. It can be rendered when there are no faults."""
    parsed = Parsed([Part(False, 1)])
    line = 1
    for match in _PIECE.finditer(body):
        part = parsed.parts[-1]
        if match["sign"] is not None:
            _sign(parsed, match["sign"], line)
        elif match["words"] is not None:
            part.pieces.append(match["words"])
        elif match["field"] in FIELDS:
            part.pieces.append(Field(match["field"], line))
        else:
            parsed.faults.append(Fault(line, _unknown(match["field"])))
        line += match[0].count("\n")
    if parsed.parts[-1].optional:
        parsed.faults.append(Fault(parsed.parts[-1].line, f"The [ is never closed. {_NO_BRACKETS}"))
    return parsed


def _sign(parsed: Parsed, sign: str, line: int) -> None:
    part = parsed.parts[-1]
    if sign == "{":
        parsed.faults.append(Fault(line, f"A {{ is never closed. Write a field like {{title}}. {_NO_BRACKETS}"))
    elif sign == "}":
        parsed.faults.append(Fault(line, f"A }} was never opened. Write a field like {{title}}. {_NO_BRACKETS}"))
    elif sign == "[" and part.optional:
        parsed.faults.append(Fault(line, "A [ stands inside another [: close the first one before."))
    elif sign == "[":
        parsed.parts.append(Part(True, line))
    elif not part.optional:
        parsed.faults.append(Fault(line, f"A ] was never opened. {_NO_BRACKETS}"))
    else:
        parsed.parts.append(Part(False, line))


def _unknown(name: str) -> str:
    known = ", ".join(f"{{{one}}}" for one in FIELDS)
    if not name.strip():
        return f"A field has no name. There are {known}."
    if (plain := name.strip().casefold()) in FIELDS:
        return f"Write {{{plain}}}: small letters, no blanks."
    close = difflib.get_close_matches(plain, FIELDS, 1)
    hint = f"Did you mean {{{close[0]}}}?" if close else f"There are {known}."
    return f"There is no field {{{name}}}. {hint}"


def render(body: str, values: Mapping[str, str]) -> str:
    """``body`` with its fields filled in, letter for letter: nothing in a value is read as a field or a bracket.

    :param values: of every field, those that have none as "".
    :raises ValueError: the template is broken; :func:`.templates_check.check` says where.
    """
    parsed = parse(body)
    if parsed.faults:
        raise ValueError(f"a template is broken, {parsed.faults[0]}")
    return "".join(_filled(parsed.parts, values))


def _filled(parts: Iterable[Part], values: Mapping[str, str]) -> Iterator[str]:
    last = ""
    for part in parts:
        if part.optional and not all(values[one.name].strip() for one in part.fields):
            continue
        for piece in part.pieces:
            if isinstance(piece, Field):
                last = values[piece.name]
                yield last
            else:
                # "10:30 a.m." brings the full stop of its sentence with it.
                yield piece[1:] if piece.startswith(".") and last.endswith(".") else piece
                last = ""
