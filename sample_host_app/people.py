"""Who lives in the demo: a table. Numbers end in 555-0100 to 555-0199, which are reserved for fiction.

The sandbox answers with a failure for the last digits 0150 to 0169.
"""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    name: str
    numbers: tuple[tuple[str, str], ...] = ()
    texting: str | None = None
    email: str | None = None
    language: str | None = None
    zone: str | None = None


class Case(NamedTuple):
    """A matter. Events: title, days from today, hour, minutes, place. Bills: number, days, cents, cents paid.
    Documents: name, media type, bytes, days. Parties: name, role, opposing."""

    number: str
    title: str
    client: str
    open: bool = True
    parties: tuple[tuple[str, str, bool], ...] = ()
    events: tuple[tuple[str, int, int, int, str], ...] = ()
    bills: tuple[tuple[str, int, int, int], ...] = ()
    documents: tuple[tuple[str, str, int, int], ...] = ()


class DemoFirm(NamedTuple):
    """``notifications``: number, e-mail and phone of text notifications that the firm had before.

    ``office``: e-mail and phone with which the firm has turned texting on.
    ``legal``: legal name, website, street, city, region and postal code.
    """

    ref: str
    name: str
    zone: str
    country: str
    plan: str
    users: tuple[tuple[str, str], ...]
    contacts: tuple[Person, ...]
    matters: tuple[Case, ...] = ()
    notifications: tuple[str, str, str] | None = None
    office: tuple[str, str] | None = None
    legal: tuple[str, str, str, str, str, str] = ("",) * 6


#: Every firm's accounts: name, and whether what is in it is still the clients'.
ACCOUNTS = (("Operating account", False), ("Client trust account", True))

PDF = "application/pdf"
JPEG = "image/jpeg"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

HARBOR = DemoFirm(
    "harbor",
    "Harbor Law",
    "America/New_York",
    "US",
    "Complete",
    users=(("admin@harbor.example", "Amelia Hart"), ("staff@harbor.example", "Sam Rivera")),
    contacts=(
        Person("Maria Delgado", (("+16175550101", "mobile"),), email="maria.delgado@client.example"),
        Person("Zoë Brontë-Lévesque", (("+16175550102", "mobile"),), email="zoe@client.example"),
        Person(
            "Bartholomew Montgomery Featherstonehaugh-Cholmondeley III",
            (("+16175550103", "mobile"),),
            email="bartholomew@client.example",
        ),
        Person("רחל לוי-מזרחי", (("+17185550104", "mobile"),), email="rachel.levi@client.example"),
        Person("Tom Okafor", (("+16175550105", "family phone"),), email="okafor.family@client.example"),
        Person("Ngozi Okafor", (("+16175550105", "family phone"),), email="okafor.family@client.example"),
        Person("Walter Grimm", email="walter.grimm@client.example"),
        Person(
            "Priya Raghunathan",
            (("+16175550106", "work"), ("+16175550107", "mobile"), ("+12125550108", "home")),
            texting="+16175550107",
            email="priya@client.example",
        ),
        Person("Harold Finch", (("+16175550109", "landline"),), email="harold.finch@client.example"),
        Person(
            "Danielle Prévost",
            (("+15145550110", "mobile"),),
            email="danielle.prevost@client.example",
            language="fr-CA",
            zone="America/Toronto",
        ),
        Person("Carlos Medina", (("+13055550111", "mobile"),), email="carlos@client.example", language="es"),
        Person("Grace Lindqvist", (("+16175550112", "mobile"),), email="grace@client.example"),
        Person("Victor Stone", (("+16175550113", "mobile"),), email="victor.stone@client.example"),
        Person("James Whitaker", (("+16175550150", "mobile"),), email="james.whitaker@client.example"),
        Person("Leon Brandt", (("+16175550156", "mobile"),), email="leon.brandt@client.example"),
        Person("Susan Park", (("+16175550158", "mobile"),), email="susan.park@client.example"),
    ),
    matters=(
        Case(
            "2024-0107",
            "Delgado v. Bayside Storage",
            "Maria Delgado",
            parties=(("Carlos Medina", "Witness", False), ("Victor Stone", "Owner of Bayside Storage", True)),
            events=(
                ("Call before the mediation", 2, 10, 30, "By phone"),
                ("Mediation", 9, 13, 180, "Suffolk County Courthouse, Room 4B"),
            ),
            bills=(("1042", -20, 184500, 0), ("1017", -70, 96000, 96000)),
            documents=(
                ("Storage contract.pdf", PDF, 214_880, -41),
                ("Water damage 1.jpg", JPEG, 1_804_221, -40),
                ("Demand letter.docx", WORD, 48_120, -22),
            ),
        ),
        Case(
            "2024-0112",
            "Okafor: purchase of 12 Elm Street",
            "Tom Okafor",
            parties=(("Ngozi Okafor", "Spouse and co-buyer", False),),
            events=(("Closing", 5, 15, 90, "Harbor Law, Conference Room A"),),
            bills=(("1046", -6, 125000, 50000),),
            documents=(("Purchase agreement.pdf", PDF, 402_118, -15),),
        ),
        Case(
            "2024-0118",
            "Brontë-Lévesque: trade mark",
            "Zoë Brontë-Lévesque",
            events=(("Review the office action", 1, 11, 45, "Video call"),),
            bills=(("1044", -12, 78000, 0),),
            documents=(("Specimen of use.pdf", PDF, 188_004, -18),),
        ),
        Case(
            "2024-0121",
            "Featherstonehaugh-Cholmondeley: estate plan with trusts for eleven grandchildren",
            "Bartholomew Montgomery Featherstonehaugh-Cholmondeley III",
            parties=(("Grace Lindqvist", "Executor", False),),
            events=(("Signing of the will, two witnesses", 12, 14, 60, "Harbor Law, Conference Room B"),),
            bills=(("1047", -3, 320000, 0),),
        ),
        Case(
            "2024-0125",
            "לוי-מזרחי: lease",
            "רחל לוי-מזרחי",
            events=(("Walk through the apartment", 3, 9, 60, "88 Court Street, Brooklyn"),),
            documents=(("Lease draft.docx", WORD, 61_440, -4),),
        ),
        Case(
            "2024-0128",
            "Raghunathan: employment agreement",
            "Priya Raghunathan",
            events=(("Negotiation call", 4, 16, 45, "By phone"),),
            bills=(("1045", -9, 66000, 66000),),
        ),
        Case("2024-0130", "Grimm: boundary dispute", "Walter Grimm", parties=(("Harold Finch", "Neighbor", True),)),
        Case(
            "2024-0131",
            "Prévost: immigration",
            "Danielle Prévost",
            events=(("Biometrics appointment", 16, 8, 60, "USCIS, 170 Portland Street"),),
        ),
        Case("2024-0133", "Whitaker: probate", "James Whitaker", bills=(("1048", -1, 45000, 0),)),
        Case("2024-0134", "Park: uncontested divorce", "Susan Park"),
        Case("2023-0091", "Delgado: lease review", "Maria Delgado", open=False),
    ),
    office=("office@harbor.example", "+16175550190"),
    legal=("Harbor Law LLP", "https://harbor.example", "1 Long Wharf", "Boston", "MA", "02110"),
)

PRAIRIE = DemoFirm(
    "prairie",
    "Prairie Legal",
    "America/Chicago",
    "US",
    "Advanced",
    users=(("admin@prairie.example", "Paul Jensen"), ("staff@prairie.example", "Nina Kowalski")),
    contacts=(
        Person("Earl Swenson", (("+14025550120", "mobile"),)),
        Person("Ruth Abernathy", (("+14025550121", "mobile"),)),
        Person("Dwight Nakamura", (("+13085550152", "mobile"),)),
    ),
    matters=(
        Case(
            "P-204",
            "Swenson: farm succession",
            "Earl Swenson",
            events=(("Family meeting", 6, 10, 120, "Prairie Legal, Main Street"),),
            bills=(("2011", -8, 150000, 0),),
        ),
        Case("P-207", "Abernathy: contract for deed", "Ruth Abernathy"),
    ),
    legal=("Prairie Legal PLLC", "https://prairie.example", "212 Main Street", "Omaha", "NE", "68102"),
)

SUMMIT = DemoFirm(
    "summit",
    "Summit Counsel",
    "America/Denver",
    "US",
    "Essentials",
    users=(("admin@summit.example", "Sylvia Moreno"),),
    contacts=(
        Person("Hannah Birch", (("+13035550130", "mobile"),)),
        Person("Diego Salazar", (("+13035550131", "mobile"),), language="es"),
    ),
    matters=(Case("S-31", "Birch: water rights", "Hannah Birch", bills=(("310", -14, 210000, 0),)),),
    notifications=("+18335550101", "office@summit.example", "+13035550190"),
)

LISBON = DemoFirm(
    "lisbon",
    "Lisbon Advogados",
    "Europe/Lisbon",
    "PT",
    "Complete",
    users=(("admin@lisbon.example", "Luísa Almeida"),),
    contacts=(Person("João Carvalho", (("+12125550140", "mobile"),), language="pt"), Person("Beatriz Nunes")),
    matters=(Case("L-8", "Carvalho: compra e venda", "João Carvalho"),),
)

FIRMS = (HARBOR, PRAIRIE, SUMMIT, LISBON)
