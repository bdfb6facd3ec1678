"""Which of a contact's numbers a form means, as long as the contact has it."""

from __future__ import annotations

from flask import url_for

from ..errors import TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import numbers
from ..ports.values import Contact
from ..store import indexes
from .draft import Cure

LOST_NUMBER = marked("%(name)s no longer has this number. Choose one of the contact's.")
NO_NUMBER = marked(
    "%(name)s has no mobile number any more. Your text is kept here. Add the number to the contact again, then press "
    "Send; to another number, begin with New."
)


class NotItsNumber(TextRefused):
    """The contact no longer has the number; ``cure`` is where it gets one again, or where another is chosen."""

    def __init__(self, code: str, sentence: str, cure: Cure | None) -> None:
        self.cure = cure
        super().__init__(code, sentence)


def number_of(firm: str, contact: Contact, key: str) -> str | None:
    """The contact's number that a form's key stands for; None when the form leaves the choice to the host.

    :raises TextRefused: the contact no longer has it.
    """
    if not key:
        return None
    for number in contact.numbers:
        if key in {index.hex() for index in indexes.all_of(firm, number.e164)}:
            return number.e164
    if not any(numbers.can_be_texted(number.e164, number.label) for number in contact.numbers):
        cure = Cure(contact.url, _("Open the contact")) if contact.url else None
        raise NotItsNumber("no_number", _(NO_NUMBER, name=contact.name), cure)
    another = Cure(url_for("firmtext.new", contact=contact.ref), _("Write to another number"))
    raise NotItsNumber("number_not_textable", _(LOST_NUMBER, name=contact.name), another)
