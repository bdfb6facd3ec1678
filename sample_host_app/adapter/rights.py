"""Who may do what: two sets of words."""

from __future__ import annotations

# The actions are listed in docs/permissions.md; one that stands in neither set is refused.
STAFF_MAY = frozenset(
    {
        "attachment.file",
        "attachment.read",
        "conversation.done",
        "conversation.list",
        "conversation.read",
        "event.read",
        "message.cancel",
        "message.resolve",
        "message.retry",
        "message.send",
        "optout.set",
        "payment.insert",
        "saved_reply.use",
        "template.read",
        "time.add",
        "transcript.export",
    }
)
ADMINISTRATORS_MAY = STAFF_MAY | {
    "audit.read",
    "contact.erase",
    "hold.lift",
    "legal_hold",
    "number.buy",
    "number.release",
    "number.verify",
    "optout.lift",
    "quarantine.read",
    "retention.set",
    "settings.edit",
    "token.make",
    "webhook.edit",
}
