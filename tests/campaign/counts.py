"""Everything that is counted, by the promise that it checks; each must be 0."""

from __future__ import annotations

from . import counts_erased as erased
from . import counts_house as house
from . import counts_in as received
from . import counts_out as sent
from .oracle import Check

#: The promises, in few words; the last row is what is promised of the whole.
PROMISES: dict[str, tuple[str, tuple[Check, ...]]] = {
    "R1": (
        "what was accepted is stored",
        (sent.accepted_without_a_row, sent.tokens_used_twice, sent.texts_out_of_balance, house.reminders_never_made),
    ),
    "R2": (
        "one POST an attempt, one accepted POST a text",
        (
            sent.accepted_posts_beyond_one,
            sent.references_posted_twice,
            sent.phone_has_it_twice,
            sent.phone_never_had_it,
            sent.shown_as_sent_and_never_posted,
            sent.accepted_attempts_without_a_post,
            sent.posts_closed_as_not_sent,
        ),
    ),
    "R3": (
        "time never sends",
        (
            sent.posts_of_nobody,
            sent.sent_again_by_time,
            sent.sent_again_without_a_reason,
            sent.doubts_taken_for_certain,
        ),
    ),
    "R4": (
        "what was received is stored",
        (
            received.answered_2xx_without_a_row,
            received.signed_and_answered_otherwise,
            received.texts_of_clients_lost,
            received.files_of_clients_missing,
            received.forgeries_believed,
            received.odd_answers,
            sent.posted_and_not_shown_as_sent,
        ),
    ),
    "R5": (
        "an event works once",
        (received.texts_of_clients_twice, received.statuses_twice, house.changed_by_repeats),
    ),
    "R6": ("a status never goes back", (sent.rank_going_down,)),
    "R7": ("no words, names, numbers or files in clear", (house.canaries_heard,)),
    "R8": ("a firm sees its own", (house.seen_by_another_firm,)),
    "R9": ("stop means stop", (house.posts_after_a_stop,)),
    "R10": ("a reminder comes once, in time", (house.reminders_twice_or_late,)),
    "R11": (
        "everything is accounted for",
        (
            house.changes_without_an_audit_row,
            house.consent_without_an_audit_row,
            house.acts_without_an_audit_row,
            house.contradictions,
            house.unseen_by_operators,
        ),
    ),
    "gone": (
        "what is erased is gone, what is held stays",
        (
            erased.an_erased_conversation_is_readable_anywhere,
            erased.a_held_conversation_was_erased,
            erased.erasures_begun_under_a_hold,
            erased.erasures_lost,
        ),
    ),
    "all": (
        "it all comes to an end, soon, and at no growing cost",
        (
            sent.not_quiet_in_time,
            sent.not_settled,
            house.handed_over_late,
            sent.too_many_unknown,
            house.processes_grown,
        ),
    ),
}
CHECKS = tuple(check for _, checks in PROMISES.values() for check in checks)
