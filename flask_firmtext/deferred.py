"""What nobody needs before a first text or a first page, loaded when first used: a host's start waits for none."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from werkzeug.local import LocalProxy
from werkzeug.utils import import_string


def proxy(name: str) -> Any:
    """A module, or ``module:name``, loaded when something of it is first used."""
    return LocalProxy(partial(import_string, name))


@cache
def function_of(name: str) -> Callable[..., Any]:
    """``module:function``, loaded when it is first called.

    It has that one's name and module, by which a host's tools (limits, traces) tell functions apart.
    """

    def call(*args: Any, **named: Any) -> Any:
        return import_string(name)(*args, **named)

    call.__module__, _colon, call.__name__ = name.partition(":")
    call.__qualname__ = call.__name__
    return call


def names_of(module: str, *names: str) -> Callable[[str], Any]:
    """A ``__getattr__`` for a module that has these names of another one, which is loaded when one is asked for."""

    def get(name: str) -> Any:
        if name in names:
            return import_string(f"{module}:{name}")
        raise AttributeError(f"there is no {name!r} here")

    return get


if TYPE_CHECKING:
    import email_validator
    import phonenumbers
else:
    email_validator = proxy("email_validator")
    phonenumbers = proxy("phonenumbers")

__all__ = ["email_validator", "function_of", "names_of", "phonenumbers", "proxy"]
