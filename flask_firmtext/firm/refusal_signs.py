"""Signs by which carriers know a registration that they refuse: each look answers the fields in which it was seen.

They read words as a hurried reviewer does. A field that is empty shows no sign but its lack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from .shorteners import SHORTENERS

Values = Mapping[str, str]
Look = Callable[[Values], list[str]]

SAMPLES = ("sample_1", "sample_2", "sample_3")
LINKED = (*SAMPLES, "opt_in_evidence", "privacy", "terms")

#: Pages about a business that are not its own.
PROFILES = {
    "avvo.com", "facebook.com", "findlaw.com", "g.page", "google.com", "instagram.com", "justia.com", "lawyers.com",
    "linkedin.com", "linktr.ee", "martindale.com", "tiktok.com", "twitter.com", "wikipedia.org", "x.com",
    "yelp.com", "youtube.com",
}  # fmt: skip
MAILBOXES = {
    "aol.com", "comcast.net", "gmail.com", "gmx.com", "googlemail.com", "hotmail.com", "icloud.com", "live.com",
    "mail.com", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "sbcglobal.net", "verizon.net",
    "yahoo.ca", "yahoo.com",
}  # fmt: skip
#: Words that tell no firm from another.
EVERYBODYS = {
    "and", "associates", "attorney", "attorneys", "counsel", "firm", "group", "law", "lawyers", "legal", "office",
    "offices", "partners", "the",
}  # fmt: skip


def _words(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


ADDRESS = _words(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/\S*)?")
ENDING = _words(
    r"\b(?:p\.?c|p\.?l\.?l\.?c|l\.?l\.?c|l\.?l\.?p|lp|inc|incorporated|corp|corporation|ltd|limited|chartered|p\.?a|apc)\b"
)
POST_BOX = _words(r"\bp\.?\s*o\.?\s*box\b", r"\bpost(al)? office box\b", r"\bcase postale\b", r"\bpmb\b")
IN_TERMS = _words(
    r"\b(accept|agree(ing)? (to|with)|sign(ing)?|under|part of|included in|by using)\b[^.\n]{0,50}"
    r"\b(terms|conditions|privacy policy|engagement (letter|agreement)|retainer|fee agreement)\b"
)
OF_ITS_OWN = _words(r"\b(separate|box|own (question|line|page|form|signature|paragraph)|optional|without agreeing)\b")
FORCED = _words(
    r"(?<!not )(?<!not a )(?<!never )\b(required|mandatory|compulsory|must (agree|accept|consent)|condition of)\b",
    r"(?<!not )\b(pre-?(checked|ticked|selected)|(checked|ticked) (by default|beforehand))\b",
)
EXEMPT = _words(
    r"\bexempt(ed|ion)?\b",
    r"\b(consent|opt-?in|permission) is(n't| not) (needed|required|necessary)\b",
    r"\bno (consent|opt-?in) (is )?(needed|required|necessary)\b",
    r"\bimplied consent\b",
    r"\b(existing|prior) (business |client )?relationship\b",
)
DEBTS = _words(
    r"\bdebts?\b[^.\n]{0,20}\bcollect",
    r"\bcollect\w*\b[^.\n]{0,30}\bdebts?\b",
    r"\bdebt (relief|settlement|consolidation)\b",
    r"\bon behalf of (a |our |the )?(creditors?|lenders?)\b",
    r"\bgarnish",
    r"\bpast[- ]due (account|balance)s?\b",
)
SELLING = _words(
    r"\b(special offers?|promotion(s|al)?|discounts?|marketing|newsletters?|lead generation|leads)\b",
    r"\b(referral partners?|third part(y|ies)|affiliates?)\b",
)
STOP = _words(r"\bstop\b")


def reads(words: re.Pattern[str], *fields: str) -> Look:
    """Sees fields that hold such words."""
    return lambda values: [field for field in fields if words.search(values[field])]


def lacks(words: re.Pattern[str], *fields: str) -> Look:
    """Sees fields that are filled in without such words."""
    return lambda values: [field for field in fields if values[field] and not words.search(values[field])]


def shorter_than(letters: int, *fields: str) -> Look:
    return lambda values: [field for field in fields if 0 < len(values[field]) < letters]


def shortened(values: Values) -> list[str]:
    return [field for field in LINKED if hosts(values[field]) & SHORTENERS]


def no_site(values: Values) -> list[str]:
    host = _host(values["website"])
    return ["website"] if any(host == name or host.endswith(f".{name}") for name in SHORTENERS | PROFILES) else []


def without_name(values: Values) -> list[str]:
    names = [name for name in (_plain(values["legal_name"]), _plain(values["trade_name"])) if name]
    if not names:
        return []
    return [field for field in SAMPLES if values[field] and not any(name in _plain(values[field]) for name in names)]


def names_apart(values: Values) -> list[str]:
    legal, trade = _name(values["legal_name"]), _name(values["trade_name"])
    return ["trade_name"] if legal and trade and not legal & trade else []


def without_ending(values: Values) -> list[str]:
    company = values["entity"] == "PRIVATE_PROFIT"
    return ["legal_name"] if company and values["legal_name"] and not ENDING.search(values["legal_name"]) else []


def mailbox(values: Values) -> list[str]:
    return ["contact_email"] if _domain(values["contact_email"]) in MAILBOXES else []


def other_domain(values: Values) -> list[str]:
    mail, site = _domain(values["contact_email"]), _host(values["website"])
    if not mail or not site or mail in MAILBOXES:
        return []
    return [] if f".{mail}".endswith(f".{site}") or f".{site}".endswith(f".{mail}") else ["contact_email"]


def in_terms(values: Values) -> list[str]:
    opt_in = values["opt_in"]
    return ["opt_in"] if IN_TERMS.search(opt_in) and not OF_ITS_OWN.search(opt_in) else []


def no_evidence(values: Values) -> list[str]:
    return ["opt_in_evidence"] if values["opt_in_evidence"] and not hosts(values["opt_in_evidence"]) else []


def home_page(values: Values) -> list[str]:
    home = values["website"].rstrip("/").lower()
    return [field for field in ("privacy", "terms") if home and values[field].rstrip("/").lower() == home]


def hosts(text: str) -> set[str]:
    """The hosts of the addresses in a text."""
    return {found.lower().removeprefix("www.") for found in ADDRESS.findall(text)}


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()


def _plain(text: str) -> str:
    return "".join(letter for letter in ENDING.sub("", text).casefold() if letter.isalnum())


def _name(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", ENDING.sub("", text).casefold())) - EVERYBODYS
