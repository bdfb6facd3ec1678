"""What is asked all the time costs the same with many texts: each plan is kept to an index, on both engines."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from flask_firmtext.clock import Clock
from flask_firmtext.firm import posting
from flask_firmtext.messaging import holds, overdue, pace
from flask_firmtext.store import (
    admin_queries,
    calendar_queries,
    choice_queries,
    conversation_queries,
    endpoint_queries,
    erasing,
    erasure_queries,
    failure_queries,
    figure_queries,
    hold_queries,
    inbox_pages,
    inbox_queries,
    keys,
    legal_hold_queries,
    operator_queries,
    outbox,
    overdue_queries,
    pace_queries,
    page_queries,
    practice_queries,
    queries,
    reach_queries,
    reminder_queries,
    repeat_queries,
    retention_queries,
    scheduled_queries,
    search_queries,
    stats_queries,
    writing_queries,
)
from flask_firmtext.store.inbox_pages import View
from flask_firmtext.store.models import (
    Account,
    Attempt,
    Audit,
    Author,
    CalendarEvent,
    Conversation,
    ConversationContact,
    Delivery,
    Endpoint,
    Erased,
    Erasure,
    Failure,
    Firm,
    Hold,
    Invitation,
    Key,
    LegalHold,
    LegalHoldContact,
    Message,
    Notice,
    Number,
    OptOut,
    ReadMark,
    Reminder,
    Resolution,
    ScheduledText,
    Search,
    SearchMark,
    SearchText,
    StatusEvent,
    Texting,
)
from flask_firmtext.store.search_queries import LOOKED_AT, Wanted
from flask_firmtext.store.states import HoldKind, Later, Outcome, Purpose, State
from flask_firmtext.store.transactions import reading
from flask_firmtext.testing.tables import create_tables
from hostapp import KEYS, create_app

NOW = datetime.now(UTC)
FIRM, USER = "harbor", "staff@harbor.example"
#: Of these texts every fourth lies in one long thread, and the last few are to be sent.
TEXTS, CONVERSATIONS, TO_SEND = 20_000, 999, 1_000
ERASURES = TEXTS // 4
#: So many rows may be looked at. A few questions are about all texts that are to be sent.
ROWS = 100
MOST = {
    **dict.fromkeys(("texts nobody was told of", "the wait for a slot", "the oldest due text"), 3 * TO_SEND),
    "whose text waits beside one firm's": 3 * TO_SEND,
    **dict.fromkeys(("too late", "unwanted", "texts by state"), 3 * TO_SEND),
    **dict.fromkeys(("what waits for the account", "what waits for a number"), 3 * TO_SEND),
    "what waits for all that stands still": 3 * TO_SEND,
    "the badge": inbox_queries.RECENT,
    "the texts of today": practice_queries.RECENT,
    **dict.fromkeys(
        ("the table of unread ones", "the table of unread ones, further down", "where unread ones go on"),
        inbox_pages.LOOKED_AT,
    ),
    "a contact's thread": 10,
    "reminders that are due": 200,  # with the invitation and the event of each
    # Of each such text the index says that it has the word, and what else it must have is looked for.
    "two frequent words that never meet": 6 * LOOKED_AT,
    "two frequent words that never meet, in a long thread": 9 * LOOKED_AT,
    "a rare word in a long thread": 500,
    "texts with a frequent word": 400,
    "texts with a frequent word, further down": 400,
    "texts with a frequent word, in a place": 1_000,
    "how frequent words are": 10 * LOOKED_AT,
    # Of each conversation that is old enough every standing hold is asked, and of one its own texts.
    "what a rule lets go": 25_000,
    "what a rule lets go, further on": 25_000,
    "why a conversation may not go": 600,
    "why a long one may not go": 6 * TEXTS // 4,
    "a contact's conversations that may go": 200,
    # They grow with the erasures of a firm, one a night, and with no text.
    **dict.fromkeys(("what last night erased", "a night that is open"), ERASURES),
    # Each address that is on is asked, by an index of its own.
    **dict.fromkeys(("where something is to be posted", "since when something is to be posted"), 1_000),
    "events of a month ago": 3_000,
    "a page of holds that stand": 300,  # SQLite passes those that were lifted; people set each of them
    "what the carrier said of a number": TO_SEND,  # those of the long thread that are to be sent, newer than any other
}
#: PostgreSQL counts the rows of texts and attempts, SQLite the steps of its machine, a hundred of them for a row.
UNIT = {"postgresql": 1, "sqlite": 100}
#: Of these events most are over, and were planned before the firm chose other reminders.
EVENTS, COMING = 10_000, 3_000
LARGE = tuple(
    f"firmtext_{name}"
    for name in (
        *("message", "attempt", "read_mark", "resolution", "status_event", "scheduled_text"),
        *("event", "invitation", "notice", "reminder", "search", "search_text", "search_mark"),
        *("legal_hold", "legal_hold_contact", "erasure", "key", "audit", "delivery"),
    )
)


def named(kind: int, n: int) -> uuid.UUID:
    return uuid.UUID(int=(kind << 64) + n)


NUMBER, LONG, NEWEST = named(1, 0), named(2, 0), named(3, TEXTS - 1)
OLDEST = (CONVERSATIONS - 1).to_bytes(16, "big")

Ask = Callable[[Session], Any]
clock = Clock()

SENDING: dict[str, Ask] = {
    "the next text": lambda session: queries.next_due(session, first=None, limit=20),
    "the text that was rung for": lambda session: queries.next_due(session, first=NEWEST, limit=20),
    "the claim": lambda session: session.connection().execute(
        queries.claim(clock.key()),
        {"message": NEWEST, "attempt": named(4, TEXTS), "conversation": LONG, "number": NUMBER},
    ),
    "texts nobody was told of": lambda session: queries.due(
        session, sa.func.coalesce(Message.rung_at, Message.not_before) < clock.sql(), limit=800
    ),
    "the wait for a slot": pace.wait,
    "the oldest due text": queries.oldest_due_at,
    "whose text waits beside one firm's": lambda session: overdue_queries.oldest_queued(
        session, Message.priority == 0, Message.firm.not_in([FIRM])
    ),
    "the texts of a bad run": lambda session: holds.texts_in_run(session, named(3, 1)),
    "accepted, not moved": lambda session: overdue_queries.accepted_unmoved(session, limit=200),
    "abandoned": lambda session: overdue_queries.abandoned(session, overdue.GRACE, limit=200),
    "too late": lambda session: overdue_queries.too_late(session, limit=200),
    "unwanted": lambda session: overdue_queries.unwanted(session, limit=200),
    "silent": lambda session: overdue_queries.silent(session, overdue.SILENCE, limit=200),
}
PAGES: dict[str, Ask] = {
    **{
        f"the table of {view} ones": lambda session, view=view: inbox_queries.page(
            session, FIRM, USER, view=view, older_than=None, limit=50
        )
        for view in View
    },
    **{
        f"the table of {view} ones, further down": lambda session, view=view: inbox_queries.page(
            session, FIRM, USER, view=view, older_than=(NOW - timedelta(minutes=700), named(2, 700)), limit=50
        )
        for view in View
    },
    "where unread ones go on": lambda session: inbox_pages.looked_at(session, FIRM, None),
    "what is marked": lambda session: inbox_queries.marks(session, FIRM, USER, LONG),
    "the last text out": lambda session: inbox_queries.last_out(session, FIRM, LONG),
    "who has read it": lambda session: inbox_queries.readers(session, FIRM, LONG),
    "a user's choice": lambda session: choice_queries.choice(session, FIRM, USER),
    "the badge": lambda session: inbox_queries.unread(session, FIRM, USER),
    "a thread's mark": lambda session: inbox_queries.unread_up_to(session, FIRM, USER, LONG),
    "a contact's thread": lambda session: inbox_queries.conversation_with(session, FIRM, OLDEST, number=None),
    "a thread": lambda session: inbox_queries.texts(session, FIRM, LONG, limit=50),
    "a thread, further up": lambda session: inbox_queries.texts(session, FIRM, LONG, limit=50, before=2_000),
    "a contact's conversations": lambda session: inbox_queries.newest_of(
        session, FIRM, USER, contacts=["contact-5"], phones=[OLDEST], limit=50
    ),
    "what the carrier said of a number": lambda session: reach_queries.settled(
        session, FIRM, contacts=["contact-0", "contact-5"], phones=[bytes(16), (5).to_bytes(16, "big")]
    ),
    "the texts of today": lambda session: practice_queries.texts_since(session, FIRM, LONG, NOW - timedelta(minutes=1)),
    "payment links in a thread": lambda session: practice_queries.sent_in(
        session, FIRM, inbox_queries.texts(session, FIRM, LONG, limit=50)
    ),
    "what is new in a thread": lambda session: inbox_queries.texts(session, FIRM, LONG, limit=50, since=TEXTS - 40),
}
WRITING: dict[str, Ask] = {
    "a firm's numbers": lambda session: conversation_queries.numbers(session, FIRM),
    "under whom a conversation is shown": lambda session: conversation_queries.shown(session, FIRM, LONG),
    "a draft": lambda session: writing_queries.unsent_drafts(session, FIRM, USER, [LONG.bytes, OLDEST]),
    "what others wrote meanwhile": lambda session: writing_queries.newest_of_others(
        session, FIRM, LONG, user=USER, after=TEXTS - 40
    ),
    "what people sent within a minute": lambda session: pace_queries.lately(session, FIRM, USER, LONG),
    "what people sent within a day": lambda session: pace_queries.today(session, FIRM, 50),
    "what is to be sent now": lambda session: scheduled_queries.due(session, limit=2000),
    "what a thread is to get": lambda session: scheduled_queries.in_conversation(session, FIRM, named(2, 5)),
    "what a first text is to be": lambda session: scheduled_queries.to_contact(
        session, FIRM, "contact-5", (5).to_bytes(16, "big")
    ),
    "what a firm is to send": lambda session: scheduled_queries.listed(session, FIRM, limit=50),
    "what a firm is to send, further down": lambda session: scheduled_queries.listed(
        session, FIRM, limit=50, after=session.get_one(ScheduledText, named(5, 3000))
    ),
    "what a stop cancels": lambda session: scheduled_queries.waiting_for(session, FIRM, (5).to_bytes(16, "big")),
    "what an end cancels": lambda session: scheduled_queries.waiting_in(
        session, session.get_one(Conversation, named(2, 5))
    ),
    "a token of a scheduled one": lambda session: scheduled_queries.with_token(session, FIRM, USER, "7"),
    "saved replies": lambda session: writing_queries.saved_replies(session, FIRM, USER),
}
CALENDAR: dict[str, Ask] = {
    "reminders that are due": lambda session: reminder_queries.due(session, limit=50),
    "what clients are to be told": lambda session: calendar_queries.due_notices(session, limit=50),
    "events whose plan is old": lambda session: reminder_queries.stale(session, limit=50),
    "an event": lambda session: calendar_queries.event(session, FIRM, "event-5"),
    "who is invited": lambda session: calendar_queries.invitations(session, named(5, 5)),
    "who is invited to some": lambda session: reminder_queries.invitations(session, [named(5, n) for n in range(20)]),
    "what a client knows": lambda session: calendar_queries.last_told(session, [named(6, 5)]),
    "texts about an event that wait": lambda session: calendar_queries.waiting_texts(
        session, {named(6, 5): (Purpose.CREATED,)}
    ),
    "reminders to come": lambda session: reminder_queries.planned(session, [named(6, n) for n in range(20)]),
    "reminders that came": lambda session: reminder_queries.reminded(session, [named(6, 5)], 1),
    "whether a plan is old": lambda session: reminder_queries.is_planned_as_chosen(session, named(6, 5)),
    "everything sent about an event": lambda session: calendar_queries.notices(session, [named(6, 5)]),
    "what a text tells of": lambda session: calendar_queries.told_by(session, FIRM, named(3, 5)),
    "whether a later text tells of it": lambda session: calendar_queries.was_told_since(
        session, session.get_one(Notice, named(8, 5))
    ),
}
#: Marks that all texts have, that every tenth has and every tenth other one, and that ten have.
ALL, TENTH, OTHER, RARE = 1, 2, 3, 4
SEARCHING: dict[str, Ask] = {
    name: lambda session, marks=marks, few=few, more=more: search_queries.look(
        session, FIRM, Wanted(marks, few), limit=60, **{"before": None, "conversations": None, **more}
    )
    for name, marks, few, more in (
        ("texts with a frequent word", [ALL], False, {}),
        ("texts with a frequent word, further down", [ALL], False, {"before": TEXTS // 2}),
        ("texts with a frequent word, in a place", [ALL], False, {"conversations": [named(2, 5), named(2, 6)]}),
        ("texts with a rare word", [RARE], True, {}),
        ("texts with a rare and a frequent word", [RARE, ALL], True, {}),
        ("a rare word in a long thread", [RARE, ALL], True, {"conversations": [LONG]}),
        ("two frequent words that never meet", [TENTH, OTHER], False, {}),
        ("two frequent words that never meet, in a long thread", [TENTH, OTHER], False, {"conversations": [LONG]}),
    )
} | {
    "how frequent words are": lambda session: search_queries.rarest_first(session, [ALL, TENTH, RARE, OTHER]),
    "texts to be marked": lambda session: search_queries.next_texts(
        session, FIRM, since=NOW - timedelta(seconds=90), after=None, limit=50
    ),
    "the next texts to be marked": lambda session: search_queries.next_texts(
        session, FIRM, since=None, after=(NOW - timedelta(seconds=TEXTS // 2), NEWEST), limit=50
    ),
    "texts that are not marked": lambda session: search_queries.unmarked(
        session, FIRM, 1, [(NOW, named(3, n)) for n in range(50)]
    ),
    "texts that are not marked under another key": lambda session: search_queries.unmarked(
        session, FIRM, 2, [(NOW, named(3, n)) for n in range(50)]
    ),
    "what was marked of texts": lambda session: search_queries.of_texts(session, FIRM, [named(3, 5), named(3, 6)]),
    "how often somebody has searched": lambda session: search_queries.searched_since(
        session, FIRM, USER, NOW - timedelta(minutes=1), most=30
    ),
    "a search": lambda session: search_queries.search(session, FIRM, USER, named(10, 5)),
    "searches that are over": lambda session: search_queries.any_before(session, NOW - timedelta(days=9)),
}
OLD = NOW - timedelta(minutes=700)
KEEPING: dict[str, Ask] = {
    "what a rule lets go": lambda session: retention_queries.over(session, FIRM, OLD, None, 50),
    "what a rule lets go, further on": lambda session: retention_queries.over(
        session, FIRM, OLD, (OLD - timedelta(minutes=100), named(2, 800)), 50
    ),
    "why a conversation may not go": lambda session: retention_queries.why_not(session, FIRM, named(2, 5)),
    "why a long one may not go": lambda session: retention_queries.why_not(session, FIRM, LONG),
    "a contact's conversations that may go": lambda session: retention_queries.of_contact(session, FIRM, "contact-5"),
    "under whom some were shown": lambda session: retention_queries.shown_under(session, FIRM, [named(2, 5), LONG]),
    "the holds on contacts": lambda session: legal_hold_queries.standing_on(session, FIRM, ["contact-5"]),
    "the holds on matters": lambda session: legal_hold_queries.standing_on_matters(session, FIRM),
    "whom holds cover": lambda session: legal_hold_queries.covered_by(session, FIRM, [named(11, n) for n in range(9)]),
    "a hold": lambda session: legal_hold_queries.hold(session, FIRM, named(11, 5)),
    "a page of holds that stand": lambda session: legal_hold_queries.listed(
        session, FIRM, lifted=False, after=(NOW, named(11, 5)), limit=25
    ),
    "a page of holds that were lifted": lambda session: legal_hold_queries.listed(
        session, FIRM, lifted=True, after=(NOW, named(11, 5)), limit=25
    ),
    "the firms with a rule": retention_queries.ruled,
    "what last night erased": lambda session: erasure_queries.since(session, FIRM, "retention", NOW),
    "what is to be emptied": lambda session: erasure_queries.full(session, FIRM),
    "what is to be gone on with": lambda session: erasure_queries.unfinished(session, NOW),
    "a night that is open": lambda session: erasure_queries.open_night(session, FIRM, "retention"),
    "an erasure": lambda session: erasure_queries.erasure(session, FIRM, named(12, 5)),
    "a page of erasures": lambda session: erasure_queries.erasures(session, FIRM, 25),
    "what went with an erasure": lambda session: erasure_queries.erased_by(session, FIRM, named(12, 5)),
    "how much went with an erasure": lambda session: erasure_queries.counted(session, FIRM, named(12, 5)),
    "who erased a conversation": lambda session: erasure_queries.erased(session, FIRM, named(2, 5)),
    "the papers of a conversation": lambda session: erasure_queries.documents(session, FIRM, [named(2, 5)]),
    "the row of the record": lambda session: erasure_queries.record_of(session, FIRM, "erasure.end", named(12, 5)),
    "the keys that are to be destroyed": lambda session: erasing.destroy_keys(
        session, FIRM, keys.conversation_scope(named(2, TEXTS)), USER
    ),
    "the texts that are to be emptied": lambda session: erasing._texts(FIRM, named(2, 5), -1),
}
#: Of these deliveries at one address every tenth waits, the older half of those is due, and the last few are old.
DELIVERIES, OLD_ONES, BUSY = 20_000, 300, named(13, 0)
POSTING: dict[str, Ask] = {
    "where something is to be posted": endpoint_queries.due_endpoints,
    "what is to be posted": lambda session: endpoint_queries.due(session, FIRM, BUSY, 20),
    "the claim of an event": lambda session: posting.take(session, FIRM, BUSY, named(14, DELIVERIES - OLD_ONES - 10)),
    "what was posted": lambda session: endpoint_queries.newest(session, FIRM, BUSY, 50),
    "what was posted, further down": lambda session: page_queries.deliveries(
        session, FIRM, BUSY, (NOW - timedelta(seconds=5_000), named(14, 5_000)), 50
    ),
    "what was not delivered lately": lambda session: endpoint_queries.failed(
        session, FIRM, BUSY, NOW - timedelta(seconds=50), 1000
    ),
    "since when something is to be posted": endpoint_queries.oldest_due_at,
    "what is told to a firm's addresses": lambda session: session.connection().execute(
        outbox.found(), outbox.row("text.failed", {"firm": FIRM})
    ),
    "events of a month ago": endpoint_queries.forget_old,
}
REPEATED: dict[str, Ask] = {
    "texts that repeat those of a page": lambda session: repeat_queries.made_of(
        session, FIRM, [named(3, n) for n in range(50)]
    ),
    "texts that those of a page repeat": lambda session: repeat_queries.first_ones(
        session, FIRM, [named(3, n) for n in range(50)]
    ),
    "how often the texts of a page were attempted": lambda session: admin_queries.tries_of(
        session, FIRM, [named(3, n) for n in range(50)]
    ),
    "what people said about a page of texts": lambda session: repeat_queries.said_of(
        session, FIRM, [named(3, n) for n in range(50)]
    ),
}
WATCHING: dict[str, Ask] = {
    "texts by state": lambda session: stats_queries.states(session, NOW - timedelta(minutes=1)),
    "a firm's texts by state": lambda session: stats_queries.states(session, NOW - timedelta(minutes=1), "summit"),
    "the newest status": stats_queries.newest_status,
    "the newest text": stats_queries.newest_text,
    "the newest webhook without a place": stats_queries.newest_kept,
    "attempts that sent nothing": lambda session: figure_queries.not_sent(session, NOW - timedelta(minutes=1)),
    "erasures that are open": figure_queries.open_erasures,
    "what is counted": figure_queries.counted,
    "codes of failures": lambda session: failure_queries.codes_since(session, NOW - timedelta(minutes=1)),
    "codes of a firm's failures": lambda session: failure_queries.codes_since(
        session, NOW - timedelta(minutes=1), FIRM
    ),
    "what went wrong lately": lambda session: operator_queries.texts_that_went_wrong(
        session, operator_queries.Filters([State.FAILED], since=NOW - timedelta(hours=1))
    ),
    "what waits for the account": lambda session: hold_queries.waiting(
        session, [Hold(id=named(9, 0), kind=HoldKind.ACCOUNT, object="default")]
    ),
    "what waits for a number": lambda session: hold_queries.waiting(
        session, [Hold(id=named(9, 0), kind=HoldKind.NUMBER, object="+18335550100")]
    ),
    "what waits for all that stands still": lambda session: hold_queries.waiting(
        session,
        [
            Hold(id=named(9, n), kind=kind, object=of)
            for n, (kind, of) in enumerate(
                ((HoldKind.ACCOUNT, "default"), (HoldKind.FIRM, FIRM), (HoldKind.NUMBER, "+18335550100"))
            )
        ],
        FIRM,
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def busy(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    """The engine of an application with many texts, inside its context. Only PostgreSQL counts its rows by itself."""
    chosen = request.config.getoption("--db")
    if chosen not in ("both", request.param):
        pytest.skip(f"--db {chosen}")
    url = new_database(request.param)
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, **KEYS})
    with app.app_context():
        engine = app.extensions["firmtext"].engine
        create_tables(engine)
        with engine.begin() as connection:
            fill(connection)
            if request.param == "postgresql":
                connection.exec_driver_sql("ANALYZE")
        yield engine
        engine.dispose()


def fill(connection: sa.Connection) -> None:
    free = {"next_free_at": NOW - timedelta(days=1)}
    connection.execute(insert(Number), {"id": NUMBER, "firm": FIRM, "e164": "+18335550100", "state": "verified",
                                        "main": True, "created_at": NOW, **free})  # fmt: skip
    connection.execute(insert(Firm), {"firm": FIRM, "changes": 0})
    choice = {"reminder_days": [2], "reminder_time": time(9), "on_at": NOW, "plan": 3}
    connection.execute(insert(Texting), {"firm": FIRM, **choice})
    connection.execute(
        insert(Account), {"id": queries.ACCOUNT, "run_of": "odd", "run_since": NOW - timedelta(minutes=10), **free}
    )
    texts = [text(n) for n in range(TEXTS)]
    last = {one["conversation_id"]: one["position"] for one in texts}
    connection.execute(insert(Conversation), [conversation(n, last[named(2, n)]) for n in range(CONVERSATIONS)])
    connection.execute(
        insert(ConversationContact),
        [
            {"conversation_id": named(2, n), "contact": f"contact-{n}", "firm": FIRM, "since": NOW}
            for n in range(CONVERSATIONS)
        ],
    )
    connection.execute(insert(Message), texts)
    connection.execute(insert(Attempt), [attempt(n, sent) for n, sent in enumerate(texts) if sent["current_attempt"]])
    connection.execute(
        insert(StatusEvent), [reported(n, sent) for n, sent in enumerate(texts) if sent["current_attempt"]]
    )
    connection.execute(
        insert(Author),
        [
            {"conversation_id": named(2, n), "author": user, "firm": FIRM, "last_at": NOW - timedelta(minutes=n)}
            for n in range(CONVERSATIONS)
            for user in (USER, "other")
        ],
    )
    connection.execute(insert(Failure), [failure(n, last[named(2, n)]) for n in range(0, CONVERSATIONS, 2)])
    connection.execute(insert(ScheduledText), [scheduled(n) for n in range(TEXTS)])
    mark = {"user": USER, "firm": FIRM, "position": TEXTS, "read_at": NOW}
    connection.execute(insert(ReadMark), [{"conversation_id": named(2, n), **mark} for n in range(CONVERSATIONS)])
    stop = {"firm": FIRM, "phone_index": (1).to_bytes(16, "big"), "opted_out": True, "since": NOW, "evidence": "client"}
    connection.execute(insert(OptOut), stop)
    said = {"firm": FIRM, "answer": "lost", "by": USER, "created_at": NOW}
    connection.execute(insert(Resolution), [{"message_id": named(3, n), **said} for n in range(0, TEXTS, 5)])
    marked = {"firm": FIRM, "key": 1, "marks": b""}
    connection.execute(insert(SearchText), [{**searchable(one), **marked} for one in texts])
    connection.execute(insert(SearchMark), [{"mark": mark, "stamp": n} for n in range(TEXTS) for mark in marks_of(n)])
    searched = {"firm": FIRM, "words": bytes(60)}
    connection.execute(
        insert(Search),
        [
            {
                "id": named(10, n),
                "user": USER if n % 50 == 0 else f"user-{n % 50}",
                "made_at": NOW - timedelta(seconds=n),
                **searched,
            }
            for n in range(TEXTS // 4)
        ],
    )
    kept_and_erased(connection)
    posted(connection)
    events = [calendar(n) for n in range(EVENTS)]
    for model, rows in zip((CalendarEvent, Invitation, Reminder, Notice), zip(*events, strict=True), strict=True):
        connection.execute(insert(model), list(rows))


def posted(connection: sa.Connection) -> None:
    """Addresses of many firms, one of which has a great many events."""
    one = {"url": b"x", "secret": b"x", "kinds": " text.failed ", "state": "on", "made_by": USER, "made_at": NOW}
    firms = [FIRM, *(f"firm-{n}" for n in range(1, 300))]
    connection.execute(insert(Endpoint), [{**one, "id": named(13, n), "firm": firm} for n, firm in enumerate(firms)])
    connection.execute(insert(Delivery), [delivery(n) for n in range(DELIVERIES)])
    rests = {"endpoint_id": named(13, 1), "firm": firms[1], "not_before": NOW + timedelta(hours=9)}
    connection.execute(insert(Delivery), [{**delivery(n), **rests} for n in range(0, DELIVERIES, 10)])


def delivery(n: int) -> dict[str, Any]:
    state = "waiting" if n % 10 == 0 else "failed" if n % 10 == 1 else "delivered"
    at = NOW - (timedelta(seconds=n) if n < DELIVERIES - OLD_ONES else timedelta(days=40, seconds=n))
    due = NOW - timedelta(seconds=n - DELIVERIES // 2)
    return {"event_id": named(14, n), "endpoint_id": BUSY, "firm": FIRM, "kind": "text.failed", "at": at, "data": {},
            "state": state, "state_at": at, "not_before": due}  # fmt: skip


def kept_and_erased(connection: sa.Connection) -> None:
    """Holds and erasures, most of them over; keys of many conversations; and a record with many rows."""
    firm = {"firm": FIRM}
    hold = {**firm, "why": bytes(60), "by": USER}
    connection.execute(
        insert(LegalHold),
        [
            {
                **hold,
                "id": named(11, n),
                "kind": "matter" if n % 2 else "contact",
                "object": f"held-{n}",
                "since": NOW - timedelta(hours=TEXTS - n),  # those that stand are the oldest
                "lifted_at": NOW if n > 50 else None,
            }
            for n in range(TEXTS // 4)
        ],
    )
    covered = [{**firm, "hold_id": named(11, n), "contact": f"contact-{n + 500}"} for n in range(TEXTS // 4)]
    connection.execute(insert(LegalHoldContact), covered)
    begun = {**firm, "cause": "request", "contact": "contact-5", "shared": [], "by": USER, "gone": {}, "left": {}}
    times = {"look_at": NOW, "done_at": NOW}
    connection.execute(
        insert(Erasure),
        [{**begun, **times, "id": named(12, n), "begun_at": NOW - timedelta(hours=n)} for n in range(TEXTS // 4)],
    )
    gone = {**firm, "by": USER, "at": NOW, "emptied_at": NOW}
    connection.execute(
        insert(Erased),
        [{**gone, "conversation_id": named(2, n), "erasure_id": named(12, n)} for n in range(900, CONVERSATIONS)],
    )
    key = {**firm, "parent": "firm", "wrapped": bytes(60), "created_at": NOW}
    connection.execute(
        insert(Key),
        [
            {**key, "id": f"{n:08x}", "scope": keys.conversation_scope(named(2, n)), "state": state}
            for n in range(TEXTS)
            for state in ["active" if n % 5 else "replaced"]
        ],
    )
    line = {**firm, "actor": USER, "action": "erasure.end", "object_table": "firmtext_erasure"}
    connection.execute(
        insert(Audit),
        [
            {**line, "id": uuid.uuid4(), "at": NOW + timedelta(hours=n), "object_id": str(named(12, n))}
            for n in range(TEXTS // 4)
        ],
    )


def calendar(n: int) -> tuple[dict[str, Any], ...]:
    """The ``n``-th event from the last one back: with one contact, a reminder, and the text that told of it."""
    start = NOW + timedelta(minutes=COMING - n)
    over, firm = n > COMING, {"firm": FIRM}
    return (
        {**firm, "id": named(5, n), "event": f"event-{n}", "state": "planned", "sequence": 1,
         "plan": 2 if n % 1_000 == 0 else 3, "facts": bytes(150), "starts_at": start, "told_at": NOW},
        {**firm, "id": named(6, n), "event_id": named(5, n), "contact": f"contact-{n % 999}", "wanted": True,
         "notice_at": NOW - timedelta(minutes=1) if n % 1_000 == 1 else None, "answers": 0, "created_at": NOW},
        {**firm, "id": named(7, n), "invitation_id": named(6, n), "sequence": 1, "days": 1,
         "state": "made" if over else "planned", "due_at": start - timedelta(minutes=20), "tries": 0},
        {**firm, "id": named(8, n), "invitation_id": named(6, n), "purpose": "created", "sequence": 1,
         "message_id": named(3, n), "facts": bytes(150), "created_at": NOW},
    )  # fmt: skip


def scheduled(n: int) -> dict[str, Any]:
    """Most were sent long ago, some wait, a few of those are due, and some were not sent."""
    gone = n % 10 != 0
    state = Later.SENT if gone else Later.CANCELLED if n % 100 == 0 else Later.WAITING
    due = NOW + timedelta(minutes=(n - 500) if not gone else -n)
    return {"id": named(5, n), "firm": FIRM, "conversation_id": named(2, n % CONVERSATIONS), "contact": "contact-5",
            "phone_index": (n % CONVERSATIONS).to_bytes(16, "big"), "author": USER, "token": str(n), "wall": NOW,
            "zone": "UTC", "due_at": due, "look_at": due, "state": state, "state_at": NOW - timedelta(days=n % 9),
            "away_at": NOW if gone else None, "created_at": NOW}  # fmt: skip


def conversation(n: int, last: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=n)
    counts = dict.fromkeys(("turn", "last_position", "last_in_position"), last)
    return {"id": named(2, n), "firm": FIRM, "number_id": NUMBER, "phone_index": n.to_bytes(16, "big"), "phone": b"x",
            "last_at": at, "created_at": at, "last_out_position": last, "waiting_since": at if n % 3 else None,
            "done_at": at if n % 4 else None, "done_by": USER if n % 4 else None, **counts}  # fmt: skip


def failure(n: int, position: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=n)
    return {"conversation_id": named(2, n), "firm": FIRM, "position": position, "at": at}


def text(n: int) -> dict[str, Any]:
    """The ``n``-th text of all; that is its position, too."""
    state = state_of(n)
    at = NOW - timedelta(seconds=TEXTS - n)
    out = state != State.RECEIVED
    return {"id": named(3, n), "firm": FIRM, "conversation_id": LONG if n % 4 == 0 else named(2, n % CONVERSATIONS),
            "position": n, "direction": "out" if out else "in", "kind": "staff", "body": bytes(150), "state": state,
            "state_at": at, "not_before": at, "expires_at": NOW + timedelta(days=1), "shown_at": at, "created_at": at,
            "retry_of": named(3, n - 1) if n % 3 == 2 else None,
            "changed": n, "current_attempt": named(4, n) if out and state != State.QUEUED else None}  # fmt: skip


def searchable(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {"stamp": sent["position"], "message_id": sent["id"], "conversation_id": sent["conversation_id"]}


def marks_of(n: int) -> list[int]:
    """Beside what is looked for, each has marks that few others have."""
    named_ones = {ALL: True, TENTH: n % 10 == 0, OTHER: n % 10 == 8, RARE: n % (TEXTS // 10) == 4}
    return [mark for mark, has in named_ones.items() if has] + [1_000 + n // 3, 1_000_000 + n // 50]


def state_of(n: int) -> State:
    if n >= TEXTS - TO_SEND:
        return State.QUEUED
    rare = {7: State.UNKNOWN, 107: State.SUBMITTED, 108: State.FAILED, 109: State.SUBMITTED}
    return rare.get(n % 1000) or (State.RECEIVED if n % 2 else State.DELIVERED)


def attempt(n: int, sent: Mapping[str, Any]) -> dict[str, Any]:
    outcome = Outcome.NOT_SENT if n % 10 == 0 else Outcome.ACCEPTED
    return {"id": sent["current_attempt"], "firm": FIRM, "message_id": sent["id"], "n": 1, "claimed_by": "x",
            "claimed_at": sent["state_at"], "deadline": sent["state_at"], "closed_at": sent["state_at"],
            "outcome": outcome, "evidence": "odd", "carrier_id": str(n)}  # fmt: skip


def reported(n: int, sent: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": uuid.uuid4(), "digest": n.to_bytes(32, "big"), "firm": FIRM, "message_id": sent["id"],
            "attempt_id": sent["current_attempt"], "carrier_id": str(n), "kind": "delivered", "name": "delivered",
            "received_at": sent["state_at"]}  # fmt: skip


@pytest.mark.parametrize(
    "name", [*SENDING, *PAGES, *WRITING, *CALENDAR, *REPEATED, *WATCHING, *SEARCHING, *KEEPING, *POSTING]
)
def test_it_uses_an_index_however_many_texts_there_are(busy: sa.Engine, name: str) -> None:
    ask = (SENDING | PAGES | WRITING | CALENDAR | REPEATED | WATCHING | SEARCHING | KEEPING | POSTING)[name]
    with reading() as session:
        asked = statements(busy, session, ask)
        session.rollback()
        assert asked
        for statement in asked:
            work, scans = COSTS[busy.dialect.name](session.connection(), *statement)
            assert not scans, statement[0]
            assert work / UNIT[busy.dialect.name] <= MOST.get(name, ROWS), statement[0]


def statements(engine: sa.Engine, session: Session, ask: Ask) -> list[tuple[str, Any]]:
    """What is sent to the database, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    ask(session)
    event.remove(engine, "before_cursor_execute", note)
    return seen


def on_postgresql(connection: sa.Connection, statement: str, parameters: Any) -> tuple[float, list[str]]:
    """How many rows of the large tables are looked at, and which table is read as a whole."""
    explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
    nodes = list(parts(explained[0]["Plan"]))
    large = [node for node in nodes if node.get("Relation Name") in LARGE]
    large += [node for node in nodes if node["Node Type"] == "Bitmap Index Scan"]
    looked = sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in large)
    return looked, [node["Relation Name"] for node in large if node["Node Type"] == "Seq Scan"]


def parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from parts(part)


def on_sqlite(connection: sa.Connection, statement: str, parameters: Any) -> tuple[float, list[str]]:
    """How many steps of its machine it takes, and which table is read as a whole."""
    plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    steps: list[None] = []
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: steps.append(None), 100)
    connection.exec_driver_sql(statement, parameters).all()
    driver.set_progress_handler(None, 0)
    whole = [line for line in plan if line.startswith(tuple(f"SCAN {table}" for table in LARGE))]
    return len(steps) * 100, [line for line in whole if "USING" not in line]


COSTS = {"postgresql": on_postgresql, "sqlite": on_sqlite}
