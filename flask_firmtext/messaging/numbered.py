"""What is found by a keyed digest, and what it is a digest of: wherever that can be read, it can be moved to another
index key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select, union, update
from sqlalchemy.exc import IntegrityError

from ..current import firmtext
from ..errors import DecryptError
from ..store import cells, ciphers, indexes
from ..store.models import ConsentEvent, Conversation, OptOut, Payment, PaymentLink, Quarantine, ScheduledText
from ..store.states import Later
from ..store.transactions import own, reading
from . import pay_links, quarantine, tenancy

LOOKED_AT = 500
Pairs = dict[bytes, bytes]
Unreadable = dict[str, int]


def moves(firm: str, unreadable: Unreadable, at_once: int) -> Iterator[Pairs]:
    """Old and new index of every number of a firm that is not under the key that writes, some at once."""
    waiting: Pairs = {}
    known: set[bytes] = set()
    for kind in (_of_conversations, _of_strangers, _of_scheduled):
        for was, number in kind(firm, unreadable):
            now = ciphers.blind_index(firmtext.settings.index_key[0], firm, number)
            # Whatever stands there must be that number's, under one key or the other: nothing else is moved.
            if was not in indexes.all_of(firm, number):
                continue
            known |= {was, now}
            if was != now:
                waiting[was] = now
            if len(waiting) == at_once:
                yield waiting
                waiting = {}
    if waiting:
        yield waiting
    _count_unknown(firm, known, unreadable)


def _batches(model: Any, *where: Any) -> Iterator[Sequence[Any]]:
    after = None
    while True:
        wanted = select(model).where(*where).order_by(model.id).limit(LOOKED_AT)
        with reading() as session:
            rows = session.scalars(wanted if after is None else wanted.where(model.id > after)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _texts(model: Any, column: str, rows: Sequence[Any], unreadable: Unreadable) -> Iterator[tuple[Any, str]]:
    with reading() as session:
        wanted = [(cells.place(model, column, row.id, row.firm), getattr(row, column)) for row in rows]
        found = cells.read(session, wanted)
    for row, words in zip(rows, found, strict=True):
        if isinstance(words, DecryptError):
            _note(unreadable, model)
        else:
            yield row, words


def _note(unreadable: Unreadable, model: Any, count: int = 1) -> None:
    name = model.__tablename__
    unreadable[name] = unreadable.get(name, 0) + count


def _of_conversations(firm: str, unreadable: Unreadable) -> Iterator[tuple[bytes, str]]:
    for rows in _batches(Conversation, Conversation.firm == firm, Conversation.erased_at.is_(None)):
        for row, number in _texts(Conversation, "phone", rows, unreadable):
            yield row.phone_index, number


def _of_strangers(firm: str, unreadable: Unreadable) -> Iterator[tuple[bytes, str]]:
    for rows in _batches(Quarantine, Quarantine.firm == firm, Quarantine.phone_index.is_not(None)):
        for row, body in _texts(Quarantine, "body", rows, unreadable):
            texts = quarantine.texts_in(body)
            if not texts:
                _note(unreadable, Quarantine)
            for event in texts[:1]:
                yield row.phone_index, event.sender


def _of_scheduled(firm: str, unreadable: Unreadable) -> Iterator[tuple[bytes, str]]:
    """A text for later to whom the firm has never texted: the host knows the number."""
    for rows in _batches(ScheduledText, ScheduledText.firm == firm, ScheduledText.conversation_id.is_(None)):
        for row in rows:
            contact = tenancy.contact(firmtext.host.for_firm(firm), row.contact)
            numbers = [number.e164 for number in contact.numbers] if contact is not None else []
            theirs = [number for number in numbers if row.phone_index in indexes.all_of(firm, number)]
            if not theirs and row.state == Later.WAITING:
                _note(unreadable, ScheduledText)
            yield from ((row.phone_index, number) for number in theirs)


def _count_unknown(firm: str, known: Collection[bytes], unreadable: Unreadable) -> None:
    """STOPs of numbers that stand nowhere in words any more. They are found under the old key, and never forgotten.

    No digest tells by which key it was made, and none of these was made anew here: one that was begun, or moved, under
    the new key and erased since is counted, too. An old key is kept rather once too often.
    """
    wanted = (select(one.phone_index).where(one.firm == firm) for one in (OptOut, ConsentEvent))
    with reading() as session:
        noted = {bytes(index) for index in session.scalars(union(*wanted))}
    if count := len(noted.difference(known)):
        _note(unreadable, OptOut, count)


def digests(firm: str, unreadable: Unreadable) -> int:
    """Move the digests of a firm's payment links and payments. Returns how many were moved."""
    moved = 0
    key = firmtext.settings.index_key[0]
    for rows in _batches(PaymentLink, PaymentLink.firm == firm, PaymentLink.address != b""):
        for row, address in _texts(PaymentLink, "address", rows, unreadable):
            moved += _swapped(PaymentLink, "address_index", row, ciphers.keyed_digest(key, pay_links.indexed(address)))
    for rows in _batches(Payment, Payment.firm == firm, Payment.amount.is_not(None)):
        for row, amount in _texts(Payment, "amount", rows, unreadable):
            words = _payment(row, amount)
            if words is not None and row.digest in indexes.digests_of(words):
                moved += _swapped(Payment, "digest", row, ciphers.keyed_digest(key, words))
    return moved


def _payment(row: Payment, amount: str) -> bytes | None:
    try:
        return pay_links.paid_words(Decimal(amount), row.paid_at)
    except InvalidOperation:
        return None


def _swapped(model: Any, column: str, row: Any, now: bytes) -> int:
    was = getattr(row, column)
    if was == now:
        return 0
    try:
        with own() as session:
            changed = update(model).where(model.id == row.id, getattr(model, column) == was).values({column: now})
            session.execute(changed.execution_options(synchronize_session=False))
    except IntegrityError:  # the same was made anew under the new key; both are found
        return 0
    return 1
