"""Who is signed in, and what they may do: what the tables of docs/permissions.md say, narrowed by the host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from werkzeug.local import LocalProxy

from ...deferred import proxy
from ...ports.host import Users
from ...ports.permissions import ADMINISTRATOR, STAFF
from ...ports.values import User
from . import maps
from .columns import Columns, expression, first, joined, words
from .rows import Rows

#: Of these objects (of one action) in this order: which may this user?
Narrowing = Callable[[User, str, Sequence[object]], Sequence[bool]]
_of_flask_login: Any = proxy("flask_login:current_user")


def signed_in() -> Any | None:
    """Whom Flask-Login knows as signed in."""
    return _of_flask_login._get_current_object() if _of_flask_login and _of_flask_login.is_authenticated else None


class UserRows:
    """Users as their table has them."""

    def __init__(self, mapped: maps.UserMap, only: str | None) -> None:
        self.mapped, self._only = mapped, only
        self.rows = Rows(mapped, only)
        self.columns = Columns(
            ref=self.rows.ref.attribute,
            name=mapped.name,
            administrator=mapped.administrator,
            firm=mapped.firm,
            language=mapped.language,
        )
        self.asked = select(*self.columns.selected).select_from(mapped.model)
        self.names = select(*Columns(ref=self.rows.ref.attribute, name=mapped.name).selected)

    def of(self, session: Any, instance: Any) -> User | None:
        """Somebody who is signed in; None where that is nobody who may text."""
        if not isinstance(instance, self.mapped.model):
            return None
        if self.mapped.where is None and self.columns.on_instances:
            return self.user(self.columns.of(instance))
        key = getattr(instance, self.rows.ref.attribute.key)
        row = session.execute(self.asked.where(self.rows.ref.equals(str(key)), self.rows.counted)).first()
        return None if row is None else self.user(self.columns.read(row))

    def user(self, values: Mapping[str, tuple[Any, ...]]) -> User | None:
        """None for somebody of no firm."""
        firm = first(values["firm"]) if self._only is None else self._only
        if firm is None:
            return None
        ref, language = str(first(values["ref"])), first(values["language"])
        return User(
            ref,
            joined(values["name"]) or ref,
            str(firm),
            bool(first(values["administrator"], False)),
            str(language).replace("_", "-") if language else None,
        )


class MappedUsers(Users):
    """The port."""

    def __init__(self, db: Any, users: UserRows, who: Callable[[], Any | None], narrowing: Narrowing | None) -> None:
        self.db, self._users, self._who, self._narrowing = db, users, who, narrowing

    def current(self) -> User | None:
        instance = self._who()
        if isinstance(instance, LocalProxy):
            instance = instance._get_current_object()
        return None if instance is None else self._users.of(self.db.session, instance)

    def may(self, user: User, action: str, object: object | None = None) -> bool:  # noqa: A002 - the port's name
        return self.may_each(user, action, [object])[0]

    def may_each(self, user: User, action: str, objects: Sequence[object]) -> Sequence[bool]:
        allowed = action in STAFF or (user.administrator and action in ADMINISTRATOR)
        may = [allowed and getattr(one, "firm", user.firm) == user.firm for one in objects]
        asked = [one for one, yes in zip(objects, may, strict=True) if yes]
        if self._narrowing is None or not asked:
            return may
        narrowed = iter(self._narrowing(user, action, asked))
        return [yes and bool(next(narrowed)) for yes in may]

    def names(self, refs: Iterable[str]) -> Mapping[str, str]:
        found = self.db.session.execute(self._users.names.where(self._users.rows.ref.among(refs)))
        return {str(ref): joined(tuple(name)) or str(ref) for ref, *name in found}

    def administrators(self, firm: str) -> Sequence[User]:
        users = self._users
        theirs = users.asked.where(users.rows.of(firm), expression(users.mapped.administrator))
        rows = self.db.session.execute(theirs.order_by(func.lower(words(users.mapped.name))))
        return [user for row in rows if (user := users.user(users.columns.read(row)))]
