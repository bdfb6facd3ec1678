"""A practice system whose tables are mapped, not translated by code."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Unpack

from ...ports.host import Firms, Host, Ports, Users
from ...ports.values import Firm
from . import faults, own_ports
from .calendar import EventRows, MappedCalendar
from .contacts import ContactRows, MappedContacts
from .firms import FirmRows, MappedFirms, TheFirm
from .maps import ContactMap, EventMap, FirmMap, MatterMap, TimeEntryMap, UserMap
from .matters import MappedMatters, MatterRows
from .own_ports import OwnPorts
from .pages import Pages
from .time_entries import MappedTimeEntries, TimeEntryRows
from .users import MappedUsers, Narrowing, UserRows, signed_in


class SQLAlchemyHost(Host):
    """Your practice system, as maps of your models say it is. What is not mapped is not offered.

    Any port can be an own one (:class:`.own_ports.OwnPorts`): ``documents=OurDocuments``. All run in ``db.session``
    and see the firm's rows only.

    :param firm: the one firm, or a map of firms. :param user: may be None with ``users``, ``contact`` with
        ``contacts``. :param signed_in: returns who is signed in, a row of the users' model or None; without
        it Flask-Login is asked. :param may: of some objects, which a user may do an action to: it is asked what the
        tables of ``docs/permissions.md`` allow, with all objects at once.
    """

    def __init__(
        self,
        db: Any,
        *,
        firm: Firm | FirmMap,
        user: UserMap | None = None,
        contact: ContactMap | None = None,
        matter: MatterMap | None = None,
        event: EventMap | None = None,
        time_entry: TimeEntryMap | None = None,
        signed_in: Callable[[], Any | None] | None = None,
        may: Narrowing | None = None,
        **own: Unpack[OwnPorts],
    ) -> None:
        self.db, self._firm, self._signed_in, self._may = db, firm, signed_in, may
        by_word = {"user": user, "contact": contact, "matter": matter, "event": event, "time_entry": time_entry}
        self._maps: Mapping[str, Any] = by_word
        self._own: Mapping[str, Any] = {where: port for where, port in own.items() if port is not None}

    def faults(self) -> Sequence[str]:
        """What is wrong with the maps and ports; ``init_app`` asks."""
        contact = self._maps["contact"]
        found = [
            *faults.of_maps(self._firm, self._maps, getattr(contact, "model", None)),
            *own_ports.faults(self._own),
            *faults.of_what_is_missing(self._maps, self._own),
        ]
        if not hasattr(self.db, "session"):
            found.insert(0, f"SQLAlchemyHost({type(self.db).__name__}, …): pass your db, the one of Flask-SQLAlchemy.")
        if self._signed_in is None and "users" not in self._own and importlib.util.find_spec("flask_login") is None:
            found.append(
                "SQLAlchemyHost: Flask-Login is not installed. Pass signed_in=, a function that returns the user."
            )
        return found

    def late_faults(self) -> Sequence[str]:
        """Pages of maps that the application does not have; blueprints may be registered after ``init_app``."""
        found = (Pages(mapped).fault() for mapped in self._maps.values() if mapped is not None)
        return [fault for fault in found if fault is not None]

    @cached_property
    def users(self) -> Users:  # type: ignore[override]
        """Who is signed in."""
        own = self._own.get("users")
        made: Users = (
            own(self.db) if own else MappedUsers(self.db, self._users, self._signed_in or signed_in, self._may)
        )
        return made

    @cached_property
    def firms(self) -> Firms:  # type: ignore[override]
        """The firms there are."""
        own = self._own.get("firms")
        made: Firms = own(self.db) if own else self._firms
        return made

    def for_firm(self, ref: str) -> Ports:
        return Ports(**{name: make(ref) for name, make in self._makers.items()})

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[str], Any]]:
        """What makes each port of a firm, from the firm's reference."""
        mapped: dict[str, Callable[[str], Any]] = {
            "contacts": lambda ref: MappedContacts(self.db, ref, self._contacts),
            "matters": lambda ref: MappedMatters(self.db, ref, self._matters),
            "time_entries": lambda ref: MappedTimeEntries(self.db, ref, self._time_entries),
            "calendar": lambda ref: MappedCalendar(self.db, ref, self._events, self.firms),
        }
        by_map = {"contacts": "contact", "matters": "matter", "time_entries": "time_entry", "calendar": "event"}
        makers = {name: mapped[name] for name, of in by_map.items() if self._maps[of] is not None}
        own = {name: partial(self._own[name], self.db) for name in own_ports.OF_A_FIRM if name in self._own}
        return makers | own

    @cached_property
    def _only(self) -> str | None:
        return self._firm.ref if isinstance(self._firm, Firm) else None

    @cached_property
    def _firms(self) -> MappedFirms | TheFirm:
        return TheFirm(self._firm) if isinstance(self._firm, Firm) else MappedFirms(self.db, FirmRows(self._firm))

    @cached_property
    def _users(self) -> UserRows:
        return UserRows(self._maps["user"], self._only)

    @cached_property
    def _contacts(self) -> ContactRows:
        return ContactRows(self._maps["contact"], self._only, self._firms)

    @cached_property
    def _matters(self) -> MatterRows:
        return MatterRows(self._maps["matter"], self._only, self._contacts)

    @cached_property
    def _events(self) -> EventRows:
        return EventRows(self._maps["event"], self._only, self._contacts)

    @cached_property
    def _time_entries(self) -> TimeEntryRows:
        return TimeEntryRows(self._maps["time_entry"], self._only, self._users, self._matters)
