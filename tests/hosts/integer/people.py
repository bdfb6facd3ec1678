"""The firm's people and cases, for tests."""

from __future__ import annotations

from werkzeug.security import generate_password_hash

from .models import Case, CasePerson, Client, User, db

SECRET = generate_password_hash("dune", method="pbkdf2:sha256:1")


def seed() -> None:
    db.create_all()
    db.session.add_all(
        [
            User(id=1, login="ada", password=SECRET, first="Ada", last="Dune", role="partner"),
            User(id=2, login="sam", password=SECRET, first="Sam", last="Reed"),
            Client(id=1, first="Rosa", last="Marsh", cell="(312) 555-0100", work="312.555.0190"),
            Client(id=2, first=None, last="Lakeside Bakery", cell=None, work="+13125550101"),
            Client(id=3, first="Victor", last="Stone", cell="312-555-0102"),
            Client(id=4, first="Zoë", last="Érard", cell="ask her sister"),
            *(Client(id=n, first="Kin", last=f"Number {n}", cell=f"1-312-555-01{n}") for n in range(20, 45)),
        ]
    )
    db.session.flush()
    db.session.add_all(
        [
            Case(id=1, docket="24-107", caption="Marsh v. Stone", client_id=1),
            Case(id=2, docket="19-001", caption="Estate of Marsh", status="closed", client_id=1),
            CasePerson(case_id=1, client_id=3, part="Defendant", adverse=True),
            CasePerson(case_id=1, client_id=4, part="Witness"),
        ]
    )
    db.session.commit()
