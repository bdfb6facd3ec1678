"""The rows of a rotation: that it goes on, and how far it has come, for whoever goes on with it after a power cut."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from . import audit, rewrapping
from .base import new_id
from .models import Rotation, RotationStep
from .protected import Protected
from .transactions import own, reading
from .upsert import insert_once, insert_or_update

#: Not a column: when somebody looked last.
LOOK = "look"


def begin(firm: str, by: str) -> Rotation:
    """The rotation of a firm that goes on, begun when there is none: from then on another firm key encrypts.

    :raises KeyUnavailable: the firm's key cannot be unwrapped; nothing was changed.
    """
    found = None
    while found is None:  # the one that went on has just come to its end
        found = _begun(firm, by)
    firmtext.active.forget()
    points.reach("keys.begun")
    return found


def _begun(firm: str, by: str) -> Rotation | None:
    with own() as session:
        row_id = new_id()
        begun = {"id": row_id, "firm": firm, "key": "", "by": by, "started_at": firmtext.clock.now()}
        if insert_once(session, Rotation, **begun):
            generation = rewrapping.new_firm_key(session, firm)
            session.execute(
                update(Rotation).where(Rotation.firm == firm, Rotation.id == row_id).values(key=generation),
                execution_options={"synchronize_session": False},
            )
            audit.record_key(session, "rotate", generation, firm=firm, actor=by)
        found: Rotation | None = session.scalars(_open().where(Rotation.firm == firm)).one_or_none()
        points.reach("keys.beginning")
    return found


def open_ones(session: Session) -> Sequence[Rotation]:
    """Every rotation that goes on."""
    return session.scalars(_open().order_by(Rotation.started_at)).all()


def due(session: Session, ago: timedelta) -> Sequence[Rotation]:
    """Those of which nobody has come to the end of a column for so long: time for a second look, or for a first."""
    now = firmtext.clock.now()
    last = func.max(RotationStep.passed_at)
    passed = select(last).where(RotationStep.rotation_id == Rotation.id).scalar_subquery()
    return session.scalars(_open().where(func.coalesce(passed, Rotation.started_at) < now - ago)).all()


def steps(session: Session, rotation: Rotation) -> Sequence[RotationStep]:
    """How far it has come, column by column."""
    return session.scalars(select(RotationStep).where(RotationStep.rotation_id == rotation.id)).all()


def _open() -> Any:
    return select(Rotation).where(Rotation.done_at.is_(None))


def place_in(rotation: Rotation, one: Protected) -> Any:
    """Behind which row the pass through a column goes on; None at its beginning."""
    with reading() as session:
        place = session.scalar(select(RotationStep.place).where(*_step(rotation, one)))
    return None if place is None else one.typed(place)


def note_place(session: Session, rotation: Rotation, one: Protected, place: str, done: int) -> None:
    """A pass has come to this row; joined."""
    key = {"rotation_id": rotation.id, "step": one.name}
    changes: dict[str, Any] = {"place": place, "done": RotationStep.done + done}
    insert_or_update(session, RotationStep, [*key], key | {"place": place, "done": done, "unreadable": 0}, changes)


def take(firm: str) -> Rotation | None:
    """The rotation of a firm that goes on, for somebody who goes on with it now: whatever comes of it, the next one
    need not look at once. None when it is over."""
    with own() as session:
        rotation: Rotation | None = session.scalars(_open().where(Rotation.firm == firm)).first()
        if rotation is not None:
            key = {"rotation_id": rotation.id, "step": LOOK}
            now = {"passed_at": firmtext.clock.now()}
            insert_or_update(session, RotationStep, [*key], key | {"done": 0, "unreadable": 0} | now, now)
    return rotation


def note_passed(rotation: Rotation, one: Protected, *, unreadable: int) -> None:
    """A pass has come to the end of a column; the next one begins at its beginning."""
    with own() as session:
        key = {"rotation_id": rotation.id, "step": one.name}
        changes: dict[str, Any] = {"place": None, "unreadable": unreadable, "passed_at": firmtext.clock.now()}
        insert_or_update(session, RotationStep, [*key], key | {"done": 0} | changes, changes)


def finish(rotation: Rotation, *, retired: int) -> bool:
    """Nothing is left to do. Returns whether it went on until now."""
    with own() as session:
        done = session.execute(
            update(Rotation)
            .where(Rotation.id == rotation.id, Rotation.done_at.is_(None))
            .values(done_at=firmtext.clock.now())
            .execution_options(synchronize_session=False)
        )
        over = bool(cast(Any, done).rowcount)
        if over:
            told = {"firm": rotation.firm, "actor": rotation.by, "evidence": f"{retired} retired"}
            audit.record_key(session, "rotated", rotation.key, **told)
    return over


def _step(rotation: Rotation, one: Protected) -> tuple[Any, Any]:
    return RotationStep.rotation_id == rotation.id, RotationStep.step == one.name
