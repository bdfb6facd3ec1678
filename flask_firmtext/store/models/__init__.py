"""The ``firmtext_*`` tables: what each row means stands in its class, what may change it in the verbs."""

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
    "ConsentEvent",
    "Conversation",
    "ConversationContact",
    "Counter",
    "Draft",
    "Failure",
    "File",
    "FilePiece",
    "Filing",
    "Firm",
    "Heartbeat",
    "Hold",
    "Key",
    "KeyCheck",
    "Message",
    "Number",
    "OptOut",
    "Order",
    "Payment",
    "PaymentLink",
    "Quarantine",
    "ReadMark",
    "Registration",
    "SavedReply",
    "ScheduledText",
    "SentLink",
    "StatusEvent",
    "Template",
    "Texting",
    "TimeEntry",
    "UserChoice",
]
