"""Somebody at a browser without scripts in a stranger's application, and the carrier behind it."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.firm import steps
from flask_firmtext.store.models import Message, Number, Order
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import drain
from strangers import Stranger


class Walker:
    """Somebody who has signed in."""

    def __init__(self, app: Any, stranger: Stranger) -> None:
        self.client, self.stranger = app.test_client(), stranger
        stranger.sign_in(self.client)

    def page(self, path: str) -> str:
        answer = self.client.get(self.stranger.root + path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text)
        assert self.stranger.words in answer.text
        return unescape(answer.text)

    def sends(self, page: str, action: str, **data: str) -> Any:
        """Send the form on this page whose address ends with ``action``, with its hidden fields."""
        form = re.search(rf'<form[^>]* method="post" action="([^"]*{action})".*?</form>', page, re.DOTALL)
        assert form, f"there is no form for {action}"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group()))
        answer = self.client.post(form[1], data={**hidden, **data})
        assert answer.status_code == 303, answer.text
        return answer

    def hears(self, webhook: Any, kind: str) -> None:
        """The carrier posts what the ``kind`` of its addresses takes, ``inbound`` or ``status``."""
        where = f"{self.stranger.root}{self.stranger.texting}/webhooks/{kind}"
        assert self.client.post(where, data=webhook.body, headers=webhook.headers).status_code == 200


def ids(model: Any) -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(model.id)))


def turned_on(practice: Any, walker: Walker) -> str:
    """Turn texting on as an administrator does, and let the order be carried out. Returns the firm's number."""
    settings = walker.page(f"{walker.stranger.texting}/settings")
    walker.sends(settings, "/turn-on", email="office@practice.example", phone="(312) 555-0190")
    with practice.app_context():
        for order in ids(Order):
            assert steps.advance(order)
        with reading() as session:
            return session.scalars(select(Number.e164)).one()


def delivered(practice: Any) -> Any:
    """Send what is due. Returns the carrier."""
    with practice.app_context():
        for message in ids(Message):
            drain.run(message)
        return firmtext.gateway


def answers(walker: Walker, carrier: Any, number: str, text: str) -> None:
    """What the client writes arrives as a webhook."""
    walker.hears(carrier.webhooks.text(walker.stranger.phone, number, text), "inbound")
