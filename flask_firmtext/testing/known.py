"""What a contract suite is told about the host under test, and how it asks it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest import SkipTest

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from ..errors import where
from ..ports.host import Host, NoCalendar, NoDocuments, NoMatters, NoPayments, NoTimeEntries

T = TypeVar("T")
ABSENT = (NoMatters, NoDocuments, NoTimeEntries, NoPayments, NoCalendar)

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
#: References that belong to nothing, in the forms in which they come from addresses and old rows.
NOBODYS = ("", "nobody", "-1", "99999999999999999999", "1 OR 1=1", "%", "ünïcode")


@dataclass(frozen=True, kw_only=True)
class Known:
    """A host and what is in it; the fixture ``known`` of a contract suite returns one.

    :param firm: reference of a firm, :param user: of one of its users, signed in while the fixture lasts.
    :param contact: of a contact of the firm, with a number and, where the port is there, a bill with something due.
    :param matter: of a matter in which ``contact`` is the client; :param event: of an event of the firm.
    :param other_firm: a second firm and things of it, which the first must not see; None in a host with one firm.
    :param session: the host's ``db.session``; with it, a port that commits or rolls back is found.
    :param signed_out: a context in which nobody is signed in.
    """

    host: Host
    firm: str
    user: str
    contact: str
    matter: str | None = None
    event: str | None = None
    other_firm: str | None = None
    other_contact: str | None = None
    other_matter: str | None = None
    other_event: str | None = None
    session: Session | scoped_session[Any] | None = None
    signed_out: Callable[[], AbstractContextManager[object]] | None = None

    def others(self, what: str) -> str:
        """A reference of another firm; the test is skipped, visibly, where there is only one firm."""
        given = getattr(self, f"other_{what}")
        if given is None:
            raise SkipTest(f"Known(other_{what}=…) was not given: nothing of another firm to look for")
        return str(given)


@dataclass(frozen=True)
class Reply:
    """What a verb returned. ``asked`` is the call as a person would write it, ``place`` where the verb is written."""

    asked: str
    value: Any
    place: str = ""

    def must(self, holds: object, expected: str) -> None:
        """:raises AssertionError: names port, verb, its line and what was expected."""
        place = f" ({self.place})" if self.place else ""
        if not holds:
            raise AssertionError(f"{self.asked} must return {expected}; it returned {self.value!r}{place}")

    def a(self, kind: type[T]) -> T:
        """The value, which is a real ``kind``: a proxy or a model that looks like one is not frozen."""
        self.must(issubclass(type(self.value), kind), f"a {kind.__name__}")
        return self.value  # type: ignore[no-any-return]

    def some(self, kind: type[T]) -> Sequence[T]:
        """The value, which is a list or tuple of ``kind``: a query or generator fails late, after we looked."""
        self.must(isinstance(self.value, (list, tuple)), f"a list or tuple of {kind.__name__}")
        self.must(all(issubclass(type(item), kind) for item in self.value), f"{kind.__name__} objects only")
        return self.value  # type: ignore[no-any-return]

    def url(self, url: str | None, whose: str) -> None:
        """``url`` is one that may stand in a page: a path of the host, or http(s)."""
        good = url is None or url.startswith(("https://", "http://")) or (url[:1] == "/" and url[:2] != "//")
        self.must(good, f"a {whose} whose url is None, a path or an http(s) address")


def ask(known: Known, verb: str, *args: Any, **named: Any) -> Reply:
    """Call a verb ("Contacts.get") of the host under test.

    :raises SkipTest: the host does not have the port.
    :raises AssertionError: the verb raised, or ended the host's transaction.
    """
    port_name, _, name = verb.partition(".")
    port = _port(known, port_name)
    words = [*map(repr, args), *(f"{key}={value!r}" for key, value in named.items())]
    asked, place = f"{verb}({', '.join(words)})", place_of(port, name)
    with _watched(known, f"{asked} ({place})"):
        try:
            return Reply(asked, getattr(port, name)(*args, **named), place)
        except Exception as error:
            said = f"{asked} must return a value or None; it raised {error!r} ({where(error).partition(' at ')[2]})"
            raise AssertionError(said) from error


def needs(known: Known, port: str, what: str) -> str:
    """A reference of ``known`` without which a port cannot be tried.

    :raises SkipTest: the host does not have the port.
    :raises AssertionError: it has, and the reference was not given.
    """
    _port(known, port)
    given = getattr(known, what)
    if given is None:
        raise AssertionError(f"this host has {port}, so its contract needs Known({what}=…)")
    return str(given)


def refuses(known: Known, verb: str, *args: Any, **named: Any) -> None:
    """Call a verb that must raise, whatever the host's own error is.

    :raises SkipTest: the host does not have the port.
    :raises AssertionError: the verb returned.
    """
    port_name, _, name = verb.partition(".")
    port = _port(known, port_name)
    try:
        answer = getattr(port, name)(*args, **named)
    except Exception:
        return
    asked = f"{verb}({', '.join(map(repr, args))})"
    raise AssertionError(f"{asked} must raise; it returned {answer!r} ({place_of(port, name)})")


def place_of(port: Any, verb: str) -> str:
    """File and line where the host's verb begins."""
    written = getattr(type(port), verb, None) or getattr(port, verb, None)
    code = getattr(inspect.unwrap(written), "__code__", None) if written else None
    return f"{code.co_filename}:{code.co_firstlineno}" if code else "no line"


def _port(known: Known, name: str) -> Any:
    attribute = {"TimeEntries": "time_entries"}.get(name, name.lower())
    owner = known.host if name in ("Users", "Firms") else known.host.for_firm(known.firm)
    port = getattr(owner, attribute)
    if isinstance(port, ABSENT):
        raise SkipTest(f"{name}: this host does without ({type(port).__name__})")
    return port


@contextmanager
def _watched(known: Known, asked: str) -> Iterator[None]:
    if known.session is None:
        yield
        return
    session = known.session() if isinstance(known.session, scoped_session) else known.session
    session.connection()
    ended: list[SessionTransaction] = []

    def note(_: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            ended.append(transaction)

    event.listen(session, "after_transaction_end", note)
    try:
        yield
    finally:
        event.remove(session, "after_transaction_end", note)
    if ended:
        raise AssertionError(f"{asked} must leave the transaction to its caller; it committed or rolled back")
