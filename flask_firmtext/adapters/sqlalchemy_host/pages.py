"""The host's pages about its rows: where each lies, and what is said where there is none of that name."""

from __future__ import annotations

import logging
import re
from difflib import get_close_matches
from typing import Any

from flask import current_app, url_for
from werkzeug.routing import BuildError

from ...errors import where

log = logging.getLogger(__name__)

#: A variable part of an address, as Werkzeug's rules write it.
_VARIABLE = re.compile(r"<(?:[^<>]*:)?(\w+)>")
#: What a :class:`Pages` is made of: any map of a model.
Map = Any


class Pages:
    """The pages of one map's rows; none where the map has no ``page``."""

    def __init__(self, mapped: Map) -> None:
        self._map, self._page = type(mapped).__name__, getattr(mapped, "page", None)
        self._told = False

    def address(self, key: Any) -> str | None:
        """The address of the page of ``key``, None where there is none; the first time the log says why."""
        if not self._page:
            return None
        try:
            address: str | None = self._page(key) if callable(self._page) else _address(self._page, key)
        except BuildError as error:
            self._tell(self.fault() or f"{self._map}(page=…): {error}.")
        except Exception as error:  # a function of the host's, whose own words may name a client
            self._tell(f"{self._map}(page=…) raised {where(error)}.")
        else:
            return address
        return None

    def _tell(self, why: str) -> None:
        if not self._told:
            self._told = True
            log.error("%s Its rows are shown without a link.", why)

    def fault(self) -> str | None:
        """That there is no such endpoint, asked once all blueprints are there."""
        known = {rule.endpoint for rule in current_app.url_map.iter_rules()}
        if not isinstance(self._page, str) or self._page in known:
            return None
        theirs = sorted(one for one in known if not one.startswith("firmtext"))
        meant = "".join(f"; did you mean {one!r}" for one in get_close_matches(self._page, theirs, 1))
        return f"{self._map}(page={self._page!r}): no endpoint has this name{f'{meant}?' if meant else '.'}"


def _address(endpoint: str, key: Any) -> str:
    """Other parts of the address are the host's ``url_defaults``."""
    try:
        rule = next(current_app.url_map.iter_rules(endpoint)).rule
    except KeyError:
        rule = ""  # Flask says then that there is none
    names = _VARIABLE.findall(rule)
    return url_for(endpoint, **({names[-1]: key} if names else {}))
