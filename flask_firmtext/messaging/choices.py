"""How each user wants to be told of new texts, and whether single keys act in the table."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from ..current import firmtext
from ..ports.values import User
from ..store import choice_queries
from ..store.models import UserChoice
from ..store.transactions import reading
from ..store.upsert import insert_or_update


@dataclass(frozen=True, slots=True)
class Choice:
    """``badge``: the number of unread texts; ``browser``: its notifications; ``keys``: j, k, e, u, / and ? act."""

    badge: bool = True
    browser: bool = False
    keys: bool = True


def of(user: User) -> Choice:
    """What this user has chosen, else what everybody begins with."""
    with reading() as session:
        found = choice_queries.choice(session, user.firm, user.ref)
    return Choice(found.badge, found.browser, found.keys) if found else Choice()


def choose(session: Session, user: User, choice: Choice) -> None:
    """From now on this user wants it so."""
    values = {**asdict(choice), "changed_at": firmtext.clock.now()}
    owner = {"firm": user.firm, "user": user.ref}
    insert_or_update(session, UserChoice, ["firm", "user"], {**owner, **values}, values)
