"""Texting is turned on by a program: for the first time with the firm's alternative contact, then again without."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from flask_firmtext.store.models import Audit, Order
from flask_firmtext.store.transactions import reading
from office import Office
from programs import UMA, Program, problem, token

GIVEN = {"email": "office@harbor.example", "phone": "+1 312 555 0188"}


def test_a_firm_is_turned_on_with_its_alternative_contact(app: Flask) -> None:
    harbor = Program(app, token())
    assert harbor.got("/settings")["stage"] == "new"
    answer = harbor.post("/settings/turn-on")
    assert (problem(answer), answer.json["reason"]) == ((409, "conflict"), "no_details")
    wrong = harbor.post("/settings/turn-on", {"email": "office", "phone": "12"})
    assert problem(wrong) == (422, "invalid")
    assert {one["pointer"] for one in wrong.json["errors"]} == {"/email", "/phone"}
    assert harbor.got("/settings")["stage"] == "new"
    for _press in range(2):
        shown = harbor.made("/settings/turn-on", GIVEN, code=200)
        assert (shown["email"], shown["phone"]) == ("office@harbor.example", "+13125550188")
    assert shown["stage"] == "coming"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_firm_with_text_notifications_keeps_its_number(app: Flask) -> None:
    """Also when a program is the first who looks: a second number would be bought, and the first one be lost to it."""
    assert Program(app, token(firm="summit", by=UMA)).post("/settings/turn-on", GIVEN).status_code == 200
    with reading() as session:
        done = select(Audit.action).where(Audit.action.startswith("texting.")).order_by(Audit.at)
        assert session.scalars(done).first() == "texting.take_over"
        assert session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_body_that_was_lost_on_the_way_is_not_one_that_was_left_out(office: Office, program: Program) -> None:
    for path, method in (("/settings/turn-on", "POST"), ("/settings", "PATCH")):
        for sent in ({"content_type": "application/x-www-form-urlencoded"}, {"content_type": "application/json"}):
            assert program.ask(method, path, data="", **sent).status_code in (400, 415, 422), (path, sent)
    assert problem(program.ask("PATCH", "/settings")) == (415, "no-json")


def test_it_is_turned_on_again_without_them(office: Office, program: Program) -> None:
    program.ask("PATCH", "/settings", {"email": "office@harbor.example"})
    assert program.made("/settings/turn-off", code=200)["stage"] == "off"
    shown = program.made("/settings/turn-on", code=200)
    assert (shown["stage"], shown["email"]) == ("on", "office@harbor.example")
    program.made("/settings/turn-off", code=200)
    assert program.made("/settings/turn-on", {"email": "new@harbor.example"}, code=200)["email"] == "new@harbor.example"
