"""Who is signed in, what they may do, and the firms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from flask_firmtext.ports import host, values

from .. import models, walls
from .references import MATTER, as_user, key
from .rights import ADMINISTRATORS_MAY, STAFF_MAY

PLANS_WITH_TEXTING = frozenset({"Essentials", "Advanced", "Complete"})


@dataclass(frozen=True)
class Behind:
    """References of what somebody is walled off from."""

    matters: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()

    @classmethod
    def of(cls, db: SQLAlchemy, user: str) -> Behind:
        hidden = db.session.scalars(walls.matters_behind(key(user) or 0)).all()
        if not hidden:
            return cls()
        contacts = db.session.scalars(walls.contacts_behind(key(user) or 0))
        events = db.session.scalars(select(models.Event.id).where(models.Event.matter_id.in_(hidden)))
        matters = frozenset(f"{MATTER}{one}" for one in hidden)
        return cls(matters, frozenset(map(str, contacts)), frozenset(map(str, events)))

    def holds(self, object: object) -> bool:  # noqa: A002 - the port's name
        """Whether a wall stands before this, which FirmText asks about."""
        return (
            not self.contacts.isdisjoint(getattr(object, "contacts", ()))
            or getattr(object, "event", None) in self.events
            or getattr(object, "matter", None) in self.matters
        )


class Users(host.Users):
    def __init__(self, db: SQLAlchemy) -> None:
        self.db = db

    def current(self) -> values.User | None:
        if not current_user or not current_user.is_authenticated:
            return None
        return as_user(current_user)

    def may(self, user: values.User, action: str, object: object | None = None) -> bool:  # noqa: A002
        return self.may_each(user, action, [object])[0]

    def may_each(self, user: values.User, action: str, objects: Sequence[object]) -> Sequence[bool]:
        if action not in (ADMINISTRATORS_MAY if user.administrator else STAFF_MAY):
            return [False] * len(objects)
        behind = Behind.of(self.db, user.ref) if any(one is not None for one in objects) else Behind()
        return [getattr(one, "firm", user.firm) == user.firm and not behind.holds(one) for one in objects]

    def names(self, refs: Iterable[str]) -> Mapping[str, str]:
        found = select(models.User).where(models.User.id.in_(filter(None, map(key, refs))))
        return {user.get_id(): user.name for user in self.db.session.scalars(found)}

    def administrators(self, firm: str) -> Sequence[values.User]:
        found = select(models.User).where(models.User.firm_ref == firm, models.User.administrator)
        return [as_user(row) for row in self.db.session.scalars(found.order_by(models.User.name))]


class Firms(host.Firms):
    def __init__(self, db: SQLAlchemy) -> None:
        self.db = db

    def get(self, ref: str) -> values.Firm | None:
        firm = self.db.session.get(models.Firm, ref)
        if firm is None:
            return None
        return values.Firm(
            firm.ref,
            firm.name,
            firm.zone,
            firm.country,
            availability=_availability(firm),
            notifications=_before(firm),
            legal=_legal(firm),
        )


def _legal(firm: models.Firm) -> values.LegalDetails:
    """What the carriers' registration form asks, as far as the practice system keeps it."""
    names = ("legal_name", "website", "street", "city", "region", "postal_code")
    return values.LegalDetails(**{name: getattr(firm, name) for name in names})


def _availability(firm: models.Firm) -> values.Availability:
    if firm.country not in ("US", "CA"):
        return values.Availability(False, "Text messaging is available to firms in the United States and Canada.")
    if firm.plan not in PLANS_WITH_TEXTING:
        return values.Availability(False, "Text messaging comes with the plans Essentials, Advanced and Complete.")
    return values.Availability(True)


def _before(firm: models.Firm) -> values.Notifications | None:
    if firm.notifications_number is None:
        return None
    return values.Notifications(firm.notifications_number, firm.notifications_email, firm.notifications_phone)
