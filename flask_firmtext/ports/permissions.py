"""Which actions a host permits that has no finer rights: the tables of docs/permissions.md."""

from __future__ import annotations

#: What everybody in a firm may do.
STAFF = frozenset(
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

#: What only an administrator of the firm may do.
ADMINISTRATOR = frozenset(
    {
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
)
