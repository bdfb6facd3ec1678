"""What the address of a page says, read without trust."""

from __future__ import annotations

from flask import request

#: What a column of positions or counts holds.
LARGEST = 2**63 - 1


def whole_number(name: str) -> int | None:
    """A count or a position from the address; None when there is none, or one that no page of ours sends."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 <= given <= LARGEST else None
