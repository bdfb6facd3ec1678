"""How the carriers' form asks: kinds of fields, groups of them, and what there is to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Choices = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """How a field is filled in and checked."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    URL = "url"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Field:
    """``help`` also says how to mend the field. ``source`` is the attribute of the host's firm that fills it in.

    ``ours`` are our words where neither the firm nor the host has any; ``{firm}`` in them is the firm's name.
    """

    name: str
    label: str
    help: str
    carrier: str
    kind: Kind = Kind.LINE
    required: bool = True
    guessed: bool = False
    longest: int = 500
    source: str = ""
    ours: str = ""
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]


SOLE, NO_NUMBER = "SOLE_PROPRIETOR", "NONE"
#: The carrier's words for kinds of business.
ENTITIES = (
    ("PRIVATE_PROFIT", "Company or partnership (PC, PLLC, LLP, LLC, Inc.)"),
    (SOLE, "Sole proprietor"),
    ("NON_PROFIT", "Non-profit"),
    ("PUBLIC_PROFIT", "Company on a stock exchange"),
    ("GOVERNMENT", "Government"),
)
REGISTRATIONS = (
    ("EIN", "EIN: employer identification number (United States)"),
    ("CBN", "CBN: business number (Canada)"),
    ("OTHER", "A number from another country"),
    (NO_NUMBER, "None: a sole proprietor without one"),
)
COUNTRIES = (("US", "United States and its territories"), ("CA", "Canada"))
USES = (
    ("ACCOUNT_NOTIFICATION", "Appointments and news of a client's own matter"),
    ("CUSTOMER_CARE", "Questions and answers between clients and staff"),
    ("MIXED", "Both"),
)
VOLUMES = tuple((str(texts), f"Up to {texts:,}") for texts in (100, 1_000, 10_000, 100_000, 250_000))
AGREEMENTS = (
    ("PAPER", "On paper, such as a form beside the engagement letter"),
    ("WEB", "On a page, such as an intake form"),
    ("VERBAL", "Spoken, from a script"),
    ("TEXT", "The client writes first"),
)
