"""What a host says about contacts and matters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from unittest import SkipTest
from zoneinfo import available_timezones

from ..ports.host import Matters
from ..ports.values import Contact, Matter, Party, PhoneNumber, Relation, Side
from .known import E164, NOBODYS, Known, Reply, ask, needs

NOBODYS_NUMBER = "+12015550199"


class ContactsContract:
    """Who a firm texts. Give the fixture ``known``."""

    def test_a_contact_is_found_by_its_reference(self, known: Known) -> None:
        reply = ask(known, "Contacts.get", known.contact)
        contact = reply.a(Contact)
        reply.must(contact.ref == known.contact, f"the contact with ref {known.contact!r}")
        _check_contact(reply, contact)
        reply.must(contact.numbers, "a contact with a number (Known.contact needs one)")

    def test_the_same_contact_is_equal_each_time(self, known: Known) -> None:
        reply = ask(known, "Contacts.get", known.contact)
        reply.must(reply.value == ask(known, "Contacts.get", known.contact).value, "an equal value each time")

    def test_a_contact_that_nobody_knows_is_none(self, known: Known) -> None:
        for ref in NOBODYS:
            reply = ask(known, "Contacts.get", ref)
            reply.must(reply.value is None, "None")

    def test_another_firms_contact_is_none(self, known: Known) -> None:
        reply = ask(known, "Contacts.get", known.others("contact"))
        reply.must(reply.value is None, "None for another firm's contact")

    def test_a_contact_is_found_by_name_in_any_case(self, known: Known) -> None:
        name = ask(known, "Contacts.get", known.contact).a(Contact).name
        for text in (name, name.upper(), name.lower(), name[1:]):
            _search(known, text).must(known.contact in _refs(known, text), f"the contact {known.contact!r} too")

    def test_a_contact_is_found_by_the_digits_of_its_number(self, known: Known) -> None:
        for number in ask(known, "Contacts.get", known.contact).a(Contact).numbers:
            for text in (number.e164, number.e164[-10:]):
                _search(known, text).must(known.contact in _refs(known, text), f"the contact {known.contact!r} too")

    def test_a_search_finds_at_most_twenty(self, known: Known) -> None:
        for text in ("", "a", "5"):
            reply = _search(known, text)
            reply.must(len(reply.value) <= 20, "at most 20 contacts")

    def test_a_search_for_nothing_is_by_name(self, known: Known) -> None:
        reply = _search(known, "")
        names = [contact.name.casefold() for contact in reply.value]
        reply.must(names and names[0] <= names[-1], "contacts by name, the first ones first")

    def test_a_search_for_a_wildcard_is_a_search_for_that_sign(self, known: Known) -> None:
        for text in ("%", "_", "*"):
            reply = _search(known, text)
            reply.must(all(text in contact.name for contact in reply.value), f"only contacts with {text} in the name")

    def test_a_search_that_nothing_matches_is_empty(self, known: Known) -> None:
        reply = _search(known, "zzz no such name zzz")
        reply.must(not reply.value, "an empty list")

    def test_a_search_sees_no_other_firm(self, known: Known) -> None:
        other = _stranger(known)
        _search(known, other.name).must(other.ref not in _refs(known, other.name), "no contact of another firm")

    def test_every_contact_with_a_number_is_found_by_it(self, known: Known) -> None:
        for number in ask(known, "Contacts.get", known.contact).a(Contact).numbers:
            reply = ask(known, "Contacts.by_number", number.e164)
            found = reply.some(Contact)
            reply.must(known.contact in {contact.ref for contact in found}, f"the contact {known.contact!r} too")
            for contact in found:
                reply.must(number.e164 in {known_.e164 for known_ in contact.numbers}, "contacts with this number only")

    def test_a_number_nobody_has_belongs_to_nobody(self, known: Known) -> None:
        for number in (NOBODYS_NUMBER, "78787", ""):
            reply = ask(known, "Contacts.by_number", number)
            reply.must(not reply.some(Contact), "an empty list")

    def test_a_number_does_not_find_another_firms_contact(self, known: Known) -> None:
        other = _stranger(known)
        for number in other.numbers:
            reply = ask(known, "Contacts.by_number", number.e164)
            reply.must(other.ref not in {found.ref for found in reply.some(Contact)}, "no contact of another firm")

    def test_many_numbers_at_once_are_the_same_as_each_alone(self, known: Known) -> None:
        numbers = [number.e164 for number in ask(known, "Contacts.get", known.contact).a(Contact).numbers]
        reply = ask(known, "Contacts.by_numbers", [*numbers, NOBODYS_NUMBER])
        reply.must(isinstance(reply.value, Mapping), "a mapping by number")
        for number in [*numbers, NOBODYS_NUMBER]:
            alone = {contact.ref for contact in ask(known, "Contacts.by_number", number).some(Contact)}
            reply.must(
                {contact.ref for contact in reply.value.get(number, ())} == alone, f"for {number} what by_number does"
            )

    def test_many_contacts_at_once_are_the_same_as_each_alone(self, known: Known) -> None:
        alone = ask(known, "Contacts.get", known.contact).a(Contact)
        reply = ask(known, "Contacts.by_refs", [known.contact, *NOBODYS])
        reply.must(isinstance(reply.value, Mapping), "a mapping by reference")
        reply.must(dict(reply.value) == {known.contact: alone}, "what get does, without references of nobody")

    def test_many_contacts_at_once_are_of_the_firm(self, known: Known) -> None:
        reply = ask(known, "Contacts.by_refs", [known.others("contact")])
        reply.must(not reply.value, "nothing for another firm's contact")


class MattersContract:
    """A firm's matters. Give the fixture ``known``."""

    def test_a_matter_is_found_by_its_reference(self, known: Known) -> None:
        reply = ask(known, "Matters.get", needs(known, "Matters", "matter"))
        reply.must(reply.a(Matter).ref == known.matter, f"the matter with ref {known.matter!r}")
        reply.must(reply.value.title.strip(), "a matter with a title")
        reply.url(reply.value.url, "matter")

    def test_a_matter_that_nobody_knows_is_none(self, known: Known) -> None:
        for ref in NOBODYS:
            reply = ask(known, "Matters.get", ref)
            reply.must(reply.value is None, "None")

    def test_another_firms_matter_is_none_and_has_nobody(self, known: Known) -> None:
        reply = ask(known, "Matters.get", known.others("matter"))
        reply.must(reply.value is None, "None for another firm's matter")
        reply = ask(known, "Matters.contacts_of", known.others("matter"))
        reply.must(not reply.some(Party), "an empty list for another firm's matter")

    def test_a_client_has_its_matters_open_ones_first(self, known: Known) -> None:
        reply = ask(known, "Matters.of_contact", known.contact)
        matters = reply.some(Matter)
        reply.must(known.matter in {matter.ref for matter in matters}, f"the matter {known.matter!r} too")
        states = [matter.open for matter in matters]
        reply.must(states == sorted(states, reverse=True), "open matters before closed ones")

    def test_a_contact_that_nobody_knows_has_no_matters(self, known: Known) -> None:
        for ref in (*NOBODYS, *filter(None, [known.other_contact])):
            reply = ask(known, "Matters.of_contact", ref)
            reply.must(not reply.some(Matter), "an empty list")

    def test_many_contacts_at_once_have_the_same_matters_as_each_alone(self, known: Known) -> None:
        refs = [known.contact, *NOBODYS, *filter(None, [known.other_contact])]
        reply = ask(known, "Matters.of_contacts", refs)
        reply.must(isinstance(reply.value, Mapping), "a mapping by contact")
        for ref in refs:
            alone = [matter.ref for matter in ask(known, "Matters.of_contact", ref).some(Matter)]
            there = [matter.ref for matter in reply.value.get(ref, ())]
            reply.must(there == alone, f"for {ref!r} what of_contact does")

    def test_a_matter_has_its_client_first(self, known: Known) -> None:
        reply = ask(known, "Matters.contacts_of", needs(known, "Matters", "matter"))
        parties = reply.some(Party)
        reply.must(parties and parties[0].side is Side.CLIENT, "the client first")
        clients = {party.contact.ref for party in parties if party.side is Side.CLIENT}
        reply.must(known.contact in clients, f"the contact {known.contact!r} as a client")
        for party in parties:
            reply.must(isinstance(party.side, Side), "parties with a Side")
            same = ask(known, "Contacts.get", party.contact.ref).value
            reply.must(same == party.contact, f"the same contact as Contacts.get({party.contact.ref!r})")

    def test_a_matter_that_nobody_knows_has_nobody(self, known: Known) -> None:
        for ref in NOBODYS:
            reply = ask(known, "Matters.contacts_of", ref)
            reply.must(not reply.some(Party), "an empty list")

    def test_everyone_beside_the_client_is_related_to_the_matter(self, known: Known) -> None:
        matter = needs(known, "Matters", "matter")
        sides = {party.contact.ref: party.side for party in ask(known, "Matters.contacts_of", matter).some(Party)}
        reply = ask(known, "Matters.related_to", [*sides, *NOBODYS, *filter(None, [known.other_contact])])
        if type(known.host.for_firm(known.firm).matters).related_to is Matters.related_to:
            raise SkipTest("Matters.related_to: this host does without")
        reply.must(isinstance(reply.value, Mapping), "a mapping by contact")
        for ref, side in sides.items():
            here = [one.side for one in _relations(reply, ref) if one.matter.ref == matter]
            expected = [] if side is Side.CLIENT else [side]
            reply.must(here == expected, f"for {ref!r} what contacts_of({matter!r}) does")
        for ref in (*NOBODYS, *filter(None, [known.other_contact])):
            reply.must(not reply.value.get(ref), f"nothing for {ref!r}")


def _relations(reply: Reply, ref: str) -> Sequence[Relation]:
    relations = Reply(f"{reply.asked}[{ref!r}]", reply.value.get(ref, ()), reply.place).some(Relation)
    for relation in relations:
        reply.must(isinstance(relation.side, Side) and isinstance(relation.role, str), "a Side and a role of words")
        reply.url(relation.matter.url, "matter")
    states = [relation.matter.open for relation in relations]
    reply.must(states == sorted(states, reverse=True), "open matters before closed ones")
    return relations


def _stranger(known: Known) -> Contact:
    return ask(replace(known, firm=known.others("firm")), "Contacts.get", known.others("contact")).a(Contact)


def _search(known: Known, text: str) -> Reply:
    reply = ask(known, "Contacts.search", text)
    for contact in reply.some(Contact):
        _check_contact(reply, contact)
    return reply


def _refs(known: Known, text: str) -> set[str]:
    return {contact.ref for contact in ask(known, "Contacts.search", text).some(Contact)}


def _check_contact(reply: Reply, contact: Contact) -> None:
    numbers = contact.numbers
    reply.must(isinstance(contact.ref, str) and contact.ref, "contacts whose ref is text")
    reply.must(contact.name.strip(), "contacts with a name")
    reply.must(
        isinstance(numbers, tuple) and all(isinstance(n, PhoneNumber) for n in numbers), "a tuple of PhoneNumber"
    )
    reply.must(all(E164.fullmatch(number.e164) for number in numbers), "numbers in E.164, such as +13125550100")
    reply.must(
        contact.texting_number in {None, *(number.e164 for number in numbers)},
        "a texting_number among numbers, or None",
    )
    reply.must(contact.zone is None or contact.zone in available_timezones(), "an IANA time zone, or None")
    reply.must(contact.language is None or re.match("[A-Za-z]{2,3}(-|$)", contact.language), "a BCP 47 tag, or None")
    reply.url(contact.url, "contact")
