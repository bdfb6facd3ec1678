"""A received file over HTTP: to be kept, or shown inside the conversation's page. Never as a page of its own.

What the bytes are is what we found in them, from one short list, and no browser is to think otherwise; should one run
them all the same, they run in a sandbox without anything. A download is recorded; a preview counts as seeing the
conversation in whose page it is. Which of the two it is, browsers say themselves (``Sec-Fetch-Dest``); who says nothing
downloads. Of a file that is fetched in parts, the first part is the download, and any other counts as a preview.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from flask import Flask, Response, current_app, request

from ..errors import DecryptError, where
from ..language import gettext as _
from ..language import marked
from ..messaging import media_types, names_given
from ..messaging.owners import Subject
from ..messaging.rights import subject
from ..ports.values import Firm
from ..store import attachment_queries, audit, files, inbox_queries
from ..store.attachment_queries import Received
from ..store.models import Attachment
from ..store.states import FileState
from ..store.transactions import own, reading
from . import sightings
from .access import Visitor, visitor
from .problems import Problem, nothing_here

log = logging.getLogger(__name__)

PIECE = 64 * 1024
PREVIEWS = frozenset({"image", "video", "audio"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}
#: One range: who asks for several gets the whole file, as every server may answer.
RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
UNREADABLE = marked(
    "It was damaged where it is kept. Ask the client to send it again, and tell whoever operates this system."
)


def file(attachment_id: uuid.UUID) -> Response:
    """The bytes of a file, or a part of them. :raises Problem: 404; 503, they cannot be read."""
    return served(visitor(), attachment_id)


def served(who: Visitor, attachment_id: uuid.UUID) -> Response:
    """The same for this visitor."""
    found, _subject = allowed(who, attachment_id, "attachment.read")
    row = found.file
    if row.state != FileState.STORED or media_types.by_name(row.media_type or "") is None:
        raise nothing_here()
    stored = _opened(row)
    size = stored.seek(0, 2)
    headers = _headers(found, who.firm)
    part = _part(size, headers["ETag"])
    if part is None:
        stored.close()
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    begin, end = part
    if _is_download(begin):
        with own() as session:
            table = (Attachment.__tablename__, row.id)
            audit.record(session, "attachment.download", table, firm=row.firm, actor=who.user.ref)
    elif request.method == "GET":
        sightings.seen(row.firm, who.user.ref, found.conversation.id)
    headers["Content-Length"] = str(end - begin)
    whole = part == (0, size)
    if not whole:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return Response(_body(stored, begin, end), status=200 if whole else 206, headers=headers)


def allowed(who: Visitor, attachment_id: uuid.UUID, action: str) -> tuple[Received, Subject]:
    """A file that this user may ``action``, and what the host was asked about. :raises Problem: 404."""
    with reading() as session:
        found = attachment_queries.received(session, who.firm.ref, attachment_id)
        if found is None:
            raise nothing_here()
        refs = inbox_queries.contacts(session, who.firm.ref, [found.conversation.id])
    asked = subject(found.conversation, refs.get(found.conversation.id, ()))
    who.must(action, asked)
    return found, asked


def _headers(found: Received, firm: Firm) -> dict[str, str]:
    # The name is ours, of letters that need no quoting; what the sender called it goes nowhere but into a page.
    name = names_given.of(found, firm)
    return {
        **HEADERS,
        "Content-Type": found.file.media_type or "",
        "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}",
        "ETag": f'"{found.file.file_id}"',
    }


def _opened(row: Attachment) -> BinaryIO:
    try:
        if row.file_id is not None:
            return files.reader(row.firm, row.file_id)
    except DecryptError as error:
        log.error("a received file cannot be read: %s", error)
    raise _unreadable()


def _unreadable() -> Problem:
    return Problem(503, _("This file cannot be read"), _(UNREADABLE))


def _part(size: int, tag: str) -> tuple[int, int] | None:
    """From where to where the answer goes; None for what lies outside of the file."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked[0] == "bytes=-" or request.headers.get("If-Range", tag) != tag:
        return 0, size
    first, last = asked[1], asked[2]
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(size, int(last) + 1 if last else size)
    return (begin, end) if begin < end else None


def _is_download(begin: int) -> bool:
    return request.method == "GET" and begin == 0 and request.headers.get("Sec-Fetch-Dest") not in PREVIEWS


def _body(stored: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    """The bytes as they are decrypted; the first before anything is answered. :raises Problem: they are damaged."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    pieces = _pieces(app, stored, begin, end)
    if request.method == "HEAD":
        stored.close()
        return iter(())
    try:
        first = next(pieces, b"")
    except DecryptError as error:
        log.error("a received file cannot be read: %s", error)
        raise _unreadable() from error
    return chain((first,), _as_far_as_it_goes(pieces))


def _pieces(app: Flask, stored: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    """Each in a context of its own: the request's, and the host's session with it, ends before a slow client does."""
    with stored:
        stored.seek(begin)
        while begin < end:
            with app.app_context():
                piece = stored.read(min(PIECE, end - begin))
            if not piece:
                return
            begin += len(piece)
            yield piece


def _as_far_as_it_goes(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A file that turns out to be damaged ends there: fewer bytes than promised are a download that failed."""
    try:
        yield from pieces
    except DecryptError as error:
        log.error("a received file cannot be read to its end: %s", where(error))
