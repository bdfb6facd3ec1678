"""What is counted of clients' texts, their files and the carrier's webhooks: R4 and R5."""

from __future__ import annotations

from collections import Counter

from .oracle import NOBODY, Found, Oracle
from .witnesses import SEEN


def gone(it: Oracle) -> set[str]:
    """Strangers' texts that went with all else of somebody who asked for it: as many as rows are left without words."""
    whose = {one.client.phone for one in it.driver.asked if one.id}
    known = {str(one.get("message_uuid")) for one in it.rows.kept}.union(it.rows.inbound)
    missing = [one.uuid for one in it.driver.said if one.uuid not in known and one.client.phone in whose]
    return set(missing[: sum(row.reason == "erased" for row in it.rows.quarantine)])


def answered_2xx_without_a_row(it: Oracle) -> Found:
    """R4."""
    kept = {str(one.get("message_uuid")) for one in it.rows.kept} | gone(it)
    statuses = {(one.carrier_id, one.name) for one in it.rows.statuses}
    for hook in it.carrier.webhooks:
        if hook["http_status"] not in SEEN or hook["kind"] == "answer":
            continue
        said = it.carrier.body(hook)
        uuid_ = str(said.get("message_uuid"))
        stored = uuid_ in it.rows.inbound if hook["kind"] == "inbound" else (uuid_, said.get("status")) in statuses
        if not stored and uuid_ not in kept:
            yield uuid_, f"a webhook {said.get('status') or hook['kind']} of {hook['at']} was answered 2xx; no row"


def signed_and_answered_otherwise(it: Oracle) -> Found:
    """R4: with 2xx once it is stored, and else with 429 or 5xx, so that the carrier repeats it."""
    for hook in it.carrier.webhooks:
        status = hook["http_status"]
        if status is not None and status not in SEEN and status < 500 and status != 429:
            yield str(it.carrier.body(hook).get("message_uuid")), f"{hook['kind']} of {hook['at']}: {status}"


def texts_of_clients_lost(it: Oracle) -> Found:
    """R4, from the phones' side."""
    kept = {str(one.get("message_uuid")) for one in it.rows.kept} | gone(it)
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


def statuses_twice(it: Oracle) -> Found:
    """R4, R5: exactly one row for each status that the carrier told, however often it did."""
    told: dict[tuple[str, str], set[str]] = {}
    for hook in it.carrier.webhooks:
        if hook["kind"] == "status":
            said = it.carrier.body(hook)
            told.setdefault((str(said.get("message_uuid")), str(said.get("status"))), set()).add(hook["body"])
    rows = Counter((one.carrier_id, str(one.name)) for one in it.rows.statuses)
    for (uuid_, name), times in rows.items():
        bodies = len(told.get((uuid_, name), ()))
        if times > bodies:
            yield uuid_, f"{times} rows of {name}, and the carrier told it {bodies} times"


def files_of_clients_missing(it: Oracle) -> Found:
    """The carrier had each of them all the time. One that comes compressed, unasked, is refused for good (F72), and an
    erased one is meant to be missing."""
    for one in it.rows.attachments:
        gone = one.reason == "erased" and it.is_erased(str(one.message_id))
        if one.state not in ("stored", "parked") and one.reason != "encoding" and not gone:
            yield (
                str(one.message_id or one.quarantine_id),
                f"file {one.n} is {one.state} ({one.reason}), tried {one.tries} times",
            )
    kept = Counter(str(one.message_id or one.quarantine_id) for one in it.rows.attachments)
    went = gone(it)
    sent = sum(bool(one.media) for one in it.driver.said if one.uuid not in went)
    if len(kept) < sent:
        yield NOBODY, f"{len(kept)} texts with files, and clients sent {sent}"


def forgeries_believed(it: Oracle) -> Found:
    """R4: what nobody has signed is nowhere."""
    for uuid_ in it.driver.stack.forged:
        if uuid_ in it.rows.inbound or any(str(one.get("message_uuid")) == uuid_ for one in it.rows.kept):
            yield uuid_, "a forged webhook became a row"


def odd_answers(it: Oracle) -> Found:
    """R4: nonsense that is signed is kept, what is not signed is refused, and nothing is a 500."""
    for what in it.driver.stack.odd:
        yield NOBODY, what
