"""Everything that the record can say: each action by its name, in words, and who does it.

A test holds this table to the code both ways; docs/audit.md is written from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..language import marked

#: Who does something: somebody of the firm; an operator at a terminal; a process of ours; and those outside.
USER, OPERATOR, MACHINE = "user", "operator", "machine"
CLIENT, CARRIER, HOST = "client", "carrier", "host"


@dataclass(frozen=True, slots=True)
class Action:
    """``label`` is shown to people in their language; ``told`` says in English what from, to and evidence hold."""

    label: str
    by: tuple[str, ...]
    told: str = ""


ACTIONS: Mapping[str, Action] = {
    # seen
    "conversation.read": Action(marked("Conversation opened"), (USER,), "once an hour for each user and conversation"),
    "conversation.view": Action(marked("Conversation opened in the administration"), (USER,)),
    "message.view": Action(marked("Text opened in the administration"), (USER,)),
    "message.show": Action(marked("Text shown on the command line"), (OPERATOR,)),
    "quarantine.view": Action(marked("Kept webhook opened in the administration"), (USER,)),
    "conversation.search": Action(marked("Searched in texts"), (USER,), "what was searched for is not recorded"),
    "attachment.download": Action(marked("File downloaded"), (USER,)),
    "permission.refuse": Action(marked("Refused"), (USER,), "evidence: what for; at most once a minute each"),
    # texts
    "message.accept": Action(marked("Text written"), (USER, MACHINE, HOST)),
    "message.state": Action(marked("Text moved on"), (USER, OPERATOR, MACHINE, CLIENT, CARRIER, HOST), "states"),
    "message.retry": Action(marked("Text sent again"), (USER, OPERATOR), "ids of the old and the new text"),
    "message.resend": Action(marked("Text in doubt sent again"), (USER, OPERATOR), "evidence: what was said"),
    "message.cancel": Action(marked("Text withdrawn"), (USER, OPERATOR), "evidence: what was said"),
    "message.resolve": Action(marked("Said what became of a text in doubt"), (USER, OPERATOR), "evidence: the answer"),
    "evidence.contradiction": Action(marked("Carrier contradicted itself"), (CARRIER,)),
    "scheduled.state": Action(marked("Scheduled text moved on"), (USER, MACHINE, CLIENT, HOST), "states"),
    "scheduled.put_away": Action(marked("Scheduled text put away, its words removed"), (USER,)),
    "conversation.done": Action(marked("Conversation marked done"), (USER,)),
    "conversation.reopen": Action(marked("Conversation reopened"), (USER,)),
    "conversation.end": Action(marked("Conversation ended: the number left its contacts"), (HOST,)),
    # files, time and money
    "file.state": Action(marked("Received file moved on"), (MACHINE,), "states; evidence: why it was refused"),
    "file.again": Action(marked("Received file fetched again"), (USER,)),
    "attachment.file": Action(marked("File to a matter"), (USER, MACHINE), "states"),
    "time.add": Action(marked("Time added"), (USER,), "to: minutes"),
    "payment.link": Action(marked("Payment link made"), (USER,)),
    "payment.receive": Action(marked("Payment received"), (HOST,)),
    # consent: evidence names how it was said and the id of the text that said it
    "consent.opt_out": Action(marked("Opted out"), (USER, OPERATOR, CLIENT, CARRIER), "evidence: how, id of the text"),
    "consent.opt_in": Action(marked("Opted in again"), (USER, CLIENT), "evidence: how, id of the text"),
    "consent.ask": Action(marked("A text may mean to opt out"), (CLIENT,), "evidence: how, id of the text"),
    "consent.not_an_opt_out": Action(marked("Decided: not an opt-out"), (USER,), "evidence: how, id of the text"),
    "consent.undecided": Action(marked("Number left before anybody decided"), (HOST,), "evidence: id of the text"),
    # calendar
    "event.invite": Action(marked("Invited by text"), (HOST,)),
    "event.uninvite": Action(marked("Invitation by text taken back"), (HOST,)),
    "event.hurry": Action(marked("Event's text sent now"), (USER,)),
    "event.again": Action(marked("Event's text tried again"), (USER,)),
    "event.end": Action(marked("Event over or cancelled"), (HOST,), "to: state"),
    "reminder.end": Action(marked("Reminder over"), (MACHINE,), "to: state; evidence: why"),
    "invitation.answer": Action(marked("Invitation answered"), (CLIENT,), "to: the answer"),
    # settings
    "texting.on": Action(marked("Texting turned on"), (USER, OPERATOR)),
    "texting.off": Action(marked("Texting turned off"), (USER, OPERATOR)),
    "texting.details": Action(marked("Firm's contact details changed"), (USER,)),
    "texting.reminders": Action(marked("Reminders changed"), (USER,), "to: days before, time"),
    "texting.refusals": Action(marked("What clients are told about files changed"), (USER,)),
    "texting.take_over": Action(marked("Settings taken over"), (HOST,)),
    "template.set": Action(marked("Template changed"), (OPERATOR,), "hashes of the old and new words; evidence: which"),
    "template.reset": Action(marked("Template set back"), (OPERATOR,), "from: hash of the words; evidence: which"),
    "saved_reply.add": Action(marked("Saved reply added"), (USER,)),
    "saved_reply.change": Action(marked("Saved reply changed"), (USER,)),
    "saved_reply.delete": Action(marked("Saved reply deleted"), (USER,)),
    # numbers
    "number.enter": Action(marked("Number entered"), (OPERATOR, MACHINE)),
    "number.main": Action(marked("Main number chosen"), (OPERATOR, MACHINE)),
    "number.state": Action(marked("Number moved on"), (USER, OPERATOR, MACHINE), "to: state; evidence: why"),
    "order.place": Action(marked("Number ordered"), (USER, OPERATOR)),
    "order.step": Action(marked("Number order moved on"), (OPERATOR, MACHINE), "to: step or state"),
    "order.again": Action(marked("Number order tried again"), (USER, OPERATOR)),
    "order.redirect": Action(marked("Number linked anew"), (OPERATOR,)),
    "registration.save": Action(marked("Registration changed"), (USER, OPERATOR)),
    "registration.export": Action(marked("Registration downloaded"), (USER, OPERATOR)),
    # what stands still, what is kept
    "hold.put": Action(marked("Sending stopped"), (MACHINE,), "to: what; evidence: why"),
    "hold.lift": Action(marked("Sending resumed"), (USER, OPERATOR, MACHINE), "from: what"),
    "quarantine.keep": Action(marked("Webhook kept"), (CARRIER,), "evidence: why"),
    "quarantine.attach": Action(marked("Kept text attached to a contact"), (USER,), "to: the text; evidence: contact"),
    "quarantine.discard": Action(marked("Kept text discarded"), (USER,)),
    "quarantine.replay": Action(marked("Kept webhooks taken in"), (OPERATOR, MACHINE)),
    # what is erased, and what is not
    "retention.set": Action(marked("Rule of retention changed"), (USER, OPERATOR), "from, to: days"),
    "legal_hold.put": Action(marked("Legal hold set"), (USER, OPERATOR), "to: on what; evidence: the host's reference"),
    "legal_hold.lift": Action(marked("Legal hold lifted"), (USER, OPERATOR), "from: on what; evidence: the reference"),
    "erasure.begin": Action(marked("Erasing begun"), (USER, OPERATOR, MACHINE), "to: cause; evidence: how much"),
    "conversation.erase": Action(
        marked("Conversation erased"), (USER, OPERATOR, MACHINE), "evidence: the erasure's id"
    ),
    "erasure.end": Action(
        marked("Erasing done"),
        (USER, OPERATOR, MACHINE),
        "to: conversations/texts/files; evidence: digest of the proof",
    ),
    # keys: recorded with ``audit.record_key``, which takes the name's second half
    "key.rotate": Action(marked("Rotation of keys begun"), (OPERATOR,), "to: id of the firm's new key"),
    "key.rotated": Action(marked("Rotation of keys done"), (OPERATOR, MACHINE), "evidence: how many were retired"),
    "key.rewrap": Action(marked("Firm's key wrapped anew"), (OPERATOR,), "names of the configured keys"),
    "key.retire": Action(marked("Key retired"), (OPERATOR, MACHINE)),
    "key.destroy": Action(marked("Key destroyed"), (USER, OPERATOR, MACHINE), "evidence: erased, where its texts were"),
    "key.index_announce": Action(marked("New index key announced"), (OPERATOR,)),
    "key.index_switch": Action(marked("Index key replaced"), (OPERATOR,)),
    "key.index_retire": Action(marked("Old index key not needed any more"), (OPERATOR,)),
    # tokens of the JSON API; what is done with one stands as its administrator's, the request begins with "token:"
    "token.make": Action(marked("API token made"), (USER, OPERATOR)),
    "token.revoke": Action(marked("API token revoked"), (USER, OPERATOR)),
    "token.refuse": Action(marked("API token refused"), (CLIENT,), "evidence: why; at most once a minute each"),
    # the record itself, and the command line
    "audit.export": Action(marked("Record exported"), (USER, OPERATOR), "evidence: format, filters"),
    "audit.restore": Action(marked("Record's end taken as it is, after a restore"), (OPERATOR,), "to: the chain's end"),
    "command.run": Action(marked("Command"), (OPERATOR,), "object: the command; evidence: its options, values masked"),
}

#: Each by its name, for pages.
LABELS: Mapping[str, str] = {name: action.label for name, action in ACTIONS.items()}
