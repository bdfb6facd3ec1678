"""Turning texting on and off by an administrator, what is shown meanwhile, and what nobody else can do."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select, update

from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierRefused, Scope
from flask_firmtext.firm.provisioning import KEPT
from flask_firmtext.messaging.moments import day
from flask_firmtext.store import changes
from flask_firmtext.store.models import Audit, Number, Order, Texting
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from house import (
    ADMIN,
    LISBON,
    MAIN,
    SETTINGS,
    STAFF,
    STANDS,
    House,
    coming,
    field,
    given_back,
    off,
    on,
    stuck,
    token,
    words,
)
from ordering import change, gone_on, numbers, order, turned_on
from racing import race

HTMX = {"HX-Request": "true"}
GOOD = {"email": "office@harbor.example", "phone": "(312) 555-0190"}
POSTS = ["turn-on", "turn-on-again", "turn-off", "try-again", "details", "reminders"]
FORMS = ["turn-on", "turn-off", "details"]


@pytest.fixture
def house(new_app: Any) -> Any:
    app = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_PUBLIC_URL="https://practice.example",
        FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
    )
    with app.app_context():
        yield House(app)


def rows(model: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_administrator_turns_texting_on_and_gets_a_number(house: House) -> None:
    admin = house.person(ADMIN)
    answer = admin.sends("turn-on", GOOD)
    assert (answer.status_code, answer.location) == (303, f"{SETTINGS}?said=on")
    page = admin.get(answer.location).text
    assert "Text messaging is turned on." in words(page)
    assert "Your number is being set up" in words(page)
    assert '<noscript><meta http-equiv="refresh"' in page
    gone_on(order().id)
    page = house.person(ADMIN).get(SETTINGS).text
    assert "(844) 555-0100" in page
    assert "Do not publish it" in page
    assert "http-equiv" not in page
    assert house.status().details.email == GOOD["email"]
    assert house.status().details.phone == "+13125550190"
    assert house.person().get("/texting/new?contact=rosa").text.count("ft-composer") > 0


def test_the_button_leads_to_the_form_without_scripts(house: House) -> None:
    admin = house.person(ADMIN)
    assert f'action="{SETTINGS}/turn-on" data-ft-opens="ft-turn-on">' in admin.get(SETTINGS).text
    page = admin.get(f"{SETTINGS}/turn-on").text
    assert re.search(r"<dialog [^>]* open data-ft-dialog>", page)
    assert "autofocus" in field(page, "email")
    assert not re.search(r"<dialog [^>]* open", admin.get(SETTINGS).text)


@pytest.mark.parametrize(
    ("email", "phone", "faulty", "said"),
    [
        ("", "", "email", "Give an email address or a phone number"),
        (" ", "\t", "email", "Give an email address or a phone number"),
        ("office", "", "email", "Mail cannot be sent to this address"),
        ("office@harbor", "", "email", "Mail cannot be sent to this address"),
        ("a@b.example, c@d.example", "", "email", "Mail cannot be sent to this address"),
        ("Office <office@harbor.example>", "", "email", "Mail cannot be sent to this address"),
        (f"{'o' * 60}@harbor.example", "", "email", "Use an address of at most 64 characters"),
        ("o" * 100_000, "", "email", "Mail cannot be sent to this address"),
        ("<script>alert(1)</script>", "", "email", "Mail cannot be sent to this address"),
        ("office@harbor.example\x00", "", "email", "Mail cannot be sent to this address"),
        ("", "(833) 555-0101", "phone", "This is a number for texts"),
        ("", "+44 20 7946 0000", "phone", "Only numbers in the United States"),
        ("", "555-0190", "phone", "The area code is missing"),
        ("", "911", "phone", "This is an emergency number"),
        ("", "(312) 555-0190 ext. 5", "phone", "extension"),
        ("", "1-800-FLOWERS", "phone", "letters"),
        ("", "9" * 100_000, "phone", "not a phone number"),
        ("office@harbor.example", "(123) 456-7890", "phone", "There is no such number"),
    ],
)
def test_what_cannot_be_an_alternative_contact_is_said_beside_the_field_and_what_was_typed_stays(
    house: House, email: str, phone: str, faulty: str, said: str
) -> None:
    house.has("+18335550101", main=False)
    answer = house.person(ADMIN).sends("turn-on", {"email": email, "phone": phone})
    assert answer.status_code == 422
    assert said in words(answer.text)
    tag = field(answer.text, faulty)
    assert 'aria-invalid="true"' in tag
    assert f'aria-describedby="ft-{faulty}-fault ft-{faulty}-hint"' in tag
    assert "autofocus" in tag
    assert f'id="ft-{faulty}-fault"' in answer.text
    other = "phone" if faulty == "email" else "email"
    assert "aria-invalid" not in field(answer.text, other)
    assert "autofocus" not in field(answer.text, other)
    assert "<script>alert" not in answer.text
    if "<" not in email and email.isprintable():
        assert f'value="{email}"' in answer.text
    assert "<title>Not saved" in answer.text
    assert rows(Texting) == rows(Order) == 0


def test_a_second_press_in_another_tab_changes_no_details_and_orders_nothing(house: House) -> None:
    admin = house.person(ADMIN)
    form = {"csrf_token": token(admin.get(SETTINGS).text), **GOOD}
    assert admin.post(f"{SETTINGS}/turn-on", form).status_code == 303
    again = {**form, "email": "other@harbor.example"}
    assert admin.post(f"{SETTINGS}/turn-on", again).status_code == 303
    assert rows(Order) == 1
    assert house.status().details.email == GOOD["email"]


def test_two_administrators_at_once_get_one_number(house: House) -> None:
    house.host.add_user("harbor", "Bo Admin", administrator=True, ref="bo@harbor.example")
    people = [house.person(user) for user in (ADMIN, "bo@harbor.example")]
    forms = [{"csrf_token": token(person.get(SETTINGS).text), **GOOD} for person in people]
    presses = (partial(person.post, f"{SETTINGS}/turn-on", form) for person, form in zip(people, forms, strict=True))
    assert [one.status_code for one in race(house.app, *presses)] == [303, 303]
    assert (rows(Order), rows(Texting)) == (1, 1)
    gone_on(order().id)
    assert len(numbers()) == 1


@pytest.mark.parametrize("stand", STANDS)
def test_nobody_but_administrators_changes_anything(house: House, stand: str) -> None:
    STANDS[stand](house)
    before = house.status()
    staff = house.person(STAFF)
    made = own_token(staff)
    for post in POSTS:
        form = {"csrf_token": made, "email": "evil@harbor.example", "phone": "", "days": "3", "at": "10:00"}
        assert staff.post(f"{SETTINGS}/{post}", form).status_code == 404
    for form_page in FORMS:
        assert staff.get(f"{SETTINGS}/{form_page}").status_code == 404
    after = house.status()
    assert (after.details, after.off, after.being_set_up) == (before.details, before.off, before.being_set_up)
    assert rows(Texting) == int(before.texting is not None)


def own_token(person: Any) -> str:
    """A good token of this person's, also where no page has a form for them."""
    with person.client.session_transaction() as session:
        session["csrf_token"] = "a" * 40
    return str(URLSafeTimedSerializer(person.client.application.secret_key, salt="wtf-csrf-token").dumps("a" * 40))


def test_a_firm_that_may_not_have_texting_gets_none_by_hand(house: House) -> None:
    admin = house.person(LISBON)
    made = own_token(admin)
    for post in POSTS:
        assert admin.post(f"{SETTINGS}/{post}", {"csrf_token": made, **GOOD}).status_code == 404
    assert rows(Texting) == rows(Order) == 0


def test_one_firm_never_changes_another(house: House) -> None:
    on(house)
    other = house.person("admin@summit.example")
    other.get(SETTINGS)
    for post in POSTS:
        other.sends(post, {"email": "evil@summit.example", "phone": "", "days": "3", "at": "10:00"}, at=SETTINGS)
    mine = house.status()
    assert not mine.off
    assert mine.details.email == "office@harbor.example"
    assert mine.texting is not None
    assert mine.texting.reminder_days == [1]


@pytest.mark.parametrize("post", POSTS)
def test_a_form_that_is_not_from_our_page_changes_nothing(house: House, post: str) -> None:
    on(house)
    house.person(ADMIN).get(SETTINGS)
    form = {"email": "evil@harbor.example", "phone": "", "days": "3", "at": "10:00"}
    answer = house.person(ADMIN).post(f"{SETTINGS}/{post}", form)
    assert answer.status_code == 400
    status = house.status()
    assert not status.off
    assert status.details.email == "office@harbor.example"
    assert status.texting is not None
    assert status.texting.reminder_days == [1]


def test_a_page_that_was_open_too_long_keeps_what_was_typed(house: House) -> None:
    answer = house.person(ADMIN).post(f"{SETTINGS}/turn-on", GOOD)
    assert answer.status_code == 400
    assert "what you typed is kept here" in words(answer.text)
    assert f'value="{GOOD["email"]}"' in answer.text
    again = {"csrf_token": token(answer.text), **GOOD}
    assert again["csrf_token"]
    nobody = house.person(None).post(f"{SETTINGS}/turn-on", GOOD)
    assert nobody.status_code == 401
    assert GOOD["email"] not in nobody.text
    staff = house.person(STAFF).post(f"{SETTINGS}/turn-on", GOOD)
    assert staff.status_code == 400
    assert GOOD["email"] not in staff.text


def test_an_open_page_is_told_what_changed_and_nothing_else(house: House) -> None:
    turned_on()
    admin = house.person(ADMIN)
    page = admin.get(SETTINGS).text
    poll = re.search(r'hx-get="([^"]+)" hx-trigger="every 1s" hx-swap="outerHTML"', page)
    assert poll
    assert admin.get(poll[1], headers=HTMX).status_code == 204
    gone_on(order().id)
    part = admin.get(poll[1], headers=HTMX)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "(844) 555-0100" in part.text
    assert "hx-get" not in part.text.partition("ft-step")[0]
    assert '<p id="ft-step" hx-swap-oob="innerHTML">Your number is ready.</p>' in part.text
    assert "Set-Cookie" not in part.headers


def test_a_poll_is_no_sign_of_life_of_a_person(house: House) -> None:
    house.app.config["SESSION_REFRESH_EACH_REQUEST"] = True
    turned_on()
    admin = house.person(ADMIN)
    with admin.client.session_transaction() as kept:
        kept.permanent = True
    change(state="failed", trouble="no_credit", step="buy")
    for since in (-1, 10_000, count()):
        answer = admin.get(f"{SETTINGS}?since={since}", headers=HTMX)
        assert answer.status_code in (200, 204)
        assert "Set-Cookie" not in answer.headers


def count() -> int:
    """The firm's count of changes."""
    with reading() as session:
        return changes.now(session, "harbor")


def test_a_button_that_comes_by_polling_works(house: House) -> None:
    turned_on()
    admin = house.person(ADMIN)
    admin.get(SETTINGS)
    change(state="failed", trouble="no_credit", step="buy")
    part = admin.get(f"{SETTINGS}?since=0", headers=HTMX).text
    assert "Try again" in part
    assert admin.post(f"{SETTINGS}/try-again", {"csrf_token": token(part)}).status_code == 303


def test_try_again_goes_on_where_it_stopped(house: House) -> None:
    firmtext.gateway.fail(CarrierRefused("balance", scope=Scope.ACCOUNT), verb="buy")  # type: ignore[attr-defined]
    admin = house.person(ADMIN)
    admin.sends("turn-on", GOOD)
    gone_on(order().id)
    page = words(admin.get(SETTINGS).text)
    assert "the account at the carrier has no credit" in page
    assert "Looking for a number : done Buying it : it stopped here" in page
    assert "has no credit" in words(house.person(STAFF).get(SETTINGS).text)
    answer = admin.sends("try-again")
    assert answer.location == f"{SETTINGS}?said=again"
    assert "We try again." in words(admin.get(answer.location).text)
    gone_on(order().id)
    assert "(844) 555-0100" in admin.get(SETTINGS).text
    assert len(numbers()) == 1
    assert admin.sends("try-again").status_code == 303


def test_turning_off_says_what_happens_and_can_be_undone(house: House) -> None:
    on(house)
    admin = house.person(ADMIN)
    page = words(admin.get(f"{SETTINGS}/turn-off").text)
    until = day(firmtext.clock.now() + KEPT, firmtext.clock.now(), "America/Chicago")
    assert f"(833) 555-0100 is kept for your firm until {until}." in page
    assert "Conversations stay" in page
    assert not house.status().off
    answer = admin.sends("turn-off", at=f"{SETTINGS}/turn-off")
    assert answer.location == f"{SETTINGS}?said=off"
    page = words(admin.get(answer.location).text)
    assert "Nothing is sent from now on." in page
    assert f"(833) 555-0100 is kept for your firm until {until}." in page
    kept_until = house.status().kept_until
    assert kept_until is not None
    assert abs(kept_until - firmtext.clock.now() - KEPT) < timedelta(minutes=1)
    assert "turned off" in words(house.person().get("/texting/").text)
    assert admin.sends("turn-on-again").location == f"{SETTINGS}?said=on"
    assert not house.status().off
    assert house.status().kept_until is None
    assert house.status().details.email == GOOD["email"]
    assert rows(Order) == 0


def test_turned_off_twice_is_turned_off_once(house: House) -> None:
    on(house)
    admin = house.person(ADMIN)
    form = {"csrf_token": token(admin.get(f"{SETTINGS}/turn-off").text)}
    for _ in range(2):
        assert admin.post(f"{SETTINGS}/turn-off", form).status_code == 303
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Audit).where(Audit.action == "texting.off")) == 1


def test_after_the_number_was_given_back_turning_on_again_gets_a_new_one(house: House) -> None:
    given_back(house)
    admin = house.person(ADMIN)
    assert admin.sends("turn-on-again").status_code == 303
    gone_on(order().id)
    assert "(844) 555-0100" in admin.get(SETTINGS).text
    assert {number.e164 for number in numbers()} == {MAIN, "+18445550100"}


def test_where_no_details_are_known_turning_on_again_asks_for_them(house: House) -> None:
    off(house)
    with reading() as session:
        row = session.get_one(Texting, "harbor")
        row.email = row.phone = None
        session.commit()
    admin = house.person(ADMIN)
    answer = admin.sends("turn-on-again")
    assert answer.location == f"{SETTINGS}/turn-on"
    page = admin.get(answer.location).text
    assert re.search(r"<dialog [^>]* open", page)
    assert admin.sends("turn-on", GOOD, at=f"{SETTINGS}/turn-on").status_code == 303
    assert not house.status().off


@pytest.mark.parametrize("stand", [coming, on])
def test_the_form_of_another_stage_leads_back(house: House, stand: Any) -> None:
    stand(house)
    assert house.person(ADMIN).get(f"{SETTINGS}/turn-on").location == SETTINGS


def test_a_firm_whose_number_is_still_coming_can_be_turned_off(house: House) -> None:
    coming(house)
    admin = house.person(ADMIN)
    assert "Turn off" in admin.get(f"{SETTINGS}/turn-off").text
    admin.sends("turn-off", at=f"{SETTINGS}/turn-off")
    assert house.status().off


def test_a_firm_that_is_off_gets_no_number_by_trying_again(house: House) -> None:
    stuck(house)
    admin = house.person(ADMIN)
    admin.sends("turn-off", at=f"{SETTINGS}/turn-off")
    admin.sends("try-again", at=SETTINGS)
    assert house.status().order.state == "failed"


def test_a_firm_whose_details_cannot_be_read_and_that_has_no_number_is_asked_for_them(house: House) -> None:
    on(house)
    with own() as session:
        session.execute(update(Texting).values(email=b"\x01broken", phone=None))
        session.execute(update(Number).values(state=NumberState.RELEASED, main=False))
    admin = house.person(ADMIN)
    assert admin.sends("turn-on-again", at=SETTINGS).location == f"{SETTINGS}/turn-on"
    assert re.search(r"<dialog [^>]* open", admin.get(f"{SETTINGS}/turn-on").text)
    admin.sends("turn-on", GOOD, at=f"{SETTINGS}/turn-on")
    assert house.status().reachable
    assert house.status().order.state == "working"
