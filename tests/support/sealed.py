"""Something in every protected column of a firm, and how it is read again."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError
from flask_firmtext.firm import endpoint_secrets, endpoints
from flask_firmtext.store import cells, files, keys, protected
from flask_firmtext.store.base import new_id
from flask_firmtext.store.ciphers import Place
from flask_firmtext.store.models import (
    Attachment,
    CalendarEvent,
    Conversation,
    Draft,
    Erasure,
    Invitation,
    LegalHold,
    Message,
    Notice,
    Payment,
    PaymentLink,
    Quarantine,
    Registration,
    Resolution,
    SavedReply,
    ScheduledText,
    Search,
    Texting,
    Token,
)
from flask_firmtext.store.protected import CELLS, FILES, Protected
from flask_firmtext.store.transactions import own, reading
from office import ROSA
from rows import accepted

PHOTO = os.urandom(200_000)


def fill(firm: str = "harbor", *, contact: str = "rosa", **by: Any) -> uuid.UUID:
    """A text, and beside it a row for every other protected column; the id of the text."""
    with own() as session:
        made, _ = endpoints.add(session, firm, "https://hooks.example/", ["text.failed"], content=False, by="admin")
        session.flush()
        endpoint_secrets.rotate(session, firm, made, by="admin")
    message = accepted("Your hearing is on 3 May.", contact=contact, **by)
    with reading() as session:
        conversation = session.scalars(select(Message.conversation_id).where(Message.id == message)).one()
    with own() as session:
        _of_conversation(session, firm, message, conversation)
        _of_firm(session, firm)
    _files(firm, message, conversation)
    return message


def _cell(session: Any, model: Any, column: str, row: Any, firm: str, scope: str = keys.GENERAL) -> bytes:
    words = "{}" if model is Registration else f"{column} of {row}"
    return cells.seal(session, Place(model.__tablename__, column, str(row), firm), words, scope=scope)


def _of_conversation(session: Any, firm: str, message: uuid.UUID, conversation: uuid.UUID) -> None:
    now, scope = firmtext.clock.now(), keys.conversation_scope(conversation)
    why = _cell(session, Resolution, "why", message, firm, scope)
    session.add(Resolution(message_id=message, firm=firm, answer="arrived", by="x", why=why, created_at=now))
    for where in (conversation, None):
        row = new_id()
        body = _cell(session, Draft, "body", row, firm, scope if where else keys.GENERAL)
        session.add(
            Draft(
                id=row, firm=firm, user=f"u{row}", place=os.urandom(16), conversation_id=where, body=body,
                token=row.hex, writer="w", count=1, saved_at=now,
            )
        )  # fmt: skip
        row = new_id()
        body = _cell(session, ScheduledText, "body", row, firm, scope if where else keys.GENERAL)
        later = now + timedelta(days=9)
        session.add(
            ScheduledText(
                id=row, firm=firm, conversation_id=where, contact="rosa", author="a",
                phone_index=keys.index_of(firm, ROSA), token=row.hex, body=body, wall=later.replace(tzinfo=None),
                zone="UTC", due_at=later, look_at=later, state="waiting", state_at=now, created_at=now,
            )
        )  # fmt: skip


def _of_firm(session: Any, firm: str) -> None:
    now = firmtext.clock.now()
    row = new_id()
    body = _cell(session, Quarantine, "body", row, firm)
    kept = {"kind": "inbound", "reason": "unreadable", "digest": os.urandom(32), "received_at": now}
    session.add(Quarantine(id=row, firm=firm, body=body, **kept))
    event, invitation, notice = new_id(), new_id(), new_id()
    facts = _cell(session, CalendarEvent, "facts", event, firm)
    session.add(CalendarEvent(id=event, firm=firm, event=event.hex, facts=facts, starts_at=now, told_at=now))
    session.flush()
    session.add(Invitation(id=invitation, firm=firm, event_id=event, contact="rosa", created_at=now))
    session.flush()
    facts = _cell(session, Notice, "facts", notice, firm)
    about = {"invitation_id": invitation, "purpose": "created", "sequence": 1, "created_at": now}
    session.add(Notice(id=notice, firm=firm, facts=facts, **about))
    _of_money(session, firm)
    row = new_id()
    why = {name: _cell(session, LegalHold, name, row, firm) for name in ("why", "lifted_why")}
    session.add(LegalHold(id=row, firm=firm, kind="contact", object="rosa", by="x", since=now, lifted_at=now, **why))
    row = new_id()
    asked = {"cause": "request", "contact": "grace", "by": "x", "begun_at": now, "look_at": now, "done_at": now}
    session.add(Erasure(id=row, firm=firm, why=_cell(session, Erasure, "why", row, firm), **asked))
    row = new_id()
    words = {name: _cell(session, SavedReply, name, row, firm) for name in ("name", "body")}
    session.add(SavedReply(id=row, firm=firm, user="", changed_by="x", changed_at=now, **words))
    row = new_id()
    token = {"scopes": [], "digest": os.urandom(32), "by": "x", "made_by": "x", "created_at": now, "expires_at": now}
    session.add(Token(id=row, firm=firm, name=_cell(session, Token, "name", row, firm), **token))
    row = new_id()
    session.add(Search(id=row, firm=firm, user="u", words=_cell(session, Search, "words", row, firm), made_at=now))
    details = _cell(session, Registration, "details", firm, firm)
    session.merge(Registration(firm=firm, details=details, changed_by="x", changed_at=now))
    chosen = session.get_one(Texting, firm)
    chosen.email, chosen.phone = (_cell(session, Texting, name, firm, firm) for name in ("email", "phone"))


def _of_money(session: Any, firm: str) -> None:
    now, link, payment = firmtext.clock.now(), new_id(), new_id()
    words = {name: _cell(session, PaymentLink, name, link, firm) for name in ("address", "label")}
    what = {"currency": "USD", "account": "a", "by": "x", "created_at": now}
    session.add(PaymentLink(id=link, firm=firm, address_index=os.urandom(32), **words, **what))
    session.flush()
    amount = _cell(session, Payment, "amount", payment, firm)
    paid = {"link_id": link, "digest": os.urandom(32), "paid_at": now}
    session.add(Payment(id=payment, firm=firm, amount=amount, **paid))


def _files(firm: str, message: uuid.UUID, conversation: uuid.UUID) -> None:
    kept = new_id()
    photo(firm, keys.conversation_scope(conversation), message_id=message)
    photo(firm, keys.quarantine_scope(kept), quarantine_id=kept)


def photo(firm: str, scope: str, **whose: uuid.UUID) -> None:
    """A picture of 200 kB, of a text or of a stranger's."""
    with files.writer(firm, scope) as out:
        out.write(PHOTO)
    row, now = new_id(), firmtext.clock.now()
    with own() as session:
        words = {name: _cell(session, Attachment, name, row, firm, scope) for name in ("url", "name")}
        session.add(
            Attachment(
                id=row, firm=firm, n=0, state="stored", kind="image", file_id=out.file_id, size=out.size,
                digest=out.digest, media_type="image/jpeg", created_at=now, **whose, **words,
            )
        )  # fmt: skip


def contents(firm: str = "harbor") -> dict[str, Any]:
    """What every protected cell and file of a firm holds, by its name and row; an error where it cannot be read."""
    found: dict[str, Any] = {}
    with reading() as session:
        for one in CELLS:
            wanted = select(one.primary, one.cell).where(one.table.c.firm == firm, one.cell.is_not(None))
            rows = session.execute(wanted).all()
            read = cells.read(session, [(one.place(row, firm), cell) for row, cell in rows])
            found |= {f"{one.name} {row}": text for (row, _), text in zip(rows, read, strict=True)}
        attached = session.execute(select(Attachment.id, Attachment.file_id).where(Attachment.firm == firm)).all()
    return found | {f"{FILES.name} {row}": content(firm, file_id) for row, file_id in attached}


def content(firm: str, file_id: uuid.UUID) -> Any:
    try:
        with files.reader(firm, file_id) as file:
            return file.read()
    except DecryptError as error:
        return error


def unreadable(found: dict[str, Any]) -> set[str]:
    return {name for name, text in found.items() if isinstance(text, DecryptError)}


def named_keys(firm: str = "harbor") -> dict[str, set[str]]:
    """Which keys the cells of each column name; of files only those that have their bytes."""
    found = {}
    with reading() as session:
        for one in protected.EVERYTHING:
            wanted = select(one.cell).where(one.table.c.firm == firm, one.cell.is_not(None))
            if one is FILES:
                wanted = wanted.where(one.table.c.moved_to.is_(None))
            found[one.name] = {bytes(cell[1:9]).hex() for cell in session.scalars(wanted)}
    return found


def forget_keys() -> None:
    """As a process that has just begun."""
    firmtext.unwrapped.forget()
    firmtext.active.forget()


def a_row(one: Protected, firm: str = "harbor") -> Any:
    """The id of some row that has a cell in this column."""
    with reading() as session:
        wanted = select(one.primary).where(one.table.c.firm == firm, one.cell.is_not(None))
        return session.scalars(wanted.order_by(one.primary).limit(1)).one()


__all__ = ["PHOTO", "Conversation", "a_row", "content", "contents", "fill", "forget_keys", "named_keys", "unreadable"]
