"""Phone numbers: what a person typed or a host stores, as E.164, if a toll-free number can text it.

A North American number may be a mobile or a landline: portability hides which. So only a label says that a number is
a landline, or a numbering plan that keeps them apart (some Caribbean islands).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..deferred import phonenumbers
from ..errors import TextRefused
from ..language import gettext as _

E164 = re.compile(r"\+[0-9]{7,15}")
_NORTH_AMERICA = 1
_EMERGENCY = ("911", "112")
_LANDLINE = re.compile(r"\b(land[ -]?line|fax|t[ée]l[ée]copie(?:ur)?|fixe|fijo)\b", re.IGNORECASE)
_EXAMPLE = "(312) 555-0100"


def parse(given: str, *, label: str = "", own: Collection[str] = ()) -> str:
    """``given`` in E.164.

    :param given: digits as people write them, or E.164; without a country code it is North American.
    :param label: the host's word for the number; "landline" and "fax" mean that nobody can read a text there.
    :param own: the firm's own numbers in E.164.
    :raises TextRefused: code ``number_not_textable``; the sentence names the rule and never the number.
    """
    number = _read(given)
    e164 = _e164(number)
    if e164 in own:
        raise _refused(_("This is one of the firm's own numbers. Choose the client's number."))
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE or _LANDLINE.search(label):
        raise _refused(_("This number is a landline, which cannot receive texts. Use a mobile number."))
    return e164


def can_be_texted(given: str, label: str = "") -> bool:
    """Whether a text can be read at this number, which the host calls ``label``."""
    try:
        parse(given, label=label)
    except TextRefused:
        return False
    return True


def to_call(given: str) -> str:
    """A number that clients can call, in E.164: a landline will do. :raises TextRefused: as :func:`parse`."""
    return _e164(_read(given))


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def display(e164: str) -> str:
    """A number as people in North America write it; one from elsewhere with its country code; a name as it is."""
    if re.fullmatch(r"\+1[0-9]{10}", e164):
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    if not E164.fullmatch(e164):
        return e164
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def is_toll_free(e164: str) -> bool:
    """Whether the carriers take this number for a toll-free one."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE)


def last_four(e164: str) -> str:
    """The last four digits: enough to tell a contact's numbers apart, too few to text one."""
    return re.sub(r"[^0-9]", "", e164)[-4:]


def _read(given: str) -> phonenumbers.PhoneNumber:
    given = given.strip().removeprefix("tel:")
    if not given:
        raise _refused(_("There is no phone number. Add one to the contact first."))
    try:
        number = phonenumbers.parse(given, "US")
    except phonenumbers.NumberParseException:
        raise _refused(_("This is not a phone number. Write one number, like %(example)s.", example=_EXAMPLE)) from None
    if number.country_code != _NORTH_AMERICA:
        raise _refused(_("Only numbers in the United States, Canada and the Caribbean (+1) can be used here."))
    if number.extension:
        raise _refused(_("A text has no place for an extension. Use a number without one."))
    if any(letter.isalpha() for letter in given):
        raise _refused(_("This number has letters in it. Write it in digits, like %(example)s.", example=_EXAMPLE))
    _check_length(str(number.national_number))
    if not phonenumbers.is_valid_number(number):
        raise _refused(_("There is no such number in North America. Check the area code and the digits."))
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        raise _refused(_("Numbers in 900 cost whoever calls them and cannot be texted. Use another number."))
    return number


def _check_length(digits: str) -> None:
    if digits in _EMERGENCY:
        raise _refused(_("This is an emergency number. Call it from a phone; it cannot be used here."))
    if len(digits) < 7:
        raise _refused(_("This is a short code, which cannot be used here. Use a ten-digit number."))
    if len(digits) == 7:
        raise _refused(_("The area code is missing. Write the number like %(example)s.", example=_EXAMPLE))
    if len(digits) != 10:
        raise _refused(_("A North American number has ten digits. Write it like %(example)s.", example=_EXAMPLE))


def _refused(sentence: str) -> TextRefused:
    return TextRefused("number_not_textable", sentence)
