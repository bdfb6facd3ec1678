"""The tables of texts and of what is needed to send and receive them."""

import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import UTCDateTime
from ..base import Base, Reference, Word, new_id, partial
from ..states import Direction, HoldKind, KeyState, Kind, Outcome, State


class Firm(Base):
    """What we keep of a firm. ``changes`` counts what its open pages have to show; its row is locked last."""

    __tablename__ = "firmtext_firm"

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    changes: Mapped[int] = mapped_column(BigInteger, default=0)


class Key(Base):
    """A random key, wrapped by its parent: a firm's by a configured one, a data key by its firm's.

    ``replaced_at`` is when another one began to encrypt in its place; ``empty_at``, since when nothing was found that
    it has encrypted; ``retired_at``, when that had been so for long enough.
    """

    __tablename__ = "firmtext_key"
    __table_args__ = (
        partial("uq_firmtext_key_active", "firm", "scope", where="state = 'active'", unique=True),
        Index(None, "firm", "scope"),
        Index(None, "parent"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    parent: Mapped[str] = mapped_column(String(16))
    firm: Mapped[str] = mapped_column(Reference)
    scope: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(Word, default=KeyState.ACTIVE)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    empty_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class KeyCheck(Base):
    """Proof that a configured key is the one that wrote here: ``kek:<id>``, ``index`` or, with more, as in ``marks``.

    ``since`` is when it was written down; None for what is older than this column.
    """

    __tablename__ = "firmtext_key_check"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary(16))
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Rotation(Base):
    """A rotation of one firm's keys, from the new firm key (``key``) until nothing is left under the old ones."""

    __tablename__ = "firmtext_rotation"
    __table_args__ = (partial("uq_firmtext_rotation_open", "firm", where="done_at IS NULL", unique=True),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    key: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(Reference)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RotationStep(Base):
    """How far a rotation has come in one protected column (``table.column``): up to the row ``place`` in this pass.

    ``done`` counts what was encrypted anew, ``unreadable`` what the last whole pass had to leave as it is.
    """

    __tablename__ = "firmtext_rotation_step"

    rotation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_rotation.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(64), primary_key=True)
    place: Mapped[str | None] = mapped_column(Reference)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    unreadable: Mapped[int] = mapped_column(BigInteger, default=0)
    passed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MovedIndex(Base):
    """An index that a number's rows had until ``since``, for whoever has read it before and is to write with it now."""

    __tablename__ = "firmtext_moved_index"

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    was: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)


class Account(Base):
    """The carrier account's pace, and how many answers of one bad kind came in a row.

    ``mark`` is raised by every claim and never falls; ``line`` names this database, its copies and its backups.
    """

    __tablename__ = "firmtext_account"

    id: Mapped[str] = mapped_column(Word, primary_key=True)
    next_free_at: Mapped[datetime] = mapped_column(UTCDateTime)
    slowed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    run_of: Mapped[str | None] = mapped_column(Word)
    run_length: Mapped[int] = mapped_column(Integer, default=0)
    run_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mark: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    line: Mapped[uuid.UUID | None] = mapped_column(Uuid)


class Hold(Base):
    """Sending stands still for an account, a number or a firm until a person or a probe lifts it."""

    __tablename__ = "firmtext_hold"
    __table_args__ = (partial("uq_firmtext_hold_standing", "kind", "object", where="lifted_at IS NULL", unique=True),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[HoldKind] = mapped_column(Word)
    object: Mapped[str] = mapped_column(Reference)
    code: Mapped[str] = mapped_column(Word)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(Reference)
    probe_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by: Mapped[str | None] = mapped_column(Reference)


class Conversation(Base):
    """All texts between one firm number and one phone number in one epoch.

    ``turn`` is raised by whoever needs this row to himself and gives each text its position. ``waiting_since`` is when
    the first of the client's texts came that no person has answered; it stays while a conversation is done, unseen.
    Since ``erased_at`` its keys are destroyed (:class:`.retention.Erased`).
    """

    __tablename__ = "firmtext_conversation"
    __table_args__ = (
        UniqueConstraint("number_id", "phone_index", "epoch"),
        Index(None, "firm", "last_at", "id"),
        Index(None, "firm", "phone_index", "last_at"),
        partial("ix_firmtext_conversation_open", "firm", "last_at", "id", where="done_at IS NULL"),
        partial("ix_firmtext_conversation_done", "firm", "done_at", "id", where="done_at IS NOT NULL"),
        partial(
            "ix_firmtext_conversation_unanswered",
            "firm",
            "waiting_since",
            "id",
            where="waiting_since IS NOT NULL AND done_at IS NULL",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    number_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_number.id"))
    phone_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    phone: Mapped[bytes] = mapped_column(LargeBinary)
    epoch: Mapped[int] = mapped_column(Integer, default=1)
    turn: Mapped[int] = mapped_column(BigInteger, default=0)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_position: Mapped[int] = mapped_column(BigInteger, default=0)
    last_in_position: Mapped[int] = mapped_column(BigInteger, default=0)
    last_out_position: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    waiting_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[str | None] = mapped_column(Reference)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ConversationContact(Base):
    """A contact under whom a conversation was shown; when all have lost the number, the epoch ends."""

    __tablename__ = "firmtext_conversation_contact"
    __table_args__ = (Index(None, "firm", "contact"), Index(None, "contact"))

    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"), primary_key=True)
    contact: Mapped[str] = mapped_column(Reference, primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    since: Mapped[datetime] = mapped_column(UTCDateTime)


class ReadMark(Base):
    """Up to which position a user has seen a conversation.

    ``left_unread``: the user marked it unread when the text at this position was the client's last. A page that has
    shown that text before has nothing to say about it; opening the conversation has.
    """

    __tablename__ = "firmtext_read_mark"
    __table_args__ = (Index(None, "firm", "user"),)

    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"), primary_key=True)
    user: Mapped[str] = mapped_column(Reference, primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    position: Mapped[int] = mapped_column(BigInteger)
    left_unread: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Message(Base):
    """One text. ``state`` has one writer (``messaging.moves``); ``changed`` is the firm's count at its last change.

    ``answers`` is the client's text that an automatic one answers: it goes out although the client has opted out.
    ``quiet_zone`` is the client's time zone where an automatic one waits for the end of quiet hours (``not_before``):
    until then it lets the texts behind it pass.
    """

    __tablename__ = "firmtext_message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        UniqueConstraint("firm", "author", "client_token"),
        UniqueConstraint("carrier", "carrier_id", "part"),
        Index(None, "conversation_id", "changed"),
        Index(None, "firm", "state", "state_at"),
        Index(None, "firm", "created_at", "id"),
        partial("uq_firmtext_message_retry_of", "retry_of", where="retry_of IS NOT NULL", unique=True),
        partial("ix_firmtext_message_queued", "priority", "not_before", "id", where="state = 'queued'"),
        partial("ix_firmtext_message_failed", "state_at", "code", where="state = 'failed'"),
        partial("ix_firmtext_message_inbound", "created_at", where="direction = 'in'"),
        partial("ix_firmtext_message_submitted", "state_at", where="state = 'submitted'"),
        partial("ix_firmtext_message_unsettled", "state_at", where="state = 'sending' OR state = 'unknown'"),
        partial(
            "ix_firmtext_message_waiting", "conversation_id", "position", where="state = 'queued' OR state = 'sending'"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    conversation_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_conversation.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    direction: Mapped[Direction] = mapped_column(String(3))
    kind: Mapped[Kind] = mapped_column(Word)
    priority: Mapped[int] = mapped_column(SmallInteger, default=0)
    author: Mapped[str | None] = mapped_column(Reference)
    client_token: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    segments: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[State] = mapped_column(Word)
    rank: Mapped[int] = mapped_column(SmallInteger, default=0)
    reason: Mapped[str | None] = mapped_column(Word)
    code: Mapped[str | None] = mapped_column(Word)
    partly: Mapped[bool] = mapped_column(default=False, server_default=false())
    state_at: Mapped[datetime] = mapped_column(UTCDateTime)
    not_before: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    current_attempt: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    rings: Mapped[int] = mapped_column(Integer, default=0)
    rung_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retry_of: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    answers: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    quiet_zone: Mapped[str | None] = mapped_column(Reference)
    carrier: Mapped[str | None] = mapped_column(Word)
    carrier_id: Mapped[str | None] = mapped_column(String(64))
    part: Mapped[int] = mapped_column(SmallInteger, default=0)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    shown_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed: Mapped[int] = mapped_column(BigInteger, default=0)


class Resolution(Base):
    """What a person said about an unknown text. ``why`` is in their own words, encrypted: they may name the client."""

    __tablename__ = "firmtext_resolution"

    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_message.id"), primary_key=True)
    firm: Mapped[str] = mapped_column(Reference)
    answer: Mapped[str] = mapped_column(Word)
    by: Mapped[str] = mapped_column(Reference)
    why: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Attempt(Base):
    """One POST. Its id is what the carrier gets as our reference and gives back with every status."""

    __tablename__ = "firmtext_attempt"
    __table_args__ = (
        UniqueConstraint("message_id", "n"),
        UniqueConstraint("carrier_id"),
        Index(None, "firm", "claimed_at", "id"),
        partial("ix_firmtext_attempt_open", "deadline", where="outcome = 'open'"),
        partial("ix_firmtext_attempt_not_sent", "evidence", "closed_at", where="outcome = 'not_sent'"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    firm: Mapped[str] = mapped_column(Reference)
    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_message.id"))
    n: Mapped[int] = mapped_column(Integer)
    claimed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_by: Mapped[str] = mapped_column(String(128))
    deadline: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[Outcome] = mapped_column(Word, default=Outcome.OPEN)
    evidence: Mapped[str | None] = mapped_column(Word)
    carrier_id: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StatusEvent(Base):
    """A status webhook as it was believed. ``digest`` makes repeats harmless."""

    __tablename__ = "firmtext_status_event"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index(None, "message_id"),
        Index(None, "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    firm: Mapped[str] = mapped_column(Reference)
    message_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_message.id"))
    attempt_id: Mapped[uuid.UUID] = mapped_column(Uuid, ForeignKey("firmtext_attempt.id"))
    carrier_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(Word)
    name: Mapped[str] = mapped_column(Word)
    code: Mapped[str | None] = mapped_column(Word)
    carrier_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Quarantine(Base):
    """A verified webhook that has no place yet: kept whole and encrypted, because a client may have written it.

    ``phone_index`` finds the other texts of a stranger.
    """

    __tablename__ = "firmtext_quarantine"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index(None, "firm", "received_at", "id"),
        Index(None, "firm", "phone_index", "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    kind: Mapped[str] = mapped_column(Word)
    reason: Mapped[str] = mapped_column(Word)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Audit(Base):
    """What changed, who did it and on what evidence. Appended in the change's own transaction, never altered."""

    __tablename__ = "firmtext_audit"
    __table_args__ = (
        Index(None, "firm", "at"),
        Index(None, "object_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    firm: Mapped[str] = mapped_column(Reference)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(Reference)
    action: Mapped[str] = mapped_column(String(64))
    object_table: Mapped[str] = mapped_column(String(64))
    object_id: Mapped[str] = mapped_column(String(64))
    was: Mapped[str | None] = mapped_column(String(64))
    became: Mapped[str | None] = mapped_column(String(64))
    evidence: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(64))


class AuditSeal(Base):
    """A link of a firm's chain: which rows of the record were there, and what they said. Never altered either.

    ``members`` is the id (16 bytes) and the digest (32) of each row; ``seals.py`` has the formats.
    """

    __tablename__ = "firmtext_audit_seal"
    __table_args__ = (Index(None, "firm", "last_at"),)

    firm: Mapped[str] = mapped_column(Reference, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    count: Mapped[int] = mapped_column(Integer)
    key_id: Mapped[str] = mapped_column(String(16))
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    members: Mapped[bytes] = mapped_column(LargeBinary)


class Heartbeat(Base):
    """A sign of life of a process of ours. ``lag`` is the age of the oldest due text it saw, in seconds."""

    __tablename__ = "firmtext_heartbeat"
    __table_args__ = (UniqueConstraint("kind", "host", "pid", "boot"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Word)
    host: Mapped[str] = mapped_column(Reference)
    pid: Mapped[int] = mapped_column(Integer)
    boot: Mapped[str] = mapped_column(String(36))
    version: Mapped[str] = mapped_column(Word)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lag: Mapped[int] = mapped_column(Integer, default=0)


class Counter(Base):
    """Things that are counted for operators: bell failures, contradictions, alarms."""

    __tablename__ = "firmtext_counter"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger, default=0)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
