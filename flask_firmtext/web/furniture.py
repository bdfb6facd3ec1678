"""What our templates use, under the one name ``firmtext_ui``: slots, assets, times, links and sizes."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from .. import language
from ..current import firmtext
from ..messaging.letters import advice, size
from ..messaging.moments import clock_time
from ..messaging.pay_links import money
from ..messaging.relations import words as role
from . import (
    assets,
    candidates,
    composer_words,
    consent,
    event_notices,
    event_status,
    event_texts,
    filters,
    inbox,
    marking,
    notifications,
    paying,
    planned,
    registration,
    repeating,
    resolving,
    searching,
    slots,
    time_entry,
    times,
)
from .access import permitted, somebody
from .linking import linked
from .waiting import waiting


def exact(at: datetime, zone: str) -> str:
    """The day and time in the firm's zone."""
    return times.exact(at, firmtext.clock.now(), zone)


def relative(at: datetime, zone: str) -> str:
    """How long ago, as people say it."""
    return times.relative(at, firmtext.clock.now(), zone)


def isolated(words: str) -> Markup:
    """A name inside a sentence of ours, whichever way it is written."""
    return Markup("<bdi>{}</bdi>").format(words)


def day(at: datetime, zone: str) -> tuple[str, str]:
    """A day in the firm's zone: as it is compared, and as it stands between texts."""
    return times.heading(at, firmtext.clock.now(), zone)


UI = SimpleNamespace(
    account_button=paying.account_button,
    advice=advice,
    badge=slots.badge,
    bill_menu=paying.bill_menu,
    clock_time=clock_time,
    communications=slots.communications,
    composer_words=composer_words.told,
    filters=filters.filters,
    keys=slots.keys,
    marks=marking.marks,
    nothing=filters.nothing,
    notify=event_notices.choices,
    notification_settings=notifications.slot,
    readers=marking.readers,
    waiting=waiting,
    may_decide=consent.may_decide,
    csrf=generate_csrf,
    cursor=inbox.write_cursor,
    dated=times.dated,
    decisions=resolving.ANSWERS,
    day=day,
    event_mark=event_notices.mark,
    event_status=event_status.status,
    elsewhere=repeating.elsewhere,
    exact=exact,
    hit=searching.link,
    hits_cursor=searching.write_cursor,
    isolated=isolated,
    lang=language.tag,
    linked=linked,
    may=permitted,
    may_about=repeating.may,
    money=money,
    most_matches=candidates.MOST,
    offers_links=paying.offers_links,
    offers_time=time_entry.offers_time,
    registration=registration.card,
    relative=relative,
    role=role,
    planned=planned.in_thread,
    planned_said=planned.said,
    repeating_said=repeating.said,
    script=assets.script,
    size=size,
    slot=slots.drawn,
    somebody=somebody,
    style=assets.style,
    text_attendees=event_texts.address,
    trust_words=paying.trust_words,
)
