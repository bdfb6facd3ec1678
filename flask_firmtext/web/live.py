"""What has changed since a page was drawn. Asked every second, so it costs one indexed read while nothing has.

A poll is no sign of life of a person: it renews neither the host's session nor its cookies.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, json, render_template, request, session

from ..messaging import thread, threads
from ..messaging.reading import mark_seen
from ..store import changes
from ..store.transactions import reading
from . import inbox, places, planned, sightings
from .access import Visitor, visitor
from .arguments import whole_number
from .draft import Draft
from .filters import view_of
from .problems import Problem, nothing_here
from .thread import mark_read, may_read, rights_of

NO_BADGE: dict[str, Any] = {"unread": 0, "badge": ""}


class Quiet(Response):
    """An answer that sets no cookie, whoever tries: a session that only polls may run out."""

    def set_cookie(self, *args: Any, **named: Any) -> None:
        """Nothing."""


def changed() -> Response:
    """204 while the firm's count is ``since``, else what an open page has to show, as JSON of HTML parts."""
    try:
        return _answer()
    except Problem as problem:
        return quiet(Quiet(status=problem.code))


def _answer() -> Response:
    who = visitor()
    since = whole_number("since")
    open_thread = request.args.get("conversation", type=uuid.UUID)
    lists = who.may("conversation.list")
    if not lists:
        _may_follow(who, open_thread)
    _seen(who, open_thread)
    with reading() as own:
        now = changes.now(own, who.firm.ref)
    if now == since:
        return quiet(Quiet(status=204))
    parts: dict[str, Any] = {"now": now, **(_badge(who) if lists else NO_BADGE)}
    if "table" in request.args:
        view = view_of(request.args.get("show"))
        parts |= _of_table(places.contents(who, request.args.get("contact"), request.args.get("matter"), view))
    if open_thread:
        parts |= _of_thread(who, open_thread, since)
    return quiet(Quiet(json.dumps(parts), mimetype="application/json"))


def _may_follow(who: Visitor, open_thread: uuid.UUID | None) -> None:
    """Who may see no list of conversations may still have one of them open."""
    if open_thread is None or "table" in request.args:
        raise nothing_here()
    may_read(who, open_thread)


def _badge(who: Visitor) -> dict[str, Any]:
    unread = threads.unread(who.firm.ref, who.user, may=inbox.readable(who))
    return {"unread": unread, "badge": render_template("firmtext/_badge.html", unread=unread)}


def _seen(who: Visitor, conversation_id: uuid.UUID | None) -> None:
    """Texts that came while the conversation was open and in sight have been read."""
    position = whole_number("seen")
    if conversation_id and position:
        may_read(who, conversation_id)
        mark_read(who, conversation_id, position, mark=mark_seen)


def _of_table(shown: inbox.Inbox) -> dict[str, str]:
    table = {"table": shown.table, "not_on": shown.not_on, "visitor": shown.visitor, "first": True}
    return {
        "table": render_template("firmtext/_table.html", **table, place=shown.place),
        "begin": "" if shown.not_on else render_template("firmtext/_new_menu.html", place=shown.place),
    }


def _of_thread(who: Visitor, conversation_id: uuid.UUID, since: int | None) -> dict[str, Any]:
    rights = rights_of(who, may_read(who, conversation_id))
    sightings.seen(who.firm.ref, who.user.ref, conversation_id)
    fresh = thread.changed(who.firm, conversation_id, since=-1 if since is None else since, rights=rights)
    shown = fresh.texts[-thread.PAGE :]
    return {
        "texts": "".join(
            render_template("firmtext/_text.html", text=text, names=fresh.names, visitor=who) for text in shown
        ),
        "gap": since is not None and len(fresh.texts) > len(shown),
        "hold": _before(who, fresh),
        "stopped": fresh.stopped is not None,
        "composer": _composer(who, conversation_id) if "closed" in request.args else "",
        "scheduled": _planned(who, conversation_id),
        "seen": render_template("firmtext/_seen.html", thread={"id": conversation_id}),
        "offers": render_template("firmtext/_offers.html", offers=fresh.offers),
    }


def _planned(who: Visitor, conversation_id: uuid.UUID) -> str:
    """What is to be sent at a time of its own."""
    return render_template("firmtext/_scheduled.html", lines=planned.of_conversation(conversation_id), visitor=who)


def _before(who: Visitor, fresh: thread.Fresh) -> str:
    """What stands before the composer."""
    told = {"hold": fresh.hold, "warning": fresh.warning, "stopped": fresh.stopped, "question": fresh.question}
    return render_template("firmtext/_before.html", visitor=who, **told)


def _composer(who: Visitor, conversation_id: uuid.UUID) -> str:
    """For a page that was drawn without one: maybe the conversation can be answered by now; with whom it reaches."""
    shown = thread.show(who.firm, conversation_id)
    if shown is None or shown.closed:
        return ""
    composer = render_template("firmtext/_composer.html", draft=Draft.to_answer(shown, who))
    return render_template("firmtext/_recipient.html", recipient=shown.recipient) + composer


def quiet(answer: Response) -> Response:
    """The host's session as it was found: a permanent one would be written again with every answer."""
    if session.pop("_permanent", None) is not None:
        session.modified = False
    return answer
