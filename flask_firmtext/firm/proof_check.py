"""Comparing the proofs of what was erased with the record, which has the digest of each.

First every row of the record that says that an erasure is done, then every proof that stands, some at a time. A proof
and its row are written in one transaction, and never altered: nothing that is being done looks broken.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import chain

from sqlalchemy.orm import Session

from ..store import erasure_queries, seal_queries
from ..store.models import Audit
from .breaks import NAMED, Break, Checked
from .erasures import BEGAN, DONE, digest

KIND = "proof"
#: Of the record: which erasure, and its proof's digest.
COLUMNS = (Audit.at, Audit.id, Audit.object_id, Audit.evidence)


def check(session: Session, firm: str, checked: Checked) -> None:
    """Compare a firm's proofs with its record."""
    for found in chain(_recorded(session, firm), _standing(session, firm, checked), _strayed(session, firm)):
        checked.found(found)


def _recorded(session: Session, firm: str) -> Iterator[Break]:
    """Whether each proof that the record names is there, and says what it said."""
    after: seal_queries.Place | None = None
    size = erasure_queries.PAGE
    while page := seal_queries.page_of(session, firm, after, Audit.action == DONE, columns=COLUMNS, size=size):
        ids = {row.object_id: id_ for row in page if (id_ := _id(row.object_id))}
        proofs = erasure_queries.those(session, firm, ids.values())
        for row in page:
            id_ = ids.get(row.object_id)
            proof = proofs.get(id_) if id_ else None
            if proof is None:
                yield Break(KIND, f"The proof of the erasure {row.object_id} is not there.", None, id_, row.at)
            elif digest(proof, erasure_queries.each_erased_by(session, firm, proof.id)) != row.evidence:
                why = f"The proof of the erasure {proof.id} is not what the record says."
                yield Break(KIND, why, None, proof.id, row.at)
        after = (page[-1].at, page[-1].id)
        session.expunge_all()


def _standing(session: Session, firm: str, checked: Checked) -> Iterator[Break]:
    """Whether the record names each proof that is there."""
    after: uuid.UUID | None = None
    while page := erasure_queries.done_after(session, firm, after):
        ids = [proof.id for proof in page]
        checked.proofs += len(ids)
        named = [erasure_queries.recorded_of(session, firm, action, ids) for action in (BEGAN, DONE)]
        for proof in page:
            if not all(str(proof.id) in some for some in named):
                why = f"The record does not know the erasure {proof.id}, of which there is a proof."
                yield Break(KIND, why, None, proof.id, proof.done_at)
        after = ids[-1]
        session.expunge_all()


def _strayed(session: Session, firm: str) -> Iterator[Break]:
    """Whether what is said to be erased was erased by something of the firm's."""
    for erased in erasure_queries.strayed(session, firm, NAMED):
        why = f"The conversation {erased.conversation_id} is said to have gone with an erasure that is not the firm's."
        yield Break(KIND, why, None, erased.erasure_id, erased.at)


def _id(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None
