"""What an administrator does about texts that failed or are in doubt: try many again, and say what became of one."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask_admin.actions import action
from flask_admin.base import expose
from flask_admin.helpers import get_redirect_target
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ...current import firmtext
from ...errors import DecryptError, TextRefused
from ...language import gettext as _
from ...language import marked
from ...language import ngettext as _n
from ...messaging import resolving, retrying, sequels
from ...messaging.owners import Subject
from ...messaging.resolving import Decision
from ...messaging.retrying_words import refused
from ...messaging.shown import Sequel
from ...messaging.wording import reason_words
from ...store import consent_queries, repeat_queries
from ...store.models import Conversation, Message
from ...store.states import Direction, State
from .. import limits
from ..access import Visitor, visitor
from ..repeating import SAID
from ..resolving import ANSWERS, SAY_WHY
from . import access, words
from .records import ActingRecords

AGAIN = "again"
TRY_AGAIN = marked("Try again")
#: What may be chosen in the list; the page that follows says which are sent again, and why others are not.
CHOSEN = frozenset({State.FAILED, State.EXPIRED, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Plan:
    """A chosen text; ``why`` it is not sent again, empty when it is."""

    row: Message
    why: str


class Repeating(ActingRecords):
    """Flask-Admin's actions; each text is loaded by firm and asked about anew, whatever the form names."""

    confirm_template = "firmtext/admin/confirm.html"
    #: Whoever chooses rows does this with all of them.
    bulk = ((AGAIN, TRY_AGAIN),)

    def is_action_allowed(self, name: str) -> bool:
        return name in (AGAIN, *ANSWERS)

    @expose("/action/", methods=("POST",))  # type: ignore[untyped-decorator]
    def action_view(self) -> Response:
        return self.handle_action()  # type: ignore[no-any-return]

    @action(AGAIN, TRY_AGAIN)  # type: ignore[untyped-decorator]
    def again(self, ids: Sequence[str]) -> Response | str:
        """Say first which will be sent again and why others will not; then send them, each by itself."""
        who, back = visitor(), self._back()
        rows = self._mine(ids, "message.retry", who)
        plans = _plans(rows, who)
        if not plans:
            flash(_("Choose the texts that are to be sent again."), "info")
        elif "confirmed" not in request.form:
            return self._ask_again(plans, who, back)
        else:
            _send([plan.row.id for plan in plans], who)
        return redirect(back)

    @action(Decision.ARRIVED, ANSWERS[Decision.ARRIVED].button)  # type: ignore[untyped-decorator]
    def arrived(self, ids: Sequence[str]) -> Response | str:
        """A person knows that the client has it."""
        return self._resolve(ids, Decision.ARRIVED)

    @action(Decision.LOST, ANSWERS[Decision.LOST].button)  # type: ignore[untyped-decorator]
    def lost(self, ids: Sequence[str]) -> Response | str:
        """A person knows that the client never got it."""
        return self._resolve(ids, Decision.LOST)

    @action(Decision.RESEND, ANSWERS[Decision.RESEND].button)  # type: ignore[untyped-decorator]
    def resend(self, ids: Sequence[str]) -> Response | str:
        """A person wants it sent again, though the client may get it twice."""
        return self._resolve(ids, Decision.RESEND)

    def _mine(self, ids: Sequence[str], may: str, who: Visitor) -> Sequence[Message]:
        rows = [row for row in map(self.get_one, dict.fromkeys(ids[: self.page_size])) if row is not None]
        session = firmtext.db.session()
        return [
            row
            for row in rows
            if row.direction == Direction.OUT
            and who.may(may, access.subject_of(session, who.firm.ref, row.conversation_id))
        ]

    def _back(self) -> str:
        return get_redirect_target() or str(self.get_url(".index_view"))

    def _form(self, name: str, label: str, back: str) -> dict[str, Any]:
        return {"csrf": self.action_form().csrf_token, "name": name, "label": label, "return_url": back}

    def _ask_again(self, plans: Sequence[Plan], who: Visitor, back: str) -> str:
        go, stay = [plan for plan in plans if not plan.why], [plan for plan in plans if plan.why]
        question = _n("Send %(n)s text again?", "Send %(n)s texts again?", len(go)) if go else _("Nothing can be sent.")
        left = _n("%(n)s text is not sent again:", "%(n)s texts are not sent again:", len(stay)) if stay else ""
        told = {
            "lines": [(plan.row.id, _told(plan.row, who)) for plan in go],
            "left": left,
            "staying": [(_told(plan.row, who), plan.why) for plan in stay],
        }
        return str(
            self.render(self.confirm_template, question=question, **told, **self._form(AGAIN, _(TRY_AGAIN), back))
        )

    def _resolve(self, ids: Sequence[str], answer: str) -> Response | str:
        who, back = visitor(), self._back()
        rows = [row for row in self._mine(ids[:1], "message.resolve", who) if row.state == State.UNKNOWN]
        why = request.form.get("why", "").strip()
        if not rows:
            flash(_(SAID["decided"]), "info")
        elif "confirmed" not in request.form or not why:
            return self._ask_why(rows[0], answer, who, back)
        else:
            flash(*_say(rows[0].id, answer, why, who))
        return redirect(back)

    def _ask_why(self, row: Message, answer: str, who: Visitor, back: str) -> str:
        about = ANSWERS[answer]
        told = {
            "lines": [(row.id, _told(row, who))],
            "explained": _(about.meaning),
            "asks": _(about.asks),
            "most": resolving.LONGEST,
            "missing": _(SAY_WHY) if "confirmed" in request.form else "",
        }
        form = self._form(answer, _(about.button), back)
        return str(self.render(self.confirm_template, question=_(about.button), **told, **form))


def sequel_of(session: Session, row: Message, conversation: Conversation, who: Visitor) -> Sequel:
    """What came after a text, and what may."""
    stands = consent_queries.standing(session, who.firm.ref, conversation.phone_index)
    found = sequels.read(session, who.firm.ref, [row], stands)
    return found.of(row, words.actors(found.people), who.firm.zone)


def offered(after: Sequel, subject: Subject, who: Visitor) -> Sequence[tuple[str, str]]:
    """The buttons on the page of a text."""
    if after.tries and who.may("message.retry", subject):
        return ((AGAIN, TRY_AGAIN),)
    if after.asks and who.may("message.resolve", subject):
        return [(name, answer.button) for name, answer in ANSWERS.items()]
    return ()


def _plans(rows: Sequence[Message], who: Visitor) -> Sequence[Plan]:
    made = repeat_queries.made_of(firmtext.db.session(), who.firm.ref, [row.id for row in rows])
    repeated = {one.retry_of for one in made}
    return [Plan(row, _why_not(row, row.id in repeated)) for row in rows]


def _why_not(row: Message, repeated: bool) -> str:
    refusal = refused("tried_again") if repeated else retrying.refusal(row)
    return refusal.sentence if refusal else ""


def _told(row: Message, who: Visitor) -> str:
    told = reason_words(row.reason).label if row.reason else words.state(row.state)
    return words.kind(row) + ", " + told + ", " + words.time(row.created_at, who.firm.zone)


def _send(texts: Sequence[uuid.UUID], who: Visitor) -> None:
    session, left = firmtext.db.session, Counter[str]()
    try:
        limits.spend(who, texts=len(texts))
    except TextRefused as refusal:
        flash(refusal.sentence, "error")
        return
    for text in texts:
        try:
            retrying.again(session, text, user=who.user)
            session.commit()
        except TextRefused as refusal:
            session.rollback()
            left[refusal.sentence] += 1
        except DecryptError:
            session.rollback()
            left[_(SAID["unreadable"])] += 1
    if sent := len(texts) - left.total():
        flash(_n("%(n)s text is being sent again.", "%(n)s texts are being sent again.", sent), "success")
    for why, count in left.items():
        flash(_n("%(n)s text is not: %(why)s", "%(n)s texts are not: %(why)s", count, why=why), "info")


def _say(text: uuid.UUID, answer: str, why: str, who: Visitor) -> tuple[str, str]:
    """What came of it, and how that is to be shown."""
    session = firmtext.db.session
    try:
        done = resolving.decide(session, text, answer, user=who.user, why=why)
        session.commit()
    except TextRefused as refusal:
        session.rollback()
        return refusal.sentence, "error"
    except DecryptError:
        session.rollback()
        return _(SAID["unreadable"]), "error"
    said = "decided" if done is None else "again" if answer == Decision.RESEND else "resolved"
    return _(SAID[said]), "info" if done is None else "success"
