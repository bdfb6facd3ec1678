"""How the carriers' form asks: kinds of fields, groups of them, and what there is to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..language import marked

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
    ("PRIVATE_PROFIT", marked("Company or partnership (PC, PLLC, LLP, LLC, Inc.)")),
    (SOLE, marked("Sole proprietor")),
    ("NON_PROFIT", marked("Non-profit")),
    ("PUBLIC_PROFIT", marked("Company on a stock exchange")),
    ("GOVERNMENT", marked("Government")),
)
REGISTRATIONS = (
    ("EIN", marked("EIN: employer identification number (United States)")),
    ("CBN", marked("CBN: business number (Canada)")),
    ("OTHER", marked("A number from another country")),
    (NO_NUMBER, marked("None: a sole proprietor without one")),
)
COUNTRIES = (("US", marked("United States and its territories")), ("CA", marked("Canada")))
USES = (
    ("ACCOUNT_NOTIFICATION", marked("Appointments and news of a client's own matter")),
    ("CUSTOMER_CARE", marked("Questions and answers between clients and staff")),
    ("MIXED", marked("Both")),
)
VOLUMES = (
    ("100", marked("Up to 100")),
    ("1000", marked("Up to 1,000")),
    ("10000", marked("Up to 10,000")),
    ("100000", marked("Up to 100,000")),
    ("250000", marked("Up to 250,000")),
)
AGREEMENTS = (
    ("PAPER", marked("On paper, such as a form beside the engagement letter")),
    ("WEB", marked("On a page, such as an intake form")),
    ("VERBAL", marked("Spoken, from a script")),
    ("TEXT", marked("The client writes first")),
)
