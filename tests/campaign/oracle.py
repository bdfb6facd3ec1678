"""R1 to R11 and the counts of the campaign, from the two witnesses only. Each violation is a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_firmtext.store.states import RANK, State

from .driver import Driver, Written
from .witnesses import SEEN, Ledger, Tables, history

SENT = {"submitted", "delivered", "unconfirmed"}
ENDS = SENT | {"failed", "cancelled", "expired"}
#: What a carrier's status does to a text.
TOLD = {"submitted": 2, "delivered": 4, "rejected": 3, "undeliverable": 3}
#: What leaves open whether a POST was made: no such attempt is ever closed as not sent.
DOUBTS = {"claimer_gone", "timeout", "reset", "server_error", "unreadable_2xx", "redirect", "uuid_reused"}


HANDED_OVER = 75.0


def excluding(begin: datetime, end: datetime, blocked: list[tuple[datetime, datetime]]) -> float:
    """Seconds from ``begin`` to ``end`` outside of what is blocked."""
    seconds, at = 0.0, begin
    for since, until in sorted(blocked):
        if since > at:
            seconds += max((min(since, end) - at).total_seconds(), 0)
        at = max(at, until)
    return seconds + max((end - at).total_seconds(), 0)


@dataclass(frozen=True)
class Violation:
    """One promise broken: which, about what, and everything that is known of it."""

    count: str
    about: str
    what: str
    history: tuple[str, ...] = ()


@dataclass
class Oracle:
    """Holds the witnesses against each other."""

    driver: Driver
    rows: Tables
    carrier: Ledger
    left: dict[str, int] = field(default_factory=dict)
    canaries: list[str] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)
    grown: list[str] = field(default_factory=list)
    found: list[Violation] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.posts = self.carrier.by_reference()
        self.allowed = self.driver.stack.allowed
        against = [
            (str(self.rows.attempts[one].message_id), line.evidence)
            for one, lines in self.rows.audit.items()
            for line in lines
            if one in self.rows.attempts and line.action == "evidence.contradiction"
        ]
        self.contradicted = {message for message, _ in against}
        #: F65 is a 429 that sent: these may have been posted again, because the carrier lied.
        self.excused = {message for message, why in against if why == "throttled" and self.allowed["contradiction"]}

    def judge(self) -> list[Violation]:
        for check in CHECKS:
            before = len(self.found)
            for about, what in check(self):
                lines = tuple(history(about, self.rows, self.carrier)) if about in self.rows.messages else ()
                self.found.append(Violation(check.__name__, about, what, lines))
            self.checked[check.__name__] = len(self.found) - before
        return self.found

    def waits(self) -> Iterator[tuple[str, float]]:
        """For how long texts of staff waited for their first claim, without what could not be helped."""
        if self.allowed["clock"] and self.driver.stack.scale.db == "sqlite":
            return  # its rows are as early or late as the clock was wrong
        pairs: dict[str, list[Any]] = {}
        for key, row in self.outgoing():
            pairs.setdefault(str(row.conversation_id), []).append((row.position, key, row))
        for texts in pairs.values():
            free = None
            for _, key, row in sorted(texts, key=lambda one: one[0]):
                attempts = self.rows.by_message.get(key, [])
                if row.kind == "staff" and attempts:
                    due = max(row.created_at, free or row.created_at)
                    yield key, excluding(due, attempts[0].claimed_at, self.driver.stack.blocked)
                closed = [one.closed_at for one in attempts if one.closed_at]
                free = max([*closed, free or row.created_at])

    def neglected(self) -> Iterator[tuple[str, float]]:
        """The same of those that waited too long, since their firm's last older text went: a queue is no neglect."""
        first = {key: lines[0].claimed_at for key, lines in self.rows.by_message.items() if lines}
        for key, seconds in self.waits():
            if seconds <= HANDED_OVER:
                continue
            row, claimed = self.rows.messages[key], first[key]
            older = [
                first[other]
                for other, one in self.rows.messages.items()
                if one.firm == row.firm and one.created_at < row.created_at and first.get(other, claimed) < claimed
            ]
            yield key, min(seconds, excluding(max([*older, row.created_at]), claimed, self.driver.stack.blocked))

    def people(self, message: str) -> bool:
        """Whether a person decided about this text."""
        return any(line.action in ("message.resolve", "message.resend") for line in self.rows.audit.get(message, ()))

    def accepted(self) -> Iterator[Written]:
        return (one for one in self.driver.written if one.id)

    def outgoing(self) -> Iterator[tuple[str, Any]]:
        return ((key, row) for key, row in self.rows.messages.items() if row.direction == "out")


Found = Iterator[tuple[str, str]]


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
        yield "-", f"{count} {name}"


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


def answered_2xx_without_a_row(it: Oracle) -> Found:
    """R4."""
    kept = {str(one.get("message_uuid")) for one in it.rows.kept}
    statuses = {(one.carrier_id, one.name) for one in it.rows.statuses}
    for hook in it.carrier.webhooks:
        if hook["http_status"] not in SEEN or hook["kind"] == "answer":
            continue
        said = it.carrier.body(hook)
        uuid_ = str(said.get("message_uuid"))
        stored = uuid_ in it.rows.inbound if hook["kind"] == "inbound" else (uuid_, said.get("status")) in statuses
        if not stored and uuid_ not in kept:
            yield uuid_, f"a webhook {said.get('status') or hook['kind']} of {hook['at']} was answered 2xx; no row"


def signed_and_answered_4xx(it: Oracle) -> Found:
    """R4."""
    for hook in it.carrier.webhooks:
        status = hook["http_status"]
        if status is not None and 400 <= status < 500 and status != 429:
            yield str(it.carrier.body(hook).get("message_uuid")), f"{hook['kind']} of {hook['at']}: {status}"


def texts_of_clients_lost(it: Oracle) -> Found:
    """R4, from the phones' side."""
    kept = {str(one.get("message_uuid")) for one in it.rows.kept}
    for one in it.driver.said:
        if one.uuid not in it.rows.inbound and one.uuid not in kept:
            yield one.uuid, f"{one.client.phone} wrote to {one.to}, and there is no row"


def texts_of_clients_twice(it: Oracle) -> Found:
    """R5."""
    kept = Counter(str(one.get("message_uuid")) for one in it.rows.kept)
    for one in it.driver.said:
        times = len(it.rows.inbound.get(one.uuid, ())) + kept[one.uuid]
        if times > 1:
            yield one.uuid, f"{times} rows of one text"


def files_of_clients_missing(it: Oracle) -> Found:
    """The carrier had each of them all the time. One that comes compressed, unasked, is refused for good (F72)."""
    for one in it.rows.attachments:
        if one.state not in ("stored", "parked") and one.reason != "encoding":
            yield (
                str(one.message_id or one.quarantine_id),
                f"file {one.n} is {one.state} ({one.reason}), tried {one.tries} times",
            )
    kept = Counter(str(one.message_id or one.quarantine_id) for one in it.rows.attachments)
    if len(kept) < sum(bool(one.media) for one in it.driver.said):
        yield "-", f"{len(kept)} texts with files, and clients sent {sum(bool(one.media) for one in it.driver.said)}"


def forgeries_believed(it: Oracle) -> Found:
    """R4: what nobody has signed is nowhere."""
    for uuid_ in it.driver.stack.forged:
        if uuid_ in it.rows.inbound or any(str(one.get("message_uuid")) == uuid_ for one in it.rows.kept):
            yield uuid_, "a forged webhook became a row"


def odd_answers(it: Oracle) -> Found:
    """R4: nonsense that is signed is kept, what is not signed is refused, and nothing is a 500."""
    for what in it.driver.stack.odd:
        yield "-", what


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


def changes_without_an_audit_row(it: Oracle) -> Found:
    """R11: the audit's steps lead from the first state to the last, each once."""
    for key, row in it.outgoing():
        steps: Counter[str] = Counter()
        for line in it.rows.audit.get(key, ()):
            if line.action == "message.accept":
                steps[line.became] += 1
            elif line.action == "message.state":
                steps[line.became] += 1
                steps[line.was] -= 1
        left = {name: times for name, times in steps.items() if times}
        if left != {row.state: 1}:
            yield key, f"is {row.state}, its audit ends with {left}"


def posts_after_a_stop(it: Oracle) -> Found:
    """R9: claimed after the opt-out was noted, and before the next opt-in was; an answer to the STOP excepted."""
    told: dict[tuple[str, bytes], list[Any]] = {}
    for line in it.rows.consent:
        if line.change in ("opted_out", "opted_in"):
            told.setdefault((line.firm, line.phone_index), []).append(line)
    for key, row in it.outgoing():
        if row.answers is not None:
            continue
        lines = told.get(it.rows.pairs[str(row.conversation_id)], [])
        for one in it.rows.by_message.get(key, ()):
            before = [line for line in lines if line.noted_at < one.claimed_at]
            newest = max(before, key=lambda line: (line.at, line.noted_at)) if before else None
            stopped = newest is not None and newest.change == "opted_out" and not it.allowed["clock"]
            if stopped and str(one.id) in it.posts:
                yield key, f"claimed {one.claimed_at}, opted out {newest.noted_at}"


def reminders_twice_or_late(it: Oracle) -> Found:
    """R10."""
    made = Counter(
        (one.invitation_id, one.sequence)
        for one in it.rows.notices
        if one.purpose == "reminder" and one.message_id is not None
    )
    for (invitation, sequence), times in made.items():
        if times > 1:
            yield str(invitation), f"{times} reminders of its time {sequence}"
    for one in it.rows.reminders:
        if one.state == "planned" and one.due_at < max((row.state_at for _, row in it.outgoing()), default=one.due_at):
            yield str(one.id), "a reminder whose time is over is still planned"


def contradictions(it: Oracle) -> Found:
    """Save those that a fault has made on purpose."""
    beyond = len(it.contradicted) - it.allowed["contradiction"]
    if beyond > 0:
        for key in sorted(it.contradicted):
            yield key, f"{beyond} more than were made on purpose"


def canaries_heard(it: Oracle) -> Found:
    """R7."""
    for what in it.canaries:
        yield "-", what


def changed_by_repeats(it: Oracle) -> Found:
    """R5."""
    for what in it.replayed:
        yield "-", what


def processes_grown(it: Oracle) -> Found:
    """Memory and files of those that lived through it."""
    for what in it.grown:
        yield "-", what


def handed_over_late(it: Oracle) -> Found:
    """A stored text goes within 75 s; what kept everybody from sending, or texts before it, are no wait."""
    for key, seconds in it.neglected():
        if seconds > HANDED_OVER:
            yield key, f"waited {seconds:.0f} s for its first claim"


CHECKS: tuple[Callable[[Oracle], Found], ...] = (
    accepted_without_a_row,
    tokens_used_twice,
    not_settled,
    not_quiet_in_time,
    accepted_posts_beyond_one,
    references_posted_twice,
    posts_of_nobody,
    sent_again_by_time,
    doubts_taken_for_certain,
    shown_as_sent_and_never_posted,
    posted_and_not_shown_as_sent,
    phone_has_it_twice,
    phone_never_had_it,
    answered_2xx_without_a_row,
    signed_and_answered_4xx,
    texts_of_clients_lost,
    texts_of_clients_twice,
    files_of_clients_missing,
    forgeries_believed,
    odd_answers,
    rank_going_down,
    changes_without_an_audit_row,
    posts_after_a_stop,
    reminders_twice_or_late,
    contradictions,
    handed_over_late,
    canaries_heard,
    changed_by_repeats,
    processes_grown,
)
