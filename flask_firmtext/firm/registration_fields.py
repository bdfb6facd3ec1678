"""What the carriers' form asks of a firm before its toll-free number may send: one literal table.

``carrier`` is a field's place in the request that registers a number (``POST …/v1/registrations``), as our carrier's
reference described it in 2026. Certain are ``business.name``, ``.dba``, ``.company_website``, ``.address.*``,
``.contact.*`` and the kinds of business; their lengths are the carrier's. Of the others we know that they are asked,
not under which name: those are marked ``guessed`` and stand in the export under a name of ours, in the order of the
form, so that a person can carry them over.
"""

from __future__ import annotations

from collections.abc import Mapping

from .registration_kinds import AGREEMENTS, COUNTRIES, ENTITIES, REGISTRATIONS, USES, VOLUMES, Field, Group, Kind

CONSENT = (
    "I agree to receive text messages about my case from Example Law. Message frequency varies. Message and data "
    "rates may apply. Reply STOP to opt out, HELP for help. I can be a client without agreeing."
)

FIRM = Group(
    "The firm, as filed",
    (
        Field(
            "legal_name",
            "Legal name",
            "Write it to the letter as on your tax papers (IRS letter CP 575 or 147C): a full stop too few is refused.",
            "business.name",
            source="legal.legal_name",
        ),
        Field(
            "trade_name",
            "Name that clients know",
            "Only if it is not the legal name.",
            "business.dba",
            required=False,
            source="name",
        ),
        Field(
            "entity",
            "Kind of business",
            "Choose what the firm is registered as.",
            "business.entity_type",
            Kind.CHOICE,
            guessed=True,
            ours="PRIVATE_PROFIT",
            choices=ENTITIES,
        ),
        Field(
            "registration_type",
            "Kind of registration number",
            "Choose EIN in the United States, CBN in Canada.",
            "business.registration_type",
            Kind.CHOICE,
            guessed=True,
            source="legal.registration_type",
            choices=REGISTRATIONS,
        ),
        Field(
            "registration_number",
            "Registration number",
            "Write the number that belongs to the legal name: an EIN or a CBN has nine digits, like 12-3456789.",
            "business.registration_number",
            guessed=True,
            longest=40,
            source="legal.registration_number",
        ),
        Field(
            "website",
            "Website",
            "Give the firm's own site, open to everybody, where its name and address can be read.",
            "business.company_website",
            Kind.URL,
            source="legal.website",
        ),
    ),
)
ADDRESS = Group(
    "Where it is",
    (
        Field(
            "street",
            "Street and number",
            "Give the office's street address, not a post office box.",
            "business.address.street",
            source="legal.street",
        ),
        Field("city", "City", "Give the city of the office.", "business.address.city", source="legal.city"),
        Field(
            "region",
            "State or province",
            "Write its two letters, like IL or ON.",
            "business.address.state",
            source="legal.region",
        ),
        Field(
            "postal_code",
            "Postal code",
            "Write a ZIP code of five digits, or a Canadian postal code like M5V 2T6.",
            "business.address.postal_code",
            longest=10,
            source="legal.postal_code",
        ),
        Field(
            "country",
            "Country",
            "Choose where the office is.",
            "business.address.country",
            Kind.CHOICE,
            source="country",
            choices=COUNTRIES,
        ),
    ),
)
CONTACT = Group(
    "Whom the carriers may ask",
    (
        Field(
            "contact_first_name", "Contact's first name", "Name somebody of the firm.", "business.contact.first_name"
        ),
        Field("contact_last_name", "Contact's last name", "Name somebody of the firm.", "business.contact.last_name"),
        Field(
            "contact_email",
            "Contact's email",
            "Give an address at the firm's own domain, not at a provider like Gmail.",
            "business.contact.email",
            Kind.EMAIL,
        ),
        Field(
            "contact_phone",
            "Contact's phone",
            "Give a number at which this person answers, not the number for texts.",
            "business.contact.phone",
            Kind.PHONE,
        ),
    ),
)


def _sample(number: int, words: str) -> Field:
    first = number == 1
    wish = "Write a text as clients will get it, with the firm's name and how to opt out, and no shortened link."
    return Field(
        f"sample_{number}",
        "Sample text" if first else f"Sample text {number}",
        wish if first else "Another one.",
        "campaign.sample_messages[]",
        Kind.TEXT,
        required=first,
        guessed=True,
        longest=1000,
        ours=words,
    )


TEXTS = Group(
    "What you text",
    (
        Field(
            "use_case",
            "Use",
            "Choose what most texts are about.",
            "campaign.use_case",
            Kind.CHOICE,
            guessed=True,
            ours="MIXED",
            choices=USES,
        ),
        Field(
            "description",
            "What is texted, and to whom",
            "Say in a few sentences who gets texts from you and what they are about.",
            "campaign.description",
            Kind.TEXT,
            guessed=True,
            longest=2000,
            ours="{firm} is a law firm. It texts its own clients about their own matters: appointments, hearings and "
            "deadlines, documents that are needed or ready, and answers to their questions. Clients can answer, and "
            "staff of the firm read and answer each text.",
        ),
        Field(
            "volume",
            "Texts a month",
            "Choose the most that you expect in a month, sent and received.",
            "campaign.monthly_volume",
            Kind.CHOICE,
            guessed=True,
            ours="1000",
            choices=VOLUMES,
        ),
        _sample(
            1,
            "{firm}: Your appointment is on Tue, May 6 at 2:00 PM at our office. Questions? Just reply. "
            "Reply STOP to opt out.",
        ),
        _sample(2, "{firm}: Your hearing has moved to Thu, May 8 at 9:30 AM. Reply STOP to opt out, HELP for help."),
        _sample(3, "{firm}: The papers for your signature are ready. Reply to choose a time. Reply STOP to opt out."),
    ),
)
AGREED = Group(
    "How clients agree",
    (
        Field(
            "opt_in_kind",
            "How they agree",
            "Choose how most clients agree to texts.",
            "campaign.opt_in.kind",
            Kind.CHOICE,
            guessed=True,
            choices=AGREEMENTS,
        ),
        Field(
            "opt_in",
            "What they see or hear, step by step",
            "Say where the question stands and quote it in full. It has to be a question of its own, never a part of "
            f"the terms, and clients must be free to say no. For example: “{CONSENT}”",
            "campaign.opt_in.description",
            Kind.TEXT,
            guessed=True,
            longest=2000,
        ),
        Field(
            "opt_in_evidence",
            "Where this can be seen",
            "Give the address of the page, or of a blank form or screenshot that anybody can open; else say where.",
            "campaign.opt_in.evidence",
            guessed=True,
        ),
        Field(
            "privacy",
            "Privacy policy",
            "Give the address of the page. It has to say that phone numbers and consent to texts are given to nobody.",
            "business.privacy_policy_url",
            Kind.URL,
            guessed=True,
        ),
        Field(
            "terms",
            "Terms for texts",
            "Give the address of the page: who sends, what, how often, that rates may apply, STOP and HELP.",
            "business.terms_url",
            Kind.URL,
            guessed=True,
        ),
    ),
)

GROUPS = (FIRM, ADDRESS, CONTACT, TEXTS, AGREED)
FIELDS: Mapping[str, Field] = {field.name: field for group in GROUPS for field in group.fields}
