"""Whether anything of an erased conversation can be read: with the keys, in the tables, by a search, on the pages."""

from __future__ import annotations

import contextvars
import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from flask_firmtext.store import erasure_queries, keys
from flask_firmtext.store.models import (
    Attachment,
    Conversation,
    Draft,
    Key,
    Message,
    ScheduledText,
    SearchMark,
    SearchText,
)
from flask_firmtext.store.transactions import reading

from .driver import CANARY
from .practice import staff
from .stack import Stack
from .witnesses import Tables

#: So many threads of which nothing is left are looked at by the firm's own staff.
AT_MOST = 15


def readable(stack: Stack, rows: Tables) -> list[tuple[str, str]]:
    """Of each erased conversation (its id) what is there that must not be."""
    gone = [uuid.UUID(key) for key in rows.erased]
    found = [(str(key), what) for key in gone for what in left_of(key)]
    for key in gone[:AT_MOST]:
        found += contextvars.Context().run(lambda: [*_on_its_page(stack, rows, str(key))])  # noqa: B023 - called at once
    with reading() as session:
        return found + [(str(one.conversation_id), "it was never emptied") for one in erasure_queries.full(session)]


def left_of(conversation: uuid.UUID) -> Iterator[str]:
    """What the tables have of an erased conversation beside ids, times, states and counts."""
    texts = select(Message.id).where(Message.conversation_id == conversation)
    files = (Attachment.message_id.in_(texts),)
    stamps = select(SearchText.stamp).where(SearchText.conversation_id == conversation)
    wanted: dict[str, Any] = {
        "a key": select(Key.id).where(Key.scope == keys.conversation_scope(conversation), Key.state != "destroyed"),
        "a text": texts.where(Message.body != b""),
        "the number": select(Conversation.id).where(Conversation.id == conversation, Conversation.phone != b""),
        "a file": select(Attachment.id).where(*files, Attachment.file_id.is_not(None)),
        "a file's name": select(Attachment.id).where(*files, (Attachment.name != b"") | (Attachment.url != b"")),
        "a begun text": select(Draft.id).where(Draft.conversation_id == conversation),
        "a text for later": select(ScheduledText.id).where(
            ScheduledText.conversation_id == conversation, ScheduledText.body.is_not(None)
        ),
        "words to search for": select(SearchMark.stamp).where(SearchMark.stamp.in_(stamps)),
        "marks of words": stamps.where(SearchText.marks != b""),
    }
    with reading() as session:
        for what, query in wanted.items():
            there = session.execute(query).all()
            if there:
                yield f"{what} is there still: {there[0][0]}"
        zeros = select(Key.wrapped).where(Key.scope == keys.conversation_scope(conversation))
        if any(any(wrapped) for wrapped in session.scalars(zeros)):
            yield "the bytes of a key are there still"


def _on_its_page(stack: Stack, rows: Tables, conversation: str) -> Iterator[tuple[str, str]]:
    client = stack.app.test_client()
    client.get(f"/sign-in/{staff(rows.pairs[conversation][0])}")
    answer: Any = client.get(f"/texting/conversations/{conversation}")
    if answer.status_code != 200 or CANARY in answer.text:
        yield conversation, f"its page answers {answer.status_code}" + (" with its words" * (CANARY in answer.text))
