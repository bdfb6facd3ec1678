"""Payment links: from a bill, under an account, and into a text."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from ..current import firmtext
from ..language import gettext as _
from ..language import marked
from ..messaging import tenancy
from ..messaging.owners import Subject
from ..ports import promises
from ..ports.host import Payments
from ..ports.values import Account, Bill, Contact
from ..practice import payments
from ..practice.payments import Choice, Made, Wanted
from . import people
from .access import Visitor, asked, visitor
from .blueprint import wants_part
from .draft import Draft
from .insertion import chosen_again, composer_with, keeping
from .paying import Paying, address_with, joined, paying
from .problems import Problem, framed, nothing_here, where

log = logging.getLogger(__name__)

NOT_MADE = marked("The link could not be made. Try again in a minute.")
NOTHING_DUE = marked("Nothing is due on this bill: it is paid or void, so there is no link.")
CHOOSE = marked("Choose an account.")


class NotMade(Exception):
    """There is no link; ``words`` say why, with the status ``code``."""

    def __init__(self, words: str, code: int) -> None:
        self.words, self.code = words, code
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The dialogue of a bill or, without one, of an account. ``made`` is the link, ``trouble`` why there is none.

    ``purpose`` is "text" where the link is to go into a text to the bill's client, else it is to be copied.
    """

    accounts: Sequence[Account]
    bill: Bill | None = None
    chosen: str = ""
    made: Made | None = None
    trouble: str = ""
    purpose: str = "copy"


def bill_link() -> Response:
    """Choose the account into which a bill is to be paid."""
    sheet, _who = _bill_sheet(request.args.get("bill", ""), request.args.get("do"))
    return _page(replace(sheet, trouble="" if sheet.bill and sheet.bill.due > 0 else _(NOTHING_DUE)))


def make_bill_link() -> Response:
    """Make the link and show it, or take it along into a text to the client."""
    sheet, who = _bill_sheet(request.form.get("bill", ""), request.form.get("do"))
    sheet = replace(sheet, chosen=request.form.get("account", ""))
    try:
        if sheet.bill is None or sheet.bill.due <= 0:
            raise NotMade(_(NOTHING_DUE), 409)
        link = made(who, Wanted(_account(sheet), sheet.bill))
    except NotMade as error:
        return _page(replace(sheet, trouble=error.words), error.code)
    if sheet.purpose == "text":
        return redirect(address_with(link.id, sheet.bill.contact), code=303)
    return _page(replace(sheet, made=link))


def make_account_link() -> Response:
    """Make a link without an amount and show it."""
    found = paying(visitor(), None)
    sheet = Sheet(found.accounts, chosen=request.form.get("account", ""))
    if sheet.chosen not in {account.ref for account in found.accounts}:
        raise nothing_here()
    try:
        return _page(replace(sheet, made=made(found.who, Wanted(_account(sheet)))))
    except NotMade as error:
        return _page(replace(sheet, trouble=error.words), error.code)


def payment_choices() -> Response:
    """What can be put into the text of a composer."""
    return _choices(Draft.sent())


def insert_payment_link() -> Response:
    """Make the chosen link and put it into the text."""
    draft = Draft.sent()
    with keeping(draft):
        return _inserted(draft)


def _inserted(draft: Draft) -> Response:
    found = _composing(visitor(), draft)
    if "choice" not in request.form:
        return composer_with(found.who, draft.rewritten(draft.text), _("Your text"))
    offered = _offered(found)
    choice = next((one for one in offered if one.key == request.form.get("choice")), None)
    if choice is None:
        return _offer(draft, offered, _("This link is no longer to be had: choose again."), 409)
    try:
        link = made(found.who, Wanted(choice.account, choice.bill, draft.contact))
    except NotMade as error:
        return _offer(draft, offered, error.words, error.code)
    if wants_part():
        return make_response(render_template("firmtext/_payment_inserted.html", words=link.words))
    filled = draft.rewritten(joined(draft.text, link.words))
    return composer_with(found.who, filled, _("Your text with the payment link"))


def _bill_sheet(ref: str, purpose: str | None) -> tuple[Sheet, Visitor]:
    """:raises Problem: 404, the firm has no such bill, or the host says no."""
    found = paying(visitor(), None)
    bill = asked("Payments.bill", lambda: promises.bill("bill", found.port.bill(ref)))
    if bill is None:
        raise nothing_here()
    if bill.contact:
        found.who.must("payment.insert", Subject(found.who.firm.ref, (bill.contact,)))
    first = found.accounts[0].ref if found.accounts else ""
    to_text = purpose == "text" and bill.contact
    return Sheet(found.accounts, bill, first, purpose="text" if to_text else "copy"), found.who


def _account(sheet: Sheet) -> Account:
    account = next((one for one in sheet.accounts if one.ref == sheet.chosen), None)
    if account is None:
        raise NotMade(_(CHOOSE), 422)
    return account


def made(who: Visitor, wanted: Wanted) -> Made:
    """The link, after the commit. :raises NotMade: the host, the keys or the database are in trouble."""
    session = firmtext.db.session
    try:
        port = payments.port_of(who.firm.ref)
        if port is None:
            raise nothing_here()
        link = payments.make(session, port, who.firm, who.user, wanted)
        session.commit()
    except Problem:
        raise
    except Exception as error:
        session.rollback()
        log.error("a payment link was not made: %s", where(error))
        raise NotMade(_(NOT_MADE), 503) from error
    return link


def _composing(who: Visitor, draft: Draft) -> Composing:
    """Whose bills may go into this text. :raises Problem: 404, the user may not text them, or it is for others."""
    if draft.answers is not None:
        found = people.of_conversation(who, draft.answers)
        subject, contacts = found.subject, found.contacts
        if draft.contact not in {one.ref for one in contacts}:
            raise nothing_here()
    else:
        contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, draft.contact))
        if contact is None:
            raise nothing_here()
        subject, contacts = Subject(who.firm.ref, (contact.ref,)), (contact,)
    who.must("message.send", subject)
    return Composing(who, paying(who, subject), contacts)


@dataclass(frozen=True, slots=True)
class Composing:
    """A text that is being written to these contacts."""

    who: Visitor
    paying: Paying
    contacts: Sequence[Contact]


def _offered(found: Composing) -> list[Choice]:
    port: Payments = found.paying.port
    return asked("Payments.bills", lambda: payments.choices(port, found.contacts))


def _choices(draft: Draft, trouble: str = "", code: int = 200) -> Response:
    with keeping(draft):
        return _offer(draft, _offered(_composing(visitor(), draft)), trouble, code)


def _offer(draft: Draft, offered: Sequence[Choice], trouble: str = "", code: int = 200) -> Response:
    context = {"draft": draft, "choices": offered, "trouble": trouble}
    return _answer("payment_choices", context, code)


def _page(sheet: Sheet, code: int = 200) -> Response:
    return _answer("payment_link", {"sheet": sheet}, code)


def _answer(name: str, context: dict[str, object], code: int) -> Response:
    """As a page, or as the content of the dialogue."""
    if wants_part():
        return make_response(render_template(f"firmtext/_{name}.html", **context), code)
    return framed(f"firmtext/{name}.html", code, **context)


stale_choices = chosen_again(_choices)
