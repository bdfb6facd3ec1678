"""Texts found by their words, which go in a body and are kept encrypted for a day: no address holds one."""

from __future__ import annotations

import uuid

from pydantic import Field

from ...messaging import searches, searching
from ...store.transactions import reading
from .. import inbox
from ..searching import contacts_of
from . import cursors
from .bearer import Bearer
from .operations import get, post
from .problems import WAIT, Failure, nothing
from .shapes import Answer, Asked, Given, Page, Ref
from .texts_shown import Text, shown


class NewSearch(Given):
    """Words, and where they are sought."""

    words: str = Field(min_length=1, max_length=200)
    contact: Ref | None = None
    matter: Ref | None = None


class Search(Answer):
    """A search, kept for a day."""

    id: uuid.UUID


class Hit(Answer):
    """A text with what was sought, and whom it is with."""

    text: Text
    names: list[str]


class Hits(Page[Hit]):
    """A page of hits, the newest first."""

    searchable: bool = Field(description="False: nothing can be found by what was typed.")
    complete: bool = Field(description="False: not every text can be found yet.")
    unreadable: int = Field(description="Texts that may have it and cannot be read.")


class After(Asked):
    """A page of 20."""

    after: str | None = Field(None, max_length=500, description="The `next` of the page before.")


@post("/searches", "texts:read", code=201)
def search_texts(who: Bearer, given: NewSearch) -> Search:
    """Search in texts"""
    who.must("conversation.list")
    contacts_of(who, given.contact, given.matter)
    made = searches.make(who.firm.ref, who.user, given.words, contact=given.contact, matter=given.matter)
    if made is None:
        raise Failure("too-many", headers=WAIT)
    return Search(id=made)


@get("/searches/{search}", "texts:read")
def show_hits(who: Bearer, search: uuid.UUID, query: After) -> Hits:
    """Show what a search finds now"""
    who.must("conversation.list")
    with reading() as session:
        kept = searches.find(session, who.firm.ref, who.user, search)
    if kept is None:
        raise nothing()
    contacts = contacts_of(who, kept.contact, kept.matter)
    kind = f"search:{search}"
    before = int(cursors.read(who, kind, query.after)[0]) if query.after else None
    found = searching.page(who.firm, who.user, kept, contacts, may=inbox.readable(who), before=before)
    return Hits(
        items=[Hit(text=shown(one.text), names=list(one.names)) for one in found.hits],
        next=None if found.older is None else cursors.write(who, kind, found.older),
        searchable=found.searchable,
        complete=found.complete,
        unreadable=found.unreadable,
    )
