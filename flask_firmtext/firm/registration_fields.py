"""What the carriers' form asks of a firm before its toll-free number may send: one literal table.

``carrier`` is a field's place in the request that registers a number (``POST …/v1/registrations``), as our carrier's
reference described it in 2026. Certain are ``business.name``, ``.dba``, ``.company_website``, ``.address.*``,
``.contact.*`` and the kinds of business; their lengths are the carrier's. Of the others we know that they are asked,
not under which name: those are marked ``guessed`` and stand in the export under a name of ours, in the order of the
form, so that a person can carry them over.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..language import marked
from .registration_campaign import AGREED, TEXTS
from .registration_kinds import COUNTRIES, ENTITIES, REGISTRATIONS, Field, Group, Kind

FIRM = Group(
    marked("The firm, as filed"),
    (
        Field(
            "legal_name",
            marked("Legal name"),
            marked(
                "Write it to the letter as on your tax papers (IRS letter CP 575 or 147C): a full stop too few is "
                "refused."
            ),
            "business.name",
            source="legal.legal_name",
        ),
        Field(
            "trade_name",
            marked("Name that clients know"),
            marked("Only if it is not the legal name."),
            "business.dba",
            required=False,
            source="name",
        ),
        Field(
            "entity",
            marked("Kind of business"),
            marked("Choose what the firm is registered as."),
            "business.entity_type",
            Kind.CHOICE,
            guessed=True,
            ours="PRIVATE_PROFIT",
            choices=ENTITIES,
        ),
        Field(
            "registration_type",
            marked("Kind of registration number"),
            marked("Choose EIN in the United States, CBN in Canada."),
            "business.registration_type",
            Kind.CHOICE,
            guessed=True,
            source="legal.registration_type",
            choices=REGISTRATIONS,
        ),
        Field(
            "registration_number",
            marked("Registration number"),
            marked(
                "Write the number that belongs to the legal name: an EIN or a CBN has nine digits, like 12-3456789."
            ),
            "business.registration_number",
            guessed=True,
            longest=40,
            source="legal.registration_number",
        ),
        Field(
            "website",
            marked("Website"),
            marked("Give the firm's own site, open to everybody, where its name and address can be read."),
            "business.company_website",
            Kind.URL,
            source="legal.website",
        ),
    ),
)
ADDRESS = Group(
    marked("Where it is"),
    (
        Field(
            "street",
            marked("Street and number"),
            marked("Give the office's street address, not a post office box."),
            "business.address.street",
            source="legal.street",
        ),
        Field(
            "city", marked("City"), marked("Give the city of the office."), "business.address.city", source="legal.city"
        ),
        Field(
            "region",
            marked("State or province"),
            marked("Write its two letters, like IL or ON."),
            "business.address.state",
            source="legal.region",
        ),
        Field(
            "postal_code",
            marked("Postal code"),
            marked("Write a ZIP code of five digits, or a Canadian postal code like M5V 2T6."),
            "business.address.postal_code",
            longest=10,
            source="legal.postal_code",
        ),
        Field(
            "country",
            marked("Country"),
            marked("Choose where the office is."),
            "business.address.country",
            Kind.CHOICE,
            source="country",
            choices=COUNTRIES,
        ),
    ),
)
CONTACT = Group(
    marked("Whom the carriers may ask"),
    (
        Field(
            "contact_first_name",
            marked("Contact's first name"),
            marked("Name somebody of the firm."),
            "business.contact.first_name",
        ),
        Field(
            "contact_last_name",
            marked("Contact's last name"),
            marked("Name somebody of the firm."),
            "business.contact.last_name",
        ),
        Field(
            "contact_email",
            marked("Contact's email"),
            marked("Give an address at the firm's own domain, not at a provider like Gmail."),
            "business.contact.email",
            Kind.EMAIL,
        ),
        Field(
            "contact_phone",
            marked("Contact's phone"),
            marked("Give a number at which this person answers, not the number for texts."),
            "business.contact.phone",
            Kind.PHONE,
        ),
    ),
)

GROUPS = (FIRM, ADDRESS, CONTACT, TEXTS, AGREED)
FIELDS: Mapping[str, Field] = {field.name: field for group in GROUPS for field in group.fields}
