"""Texts that a host's own code sends, in the transaction that it has open."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..ports import promises
from ..ports.values import User
from ..store.ciphers import packed
from ..store.models import Message
from . import tenancy
from .accepting import accept, new_token

_USER = "send_text: by= is no flask_firmtext.User; pass what your Users port returns, such as host.users.current()"
_NOBODY = "send_text: nobody is signed in; pass by=, a flask_firmtext.User"


def send(session: Session | scoped_session[Any], contact: str, text: str, by: User | None, key: str | None) -> Message:
    """Accept a text to a contact's texting number; see :meth:`.FirmText.send_text`.

    :raises ValueError: nobody sends it, or there is no such firm or contact.
    :raises TextRefused: it cannot be sent, with a stable code and a sentence for people.
    """
    user = promises.user("current", firmtext.host.users.current()) if by is None else by
    if not isinstance(user, User):
        raise ValueError(_NOBODY if by is None else _USER)
    if tenancy.firm(user.firm) is None:
        raise ValueError(f"send_text: your Firms port knows no firm {user.firm!r}, which is that of by=")
    found = tenancy.contact(firmtext.host.for_firm(user.firm), contact) if isinstance(contact, str) else None
    if found is None:
        raise ValueError(f"send_text: the firm of by= has no contact {contact!r}; pass the reference of your port")
    token = _token(user, key) if key else new_token()
    return accept(session, user=user, contact=found, to=None, text=text, token=token)


def _token(user: User, key: str) -> str:
    return hashlib.sha256(packed("firmtext", "send_text", user.firm, key)).hexdigest()
