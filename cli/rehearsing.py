"""``--dry-run``: what would come of each text, looked at by the page."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice

from ..messaging.rehearsing import Rehearsal, Verdict
from ..store.transactions import shared
from .bulk import nothing_there, operator

#: So many texts at a time: a bar moves, and memory holds no more of them.
PAGE = 100


class DryRun:
    """To be called for each of ``texts`` (with their firms) in their order; raises why it would not be sent again."""

    def __init__(self, texts: Mapping[uuid.UUID, str | None]) -> None:
        self._texts = texts
        self._left = iter(texts)
        self._pending: dict[str, list[uuid.UUID]] = defaultdict(list)
        self._verdicts: dict[uuid.UUID, Verdict] = {}
        self._rehearsal = Rehearsal()

    def __call__(self, text: uuid.UUID) -> None:
        if self._texts[text] is None:
            nothing_there()
        if text not in self._verdicts:
            self._look()
        why = self._verdicts.pop(text)
        if why is not None:
            raise why

    def _look(self) -> None:
        """At the next ones, firm by firm; a firm that could not be looked at is looked at by the next call."""
        for text in [*islice(self._left, PAGE)] if not self._pending else ():
            firm = self._texts[text]
            if firm is not None:
                self._pending[firm].append(text)
        for firm in [*self._pending]:
            with shared() as session:
                self._verdicts |= self._rehearsal.look(session, self._pending[firm], operator(firm))
            del self._pending[firm]
