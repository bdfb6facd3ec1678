"""What a host promised to return, looked at before we go on with it: a fault of the host is told as the host's.

Each of these returns the answer as it is.

:raises HostContractError: it is something else; the error names port, verb and what was expected, no value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..errors import HostContractError
from .values import Account, Bill, Contact, Event, Firm, Link, Matter, Party, PhoneNumber, Relation, Side, User

#: Our column for a reference of the host's.
LONGEST_REFERENCE = 255
LONGEST_INCREMENT = 60
_ADDRESS = re.compile(r"https?://[^\s<>\"]{4,2000}", re.IGNORECASE)


def user(verb: str, answer: Any) -> User | None:
    """Of ``Users``: who is signed in."""
    if answer is None or (isinstance(answer, User) and _words(answer.ref, answer.name, answer.firm)):
        return answer
    raise HostContractError("Users", verb, "a User or None, its ref, name and firm strings")


def names(verb: str, answer: Any) -> Mapping[str, str]:
    """Of ``Users``: names by reference."""
    if isinstance(answer, Mapping) and _words(*answer.values()):
        return answer
    raise HostContractError("Users", verb, "a mapping of strings to strings")


def permissions(verb: str, answer: Any, asked: int) -> Sequence[bool]:
    """Of ``Users``: yes or no for each of so many."""
    if _is_sequence(answer) and len(answer) == asked:
        return [one is True for one in answer]
    raise HostContractError("Users", verb, "a sequence with True or False for each object")


def users(verb: str, answer: Any) -> Sequence[User]:
    """Of ``Users``: many."""
    if _is_sequence(answer) and all(isinstance(one, User) and _words(one.ref, one.name) for one in answer):
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Users", verb, "a sequence of Users, their ref and name strings")


def firm(verb: str, answer: Any) -> Firm | None:
    """Of ``Firms``. A zone that is none is no reason to show no page: times are told in UTC then."""
    if answer is None or (isinstance(answer, Firm) and _words(answer.ref, answer.name)):
        return answer
    raise HostContractError("Firms", verb, "a Firm or None, its ref and name strings")


def contact(verb: str, answer: Any) -> Contact | None:
    """Of ``Contacts``: one or none."""
    if answer is None or _is_contact(answer):
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Contacts", verb, f"a Contact or None{_NUMBERS}")


def contacts(verb: str, answer: Any) -> Sequence[Contact]:
    """Of ``Contacts``: many."""
    if _is_sequence(answer) and all(map(_is_contact, answer)):
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Contacts", verb, f"a sequence of Contacts{_NUMBERS}")


def contacts_by_ref(verb: str, answer: Any) -> Mapping[str, Contact]:
    """Of ``Contacts``: one for each reference."""
    if isinstance(answer, Mapping) and all(map(_is_contact, answer.values())):
        return answer
    raise HostContractError("Contacts", verb, f"a mapping of references to Contacts{_NUMBERS}")


def contacts_by_number(verb: str, answer: Any) -> Mapping[str, Sequence[Contact]]:
    """Of ``Contacts``: many for each number."""
    if isinstance(answer, Mapping) and all(
        _is_sequence(some) and all(map(_is_contact, some)) for some in answer.values()
    ):
        return answer
    raise HostContractError("Contacts", verb, f"a mapping of numbers to sequences of Contacts{_NUMBERS}")


def matters(verb: str, answer: Any) -> Sequence[Matter]:
    """Of ``Matters``: many."""
    if _is_sequence(answer) and all(isinstance(one, Matter) and _words(one.ref, one.title) for one in answer):
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Matters", verb, "a sequence of Matters, their ref and title strings")


def matters_by_contact(verb: str, answer: Any) -> Mapping[str, Sequence[Matter]]:
    """Of ``Matters``: many for each contact."""
    if not isinstance(answer, Mapping):
        raise HostContractError("Matters", verb, "a mapping of references to sequences of Matters")
    for some in answer.values():
        matters(verb, some)
    return answer


def relations_by_contact(verb: str, answer: Any) -> Mapping[str, Sequence[Relation]]:
    """Of ``Matters``: many for each contact."""
    if isinstance(answer, Mapping) and all(
        _is_sequence(some) and all(map(_is_relation, some)) for some in answer.values()
    ):
        return answer
    raise HostContractError(
        "Matters", verb, "a mapping of references to sequences of Relations, each with a Matter, a Side and a string"
    )


def document(verb: str, answer: Any) -> str:
    """Of ``Documents``: the reference of what was filed."""
    if _words(answer) and 0 < len(answer) <= LONGEST_REFERENCE:
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Documents", verb, f"a string of 1 to {LONGEST_REFERENCE} characters")


def entry(verb: str, answer: Any) -> str:
    """Of ``TimeEntries``: the reference of what was added."""
    if _words(answer) and 0 < len(answer) <= LONGEST_REFERENCE:
        return answer  # type: ignore[no-any-return]
    raise HostContractError("TimeEntries", verb, f"a string of 1 to {LONGEST_REFERENCE} characters")


def increment(answer: Any) -> int:
    """Of ``TimeEntries``: the minutes in which the firm bills."""
    if isinstance(answer, int) and 1 <= answer <= LONGEST_INCREMENT:
        return answer
    raise HostContractError("TimeEntries", "increment", f"a whole number of minutes from 1 to {LONGEST_INCREMENT}")


def matter(verb: str, answer: Any) -> Matter | None:
    """Of ``Matters``: one or none."""
    return matters(verb, [answer])[0] if answer is not None else None


def accounts(verb: str, answer: Any) -> Sequence[Account]:
    """Of ``Payments``: the firm's accounts."""
    if _is_sequence(answer) and all(
        isinstance(one, Account) and _words(one.ref, one.name, one.currency) for one in answer
    ):
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Payments", verb, "a sequence of Accounts, their ref, name and currency strings")


def bill(verb: str, answer: Any) -> Bill | None:
    """Of ``Payments``: one bill or none."""
    return bills(verb, [answer])[0] if answer is not None else None


def bills(verb: str, answer: Any) -> Sequence[Bill]:
    """Of ``Payments``: many bills."""
    if _is_sequence(answer) and all(map(_is_bill, answer)):
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Payments", verb, "Bills, their ref, number and currency strings, due a Decimal")


def link(verb: str, answer: Any) -> Link:
    """Of ``Payments``: a link that can stand in a text."""
    if isinstance(answer, Link) and _words(answer.url, answer.label) and _ADDRESS.fullmatch(answer.url):
        return answer
    raise HostContractError("Payments", verb, "a Link with a whole http(s) address without blanks, its label a string")


def address(port: str, verb: str, answer: Any) -> str | None:
    """Of any port: the address of a page."""
    if answer is None or _words(answer):
        return answer  # type: ignore[no-any-return]
    raise HostContractError(port, verb, "a string or None")


def event(ref: str, answer: Any) -> Event | None:
    """Of ``Calendar``: the event with this reference or None; whether its times make sense is seen when it is taken."""
    if answer is None:
        return None
    if isinstance(answer, Event) and answer.ref == ref and _words(answer.title, answer.zone, answer.place):
        return answer
    raise HostContractError("Calendar", "event", "the Event with this ref or None, title, zone and place strings")


def parties(verb: str, answer: Any) -> Sequence[Party]:
    """Of ``Matters``: everyone in a matter."""
    if _is_sequence(answer) and all(
        isinstance(one, Party) and _is_contact(one.contact) and one.side in tuple(Side) for one in answer
    ):
        return answer  # type: ignore[no-any-return]
    raise HostContractError("Matters", verb, f"a sequence of Parties, each with a Side{_NUMBERS}")


_NUMBERS = ", ref and name strings, numbers a tuple of PhoneNumbers"


def _is_contact(one: Any) -> bool:
    return (
        isinstance(one, Contact)
        and _words(one.ref, one.name)
        and _is_sequence(one.numbers)
        and all(isinstance(number, PhoneNumber) and _words(number.e164, number.label) for number in one.numbers)
        and (one.texting_number is None or _words(one.texting_number))
    )


def _is_relation(one: Any) -> bool:
    return (
        isinstance(one, Relation)
        and isinstance(one.matter, Matter)
        and _words(one.matter.ref, one.matter.title, one.role)
        and one.side in tuple(Side)
    )


def _is_bill(one: Any) -> bool:
    return (
        isinstance(one, Bill)
        and _words(one.ref, one.number, one.currency)
        and isinstance(one.due, Decimal)
        and (one.contact is None or _words(one.contact))
    )


def _is_sequence(answer: Any) -> bool:
    return isinstance(answer, Sequence) and not isinstance(answer, str | bytes)


def _words(*values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
