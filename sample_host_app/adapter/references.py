"""References and values: a reference is our primary key as text, that of a matter with a word before it."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from flask import has_request_context, url_for
from sqlalchemy import Select, select

from flask_firmtext.ports import values

from .. import models

MATTER = "matter-"


def as_user(row: models.User) -> values.User:
    return values.User(str(row.id), row.name, row.firm_ref, row.administrator)


def as_contact(row: models.Contact) -> values.Contact:
    return values.Contact(
        ref=str(row.id),
        name=row.name,
        numbers=tuple(values.PhoneNumber(number.e164, number.label) for number in row.numbers),
        texting_number=next((number.e164 for number in row.numbers if number.for_texts), None),
        language=row.language,
        zone=row.zone,
        url=page("pages.contact", contact_id=row.id),
    )


def as_matter(row: models.Matter) -> values.Matter:
    title = f"{row.number} {row.title}"
    return values.Matter(row.ref, title, row.open, page("pages.matter", matter_id=row.id))


def as_event(row: models.Event) -> values.Event:
    """Wall time becomes a moment; an hour that clocks show twice is the first."""
    start, end = row.starts, row.ends
    if not row.all_day:
        zone = ZoneInfo(row.zone)
        start, end = start.replace(tzinfo=zone), end.replace(tzinfo=zone)
    matter = f"{MATTER}{row.matter_id}" if row.matter_id else None
    return values.Event(str(row.id), row.title, start, end, row.zone, row.all_day, row.place, matter)


def page(endpoint: str, **parts: Any) -> str | None:
    """A page's address; a worker has no request and shows nobody a link."""
    return url_for(endpoint, **parts) if has_request_context() else None


def matter_key(ref: str) -> int | None:
    """The primary key of ``models.Matter.ref``."""
    return key(ref.removeprefix(MATTER)) if ref.startswith(MATTER) else None


def key(ref: str) -> int | None:
    """The primary key that a reference stands for; what is no reference of ours stands for nothing."""
    return int(ref) if re.fullmatch(r"[1-9][0-9]{0,8}", ref) else None


def of_firm(model: Any, firm: str) -> Select[Any]:
    """The rows of a firm."""
    return select(model).where(model.firm_ref == firm)
