"""The least that can be done: the baselines' own web application and tables, in plain SQL on one connection."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import uuid
from collections.abc import Mapping
from typing import Any

import jwt
import psycopg
import sqlalchemy as sa
from flask import Flask, Response, request

TABLES = (
    "CREATE TABLE IF NOT EXISTS bare_webhook (id {id} PRIMARY KEY, digest {bytes} UNIQUE, body {bytes})",
    "CREATE TABLE IF NOT EXISTS bare_text (id {id} PRIMARY KEY, state TEXT, body TEXT)",
    "CREATE TABLE IF NOT EXISTS bare_attempt (id {id} PRIMARY KEY, text {id}, carrier_id TEXT UNIQUE)",
)
TYPES = {"postgresql": {"id": "UUID", "bytes": "BYTEA"}, "sqlite": {"id": "TEXT", "bytes": "BLOB"}}


class Plain:
    """A connection of the driver itself; statements are written with ``?``."""

    def __init__(self, url: str) -> None:
        known = sa.make_url(url)
        self.engine = known.get_backend_name()
        self.connection: Any
        if self.engine == "postgresql":
            self.connection = psycopg.connect(known.set(drivername="postgresql").render_as_string(False))
        else:
            self.connection = sqlite3.connect(known.database or "", isolation_level="IMMEDIATE")
            for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL"):
                self.connection.execute(f"PRAGMA {pragma}")
        for table in TABLES:
            self.run(table.format(**TYPES[self.engine]))
        self.commit()

    def run(self, statement: str, *values: Any) -> Any:
        if self.engine == "postgresql":
            return self.connection.execute(statement.replace("?", "%s"), values)
        return self.connection.execute(
            statement, [str(value) if isinstance(value, uuid.UUID) else value for value in values]
        )

    def commit(self) -> None:
        self.connection.commit()


def create_app(settings: Mapping[str, str] = os.environ) -> Flask:
    """A webhook route: is it the carrier's, have the bytes on disk, say so."""
    app = Flask("bare")
    secret, plain = settings["FIRMTEXT_VONAGE_SIGNATURE_SECRETS"], Plain(settings["SQLALCHEMY_DATABASE_URI"])

    @app.post("/texting/webhooks/inbound")
    def inbound() -> Response:
        body = request.get_data()
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, secret, algorithms=["HS256"])
        digest = hashlib.sha256(body)
        if claims["payload_hash"] != digest.hexdigest():
            return Response(status=401)
        plain.run("INSERT INTO bare_webhook VALUES (?, ?, ?)", uuid.uuid4(), digest.digest(), body)
        plain.commit()
        return Response(status=200)

    return app
