"""The ``firmtext_*`` tables: what each row means stands in its class, what may change it in the verbs."""

from .calendar import CalendarEvent, EventAnswer, Invitation, Notice, Reminder, ReplyDue
from .consents import AnswerDue, ConsentEvent, OptOut
from .files import Attachment, File, FilePiece, Filing
from .firms import Number, Order, Registration, Template, Texting
from .inbox import Author, Failure, UserChoice
from .practice import Payment, PaymentLink, SentLink, TimeEntry
from .scheduled import ScheduledText
from .texts import (
    Account,
    Attempt,
    Audit,
    Conversation,
    ConversationContact,
    Counter,
    Firm,
    Heartbeat,
    Hold,
    Key,
    KeyCheck,
    Message,
    Quarantine,
    ReadMark,
    Resolution,
    Rotation,
    RotationStep,
    StatusEvent,
)
from .writing import Draft, SavedReply

__all__ = [
    "Account",
    "AnswerDue",
    "Attachment",
    "Attempt",
    "Audit",
    "Author",
    "CalendarEvent",
    "ConsentEvent",
    "Conversation",
    "ConversationContact",
    "Counter",
    "Draft",
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
    "Message",
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
    "Rotation",
    "RotationStep",
    "SavedReply",
    "ScheduledText",
    "SentLink",
    "StatusEvent",
    "Template",
    "Texting",
    "TimeEntry",
    "UserChoice",
]
