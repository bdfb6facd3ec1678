"""The wall between firms in the data layer: a statement that forgets the firm is an error, not a leak.

Each statement on a firm's tables is judged once by its structure (:mod:`.criteria`) and known by its SQL from then on.
One that names no firm goes through only where :mod:`.scope_exceptions` says why. In a page of ours two things more are
held against the signed-in user's firm: every firm that a statement names, and every row that is loaded.
"""

from __future__ import annotations

import logging
import sys
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from flask import current_app, has_app_context, has_request_context, request
from sqlalchemy import Engine, event
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import TextClause

from ..errors import where
from . import criteria
from .base import Base
from .scope_exceptions import ACROSS, BY_KEY, ROOMS

log = logging.getLogger(__name__)

PACKAGE = __name__.partition(".")[0] + "."
#: Where a request of ours keeps whose user has made it.
OF_REQUEST = "firmtext.firm"
#: What SQLAlchemy asks for a row that the session holds already: to write it, or to read it again.
HELD = (
    ("sqlalchemy.orm.unitofwork", ""),
    ("sqlalchemy.orm.session", "Session.refresh"),
    ("sqlalchemy.orm.state", "InstanceState._load_expired"),
)
#: Those that do what others ask of them. A template has no name.
THROUGH = ("sqlalchemy.", "flask_sqlalchemy.", "flask_admin.", "jinja2.", "werkzeug.local", "contextlib", "functools")
CARRIERS = frozenset({"store.upsert", "store.transactions", "store.scope"})
#: A row that is the pool's or everybody's: a number without a firm, words for all.
EVERYBODYS = ""

_judged: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
_named: WeakKeyDictionary[SQLCompiler, tuple[str, ...]] = WeakKeyDictionary()
_told: set[tuple[str, str]] = set()


class Unscoped(RuntimeError):
    """A statement, or a row, is not the firm's that it must be. It says which tables and whose statement it is."""


def watch(engine: Engine) -> None:
    """Judge what is asked of this engine from now on."""
    if not event.contains(engine, "before_cursor_execute", _before):
        event.listen(engine, "before_cursor_execute", _before)


def of_request(firm: str) -> None:
    """Whose user makes this request; what follows in a page of ours is that firm's only."""
    request.environ[OF_REQUEST] = firm


def _before(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    compiled = context.compiled if context is not None else None
    if not isinstance(compiled, SQLCompiler):
        return  # written by hand: a test of the house's architecture sees to these
    found = _judged.get(compiled.string)
    if found is None:
        found = _judged[compiled.string] = _judge(compiled)
    if found[0]:
        _check(*found)
    if (firm := _firm_of_page()) is not None:
        _check_named(compiled, context.compiled_parameters, firm)


def _judge(compiled: SQLCompiler) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tables of which rows of any firm are asked for, and those of which any row is."""
    asked = compiled.statement
    if asked is None or isinstance(asked, TextClause):
        return (), ()
    try:
        return criteria.of_any_firm(asked), criteria.of_any_row(asked)
    except Exception as error:
        if _strict():
            raise
        log.error("a statement cannot be judged, and goes on: %s", where(error))
        return (), ()


def _check(tables: tuple[str, ...], rows: tuple[str, ...]) -> None:
    site = _site(sys._getframe(2))
    if site is None or not ROOMS.keys().isdisjoint(_within(site)) or site in ACROSS or (not rows and site in BY_KEY):
        return
    asks = "any row" if rows else "a row by its key, whosever it is,"
    words = (
        f"{site} asks for {asks} of {', '.join(rows or tables)}: add the firm to its criteria, or name it in"
        " store/scope_exceptions.py with the reason"
    )
    if _strict():
        raise Unscoped(words)
    if (site, words) not in _told:  # nobody looks on: better to go on, and to say so
        _told.add((site, words))
        log.error("%s", words)


def _site(frame: FrameType | None) -> str | None:
    """Whose statement this is: ``room.module:function``; None for what is not ours, or for a row that is held."""
    while frame is not None:
        module, function = frame.f_globals.get("__name__", ""), frame.f_code.co_qualname.partition(".<locals>")[0]
        if any(module == held and name in ("", function) for held, name in HELD):
            return None
        short = module.removeprefix(PACKAGE)
        if module and not module.startswith(THROUGH) and short not in CARRIERS:
            return f"{short}:{function}" if module.startswith(PACKAGE) else None
        frame = frame.f_back
    return None


def _within(site: str) -> tuple[str, str]:
    """Its room and its module."""
    return site.partition(".")[0], site.partition(":")[0]


def _strict() -> bool:
    """Where somebody would see the rows, and in tests."""
    return not has_app_context() or current_app.testing or (has_request_context() and OF_REQUEST in request.environ)


def _firm_of_page() -> str | None:
    """The signed-in user's firm in a page of ours. A host's page may tell us of things of every firm."""
    if not has_request_context() or not (request.endpoint or "").startswith("firmtext"):
        return None
    firm: str | None = request.environ.get(OF_REQUEST)
    return firm


def _check_named(compiled: SQLCompiler, parameters: list[dict[str, Any]], firm: str) -> None:
    names = _named.get(compiled)
    if names is None:
        names = tuple(name for bind, name in compiled.bind_names.items() if bind._orig_key == "firm")
        _named[compiled] = names
    for name in names:
        for given in parameters:
            # What an IN holds is numbered one by one.
            some = [given[name]] if name in given else [one for key, one in given.items() if key.startswith(f"{name}_")]
            if any(one not in (firm, EVERYBODYS) for one in some):
                raise Unscoped(f"{_site(sys._getframe(2))} names another firm than that of the user")


def _loaded(row: Any, context: Any) -> None:
    if (firm := _firm_of_page()) is not None and getattr(row, "firm", firm) not in (firm, EVERYBODYS):
        raise Unscoped(f"a row of {row.__tablename__} that is another firm's was read for a page")


event.listen(Base, "load", _loaded, propagate=True)
