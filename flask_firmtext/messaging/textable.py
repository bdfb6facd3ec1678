"""Which of many contacts can be texted, found with as many questions as for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..errors import TextRefused
from ..ports.values import Contact
from ..store import consent_queries, indexes, queries
from .routes import phone_of

Sessions = Session | scoped_session[Any]


def refusals(session: Sessions, firm: str, contacts: Iterable[Contact]) -> Mapping[str, str]:
    """By reference, the code of :class:`.TextRefused` with which an automatic text to a contact would end now.

    Who can be texted is left out; whether the firm can send at all is another question.
    """
    own, refused, numbers = queries.own_numbers(session, firm), {}, {}
    for contact in contacts:
        try:
            numbers[contact.ref] = phone_of(contact, own)
        except TextRefused as error:
            refused[contact.ref] = error.code
    standing = indexes.standing_each(session, firm, numbers.values())
    phones = {ref: standing[number] for ref, number in numbers.items()}
    unwilling = consent_queries.unwilling(session, firm, set(phones.values())) if phones else {}
    for ref, index in phones.items():
        if index in unwilling:
            refused[ref] = "opted_out" if unwilling[index].opted_out else "asks_for_none"
    return refused
