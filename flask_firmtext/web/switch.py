"""Turning texting on, off and on again, and trying again where getting a number stands still."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..firm import orders, texting
from ..store.transactions import own
from .form import Form
from .settings import done, editor, kept, page, saved
from .standing import Stage, standing
from .takeover import must_take_over


def turn_on_form() -> Response:
    """The page with the form open: where the button leads without scripts."""
    shown = standing(editor())
    served = shown.numbers or shown.status.being_set_up
    if shown.stage is Stage.COMING or (shown.stage is Stage.ON and served):
        return redirect(url_for("firmtext.settings"), code=303)
    return page(shown, form=Form({"email": shown.details.email or "", "phone": shown.phone}), opened="turn-on")


def turn_on() -> Response:
    """Turn texting on with the alternative contact; pressed twice, or by two people, it is turned on once."""
    who = editor()
    must_take_over(who)
    form = Form.sent("email", "phone")

    def change(session: Session) -> None:
        texting.turn_on_with(session, who.firm, form.values["email"], form.values["phone"], by=who.user.ref)

    return saved(change, "on", _form_again)


def _form_again(faults: Mapping[str, str], code: int) -> Response:
    form = Form.sent("email", "phone").refused(faults)
    return page(standing(editor()), form=form, opened="turn-on", code=code)


def turn_on_again() -> Response:
    """With the details that the firm gave before; where there are none, they are asked for."""
    who = editor()
    shown = standing(who)
    if not shown.status.reachable:
        return redirect(url_for("firmtext.turn_on_form"), code=303)
    with own() as session:
        texting.turn_on(session, who.firm, shown.details, by=who.user.ref)
    return done("on")


def turn_off_form() -> Response | str:
    """What turning off means, before it is done."""
    shown = standing(editor())
    if shown.stage not in (Stage.ON, Stage.COMING):
        return redirect(url_for("firmtext.settings"), code=303)
    return render_template("firmtext/turn_off.html", standing=shown)


def turn_off() -> Response:
    who = editor()
    with own() as session:
        texting.turn_off(session, who.firm.ref, by=who.user.ref)
    return done("off")


def try_again() -> Response:
    """Go on with getting a number where it stopped."""
    who = editor()
    if not standing(who).status.off:
        with own() as session:
            orders.again(session, who.firm.ref, by=who.user.ref)
    return done("again")


stale = kept(_form_again)
