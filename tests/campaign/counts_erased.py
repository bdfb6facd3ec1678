"""What is counted of erasing and of legal holds."""

from __future__ import annotations

from .oracle import NOBODY, Found, Oracle


def an_erased_conversation_is_readable_anywhere(it: Oracle) -> Found:
    yield from it.readable


def a_held_conversation_was_erased(it: Oracle) -> Found:
    """By whom the web said yes to before, and by the times that were noted in the turn that both must take."""
    kept = {(one.firm, one.ref) for one in it.driver.kept}
    for key, row in it.rows.erased.items():
        whose = it.rows.shown[key]
        if any((row.firm, ref) in kept for ref in whose):
            yield key, f"it is of {sorted(whose)}, and the hold on it was never lifted"
        for hold in () if it.allowed["clock"] else it.rows.legal_holds:
            stood = hold.firm == row.firm and hold.since <= row.at and not (hold.lifted_at and hold.lifted_at <= row.at)
            if stood and whose & it.rows.covered[str(hold.id)]:
                yield key, f"erased {row.at}, and a hold stood since {hold.since}, lifted {hold.lifted_at}"


def erasures_begun_under_a_hold(it: Oracle) -> Found:
    """Who asks for it is told no at once."""
    for one in it.driver.asked:
        if one.kept and one.id:
            yield one.id, f"{one.client.ref} was held, and the web said yes"


def erasures_lost(it: Oracle) -> Found:
    """What somebody was promised is done, once, and stands in the record; no answer at all is no trial."""
    if it.driver.asked and all(one.refused == "gave up" for one in it.driver.asked):
        yield NOBODY, f"none of {len(it.driver.asked)} askings got an answer"
    for one in it.driver.asked:
        row = it.rows.erasures.get(one.id)
        if one.id and row is None:
            yield one.id, f"the erasing of {one.client.ref} was begun, and there is no such row"
    for key, row in it.rows.erasures.items():
        if row.done_at is None:
            yield key, "it never came to its end"
        for action, times in (("erasure.begin", 1), ("erasure.end", int(row.done_at is not None))):
            found = sum(line.action == action for line in it.rows.audit.get(key, ()))
            if found != times:
                yield key, f"{found} audit rows {action}"
    for key in it.rows.erased:
        found = sum(line.action == "conversation.erase" for line in it.rows.audit.get(key, ()))
        if found != 1:
            yield key, f"{found} audit rows conversation.erase"
