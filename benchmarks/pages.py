"""P7: the inbox's first page, a thread's first page and the badge with very many texts, beside those with 1,000."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import event

from flask_firmtext.current import firmtext
from rows import STAFF

from . import filling
from .rounds import Figure, Scale, Target, alternating
from .stage import Stage, host, settings_of

BASELINE = "the same page with 1,000 texts"
TARGET = Target("≤ 1.3, as many queries", most=1.3)
FEW = 1_000
#: Texts on each engine, all and quick.
MANY = {"postgresql": (1_000_000, 10_000), "sqlite": (100_000, 5_000)}
PAGES = {
    "inbox": "/texting/",
    "thread": f"/texting/conversations/{filling.thread(filling.UNREAD + 5)}",
    "badge": "/texting/changes?since=-1",
}
AT_ONCE = 4


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    for engine, sizes in MANY.items():
        many = scale.of(*sizes)
        with reader(stage, engine, FEW) as few, reader(stage, engine, many) as all_:
            for page in PAGES:
                pair = alternating(partial(all_.took, page), partial(few.took, page), scale.rounds(25))
                queries = {"texts": many, "queries": all_.queries(page), "queries_of_few": few.queries(page)}
                if queries["queries"] != queries["queries_of_few"]:
                    raise AssertionError(f"the number of queries grows: {queries}")
                yield pair.figure("P7", page, TARGET, unit="ms", db=engine, **queries)


@contextmanager
def reader(stage: Stage, engine: str, texts: int) -> Iterator[Reader]:
    """A signed-in person at a firm with so many texts."""
    with host(settings_of(library(stage, engine, texts))) as app:
        filling.acquaint(app)
        yield Reader(app, firmtext.engine)


def library(stage: Stage, engine: str, texts: int) -> str:
    """A database with so many texts, made once a run."""

    def fill(url: str) -> None:
        with host(settings_of(url)):
            filling.open_office()
            filling.fill(texts)

    return stage.kept_database(engine, str(texts), fill)


class Reader:
    """Reads pages in this process."""

    def __init__(self, app: Any, engine: Any) -> None:
        self.client, self.engine = app.test_client(), engine
        self.client.get(f"/sign-in/{STAFF.ref}")

    def took(self, page: str) -> float:
        """Milliseconds."""
        began = time.perf_counter()
        for _ in range(AT_ONCE):
            self._get(page)
        return (time.perf_counter() - began) / AT_ONCE * 1000

    def queries(self, page: str) -> int:
        seen: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            seen.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        self._get(page)
        event.remove(self.engine, "before_cursor_execute", note)
        return len(seen)

    def _get(self, page: str) -> None:
        answer = self.client.get(PAGES[page])
        if answer.status_code != 200:
            raise AssertionError(f"{page}: {answer.status}")
