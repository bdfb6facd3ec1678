"""Settings > Text Messaging: where the firm stands, for everybody of it to read; its administrators change it there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from flask import make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..errors import FormRefused, KeyUnavailable
from ..language import gettext as _
from ..language import marked
from ..store import changes
from ..store.transactions import own, reading
from .access import Visitor, visitor
from .arguments import whole_number
from .blueprint import wants_part
from .form import Form
from .live import Quiet, quiet
from .problems import Problem, framed, nothing_here, where
from .standing import Stage, Standing, standing
from .takeover import take_over

log = logging.getLogger(__name__)

#: Shows a form again, given sentences by field (that of the whole form under "") and the status code.
Again = Callable[[Mapping[str, str], int], Response]

NOT_STORED = marked("It could not be saved; what you typed is kept here. Press the button again in a minute.")
TOO_LONG_OPEN = marked("The page was open too long; what you typed is kept here. Press the button again.")
#: What was done, said once on the page that follows. Where a firm does not stand like that, nothing is said.
SAID = {
    "on": (marked("Text messaging is turned on."), (Stage.COMING, Stage.ON)),
    "off": (marked("Done. Nothing is sent from now on."), (Stage.OFF,)),
    "again": (marked("We try again."), (Stage.COMING, Stage.ON)),
    "details": (marked("Your details are saved. They stand in every automatic text from now on."), tuple(Stage)),
    "reminders": (marked("Event reminders are saved."), tuple(Stage)),
    "refusals": (marked("Saved: what clients are told about files that they cannot send."), tuple(Stage)),
}


def settings() -> Response:
    """The page; to htmx, which asks every second while a number is being got, what has changed since."""
    who = visitor()
    if wants_part():
        return quiet(_changed(who))
    take_over(who)
    return page(standing(who, request.args.get("language")))


def guidance() -> str:
    """When to text, as a page of its own: beside a composer."""
    return render_template("firmtext/guidance.html", firm=visitor().firm)


def page(shown: Standing, *, form: Form | None = None, opened: str = "", code: int = 200) -> Response:
    """The page with ``form`` in the place that ``opened`` names: ``turn-on``, ``reminders`` or ``refusals``."""
    if shown.edits:
        # A part that comes by polling sets no cookie, so the session's token is made here for its forms, too.
        generate_csrf()
    words, stages = SAID.get(request.args.get("said", ""), ("", ()))
    said = _(words) if shown.stage in stages else ""
    context = {"standing": shown, "form": form, "opened": opened, "said": said}
    return make_response(render_template("firmtext/settings.html", **context), code)


def _changed(who: Visitor) -> Quiet:
    """204 while the firm's count is ``since``: one indexed read."""
    with reading() as session:
        now = changes.now(session, who.firm.ref)
    if now == whole_number("since"):
        return Quiet(status=204)
    shown = standing(who)
    return Quiet(render_template("firmtext/_settings.html", standing=shown, form=None, opened="", part=True))


def editor() -> Visitor:
    """Who may change the settings of a firm that may have texting. :raises Problem: 404, for everybody else."""
    who = visitor()
    who.must("settings.edit")
    if not who.firm.availability.allowed:
        raise nothing_here()
    return who


def changing(who: Visitor) -> Standing:
    """The settings of a firm that has turned texting on once. :raises Problem: 404, it has not."""
    shown = standing(who)
    if shown.status.texting is None:
        raise nothing_here()
    return shown


def saved(change: Callable[[Session], None], said: str, again: Again) -> Response:
    """Make a change and say so on the page; else show the form ``again``, with what was typed."""
    try:
        with own() as session:
            change(session)
    except FormRefused as refusal:
        return again(refusal.faults, 422)
    except (SQLAlchemyError, KeyUnavailable) as error:
        log.error("settings were not stored: %s", where(error))
        return again({"": _(NOT_STORED)}, 503)
    return done(said)


def kept(again: Again) -> Callable[[Problem], Response]:
    """What shows a form once more whose page was open too long, to somebody who may send it."""

    def show(problem: Problem) -> Response:
        if problem.code == 400:
            with suppress(Problem):
                return again({"": _(TOO_LONG_OPEN)}, 400)
        return framed("firmtext/problem.html", problem.code, problem=problem)

    return show


def done(said: str) -> Response:
    return redirect(url_for("firmtext.settings", said=said), code=303)
