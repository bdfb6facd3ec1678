"""What the pages of webhooks show, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ..firm import deliveries
from ..firm.endpoints import Shown
from ..language import gettext as _
from ..language import marked
from ..messaging.shown import named
from ..signals import KINDS
from ..store.models import Delivery

WORDS = {
    "text.received": marked("A client texted"),
    "file.received": marked("A client's file is here"),
    "file.filed": marked("A file was filed"),
    "invitation.answered": marked("A client answered an invitation"),
    "text.delivered": marked("A text was delivered"),
    "text.failed": marked("A text failed"),
    "payment_link.paid": marked("A payment link was paid"),
    "consent.changed": marked("A client's consent changed"),
    "number.verified": marked("A number may send"),
    deliveries.TEST: marked("Test"),
}
STATES = {"waiting": marked("Waiting"), "delivered": marked("Delivered"), "failed": marked("Not delivered")}
EVIDENCE = {
    "timeout": marked("no answer within 15 seconds"),
    "not_public": marked("the address is not a public one"),
    "not_reached": marked("nobody answers at this address"),
    "no_tls": marked("its certificate is not valid"),
    "no_answer": marked("the connection was cut"),
    "redirect": marked("it redirects, which is not followed"),
    "answer": marked("it answered with an error"),
    "unreadable": marked("its words cannot be read now; it is looked at again every five minutes"),
}
OFF = {
    deliveries.GONE: marked("Off: it answered that it is gone for good (410)."),
    deliveries.FAILING: marked("Off: nothing arrived there for five days."),
}
SAID = {
    "changed": marked("Saved."),
    "on": marked("Turned on: what waited is posted first."),
    "off": marked("Turned off: what happens meanwhile is not posted there."),
    "removed": marked("Removed, with its secret."),
    "test": marked("A test is on its way: see below in a moment."),
    "again": marked("It is sent again, with the same id."),
    "all": marked("What failed is sent again, with the same ids."),
    "part": marked("Much has failed: the oldest 1000 are sent again. Send the rest in a moment."),
    "none": marked("Nothing has failed since then."),
    "ended": marked("The old secret signs no longer."),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the pages show. ``secret`` is that which was just made; ``chosen`` and ``content`` what the form holds.

    ``since`` is the wall time from which on what failed may be sent again.
    """

    endpoints: tuple[Shown, ...] = ()
    deliveries: Sequence[Delivery] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    chosen: Collection[str] = ()
    content: bool = False
    secret: str = field(default="", repr=False)
    since: str = ""

    @property
    def one(self) -> Shown:
        """That of the page of one."""
        return self.endpoints[0]

    @property
    def kinds(self) -> Mapping[str, str]:
        return {kind: _(WORDS[kind]) for kind in KINDS}

    def kind(self, kind: str) -> str:
        return _(WORDS.get(kind, kind))

    def state(self, row: Delivery) -> str:
        """Where an event stands, in words, with the last try's answer."""
        why = _(EVIDENCE[row.evidence]) if row.evidence in EVIDENCE else ""
        status = f"{why} ({row.status})" if why and row.status else why
        return f"{_(STATES[row.state])}: {status}" if status else _(STATES[row.state])

    def off(self, one: Shown) -> str:
        return _(OFF.get(one.why or "", marked("Off.")))

    def person(self, ref: str) -> str:
        return named(self.names, ref)
