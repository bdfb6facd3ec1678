"""Text messaging between a law firm and its clients, for practice systems written in Flask."""

import typing as _typing

from . import deferred as _deferred
from .collector import paused as _paused

# The extension
with _paused():
    from .extension import FirmText as FirmText

# Errors that a host may catch
from .errors import ConfigurationError as ConfigurationError
from .errors import DecryptError as DecryptError
from .errors import FirmTextError as FirmTextError
from .errors import HostContractError as HostContractError
from .errors import KeyUnavailable as KeyUnavailable
from .errors import TextRefused as TextRefused

# The host and its ports
from .ports.host import Calendar as Calendar
from .ports.host import Contacts as Contacts
from .ports.host import Documents as Documents
from .ports.host import Firms as Firms
from .ports.host import Host as Host
from .ports.host import Matters as Matters
from .ports.host import OneFirm as OneFirm
from .ports.host import Payments as Payments
from .ports.host import Ports as Ports
from .ports.host import TimeEntries as TimeEntries
from .ports.host import Users as Users

# What a host fills in
from .ports.values import Account as Account
from .ports.values import Answer as Answer
from .ports.values import Availability as Availability
from .ports.values import Bill as Bill
from .ports.values import Contact as Contact
from .ports.values import Event as Event
from .ports.values import Firm as Firm
from .ports.values import LegalDetails as LegalDetails
from .ports.values import Link as Link
from .ports.values import Matter as Matter
from .ports.values import Notifications as Notifications
from .ports.values import Party as Party
from .ports.values import PhoneNumber as PhoneNumber
from .ports.values import Side as Side
from .ports.values import User as User

# Signals
from .signals import alarm as alarm
from .signals import consent_changed as consent_changed
from .signals import file_filed as file_filed
from .signals import file_received as file_received
from .signals import invitation_answered as invitation_answered
from .signals import number_verified as number_verified
from .signals import payment_link_paid as payment_link_paid
from .signals import text_delivered as text_delivered
from .signals import text_failed as text_failed
from .signals import text_received as text_received

# A host of mapped tables, which is loaded when it is first used
if _typing.TYPE_CHECKING:
    from .adapters.sqlalchemy_host import E164 as E164
    from .adapters.sqlalchemy_host import Attendees as Attendees
    from .adapters.sqlalchemy_host import ContactMap as ContactMap
    from .adapters.sqlalchemy_host import EventMap as EventMap
    from .adapters.sqlalchemy_host import FirmMap as FirmMap
    from .adapters.sqlalchemy_host import MatterMap as MatterMap
    from .adapters.sqlalchemy_host import Numbers as Numbers
    from .adapters.sqlalchemy_host import Related as Related
    from .adapters.sqlalchemy_host import SQLAlchemyHost as SQLAlchemyHost
    from .adapters.sqlalchemy_host import TimeEntryMap as TimeEntryMap
    from .adapters.sqlalchemy_host import UserMap as UserMap
else:
    __getattr__ = _deferred.names_of(
        "flask_firmtext.adapters.sqlalchemy_host",
        "E164",
        "Attendees",
        "ContactMap",
        "EventMap",
        "FirmMap",
        "MatterMap",
        "Numbers",
        "Related",
        "SQLAlchemyHost",
        "TimeEntryMap",
        "UserMap",
    )

#: With the names that are loaded when first used: who imports all of them loads these, too.
__all__ = [
    "E164",
    "Account",
    "Answer",
    "Attendees",
    "Availability",
    "Bill",
    "Calendar",
    "ConfigurationError",
    "Contact",
    "ContactMap",
    "Contacts",
    "DecryptError",
    "Documents",
    "Event",
    "EventMap",
    "Firm",
    "FirmMap",
    "FirmText",
    "FirmTextError",
    "Firms",
    "Host",
    "HostContractError",
    "KeyUnavailable",
    "LegalDetails",
    "Link",
    "Matter",
    "MatterMap",
    "Matters",
    "Notifications",
    "Numbers",
    "OneFirm",
    "Party",
    "Payments",
    "PhoneNumber",
    "Ports",
    "Related",
    "SQLAlchemyHost",
    "Side",
    "TextRefused",
    "TimeEntries",
    "TimeEntryMap",
    "User",
    "UserMap",
    "Users",
    "alarm",
    "consent_changed",
    "file_filed",
    "file_received",
    "invitation_answered",
    "number_verified",
    "payment_link_paid",
    "text_delivered",
    "text_failed",
    "text_received",
]
