"""A text as it is answered."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import Field

from ...messaging import shown as texts
from ...messaging.files import ShownFile
from ...store.states import FileState, State
from .shapes import Answer


class FiledIn(Answer):
    """A place of a file in a matter. ``matter`` is its title, as far as it may be named."""

    id: uuid.UUID
    matter: str
    state: str
    words: str


class File(Answer):
    """A file that came with a text."""

    id: uuid.UUID
    state: FileState
    words: str
    help: str
    name: str = Field(description="What the sender called it.")
    media_type: str | None
    filed: list[FiledIn]
    can_open: bool = Field(description="Whether its bytes are to be had.")
    can_try_again: bool


class Text(Answer):
    """A text. ``body`` is null when it cannot be read or was erased."""

    id: uuid.UUID
    conversation: uuid.UUID
    position: int = Field(description="Its place in its conversation.")
    inbound: bool
    body: str | None
    author: str | None = Field(description="The reference of whoever wrote it; null for a client and automatic texts.")
    author_name: str | None
    at: datetime
    state: State
    words: str = Field(description="The state as people read it.")
    meaning: str
    next_step: str
    erased: bool
    can_retry: bool
    asks: bool = Field(description="Whether a person is to say what became of it: `resolve`.")
    repeats: uuid.UUID | None = Field(description="The text of which it was made by sending that again.")
    repeated_by: uuid.UUID | None
    files: list[File]


def shown(text: texts.Text) -> Text:
    sequel = text.sequel
    return Text(
        id=text.id,
        conversation=text.conversation,
        position=text.position,
        inbound=text.inbound,
        body=None if text.erased else text.body,
        author=None if text.inbound else text.by,
        author_name=text.author,
        at=text.at,
        state=text.state,
        words=text.words,
        meaning=text.help.meaning if text.help else "",
        next_step=text.help.next_step if text.help else "",
        erased=text.erased,
        can_retry=sequel.tries,
        asks=sequel.asks,
        repeats=sequel.repeats.text if sequel.repeats else None,
        repeated_by=sequel.again.text if sequel.again else None,
        files=[file(one) for one in text.files],
    )


def file(one: ShownFile) -> File:
    return File(
        id=one.id,
        state=one.state,
        words=one.words,
        help=one.help,
        name=one.name,
        media_type=one.media_type,
        filed=[FiledIn(id=row.id, matter=row.matter, state=row.state, words=row.words) for row in one.filed],
        can_open=one.can_open,
        can_try_again=one.can_try_again,
    )
