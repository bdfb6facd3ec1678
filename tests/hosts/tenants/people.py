"""Two firms' members, people and matters, for tests."""

from __future__ import annotations

import uuid
from datetime import date

from werkzeug.security import generate_password_hash

from .models import Matter, Member, Party, Person, Phone, Tenant, db

SECRET = generate_password_hash("cabinet", method="pbkdf2:sha256:1")


def key(n: int) -> uuid.UUID:
    return uuid.UUID(int=0xCAB1_4E70_0000_4000_8000_0000_0000_0000 + n)


NORD, SUR = key(1), key(2)
INES, LUC, PILAR = key(11), key(12), key(13)
AMELIE, BASTIEN, CARMEN = key(21), key(22), key(23)
SUCCESSION, DESAHUCIO = key(31), key(32)


def seed() -> None:
    db.create_all()
    db.session.add_all(
        [
            Tenant(id=NORD, title="Cabinet du Nord", timezone="America/Toronto"),
            Tenant(id=SUR, title="Bufete del Sur", timezone="America/Los_Angeles"),
        ]
    )
    db.session.flush()
    member = {"tenant_id": NORD, "password_hash": SECRET}
    db.session.add_all(
        [
            Member(id=INES, email="ines@nord.example", name="Ines North", manager=True, **member),
            Member(id=LUC, email="luc@nord.example", name="Luc Gagné", locale="fr_CA", **member),
            Member(
                id=PILAR,
                email="pilar@sur.example",
                name="Pilar Sáez",
                manager=True,
                locale="es_US",
                **{**member, "tenant_id": SUR},
            ),
            Person(id=AMELIE, tenant_id=NORD, name="Amélie Roy", lang="fr_CA"),
            Person(id=BASTIEN, tenant_id=NORD, name="Bastien Côté"),
            Person(id=CARMEN, tenant_id=SUR, name="Carmen Ruiz", lang="es"),
        ]
    )
    db.session.flush()
    db.session.add_all(
        [
            Phone(person_id=AMELIE, number="514-555-0109", kind="home"),
            Phone(person_id=AMELIE, number="(514) 555-0110", kind="mobile", position=1, for_texts=True),
            Phone(person_id=BASTIEN, number="+1 514 555 0111", kind="mobile"),
            Phone(person_id=CARMEN, number="213.555.0112", kind="móvil"),
            Matter(id=SUCCESSION, tenant_id=NORD, number="N-7", subject="Succession Roy", client_id=AMELIE),
            Matter(tenant_id=NORD, number="N-3", subject="Bail Roy", client_id=AMELIE, closed_on=date(2024, 5, 2)),
            Matter(id=DESAHUCIO, tenant_id=SUR, number="S-1", subject="Desahucio", client_id=CARMEN),
        ]
    )
    db.session.flush()
    db.session.add(Party(matter_id=SUCCESSION, person_id=BASTIEN, capacity="Héritier", side="theirs"))
    db.session.commit()
