"""The ``firmtext_*`` tables: what each row means stands in its class, what may change it in the verbs."""

from . import unaltered as unaltered
from .calendar import CalendarEvent, EventAnswer, Invitation, Notice, Reminder, ReplyDue
from .consents import AnswerDue, ConsentEvent, OptOut
from .endpoints import Delivery, Endpoint
from .files import Attachment, File, FilePiece, Filing
from .firms import Number, Order, Registration, Template, Texting
from .inbox import Author, Failure, UserChoice
from .practice import Payment, PaymentLink, SentLink, TimeEntry
from .retention import Erased, Erasure, LegalHold, LegalHoldContact, Retention
from .scheduled import ScheduledText
from .searching import Search, SearchMark, SearchProgress, SearchText
from .texts import (
    Account,
    Attempt,
    Audit,
    AuditSeal,
    Conversation,
    ConversationContact,
    Counter,
    Firm,
    Heartbeat,
    Hold,
    Key,
    KeyCheck,
    Message,
    MovedIndex,
    Quarantine,
    ReadMark,
    Resolution,
    Rotation,
    RotationStep,
    StatusEvent,
)
from .tokens import Token, TokenKey
from .writing import Draft, SavedReply

__all__ = [
    "Account",
    "AnswerDue",
    "Attachment",
    "Attempt",
    "Audit",
    "AuditSeal",
    "Author",
    "CalendarEvent",
    "ConsentEvent",
    "Conversation",
    "ConversationContact",
    "Counter",
    "Delivery",
    "Draft",
    "Endpoint",
    "Erased",
    "Erasure",
    "EventAnswer",
    "Failure",
    "File",
    "FilePiece",
    "Filing",
    "Firm",
    "Heartbeat",
    "Hold",
    "Invitation",
    "Key",
    "KeyCheck",
    "LegalHold",
    "LegalHoldContact",
    "Message",
    "MovedIndex",
    "Notice",
    "Number",
    "OptOut",
    "Order",
    "Payment",
    "PaymentLink",
    "Quarantine",
    "ReadMark",
    "Registration",
    "Reminder",
    "ReplyDue",
    "Resolution",
    "Retention",
    "Rotation",
    "RotationStep",
    "SavedReply",
    "ScheduledText",
    "Search",
    "SearchMark",
    "SearchProgress",
    "SearchText",
    "SentLink",
    "StatusEvent",
    "Template",
    "Texting",
    "TimeEntry",
    "Token",
    "TokenKey",
    "UserChoice",
]
