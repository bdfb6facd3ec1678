"""Templates as operators name and read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..firm.templates import Source, Wording
from ..firm.templates_check import longest_segments
from ..firm.templates_syntax import Fault
from ..firm.templates_words import Kind
from ..store.keys import INSTALLATION
from .firms import known
from .output import printable

KINDS = [kind.value for kind in Kind]
WHOSE = {
    Source.OURS: "FirmText's own words:",
    Source.INSTALLATION: "The words for all firms:",
    Source.FIRM: "The firm's own words:",
}


def ref_of(firm: str | None) -> str:
    """The reference that ``--firm`` named, or that of all firms. :raises click.BadParameter: there is no such firm."""
    return INSTALLATION if firm is None else known(firm).ref


def key(kind: str, language: str, ref: str) -> dict[str, Any]:
    """Which template: ``firm`` is null for all firms."""
    return {"kind": str(kind), "language": language, "firm": ref or None}


def row_of(ref: str, wording: Wording) -> dict[str, Any]:
    """Which template, whose words are in force, and how many segments they take at the most."""
    return {
        **key(wording.kind, wording.language, ref),
        "words": wording.source.value,
        "segments": _segments(wording),
        "changed_by": wording.changed_by,
        "changed_at": wording.changed_at,
    }


def _segments(wording: Wording) -> int | None:
    try:
        return longest_segments(wording.body, wording.language)
    except ValueError:  # written by other hands than ours; `templates check` says what is wrong
        return None


def told(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line, "reason": fault.reason}


def faulty(where: str, faults: Iterable[Fault]) -> str:
    """The faults of a file for people, a line each."""
    return printable("\n".join(["These words cannot be used:", *(f"  {where}, {fault}" for fault in faults)]))


def words_for(kind: str, language: str, ref: str) -> str:
    return printable(f"{kind} ({language}) of {f'the firm {ref}' if ref else 'all firms'}")
