"""Packages that nobody needs before a first text or a first form, loaded when first used: a host's start waits for
none of their tables."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from werkzeug.local import LocalProxy
from werkzeug.utils import import_string

if TYPE_CHECKING:
    import email_validator
    import phonenumbers
else:
    email_validator = LocalProxy(partial(import_string, "email_validator"))
    phonenumbers = LocalProxy(partial(import_string, "phonenumbers"))

__all__ = ["email_validator", "phonenumbers"]
