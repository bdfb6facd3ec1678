"""Each count of the oracle is seen at 0 in an honest world, and above it in a doctored one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from . import counts, report
from .oracle import NOBODY
from .world import CONVERSATION, HARBOR, INVITATION, NOON, PAIR, SECOND, World

SEED = 4711


def without_row(it: World) -> None:
    del it.rows.messages[it.text]


def token_twice(it: World) -> None:
    it.rows.messages[it.other].client_token = "token 0"


def again_another(it: World) -> None:
    it.driver.written[0].again = it.other


def never_accepted(it: World) -> None:
    it.rows.audit[it.text] = it.rows.audit[it.text][1:]


def odd_state(it: World) -> None:
    it.rows.messages[it.text].state = "lost"


def still_queued(it: World) -> None:
    it.rows.messages[it.text].state = "queued"


def two_posts(it: World) -> None:
    it.posts(uuid.UUID(it.text), it.attempt(it.text, NOON + 9 * SECOND), "other words")


def reference_twice(it: World) -> None:
    it.carrier.posts.append(dict(it.carrier.posts[0]))


def post_of_nobody(it: World) -> None:
    it.carrier.posts.append(it.carrier.posts[0] | {"client_ref": "nobody's", "message_uuid": "unheard of"})


def after_a_timeout(it: World) -> None:
    it.rows.by_message[it.text][0].outcome = "unsure"
    it.attempt(it.text, NOON + 9 * SECOND)


def without_a_reason(it: World) -> None:
    first = it.rows.by_message[it.text][0]
    first.outcome, first.evidence = "not_sent", None
    it.attempt(it.text, NOON + 9 * SECOND)


def before_the_first_was_over(it: World) -> None:
    it.rows.by_message[it.text][0].outcome = "not_sent"
    it.attempt(it.text, NOON + SECOND)


def doubtful(it: World) -> None:
    first = it.rows.by_message[it.text][0]
    first.outcome, first.evidence = "not_sent", "timeout"


def never_posted(it: World) -> None:
    del it.carrier.posts[0]


def told_and_not_believed(it: World) -> None:
    row = it.rows.messages[it.text]
    row.state, row.rank = "submitted", 2


def on_the_phone_twice(it: World) -> None:
    [texts] = it.carrier.phones.values()
    texts.append(texts[0])


def never_on_the_phone(it: World) -> None:
    [texts] = it.carrier.phones.values()
    del texts[0]


def status_without_row(it: World) -> None:
    del it.rows.statuses[0]


def status_in_two_rows(it: World) -> None:
    it.rows.statuses.append(it.rows.statuses[0])


def inbound_answered(status: int) -> Callable[[World], None]:
    return lambda it: it.carrier.webhooks.append(
        it.carrier.webhooks[0] | {"http_status": status, "body": json.dumps({"message_uuid": it.said})}
    )


def client_unheard(it: World) -> None:
    del it.rows.inbound[it.said]


def client_heard_twice(it: World) -> None:
    it.keeps(message_uuid=it.said)


def file_gone(it: World) -> None:
    it.rows.attachments[0].state = "gone"


def forgery(it: World) -> None:
    it.driver.stack.forged.append("forged")
    it.keeps(message_uuid="forged")


def step_back(it: World) -> None:
    it.audits(it.text, "message.state", was="delivered", became="failed", evidence="status rejected")


def back_without_an_outcome(it: World) -> None:
    it.audits(it.text, "message.state", was="unknown", became="queued", evidence="time")


def change_unaudited(it: World) -> None:
    del it.rows.audit[it.text][-1]


def consent_unaudited(it: World) -> None:
    del it.rows.audit[PAIR[1].hex()][0]


def hold_unaudited(it: World) -> None:
    del it.rows.audit[str(it.hold.id)][-1]


def answer_unaudited(it: World) -> None:
    it.rows.audit[str(INVITATION)] *= 2


def decision_unaudited(it: World) -> None:
    it.seen["decided"] = 1


def posted_after_a_stop(it: World) -> None:
    it.rows.consent[0].at = it.rows.consent[0].noted_at = NOON


def stop_without_a_start(it: World) -> None:
    """The opt-in that is gone was all that let the text go."""
    it.rows.consent[0].at = it.rows.consent[0].noted_at = NOON - 2 * SECOND
    it.rows.consent[1].at = it.rows.consent[1].noted_at = NOON + timedelta(minutes=2)


def reminded_twice(it: World) -> None:
    it.rows.notices *= 2


def reminded_late(it: World) -> None:
    it.rows.events[str(it.rows.invitations[str(INVITATION)].event_id)].starts_at = NOON


def still_planned(it: World) -> None:
    it.rows.reminders[0].state = "planned"


def event_forgotten(it: World) -> None:
    it.rows.reminders.clear()


def reminder_without_text(it: World) -> None:
    it.rows.notices.clear()


def contradicted(it: World) -> None:
    it.audits(it.rows.by_message[it.text][0].id, "evidence.contradiction", evidence="busy")


def from_another_firms_number(it: World) -> None:
    it.carrier.posts[0]["from"] = "18335550101"


def stored_for_another_firm(it: World) -> None:
    it.rows.inbound[it.said][0].firm = "summit"


def late(it: World) -> None:
    it.rows.messages[it.text].created_at -= timedelta(minutes=2)


def held_meanwhile(it: World) -> None:
    it.rows.legal_holds[0].lifted_at = None


def always_held(it: World) -> None:
    it.driver.kept.append(HARBOR)


def begun_under_a_hold(it: World) -> None:
    it.driver.asked[0].kept = True


def erasure_forgotten(it: World) -> None:
    it.rows.erasures.clear()


def erasure_unfinished(it: World) -> None:
    it.erasure.done_at = None


def erasure_unaudited(it: World) -> None:
    del it.rows.audit[CONVERSATION]


def nobody_answered(it: World) -> None:
    it.driver.asked[0].refused = "gave up"


def file_refused_by_an_erasing(it: World) -> None:
    """Of a conversation that nobody erased."""
    it.rows.attachments[0].state, it.rows.attachments[0].reason = "refused", "erased"
    it.rows.erased.clear()


def unknown(it: World) -> None:
    it.seen |= {"unknown": [it.text], "at_most_unknown": 0.02}


def seen(**what: object) -> Callable[[World], None]:
    return lambda it: it.seen.update(what)


#: Each with the count that finds it, and whether it is about one text.
DOCTORED: list[tuple[str, Callable[[World], None], bool]] = [
    ("accepted_without_a_row", without_row, True),
    ("accepted_without_a_row", again_another, True),
    ("tokens_used_twice", token_twice, True),
    ("texts_out_of_balance", never_accepted, True),
    ("texts_out_of_balance", without_row, True),
    ("texts_out_of_balance", odd_state, True),
    ("reminders_never_made", event_forgotten, True),
    ("reminders_never_made", reminder_without_text, True),
    ("accepted_posts_beyond_one", two_posts, True),
    ("references_posted_twice", reference_twice, True),
    ("phone_has_it_twice", on_the_phone_twice, True),
    ("phone_never_had_it", never_on_the_phone, True),
    ("shown_as_sent_and_never_posted", never_posted, True),
    ("accepted_attempts_without_a_post", never_posted, True),
    ("posts_closed_as_not_sent", doubtful, True),
    ("posts_of_nobody", post_of_nobody, True),
    ("sent_again_by_time", after_a_timeout, True),
    ("sent_again_without_a_reason", without_a_reason, True),
    ("sent_again_without_a_reason", before_the_first_was_over, True),
    ("doubts_taken_for_certain", doubtful, True),
    ("answered_2xx_without_a_row", status_without_row, True),
    ("signed_and_answered_otherwise", inbound_answered(401), True),
    ("signed_and_answered_otherwise", inbound_answered(302), True),
    ("texts_of_clients_lost", client_unheard, True),
    ("files_of_clients_missing", file_gone, True),
    ("files_of_clients_missing", file_refused_by_an_erasing, True),
    ("forgeries_believed", forgery, True),
    ("odd_answers", lambda it: it.driver.stack.odd.append("inbound b'{' was answered 500"), False),
    ("posted_and_not_shown_as_sent", told_and_not_believed, True),
    ("texts_of_clients_twice", client_heard_twice, True),
    ("statuses_twice", status_in_two_rows, True),
    ("changed_by_repeats", seen(replayed=["firmtext_message: 3 → 4 rows"]), False),
    ("rank_going_down", step_back, True),
    ("rank_going_down", back_without_an_outcome, True),
    ("canaries_heard", seen(canaries=["a log: ['quetzal-']"]), False),
    ("canaries_heard", lambda it: it.seen.update(canaries=[f"a log: {it.driver.written[0].text.split()}"]), True),
    ("seen_by_another_firm", from_another_firms_number, True),
    ("seen_by_another_firm", stored_for_another_firm, True),
    ("seen_by_another_firm", lambda it: it.rows.pairs.update({CONVERSATION: ("summit", PAIR[1])}), True),
    ("seen_by_another_firm", seen(strangers=["harbor asked for a conversation of summit: 200"]), False),
    ("posts_after_a_stop", posted_after_a_stop, True),
    ("posts_after_a_stop", stop_without_a_start, True),
    ("reminders_twice_or_late", reminded_twice, True),
    ("reminders_twice_or_late", reminded_late, True),
    ("reminders_twice_or_late", still_planned, True),
    ("changes_without_an_audit_row", change_unaudited, True),
    ("consent_without_an_audit_row", consent_unaudited, True),
    ("acts_without_an_audit_row", hold_unaudited, True),
    ("acts_without_an_audit_row", answer_unaudited, True),
    ("acts_without_an_audit_row", decision_unaudited, False),
    ("contradictions", contradicted, True),
    ("unseen_by_operators", seen(unseen=["sweep was gone for 60 s"]), False),
    ("an_erased_conversation_is_readable_anywhere", seen(readable=[(CONVERSATION, "a text is there still")]), True),
    ("a_held_conversation_was_erased", held_meanwhile, True),
    ("a_held_conversation_was_erased", always_held, True),
    ("erasures_begun_under_a_hold", begun_under_a_hold, True),
    ("erasures_lost", erasure_forgotten, True),
    ("erasures_lost", erasure_unfinished, True),
    ("erasures_lost", erasure_unaudited, True),
    ("erasures_lost", nobody_answered, False),
    ("not_quiet_in_time", seen(left={"queued": 3}), False),
    ("not_settled", still_queued, True),
    ("handed_over_late", late, True),
    ("too_many_unknown", unknown, True),
    ("processes_grown", seen(grown=["web 17: 100 → 200 MB"]), False),
]


def test_an_honest_world_has_nothing_to_count() -> None:
    oracle = World().oracle()
    assert oracle.judge(counts.CHECKS) == []
    assert set(oracle.checked.values()) == {0}


def test_every_count_is_seen_failing() -> None:
    assert {name for name, _, _ in DOCTORED} == {check.__name__ for check in counts.CHECKS}


def test_an_erased_file_is_not_missing_and_a_wrong_clock_accuses_nobody() -> None:
    world = World()
    world.rows.attachments[0].state, world.rows.attachments[0].reason = "refused", "erased"
    world.driver.stack.allowed["clock"] = 1
    held_meanwhile(world)
    assert world.oracle().judge(counts.CHECKS) == []


@pytest.mark.parametrize(("count", "doctor", "of_a_text"), DOCTORED)
def test_a_doctored_world_is_caught_and_told_with_its_seed_and_history(
    count: str, doctor: Callable[[World], None], of_a_text: bool
) -> None:
    world = World()
    doctor(world)
    oracle = world.oracle()
    found = [one for one in oracle.judge(counts.CHECKS) if one.count == count]
    assert oracle.checked[count] == len(found) > 0
    told = report.violations(found, SEED)
    assert sum(line.startswith(f"seed {SEED}: {report.words(count)}: ") for line in told) == len(found)
    for one in found:
        assert (one.about != NOBODY) == of_a_text
        assert bool(one.history) == of_a_text
        assert not of_a_text or all(f"    {line}" in told for line in one.history)
