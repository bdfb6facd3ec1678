"""The table of operations: each is declared where it is done, by its path, its scope and its parameters' types."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, get_type_hints

from flask import Response
from pydantic import BaseModel

F = TypeVar("F", bound=Callable[..., Any])
#: Parameters that are no part of an address.
WHO, KEY, BODY, QUERY = "who", "key", "given", "query"
SAFE = frozenset({"GET"})


@dataclass(frozen=True, slots=True)
class Operation:
    """``do`` is given the visitor, what stands in the path, and the models of body and query.

    ``answer`` is the model of what it answers, None for nothing, :class:`flask.Response` for bytes. ``keyed``: it makes
    something, so it needs an ``Idempotency-Key``. ``version`` is the name of the operation whose answer is the version
    that ``If-Match`` names; its own name where its answer is one.
    """

    name: str
    method: str
    path: str
    scope: str
    summary: str
    told: str
    code: int
    do: Callable[..., Any]
    parts: Mapping[str, type]
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[BaseModel] | type[Response] | None
    keyed: bool
    version: str | None

    @property
    def tag(self) -> str:
        """Where it stands in the documentation."""
        return self.path.split("/")[1]


#: By their names, in the order in which they are declared.
OPERATIONS: dict[str, Operation] = {}


def operation(
    method: str, path: str, scope: str, *, version: str | None = None, code: int | None = None
) -> Callable[[F], F]:
    """Declare an operation. The first line of the function's docstring is its summary."""

    def declare(do: F) -> F:
        hints = get_type_hints(do)
        answer = hints.pop("return")
        answer = None if answer is type(None) else answer
        summary, _blank, told = (inspect.getdoc(do) or "").partition("\n")
        keyed = KEY in hints
        usual = 201 if keyed else 204 if answer is None else 200
        OPERATIONS[do.__name__] = Operation(
            name=do.__name__,
            method=method,
            path=path,
            scope=scope,
            summary=summary,
            told=" ".join(told.split()),
            code=code or usual,
            do=do,
            parts={name: kind for name, kind in hints.items() if name not in (WHO, KEY, BODY, QUERY)},
            body=hints.get(BODY),
            query=hints.get(QUERY),
            answer=answer,
            keyed=keyed,
            version=version,
        )
        return do

    return declare


get, post, put, patch, delete = (partial(operation, method) for method in ("GET", "POST", "PUT", "PATCH", "DELETE"))
