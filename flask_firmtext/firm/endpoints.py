"""Outgoing webhooks: where a firm wants to hear what happens."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..adapters.addresses import is_listed, is_literal, is_public
from ..current import firmtext
from ..errors import DecryptError, FormRefused
from ..language import gettext as _
from ..signals import KINDS
from ..store import audit, cells, endpoint_queries, outbox
from ..store.base import new_id
from ..store.models import Endpoint
from ..store.states import EndpointState
from . import deliveries
from .endpoint_secrets import new_secret, place, sealed, two_sign

Sessions = Session | scoped_session[Any]

MOST = 10
LONGEST_URL = 1000
UNSEEN = {"synchronize_session": False}
ERASED = b""


@dataclass(frozen=True, slots=True)
class Shown:
    """An address as people see it. ``url`` is None if unreadable; until ``old_secret_until`` two secrets sign."""

    id: uuid.UUID
    firm: str
    url: str | None = field(repr=False)
    kinds: tuple[str, ...]
    content: bool
    state: str
    why: str | None
    failing_since: datetime | None
    made_by: str
    made_at: datetime
    old_secret_until: datetime | None


def listed(session: Sessions, firm: str) -> tuple[Shown, ...]:
    """Those that the firm has not removed, the oldest first."""
    return shown(session, endpoint_queries.of_firm(session, firm))


def shown(session: Sessions, rows: Sequence[Endpoint]) -> tuple[Shown, ...]:
    """Addresses in clear."""
    read = cells.read(session, [(place("url", row.id, row.firm), row.url) for row in rows])
    urls = [None if isinstance(url, DecryptError) else url for url in read]
    return tuple(
        Shown(
            *(row.id, row.firm, url, tuple(row.kinds.split()), row.content, row.state, row.why),
            *(row.failing_since, row.made_by, row.made_at, row.old_until if two_sign(row) else None),
        )
        for row, url in zip(rows, urls, strict=True)
    )


def one(session: Sessions, firm: str, endpoint: uuid.UUID) -> Shown | None:
    """One of a firm's."""
    row = endpoint_queries.one(session, firm, endpoint)
    return shown(session, [row])[0] if row else None


def check(url: str, kinds: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """What somebody typed, in our form. :raises FormRefused: what is wrong, for ``url`` and ``kinds``."""
    faults, url = {}, url.strip()
    if (fault := _fault(url)) is not None:
        faults["url"] = fault
    wanted = tuple(kind for kind in KINDS if kind in kinds)
    if not wanted:
        faults["kinds"] = _("Choose at least one.")
    if faults:
        raise FormRefused(faults)
    return url, wanted


def _fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, 443 if parts.port is None else parts.port
    except ValueError:
        host, port = None, 0
    wrong = not host or not port or parts.scheme != "https" or "@" in parts.netloc or parts.fragment
    if wrong or not url.isprintable() or not url.isascii() or len(url) > LONGEST_URL or "\\" in url or " " in url:
        return _("Use an address that begins with https://, without a user name in it.")
    if is_listed(firmtext.settings, str(host), port):
        return None
    if host == "localhost" or (is_literal(str(host)) and not is_public(str(host))):
        return _("This address is not a public one, and nothing is posted there.")
    return None


def add(
    session: Session,
    firm: str,
    url: str,
    kinds: Collection[str],
    *,
    content: bool,
    by: str,
    row_id: uuid.UUID | None = None,
) -> tuple[uuid.UUID, str]:
    """Post what happens from now on to an address. Returns its id and its secret, which is shown this once.

    :raises FormRefused: what is wrong, by field.
    """
    url, wanted = check(url, kinds)
    if len(endpoint_queries.of_firm(session, firm)) >= MOST:
        raise FormRefused({"": _("There are as many addresses as there can be. Remove one first.")})
    id_, secret = row_id or new_id(), new_secret()
    session.add(
        Endpoint(
            id=id_,
            firm=firm,
            url=sealed(session, "url", id_, firm, url),
            secret=sealed(session, "secret", id_, firm, secret),
            kinds=outbox.packed(wanted),
            content=content,
            state=EndpointState.ON,
            made_by=by,
            made_at=firmtext.clock.now(),
        )
    )
    _record(session, "endpoint.make", id_, firm, by, became=_said(wanted, content))
    return id_, secret


def change(
    session: Session, firm: str, endpoint: uuid.UUID, url: str, kinds: Collection[str], *, content: bool, by: str
) -> bool:
    """Another address, other events. Returns whether it is there. At another address what waited goes at once.

    :raises FormRefused: what is wrong, by field.
    """
    url, wanted = check(url, kinds)
    row = endpoint_queries.locked(session, firm, endpoint)
    if row is None:
        return False
    was = _said(row.kinds.split(), row.content)
    moves = cells.read(session, [(place("url", row.id, firm), row.url)]) != [url]
    row.kinds, row.content = outbox.packed(wanted), content
    if moves:
        row.url, row.failing_since = sealed(session, "url", row.id, firm, url), None
        session.flush()
        deliveries.hurry(session, firm, endpoint)
    said, evidence = _said(wanted, content), "address" if moves else None
    _record(session, "endpoint.change", row.id, firm, by, was=was, became=said, evidence=evidence)
    return True


def turn_on(session: Session, firm: str, endpoint: uuid.UUID, *, by: str) -> bool:
    """Post again to an address that was off; what waited goes first. Returns whether it was off."""
    turned = _turn(session, firm, endpoint, EndpointState.OFF, EndpointState.ON, by=by)
    if turned:
        deliveries.hurry(session, firm, endpoint)
    return turned


def turn_off(session: Session, firm: str, endpoint: uuid.UUID, *, by: str, why: str | None = None) -> bool:
    """Post nothing more there; what happens meanwhile is not kept for it. Returns whether it was on."""
    return _turn(session, firm, endpoint, EndpointState.ON, EndpointState.OFF, by=by, why=why)


def remove(session: Session, firm: str, endpoint: uuid.UUID, *, by: str) -> bool:
    """Forget an address and its secrets for good. Returns whether it was there.

    Its row stays: a transaction that is just adding an event for it must not fail for that.
    """
    row = endpoint_queries.locked(session, firm, endpoint)
    if row is None:
        return False
    gone = {"url": ERASED, "secret": ERASED, "old_secret": None, "old_until": None, "state": EndpointState.GONE}
    theirs = (Endpoint.firm == firm, Endpoint.id == endpoint)
    session.execute(update(Endpoint).where(*theirs).values(**gone).execution_options(**UNSEEN))
    _record(session, "endpoint.remove", row.id, firm, by)
    return True


def _turn(
    session: Session, firm: str, endpoint: uuid.UUID, was: str, to: str, *, by: str, why: str | None = None
) -> bool:
    turned = session.execute(
        update(Endpoint)
        .where(Endpoint.firm == firm, Endpoint.id == endpoint, Endpoint.state == was)
        .values(state=to, why=why, failing_since=None)
        .returning(Endpoint.id)
        .execution_options(**UNSEEN)
    ).first()
    if turned is not None:
        _record(session, "endpoint.state", endpoint, firm, by, was=was, became=to, evidence=why)
    return turned is not None


def _said(kinds: Collection[str], content: bool) -> str:
    return f"{len(kinds)} kinds{', with words' if content else ''}"


def _record(session: Session, action: str, row: uuid.UUID, firm: str, by: str, **more: str | None) -> None:
    audit.record(session, action, (Endpoint.__tablename__, row), firm=firm, actor=by, **more)
