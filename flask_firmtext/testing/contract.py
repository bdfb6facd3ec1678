"""The contract of a host: what each port promises, as tests that a host runs against its own.

    class TestOurHost(HostContract):
        @pytest.fixture
        def known(self, app):
            with app.test_request_context():
                login_user(db.session.get(User, 1))
                yield Known(host=make_host(db), firm="1", user="1", contact="7", matter="3", session=db.session)
                db.session.rollback()

A port that the host does without is skipped, and the report says so.
"""

from __future__ import annotations

from ..ports.host import (
    Calendar,
    Contacts,
    Documents,
    Firms,
    Matters,
    Payments,
    Ports,
    TimeEntries,
    Users,
)
from .contract_firms import FirmsContract, UsersContract
from .contract_people import ContactsContract, MattersContract
from .contract_work import CalendarContract, DocumentsContract, PaymentsContract, TimeEntriesContract
from .known import Known, Reply, place_of

OF_A_FIRM = {
    "contacts": Contacts,
    "matters": Matters,
    "documents": Documents,
    "time_entries": TimeEntries,
    "payments": Payments,
    "calendar": Calendar,
}


class HostContract(
    UsersContract,
    FirmsContract,
    ContactsContract,
    MattersContract,
    DocumentsContract,
    TimeEntriesContract,
    PaymentsContract,
    CalendarContract,
):
    """Every port of a host. Subclass it and give the fixture ``known``, a :class:`Known`."""

    def test_a_host_has_users_and_firms(self, known: Known) -> None:
        Reply("Host.users", known.host.users).must(isinstance(known.host.users, Users), "a Users port")
        Reply("Host.firms", known.host.firms).must(isinstance(known.host.firms, Firms), "a Firms port")

    def test_a_firm_has_its_ports(self, known: Known) -> None:
        place = place_of(known.host, "for_firm")
        reply = Reply(f"Host.for_firm({known.firm!r})", known.host.for_firm(known.firm), place)
        ports = reply.a(Ports)
        for name, kind in OF_A_FIRM.items():
            reply.must(isinstance(getattr(ports, name), kind), f"Ports whose {name} is a {kind.__name__} port")

    def test_the_ports_of_a_firm_are_the_same_each_time(self, known: Known) -> None:
        first = known.host.for_firm(known.firm).contacts.get(known.contact)
        again = known.host.for_firm(known.firm).contacts.get(known.contact)
        Reply(f"Host.for_firm({known.firm!r})", again).must(
            first == again, "ports that see the same contacts each time"
        )


__all__ = [
    "CalendarContract",
    "ContactsContract",
    "DocumentsContract",
    "FirmsContract",
    "HostContract",
    "Known",
    "MattersContract",
    "PaymentsContract",
    "TimeEntriesContract",
    "UsersContract",
]
