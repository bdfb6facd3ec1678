"""Sending: a text is accepted once, and whatever goes wrong, what was typed comes back in the composer."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..current import firmtext
from ..errors import DecryptError, TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import accepting, drafts, owners, routes, tenancy
from ..messaging.body import check
from ..messaging.drafts import Place
from ..messaging.meanwhile import Meanwhile
from ..messaging.owners import Subject
from ..messaging.routes import Route
from ..ports.values import Contact
from ..store import cells, conversation_queries
from ..store.models import Conversation, Message
from ..store.transactions import reading
from . import limits
from .access import Visitor, asked, visitor
from .blueprint import wants_part
from .draft import Draft
from .problems import Problem, nothing_here, where
from .recipient import NotItsNumber, number_of
from .refusal import NotSent, in_its_place, refused, with_news
from .thread import opened

log = logging.getLogger(__name__)

NOT_STORED = marked("Your text could not be stored; it is kept here. Press Send again in a minute.")
SENT_BEFORE = marked("Another text was sent from this form already. Press Send to send this one, too.")
CODES = {"opted_out": 409, "sent_before": 409, limits.CODE: 429}


def send() -> Response:
    """Accept one text and show it in its conversation. :raises NotSent: with what was typed."""
    draft = Draft.sent()
    try:
        who, contact, sent = stored(draft)
    except Exception as error:
        firmtext.db.session.rollback()
        raise _not_sent(error, draft) from error
    if not wants_part():
        return redirect(url_for("firmtext.conversation", conversation_id=sent.conversation), code=303)
    if draft.conversation == str(sent.conversation) and _is_open(sent.conversation):
        return with_news(make_response(render_template("firmtext/_composer.html", draft=draft.next(sent.position))))
    return _conversation_instead(who, sent.conversation, contact)


def _is_open(conversation_id: uuid.UUID) -> bool:
    """Whether the browser shows this conversation at its own address; from elsewhere (*New*) it goes there."""
    address = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return not address or address.endswith(f"/conversations/{conversation_id}")


def _not_sent(error: Exception, draft: Draft) -> NotSent:
    """Whatever went wrong, the words come back; what it was is told by type and place, without any value."""
    if isinstance(error, Meanwhile):
        name = owners.names_of([error.author]).get(error.author) if error.author else None
        return NotSent(409, draft.overtaken(error.told(name), error.conversation, error.position))
    if isinstance(error, TextRefused):
        again = draft.another if error.code in ("sent_before", "token") else draft.refused
        if isinstance(error, NotItsNumber):
            again = replace(draft, cure=error.cure).refused
        return NotSent(CODES.get(error.code, 422), again(error.sentence))
    if isinstance(error, Problem):
        return refused(error, draft)
    log.error("a text was not stored: %s", where(error))
    return NotSent(503, draft.refused(_(NOT_STORED)))


def _conversation_instead(who: Visitor, conversation_id: uuid.UUID, contact: Contact) -> Response:
    """The page becomes that of the conversation, with its title and address, and without a reload."""
    try:
        shown = opened(who, conversation_id, contact=contact.ref)
        return in_its_place(who, shown, Draft.to_answer(shown, who))
    except Exception as error:
        log.error("a text is stored, its conversation could not be shown: %s", where(error))
        address = url_for("firmtext.conversation", conversation_id=conversation_id)
        return Response(headers={"HX-Redirect": address})


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a text went."""

    id: uuid.UUID
    conversation: uuid.UUID
    position: int


def stored(draft: Draft) -> tuple[Visitor, Contact, Sent]:
    """Store the text and commit. :raises TextRefused, Problem: it is not stored."""
    who = visitor()
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, draft.contact))
    if contact is None:
        raise nothing_here()
    route = route_of(who, contact, draft)
    who.must("message.send", route.subject)
    accepting.check_availability(who.firm)
    limits.spend(who, route.shown.conversation.id if route.shown else None, texts=limits.new(who, [draft.token]))
    # Who may text and not read is not told what others wrote.
    seen = draft.before if who.may("conversation.read", route.subject) else None
    session = firmtext.db.session
    message = accepting.accept_on(
        session,
        route,
        user=who.user,
        contact=contact,
        text=draft.text,
        token=draft.token,
        zone=who.firm.zone,
        seen=seen,
    )
    conversation = _its_conversation(message, route)
    _same(message, conversation, route, draft)
    _as_asked(who, conversation, route)
    drafts.drop(session, place_in(who, route, draft), draft.written())
    sent = Sent(message.id, message.conversation_id, message.position)
    session.commit()
    return who, contact, sent


def _its_conversation(message: Message, route: Route) -> Conversation:
    if route.shown is not None and route.shown.conversation.id == message.conversation_id:
        return route.shown.conversation
    return conversation_queries.of_firm(firmtext.db.session, message.firm, message.conversation_id)


def place_in(who: Visitor, route: Route, draft: Draft) -> Place:
    """Where these words were kept: a form may leave the choice of the number to the host."""
    return replace(draft, number=route.index.hex()).place(who)


def route_of(who: Visitor, contact: Contact, draft: Draft) -> Route:
    """The way of this text. Why there is none is told only to who may text the contact."""
    firm = who.firm.ref
    try:
        to = number_of(firm, contact, draft.number)
        with reading() as session:
            way = routes.look(session, firm, contact, to=to, conversation=draft.answers)
        return way.asked()
    except TextRefused:
        who.must("message.send", Subject(firm, (contact.ref,)))
        raise


def _same(message: Message, conversation: Conversation, route: Route, draft: Draft) -> None:
    """Back, other words or somebody else, Send: the form's token is spent, and these words would be lost in silence."""
    if not route.reaches(conversation):
        raise TextRefused("sent_before", _(SENT_BEFORE))
    place = cells.place(Message, "body", message.id, message.firm)
    try:
        stored = cells.unseal(firmtext.db.session(), place, message.body)
    except DecryptError:
        return
    if stored != check(draft.text):
        raise TextRefused("sent_before", _(SENT_BEFORE))


def _as_asked(who: Visitor, conversation: Conversation, route: Route) -> None:
    """Since the host was asked, others may have written to the same phone: then it is asked again."""
    subject = routes.of_conversation(firmtext.db.session(), conversation)
    begun = route.subject.conversation is None
    if set(subject.contacts) == set(route.subject.contacts) and (
        begun or subject.conversation == route.subject.conversation
    ):
        return
    who.must("message.send", subject)
