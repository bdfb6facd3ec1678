"""The common reasons for which carriers refuse a registration, looked for before they do; each with its cure.

They are doubts, not faults: a firm may know better, and submits all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..language import gettext as _
from ..language import marked
from . import refusal_signs as signs
from .refusal_signs import SAMPLES, Look, lacks, reads
from .registration_checks import tidy
from .registration_fields import FIELDS


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why carriers may refuse what a field says. ``reason`` is a stable code, ``sentence`` says how to mend it."""

    field: str
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A common reason, the sign by which it is known, and its cure."""

    code: str
    look: Look
    sentence: str


REASONS = (
    Reason(
        "consent_in_terms",
        signs.in_terms,
        marked(
            "Consent that is hidden in terms or in the engagement letter is refused. Ask for it in a question of its "
            "own, such as a box that is not ticked beforehand, and describe that."
        ),
    ),
    Reason(
        "consent_forced",
        reads(signs.FORCED, "opt_in"),
        marked(
            "Consent that clients have to give is refused. Let them say no, with a box that is empty at first, and "
            "say so."
        ),
    ),
    Reason(
        "exemption_claimed",
        reads(signs.EXEMPT, "opt_in", "description", "opt_in_evidence"),
        marked(
            "Carriers know no exemption from consent, also not for existing clients. Describe how clients agree to "
            "texts."
        ),
    ),
    Reason(
        "opt_in_without_stop",
        lacks(signs.STOP, "opt_in"),
        marked(
            "Quote the words by which clients agree in full: they have to name the firm and say that STOP ends the "
            "texts."
        ),
    ),
    Reason(
        "no_evidence",
        signs.no_evidence,
        marked(
            "Reviewers want to see the question with their own eyes. Put the page, the blank form or a screenshot "
            "under a public address and give that."
        ),
    ),
    Reason(
        "shortened_link",
        signs.shortened,
        marked("Shortened links are refused and filtered. Write the whole address, at the firm's own domain."),
    ),
    Reason(
        "sample_without_name",
        signs.without_name,
        marked("Each text has to say whom it is from. Begin with the firm's name, written as above."),
    ),
    Reason(
        "sample_without_opt_out",
        lacks(signs.STOP, *SAMPLES),
        marked("Sample texts have to say how to opt out. End with “Reply STOP to opt out.”"),
    ),
    Reason(
        "no_website",
        signs.no_site,
        marked("A profile or a directory is not accepted as the firm's website. Give its own site."),
    ),
    Reason(
        "post_office_box",
        reads(signs.POST_BOX, "street"),
        marked("A post office box is refused. Give the street address of the office, as on the tax papers."),
    ),
    Reason(
        "names_apart",
        signs.names_apart,
        marked(
            "This name has nothing in common with the legal name. Show both on the website, so that reviewers see "
            "that they are one firm."
        ),
    ),
    Reason(
        "name_incomplete",
        signs.without_ending,
        marked(
            "The names of most companies end in PC, PLLC, LLP, LLC or the like. Compare it with the tax papers, to "
            "the letter."
        ),
    ),
    Reason(
        "public_mailbox",
        signs.mailbox,
        marked("An address at a public provider is refused. Give one at the firm's own domain."),
    ),
    Reason(
        "other_domain",
        signs.other_domain,
        marked(
            "The address is not at the domain of the website, so reviewers may take it for somebody else's. Give one "
            "at the firm's domain."
        ),
    ),
    Reason(
        "debt_collection",
        reads(signs.DEBTS, "description", *SAMPLES),
        marked(
            "Texts that collect other people's debts are forbidden on toll-free numbers; texts on the firm's own "
            "bills are not. If only those are meant, say so in other words."
        ),
    ),
    Reason(
        "selling",
        reads(signs.SELLING, "description", "opt_in", *SAMPLES),
        marked(
            "This reads like advertising, or like consent that is passed on to others, which needs a registration of "
            "another kind. Leave it out."
        ),
    ),
    Reason(
        "too_short",
        signs.shorter_than(60, "description", "opt_in"),
        marked("Vague descriptions are refused. Say it in two or three full sentences."),
    ),
    Reason(
        "home_page",
        signs.home_page,
        marked("This is the home page. Give the address of the page itself."),
    ),
)


def warnings(values: Mapping[str, str]) -> tuple[Doubt, ...]:
    """What the carriers commonly refuse, in the order of the form."""
    values = tidy(values)
    found = [Doubt(field, reason.code, _(reason.sentence)) for reason in REASONS for field in reason.look(values)]
    order = list(FIELDS)
    return tuple(sorted(found, key=lambda doubt: order.index(doubt.field)))
