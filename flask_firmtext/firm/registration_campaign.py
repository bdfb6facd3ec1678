"""What the carriers' form asks of a firm's texts and of how clients agree to them; the same table's second half."""

from __future__ import annotations

from ..language import marked
from .registration_kinds import AGREEMENTS, USES, VOLUMES, Field, Group, Kind


def _sample(number: int, words: str) -> Field:
    first = number == 1
    wish = marked(
        "Write a text as clients will get it, with the firm's name and how to opt out, and no shortened link."
    )
    return Field(
        f"sample_{number}",
        marked("Sample text") if first else (marked("Sample text 2") if number == 2 else marked("Sample text 3")),
        wish if first else marked("Another one."),
        "campaign.sample_messages[]",
        Kind.TEXT,
        required=first,
        guessed=True,
        longest=1000,
        ours=words,
    )


TEXTS = Group(
    marked("What you text"),
    (
        Field(
            "use_case",
            marked("Use"),
            marked("Choose what most texts are about."),
            "campaign.use_case",
            Kind.CHOICE,
            guessed=True,
            ours="MIXED",
            choices=USES,
        ),
        Field(
            "description",
            marked("What is texted, and to whom"),
            marked("Say in a few sentences who gets texts from you and what they are about."),
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
            marked("Texts a month"),
            marked("Choose the most that you expect in a month, sent and received."),
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
    marked("How clients agree"),
    (
        Field(
            "opt_in_kind",
            marked("How they agree"),
            marked("Choose how most clients agree to texts."),
            "campaign.opt_in.kind",
            Kind.CHOICE,
            guessed=True,
            choices=AGREEMENTS,
        ),
        Field(
            "opt_in",
            marked("What they see or hear, step by step"),
            marked(
                "Say where the question stands and quote it in full. It has to be a question of its own, never a part "
                "of the terms, and clients must be free to say no. For example: “I agree to receive text messages "
                "about my case from Example Law. Message frequency varies. Message and data rates may apply. Reply "
                "STOP to opt out, HELP for help. I can be a client without agreeing.”"
            ),
            "campaign.opt_in.description",
            Kind.TEXT,
            guessed=True,
            longest=2000,
        ),
        Field(
            "opt_in_evidence",
            marked("Where this can be seen"),
            marked(
                "Give the address of the page, or of a blank form or screenshot that anybody can open; else say where."
            ),
            "campaign.opt_in.evidence",
            guessed=True,
        ),
        Field(
            "privacy",
            marked("Privacy policy"),
            marked(
                "Give the address of the page. It has to say that phone numbers and consent to texts are given to "
                "nobody."
            ),
            "business.privacy_policy_url",
            Kind.URL,
            guessed=True,
        ),
        Field(
            "terms",
            marked("Terms for texts"),
            marked("Give the address of the page: who sends, what, how often, that rates may apply, STOP and HELP."),
            "business.terms_url",
            Kind.URL,
            guessed=True,
        ),
    ),
)
