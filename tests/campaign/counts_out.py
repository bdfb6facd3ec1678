"""What is counted of the texts that go out: R1 to R3, R6 and the balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from flask_firmtext.store.states import RANK, State

from .driver import Written
from .oracle import DOUBTS, ENDS, NOBODY, SENT, Found, Oracle
from .witnesses import SEEN

#: What a carrier's status does to a text.
TOLD = {"submitted": 2, "delivered": 4, "rejected": 3, "undeliverable": 3}


def accepted_without_a_row(it: Oracle) -> Found:
    """R1."""
    for one in it.accepted():
        if one.id not in it.rows.messages:
            yield one.id, "the web said 201 and there is no such row"
        if one.again and one.again != one.id:
            yield one.id, f"the same token made {one.again}, too"


def tokens_used_twice(it: Oracle) -> Found:
    """R1."""
    used = Counter((row.firm, row.author, row.client_token) for _, row in it.outgoing() if row.client_token)
    for (firm, author, token), times in used.items():
        if times > 1:
            yield token, f"{times} texts of {author} at {firm}"


def not_settled(it: Oracle) -> Found:
    for key, row in it.outgoing():
        if row.state not in ENDS:
            yield key, f"still {row.state}"


def not_quiet_in_time(it: Oracle) -> Found:
    """Ten minutes after the last fault nothing waits any more."""
    for name, count in it.left.items():
        yield NOBODY, f"{count} {name}"


def accepted_posts_beyond_one(it: Oracle) -> Found:
    """R2: of one text, without a person and without a carrier that said no and sent."""
    for key, _ in it.outgoing():
        posted = sum(len(it.posts.get(str(one.id), ())) for one in it.rows.by_message.get(key, ()))
        if posted > 1 and key not in it.excused:
            yield key, f"{posted} accepted POSTs"


def references_posted_twice(it: Oracle) -> Found:
    """R2."""
    for reference, posts in it.posts.items():
        if len(posts) > 1:
            owner = it.rows.attempts.get(reference)
            yield str(owner.message_id) if owner else reference, f"{len(posts)} POSTs of {reference}"


def posts_of_nobody(it: Oracle) -> Found:
    """R3: a POST without its committed attempt."""
    for reference in it.posts:
        if reference not in it.rows.attempts:
            yield reference, "the carrier has a text of which no attempt is known"


def sent_again_by_time(it: Oracle) -> Found:
    """R3."""
    for key, _ in it.outgoing():
        for one in it.rows.by_message.get(key, [])[:-1]:
            if one.outcome != "not_sent" and key not in it.excused and not it.people(key):
                yield key, f"attempt {one.n} was {one.outcome} and another came after it"


def sent_again_without_a_reason(it: Oracle) -> Found:
    """R3: a second attempt begins behind the end of the first, which has a named reason."""
    for key, _ in it.outgoing():
        attempts = it.rows.by_message.get(key, [])
        for one, after in pairwise(attempts):
            if key in it.excused or it.people(key):
                continue
            if not one.evidence:
                yield key, f"attempt {one.n} was closed without a reason and another came after it"
            early = one.closed_at is None or one.closed_at > after.claimed_at
            if early and not it.skewed:
                yield key, f"attempt {after.n} was claimed before attempt {one.n} was closed"


def doubts_taken_for_certain(it: Oracle) -> Found:
    """R3: time and silence prove nothing."""
    for one in it.rows.attempts.values():
        if one.outcome == "not_sent" and one.evidence in DOUBTS:
            yield str(one.message_id), f"attempt {one.n} is not sent by {one.evidence}"


def shown_as_sent_and_never_posted(it: Oracle) -> Found:
    """The balance: accepted attempts = accepted POSTs."""
    for key, row in it.outgoing():
        posted = any(str(one.id) in it.posts for one in it.rows.by_message.get(key, ()))
        if row.state in SENT and not posted:
            yield key, f"{row.state}, and the carrier has no such text"


def posted_and_not_shown_as_sent(it: Oracle) -> Found:
    """The balance, the other way: what the carrier told with a 2xx is what we show, or better."""
    told: dict[str, int] = {}
    for hook in it.carrier.webhooks:
        said = it.carrier.body(hook)
        if hook["kind"] == "status" and hook["http_status"] in SEEN and said.get("client_ref"):
            rank = TOLD.get(str(said.get("status")), 0)
            told[said["client_ref"]] = max(told.get(said["client_ref"], 0), rank)
    for reference, rank in told.items():
        one = it.rows.attempts.get(reference)
        row = it.rows.messages.get(str(one.message_id)) if one else None
        if row is None:
            continue
        if one.outcome != "accepted":
            yield str(row.id), f"attempt {one.n} is {one.outcome}, and a status of it was answered 2xx"
        if row.rank < rank:
            yield str(row.id), f"shown as {row.state}, the carrier told rank {rank}"


def accepted_attempts_without_a_post(it: Oracle) -> Found:
    """The balance of POSTs: what we hold a receipt or a status for is the carrier's."""
    for reference, one in it.rows.attempts.items():
        if one.outcome == "accepted" and reference not in it.posts:
            yield str(one.message_id), f"attempt {one.n} is accepted, and the carrier has no such POST"


def posts_closed_as_not_sent(it: Oracle) -> Found:
    """The balance of POSTs, the other way: those of the carrier are accepted with us, or unsure."""
    for reference in it.posts:
        one = it.rows.attempts.get(reference)
        if one is not None and one.outcome not in ("accepted", "unsure") and str(one.message_id) not in it.excused:
            yield str(one.message_id), f"attempt {one.n} is {one.outcome}, and the carrier has its POST"


def texts_out_of_balance(it: Oracle) -> Found:
    """accepted = queued + sending + … + expired: each text is accepted once, and is in one of the states."""
    states = {str(state) for state in State} - {"received"}
    accepts = {key: sum(line.action == "message.accept" for line in lines) for key, lines in it.rows.audit.items()}
    for key, row in it.outgoing():
        if row.state not in states:
            yield key, f"its state is {row.state}"
        if accepts.get(key, 0) != 1:
            yield key, f"it was accepted {accepts.get(key, 0)} times"
    for key, times in accepts.items():
        if times and key not in it.rows.messages:
            yield key, "it was accepted, and there is no such row"


def too_many_unknown(it: Oracle) -> Found:
    """Of few texts nobody knows what became of them; without faults of none."""
    if it.at_most_unknown is None:
        return
    texts = sum(1 for _ in it.outgoing())
    if len(it.unknown) > texts * it.at_most_unknown:
        for key in it.unknown:
            yield key, f"unknown at quiet, with {len(it.unknown)} of {texts}: at most {it.at_most_unknown:.0%} may be"


def phone_has_it_twice(it: Oracle) -> Found:
    for one, times in it_on_phones(it):
        if times > 1 and one.id not in it.excused:
            yield one.id, f"the phone {one.client.phone} has it {times} times"


def phone_never_had_it(it: Oracle) -> Found:
    """After the person's decisions: shown as sent means on the phone; not on the phone means shown as not sent."""
    ends = {post["client_ref"]: post["status"] for post in it.carrier.posts}
    heirs = {str(row.retry_of): key for key, row in it.outgoing() if row.retry_of}
    for one, times in it_on_phones(it):
        last = one.id
        while last in heirs:
            last = heirs[last]
        row = it.rows.messages.get(last)
        if row is None or times:
            continue
        rejected = any(ends.get(str(each.id)) in ("rejected", "undeliverable") for each in it.rows.by_message[last])
        if row.state in SENT and not rejected:
            yield last, f"shown as {row.state}, and the phone {one.client.phone} never had it"
        if row.state == "failed" and not _known_to_fail(it, last, row):
            yield last, "failed, and nobody knows why"


def _known_to_fail(it: Oracle, key: str, row: Any) -> bool:
    attempts = it.rows.by_message.get(key, [])
    refused = any(one.outcome == "refused" for one in attempts)
    told = any(str(each.message_id) == key and each.kind == "failed" for each in it.rows.statuses)
    return refused or told or row.tries >= 3 or it.people(key)


def it_on_phones(it: Oracle) -> Iterator[tuple[Written, int]]:
    on: Counter[tuple[str, str]] = Counter()
    for phone, texts in it.carrier.phones.items():
        on.update((phone, text["text"]) for text in texts if text["direction"] == "in")
    for one in it.accepted():
        yield one, on[one.client.phone, one.text]


def rank_going_down(it: Oracle) -> Found:
    """R6: but for a text that was certainly not sent."""
    for key, _ in it.outgoing():
        for line in it.rows.audit.get(key, ()):
            if line.action != "message.state" or line.was is None:
                continue
            down = RANK[State(line.became)] < RANK[State(line.was)]
            back = line.became == "queued" and line.was in ("sending", "unknown")
            withdrawn = line.became in ("cancelled", "expired") and line.was == "queued"
            if down and not back and not withdrawn:
                yield key, f"{line.was} → {line.became} ({line.evidence})"
            if (
                back
                and key not in it.excused
                and not any(one.evidence == line.evidence for one in it.rows.by_message[key])
            ):
                yield key, f"back to queued by {line.evidence!r}, which is no attempt's outcome"
