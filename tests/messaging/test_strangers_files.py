"""The key of a stranger's files: their own, then that of the conversation, so that erasing it erases them, too."""

from __future__ import annotations

from typing import Any

import pytest

from attached import JPEG, content, file
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import media, strangers
from flask_firmtext.store import cells, ciphers, keys, pieces
from flask_firmtext.store.models import Attachment, Conversation, File, Key
from flask_firmtext.store.transactions import reading
from rows import verified_number
from strange import strangers as kept
from strange import texts

BY = "admin@harbor.example"


@pytest.fixture(autouse=True)
def number(app: Any) -> None:
    verified_number()


def attach() -> strangers.Moved:
    return strangers.attach("harbor", kept()[0], "sara", owners=["sara"], by=BY)


def scopes_of_files() -> set[str]:
    """Whose keys protect the files' bytes, addresses and names."""
    used = {pieces.key_id_of(row.head) for row in rows(File)}
    used |= {ciphers.key_id_of(cell) for row in rows(Attachment) for cell in (row.url, row.name)}
    return {row.scope for row in rows(Key) if row.id in used}


def in_another_process() -> None:
    """Nothing is remembered of the keys."""
    for memory in (firmtext.active, firmtext.unwrapped):
        memory._kept.clear()


def conversations() -> set[str]:
    return {keys.conversation_scope(row.id) for row in rows(Conversation)}


def test_two_texts_files_have_two_keys(app: Any) -> None:
    for _ in range(2):
        texts("Look", JPEG)
    assert scopes_of_files() == {keys.quarantine_scope(row.id) for row in kept()}


def test_attached_they_are_the_conversations(app: Any) -> None:
    for _ in range(2):
        texts("Look", JPEG)
    assert media.run_due() == 2
    assert attach().done == 2
    assert scopes_of_files() == conversations()
    in_another_process()
    assert {content(row.id) for row in rows(Attachment)} == {JPEG}
    with reading() as session:
        places = [(cells.place(Attachment, "url", row.id, "harbor"), row.url) for row in rows(Attachment)]
        assert all(str(url).startswith("https://") for url in cells.read(session, places))
    texts("A later one")
    assert len(rows(Key, Key.state == "active", Key.scope.in_(conversations()))) == 1


def test_attached_while_they_are_fetched_they_are_the_conversations(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    texts("Look", JPEG)
    fetch = firmtext.gateway.fetch_media

    def attach_first(url: str) -> Any:
        assert attach().done == 1
        in_another_process()
        return fetch(url)

    monkeypatch.setattr(firmtext.gateway, "fetch_media", attach_first)
    assert media.run_due() == 1
    [one] = rows(Attachment)
    assert (file(one.id).state, content(one.id)) == ("stored", JPEG)
    assert scopes_of_files() == conversations()
    assert not rows(Key, Key.scope.like("quarantine/%"))


def test_discarded_they_leave_no_key(app: Any) -> None:
    texts("Look", JPEG)
    media.run_due()
    strangers.discard("harbor", kept()[0], by=BY)
    assert not rows(Key, Key.scope.like("quarantine/%"))
