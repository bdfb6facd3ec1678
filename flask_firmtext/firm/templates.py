"""The words of automatic texts: ours, unless an operator wrote others for all firms or for one. Verbs are joined."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import FormRefused
from ..ports.values import Firm
from ..store import audit, template_queries
from ..store.base import new_id
from ..store.keys import INSTALLATION
from ..store.models import Template
from ..store.upsert import INSERT
from . import templates_values
from .details import Details
from .templates_check import check
from .templates_syntax import render
from .templates_words import FALLBACK, LANGUAGES, OURS, Kind

Sessions = Session | scoped_session[Any]


class Source(StrEnum):
    """Whose words they are."""

    OURS = "ours"
    INSTALLATION = "installation"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words in force for one kind in one language; ``changed_by`` and ``changed_at`` are None for ours."""

    kind: Kind
    language: str
    body: str
    source: Source = Source.OURS
    changed_by: str | None = None
    changed_at: datetime | None = None


def language_of(tag: str | None) -> str:
    """Which of our languages a contact with this BCP 47 tag gets."""
    language = (tag or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else FALLBACK


def words(session: Sessions, kind: Kind, language: str | None, firm: str) -> Wording:
    """The firm's own words, else the installation's, else ours. One look-up.

    :param language: a contact's BCP 47 tag; English when we do not have it.
    :param firm: reference, or "" for what firms have that have no words of their own.
    """
    return in_force(session, firm)[kind, language_of(language)]


def in_force(session: Sessions, firm: str) -> Mapping[tuple[Kind, str], Wording]:
    """All words that a firm's clients get, by kind and language. One look-up."""
    found = {key: Wording(*key, body) for key, body in OURS.items()}
    for _, wording in _wordings(template_queries.in_force(session, firm)):
        found[wording.kind, wording.language] = wording
    return found


def written(session: Sessions) -> Sequence[tuple[str, Wording]]:
    """Everything that operators wrote, each with the firm that it is for; those for all firms, "", come first."""
    return list(_wordings(template_queries.written(session)))


def _wordings(rows: Iterable[Template]) -> Iterator[tuple[str, Wording]]:
    for row in rows:
        # A newer version may have written a kind or language that this one does not send.
        if (row.kind, row.language) in OURS:
            source = Source.INSTALLATION if row.firm == INSTALLATION else Source.FIRM
            yield row.firm, Wording(Kind(row.kind), row.language, row.body, source, row.changed_by, row.changed_at)


def preview(session: Sessions, firm: Firm, details: Details, kind: Kind, language: str) -> str:
    """Exactly what a client of this firm would read of an event that might be."""
    return _preview(words(session, kind, language, firm.ref), firm, details)


def previews(session: Sessions, firm: Firm, details: Details) -> Mapping[str, Mapping[Kind, str]]:
    """All of them, by language and kind. One look-up."""
    found = in_force(session, firm.ref)
    return {language: {kind: _preview(found[kind, language], firm, details) for kind in Kind} for language in LANGUAGES}


def _preview(wording: Wording, firm: Firm, details: Details) -> str:
    event = templates_values.sample(firmtext.clock.now().date(), wording.language)
    return render(wording.body, event | templates_values.ways_to_reach(firm, details))


def change(session: Sessions, firm: str, kind: Kind, language: str, body: str, *, by: str) -> bool:
    """Use ``body`` from now on for this firm, or when ``firm`` is empty for all. Returns whether that is new.

    :raises FormRefused: the words are unfit; ``body`` says why.
    """
    if faults := check(body, kind, language):
        raise FormRefused({"body": "\n".join(map(str, faults))})
    was = session.scalar(
        select(Template.body).where(Template.firm == firm, Template.kind == kind, Template.language == language)
    )
    new = {"body": body, "changed_by": by, "changed_at": firmtext.clock.now()}
    insert = INSERT[session.get_bind().dialect.name](Template)
    row = session.execute(
        insert.values(id=new_id(), firm=firm, kind=kind, language=language, **new)
        .on_conflict_do_update(
            index_elements=["firm", "kind", "language"], set_=new, where=Template.body != insert.excluded.body
        )
        .returning(Template.id)
    ).scalar_one_or_none()
    if row is None:
        return False
    table = (Template.__tablename__, row)
    told = {"was": hashed(was) if was is not None else None, "became": hashed(body), "evidence": f"{kind} {language}"}
    audit.record(session, "template.set", table, firm=firm, actor=by, **told)
    return True


def reset(session: Sessions, firm: str, kind: Kind, language: str, *, by: str) -> bool:
    """Take back what :func:`change` wrote. Returns whether there was anything."""
    row = session.execute(
        delete(Template)
        .where(Template.firm == firm, Template.kind == kind, Template.language == language)
        .returning(Template.id, Template.body)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return False
    table, told = (Template.__tablename__, row.id), {"was": hashed(row.body), "evidence": f"{kind} {language}"}
    audit.record(session, "template.reset", table, firm=firm, actor=by, **told)
    return True


def hashed(body: str) -> str:
    """What the record knows words by: who has a version of them can find when it was in force."""
    return hashlib.sha256(body.encode()).hexdigest()[:32]
