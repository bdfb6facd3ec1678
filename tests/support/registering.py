"""A firm's registration as a careful administrator fills it in."""

from __future__ import annotations

from flask_firmtext.ports.values import LegalDetails

KNOWN = LegalDetails(
    legal_name="Harbor Law, P.L.L.C.",
    registration_number="12-3456789",
    registration_type="EIN",
    website="https://www.harborlaw.example",
    street="20 Quay Street",
    city="Chicago",
    region="IL",
    postal_code="60601",
)
#: What no host knows.
TYPED = {
    "contact_first_name": "Adelheid",
    "contact_last_name": "Quillfeather",
    "contact_email": "adelheid@harborlaw.example",
    "contact_phone": "(312) 555-0142",
    "opt_in_kind": "PAPER",
    "opt_in": "New clients get a separate page beside the engagement letter, with a box that is empty at first: "
    "“I agree to receive text messages about my case from Harbor Law. Message and data rates may apply. Reply STOP to "
    "opt out, HELP for help. I can be a client without agreeing.”",
    "opt_in_evidence": "https://www.harborlaw.example/texts/form.pdf",
    "privacy": "https://www.harborlaw.example/privacy",
    "terms": "https://www.harborlaw.example/texts",
}
WHOLE = {
    "legal_name": KNOWN.legal_name,
    "trade_name": "Harbor Law",
    "entity": "PRIVATE_PROFIT",
    "registration_type": KNOWN.registration_type,
    "registration_number": KNOWN.registration_number,
    "website": KNOWN.website,
    "street": KNOWN.street,
    "city": KNOWN.city,
    "region": KNOWN.region,
    "postal_code": KNOWN.postal_code,
    "country": "US",
    "use_case": "MIXED",
    "description": "Harbor Law is a law firm. It texts its own clients about their own matters, hearings and papers.",
    "volume": "1000",
    "sample_1": "Harbor Law: Your hearing has moved to Thu, May 8 at 9:30 AM. Reply STOP to opt out.",
    "sample_2": "",
    "sample_3": "",
    **TYPED,
}
