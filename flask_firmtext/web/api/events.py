"""Events: how the invitations by text stand, and sending now what waits."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from pydantic import Field

from ...practice.calendar import hurrying
from .. import event_status
from ..event_status import Line
from ..hurrying import pressed
from .bearer import Bearer
from .operations import get, post
from .problems import nothing
from .shapes import Answer, Done, Page


class Step(Answer):
    """One text about the event, or one to come."""

    what: str
    words: str
    state: str = Field(description="A state of a text, `waits` or `missed`.")
    when: str
    help: str


class Invitation(Answer):
    """A contact's invitation."""

    id: uuid.UUID
    name: str
    answer: str = Field(description="`confirmed`, `declined`, `earlier`, `none`, or empty.")
    words: str
    conversation: uuid.UUID | None
    waits: bool = Field(description="Whether something waits that can be sent now.")
    can_retry: bool
    steps: list[Step]


class Invitations(Page[Invitation]):
    """Everybody who was to be notified of an event by text, as far as the administrator may see them."""


@get("/events/{event}/invitations", "events:read")
def list_invitations(who: Bearer, event: str) -> Invitations:
    """Show how an event's invitations stand"""
    found, _register = event_status.read(who, event)
    if not found:
        raise nothing()
    return Invitations(items=[_shown(line) for line in found], next=None)


@post("/invitations/{invitation}/send-now", "events:write")
def send_invitation_now(who: Bearer, invitation: uuid.UUID) -> Done:
    """Send at once what waits for further edits, or for the end of quiet hours"""
    return _pressed(who, invitation, hurrying.hurry)


@post("/invitations/{invitation}/retry", "events:write")
def send_invitation_again(who: Bearer, invitation: uuid.UUID) -> Done:
    """Make anew what could not be made, or did not arrive"""
    return _pressed(who, invitation, hurrying.again)


def _pressed(who: Bearer, invitation: uuid.UUID, press: Callable[..., bool]) -> Done:
    done = pressed(who, invitation, press)
    if done is None:
        raise nothing()
    return Done(done=done)


def _shown(line: Line) -> Invitation:
    steps = [Step(what=one.what, words=one.words, state=one.kind, when=one.when, help=one.help) for one in line.steps]
    return Invitation(
        id=line.invitation,
        name=line.name,
        answer=line.answer_kind,
        words=line.answer,
        conversation=line.conversation,
        waits=line.waits,
        can_retry=line.again,
        steps=steps,
    )
