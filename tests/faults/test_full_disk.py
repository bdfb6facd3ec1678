"""A database that is really full while a file is written: SQLite that may not grow by another page."""

from __future__ import annotations

import logging
import os
from typing import Any

import pytest

from attached import JPEG, claims_are_over, content, file, received, stands, stored
from evidence import everything, rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import media, thread
from flask_firmtext.ports.values import Firm
from flask_firmtext.store.models import Attachment, Message
from full_disk import full
from rows import accepted, verified_number

MEBIBYTE = 1024 * 1024
PHOTO = JPEG + os.urandom(3 * MEBIBYTE)
FIRM = Firm("harbor", "Harbor Law", "America/Chicago")


def shown() -> list[tuple[str | None, list[str]]]:
    """The client's texts as a page shows them, with the states of their files."""
    [text] = rows(Message, Message.direction == "in")
    page = thread.show(FIRM, text.conversation_id)
    assert page
    return [(one.body, [str(each.state) for each in one.files]) for one in page.texts if one.inbound]


@pytest.mark.fault("F74")
@pytest.mark.parametrize("left", [16 * 1024, 3 * MEBIBYTE // 2], ids=["at once", "half-way"])
def test_a_file_that_the_full_disk_does_not_hold_is_fetched_when_there_is_room(
    app: Any, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    if firmtext.engine.dialect.name != "sqlite":
        pytest.skip("no database of PostgreSQL's can be made full without its server")
    verified_number()
    accepted("How are you?")
    [one] = received(firmtext.gateway.add_file(PHOTO))  # type: ignore[attr-defined]
    before = everything()["firmtext_message"]
    with full(firmtext.engine, left=left), caplog.at_level(logging.WARNING, "flask_firmtext"):
        assert media.fetch(one)
        assert "OperationalError" in caplog.text
        assert not media.fetch(one), "not before its claim is over"
        assert (stands(one), file(one).file_id) == (("fetching", None), None)
        assert shown() == [("Look", ["fetching"])]
        assert stored() == (0, 0), "no half of it is left to fill the disk"
    assert everything()["firmtext_message"] == before
    claims_are_over()
    assert media.run_due() == 1
    assert (content(one), shown()) == (PHOTO, [("Look", ["stored"])])
    assert len(rows(Attachment)) == 1
