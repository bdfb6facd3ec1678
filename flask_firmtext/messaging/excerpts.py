"""The beginning of a received plain text, to be shown as words and as nothing else."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from ..errors import DecryptError, where
from ..store import files
from ..store.models import Attachment
from . import plain_texts

log = logging.getLogger(__name__)

LENGTH = 4096


def beginning(row: Attachment) -> tuple[str | None, bool]:
    """The first characters of a stored text, None when it cannot be read, and whether there is more of it."""
    if row.file_id is None:
        return None, False
    try:
        with files.reader(row.firm, row.file_id) as stored:
            head = stored.read(LENGTH)
    except (DecryptError, SQLAlchemyError, OSError) as error:
        log.error("a received text cannot be read: %s", where(error))
        return None, False
    return plain_texts.decoded(head), (row.size or 0) > len(head)
