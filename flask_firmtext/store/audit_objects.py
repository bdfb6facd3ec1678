"""What rows of the record are about: each table by its name, with the wall that it stands behind or why there is none.

Each action says which of them it is about (``audit_actions.py``); a test holds all of it to the code.
"""

from __future__ import annotations

from collections.abc import Mapping

CONVERSATION, TEXT, ATTEMPT = "firmtext_conversation", "firmtext_message", "firmtext_attempt"
FILE, FILING, LATER = "firmtext_attachment", "firmtext_filing", "firmtext_scheduled_text"
TIME, LINK, CONSENT = "firmtext_time_entry", "firmtext_payment_link", "firmtext_opt_out"
EVENT, INVITATION, REMINDER = "firmtext_event", "firmtext_invitation", "firmtext_reminder"
KEPT, LEGAL_HOLD, ERASURE, KEY = "firmtext_quarantine", "firmtext_legal_hold", "firmtext_erasure", "firmtext_key"
FIRM, TEXTING, TEMPLATE, REPLY = "firmtext_firm", "firmtext_texting", "firmtext_template", "firmtext_saved_reply"
NUMBER, ORDER, REGISTRATION = "firmtext_number", "firmtext_order", "firmtext_registration"
HOLD, RULE, SEARCH = "firmtext_hold", "firmtext_retention", "firmtext_search"
ENDPOINT = "firmtext_endpoint"
RECORD, SEAL, KEY_CHECK, COMMAND = "firmtext_audit", "firmtext_audit_seal", "firmtext_key_check", "command"
TOKEN = "firmtext_token"  # noqa: S105 - a table

#: By whom or what a host keeps the rows about it from somebody; ``record_queries.py`` finds these.
WALLS: Mapping[str, str] = {
    CONVERSATION: "everybody under whom it was shown",
    TEXT: "its conversation",
    ATTEMPT: "the conversation of its text",
    FILE: "the conversation of its text; that of a kept text, whoever has the number",
    FILING: "the conversation of its text, and the matter",
    LATER: "its contact and its conversation",
    TIME: "its conversation, and the matter",
    LINK: "its contact, and every conversation in which it was sent",
    CONSENT: "every conversation with the phone; a stranger's, whoever has the number; that of the text that says so",
    EVENT: "the event and its matter (`event.read`)",
    INVITATION: "the event, its matter and the contact (`event.read`)",
    REMINDER: "the event, its matter and the contact (`event.read`)",
    KEPT: "whoever has the number; once attached, the contact and the conversation; once erased, as the erasure",
    LEGAL_HOLD: "the contact or matter that it is on",
    ERASURE: "its contact, whoever's texts went with it or are shared with them, because it counts them all",
    KEY: "the conversation or kept text that it is for",
}

#: Why there is no wall before these.
OPEN: Mapping[str, str] = {
    FIRM: "the firm itself; what a refusal was about that had no conversation is not recorded",
    TEXTING: "the firm's settings",
    TEMPLATE: "the firm's words for everybody; hashes of them",
    REPLY: "words that are nobody's; the row holds none",
    NUMBER: "a number of the firm's own",
    ORDER: "a number of the firm's own",
    REGISTRATION: "the firm's papers for its numbers",
    HOLD: "of the account, the firm or a number of its own",
    RULE: "days, for the whole firm",
    SEARCH: "that somebody searched: neither for what nor where, and its page is its owner's alone",
    ENDPOINT: "where the firm's webhooks go; an event is named by an id of its own",
    RECORD: "that somebody took a copy",
    SEAL: "an end of the chain, after a restore",
    KEY_CHECK: "the installation's own keys",
    COMMAND: "an operator's, with its values masked",
    TOKEN: "a program's; its name is not in the row",
}
