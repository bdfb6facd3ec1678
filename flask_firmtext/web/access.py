"""Who is asking and what they may see. Asked of the host on every request, for every object."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from flask import request

from .. import language
from ..current import firmtext
from ..errors import HostContractError
from ..language import gettext as _
from ..messaging import tenancy
from ..messaging.owners import Subject
from ..ports import promises
from ..ports.host import Ports
from ..ports.values import Firm, User
from ..store import scope
from . import sightings
from .problems import Problem, nothing_here, signed_out

log = logging.getLogger(__name__)

T = TypeVar("T")

#: Where a request keeps its visitor: not in ``g``, which tests share between requests.
KEPT = "firmtext.visitor"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The signed-in user with the firm's ports."""

    user: User
    firm: Firm
    ports: Ports
    _foreseen: dict[tuple[str, Subject | None], bool] = field(default_factory=dict, repr=False, compare=False)

    def may(self, action: str, subject: Subject | None = None) -> bool:
        """Whether the host lets this user. :raises Problem: 503, the host cannot say, so nothing is shown."""
        if (action, subject) in self._foreseen:
            return self._foreseen[action, subject]
        return asked("Users.may", lambda: firmtext.host.users.may(self.user, action, subject)) is True

    def may_each(self, action: str, subjects: Sequence[Subject]) -> Sequence[bool]:
        """The same for each of these; the host is asked once. :raises Problem: 503."""
        if not subjects:
            return ()
        users, wanted = firmtext.host.users, list(subjects)
        return asked(
            "Users.may_each",
            lambda: promises.permissions("may_each", users.may_each(self.user, action, wanted), len(wanted)),
        )

    def foresee(self, action: str, subjects: Sequence[Subject]) -> None:
        """A page is about to ask this of each of these: the host is asked once."""
        wanted = [one for one in dict.fromkeys(subjects) if (action, one) not in self._foreseen]
        self._foreseen.update(zip(((action, one) for one in wanted), self.may_each(action, wanted), strict=True))

    def must(self, action: str, subject: Subject | None = None) -> None:
        """:raises Problem: 404, as if there were no such thing; 503, the host cannot say."""
        if not self.may(action, subject):
            sightings.refused(self.firm.ref, self.user.ref, action, subject.conversation if subject else None)
            raise nothing_here()


def visitor() -> Visitor:
    """Who makes this request. :raises Problem: 401, nobody is signed in; 503, the host cannot say."""
    if KEPT not in request.environ:
        request.environ[KEPT] = _visitor()
    found: Visitor = request.environ[KEPT]
    return found


def _visitor() -> Visitor:
    user = asked("Users.current", lambda: promises.user("current", firmtext.host.users.current()))
    if user is None:
        raise signed_out()
    language.speak(user.language)
    firm = asked("Firms.get", lambda: tenancy.firm(user.firm))
    if firm is None:
        raise nothing_here()
    language.speak(user.language, firm.country)
    scope.of_request(firm.ref)
    return Visitor(user, firm, asked("Host.for_firm", lambda: firmtext.host.for_firm(firm.ref)))


def somebody() -> bool:
    """Whether anybody is signed in, as far as the host can say."""
    try:
        visitor()
    except Problem as problem:
        return problem.code != 401
    return True


def permitted(action: str) -> bool:
    """Whether what needs no object is to be offered in a page: not where the host cannot say."""
    try:
        return visitor().may(action)
    except Problem:
        return False


def asked(verb: str, ask: Callable[[], T]) -> T:
    """What the host says. :raises Problem: 503, it does not; its own error tells us nothing and users less."""
    try:
        return ask()
    except Exception as error:
        told = error if isinstance(error, HostContractError) else type(error).__name__
        log.error("the host's %s failed with %s", verb, told)
        words = _("The practice system does not answer. Try again in a minute.")
        raise Problem(503, _("Not available at the moment"), words) from error
