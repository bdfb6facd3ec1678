"""What stands still, in Flask-Admin: one banner on every page, and *Resume sending* for whom the host lets."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from administering import held, held_number
from flask_firmtext.current import firmtext
from flask_firmtext.messaging.held import standing
from flask_firmtext.store.models import Audit, Hold, Message
from flask_firmtext.store.states import HoldKind, State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, Office, Person, Statements

LIST = "/admin/firmtext/holds/"
ACTION = f"{LIST}action/"
PAGES = ("messages", "conversations", "attempts", "holds", "numbers", "orders", "quarantine", "consents", "texting")


def form(html: str) -> dict[str, str]:
    found = re.search(rf'<form[^>]*action="{ACTION}".*?</form>', html, re.DOTALL)
    assert found, "there is no form on the page"
    fields = re.findall(r"<(?:input|button)[^>]*>", found.group())
    return {
        re.search(r'name="([^"]*)"', one).group(1): unescape(re.search(r'value="([^"]*)"', one).group(1))  # type: ignore[union-attr]
        for one in fields
    }


def stands(hold: uuid.UUID) -> bool:
    with reading() as session:
        return session.get_one(Hold, hold).lifted_at is None


def audited() -> list[tuple[str, str, str]]:
    with reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "hold.lift"))
        return [(row.actor, row.firm, row.object_id) for row in rows]


def banners(html: str) -> list[str]:
    return re.findall(r'<div class="alert alert-warning" role="status">(.*?)</div>', html, re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_one_banner_for_all_that_stands_still(office: Office, ada: Person, page: str) -> None:
    assert banners(ada.get(f"/admin/firmtext/{page}/").text) == []
    office.sends()
    held()
    held_number()
    (banner,) = banners(ada.get(f"/admin/firmtext/{page}/").text)
    for words in ("the carrier account has no credit", "tops up", "1 text waits", LIST, "Resume sending"):
        assert words in banner


def test_what_waits_is_counted_in_one_go_for_whatever_stands_still(office: Office, ada: Person) -> None:
    office.sends()
    office.sends("paul", "Summit's words", by="admin@summit.example")
    held()
    ada.get(LIST)
    with Statements(office.app) as one:
        ada.get("/admin/firmtext/numbers/")
    held_number()
    held(HoldKind.FIRM, "harbor", "operator")
    held_number("summit")
    with Statements(office.app) as more:
        ada.get("/admin/firmtext/numbers/")
    assert len(more.seen) == len(one.seen)
    with reading() as session:
        counts = {one.object: one.waiting for one in standing(session)}
        assert counts == {"": 2, "+18335550100": 1, "harbor": 1, "+18335550101": 1}
        assert {one.object: one.waiting for one in standing(session, "harbor")} == {
            "": 1,
            "+18335550100": 1,
            "harbor": 1,
        }


def test_resuming_asks_first_says_what_happens_and_is_recorded(office: Office, ada: Person) -> None:
    office.sends()
    hold = held()
    asked = ada.post(ACTION, form(ada.get(LIST).text))
    assert asked.status_code == 200
    for words in ("Resume sending?", "oldest text first", "would come too late", "1 text of the firm waits"):
        assert words in asked.text
    assert stands(hold)
    assert ada.post(ACTION, form(asked.text)).status_code == 302
    assert not stands(hold)
    assert audited() == [(ADMIN, "harbor", str(hold))]
    page = ada.get(LIST).text
    assert "Sending goes on." in page
    assert banners(page) == []


def test_what_waits_is_rung_for_at_once(office: Office, ada: Person, app: Any) -> None:
    rung: list[str] = []
    text = office.sends()
    held()
    app.extensions["firmtext"].ring = rung.extend
    ada.post(ACTION, form(ada.get(LIST).text) | {"confirmed": "yes"})
    assert rung == [str(text)]


def test_the_page_of_a_hold_has_the_button_too(office: Office, ada: Person) -> None:
    hold = held()
    fields = form(ada.get(f"{LIST}details/?id={hold}").text)
    ada.post(ACTION, fields | {"confirmed": "yes"})
    assert not stands(hold)


def test_a_hold_that_returns_at_once_says_so(office: Office, ada: Person) -> None:
    held()
    ada.post(ACTION, form(ada.get(LIST).text) | {"confirmed": "yes"})
    held()
    (banner,) = banners(ada.get("/admin/firmtext/messages/").text)
    assert "stopped again at once: the cause is not mended" in banner
    with own() as session:
        before = session.scalars(select(Hold).where(Hold.lifted_at.is_not(None))).one()
        before.lifted_at = firmtext.clock.now() - timedelta(hours=1)
    assert "at once: the cause" not in ada.get("/admin/firmtext/messages/").text


def test_another_firms_hold_is_neither_shown_nor_liftable(office: Office, ada: Person) -> None:
    held()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    theirs = [held_number("summit"), held(HoldKind.FIRM, "summit", "operator")]
    page = ada.get(LIST).text
    assert "555-0101" not in page
    for hold in theirs:
        assert str(hold) not in page
        assert ada.get(f"{LIST}details/?id={hold}").status_code == 404
        ada.post(ACTION, fields | {"rowid": str(hold)})
        assert stands(hold)
    assert audited() == []


def test_whoever_may_not_sees_the_banner_and_no_button(office: Office, ada: Person) -> None:
    hold = held()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    office.host.users.refuse(ADMIN, "hold.lift")
    page = ada.get(LIST).text
    assert ACTION not in page
    (banner,) = banners(page)
    assert "Resume sending" not in banner
    assert ada.post(ACTION, fields).status_code == 404
    assert stands(hold)


def test_without_a_token_nothing_is_done(office: Office, ada: Person) -> None:
    hold = held()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    for token in ("", "made up"):
        assert ada.post(ACTION, fields | {"csrf_token": token}).status_code == 400
        assert stands(hold)


def test_what_was_lifted_meanwhile_is_said(office: Office, ada: Person) -> None:
    held()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    ada.post(ACTION, fields)
    ada.post(ACTION, fields)
    assert "Sending was resumed before." in ada.get(LIST).text
    assert len(audited()) == 1


def test_failures_that_only_an_operator_can_mend_are_a_banner_here_and_nowhere_else(
    office: Office, ada: Person
) -> None:
    office.becomes(office.sends(), State.FAILED, reason="carrier_error", code="request")
    with own() as session:
        session.scalars(select(Message)).one().state_at = firmtext.clock.now()
    (banner,) = banners(ada.get("/admin/firmtext/messages/").text)
    assert "request Request not valid" in banner
    assert "1 text" in banner
    assert banners(office.person("admin@summit.example").get("/admin/firmtext/messages/").text) == []
    thread = ada.get(f"/texting/conversations/{office.conversation()}").text
    assert "Request not valid" not in thread
    assert "Carrier error" in thread
