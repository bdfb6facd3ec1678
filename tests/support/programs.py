"""A program that uses the JSON API with a token."""

from __future__ import annotations

import contextvars
import uuid
from collections.abc import Sequence
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from flask_firmtext.firm import tokens
from flask_firmtext.firm.token_scopes import SCOPES
from flask_firmtext.store.transactions import own

ROOT = "/texting/api/v1"
ADMIN = "admin@harbor.example"
UMA = "admin@summit.example"
TYPE = "urn:firmtext:problem:"


def token(*scopes: str, firm: str = "harbor", by: str = ADMIN, days: int = 90) -> str:
    """The text of a new token; of all scopes where none is named."""
    with own() as session:
        wanted = tokens.check("Nightly job", scopes or tuple(SCOPES), days)
        return tokens.make(session, firm, wanted, acts_for=by, by=by)


class Program:
    """Each request has a context of its own, as on a server, and no cookie."""

    def __init__(self, app: Flask, text: str | None = None) -> None:
        self.app, self.token = app, text

    def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> TestResponse:
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        given |= {"Idempotency-Key": key} if key else {}
        body = {} if json is None else {"json": json}
        client = self.app.test_client(use_cookies=False)
        address = path if path.startswith("http") else f"{ROOT}{path}"
        return contextvars.Context().run(
            lambda: client.open(
                address, method=method, headers={**given, **(headers or {})}, buffered=True, **body, **more
            )
        )

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: Any = None, *, key: str | None = None, **more: Any) -> TestResponse:
        """With a key of its own unless one is given."""
        return self.ask("POST", path, json, key=key or uuid.uuid4().hex, **more)

    def made(self, path: str, json: Any = None, *, code: int = 201, **more: Any) -> Any:
        answer = self.post(path, json, **more)
        assert answer.status_code == code, answer.text
        return answer.json

    def got(self, path: str, **more: Any) -> Any:
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json


def problem(answer: TestResponse) -> tuple[int, str]:
    """The status and the type of a problem, which has the right shape."""
    assert answer.mimetype == "application/problem+json", answer.text
    told = answer.json
    assert told is not None
    assert told["status"] == answer.status_code
    assert told["type"].startswith(TYPE)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, told["type"].removeprefix(TYPE)


def kinds(answers: Sequence[TestResponse]) -> list[tuple[int, str]]:
    return [problem(one) for one in answers]
