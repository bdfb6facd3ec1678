"""The firm's registration with the carriers: what stands in it, filled in, and as the carrier's form asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, RootModel

from ...errors import FormRefused
from ...firm import registration as registering
from ...firm.registration_fields import FIELDS
from ...language import gettext as _
from ...store import firm_queries
from ...store.transactions import own, reading
from .. import registration
from .arguments import pointer
from .bearer import Bearer
from .operations import get, put
from .problems import conflict, faulty, invalid, nothing
from .shapes import E164, Answer, Asked, Given

NAMES: Any = {"propertyNames": {"enum": list(FIELDS)}}


class Doubtful(Answer):
    """What carriers commonly refuse; a firm may know better."""

    field: str
    reason: str
    sentence: str = Field(description="Why, and how to mend it, for people.")


class Registration(Answer):
    """What stands in the form: what was saved, else what the practice system knows, else words of ours."""

    values: dict[str, str] = Field(repr=False, json_schema_extra=NAMES)
    faults: dict[str, str] = Field(description="What is missing or wrong, a sentence a field; empty: ready to submit.")
    doubts: list[Doubtful]
    saved_at: datetime | None
    saved_by: str | None
    unreadable: bool = Field(description="Something was saved that cannot be read at the moment.")


class Filled(Given):
    """What is to be otherwise; what is left out stays."""

    values: dict[str, str] = Field(repr=False, json_schema_extra=NAMES)


class OfNumber(Asked):
    """Which number's."""

    number: E164 | None = Field(None, description="A number of the firm; the main one unless named.")


class Exported(RootModel[dict[str, Any]]):
    """The registration as the carrier's form asks for it."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Nothing: a root is shown whatever its field says."""
        return iter(())


@get("/registration", "registration:read", version="show_registration")
def show_registration(who: Bearer) -> Registration:
    """Show the registration with the carriers"""
    registration.must_register(who)
    form = registration.filled(who)
    return Registration(
        values=dict(form.values),
        faults=form.faults,
        doubts=[Doubtful(field=one.field, reason=one.reason, sentence=one.sentence) for one in form.doubts],
        saved_at=form.saved_at,
        saved_by=form.saved_by,
        unreadable=form.unreadable,
    )


@put("/registration", "registration:write", version="show_registration")
def save_registration(who: Bearer, given: Filled) -> Registration:
    """Fill in the registration with the carriers

    What is left out stays as it is, so all of it has to be given while what was saved cannot be read. Something may be
    missing still, nothing may be wrong. It is submitted by people.
    """
    registration.must_register(who)
    if unknown := given.values.keys() - FIELDS.keys():
        raise invalid(_pointed(dict.fromkeys(sorted(unknown), "There is no such field.")))
    try:
        with own() as session:
            registering.change(session, who.firm, given.values, by=who.user.ref)
    except FormRefused as refused:
        raise invalid(_pointed(refused.faults)) from None
    return show_registration(who)


@get("/registration/export", "registration:read")
def export_registration(who: Bearer, query: OfNumber) -> Exported:
    """Export the registration of a number

    Ready to submit. It is recorded. While something is missing, `errors` names it, a field of the registration each.
    """
    registration.must_register(who)
    number = _number(who, query.number)
    form = registration.filled(who)
    if form.unreadable:
        raise conflict("unreadable")
    try:
        return Exported(registration.exported(who, form, number))
    except FormRefused as refused:
        raise conflict("incomplete", errors=faulty(_pointed(refused.faults))) from None


def _number(who: Bearer, wanted: str | None) -> str:
    """:raises Failure: it is none of the firm's, or the firm has none."""
    with reading() as session:
        numbers = [row.e164 for row in firm_queries.numbers(session, who.firm.ref)]
    if wanted is None and not numbers:
        raise conflict("no_number", _(registration.NO_NUMBER))
    if wanted is not None and wanted not in numbers:
        raise nothing()
    return wanted or numbers[0]


def _pointed(faults: Mapping[str, str]) -> dict[str, str]:
    return {pointer(("values", name)): sentence for name, sentence in faults.items()}
