"""T1: what is accepted, what is refused with which words, and that one click is one text."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flask_firmtext import points
from flask_firmtext.current import firmtext
from flask_firmtext.errors import TextRefused
from flask_firmtext.memory import Memory
from flask_firmtext.messaging import accepting, consent, conversations, routes
from flask_firmtext.messaging.consent_rows import Said
from flask_firmtext.ports.values import User
from flask_firmtext.signals import consent_changed
from flask_firmtext.store import cells, changes
from flask_firmtext.store.models import Conversation, Key, Message, Number
from flask_firmtext.store.transactions import own, reading, shared
from office import Statements
from outbound import rewrite, states
from racing import race
from rows import STAFF, accepted, adopt


@pytest.fixture
def rung(app: Any) -> list[str]:
    """The ids for which the bell was rung."""
    heard: list[str] = []
    app.extensions["firmtext"].ring = heard.extend
    return heard


@pytest.fixture
def harbor(app: Any) -> Any:
    adopt()
    rewrite(Number, Number.id.is_not(None), state="verified")
    return app


def contact(ref: str = "rosa") -> Any:
    return firmtext.host.for_firm("harbor").contacts.get(ref)


def accept(session: Any, token: str, text: str = "Hello", ref: str = "rosa") -> Message:
    return accepting.accept(session, user=STAFF, contact=contact(ref), to=None, text=text, token=token)


def test_the_same_token_twice_is_one_text(harbor: Any) -> None:
    with own() as session:
        first = accept(session, "token").id
    with own() as session:
        assert accept(session, "token", "Other words").id == first
    assert states() == {"queued": 1}


def test_a_token_is_looked_for_once(harbor: Any) -> None:
    with Statements(harbor) as statements, own() as session:
        accept(session, "token")
    looked = [one for one in statements.seen if one.startswith("SELECT") and "client_token =" in one]
    assert len(looked) == 1


def way() -> Any:
    with reading() as session:
        return routes.find(session, "harbor", contact(), to=None)


def accept_on(session: Any, route: Any, token: str) -> Message:
    return accepting.accept_on(session, route, user=STAFF, contact=contact(), text="Hi", token=token, zone="UTC")


def test_the_repeat_of_a_text_that_went_out_is_not_refused_for_a_stop_that_came_since(harbor: Any) -> None:
    with own() as session:
        first = accept(session, "token").id
        route = way()
        consent.opt_out(session, "harbor", route.index, Said("client", "client"))
    with own() as session:
        assert accept_on(session, way(), "token").id == first
        with pytest.raises(TextRefused, match="STOP"):
            accept_on(session, way(), "another token")


def test_an_answer_asks_for_its_way_in_two_statements_and_opens_nothing(harbor: Any) -> None:
    with own() as session:
        conversation = accept(session, "token").conversation_id
    with Statements(harbor) as statements, reading() as session:
        route = routes.find(session, "harbor", contact(), to=None, conversation=conversation)
    assert len(statements.seen) == 2
    joined = route.goes_on("rosa")
    assert joined is not None
    assert joined.id == conversation
    assert route.goes_on("somebody else") is None, "under whom it is to be shown as well"


def test_a_conversation_that_ended_since_its_way_was_found_gets_no_text(harbor: Any) -> None:
    with own() as session:
        conversation = accept(session, "token").conversation_id
    route = way()
    with own() as session:
        conversations.close(session, session.get_one(Conversation, conversation))
    with own() as session, pytest.raises(TextRefused, match="changed hands"):
        accept_on(session, route, "another token")


def test_the_same_token_of_two_people_is_two_texts(harbor: Any) -> None:
    other = User("other@harbor.example", "Olga Other", "harbor")
    with own() as session:
        accept(session, "token")
        accepting.accept(session, user=other, contact=contact(), to=None, text="Hi", token="token")
    assert states() == {"queued": 2}


@pytest.mark.parametrize("first_ever", [True, False], ids=["the_very_first_text", "a_known_conversation"])
def test_a_double_click_at_the_same_instant_is_one_text(harbor: Any, first_ever: bool) -> None:
    if not first_ever:
        accepted("Before")

    def click() -> uuid.UUID:
        with shared() as session:
            return accept(session, "token").id

    found = race(harbor, *[click] * 6)
    assert len(set(found)) == 1
    assert isinstance(found[0], uuid.UUID)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1


@pytest.mark.parametrize(
    ("ref", "text", "code"),
    [
        ("rosa", "", "text_empty"),
        ("rosa", " \n\u200b ", "text_empty"),
        ("rosa", "x" * 5000, "text_too_long"),
        ("rosa", "a\x00b", "text_bad_character"),
        ("theo", "Hello", "no_number"),
        ("ines", "Hello", "number_not_textable"),
    ],
)
def test_bad_input_is_refused_with_a_code_and_stores_nothing(harbor: Any, ref: str, text: str, code: str) -> None:
    with pytest.raises(TextRefused) as refused, own() as session:
        accept(session, "token", text, ref)
    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")
    assert states() == {}


def test_a_firm_without_a_verified_number_is_told_so(app: Any) -> None:
    with pytest.raises(TextRefused) as refused, own() as session:
        accept(session, "token")
    assert refused.value.code == "not_on"


@pytest.mark.parametrize("token", ["", "x" * 65, "a\0b"])
def test_a_form_without_a_valid_token_is_refused(harbor: Any, token: str) -> None:
    with pytest.raises(TextRefused) as refused, own() as session:
        accept(session, token)
    assert refused.value.code == "token"


def test_an_opted_out_client_is_not_texted(harbor: Any) -> None:
    accepted("Before")
    with own() as session:
        pair = session.execute(select(Conversation.firm, Conversation.phone_index)).one()
        consent.lock_pair(session, *pair)
        consent.opt_out(session, *pair, consent.Said("client:STOP", "client"))
    with pytest.raises(TextRefused, match="Rosa Marsh replied STOP") as refused, own() as session:
        accept(session, "token")
    assert refused.value.code == "opted_out"


def test_the_bell_rings_for_a_text_in_any_session_of_the_process(harbor: Any, rung: list[str]) -> None:
    """A job of the host has a session of its own; and the host's may get the ``id()`` of one that is gone."""
    with Session(firmtext.engine) as session:
        text = accept(session, "token").id
        session.commit()
    assert rung == [str(text)]


def test_the_bell_rings_after_the_outermost_commit_only(harbor: Any, rung: list[str]) -> None:
    session = firmtext.db.session
    with session.begin_nested():
        text = accept(session, "token").id
    assert rung == [], "a released savepoint is no commit"
    session.commit()
    assert rung == [str(text)]
    session.commit()
    assert rung == [str(text)], "and it rings once"


def shown() -> int:
    """How often something was shown to the firm so far."""
    with reading() as look:
        return changes.now(look, "harbor")


def test_what_is_rolled_back_rings_nothing_and_shows_nothing(harbor: Any, rung: list[str]) -> None:
    session = firmtext.db.session
    before = shown()
    accept(session, "token")
    session.rollback()
    session.commit()
    accept(session, "another")
    session.rollback()
    assert shown() == before
    assert (rung, states()) == ([], {})


def test_a_savepoint_released_in_a_transaction_that_is_rolled_back_rings_nothing(harbor: Any, rung: list[str]) -> None:
    session = firmtext.db.session
    accept(session, "before")  # SQLite's driver begins a transaction at the first write, not at a SAVEPOINT
    with session.begin_nested():
        accept(session, "token")
    session.rollback()
    session.commit()
    assert (rung, states()) == ([], {})


def test_a_savepoint_rolled_back_takes_its_own_text_and_leaves_the_other(harbor: Any, rung: list[str]) -> None:
    session = firmtext.db.session
    before = shown()
    kept = accept(session, "kept").id
    savepoint = session.begin_nested()
    accept(session, "dropped")
    savepoint.rollback()
    session.commit()
    assert rung == [str(kept)]
    assert states() == {"queued": 1}
    with reading() as look:
        assert look.get_one(Message, kept).changed == shown() == before + 1


def test_a_key_made_in_a_transaction_that_is_rolled_back_is_never_used(harbor: Any) -> None:
    session = firmtext.db.session
    accept(session, "token")
    session.rollback()
    savepoint = session.begin_nested()
    accept(session, "another")
    savepoint.rollback()
    session.rollback()
    text = accepted("Readable")
    state = harbor.extensions["firmtext"]
    with reading() as look:
        stored = set(look.scalars(select(Key.id)))
        row = look.get_one(Message, text)
        state.unwrapped = Memory(1)
        assert cells.unseal(look, cells.place(Message, "body", row.id, "harbor"), row.body) == "Readable"
    assert len(stored) == 2


def test_a_bell_that_breaks_does_not_undo_the_text(harbor: Any) -> None:
    def broken(ids: list[str]) -> None:
        raise RuntimeError("no bell")

    harbor.extensions["firmtext"].ring = broken
    session = firmtext.db.session
    accept(session, "token")
    session.commit()
    assert states() == {"queued": 1}


def test_a_signal_that_breaks_does_not_undo_the_change(harbor: Any) -> None:
    def broken(_: object, **__: object) -> None:
        raise RuntimeError("a host's receiver")

    accepted("Before")
    with consent_changed.connected_to(broken), own() as session:
        pair = session.execute(select(Conversation.firm, Conversation.phone_index)).one()
        consent.lock_pair(session, *pair)
        consent.opt_out(session, *pair, consent.Said("client:STOP", "client"))
    assert states() == {"cancelled": 1}


def test_an_own_transaction_beside_a_host_that_has_only_read_does_not_wait(harbor: Any) -> None:
    session = firmtext.db.session
    session.execute(select(Message.id)).all()
    accepted("Hello")
    session.rollback()
    assert states() == {"queued": 1}


def test_points_are_marked_without_effect() -> None:
    points.reach("accept.before_commit")


def test_positions_follow_the_order_of_acceptance(harbor: Any) -> None:
    first, second = accepted("One"), accepted("Two")
    with reading() as session:
        assert session.get_one(Message, first).position < session.get_one(Message, second).position
