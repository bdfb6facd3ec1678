"""The person who decides about unknown texts at the end, with the carrier's ledger in hand."""

from __future__ import annotations

from collections import Counter

from flask_firmtext.current import firmtext
from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging import resolving
from flask_firmtext.store.transactions import own

from .practice import new_token, staff
from .witnesses import Ledger, Tables


def resolve(rows: Tables, carrier: Ledger) -> Counter[str]:
    """Every unknown text arrived, if the carrier has it; else it is sent again. What was done, counted."""
    posted = {post["client_ref"] for post in carrier.posts}
    done: Counter[str] = Counter()
    for message, row in rows.messages.items():
        if row.state != "unknown":
            continue
        user = firmtext.host.users.all[staff(row.firm)]
        known = any(str(one.id) in posted for one in rows.by_message[message])
        try:
            with own() as session:
                if known:
                    done["arrived"] += resolving.arrived(session, row.id, user=user)
                else:
                    done["resent"] += resolving.resend(session, row.id, user=user, token=new_token()) is not None
        except TextRefused as error:  # the client has written STOP since
            with own() as session:
                done[f"not resent: {error.code}"] += resolving.lost(session, row.id, user=user)
    return done
