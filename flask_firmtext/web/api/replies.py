"""Saved replies, and the words of automatic texts."""

from __future__ import annotations

import uuid

from pydantic import Field

from ...firm import details, saved_replies, templates, texting
from ...firm.saved_replies import EVERYBODYS, Reply
from ...store.transactions import own, reading
from .. import replies
from .arguments import Key, as_id
from .bearer import Bearer
from .operations import delete, get, post, put
from .problems import conflict, nothing
from .shapes import Answer, Given, Page


class Words(Given):
    """A reply's name and words; fields are written like `{contact_name}`."""

    name: str = Field(max_length=200)
    text: str = Field(max_length=4_000)


class NewReply(Words):
    """A reply to be saved."""

    everybodys: bool = Field(False, description="Everybody's in the firm; else the token's administrator's own.")


class SavedReply(Answer):
    """Words for again. What cannot be read is empty."""

    id: uuid.UUID
    everybodys: bool
    name: str
    text: str


class SavedReplies(Page[SavedReply]):
    """All of them: the administrator's own, then everybody's."""


class Template(Answer):
    """The words of an automatic text as a client reads them, in one language."""

    kind: str
    language: str
    text: str


class Templates(Page[Template]):
    """All of them."""


@get("/saved-replies", "replies:read")
def list_replies(who: Bearer) -> SavedReplies:
    """List saved replies"""
    who.must("saved_reply.use")
    with reading() as session:
        found = saved_replies.listed(session, who.firm.ref, who.user.ref)
    return SavedReplies(items=[_shown(one) for one in found], next=None)


@post("/saved-replies", "replies:write")
def add_reply(who: Bearer, given: NewReply, key: Key) -> SavedReply:
    """Save a reply"""
    who.must("saved_reply.use")
    user = EVERYBODYS if given.everybodys else who.user.ref
    replies.must_edit(who, user)
    row = as_id(key)
    with own() as session:
        there = saved_replies.one(session, who.firm.ref, row)
        if there is None:
            words = {"name": given.name, "text": given.text}
            saved_replies.add(session, who.firm.ref, user=user, by=who.user.ref, row_id=row, **words)
    return _shown(_one(who, row))


@get("/saved-replies/{reply}", "replies:read", version="show_reply")
def show_reply(who: Bearer, reply: uuid.UUID) -> SavedReply:
    """Show a saved reply"""
    who.must("saved_reply.use")
    found = _one(who, reply)
    if found.user not in (EVERYBODYS, who.user.ref):
        raise nothing()
    return _shown(found)


@put("/saved-replies/{reply}", "replies:write", version="show_reply")
def change_reply(who: Bearer, reply: uuid.UUID, given: Words) -> SavedReply:
    """Write a saved reply anew"""
    _editable(who, reply)
    with own() as session:
        words = {"name": given.name, "text": given.text}
        if not saved_replies.change(session, who.firm.ref, reply, by=who.user.ref, **words):
            raise conflict("deleted")
    return _shown(_one(who, reply))


@delete("/saved-replies/{reply}", "replies:write", version="show_reply")
def delete_reply(who: Bearer, reply: uuid.UUID) -> None:
    """Delete a saved reply"""
    _editable(who, reply)
    with own() as session:
        saved_replies.delete(session, who.firm.ref, reply, by=who.user.ref)


@get("/templates", "templates:read")
def list_templates(who: Bearer) -> Templates:
    """List the words of automatic texts, with the firm's details in them"""
    who.must("template.read")
    with reading() as session:
        row = texting.status(session, who.firm.ref).texting
        found = templates.previews(session, who.firm, details.of(session, row) if row else details.Details())
    items = [
        Template(kind=kind, language=language, text=text)
        for language, texts in found.items()
        for kind, text in texts.items()
    ]
    return Templates(items=items, next=None)


def _editable(who: Bearer, reply: uuid.UUID) -> None:
    who.must("saved_reply.use")
    replies.must_edit(who, _one(who, reply).user)


def _one(who: Bearer, reply: uuid.UUID) -> Reply:
    with reading() as session:
        found = saved_replies.one(session, who.firm.ref, reply)
    if found is None:
        raise nothing()
    return found


def _shown(reply: Reply) -> SavedReply:
    return SavedReply(id=reply.id, everybodys=reply.user == EVERYBODYS, name=reply.name, text=reply.text)
