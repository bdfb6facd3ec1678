"""Harbor Law at work: a number that sends, texts both ways, and people with browsers that run no scripts."""

from __future__ import annotations

import contextvars
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, TypeVar

from flask import Flask, session
from sqlalchemy import event, insert, select
from werkzeug.test import TestResponse

from flask_firmtext.firm import provisioning
from flask_firmtext.messaging import accepting, placing
from flask_firmtext.ports.gateway import InboundText, RawRequest
from flask_firmtext.store import keys
from flask_firmtext.store.models import Conversation, Message
from flask_firmtext.store.states import NumberState, State
from flask_firmtext.store.transactions import notes, own, reading
from rows import switched_on

T = TypeVar("T")
HARBOR, SUMMIT = "+18335550100", "+18335550101"
STAFF, ADMIN = "staff@harbor.example", "admin@harbor.example"
ROSA = "+13125550100"


class Office:
    """What happens in a firm, by our own verbs; needs an application context."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.host = app.extensions["memory_host"]
        app.before_request(lambda: self.host.users.sign_in(session.get("user")))
        with own() as store:
            for firm, number in (("harbor", HARBOR), ("summit", SUMMIT)):
                switched_on(store, firm)
                provisioning.adopt(store, firm=firm, number=number).state = NumberState.VERIFIED

    def sends(self, contact: str = "rosa", text: str = "Hello", *, by: str = STAFF, to: str | None = None) -> uuid.UUID:
        """A text by a person; its id."""
        user = self.host.users.all[by]
        found = self.host.for_firm(user.firm).contacts.get(contact)
        with own() as store:
            token = accepting.new_token()
            message = accepting.accept(store, user=user, contact=found, to=to, text=text, token=token)
            return message.id

    def receives(self, text: str = "Hi", phone: str = ROSA, *, to: str = HARBOR, media: tuple[Any, ...] = ()) -> None:
        """A client's text."""
        inbound = InboundText(str(uuid.uuid4()), phone, to, text, datetime.now(UTC), media=media, digest=text.encode())
        with own() as store:
            placing.store(store, inbound, RawRequest("POST", {}, inbound.carrier_id.encode()))

    def becomes(self, message: uuid.UUID, state: State, **columns: Any) -> None:
        """Write a text's state as the sender would, without its checks."""
        with own() as store:
            row = store.get_one(Message, message)
            row.state = state
            for name, value in columns.items():
                setattr(row, name, value)
            notes(store).show(row.firm, message)

    def conversation(self, phone: str = ROSA, firm: str = "harbor") -> uuid.UUID:
        """The id of a conversation."""
        index = keys.index_of(firm, phone)
        with reading() as store:
            wanted = select(Conversation.id).where(Conversation.firm == firm, Conversation.phone_index == index)
            return store.scalars(wanted).one()

    def conversation_copies(self, number: int) -> list[uuid.UUID]:
        """So many conversations, each with a text that cannot be read: enough to count and to turn pages."""
        if not self.texts():
            self.sends()
        first = self.conversation()
        with own() as store:
            row = store.get_one(Conversation, first)
            text = store.scalars(select(Message).where(Message.conversation_id == first)).first()
            made = [first]
            for n in range(1, number):
                copy = _copy(row, id=uuid.uuid4(), phone_index=n.to_bytes(16, "big"))
                copy.last_at = row.last_at - timedelta(minutes=n // 2)
                store.add(copy)
                store.flush()
                token = uuid.uuid4().hex
                store.add(_copy(text, id=uuid.uuid4(), conversation_id=copy.id, client_token=token, carrier_id=None))
                made.append(copy.id)
        return made

    def text_copies(self, number: int, **columns: Any) -> None:
        """So many texts in the one conversation, numbered from 1, the first of them real."""
        with own() as store:
            row = store.scalars(select(Message)).one()
            plain = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
            copies = (
                {**plain, "id": uuid.uuid4(), "position": n, "client_token": None, "author": None, **columns}
                for n in range(2, number + 1)
            )
            store.execute(insert(Message), list(copies))
            at = store.get_one(Conversation, row.conversation_id)
            at.turn = at.last_position = number

    def texts(self) -> int:
        with reading() as store:
            return len(store.scalars(select(Message.id)).all())

    def person(self, user: str | None = STAFF) -> Person:
        """Somebody at a browser of their own, signed in."""
        person = Person(self.app)
        if user:
            person.get(f"/sign-in/{user}")
        return person


class Person:
    """A browser without scripts. Each request has a context of its own, as on a server."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, url: str, **more: Any) -> TestResponse:
        return _alone(lambda: self.client.get(url, **more))

    def head(self, url: str, **more: Any) -> TestResponse:
        return _alone(lambda: self.client.head(url, **more))

    def post(self, url: str, data: dict[str, str], **more: Any) -> TestResponse:
        return _alone(lambda: self.client.post(url, data=data, **more))

    def composer(self, url: str) -> dict[str, str]:
        """The hidden fields of the composer on a page."""
        return fields(self.get(url).text)

    def send(self, url: str, text: str, **more: Any) -> TestResponse:
        """Open a page and send a text from its composer."""
        return self.post("/texting/texts", {**self.composer(url), "text": text}, **more)


def fields(html: str) -> dict[str, str]:
    """The hidden fields of the composer in this HTML."""
    form = re.search(r'<form class="ft-composer".*?</form>', html, re.DOTALL)
    assert form, "there is no composer on the page"
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form.group())
    return {name: unescape(value) for name, value in found}


def typed(html: str) -> str:
    """What stands in the composer in this HTML."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL)
    assert found, "there is no composer on the page"
    return unescape(found.group(1))


class Statements:
    """The SQL statements that an engine runs while it is watched."""

    def __init__(self, app: Flask) -> None:
        self.engine = app.extensions["firmtext"].engine
        self.seen: list[str] = []

    def __enter__(self) -> Statements:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.seen.append(statement)


def _copy(row: Any, **changes: Any) -> Any:
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    return type(row)(**{**values, **changes})


def _alone(call: Callable[[], T]) -> T:
    return contextvars.Context().run(call)
