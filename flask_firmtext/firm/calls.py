"""What a caller hears: nobody answers a number for texts, and how else the firm is reached."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy.orm import Session

from ..messaging import tenancy
from ..store import firm_queries, queries
from ..store.states import NumberState
from ..store.transactions import reading
from . import texting
from .details import Details

ONLY_TEXTS = "this number takes text messages only"
#: For a number that is no firm's, and whenever the firm cannot be told.
GENERIC = f"Your call did not go through: {ONLY_TEXTS}. Please send a text message, or reach the office another way."
#: A longer name is cut, so that the contact is heard before the caller hangs up.
LONGEST_NAME = 120

_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_SIGNS = {".": "dot", "@": "at", "-": "dash", "_": "underscore", "+": "plus"}


def words(e164: str | None) -> str:
    """What whoever calls this number (E.164) is told. The host is asked; its errors are the caller's to bear."""
    with reading() as session:
        firm = _firm(session, e164) if e164 else None
        details = texting.status(session, firm).details if firm else Details()
    if firm is None:
        return GENERIC
    known = tenancy.firm(firm)
    return sentences(known.name, details) if known else GENERIC


def _firm(session: Session, e164: str) -> str | None:
    number = queries.number_by_e164(session, e164)
    if number is None or number.state == NumberState.RELEASED or number.firm == firm_queries.POOL:
        return None
    return number.firm


def sentences(name: str, details: Details) -> str:
    """The message with a firm's name and contact, as a voice is to read it."""
    called = f"Your call to {plain}" if (plain := _plain(name)) else "Your call"
    said = [f"{called} did not go through: {ONLY_TEXTS}."]
    if details.phone:
        digits = _digits(details.phone)
        said.append(f"To reach the office, call {digits}. Again: {digits}.")
    if details.email:
        said.append(f"{'Or write' if details.phone else 'To reach the office, write'} to {_spelt(details.email)}.")
    if len(said) == 1:
        said.append("Please reach the office another way.")
    return " ".join(said)


def _plain(name: str) -> str:
    """A name without what a voice stumbles over or takes for markup: letters, digits and the stops between them."""
    text = _TAG.sub(" ", unicodedata.normalize("NFKC", name)).replace("&", " and ")
    whole = " ".join("".join(sign if _is_said(sign) else " " for sign in text).split()).strip(" .,-'’")
    if len(whole) <= LONGEST_NAME:
        return whole
    return whole[: LONGEST_NAME + 1].rpartition(" ")[0] or whole[:LONGEST_NAME]


def _is_said(sign: str) -> bool:
    return sign.isalnum() or sign in "'’.,-" or (_is_mark(sign) and "VARIATION SELECTOR" not in unicodedata.name(sign))


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Mc")


def _digits(e164: str) -> str:
    """A phone number digit by digit, in the groups in which people say it."""
    if match := re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", e164):
        return ", ".join(" ".join(group) for group in match.groups())
    return "plus " + " ".join(sign for sign in e164 if sign.isdecimal())


def _spelt(email: str) -> str:
    """An address with its signs as words."""
    said = (sign if sign.isalnum() or _is_mark(sign) else f" {_sign(sign)} " for sign in email)
    return " ".join("".join(said).split())


def _sign(sign: str) -> str:
    return _SIGNS.get(sign) or unicodedata.name(sign, "").lower()
