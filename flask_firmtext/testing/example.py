"""A practice system to start from: two firms, their people and a few matters."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ..ports.values import Notifications, PhoneNumber, Side
from .host import MemoryHost


def harbor_and_summit() -> MemoryHost:
    """Harbor Law (``harbor``) and Summit Counsel (``summit``), equal in every process that makes them.

    Users are ``staff@harbor.example``, ``admin@harbor.example``, ``admin@summit.example``. Numbers are those of
    fiction; Grace and Henry Moss share one, Theo Baker has none, Ines Duarte's is a landline.
    """
    host = MemoryHost()
    _harbor(host)
    _summit(host)
    return host


def _harbor(host: MemoryHost) -> None:
    firm = "harbor"
    host.add_firm(firm, "Harbor Law")
    host.add_user(firm, "Sam Staff", ref="staff@harbor.example")
    host.add_user(firm, "Ada Admin", ref="admin@harbor.example", administrator=True)
    rosa = host.add_contact(firm, "Rosa Marsh", "+13125550100", "+13125550110", ref="rosa", zone="America/Chicago")
    grace = host.add_contact(firm, "Grace Moss", "+13125550101", ref="grace", language="fr")
    henry = host.add_contact(firm, "Henry Moss", "+13125550101", ref="henry")
    theo = host.add_contact(firm, "Theo Baker", ref="theo")
    host.add_contact(firm, "Ines Duarte", PhoneNumber("+13125550103", "landline"), ref="ines")
    host.add_contact(firm, "שרה לוי", "+14165550104", ref="sara", zone="America/Toronto")
    lease = host.add_matter(firm, "Marsh v. Dune Properties", client=rosa, ref="lease")
    host.add_matter(firm, "Estate of Marsh", client=rosa, ref="estate", open=False)
    divorce = host.add_matter(firm, "Moss divorce", client=grace, ref="divorce")
    host.relate(firm, divorce, henry, Side.OPPOSING)
    host.relate(firm, lease, theo)
    host.add_event(firm, "Hearing", datetime(2031, 5, 6, 15, 0, tzinfo=UTC), ref="hearing", matter=lease.ref)
    host.add_account(firm, "Operating account", ref="operating")
    host.add_account(firm, "Client trust account", ref="trust", trust=True)
    host.add_bill(firm, rosa, "480.00", issued=date(2031, 1, 15), ref="bill-1")
    host.add_bill(firm, rosa, "120.50", issued=date(2031, 2, 15), ref="bill-2")


def _summit(host: MemoryHost) -> None:
    firm = "summit"
    had = Notifications("+18335550101", "front@summit.example", "+16465550190")
    host.add_firm(firm, "Summit Counsel", "America/New_York", notifications=had)
    host.add_user(firm, "Uma Admin", ref="admin@summit.example", administrator=True)
    host.add_user(firm, "Stan Staff", ref="staff@summit.example")
    paul = host.add_contact(firm, "Paul Reyes", "+16465550120", ref="paul")
    host.add_contact(firm, "Rosa Marsh", "+13125550100", ref="rosa-of-summit")
    host.add_matter(firm, "Reyes patent", client=paul, ref="patent")
    host.add_event(firm, "Deposition", datetime(2031, 5, 7, 15, 0, tzinfo=UTC), ref="deposition")
    host.add_account(firm, "Operating account", ref="summit-operating")
