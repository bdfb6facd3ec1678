"""Payment links in texts: recognised when a text is accepted, also when pasted, and told under it from then on."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_currency
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import DecryptError
from ..language import gettext as _
from ..language import locale
from ..ports.values import Firm
from ..store import cells, indexes, practice_queries
from ..store.models import Message, Payment, SentLink
from ..store.practice_queries import Sent
from ..store.states import State
from ..store.upsert import insert_once
from . import moments

Sessions = Session | scoped_session[Any]

ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
#: So many addresses of one text are looked at; nobody pays by the twenty-first.
MOST = 20
#: What may stand behind an address and belong to the sentence.
AFTER = ".,;:!?…»”’'*_)]}"
NEVER_SENT = (State.FAILED, State.CANCELLED, State.EXPIRED)


def indexed(address: str) -> bytes:
    """Of what the digest is by which an address is found: it is a secret, so it is not stored as it is."""
    return b"payment link\0" + _plain(address).encode()


def indexes_of(address: str) -> tuple[bytes, ...]:
    """Under which an address may be found."""
    return indexes.digests_of(indexed(address))


def paid_words(amount: Decimal, at: datetime) -> bytes:
    """Of what the digest is by which a payment through a link is known to be the same."""
    return f"payment\0{amount.normalize():f}\0{at.timestamp()}".encode()


def note(session: Sessions, firm: str, text: str, *, message: uuid.UUID, conversation: uuid.UUID) -> None:
    """Write down which known links stand in a text that was just stored; joined."""
    if "://" not in text:
        return
    found = dict.fromkeys(found for one in ADDRESS.findall(text)[:MOST] for found in _readings(one))
    if not found:
        return
    for link in practice_queries.links_with(
        session, firm, [index for address in found for index in indexes_of(address)]
    ):
        insert_once(session, SentLink, message_id=message, link_id=link.id, conversation_id=conversation)


def _readings(address: str) -> Iterator[str]:
    """An address as it stands, and without what may belong to the sentence: a link's own secret may end like that."""
    yield address
    while address and address[-1] in AFTER:
        address = address[:-1]
        yield address


def told(session: Session, firm: Firm, messages: Sequence[Message]) -> Mapping[uuid.UUID, list[str]]:
    """What is said of payment links under each of these texts."""
    sent = practice_queries.sent_in(session, firm.ref, messages)
    if not sent:
        return {}
    states = {message.id: message.state for message in messages}
    paid: dict[uuid.UUID, list[tuple[Payment, str | None]]] = {}
    payments = practice_queries.payments_of(session, firm.ref, {one.link.id for one in sent})
    for payment, amount in zip(payments, _amounts(session, payments), strict=True):
        paid.setdefault(payment.link_id, []).append((payment, amount))
    found: dict[uuid.UUID, list[str]] = {}
    for one in sent:
        said = found.setdefault(one.message, [])
        theirs = paid.get(one.link.id, []) if one.link.bill or not one.shared else []
        said += [_paid(payment, amount, one, firm) for payment, amount in theirs]
        if not theirs:
            said.append(_("Payment link") if states[one.message] in NEVER_SENT else _("Payment link sent"))
    return found


def _amounts(session: Session, payments: Sequence[Payment]) -> list[str | None]:
    there = [row for row in payments if row.amount is not None]
    wanted = [(cells.place(Payment, "amount", row.id, row.firm), row.amount or b"") for row in there]
    read = dict(zip((row.id for row in there), cells.read(session, wanted), strict=True))
    amounts = (read.get(row.id) for row in payments)
    return [None if isinstance(amount, DecryptError) else amount for amount in amounts]


def _paid(payment: Payment, amount: str | None, sent: Sent, firm: Firm) -> str:
    day = moments.day(payment.paid_at, firmtext.clock.now(), firm.zone)
    if amount is None:
        return _("Paid on %(day)s", day=day)
    return _("Paid %(amount)s on %(day)s", amount=money(Decimal(amount), sent.link.currency), day=day)


def money(amount: Decimal, currency: str) -> str:
    """An amount as people of the language write it: $420.00."""
    return format_currency(amount, currency, locale=locale())


def _plain(address: str) -> str:
    """Scheme and host in small letters: a phone's keyboard likes to begin with a capital."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()
