"""Tries the rows of the matrix as whoever it may be."""

from __future__ import annotations

import re
from typing import Any

from flask import url_for
from werkzeug.test import TestResponse

from administering import failed_order, held_number, kept, number_of
from matrix import CANARY, EVERYBODYS, Row, harbors
from office import ADMIN, Office, Person

UMA = "admin@summit.example"


def rows_of_every_kind(office: Office) -> dict[str, str]:
    """A row of each kind at Harbor Law, those of the administration too, by the names of the table."""
    made = harbors(office)
    made |= {"kept": str(kept(words=f"{CANARY} stranger")), "number": str(number_of())}
    failed_order("summit")
    return made | {"order": str(failed_order()), "hold": str(held_number())}


class Tries:
    """Tries routes, counts them, and notes what is answered otherwise than the table says."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.number = 0
        #: What stands in every form beside what the table says.
        self.words: dict[str, str] = {}
        self.wrong: list[str] = []

    def ask(self, person: Person, row: Row, ids: dict[str, str], **more: Any) -> TestResponse:
        self.number += 1
        names = row.filled(ids)
        with self.office.app.test_request_context():
            rule = next(self.office.app.url_map.iter_rules(row.endpoint))
            parts = {name for one in self.office.app.url_map.iter_rules(row.endpoint) for name in one.arguments}
            in_path = {name: names.pop(name) for name in list(names) if name in parts and name != "message_id"}
            if "message_id" in parts and "message_id" in names:
                in_path["message_id"] = names.pop("message_id")
            given = {**in_path, **(names if row.method == "GET" else {})}
            address = url_for(row.endpoint, **{**_defaults(rule), **given})
        if row.method == "GET":
            answer = person.get(address, **more)
        else:
            answer = person.post(address, {**names, **self.words, **token(person, row)}, **more)
        assert answer.data is not None
        answer.close()
        return answer

    def must(self, row: Row, who: str, code: int | None, answer: TestResponse) -> None:
        if code is not None and answer.status_code != code:
            self.wrong.append(f"{row.method} {row.endpoint} {row.names} as {who}: {answer.status_code}, not {code}")
        if who != "own" and (CANARY in answer.text or (who != "behind a wall" and EVERYBODYS in answer.text)):
            self.wrong.append(f"{row.method} {row.endpoint} {row.names} shows {who} what is Harbor's")


def _defaults(rule: Any) -> dict[str, Any]:
    return {"message_id": None} if "message_id" in (rule.defaults or {}) else {}


def signed_in(office: Office, user: str | None) -> Person:
    """With the tokens of both kinds of forms, as far as there are some."""
    person = office.person(user)
    person.tokens = {}  # type: ignore[attr-defined]
    for kind, page in (("ours", "/texting/settings/notifications"), ("admin", "/admin/firmtext/orders/")):
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', person.get(page).text)
        if found:
            person.tokens[kind] = found[1]  # type: ignore[attr-defined]
    assert "ours" in person.tokens or not user  # type: ignore[attr-defined]
    assert "admin" in person.tokens or user not in (UMA, ADMIN)  # type: ignore[attr-defined]
    return person


def token(person: Person, row: Row) -> dict[str, str]:
    kind = "admin" if row.endpoint.endswith("action_view") else "ours"
    found = person.tokens.get(kind)  # type: ignore[attr-defined]
    return {"csrf_token": found} if found else {}
