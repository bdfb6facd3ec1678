"""What people do about received files: fetch one again, file it, file the earlier ones of a conversation."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from contextlib import suppress

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from ..errors import FormRefused
from ..messaging import media, owners, places
from ..messaging.owners import Known, Subject
from ..messaging.shown import read_phones
from ..practice import filing_claims, filing_plans
from ..store import attachment_queries, inbox_queries
from ..store.models import Conversation
from ..store.transactions import own, reading
from .access import Visitor, asked, visitor
from .blueprint import wants_part
from .files import allowed
from .problems import nothing_here
from .thread import subject_of

log = logging.getLogger(__name__)


def fetch_again(attachment_id: uuid.UUID) -> Response:
    """Fetch a file that could not be had. Where that is in vain by now, the page that follows says why."""
    who = visitor()
    found, _ = allowed(who, attachment_id, "attachment.read")
    with suppress(FormRefused), own() as session:
        media.again(session, attachment_id, by=who.user.ref)
    return _back(found.conversation.id, found.text.id)


def file_one(attachment_id: uuid.UUID) -> Response:
    """File one document into a matter of those whose conversation it is."""
    who = visitor()
    found, subject = allowed(who, attachment_id, "attachment.file")
    matter = matter_of(who, found.conversation, subject, request.form.get("matter", ""))
    with reading() as session:
        here = attachment_queries.stored_in(session, who.firm.ref, found.conversation.id)
    if attachment_id not in here:
        raise nothing_here()
    with own() as session:
        filing_plans.want(session, who.firm.ref, [attachment_id], matter, by=who.user.ref)
    return _back(found.conversation.id, found.text.id)


def file_earlier(conversation_id: uuid.UUID) -> Response:
    """File every document of a conversation into one matter; those that are there already stay as they are."""
    who = visitor()
    subject = subject_of(who, conversation_id)
    who.must("attachment.file", subject)
    row, here = stored_in(who, conversation_id)
    matter = matter_of(who, row, subject, request.form.get("matter", ""))
    with own() as session:
        filing_plans.want(session, who.firm.ref, here, matter, by=who.user.ref)
    return _back(conversation_id)


def file_again(filing_id: uuid.UUID) -> Response:
    """Try once more to file a document."""
    who = visitor()
    with reading() as session:
        row = attachment_queries.filing(session, who.firm.ref, filing_id)
    if row is None:
        raise nothing_here()
    found, _ = allowed(who, row.attachment_id, "attachment.file")
    with own() as session:
        filing_claims.again(session, who.firm.ref, filing_id, by=who.user.ref)
    return _back(found.conversation.id, found.text.id)


def stored_in(who: Visitor, conversation_id: uuid.UUID) -> tuple[Conversation, Collection[uuid.UUID]]:
    """A conversation with its files that are here. :raises Problem: 404, the firm has none like this."""
    with reading() as session:
        found = inbox_queries.conversation(session, who.firm.ref, conversation_id)
        here = attachment_queries.stored_in(session, who.firm.ref, conversation_id)
    if found is None:
        raise nothing_here()
    return found[0], here


def matter_of(who: Visitor, conversation: Conversation, subject: Subject, wanted: str) -> str:
    """The matter that is wanted, if it is one of those whose conversation this is. :raises Problem: 404; 503."""
    firm = who.firm.ref
    with reading() as session:
        phone = read_phones(session, [conversation])[conversation.id]
    if phone is None or asked("Host.for_firm", lambda: places.documents(firm)) is None:
        raise nothing_here()
    whose = owners.of_conversation(firm, Known(phone, subject.contacts, conversation.closed_at is not None))
    matters = asked("Matters.of_contact", lambda: owners.matters_of(firm, whose.clients))
    if wanted not in {matter.ref for matter in matters}:
        raise nothing_here()
    return wanted


def _back(conversation_id: uuid.UUID, text: uuid.UUID | None = None) -> Response:
    """To the conversation; a page that is open already asks what has changed."""
    if wants_part():
        return Response(status=204)
    place = f"ft-text-{text}" if text else "ft-files-form"
    return redirect(url_for("firmtext.conversation", conversation_id=conversation_id, _anchor=place), code=303)
