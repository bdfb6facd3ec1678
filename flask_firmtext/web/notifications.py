"""Settings > Notifications > Text messages: how each user is told of new texts, and whether single keys act."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..language import gettext as _
from ..language import marked
from ..messaging import choices
from ..messaging.choices import Choice
from ..store.transactions import own
from .access import Visitor, visitor
from .blueprint import wants_part
from .paths import local
from .problems import Problem, where

log = logging.getLogger(__name__)

SAVED = marked("Saved.")
NOT_STORED = marked("It could not be saved. Press the button again in a minute.")
TROUBLE = marked("These settings cannot be shown at the moment. The rest of this page is not affected.")


@dataclass(frozen=True, slots=True)
class Notifications:
    """The form; ``back`` is the host's page that it stands on, empty on our own, ``trouble`` why there is none."""

    choice: Choice
    back: str = ""
    said: str = ""
    fault: str = ""
    trouble: str = ""


def notifications() -> str:
    """The form as a page of its own."""
    who = _reader()
    said = _(SAVED) if request.args.get("firmtext") == "saved" else ""
    return render_template("firmtext/notifications.html", notifications=Notifications(choices.of(who.user), said=said))


def choose() -> Response:
    """Keep a user's own choice; an open page that turned the browser's notifications on asks for no page."""
    who = _reader()
    choice = Choice(*(request.form.get(name) == "on" for name in ("badge", "browser", "keys")))
    back = local(request.form.get("back", ""))
    try:
        with own() as session:
            choices.choose(session, who.user, choice)
    except SQLAlchemyError as error:
        log.error("a choice was not stored: %s", where(error))
        shown = Notifications(choice, back, fault=_(NOT_STORED))
        return make_response(render_template("firmtext/notifications.html", notifications=shown), 503)
    if wants_part():
        return Response(status=204)
    return redirect(f"{back or url_for('firmtext.notifications')}?firmtext=saved", code=303)


def slot() -> Notifications | None:
    """The form on a page of the host's. None where nobody is signed in or nothing may be read."""
    try:
        who = visitor()
        if not who.may("conversation.list"):
            return None
        said = _(SAVED) if request.args.get("firmtext") == "saved" else ""
        return Notifications(choices.of(who.user), local(request.script_root + request.path), said)
    except Problem as problem:
        return None if problem.code in (401, 404) else Notifications(Choice(), trouble=problem.words)
    except Exception as error:
        log.error("the notification settings could not be drawn: %s", type(error).__name__)
        return Notifications(Choice(), trouble=_(TROUBLE))


def _reader() -> Visitor:
    who = visitor()
    who.must("conversation.list")
    return who
