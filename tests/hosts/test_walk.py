"""What people do in each stranger's application, from turning texting on to the answer: without scripts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.firm import steps
from flask_firmtext.store.models import Message, Number, Order
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import tasks
from strangers import Stranger


@pytest.fixture(scope="module")
def practice(make_practice: Callable[..., Any], stranger: Stranger) -> Any:
    return make_practice(stranger, "sqlite")


class Walker:
    """Somebody at a browser who has signed in."""

    def __init__(self, app: Any, stranger: Stranger) -> None:
        self.client, self.stranger = app.test_client(), stranger
        self.client.post(stranger.root + stranger.login_page, data=stranger.login)

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


def ids(model: Any) -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(model.id)))


def test_texting_is_turned_on_a_client_is_texted_and_answers(practice: Any, stranger: Stranger) -> None:
    walker = Walker(practice, stranger)
    settings = walker.page(f"{stranger.texting}/settings")
    walker.sends(settings, "/turn-on", email="office@practice.example", phone="(312) 555-0190")
    with practice.app_context():
        for order in ids(Order):
            assert steps.advance(order)
        with reading() as session:
            number = session.scalars(select(Number.e164)).one()

    contact = walker.page(stranger.contact_page)
    assert stranger.name in contact
    composer = walker.page(f"{stranger.texting}/new?contact={stranger.contact}")
    thread = walker.sends(composer, "/texts", text="How are you?").location
    with practice.app_context():
        for message in ids(Message):
            tasks.drain(str(message))
        carrier: Any = firmtext.gateway
        assert [(one.to, one.sender) for one in carrier.sent] == [(stranger.phone, number)]
        reply = carrier.webhooks.text(stranger.phone, number, "Very well, thanks")
    where = f"{stranger.root}{stranger.texting}/webhooks/inbound"
    assert walker.client.post(where, data=reply.body, headers=reply.headers).status_code == 200

    assert re.search(r'class="ft ft-badge[^>]*>\s*1\b', walker.page(stranger.matter_page)), "one text is not read yet"
    assert "Very well, thanks" in walker.page(thread.removeprefix(stranger.root))
    for page in (stranger.contact_page, stranger.matter_page, f"{stranger.texting}/"):
        assert stranger.name in walker.page(page)
