"""A host of mapped tables: the maps that a practice system writes, and the ports that are made of them."""

from .host import SQLAlchemyHost as SQLAlchemyHost
from .maps import E164 as E164
from .maps import Attendees as Attendees
from .maps import ContactMap as ContactMap
from .maps import EventMap as EventMap
from .maps import FirmMap as FirmMap
from .maps import MatterMap as MatterMap
from .maps import Numbers as Numbers
from .maps import Related as Related
from .maps import TimeEntryMap as TimeEntryMap
from .maps import UserMap as UserMap
