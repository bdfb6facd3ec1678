"""A statement on a firm's tables that names no firm is an error, and so is another firm's row on a page."""

from __future__ import annotations

import ast
import importlib
import inspect
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from flask_firmtext.current import firmtext
from flask_firmtext.store import criteria, scope, scope_exceptions
from flask_firmtext.store.base import Base
from flask_firmtext.store.models import Conversation, FilePiece, Hold, Message, Number, ReadMark, SentLink, Template
from flask_firmtext.store.repeat_queries import OF_FIRM
from flask_firmtext.store.transactions import reading
from source import modules

X = uuid.UUID(int=7)
Other = aliased(Message)
FEW = select(Conversation).where(Conversation.firm == "x").limit(3).subquery()
Page = aliased(Conversation, FEW)
WITH_TEXTS = select(Message).join(Conversation, Conversation.id == Message.conversation_id)
MARK = and_(ReadMark.conversation_id == Conversation.id, ReadMark.firm == Conversation.firm)
OF_BOTH = exists().where(Conversation.id == Message.conversation_id)
HAS_TEXT = exists().where(Message.conversation_id == Conversation.id)

OF_A_FIRM = {
    "named": select(Conversation).where(Conversation.firm == "x"),
    "one of some": select(Template).where(Template.firm.in_(["", "x"])),
    "past its index": select(Message).where("x" == OF_FIRM, Message.retry_of == X),  # noqa: SIM300 - as it is written
    "tied by a key": WITH_TEXTS.where(Conversation.firm == "x"),
    "tied the other way": WITH_TEXTS.where(Message.firm == "x"),
    "an outer join": select(Conversation).outerjoin(ReadMark, MARK).where(Conversation.firm == "x"),
    "few of a firm": select(Page, Message).join(Message, Message.conversation_id == Page.id),
    "there is one": select(Conversation).where(Conversation.firm == "x", HAS_TEXT),
    "there is one that says so of both": select(Conversation).where(
        Conversation.firm == "x",
        select(Message.id).where(Message.conversation_id == Conversation.id, OF_BOTH).exists(),
    ),
    "counted": select(func.count()).select_from(Message).where(Message.firm == "x"),
    "in a choice": select(Message).where(Message.conversation_id.in_(select(FEW.c.id))),
    "every branch": select(Message).where(or_(Message.firm == "x", Message.firm == "y")),
    "updated": update(Message).where(Message.firm == "x", Message.id == X).values(state="sent"),
    "deleted": delete(ReadMark).where(ReadMark.firm == "x"),
    "nobody's": select(Hold).where(Hold.lifted_at.is_(None)),
}
OF_ONE_ROW = {
    "by its id": select(Message).where(Message.id == X),
    "by some ids": update(Message).where(Message.id.in_([X])).values(state="sent"),
    "by what it hangs on": select(FilePiece).where(FilePiece.file_id == X),
    "by a number": select(Number).where(Number.e164 == "+1"),
    "tied to one": WITH_TEXTS.where(Message.id == X),
}
OF_ANY = {
    "all": select(Conversation),
    "by a state": select(Message).where(Message.state == "queued"),
    "another firm's": select(Conversation).where(Conversation.firm != "x"),
    "one branch": select(Message).where(or_(Message.firm == "x", Message.state == "queued")),
    "not tied": select(Message, Conversation).where(Message.firm == "x"),
    "tied by no key": select(Message)
    .join(Conversation, Conversation.last_position == Message.position)
    .where(Conversation.firm == "x"),
    "a firm, whichever": select(Message).join(Conversation, Conversation.firm == Message.firm),
    "of all in a choice": select(Conversation).where(
        Conversation.firm == "x", Conversation.turn.in_(select(Message.position))
    ),
    "half of a union": select(Message).where(Message.firm == "x").union(select(Message)),
    "there is any": select(Conversation).where(Conversation.firm == "x", exists().where(Other.position == 1)),
    "changed for all": update(Message).values(state="sent"),
    "deleted for all": delete(SentLink),
}


@pytest.mark.parametrize("statement", OF_A_FIRM.values(), ids=OF_A_FIRM)
def test_what_names_a_firm(statement: Any) -> None:
    assert criteria.of_any_firm(statement) == ()


@pytest.mark.parametrize("statement", OF_ONE_ROW.values(), ids=OF_ONE_ROW)
def test_what_names_a_row(statement: Any) -> None:
    assert criteria.of_any_firm(statement) != ()
    assert criteria.of_any_row(statement) == ()


@pytest.mark.parametrize("statement", OF_ANY.values(), ids=OF_ANY)
def test_what_names_neither(statement: Any) -> None:
    assert criteria.of_any_row(statement) != ()


def test_every_table_is_some_firms_or_said_to_be_nobodys() -> None:
    tables = Base.metadata.tables
    assert criteria.SHARED.keys() <= tables.keys()
    for name, table in criteria.tenants().items():
        hangs = {foreign.column.table.name for column in table.columns for foreign in column.foreign_keys}
        assert "firm" in table.c or hangs & criteria.tenants().keys(), f"whose are the rows of {name}?"
    assert not [name for name in criteria.SHARED if "firm" in tables[name].c]


def asks(statement: Select[Any]) -> Any:
    """Run it as if a module of ours had written it."""
    made: dict[str, Any] = {"__name__": "flask_firmtext.store.forgetful"}
    exec("def find(session, statement):\n    return session.execute(statement).all()", made)
    with reading() as session:
        return made["find"](session, statement)


@pytest.mark.parametrize("statement", [OF_ANY["all"], OF_ANY["by a state"], OF_ONE_ROW["by its id"]])
@pytest.mark.attack("A11")
def test_a_forgotten_filter_is_an_error(app: Flask, statement: Select[Any]) -> None:
    for _again in range(2):
        with pytest.raises(scope.Unscoped, match=r"store\.forgetful:find asks for"):
            asks(statement)
    assert asks(OF_A_FIRM["named"]) == []


def test_where_nobody_looks_on_it_is_told_once_and_goes_on(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.testing = False
    for _again in range(2):
        assert asks(OF_ANY["by a state"]) == []
    assert [record.message for record in caplog.records if "store.forgetful:find" in record.message][1:] == []
    with app.test_request_context():
        scope.of_request("harbor")
        with pytest.raises(scope.Unscoped):
            asks(OF_ANY["by a state"])


def test_what_cannot_be_judged_goes_on_where_nobody_looks_on(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_statement: object) -> None:
        raise ValueError

    monkeypatch.setattr(criteria, "of_any_firm", fails)
    monkeypatch.setattr(scope, "_judged", {})
    with pytest.raises(ValueError):
        firmtext.db.session.execute(select(Conversation.id))
    app.testing = False
    assert firmtext.db.session.execute(select(Message.id).where(Message.firm == "x")).all() == []
    assert "cannot be judged" in caplog.text


def test_on_a_page_another_firm_than_the_users_is_an_error(app: Flask) -> None:
    with app.test_request_context("/texting/"):
        scope.of_request("harbor")
        assert asks(select(Conversation).where(Conversation.firm == "harbor")) == []
        assert asks(select(Template).where(Template.firm.in_(["", "harbor"]))) == []
        for query in (Conversation.firm == "summit", Conversation.firm.in_(["harbor", "summit"])):
            with pytest.raises(scope.Unscoped, match="names another firm"):
                asks(select(Conversation).where(query))


@pytest.mark.attack("A11")
def test_on_a_page_another_firms_row_is_an_error(app: Flask, number: Number) -> None:
    with app.test_request_context("/texting/"):
        scope.of_request("summit")
        with reading() as session, pytest.raises(scope.Unscoped, match="another firm's"):
            session.get(Number, number.id)  # by this test, which may ask by key
        scope.of_request("harbor")
        with reading() as session:
            assert session.get(Number, number.id) is not None


def test_a_host_that_asks_our_tables_itself_is_left_alone(app: Flask) -> None:
    assert firmtext.db.session.scalars(select(Conversation)).all() == []


def test_every_exception_is_a_function_that_is_there_and_no_page() -> None:
    there = {
        f"{module.name.removeprefix('flask_firmtext.')}:{node.name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
    }
    for one in scope_exceptions.BY_KEY:
        module, _colon, function = one.partition(":")
        assert f"{module}:{function.rpartition('.')[2]}" in there, one
        assert not one.startswith("web."), f"{one}: what a page is asked for comes from an address or a form"
        assert inspect.ismodule(importlib.import_module(f"flask_firmtext.{module}"))
    assert all(scope_exceptions.ROOMS.values())
