"""Everything that the record can say: each action by its name, in words, and who does it.

A test holds this table to the code both ways; docs/audit.md is written from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..language import marked
from .audit_objects import (
    ATTEMPT,
    COMMAND,
    CONSENT,
    CONVERSATION,
    ENDPOINT,
    ERASURE,
    EVENT,
    FILE,
    FILING,
    FIRM,
    HOLD,
    INVITATION,
    KEPT,
    KEY,
    KEY_CHECK,
    LATER,
    LEGAL_HOLD,
    LINK,
    NUMBER,
    ORDER,
    RECORD,
    REGISTRATION,
    REMINDER,
    REPLY,
    RULE,
    SEAL,
    SEARCH,
    TEMPLATE,
    TEXT,
    TEXTING,
    TIME,
    TOKEN,
)

#: Who does something: somebody of the firm; an operator at a terminal; a process of ours; and those outside.
USER, OPERATOR, MACHINE = "user", "operator", "machine"
CLIENT, CARRIER, HOST = "client", "carrier", "host"


@dataclass(frozen=True, slots=True)
class Action:
    """``label`` is shown to people in their language; ``about`` are the tables of which a row may be, with or without a
    wall (``audit_objects.py``); ``told`` says in English what from, to and evidence hold."""

    label: str
    by: tuple[str, ...]
    about: tuple[str, ...]
    told: str = ""


ACTIONS: Mapping[str, Action] = {
    # seen
    "conversation.read": Action(
        marked("Conversation opened"), (USER,), (CONVERSATION,), "once an hour for each user and conversation"
    ),
    "conversation.view": Action(marked("Conversation opened in the administration"), (USER,), (CONVERSATION,)),
    "message.view": Action(marked("Text opened in the administration"), (USER,), (TEXT,)),
    "message.show": Action(marked("Text shown on the command line"), (OPERATOR,), (TEXT,)),
    "quarantine.view": Action(marked("Kept webhook opened in the administration"), (USER,), (KEPT,)),
    "conversation.search": Action(
        marked("Searched in texts"), (USER,), (SEARCH,), "what was searched for is not recorded"
    ),
    "attachment.download": Action(marked("File downloaded"), (USER,), (FILE,)),
    "permission.refuse": Action(
        marked("Refused"), (USER,), (CONVERSATION, FIRM), "evidence: what for; at most once a minute each"
    ),
    # texts
    "message.accept": Action(marked("Text written"), (USER, MACHINE, HOST), (TEXT,)),
    "message.state": Action(
        marked("Text moved on"), (USER, OPERATOR, MACHINE, CLIENT, CARRIER, HOST), (TEXT,), "states"
    ),
    "message.retry": Action(marked("Text sent again"), (USER, OPERATOR), (TEXT,), "ids of the old and the new text"),
    "message.resend": Action(marked("Text in doubt sent again"), (USER, OPERATOR), (TEXT,), "evidence: what was said"),
    "message.cancel": Action(marked("Text withdrawn"), (USER, OPERATOR), (TEXT,), "evidence: what was said"),
    "message.resolve": Action(
        marked("Said what became of a text in doubt"), (USER, OPERATOR), (TEXT,), "evidence: the answer"
    ),
    "evidence.contradiction": Action(marked("Carrier contradicted itself"), (CARRIER,), (ATTEMPT,)),
    "scheduled.state": Action(marked("Scheduled text moved on"), (USER, MACHINE, CLIENT, HOST), (LATER,), "states"),
    "scheduled.put_away": Action(marked("Scheduled text put away, its words removed unless held"), (USER,), (LATER,)),
    "conversation.done": Action(marked("Conversation marked done"), (USER,), (CONVERSATION,)),
    "conversation.reopen": Action(marked("Conversation reopened"), (USER,), (CONVERSATION,)),
    "conversation.end": Action(marked("Conversation ended: the number left its contacts"), (HOST,), (CONVERSATION,)),
    # files, time and money
    "file.state": Action(marked("Received file moved on"), (MACHINE,), (FILE,), "states; evidence: why it was refused"),
    "file.again": Action(marked("Received file fetched again"), (USER,), (FILE,)),
    "attachment.file": Action(marked("File to a matter"), (USER, MACHINE), (FILING,), "states"),
    "time.add": Action(marked("Time added"), (USER,), (TIME,), "to: minutes"),
    "payment.link": Action(marked("Payment link made"), (USER,), (LINK,)),
    "payment.receive": Action(marked("Payment received"), (HOST,), (LINK,)),
    # consent: evidence names how it was said and the id of the text that said it
    "consent.opt_out": Action(
        marked("Opted out"), (USER, OPERATOR, CLIENT, CARRIER), (CONSENT,), "evidence: how, id of the text"
    ),
    "consent.opt_in": Action(marked("Opted in again"), (USER, CLIENT), (CONSENT,), "evidence: how, id of the text"),
    "consent.ask": Action(marked("A text may mean to opt out"), (CLIENT,), (CONSENT,), "evidence: how, id of the text"),
    "consent.not_an_opt_out": Action(
        marked("Decided: not an opt-out"), (USER,), (CONSENT,), "evidence: how, id of the text"
    ),
    "consent.undecided": Action(
        marked("Number left before anybody decided"), (HOST,), (CONSENT,), "evidence: id of the text"
    ),
    # calendar
    "event.invite": Action(marked("Invited by text"), (HOST,), (INVITATION,)),
    "event.uninvite": Action(marked("Invitation by text taken back"), (HOST,), (INVITATION,)),
    "event.hurry": Action(marked("Event's text sent now"), (USER,), (INVITATION,)),
    "event.again": Action(marked("Event's text tried again"), (USER,), (INVITATION,)),
    "event.end": Action(marked("Event over or cancelled"), (HOST,), (EVENT,), "to: state"),
    "reminder.end": Action(marked("Reminder over"), (MACHINE,), (REMINDER,), "to: state; evidence: why"),
    "invitation.answer": Action(marked("Invitation answered"), (CLIENT,), (INVITATION,), "to: the answer"),
    # settings
    "texting.on": Action(marked("Texting turned on"), (USER, OPERATOR), (TEXTING,)),
    "texting.off": Action(marked("Texting turned off"), (USER, OPERATOR), (TEXTING,)),
    "texting.details": Action(marked("Firm's contact details changed"), (USER,), (TEXTING,)),
    "texting.reminders": Action(marked("Reminders changed"), (USER,), (TEXTING,), "to: days before, time"),
    "texting.refusals": Action(marked("What clients are told about files changed"), (USER,), (TEXTING,)),
    "texting.take_over": Action(marked("Settings taken over"), (HOST,), (TEXTING,)),
    "template.set": Action(
        marked("Template changed"), (OPERATOR,), (TEMPLATE,), "hashes of the old and new words; evidence: which"
    ),
    "template.reset": Action(
        marked("Template set back"), (OPERATOR,), (TEMPLATE,), "from: hash of the words; evidence: which"
    ),
    "saved_reply.add": Action(marked("Saved reply added"), (USER,), (REPLY,)),
    "saved_reply.change": Action(marked("Saved reply changed"), (USER,), (REPLY,)),
    "saved_reply.delete": Action(marked("Saved reply deleted"), (USER,), (REPLY,)),
    # numbers
    "number.enter": Action(marked("Number entered"), (OPERATOR, MACHINE), (NUMBER,)),
    "number.main": Action(marked("Main number chosen"), (OPERATOR, MACHINE), (NUMBER,)),
    "number.state": Action(marked("Number moved on"), (USER, OPERATOR, MACHINE), (NUMBER,), "to: state; evidence: why"),
    "order.place": Action(marked("Number ordered"), (USER, OPERATOR), (ORDER,)),
    "order.step": Action(marked("Number order moved on"), (OPERATOR, MACHINE), (ORDER,), "to: step or state"),
    "order.again": Action(marked("Number order tried again"), (USER, OPERATOR), (ORDER,)),
    "order.redirect": Action(marked("Number linked anew"), (OPERATOR,), (ORDER,)),
    "registration.save": Action(marked("Registration changed"), (USER, OPERATOR), (REGISTRATION,)),
    "registration.export": Action(marked("Registration downloaded"), (USER, OPERATOR), (REGISTRATION,)),
    # what stands still, what is kept
    "hold.put": Action(marked("Sending stopped"), (MACHINE,), (HOLD,), "to: what; evidence: why"),
    "hold.lift": Action(marked("Sending resumed"), (USER, OPERATOR, MACHINE), (HOLD,), "from: what"),
    "quarantine.keep": Action(marked("Webhook kept"), (CARRIER,), (KEPT,), "evidence: why"),
    "quarantine.attach": Action(
        marked("Kept text attached to a contact"), (USER,), (KEPT,), "to: the text; evidence: contact"
    ),
    "quarantine.discard": Action(marked("Kept text discarded"), (USER,), (KEPT,)),
    "quarantine.replay": Action(marked("Kept webhooks taken in"), (OPERATOR, MACHINE), (KEPT,)),
    # what is erased, and what is not
    "retention.set": Action(marked("Rule of retention changed"), (USER, OPERATOR), (RULE,), "from, to: days"),
    "legal_hold.put": Action(
        marked("Legal hold set"), (USER, OPERATOR), (LEGAL_HOLD,), "to: on what; evidence: the host's reference"
    ),
    "legal_hold.lift": Action(
        marked("Legal hold lifted"), (USER, OPERATOR), (LEGAL_HOLD,), "from: on what; evidence: the reference"
    ),
    "erasure.begin": Action(
        marked("Erasing begun"), (USER, OPERATOR, MACHINE), (ERASURE,), "to: cause; evidence: how much"
    ),
    "conversation.erase": Action(
        marked("Conversation erased"), (USER, OPERATOR, MACHINE), (CONVERSATION,), "evidence: the erasure's id"
    ),
    "erasure.end": Action(
        marked("Erasing done"),
        (USER, OPERATOR, MACHINE),
        (ERASURE,),
        "to: conversations/texts/files; evidence: digest of the proof",
    ),
    # keys: recorded with ``audit.record_key``, which takes the name's second half
    "key.rotate": Action(marked("Rotation of keys begun"), (OPERATOR,), (KEY,), "to: id of the firm's new key"),
    "key.rotated": Action(
        marked("Rotation of keys done"), (OPERATOR, MACHINE), (KEY,), "evidence: how many were retired"
    ),
    "key.rewrap": Action(marked("Firm's key wrapped anew"), (OPERATOR,), (KEY,), "names of the configured keys"),
    "key.retire": Action(marked("Key retired"), (OPERATOR, MACHINE), (KEY,)),
    "key.destroy": Action(
        marked("Key destroyed"), (USER, OPERATOR, MACHINE), (KEY, KEY_CHECK), "evidence: erased, where its texts were"
    ),
    "key.index_announce": Action(marked("New index key announced"), (OPERATOR,), (KEY_CHECK,)),
    "key.index_switch": Action(marked("Index key replaced"), (OPERATOR,), (KEY_CHECK,)),
    "key.index_retire": Action(marked("Old index key not needed any more"), (OPERATOR,), (KEY_CHECK,)),
    "key.webhook_accept": Action(
        marked("Webhook secret accepted from now on"), (MACHINE,), (KEY_CHECK,), "object: its mark"
    ),
    "key.webhook_drop": Action(
        marked("Webhook secret not accepted any more"), (MACHINE,), (KEY_CHECK,), "object: its mark"
    ),
    # tokens of the JSON API; what is done with one stands as its administrator's, the request begins with "token:"
    "token.make": Action(marked("API token made"), (USER, OPERATOR), (TOKEN,)),
    "token.revoke": Action(marked("API token revoked"), (USER, OPERATOR), (TOKEN,)),
    "token.refuse": Action(
        marked("API token refused"), (CLIENT,), (TOKEN,), "evidence: why; at most once a minute each"
    ),
    # outgoing webhooks
    "endpoint.make": Action(
        marked("Address for webhooks added"),
        (USER,),
        (ENDPOINT,),
        "to: how many kinds, and whether with words",
    ),
    "endpoint.change": Action(
        marked("Address for webhooks changed"),
        (USER,),
        (ENDPOINT,),
        "from, to: as above; evidence: address, where it is another one",
    ),
    "endpoint.rotate": Action(marked("Secret of webhooks replaced"), (USER,), (ENDPOINT,)),
    "endpoint.end_secret": Action(marked("Replaced secret of webhooks ended"), (USER, OPERATOR), (ENDPOINT,)),
    "endpoint.state": Action(
        marked("Webhooks turned on or off"), (USER, MACHINE), (ENDPOINT,), "states; evidence: gone, failing"
    ),
    "endpoint.remove": Action(marked("Address for webhooks removed"), (USER,), (ENDPOINT,)),
    "endpoint.test": Action(marked("Test of webhooks"), (USER, OPERATOR), (ENDPOINT,)),
    "endpoint.again": Action(
        marked("Webhook sent again"),
        (USER, OPERATOR),
        (ENDPOINT,),
        "evidence: the event's id, or how many that failed and since when they happened",
    ),
    # the record itself, and the command line
    "audit.export": Action(marked("Record exported"), (USER, OPERATOR), (RECORD,), "evidence: format, filters"),
    "audit.restore": Action(
        marked("Record's end taken as it is, after a restore"), (OPERATOR,), (SEAL,), "to: the chain's end"
    ),
    "command.run": Action(
        marked("Command"), (OPERATOR,), (COMMAND,), "object: the command; evidence: its options, values masked"
    ),
}

#: Each by its name, for pages.
LABELS: Mapping[str, str] = {name: action.label for name, action in ACTIONS.items()}
