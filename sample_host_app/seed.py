"""The demo's firms, people and cases, written once: ``flask seed``. Safe to repeat."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import click
from flask import Flask
from werkzeug.security import generate_password_hash

from flask_firmtext.firm import texting

from . import people
from .charges import Account
from .demo import invitations, numbers, threads
from .models import Bill, Contact, Document, Event, Firm, Matter, MatterParty, PhoneNumber, User, db

PASSWORD = "demo"  # noqa: S105 - printed for everyone who starts the demo


def init_app(app: Flask) -> None:
    @app.cli.command("seed")
    def seed() -> None:
        """Create the practice system's tables and the demo's firms, numbers and threads where they are missing."""
        create()
        for words in numbers.adopt(app):
            click.echo(words)
        threads.write(app)
        invitations.write(app)
        take_over(app)


def take_over(app: Flask) -> None:
    """Firms that had text notifications before have texting from the first day; nobody has to look first."""
    for firm in people.FIRMS:
        known = app.extensions["firmtext"].host.firms.get(firm.ref)
        if known.notifications:
            texting.take_over(known)


def create(today: date | None = None) -> None:
    """Create tables and the demo's rows in one transaction; firms that exist are left as they are."""
    db.create_all()
    today = today or date.today()  # noqa: DTZ011 - the calendar of whoever looks at the demo
    for firm in people.FIRMS:
        if db.session.get(Firm, firm.ref) is None:
            _add_firm(firm, today)
    db.session.commit()


def phones() -> list[dict[str, str]]:
    """Every demo contact's phone for the sandbox: ``[{"msisdn", "name"}]``, a shared one with all its names."""
    names: dict[str, list[str]] = {}
    for firm in people.FIRMS:
        for person in firm.contacts:
            for number, _ in person.numbers:
                names.setdefault(number.removeprefix("+"), []).append(person.name)
    return [{"msisdn": msisdn, "name": ", ".join(owners)} for msisdn, owners in names.items()]


def _add_firm(firm: people.DemoFirm, today: date) -> None:
    number, email, phone = firm.notifications or (None, None, None)
    legal_name, website, street, city, region, postal_code = firm.legal
    db.session.add(
        Firm(
            ref=firm.ref,
            name=firm.name,
            zone=firm.zone,
            country=firm.country,
            plan=firm.plan,
            legal_name=legal_name,
            website=website,
            street=street,
            city=city,
            region=region,
            postal_code=postal_code,
            notifications_number=number,
            notifications_email=email,
            notifications_phone=phone,
        )
    )
    db.session.flush()
    secret = generate_password_hash(PASSWORD)
    for email, name in firm.users:
        administrator = email.startswith("admin@")
        user = User(firm_ref=firm.ref, email=email, name=name, password_hash=secret, administrator=administrator)
        db.session.add(user)
    db.session.add_all(Account(firm_ref=firm.ref, name=name, trust=trust) for name, trust in people.ACCOUNTS)
    contacts = {person.name: _contact(firm.ref, person) for person in firm.contacts}
    db.session.add_all(contacts.values())
    db.session.flush()
    for case in firm.matters:
        _add_matter(firm, case, contacts, today)


def _contact(firm: str, person: people.Person) -> Contact:
    email = person.email or f"{person.name.split()[0].lower()}@client.example"
    contact = Contact(firm_ref=firm, name=person.name, email=email, language=person.language, zone=person.zone)
    contact.numbers = [
        PhoneNumber(e164=e164, label=label, for_texts=e164 == person.texting) for e164, label in person.numbers
    ]
    return contact


def _add_matter(firm: people.DemoFirm, case: people.Case, contacts: dict[str, Contact], today: date) -> None:
    client = contacts[case.client]
    matter = Matter(firm_ref=firm.ref, client_id=client.id, number=case.number, title=case.title, open=case.open)
    db.session.add(matter)
    db.session.flush()
    for name, role, opposing in case.parties:
        party = MatterParty(matter_id=matter.id, contact_id=contacts[name].id, role=role, opposing=opposing)
        db.session.add(party)
    for title, days, hour, minutes, place in case.events:
        db.session.add(_event(firm, matter, title, _on(today, days, hour), minutes, place))
    for number, days, total, paid in case.bills:
        db.session.add(_bill(firm.ref, matter, number, today + timedelta(days), total, paid))
    for name, media_type, size, days in case.documents:
        document = Document(firm_ref=firm.ref, matter_id=matter.id, name=name, media_type=media_type, size=size)
        document.added = _on(today, days, 15)
        db.session.add(document)


def _on(today: date, days: int, hour: int) -> datetime:
    return datetime.combine(today + timedelta(days), time(hour))


def _event(firm: people.DemoFirm, matter: Matter, title: str, starts: datetime, minutes: int, place: str) -> Event:
    event = Event(firm_ref=firm.ref, matter_id=matter.id, title=title, zone=firm.zone, place=place, starts=starts)
    event.ends = starts + timedelta(minutes=minutes)
    return event


def _bill(firm: str, matter: Matter, number: str, issued: date, total: int, paid: int) -> Bill:
    bill = Bill(firm_ref=firm, contact_id=matter.client_id, matter_id=matter.id, number=number, issued=issued)
    bill.payable = issued + timedelta(30)
    bill.total_cents, bill.paid_cents = total, paid
    return bill
