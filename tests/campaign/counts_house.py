"""What is counted of everything else: R7 to R11, and what the processes use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .oracle import HANDED_OVER, NOBODY, Found, Oracle

#: A clock that is wrong is wrong by more than this, but for SQLite's.
NEARLY = timedelta(minutes=10)


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


def consent_without_an_audit_row(it: Oracle) -> Found:
    """R11: as many audited ends as beginnings of texting, and one more where a number is opted out now."""
    for one in it.rows.opt_outs:
        changed = Counter(line.action for line in it.rows.audit.get(one.phone_index.hex(), ()) if line.firm == one.firm)
        outs, ins = changed["consent.opt_out"], changed["consent.opt_in"]
        if outs - ins != int(one.opted_out):
            yield one.phone_index.hex(), f"opted out: {one.opted_out}, audited: {outs} times out, {ins} times in"


def acts_without_an_audit_row(it: Oracle) -> Found:
    """R11: what people, the carrier and the sweep did besides has its row, and has it once."""
    for name, action, times in _acts(it):
        found = sum(line.action == action for line in it.rows.audit.get(name, ()))
        if found != times:
            yield name, f"{action}: {found} audit rows, and it happened {times} times"
    lines = [line for each in it.rows.audit.values() for line in each]
    resolved = sum(line.action in ("message.resolve", "message.resend") for line in lines)
    if resolved != it.decided:
        yield NOBODY, f"{resolved} decisions are audited, and the person took {it.decided}"


def _acts(it: Oracle) -> Iterator[tuple[str, str, int]]:
    """What happened how often: the row, the action that is audited with it, and the times."""
    for row in it.rows.holds:
        yield str(row.id), "hold.put", 1
        yield str(row.id), "hold.lift", int(row.lifted_at is not None)
    for row in it.rows.quarantine:
        yield str(row.id), "quarantine.keep", 1
    for row in it.rows.reminders:
        if row.state in ("made", "missed"):
            yield str(row.id), "reminder.end", 1
    for invitation, times in Counter(str(row.invitation_id) for row in it.rows.answers).items():
        yield invitation, "invitation.answer", times
    for row in it.rows.attachments:
        if row.state == "stored":
            yield str(row.id), "file.state", 1


def unseen_by_operators(it: Oracle) -> Found:
    """R11: what needs a person stands in ``stats``, and a process that is gone in ``/readyz``."""
    for what in it.unseen:
        yield NOBODY, what


def seen_by_another_firm(it: Oracle) -> Found:
    """R8: from a firm's number to its own contacts only, under its own name, and no page shows it to another."""
    firms = {number.removeprefix("+"): firm for firm, all_ in it.driver.stack.numbers.items() for number in all_}
    for reference, posts in it.posts.items():
        one = it.rows.attempts.get(reference)
        row = it.rows.messages.get(str(one.message_id)) if one else None
        for post in posts if row is not None else ():
            if firms.get(post["from"]) != row.firm:
                yield str(row.id), f"a text of {row.firm} went out from {post['from']}"
    for said in it.driver.said:
        for row in it.rows.inbound.get(said.uuid, ()):
            if row.firm != firms.get(said.to):
                yield said.uuid, f"written to {said.to}, stored for {row.firm}"
    for key, row in it.rows.messages.items():
        if it.rows.pairs[str(row.conversation_id)][0] != row.firm:
            yield key, f"a text of {row.firm} stands in a conversation of another firm"
    for what in it.strangers:
        yield NOBODY, what


def posts_after_a_stop(it: Oracle) -> Found:
    """R9: claimed after the opt-out was noted, and before the next opt-in was; an answer to the STOP excepted."""
    told: dict[tuple[str, bytes], list[Any]] = {}
    for line in it.rows.consent:
        if line.change in ("opted_out", "opted_in"):
            told.setdefault((line.firm, line.phone_index), []).append(line)
    judged = {pair: lines for pair, lines in told.items() if _timely(it, lines)}
    for key, row in it.outgoing():
        if row.answers is not None:
            continue
        lines = judged.get(it.rows.pairs[str(row.conversation_id)], [])
        for one in it.rows.by_message.get(key, ()):
            before = [line for line in lines if line.noted_at < one.claimed_at]
            newest = max(before, key=lambda line: (line.at, line.noted_at)) if before else None
            if newest is not None and newest.change == "opted_out" and str(one.id) in it.posts:
                yield key, f"claimed {one.claimed_at}, opted out {newest.noted_at}"


def _timely(it: Oracle, lines: list[Any]) -> bool:
    """Whether all of it was noted while the campaign lasted: a process whose clock was wrong says another time."""
    claims = [one.claimed_at for one in it.rows.attempts.values()]
    if not claims or it.skewed:
        return False
    first, last = min(claims) - NEARLY, max(claims) + NEARLY
    return all(first <= line.noted_at <= last for line in lines)


def reminders_twice_or_late(it: Oracle) -> Found:
    """R10: one a time of the event, before it begins, and none that is due and never made."""
    told = [one for one in it.rows.notices if one.purpose == "reminder" and one.message_id is not None]
    for (invitation, sequence), times in Counter((one.invitation_id, one.sequence) for one in told).items():
        if times > 1:
            yield str(invitation), f"{times} reminders of its time {sequence}"
    for one in told:
        begins = it.rows.events[str(it.rows.invitations[str(one.invitation_id)].event_id)].starts_at
        for attempt in it.rows.by_message.get(str(one.message_id), ()):
            for post in it.posts.get(str(attempt.id), ()):
                if datetime.fromisoformat(post["at"]) >= begins:
                    yield str(one.message_id), f"posted {post['at']}, and the event began {begins}"
    last = max((row.state_at for _, row in it.outgoing()), default=None)
    for one in it.rows.reminders:
        if one.state == "planned" and last is not None and one.due_at < last:
            yield str(one.id), "a reminder whose time is over is still planned"


def reminders_never_made(it: Oracle) -> Found:
    """R1 and R10: an event that was saved has its reminder, and one that was made has its text, or says why not."""
    known = {(row.firm, row.event): key for key, row in it.rows.events.items()}
    planned = {str(it.rows.invitations[str(row.invitation_id)].event_id) for row in it.rows.reminders}
    for firm, event in it.driver.invited:
        if known.get((firm, event)) not in planned:
            yield known.get((firm, event), event), f"{event} of {firm} was saved, and nothing reminds of it"
    told = {(one.invitation_id, one.sequence) for one in it.rows.notices if one.purpose == "reminder"}
    for one in it.rows.reminders:
        if one.state == "made" and (one.invitation_id, one.sequence) not in told:
            yield str(one.id), "a reminder that was made has no text"


def contradictions(it: Oracle) -> Found:
    """Save those that a fault has made on purpose."""
    beyond = len(it.contradicted) - it.allowed["contradiction"]
    if beyond > 0:
        for key in sorted(it.contradicted):
            yield key, f"{beyond} more than were made on purpose"


def canaries_heard(it: Oracle) -> Found:
    """R7."""
    texts = {one.text.split()[0]: one.id or one.token for one in it.driver.written}
    for what in it.canaries:
        yield next((key for text, key in texts.items() if text in what), NOBODY), what


def changed_by_repeats(it: Oracle) -> Found:
    """R5."""
    for what in it.replayed:
        yield NOBODY, what


def processes_grown(it: Oracle) -> Found:
    """Memory and files of those that lived through it."""
    for what in it.grown:
        yield NOBODY, what


def handed_over_late(it: Oracle) -> Found:
    """A stored text goes within 75 s; what kept everybody from sending, or texts before it, are no wait."""
    for key, seconds in it.neglected():
        if seconds > HANDED_OVER:
            yield key, f"waited {seconds:.0f} s for its first claim"
