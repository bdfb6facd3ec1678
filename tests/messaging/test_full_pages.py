"""A page is full and leads on only where there is something to see, however many rows stand between."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flask_firmtext.messaging import full_pages

SIZE = 25


def walk(rows: Sequence[int], hidden: range) -> tuple[list[list[int]], int]:
    """The pages that one sees who walks on to the last, and how often was looked."""
    pages: list[list[int]] = []
    looks = 0

    def look(after: int | None, limit: int) -> Sequence[int]:
        nonlocal looks
        looks += 1
        return [row for row in rows if after is None or row > after][:limit]

    def seen(some: Sequence[int]) -> Sequence[int]:
        return [row for row in some if row not in hidden]

    after: int | None = None
    while not pages or after is not None:
        page, after = full_pages.read(look, seen, lambda row: row, SIZE, after)
        pages.append(page)
    return pages, looks


@pytest.mark.parametrize("hidden", [range(0), range(25), range(10, 30), range(60), range(30, 1_500), range(2_000)])
def test_pages_are_those_of_a_list_without_them(hidden: range) -> None:
    rows = range(1_530)
    left = [row for row in rows if row not in hidden]
    pages, looks = walk(rows, hidden)
    assert pages == [left[at : at + SIZE] for at in range(0, len(left), SIZE)] or (pages == [[]] and not left)
    assert looks <= len(pages) + full_pages.ROUNDS


def test_a_page_behind_more_than_can_be_looked_at_leads_on() -> None:
    pages, _looks = walk(range(2_000), range(1_900))
    assert [row for page in pages for row in page] == [*range(1_900, 2_000)]
    assert pages[0] == []
