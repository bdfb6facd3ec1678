"""Where links can be had: what pages and slots offer of payments, and the words that come along to a composer."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from ..errors import DecryptError
from ..language import gettext as _
from ..language import marked
from ..messaging.owners import Subject, shielded
from ..ports import promises
from ..ports.host import Payments
from ..ports.values import Account
from ..practice import payments
from ..store.models import Texting
from ..store.transactions import reading
from .access import Visitor, asked, visitor
from .draft import Draft
from .problems import Problem, nothing_here

log = logging.getLogger(__name__)

TRUST = marked("Trust account")


@dataclass(frozen=True, slots=True)
class Paying:
    """A user who may hand out payment links, with the host's port and the firm's accounts."""

    who: Visitor
    port: Payments
    accounts: Sequence[Account]


@dataclass(frozen=True, slots=True)
class Slot:
    """What a slot draws: for which bill or account (the host's reference), or ``trouble`` instead.

    ``texts``: the bill has a client to text; ``account`` is the only one of the firm, where there is nothing to choose.
    """

    ref: str = ""
    trouble: str = ""
    texts: bool = False
    account: str = ""


def paying(who: Visitor, subject: Subject | None) -> Paying:
    """:raises Problem: 404, the host takes no payments or says no; 503, it cannot say."""
    who.must("payment.insert", subject)
    port = asked("Host.for_firm", lambda: payments.port_of(who.firm.ref))
    if port is None:
        raise nothing_here()
    return Paying(who, port, asked("Payments.accounts", lambda: promises.accounts("accounts", port.accounts())))


def offers_links(draft: Draft) -> bool:
    """Whether *Insert payment link* stands in a composer. What it can insert is found out when it is pressed."""
    return shielded("Host.for_firm", lambda: _offers(visitor(), draft), False)


def _offers(who: Visitor, draft: Draft) -> bool:
    if not draft.contact or payments.port_of(who.firm.ref) is None:
        return False
    return who.may("payment.insert", Subject(who.firm.ref, (draft.contact,), draft.conversation or None))


def bill_menu(bill: object) -> Slot | None:
    """The menu beside a bill's *Send*; None where there is nothing to offer: no texting, no right, nothing due."""
    try:
        who = visitor()
        if not _has_texting(who):
            return None
        found = paying(who, None)
        known = asked("Payments.bill", lambda: promises.bill("bill", found.port.bill(str(bill))))
        if known is None or known.due <= 0 or not found.accounts:
            return None
        if known.contact and not who.may("payment.insert", Subject(who.firm.ref, (known.contact,))):
            return None
    except Exception as error:
        return _trouble(error)
    return Slot(known.ref, texts=bool(known.contact), account=only(found.accounts))


def only(accounts: Sequence[Account]) -> str:
    """The reference of a firm's only account; nothing where there are several, or none."""
    return accounts[0].ref if len(accounts) == 1 else ""


def trust_words(account: Account) -> str:
    """What marks a trust account; nothing for one whose own name says the same."""
    marks, name = {_(TRUST), TRUST}, account.name.casefold()
    return _(TRUST) if account.trust and not any(mark.casefold() in name for mark in marks) else ""


def account_button(account: object) -> Slot | None:
    """The button under an account; whether it is the firm's is found out when it is pressed."""
    try:
        who = visitor()
        offered = _has_texting(who) and payments.port_of(who.firm.ref) is not None and who.may("payment.insert")
    except Exception as error:
        return _trouble(error)
    return Slot(str(account)) if offered else None


def _has_texting(who: Visitor) -> bool:
    """Whether the firm has turned texting on, be its number ready or not: a link can be copied without."""
    if not who.firm.availability.allowed:
        return False
    with reading() as session:
        switch = session.get(Texting, who.firm.ref)
    return switch is not None and switch.off_at is None


def _trouble(error: Exception) -> Slot | None:
    """A slot never breaks the page that it stands in."""
    if isinstance(error, Problem) and error.code in (401, 404):
        return None
    log.error("payment links could not be offered: %s", type(error).__name__)
    return Slot(trouble=_("Payment links cannot be had at the moment. The rest of this page is not affected."))


def address_with(link: uuid.UUID, contact: str | None) -> str:
    """The page of a new text with a link in it, until that is sent: Back from there must not offer it again."""
    with reading() as session:
        times = payments.times_texted(session, link)
    return url_for("firmtext.new", contact=contact, payment=link, times=times)


def prefilled(draft: Draft | None) -> Draft | None:
    """A composer's draft with the link that the address names, by our id: a link itself never stands in an address."""
    given = request.args.get("payment", type=uuid.UUID)
    if given is None or draft is None:
        return draft
    who = visitor()
    try:
        with reading() as session:
            made = payments.read(session, who.firm.ref, given)
            sent = payments.times_texted(session, given) != request.args.get("times", 0, type=int)
    except DecryptError:
        return draft
    if made is None or sent or made.words in draft.text or made.contact not in (None, "", draft.contact):
        return draft
    if not who.may("payment.insert", Subject(who.firm.ref, (draft.contact,))):
        return draft
    return draft.rewritten(joined(draft.text, made.words))


def joined(text: str, words: str) -> str:
    """A text with a link behind it."""
    return f"{text.rstrip()} {words}" if text.strip() else words
