"""The secrets with which webhooks are signed: which ones web processes accept, and which of them signed what came.

Nothing of a secret is kept but its mark, a digest under the index key, among the proofs of the configured keys. A web
process compares its list with the marks once, when its first webhook was believed; what differs is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..current import firmtext
from ..store import audit, ciphers, configured, counters, indexes
from ..store.models import Counter, KeyCheck
from ..store.transactions import own
from ..store.upsert import insert_once

#: Before a secret's mark: in its name among the proofs, and in that of the counter of what it signed.
PROOF, SIGNED = "hook ", "webhook_signed."
#: Where the record's rows of a secret belong, and who writes them.
OURS = {"table": KeyCheck.__tablename__, "actor": audit.SYSTEM}
#: So often it is counted, and by each process asked for.
EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its ``mark``. ``place`` is where it stands in the list that was asked about (0 is the first), None if
    it does not; ``since`` when a web process began to accept it and ``signed_at`` when one last believed a webhook that
    it signed, each to the minute and None if never."""

    mark: str
    place: int | None
    since: datetime | None
    signed_at: datetime | None


def is_due(index: int | None) -> bool:
    """Whether to call :func:`signed`, asked for each webhook: it looks into this process's memory only."""
    return index is not None and firmtext.recorded.first((SIGNED, index), True)


def signed(index: int) -> None:
    """A webhook that was signed with the secret at this place of the list was believed."""
    with own() as session:
        if not firmtext.secrets_noted:
            configured.verify(session)
            _note(session, firmtext.gateway.secrets)
        mark = _mark(indexes.writing(session), firmtext.gateway.secrets[index])
        counters.count_every(session, f"{SIGNED}{mark}", EVERY)
    firmtext.secrets_noted = True


def look(session: Session, secrets: Sequence[str]) -> Sequence[Secret]:
    """What is known of these secrets, in their order, and of others that web processes accept."""
    proofs, places = _proofs(session), {mark: n for n, secret in enumerate(secrets) for mark in _marks(secret)}
    rows = session.execute(select(Counter.name, Counter.last_at).where(Counter.name.startswith(SIGNED)))
    counted = {name.removeprefix(SIGNED): at for name, at in rows}

    def told(marks: Sequence[str], place: int | None) -> Secret:
        since = [at for mark in marks if (at := proofs.get(mark))]
        last = [at for mark in marks if (at := counted.get(mark))]
        return Secret(marks[0], place, min(since, default=None), max(last, default=None))

    others = [told([mark], None) for mark in sorted(proofs.keys() - places)]
    return [*(told(_marks(secret), n) for n, secret in enumerate(secrets)), *others]


def _mark(key: bytes, secret: str) -> str:
    return ciphers.keyed_digest(key, ciphers.packed("webhook secret", secret)).hex()[:16]


def _marks(secret: str) -> Sequence[str]:
    """Under each index key that is configured."""
    return [_mark(key, secret) for key in firmtext.settings.index_key]


def _proofs(session: Session) -> Mapping[str, datetime | None]:
    """Marks that are written down, and since when."""
    rows = session.execute(select(KeyCheck.name, KeyCheck.since).where(KeyCheck.name.startswith(PROOF)))
    return {name.removeprefix(PROOF): since for name, since in rows}


def _note(session: Session, secrets: Sequence[str]) -> None:
    """Write the marks of these secrets down, and no others. Each change is recorded once, however many do so."""
    proofs, key = _proofs(session), indexes.writing(session)
    stale = set(proofs)
    for secret in secrets:
        mark, before = _mark(key, secret), [known for known in _marks(secret) if known in proofs]
        since = proofs[before[0]] if before else firmtext.clock.now()
        values = {"name": f"{PROOF}{mark}", "value": bytes.fromhex(mark), "since": since}
        stale -= {mark}
        if mark not in proofs and insert_once(session, KeyCheck, **values) and not before:
            audit.record_key(session, "webhook_accept", f"{PROOF}{mark}", **OURS)
    moved = {mark for secret in secrets for mark in _marks(secret)}
    for mark in sorted(stale):
        gone = delete(KeyCheck).where(KeyCheck.name == f"{PROOF}{mark}").returning(KeyCheck.name)
        if session.execute(gone.execution_options(synchronize_session=False)).first() and mark not in moved:
            audit.record_key(session, "webhook_drop", f"{PROOF}{mark}", **OURS)
