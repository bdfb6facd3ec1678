"""Ports that a host writes itself, in the place of ours."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypedDict

from ...ports import host


class OwnPorts(TypedDict, total=False):
    """What makes each port: a class or a function. The first two are the whole installation's and called with ``db``;
    the others are a firm's, and called with ``db`` and its reference."""

    users: Callable[[Any], host.Users]
    firms: Callable[[Any], host.Firms]
    contacts: Callable[[Any, str], host.Contacts]
    matters: Callable[[Any, str], host.Matters]
    documents: Callable[[Any, str], host.Documents]
    time_entries: Callable[[Any, str], host.TimeEntries]
    payments: Callable[[Any, str], host.Payments]
    calendar: Callable[[Any, str], host.Calendar]


OF_ALL: Mapping[str, type] = {"users": host.Users, "firms": host.Firms}
OF_A_FIRM: Mapping[str, type] = {
    "contacts": host.Contacts,
    "matters": host.Matters,
    "documents": host.Documents,
    "time_entries": host.TimeEntries,
    "payments": host.Payments,
    "calendar": host.Calendar,
}


def faults(given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with them."""
    kinds = {**OF_ALL, **OF_A_FIRM}
    for where, port in given.items():
        arguments = "(db)" if where in OF_ALL else "(db, firm)"
        if where not in kinds:
            near = difflib.get_close_matches(where, kinds, 1) or list(kinds)
            yield f"SQLAlchemyHost({where}=…): there is no such port. Did you mean {' or '.join(near)}?"
        elif isinstance(port, type) and not issubclass(port, kinds[where]):
            yield f"SQLAlchemyHost({where}={port.__name__}): it is no {kinds[where].__name__}. Derive it from that."
        elif not callable(port):
            yield (
                f"SQLAlchemyHost({where}=…) is a {type(port).__name__}. Pass the class, or a function, that is called "
                f"with {arguments} and makes a {kinds[where].__name__}."
            )
