"""Phone numbers as a host's tables have them: as people write them, "(312) 555-0100", or in E.164.

Only their digits count, in SQL as in Python, so that a contact is found by each number that is shown under it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import String, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ...deferred import phonenumbers

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
#: What may stand between the digits of a number; the last are a narrow and an ordinary blank that do not break a line,
#: a hyphen that does not, a dash, and the marks of direction that come along when a number is pasted.
BETWEEN = (
    *("tel:", " ", "-", "(", ")", ".", "/", "+", "\t"),
    *("\u202f", "\u00a0", "\u2011", "\u2013", "\u200e", "\u200f", "\u202a", "\u202c"),
)
_BETWEEN = re.compile("|".join(map(re.escape, BETWEEN)))
_NUMBERLIKE = re.compile(r"[\d\s().+/\-\u2011\u2013\u00a0\u202f]*")
_FEWEST = 3


class digits(FunctionElement[str]):  # noqa: N801 - a function of SQL
    """The digits of a written number."""

    type = String()
    inherit_cache = True
    name = "firmtext_digits"


@compiles(digits)
def _replaced(element: Any, compiler: Any, **options: Any) -> str:
    (found,) = element.clauses
    for one in BETWEEN:
        found = func.replace(found, literal_column(f"'{one}'"), literal_column("''"))
    return str(compiler.process(found, **options))


@compiles(digits, "postgresql")
def _matched(element: Any, compiler: Any, **options: Any) -> str:
    return f"regexp_replace({compiler.process(element.clauses, **options)}, '[^0-9]', '', 'g')"


def read(written: object, country: str) -> str | None:
    """A written number in E.164, None where there is none that texts could be sent to.

    :param country: the firm's, in which numbers without a country code are.
    """
    given = str(written or "").strip()
    return given if E164.fullmatch(given) else _parsed(given, country)


@lru_cache(2_048)
def _parsed(given: str, country: str) -> str | None:
    bare = _BETWEEN.sub("", given)
    if not re.fullmatch("[0-9]+", bare):
        return None
    try:
        number = phonenumbers.parse(given, country)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return e164 if bare in forms(e164, country) else None


def forms(e164: str, country: str) -> frozenset[str]:
    """The digits with which this number may be written in a country."""
    if not E164.fullmatch(e164):
        return frozenset()
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return frozenset({e164[1:]})
    code, national = str(number.country_code), phonenumbers.national_significant_number(number)
    trunk, abroad = _prefixes(country)
    found = {code + national, abroad + code + national}
    if code == str(phonenumbers.country_code_for_region(country)):
        found |= {national, trunk + national, code + trunk + national}
    return frozenset(found)


def _prefixes(country: str) -> tuple[str, str]:
    """What is dialled before a number of the country, and before one from abroad."""
    facts = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    if facts is None:
        return "", ""
    abroad = facts.preferred_international_prefix or facts.international_prefix or ""
    return facts.national_prefix or "", abroad if abroad.isdecimal() else "00"


def sought(text: str, country: str) -> frozenset[str]:
    """The digits that a number has in it when somebody looks for ``text``; none where that is no part of a number."""
    plain = "".join(re.findall("[0-9]", text)) if _NUMBERLIKE.fullmatch(text) else ""
    if not plain:
        return frozenset()
    code, (trunk, _) = str(phonenumbers.country_code_for_region(country)), _prefixes(country)
    before = code if text.strip().startswith("+") else trunk
    rest = plain.removeprefix(before) if before else plain
    return frozenset({plain, rest} if len(rest) >= _FEWEST else {plain})
