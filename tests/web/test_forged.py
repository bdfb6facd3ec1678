"""What a request says of where it came from and whose it is changes no link and no row, at any route of the matrix."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from flask_firmtext.store import criteria
from flask_firmtext.store.transactions import reading
from matrix import digest, table
from office import ADMIN, Office
from tries import Tries, rows_of_every_kind, signed_in

ELSEWHERE = "evil.example"
FORGED = {
    "Host": ELSEWHERE,
    "X-Forwarded-Host": ELSEWHERE,
    "X-Forwarded-Proto": "ftp",
    "X-Forwarded-Prefix": f"/{ELSEWHERE}",
    "Forwarded": f"host={ELSEWHERE}",
    "Referer": f"https://{ELSEWHERE}/",
}
#: Columns of ours, as fields of a form that has no such field.
FIELDS = {
    "firm": "summit",
    "user": "uma",
    "author": "forged",
    "by": "forged",
    "made_by": "forged",
    "changed_by": "forged",
    "actor": "forged",
    "kind": "forged",
    "direction": "in",
    "state": "delivered",
    "rank": "9",
    "tries": "99",
    "created_at": "1999-01-01T00:00:00Z",
    "retry_of": "00000000-0000-0000-0000-000000000001",
    "id": "00000000-0000-0000-0000-000000000002",
}
TRACES = ("forged", "1999-01-01", "00000000-0000-0000-0000-00000000000")


@pytest.fixture
def ids(office: Office) -> dict[str, str]:
    return rows_of_every_kind(office)


@pytest.mark.attack("A10")
def test_a10_no_page_and_no_redirect_leads_where_a_header_says(office: Office, ids: dict[str, str]) -> None:
    tries, ada = Tries(office), signed_in(office, ADMIN)
    for row in table():
        answer = tries.ask(ada, row, ids, headers=FORGED)
        if ELSEWHERE in f"{answer.headers} {answer.text}":
            tries.wrong.append(f"{row.method} {row.endpoint} {row.names}")
    assert not tries.wrong, "\n" + "\n".join(tries.wrong)
    assert tries.number > 100


@pytest.mark.attack("A13")
def test_a13_a_field_that_is_not_the_forms_changes_nothing_at_any_route(office: Office, ids: dict[str, str]) -> None:
    tries, ada = Tries(office), signed_in(office, ADMIN)
    before, was = digest("summit"), every_row()
    posts = [row for row in table() if row.method == "POST"]
    for row in posts:
        tries.words = {name: value for name, value in FIELDS.items() if name not in row.filled(ids)}
        tries.ask(ada, row, ids)
    assert digest("summit") == before
    made = every_row() - was
    assert len(made) > 20
    assert [row for row in made for trace in TRACES if trace in row] == []


def every_row() -> set[str]:
    with reading() as session:
        tables = criteria.tenants().values()
        return {f"{one.name} {row}" for one in tables for row in session.connection().execute(select(one)).all()}
