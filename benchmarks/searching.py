"""P9: a page of texts found by their words among 100,000 encrypted ones, beside the same search in plain words.

The words are drawn as people's are: a few in very many texts, most in few. Both sides ask the host who may see what and
whose the conversations are, and mark what was found; the plain one has the same beginnings of words in a plain, indexed
column and the texts in another.
"""

from __future__ import annotations

import itertools
import random
import time
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, MetaData, String, Table, Uuid, select
from sqlalchemy.orm import Session

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import marking, owners, passages, searching, sought, word_marks
from flask_firmtext.messaging.folding import fold
from flask_firmtext.messaging.searches import Asked
from flask_firmtext.messaging.shown import read_bodies
from flask_firmtext.messaging.threads import known_of
from flask_firmtext.ports.values import Firm
from flask_firmtext.store import ciphers, inbox_queries
from flask_firmtext.store.models import Conversation, Message, SearchMark, SearchProgress, SearchText
from flask_firmtext.store.transactions import reading
from rows import STAFF

from . import filling
from .rounds import Figure, Scale, Target, alternating
from .stage import ENGINES, Stage, host, settings_of

BASELINE = "the same search with words and texts in plain, indexed columns"
TARGET = Target("≤ 5", most=5)
MANY, FEW = 100_000, 1_000
AT_ONCE, PAGES = 2_000, 4
FIRM = Firm(filling.FIRM, "Harbor Law", "America/Chicago")

SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
VOCABULARY = ["".join(parts) for parts in itertools.islice(itertools.product(SYLLABLES, repeat=3), 7, 200_000, 33)]
WEIGHTS = list(itertools.accumulate(1 / (n + 3) for n in range(len(VOCABULARY))))

TABLES = MetaData()
PLAIN_TEXT = Table(
    "bench_text", TABLES, Column("stamp", BigInteger, primary_key=True, autoincrement=False), Column("id", Uuid),
    Column("body", String(1600)),
)  # fmt: skip
PLAIN_WORD = Table(
    "bench_word", TABLES, Column("word", String(64)), Column("stamp", BigInteger), Index("ix_bench", "word", "stamp")
)


def says(thread: int, position: int) -> str:
    """Eighteen words."""
    chosen = random.Random(thread * 1_000 + position)  # noqa: S311 - the same in every run
    return " ".join(chosen.choices(VOCABULARY, cum_weights=WEIGHTS, k=18))


#: What is searched for: a frequent word, one of few texts, their beginnings, and several at once.
FREQUENT, SOME, RARE = VOCABULARY[2], VOCABULARY[150], VOCABULARY[3_000]
SEARCHES = {
    "a frequent word": f'"{FREQUENT}"',
    "a rare word": f'"{RARE}"',
    "3 letters": SOME[:3],
    "5 letters": SOME[:5],
    "two words": f'"{FREQUENT}" "{SOME}"',
}


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    texts = scale.of(MANY, FEW)
    for engine in ENGINES:
        with host(settings_of(library(stage, engine, texts))) as app:
            filling.acquaint(app)
            for what, typed in SEARCHES.items():
                found = [hit.text.body for hit in ours(typed)]
                if found != plain(typed):
                    raise AssertionError(f"{what}: the two searches find different texts")
                pair = alternating(partial(took, ours, typed), partial(took, plain, typed), scale.rounds(15))
                yield pair.figure("P9", what, TARGET, unit="ms", db=engine, texts=texts, hits=len(found))


def took(search: Any, typed: str) -> float:
    """Milliseconds a page."""
    began = time.perf_counter()
    for _ in range(PAGES):
        search(typed)
    return (time.perf_counter() - began) / PAGES * 1000


class Everything:
    """A host that lets everybody see everything, asked once."""

    def __call__(self, subject: Any) -> bool:
        return True

    def each(self, subjects: Any) -> list[bool]:
        return [True for _ in subjects]


def ours(typed: str) -> Any:
    asked = Asked(uuid.uuid4(), typed)
    return searching.page(FIRM, STAFF, asked, None, may=Everything()).hits


def plain(typed: str) -> list[str]:
    """Whole words stand there with a blank before them, so that no beginning is one."""
    asked = sought.read(typed)
    words = [f" {word}" if kind == word_marks.WHOLE else word for kind, word in asked.lookups]
    query: Any = select(PLAIN_TEXT.c.body, Message, Conversation).join(Message, Message.id == PLAIN_TEXT.c.id)
    query = query.join(Conversation, Conversation.id == Message.conversation_id).where(Message.firm == FIRM.ref)
    for word in words:
        has = PLAIN_WORD.alias()
        query = query.join(has, has.c.stamp == PLAIN_TEXT.c.stamp).where(has.c.word == word)
    newest = has.c.stamp.desc()
    with reading() as session:
        rows = session.execute(query.where(Conversation.firm == FIRM.ref).order_by(newest).limit(60)).all()
        refs = inbox_queries.contacts(session, FIRM.ref, {row[2].id for row in rows})
    found = [row for row in rows if asked.spans(row[0]) is not None][: searching.PAGE]
    numbers = {row[2].id: filling.phone(0) for row in found}
    owners.of_conversations(FIRM.ref, known_of([row[2] for row in found], numbers, refs))
    owners.names_of([row[1].author for row in found if row[1].author])
    shown = [passages.passages(row[0], asked.spans(row[0]) or ()) for row in found]
    return ["".join(one.text for one in pieces) for pieces in shown]


def library(stage: Stage, engine: str, texts: int) -> str:
    """A database with so many different texts, marked, and the same in plain words beside them."""

    def fill(url: str) -> None:
        with host(settings_of(url)):
            filling.open_office()
            filling.fill(texts, says=says)
            TABLES.create_all(firmtext.engine)
            after = None
            while rows := _next(after):
                with firmtext.engine.begin() as connection:
                    _mark(connection, rows)
                after = rows[-1][0].id
            _done()

    return stage.kept_database(engine, f"words-{texts}", fill)


def _next(after: uuid.UUID | None) -> list[tuple[Message, str]]:
    with reading() as session:
        query = select(Message).where(Message.firm == FIRM.ref).order_by(Message.id).limit(AT_ONCE)
        rows = session.scalars(query if after is None else query.where(Message.id > after)).all()
        return list(_read(session, rows))


def _read(session: Session, rows: Any) -> Iterator[tuple[Message, str]]:
    bodies = read_bodies(session, rows)
    yield from ((row, bodies[row.id] or "") for row in rows)


def _mark(connection: Connection, rows: list[tuple[Message, str]]) -> None:
    index_key = firmtext.settings.index_key[0]
    key = ciphers.search_key(index_key, FIRM.ref)
    texts, marks, plain_texts, plain_words = [], [], [], []
    for row, body in rows:
        stamp, of_text = marking.new_stamp(row.shown_at), word_marks.of_text(key, body)
        texts.append({"stamp": stamp, "firm": FIRM.ref, "message_id": row.id, "conversation_id": row.conversation_id,
                      "key": marking.key_id(index_key), "marks": word_marks.pack(of_text)})  # fmt: skip
        marks += [{"mark": mark, "stamp": stamp} for mark in of_text]
        plain_texts.append({"stamp": stamp, "id": row.id, "body": body})
        parts = {part for word in fold(body).every for part in word_marks.parts(word)}
        words = {f" {part}" if kind == word_marks.WHOLE else part for kind, part in parts}
        plain_words += [{"word": word, "stamp": stamp} for word in words]
    for model, values in ((SearchText, texts), (SearchMark, marks)):
        filling.load(connection, model, values)
    connection.execute(PLAIN_TEXT.insert(), plain_texts)
    connection.execute(PLAIN_WORD.insert(), plain_words)


def _done() -> None:
    now = firmtext.clock.now()
    key = marking.key_id(firmtext.settings.index_key[0])
    with firmtext.engine.begin() as connection:
        done = {"firm": FIRM.ref, "key": key, "until": now, "walked_at": now}
        filling.load(connection, SearchProgress, [done])
    if firmtext.engine.dialect.name == "postgresql":
        with firmtext.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
