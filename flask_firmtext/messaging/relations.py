"""The part that contacts have in matters: whose client, who is related, and who is on the other side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..current import firmtext
from ..language import gettext as _
from ..ports import promises
from ..ports.values import Contact, Matter, Relation, Side
from .owners import shielded

RelationsByContact = Mapping[str, Sequence[Relation]]

#: A warning is not to be hidden under "and 7 more".
ORDER = (Side.OPPOSING, Side.CLIENT, Side.RELATED)


def related_to(firm: str, contacts: Iterable[str]) -> RelationsByContact:
    """The matters in which each of these contacts (references) is not the client; the host is asked once.

    What the host raises goes on to the caller.
    """
    wanted = list(dict.fromkeys(contacts))
    if not wanted:
        return {}
    port = firmtext.host.for_firm(firm).matters
    return promises.relations_by_contact("related_to", port.related_to(wanted))


def told(firm: str, contacts: Sequence[Contact]) -> RelationsByContact | None:
    """The same; None while the host cannot say."""
    return shielded("Matters.related_to", lambda: related_to(firm, [contact.ref for contact in contacts]), None)


@dataclass(frozen=True, slots=True)
class Parts:
    """The matters of everybody who has a number. ``related`` says who is the client of none of them, and where.

    ``whole`` is False while the host cannot say.
    """

    all: tuple[Relation, ...] = ()
    related: RelationsByContact = field(default_factory=dict)
    whole: bool = True

    def of_client(self) -> list[Matter]:
        """The open matters of which one of them is the client."""
        return [one.matter for one in self.all if one.side == Side.CLIENT and one.matter.open]

    def against(self, contact: str) -> list[Matter]:
        """The open matters in which this contact (reference) is on the other side."""
        related = self.related.get(contact, ())
        return [one.matter for one in related if one.side == Side.OPPOSING and one.matter.open]


def parts(contacts: Sequence[Contact], matters: Iterable[Matter] | None, related: RelationsByContact | None) -> Parts:
    """Every matter of these ``contacts``: ``matters``, of which they are clients, and where they are ``related``, each
    None while the host cannot say.

    Once for each side, open ones first.
    """
    elsewhere = related or {}
    theirs = [Relation(matter, Side.CLIENT) for matter in matters or ()]
    theirs += [relation for contact in contacts for relation in elsewhere.get(contact.ref, ())]
    once: dict[tuple[str, bool], Relation] = {}
    for relation in theirs:
        once.setdefault((relation.matter.ref, relation.side == Side.OPPOSING), relation)
    shown = sorted(once.values(), key=lambda one: (not one.matter.open, ORDER.index(one.side)))
    return Parts(tuple(shown), elsewhere, whole=matters is not None and related is not None)


def words(relation: Relation) -> str:
    """What a contact is in a matter, in words; nothing for a client, which most of them are."""
    if relation.side == Side.CLIENT:
        return ""
    if relation.side == Side.RELATED:
        return relation.role or _("Related contact")
    return _("Other side: %(role)s", role=relation.role) if relation.role else _("Other side")
