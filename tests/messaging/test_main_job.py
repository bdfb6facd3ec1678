"""The main job over real parts: accepted, claimed, posted over TLS, and moved on by signed webhooks."""

from __future__ import annotations

import uuid
from typing import Any

from servers import until
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.firm import provisioning
from flask_firmtext.messaging import accepting
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import drain


def test_smoke(carrier_app: Any, served: str, sandbox: Any) -> None:
    provisioning.adopt(firmtext.db.session, firm="harbor", number="+18335550100")
    firmtext.db.session.commit()
    host = carrier_app.extensions["memory_host"]
    contact = host.for_firm("harbor").contacts.get("rosa")
    user = host.users.all["staff@harbor.example"]
    message = accepting.accept(
        firmtext.db.session, user=user, contact=contact, to=None, text="Hello", token=str(uuid.uuid4())
    )
    firmtext.db.session.commit()
    message_id = message.id
    assert drain.run() == 1

    def state() -> str:
        with reading() as session:
            return session.scalars(select(Message.state).where(Message.id == message_id)).one()

    try:
        until(lambda: state() == "delivered", seconds=5)
    except AssertionError:
        import sqlalchemy as sa
        with reading() as session:
            for t in ("message", "attempt", "status_event", "quarantine", "audit"):
                for r in session.execute(sa.text(f"select * from firmtext_{t}")).mappings(): print(t, dict(r))
        raise
