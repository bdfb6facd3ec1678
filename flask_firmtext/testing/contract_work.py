"""What a host keeps and tells of documents, time, payments and events. Its writing verbs take a token."""

from __future__ import annotations

import io
import re
import secrets
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from ..ports.values import Account, Answer, Bill, Event, Link
from .known import NOBODYS, Known, Reply, ask, needs, refuses


class Forwards(io.BytesIO):
    """A stream that can only be read, from its beginning to its end, as a file is while it is decrypted."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise io.UnsupportedOperation("a received file is read once, forwards")

    def tell(self) -> int:
        raise io.UnsupportedOperation("a received file is read once, forwards")


class Broken(Forwards):
    """A file that turns out to be damaged after its first bytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size) if size is not None and size >= 0 else b""
        if found:
            return found
        raise OSError("the file cannot be read any further")


class DocumentsContract:
    """Where received files go. Give the fixture ``known``."""

    def test_a_file_is_read_whole_and_gets_a_reference(self, known: Known) -> None:
        stream = Forwards(secrets.token_bytes(200_000))
        reply = _file(known, _place(known), stream, _token())
        reply.must(stream.read(1) == b"", "a reference once it has read the whole stream")

    def test_the_same_token_is_the_same_document(self, known: Known) -> None:
        token = _token()
        first = _file(known, _place(known), Forwards(b"one"), token)
        again = _file(known, _place(known), Forwards(b"one"), token)
        again.must(again.value == first.value, f"{first.value!r}, as the first time")

    def test_another_token_is_another_document(self, known: Known) -> None:
        first = _file(known, _place(known), Forwards(b"one"), _token())
        second = _file(known, _place(known), Forwards(b"one"), _token())
        second.must(second.value != first.value, "a new reference")

    def test_a_file_that_breaks_off_is_no_document(self, known: Known) -> None:
        token = _token()
        refuses(known, "Documents.file", _place(known), "note.txt", "text/plain", Broken(b"x"), token=token)
        if known.session is not None:
            known.session.rollback()  # as whoever calls does when a port raises
        stream = Forwards(b"one and two")
        reply = _file(known, _place(known), stream, token)
        reply.must(
            stream.read(1) == b"", "a reference once it has read the whole stream, also after one that broke off"
        )

    def test_a_contact_can_be_the_place(self, known: Known) -> None:
        _file(known, known.contact, Forwards(b"one"), _token())

    def test_a_strange_name_harms_nothing(self, known: Known) -> None:
        for name in ("../../etc/passwd", "C:\\boot.ini", "photo\u202egpj.exe", "x" * 120, "名前.jpg"):
            _file(known, _place(known), Forwards(b"one"), _token(), name)

    def test_another_firms_matter_takes_no_file(self, known: Known) -> None:
        place = known.others("matter")
        refuses(known, "Documents.file", place, "note.txt", "text/plain", Forwards(b"one"), token=_token())

    def test_a_document_has_a_page_or_none(self, known: Known) -> None:
        ref = _file(known, _place(known), Forwards(b"one"), _token()).value
        reply = ask(known, "Documents.url", ref)
        reply.url(reply.value, "document")


class TimeEntriesContract:
    """Where time is recorded. Give the fixture ``known``."""

    def test_the_same_token_is_the_same_entry(self, known: Known) -> None:
        token = _token()
        first = _add_time(known, token)
        again = _add_time(known, token)
        again.must(again.value == first.value, f"{first.value!r}, as the first time")

    def test_another_token_is_another_entry(self, known: Known) -> None:
        first, second = _add_time(known, _token()), _add_time(known, _token())
        second.must(second.value != first.value, "a new reference")

    def test_an_increment_is_a_number_of_minutes(self, known: Known) -> None:
        needs(known, "TimeEntries", "matter")
        step = known.host.for_firm(known.firm).time_entries.increment
        Reply("TimeEntries.increment", step).must(isinstance(step, int) and 1 <= step <= 60, "minutes from 1 to 60")

    def test_an_entry_has_a_page_or_none(self, known: Known) -> None:
        reply = ask(known, "TimeEntries.url", _add_time(known, _token()).value)
        reply.url(reply.value, "time entry")

    def test_another_firms_matter_takes_no_time(self, known: Known) -> None:
        matter = known.others("matter")
        refuses(known, "TimeEntries.add", known.user, matter, 6, date(2025, 3, 3), "Texts", token=_token())


class PaymentsContract:
    """Where clients pay. Give the fixture ``known``; its contact has a bill with something due."""

    def test_accounts_have_a_reference_and_a_name(self, known: Known) -> None:
        reply = _accounts(known)
        accounts = reply.some(Account)
        reply.must(len({account.ref for account in accounts}) == len(accounts), "accounts with different references")
        reply.must(all(account.ref and account.name.strip() for account in accounts), "accounts with ref and name")

    def test_bills_have_something_due_the_oldest_first(self, known: Known) -> None:
        reply = _bills(known)
        bills = reply.some(Bill)
        reply.must(all(type(bill.due) is Decimal and bill.due > 0 for bill in bills), "a Decimal above 0 as due")
        reply.must(all(re.fullmatch("[A-Z]{3}", bill.currency) for bill in bills), "three capital letters as currency")
        issued = [bill.issued for bill in bills if bill.issued is not None]
        reply.must(issued == sorted(issued), "the oldest bill first")

    def test_a_bill_is_found_by_its_reference(self, known: Known) -> None:
        wanted = _bills(known).some(Bill)[0]
        reply = ask(known, "Payments.bill", wanted.ref)
        if reply.value is not None:  # a host without this verb offers no link on its bill pages
            same = (wanted.ref, wanted.due, known.contact)
            reply.must((reply.a(Bill).ref, reply.value.due, reply.value.contact) == same, f"the bill of {same}")

    def test_a_bill_that_nobody_knows_is_none(self, known: Known) -> None:
        for ref in NOBODYS:
            reply = ask(known, "Payments.bill", ref)
            reply.must(reply.value is None, "None")

    def test_a_contact_that_nobody_knows_has_no_bills(self, known: Known) -> None:
        for ref in (*NOBODYS, *filter(None, [known.other_contact])):
            reply = ask(known, "Payments.bills", ref)
            reply.must(not reply.some(Bill), "an empty list")

    def test_a_bill_can_be_paid_by_a_link(self, known: Known) -> None:
        bill = _bills(known).some(Bill)[0]
        for account in _accounts(known).some(Account):
            _check_link(known, "Payments.bill_link", bill.ref, account.ref)

    def test_an_account_can_be_paid_into_by_a_link(self, known: Known) -> None:
        for account in _accounts(known).some(Account):
            _check_link(known, "Payments.link", account.ref)

    def test_a_contact_can_be_asked_to_pay_into_an_account(self, known: Known) -> None:
        for account in _accounts(known).some(Account):
            _check_link(known, "Payments.link_for", account.ref, known.contact)

    def test_a_bill_that_nobody_knows_has_no_link(self, known: Known) -> None:
        account = _accounts(known).some(Account)[0]
        refuses(known, "Payments.bill_link", "nobody", account.ref)


class CalendarContract:
    """The host's events. Give the fixture ``known``."""

    def test_an_event_is_found_by_its_reference(self, known: Known) -> None:
        reply = ask(known, "Calendar.event", needs(known, "Calendar", "event"))
        event = reply.a(Event)
        reply.must(event.ref == known.event, f"the event with ref {known.event!r}")
        reply.must(event.title.strip(), "an event with a title")
        reply.must(event.zone in available_timezones(), "an event whose zone is an IANA time zone")
        aware = [moment.tzinfo is not None for moment in (event.start, event.end)]
        expected = "wall time without a zone for a whole day" if event.all_day else "start and end with a zone"
        reply.must(aware == [not event.all_day] * 2, expected)
        reply.must(event.end >= event.start, "an end that is not before the start")

    def test_the_page_of_an_event_is_an_address_or_none(self, known: Known) -> None:
        reply = ask(known, "Calendar.url", needs(known, "Calendar", "event"))
        reply.url(reply.value, "event")

    def test_an_event_that_nobody_knows_is_none(self, known: Known) -> None:
        for ref in NOBODYS:
            reply = ask(known, "Calendar.event", ref)
            reply.must(reply.value is None, "None")

    def test_another_firms_event_is_none(self, known: Known) -> None:
        reply = ask(known, "Calendar.event", known.others("event"))
        reply.must(reply.value is None, "None for another firm's event")

    def test_an_answer_may_come_twice_and_change(self, known: Known) -> None:
        token = _token()
        for answer, sent in ((Answer.CONFIRMED, token), (Answer.CONFIRMED, token), (Answer.DECLINED, _token())):
            reply = ask(known, "Calendar.respond", needs(known, "Calendar", "event"), known.contact, answer, token=sent)
            reply.must(reply.value is None, "None")


def _token() -> str:
    return f"firmtext:contract:{secrets.token_hex(8)}"


def _place(known: Known) -> str:
    return known.matter or known.contact


def _file(known: Known, place: str, stream: Forwards, token: str, name: str = "note.txt") -> Reply:
    reply = ask(known, "Documents.file", place, name, "text/plain", stream, token=token)
    reply.must(reply.a(str), "a reference that is not empty")
    return reply


def _add_time(known: Known, token: str) -> Reply:
    day, matter = date(2025, 3, 3), needs(known, "TimeEntries", "matter")
    reply = ask(known, "TimeEntries.add", known.user, matter, 6, day, "Texts with the client", token=token)
    reply.must(reply.a(str), "a reference that is not empty")
    return reply


def _accounts(known: Known) -> Reply:
    reply = ask(known, "Payments.accounts")
    reply.must(reply.some(Account), "at least one account")
    return reply


def _bills(known: Known) -> Reply:
    reply = ask(known, "Payments.bills", known.contact)
    reply.must(reply.some(Bill), "a bill (Known.contact needs one with something due)")
    return reply


def _check_link(known: Known, verb: str, *args: str) -> None:
    reply, again = ask(known, verb, *args), ask(known, verb, *args)
    again.must(again.a(Link).url == reply.a(Link).url, "the same link, as the first time")
    parts = urlsplit(reply.a(Link).url)
    reply.must(parts.scheme in ("http", "https") and parts.hostname, "a link with a whole http(s) address")
    reply.must(not re.search(r"\s", reply.value.url), "a link without blanks, or a phone cuts it short")
