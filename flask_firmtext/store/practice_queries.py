"""SELECTs of time entries and payment links, by name. Each is limited to a firm and decrypts nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased, scoped_session

from .models import Message, Payment, PaymentLink, SentLink, TimeEntry
from .states import Direction

Sessions = Session | scoped_session[Any]

#: The texts of a day are counted among so many of the newest.
RECENT = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """A payment link in a text. ``shared``: it stands in another conversation, too, so who paid is anybody's guess."""

    message: uuid.UUID
    link: PaymentLink
    shared: bool


def entry_with(session: Sessions, firm: str, by: str, token: str) -> TimeEntry | None:
    """The time that a user added with this token."""
    mine = TimeEntry.firm == firm, TimeEntry.by == by, TimeEntry.token == token
    return session.scalars(select(TimeEntry).where(*mine)).one_or_none()


def entry(session: Sessions, firm: str, entry_id: uuid.UUID) -> TimeEntry | None:
    """One time entry of a firm."""
    return session.scalars(select(TimeEntry).where(TimeEntry.firm == firm, TimeEntry.id == entry_id)).one_or_none()


def newest_entry(session: Sessions, firm: str, by: str, conversation_id: uuid.UUID) -> TimeEntry | None:
    """What a user added last from a conversation."""
    mine = TimeEntry.firm == firm, TimeEntry.by == by, TimeEntry.conversation_id == conversation_id
    return session.scalars(select(TimeEntry).where(*mine).order_by(TimeEntry.created_at.desc()).limit(1)).one_or_none()


def texts_since(session: Sessions, firm: str, conversation_id: uuid.UUID, at: datetime) -> Sequence[Message]:
    """The texts of a conversation since ``at`` in the order in which they are read, of the newest few hundred."""
    newest = (
        select(Message)
        .where(Message.firm == firm, Message.conversation_id == conversation_id)
        .order_by(Message.position.desc())
        .limit(RECENT)
    )
    recent = aliased(Message, newest.subquery("recent"))
    return session.scalars(select(recent).where(recent.shown_at >= at).order_by(recent.position)).all()


def link(session: Sessions, firm: str, link_id: uuid.UUID) -> PaymentLink | None:
    """One payment link of a firm."""
    return session.scalars(select(PaymentLink).where(PaymentLink.firm == firm, PaymentLink.id == link_id)).one_or_none()


def links_with(session: Sessions, firm: str, indexes: Collection[bytes]) -> Sequence[PaymentLink]:
    """The firm's payment links with these addresses."""
    return session.scalars(
        select(PaymentLink).where(PaymentLink.address_index.in_(indexes), PaymentLink.firm == firm)
    ).all()


def links_anywhere(session: Sessions, indexes: Collection[bytes]) -> Sequence[PaymentLink]:
    """The links with an address that nobody can guess; a host says of a payment only by which it came."""
    return session.scalars(select(PaymentLink).where(PaymentLink.address_index.in_(indexes))).all()


def was_paid(session: Sessions, link_id: uuid.UUID, digests: Collection[bytes]) -> bool:
    """Whether a payment through a link with one of these digests is known."""
    return session.scalar(select(exists().where(Payment.link_id == link_id, Payment.digest.in_(digests)))) or False


def texts_with(session: Sessions, link_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The texts in which a link stands."""
    return session.scalars(select(SentLink.message_id).where(SentLink.link_id == link_id)).all()


def sent_in(session: Sessions, firm: str, messages: Sequence[Message]) -> Sequence[Sent]:
    """The payment links that stand in these texts."""
    ours = [message.id for message in messages if message.direction == Direction.OUT]
    if not ours:
        return ()
    other = aliased(SentLink)
    elsewhere = exists().where(other.link_id == SentLink.link_id, other.conversation_id != SentLink.conversation_id)
    query = (
        select(SentLink.message_id, PaymentLink, elsewhere)
        .join(PaymentLink, PaymentLink.id == SentLink.link_id)
        .where(SentLink.message_id.in_(ours), PaymentLink.firm == firm)
        .order_by(PaymentLink.created_at, PaymentLink.id)
    )
    return [Sent(*row) for row in session.execute(query)]


def payments_of(session: Sessions, firm: str, links: Collection[uuid.UUID]) -> Sequence[Payment]:
    """What was paid through these links, the oldest first."""
    if not links:
        return ()
    query = select(Payment).where(Payment.firm == firm, Payment.link_id.in_(links))
    return session.scalars(query.order_by(Payment.paid_at, Payment.id)).all()
