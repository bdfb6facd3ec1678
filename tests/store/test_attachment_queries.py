"""What the filing process asks each second, and a page each time: kept to an index."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from flask_firmtext.current import firmtext
from flask_firmtext.store import attachment_queries
from flask_firmtext.store.transactions import reading
from mailroom import arrives
from office import Office, Statements

Ask = Callable[[Session], Any]
FILE = uuid.uuid4()
ASKS: dict[str, tuple[Ask, str]] = {
    "unplanned": (lambda session: attachment_queries.unplanned(session, limit=20), "ix_firmtext_attachment_unplanned"),
    "due": (lambda session: attachment_queries.due_filings(session, limit=20), "ix_firmtext_filing_wanted"),
    "offers": (
        lambda session: attachment_queries.stored_in(session, "harbor", FILE),
        "ix_firmtext_attachment_conversation_id",
    ),
    "places": (
        lambda session: attachment_queries.filings(session, "harbor", [FILE]),
        "uq_firmtext_filing_attachment_id_matter",
    ),
    "files": (
        lambda session: attachment_queries.of_texts(session, "harbor", [FILE]),
        "uq_firmtext_attachment_message_id_n",
    ),
}


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.mark.parametrize("name", ASKS)
def test_it_uses_its_index(app: Any, name: str) -> None:
    ask, index = ASKS[name]
    with Session(firmtext.engine) as session:  # in a transaction: what is set is set in that
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            for scan in ("seqscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{scan} = off")
        with Explained(app, connection) as plans:
            ask(session)
    assert index in plans.text or (index.startswith("uq_") and "sqlite_autoindex" in plans.text)


def test_a_file_is_found_by_its_own_firm_only(office: Office) -> None:
    office.sends()
    file = arrives(office)
    with reading() as session:
        assert attachment_queries.received(session, "summit", file) is None
        found = attachment_queries.received(session, "harbor", file)
    assert found is not None
    assert found.file.id == file


class Explained(Statements):
    """The plans of the statements that are seen."""

    def __init__(self, app: Any, connection: Any) -> None:
        super().__init__(app)
        self.connection = connection
        self.text = ""

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("SELECT"):
            word = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
            raw = connection.connection.cursor()
            raw.execute(f"{word} {statement}", rest[0])
            self.text += str([tuple(row) for row in raw.fetchall()])
