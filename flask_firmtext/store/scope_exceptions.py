"""Who may ask without naming a firm, and why. Each entry is ``room.module:function``; what is not here is refused.

A page is never here: what it is asked for comes from an address or a form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

#: Whole rooms and modules that no page uses.
ROOMS = {
    "cli": "an operator works on all firms, or narrows to one with --firm",
    "worker": "processes that send, fetch, file and sweep for all firms",
    "migrations": "a migration changes every row",
    "testing": "what hosts' tests use",
    "store.key_queries": "what is under which key, for operators and for rotations: a cell names its key by the id",
    "store.read_check": "an operator opens everything that is stored, as after a restore",
    "store.operator_queries": "what operators list on the command line, of all firms or of one",
    "store.figure_queries": "what Prometheus reads, of all firms together",
    "store.stats_queries": "what operators and alarms count, of all firms or of one",
}


def _named(groups: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for modules in groups.values():
        for module, functions in modules.items():
            yield from (f"{module}:{function}" for function in functions.split())


#: By the key of a row, whosever it is.
_BY_KEY = {
    "the row's id, or that of one it hangs on, comes from a row that was read by firm or claimed before": {
        "firm.buying": "finish place told",
        "firm.linking": "_give_up _redirect",
        "firm.orders": "_again claim part write",
        "firm.provisioning": "adopt give_back _look_later",
        "firm.verification": "_refuse_unless_so set_state",
        "messaging.accepting": "queue",
        "messaging.answers": "_close _follow_up _pause _store_receipt",
        "messaging.auto_replies": "_fits _take explain_refusal settle",
        "messaging.conversations": (
            "_note_authors close is_open lock note_in note_last note_late note_settled take_open_turn take_turn"
        ),
        "messaging.failures": "forget note",
        "messaging.media_claims": "again claim write",
        "messaging.moves": "_written move",
        "messaging.notifying": "sent_again",
        "messaging.numbered": "_swapped",
        "messaging.overdue": "_abandon",
        "messaging.pace": "_advance slow_down",
        "messaging.placing": "_is_newest",
        "messaging.quarantine": "forget",
        "messaging.redirecting": "contacts",
        "messaging.repeats": "hold",
        "messaging.replaying": "replay",
        "messaging.resolving": "resend",
        "messaging.retrying": "again check_way whose",
        "messaging.routes": "_answering",
        "messaging.scheduled": "change",
        "messaging.scheduled_rows": "end",
        "messaging.scheduled_sending": "_put_off _sent",
        "messaging.sending": "_sealed _stored _taken _won",
        "messaging.statuses": "_blocked _note_accepted _pair believe",
        "messaging.strangers": "forget_files",
        "practice.calendar.answers": "_claim _taken _written",
        "practice.calendar.events": "_change _invite gone",
        "practice.calendar.hurrying": "_due _held _release",
        "practice.calendar.needs": "_note superseded",
        "practice.calendar.openings": "_asked_about reply",
        "practice.calendar.plans": "_end _note_plan take_back",
        "practice.calendar.receipts": "_fits _place _queued _thanks write",
        "practice.calendar.reminders": "_put_off _take send",
        "practice.calendar.responding": "_claim _note_told",
        "practice.calendar.situations": "begun hold of",
        "practice.calendar.telling": "_look_again",
        "practice.filing_claims": "claim write",
        "practice.filing_plans": "_not_told _written",
        "store.attendance_queries": "reminders",
        "store.calendar_queries": "invitations last_told notices lock waiting_texts was_told_since",
        "store.changes": "write",
        "store.file_readers": "_Plain._fetched",
        "store.files": "FileWriter.complete forget",
        "store.keys": "_found hand_over",
        "store.moving": "_forget_pieces _put_in_place",
        "store.number_queries": "waiting_texts",
        "store.overdue_queries": "unwanted",
        "store.practice_queries": "texts_with was_paid",
        "store.queries": "due",
        "store.reminder_queries": "invitations is_planned_as_chosen planned reminded",
        "store.reply_queries": "_about last_position stands was_thanked with_text",
        "store.retiring": "_note _retired destroy",
        "store.rewrapping": "_renewed _replace _rewrap",
        "store.rewriting": "_swapped",
        "store.rotations": "finish place_in steps",
        "store.scheduled_queries": "one",
    },
    "several conversations with one phone are locked in the order of their ids": {
        "messaging.consent": "lock_pair",
    },
    "whose a number is, before a firm is known": {
        "firm.provisioning": "_entered",
        "messaging.holds": "_show _whose",
        "store.firm_queries": "known",
        "store.queries": "number_by_e164",
    },
    "a host tells of its contact, and several firms may know it by that reference": {
        "store.inbox_queries": "erased_under open_under",
    },
}
#: Rows of all firms.
_ACROSS = {
    "what is due, for processes that work for all firms": {
        "store.attachment_queries": "due_filings unplanned",
        "store.calendar_queries": "due_notices",
        "store.consent_queries": "answers_due",
        "store.endpoint_queries": "due_endpoints forget_old",
        "store.files": "sweep_orphans",
        "store.firm_queries": "due_orders to_be_released",
        "store.media_queries": "due",
        "store.overdue_queries": "abandoned accepted_unmoved oldest_queued resting silent too_late",
        "store.queries": "due next_due next_free_at oldest_due_at",
        "store.reminder_queries": "due stale",
        "store.reply_queries": "due_replies untold",
        "store.erasure_queries": "full unfinished",
        "store.retention_queries": "ruled",
        "store.scheduled_queries": "due",
        "store.search_queries": "any_before standings",
        "messaging.searches": "forget_old",
    },
    "the account at the carrier is every firm's": {
        "messaging.holds": "_show texts_in_run",
        "messaging.pace": "forget_future",
        "store.firm_queries": "spoken_for",
    },
    "a request comes with a token, before a firm is known": {
        "store.token_queries": "named",
    },
    "a webhook or a payment comes with the carrier's or the host's own reference, before a firm is known": {
        "messaging.quarantine": "keeps",
        "store.practice_queries": "links_anywhere",
        "store.queries": "attempt_for",
        "store.stranger_queries": "number_and_kept",
    },
    "which configured keys rows need": {
        "store.configured": "faults",
        "store.retiring": "bury",
    },
    "an operator replaces what encrypts, or what finds, for all firms": {
        "messaging.reindexing": "_settle",
        "store.rewrapping": "_elsewhere",
        "store.rotations": "due open_ones",
    },
    "whose record there is, for a process that seals all of them": {
        "store.seal_queries": "chained firms",
        "store.erasure_queries": "firms",
    },
    "an operator lists what there is of all firms, or of one": {
        "store.endpoint_queries": "every oldest_due_at standing",
        "store.failure_queries": "codes_since",
        "store.hold_queries": "waiting",
        "store.number_queries": "every_number failed firms_that_cannot_send not_confirmed numbers unfinished",
        "store.template_queries": "written",
    },
}

ACROSS = frozenset(_named(_ACROSS))
BY_KEY = frozenset(_named(_BY_KEY)) | ACROSS
