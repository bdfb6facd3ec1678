"""The office's accounts, parties and proceedings, for tests."""

from __future__ import annotations

from flask_security import hash_password
from sqlalchemy import text

from .app import db
from .tables import SCHEMA, Account, Base, Party, Proceeding, Role


def seed() -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    Base.metadata.create_all(db.session.connection())
    secret = hash_password("docket")
    db.session.add_all(
        [
            Account(
                email="nia@oduya.example",
                password=secret,
                fs_uniquifier="1",
                signature="Nia Oduya",
                roles=[Role(name="partner")],
            ),
            Account(email="theo@oduya.example", password=secret, fs_uniquifier="2", signature="Theo Lang"),
            Party(code="P-001", display="Harriet Vale", telephone="1-212-555-0120"),
            Party(code="P-002", display="Oskar Lindqvist", telephone="(212) 555-0121"),
            Party(code="P-003", display="Struck Off", telephone="212-555-0122", struck=True),
        ]
    )
    db.session.flush()
    seen = db.session.get(Party, "P-002")
    db.session.add_all(
        [
            Proceeding(docket="25-CV-0417", style="Vale v. Metro Transit", party_code="P-001", witnesses=[seen]),
            Proceeding(docket="21-CV-0002", style="Vale v. Vale", party_code="P-001", phase="closed"),
        ]
    )
    db.session.commit()
