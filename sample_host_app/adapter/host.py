"""The host as FirmText knows it: firms and users, and each firm's ports."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from flask_firmtext.ports import host

from .calendar import Calendar
from .firms import Firms, Users
from .payments import Payments
from .people import Contacts, Matters
from .work import Documents, TimeEntries


class SampleHost(host.Host):
    def __init__(self, db: SQLAlchemy) -> None:
        self.db = db
        self.users = Users(db)
        self.firms = Firms(db)

    def for_firm(self, ref: str) -> host.Ports:
        db = self.db
        return host.Ports(
            contacts=Contacts(db, ref),
            matters=Matters(db, ref),
            documents=Documents(db, ref),
            time_entries=TimeEntries(db, ref),
            payments=Payments(db, ref),
            calendar=Calendar(db, ref),
        )


def make_host(db: SQLAlchemy) -> SampleHost:
    return SampleHost(db)
