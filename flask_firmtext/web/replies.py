"""Saved replies: offered in the composer, filled in for this client; written and mended on a page of the settings."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..errors import FormRefused
from ..firm import details, saved_replies, texting
from ..firm.saved_replies import EVERYBODYS, Filled, Reply
from ..firm.templates_values import ways_to_reach
from ..language import gettext as _
from ..messaging import tenancy
from ..messaging.owners import Subject
from ..ports.values import Contact
from ..store.transactions import own, reading
from .access import Visitor, asked, visitor
from .draft import Draft
from .form import Form
from .insertion import chosen_again, composer_with, keeping
from .paying import joined
from .problems import Problem, framed, nothing_here
from .settings import TOO_LONG_OPEN

FIELDS = ("name", "text", "whose")


def replies() -> str:
    """What the composer's list shows: every reply with its fields filled in for a contact."""
    who = _user()
    contact = _contact(who, request.args.get("contact", ""))
    return render_template("firmtext/_replies.html", replies=_filled(who, contact))


def reply_choices() -> Response:
    """The same on a page of its own, for a composer without scripts; its text goes along."""
    return _choices(Draft.sent())


def insert_reply() -> Response:
    """Put the chosen reply behind the text, or go back to the text as it is."""
    draft = Draft.sent()
    with keeping(draft):
        return _inserted(draft)


def _inserted(draft: Draft) -> Response:
    who = _user()
    offered = _filled(who, _contact(who, draft.contact))
    wanted = request.form.get("choice", "")
    found = next((one for one in offered if str(one.reply.id) == wanted and not one.missing), None)
    if wanted and found is None:
        return _choices(draft, _("This reply is no longer to be had: choose again."), 409)
    text = joined(draft.text, found.text) if found else draft.text
    return composer_with(who, draft.rewritten(text), _("Your text with the saved reply"))


def _choices(draft: Draft, trouble: str = "", code: int = 200) -> Response:
    with keeping(draft):
        who = _user()
        offered = _filled(who, _contact(who, draft.contact))
    return framed("firmtext/reply_choices.html", code, draft=draft, replies=offered, trouble=trouble)


def saved_replies_page() -> str:
    who = _user()
    with reading() as session:
        found = saved_replies.listed(session, who.firm.ref, who.user.ref)
    return render_template("firmtext/replies.html", replies=found, may_edit=who.may("settings.edit"))


def new_reply() -> Response:
    return _page(_user(), Form({"whose": request.args.get("whose", "")}))


def add_reply() -> Response:
    """A user's own, or everybody's for who may edit the settings."""
    who = _user()
    form = Form.sent(*FIELDS)
    user = EVERYBODYS if form.values["whose"] == "firm" else who.user.ref
    must_edit(who, user)
    name, text = form.values["name"], form.values["text"]

    def change(session: Session) -> None:
        saved_replies.add(session, who.firm.ref, user=user, by=who.user.ref, name=name, text=text)

    return _saved(who, form, change)


def reply(reply_id: uuid.UUID) -> Response:
    who = _user()
    found = _editable(who, reply_id)
    return _page(who, Form(_given(found)), found)


def change_reply(reply_id: uuid.UUID) -> Response:
    who = _user()
    found = _editable(who, reply_id)
    form = Form({**Form.sent("name", "text").values, "whose": _given(found)["whose"]})
    given = {"name": form.values["name"], "text": form.values["text"]}

    def change(session: Session) -> None:
        if not saved_replies.change(session, who.firm.ref, reply_id, by=who.user.ref, **given):
            raise FormRefused({"": _("Somebody has deleted this reply meanwhile. What you typed is kept here.")})

    return _saved(who, form, change, found)


def delete_reply(reply_id: uuid.UUID) -> Response:
    who = _user()
    _editable(who, reply_id)
    with own() as session:
        saved_replies.delete(session, who.firm.ref, reply_id, by=who.user.ref)
    return _back()


def _given(reply: Reply) -> Mapping[str, str]:
    return {"name": reply.name, "text": reply.text, "whose": "firm" if reply.user == EVERYBODYS else "mine"}


def _user() -> Visitor:
    who = visitor()
    who.must("saved_reply.use")
    return who


def must_edit(who: Visitor, user: str) -> None:
    """:raises Problem: 404, the reply is the firm's and the user may not edit its settings, or another user's."""
    if user == EVERYBODYS:
        who.must("settings.edit")
    elif user != who.user.ref:
        raise nothing_here()


def _editable(who: Visitor, reply_id: uuid.UUID) -> Reply:
    with reading() as session:
        found = saved_replies.one(session, who.firm.ref, reply_id)
    if found is None:
        raise nothing_here()
    must_edit(who, found.user)
    return found


def _contact(who: Visitor, ref: str) -> Contact:
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, ref))
    if contact is None:
        raise nothing_here()
    who.must("message.send", Subject(who.firm.ref, (contact.ref,)))
    return contact


def _filled(who: Visitor, contact: Contact) -> list[Filled]:
    with reading() as session:
        found = saved_replies.listed(session, who.firm.ref, who.user.ref)
        row = texting.status(session, who.firm.ref).texting
        reached = ways_to_reach(who.firm, details.of(session, row) if row else details.Details())
    values = {**reached, "contact_name": contact.name, "user_name": who.user.name}
    return [saved_replies.filled(one, values) for one in found if one.text]


def _saved(who: Visitor, form: Form, change: Callable[[Session], None], found: Reply | None = None) -> Response:
    try:
        with own() as session:
            change(session)
    except FormRefused as refusal:
        return _page(who, form.refused(refusal.faults), found, 422)
    return _back()


def _page(who: Visitor, form: Form, found: Reply | None = None, code: int = 200) -> Response:
    context = {"reply": found, "form": form, "fields": saved_replies.FIELDS, "may_edit": who.may("settings.edit")}
    return make_response(render_template("firmtext/reply.html", **context), code)


def _back() -> Response:
    return redirect(url_for("firmtext.saved_replies_page"), code=303)


def stale_form(problem: Problem) -> Response:
    """The form once more, with what was typed, for who may send it."""
    if problem.code != 400:
        return framed("firmtext/problem.html", problem.code, problem=problem)
    who = _user()
    given = request.view_args or {}
    found = _editable(who, given["reply_id"]) if "reply_id" in given else None
    fault: Mapping[str, str] = {"": _(TOO_LONG_OPEN)}
    return _page(who, Form.sent(*FIELDS).refused(fault), found, 400)


stale_choices = chosen_again(_choices)
