"""Packages that nobody needs before a first text or a first form, loaded when first used: a host's start waits for
none of their tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.local import LocalProxy
from werkzeug.utils import import_string

if TYPE_CHECKING:
    import email_validator
    import phonenumbers
else:
    email_validator = LocalProxy(partial(import_string, "email_validator"))
    phonenumbers = LocalProxy(partial(import_string, "phonenumbers"))


def names_of(module: str, *names: str) -> Callable[[str], Any]:
    """A ``__getattr__`` for a module that has these names of another one, which is loaded when one is asked for."""

    def get(name: str) -> Any:
        if name in names:
            return import_string(f"{module}:{name}")
        raise AttributeError(f"there is no {name!r} here")

    return get


__all__ = ["email_validator", "names_of", "phonenumbers"]
