"""How much one person, one conversation and one firm may do: settings that are counts, of which 0 is no limit."""

from __future__ import annotations

#: Setting (without its prefix), its default, what it limits.
CEILINGS = (
    ("USER_TEXTS_PER_MINUTE", 60, "Texts that one user may send or schedule in a minute."),
    ("CONVERSATION_TEXTS_PER_MINUTE", 10, "Texts that the users of a firm may send in one conversation in a minute."),
    ("FIRM_TEXTS_PER_MINUTE", 600, "Texts that the users of one firm may send in a minute."),
    ("FIRM_TEXTS_PER_DAY", 5000, "Texts that the users of one firm may send in 24 hours."),
    ("LOOKUPS_PER_MINUTE", 30, "Numbers that one user may look up in a minute."),
    ("TOKEN_REQUESTS_PER_MINUTE", 300, "Requests that one API token may make in a minute, to each process."),
    (
        "FIRM_REQUESTS_PER_MINUTE",
        1200,
        "Requests that all API tokens of one firm may make in a minute, to each process.",
    ),
)
