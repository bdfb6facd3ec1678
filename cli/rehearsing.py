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
        firm = self._texts[text]
        if firm is None:
            nothing_there()
        if text not in self._verdicts:
            self._look(text, firm)
        why = self._verdicts.pop(text)
        if why is not None:
            raise why

    def _look(self, text: uuid.UUID, firm: str) -> None:
        """At this one and the next ones of its firm. Where that fails, the next call begins at its own text; another
        firm's do not wait for it."""
        while text not in self._pending[firm]:
            for one in islice(self._left, PAGE):
                self._pending[self._texts[one] or ""].append(one)
        behind = self._pending[firm][self._pending[firm].index(text) :]
        with shared() as session:
            self._verdicts |= self._rehearsal.look(session, behind[:PAGE], operator(firm))
        self._pending[firm] = behind[PAGE:]
