"""What an administrator must know on every page of ours: that sending stands still, and what only an operator mends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from ...current import firmtext
from ...language import gettext as _
from ...language import ngettext as _n
from ...messaging import held, troubles
from ..access import Visitor, visitor


@dataclass(frozen=True, slots=True)
class Banner:
    """``title`` in short, ``told`` in full, and a link to where something can be done, if anything can."""

    title: str
    told: str
    link: str = ""
    label: str = ""


def banners() -> Sequence[Banner]:
    """Those for whoever looks at this page, one for everything that stands still."""
    who, session = visitor(), firmtext.db.session()
    return [*_standing(session, who), *_failing(session, who)]


def _standing(session: Session, who: Visitor) -> Sequence[Banner]:
    found = held.standing(session, who.firm.ref)
    if not found:
        return ()
    first, zone = found[0], who.firm.zone
    title = _("Waiting: %(reason)s", reason=first.words.label)
    texts = max(one.waiting for one in found)
    waiting = _n("%(n)s text waits.", "%(n)s texts wait.", texts) if texts else ""
    told = " ".join(dict.fromkeys(one.told(zone) for one in found))
    label = _("Resume sending") if who.may("hold.lift") else _("See what stands still")
    return (Banner(title, f"{told} {waiting}".strip(), url_for("firmtext_holds.index_view"), label),)


def _failing(session: Session, who: Visitor) -> Sequence[Banner]:
    found = troubles.lately(session, who.firm.ref)
    if not found:
        return ()
    texts = sum(one.texts for one in found)
    told = _n(
        "%(n)s text of the last 7 days failed for it (%(codes)s). Whoever operates this system finds in its doctor "
        "what to mend.",
        "%(n)s texts of the last 7 days failed for it (%(codes)s). Whoever operates this system finds in its doctor "
        "what to mend.",
        texts,
        codes=", ".join(f"{one.code} {one.title}" for one in found),
    )
    return (Banner(_("Something in this system's account at the carrier needs mending"), told),)
