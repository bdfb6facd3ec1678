"""Files that clients sent: their bytes, and where they are filed."""

from __future__ import annotations

import uuid

from flask import Response
from pydantic import Field

from ...errors import FormRefused
from ...messaging import media
from ...practice import filing_claims, filing_plans
from ...store import attachment_queries
from ...store.transactions import own, reading
from .. import files, filing
from ..files import allowed
from ..thread import subject_of
from .bearer import Bearer
from .operations import get, post
from .problems import conflict, nothing
from .shapes import Answer, Done, Given, Ref


class Into(Given):
    """A matter of the client."""

    matter: Ref


class Wanted(Answer):
    """How many files are on their way into the matter by that; one that is there stays as it is."""

    filed: int = Field(ge=0)


@get("/files/{file}", "files:read")
def download_file(who: Bearer, file: uuid.UUID) -> Response:
    """Download a file

    The bytes, or a part of them by `Range`. It is recorded.
    """
    return files.served(who, file)


@post("/files/{file}/fetch", "files:read")
def fetch_file_again(who: Bearer, file: uuid.UUID) -> Done:
    """Fetch a file once more that could not be had"""
    allowed(who, file, "attachment.read")
    try:
        with own() as session:
            media.again(session, file, by=who.user.ref)
    except FormRefused as refusal:
        raise conflict("in_vain", " ".join(refusal.faults.values())) from None
    return Done(done=True)


@post("/files/{file}/filings", "files:write")
def file_file(who: Bearer, file: uuid.UUID, given: Into) -> Wanted:
    """File a file in a matter of the client"""
    found, subject = allowed(who, file, "attachment.file")
    matter = filing.matter_of(who, found.conversation, subject, given.matter)
    with reading() as session:
        here = attachment_queries.stored_in(session, who.firm.ref, found.conversation.id)
    if file not in here:
        raise nothing()
    with own() as session:
        return Wanted(filed=filing_plans.want(session, who.firm.ref, [file], matter, by=who.user.ref))


@post("/conversations/{conversation}/filings", "files:write")
def file_all(who: Bearer, conversation: uuid.UUID, given: Into) -> Wanted:
    """File every file of a conversation in a matter of the client"""
    subject = subject_of(who, conversation)
    who.must("attachment.file", subject)
    row, here = filing.stored_in(who, conversation)
    matter = filing.matter_of(who, row, subject, given.matter)
    with own() as session:
        return Wanted(filed=filing_plans.want(session, who.firm.ref, here, matter, by=who.user.ref))


@post("/filings/{filing_id}/retry", "files:write")
def file_again(who: Bearer, filing_id: uuid.UUID) -> Done:
    """Try once more to file a file"""
    with reading() as session:
        row = attachment_queries.filing(session, who.firm.ref, filing_id)
    if row is None:
        raise nothing()
    allowed(who, row.attachment_id, "attachment.file")
    with own() as session:
        return Done(done=filing_claims.again(session, who.firm.ref, filing_id, by=who.user.ref))
