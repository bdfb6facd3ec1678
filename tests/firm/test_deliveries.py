"""Outgoing webhooks arrive signed, at least once and at nobody else, at a real consumer over HTTPS."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, update
from standardwebhooks import Webhook, WebhookVerificationError

from dying import Side, at_every_commit, dies_at, dies_at_commit
from evidence import heard
from flask_firmtext import signals
from flask_firmtext.adapters import consumer, wires
from flask_firmtext.adapters.consumer import Outcome
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import FormRefused
from flask_firmtext.firm import deliveries, endpoint_secrets, endpoints, posting
from flask_firmtext.messaging import holds
from flask_firmtext.sandbox.authority import Authority
from flask_firmtext.settings import Settings
from flask_firmtext.store import endpoint_queries
from flask_firmtext.store.models import Audit, Delivery, Endpoint, Hold, Message
from flask_firmtext.store.states import HoldKind
from flask_firmtext.store.transactions import announce, own, reading
from flask_firmtext.worker import couriers as couriers_module
from flask_firmtext.worker import witness
from flask_firmtext.worker.couriers import Couriers
from office import ADMIN, Office
from servers import until

RECEIVED = signals.text_received
VALUES = {"conversation": str(uuid.uuid4()), "message": str(uuid.uuid4())}


class Consumer:
    """A server that answers what ``answer`` says and keeps what came."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = answering(204)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
                with suppress(OSError):
                    outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"https://{self.host}/hook"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.came]


def answering(status: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("consumer"))


@pytest.fixture
def there(authority: Authority) -> Iterator[Consumer]:
    made = Consumer(authority.context())
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def office(new_app: Any, there: Consumer, authority: Authority) -> Iterator[Office]:
    given = {"FIRMTEXT_WEBHOOK_HOSTS": there.host, "FIRMTEXT_WEBHOOK_CA_BUNDLE": str(authority.bundle)}
    app = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", **given)
    with app.app_context():
        yield Office(app)


def added(url: str, *kinds: str, firm: str = "harbor", content: bool = False) -> tuple[uuid.UUID, str]:
    with own() as session:
        return endpoints.add(session, firm, url, kinds or tuple(signals.KINDS), content=content, by=ADMIN)


def happens(firm: str = "harbor", **values: str) -> None:
    with own() as session:
        announce(session, RECEIVED, firm=firm, **{**VALUES, **values})


def posted() -> list[bool | None]:
    """Post what is due now, each once."""
    with reading() as session:
        due = endpoint_queries.due_endpoints(session)
        pairs = [(one, event) for one in due for event in endpoint_queries.due(session, one.firm, one.id, 100)]
    return [posting.deliver(one.firm, one.id, event) for one, event in pairs]


def rows() -> list[Delivery]:
    with reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.at, Delivery.event_id)))


def endpoint() -> Endpoint:
    with reading() as session:
        return session.scalars(select(Endpoint)).one()


def later(by: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.extensions["firmtext"], "clock", ShiftedClock(by))


@pytest.mark.attack("A46")
def test_what_happens_arrives_signed_with_ids_and_no_words(office: Office, there: Consumer) -> None:
    id_, secret = added(there.url)
    happens()
    assert posted() == [True]
    ((headers, body),) = there.came
    told = Webhook(secret).verify(body, headers)
    assert (told["type"], told["data"]) == ("text.received", {"firm": "harbor", **VALUES})
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    assert [(row.state, row.status, row.endpoint_id) for row in rows()] == [("delivered", 204, id_)]
    assert posted() == []


def test_what_is_rolled_back_nobody_hears_and_nobody_hears_of_another_firm_or_kind(
    office: Office, there: Consumer
) -> None:
    added(there.url, "text.failed")
    added(there.url, firm="summit")
    with own() as session:
        announce(session, signals.text_failed, firm="harbor", **VALUES, reason="x", code=None)
        session.rollback()
    happens()
    assert rows() == []


def test_a_savepoint_that_is_rolled_back_takes_its_webhooks_along(office: Office, there: Consumer) -> None:
    added(there.url)
    with own() as session:
        announce(session, RECEIVED, firm="harbor", **VALUES)
        point = session.begin_nested()
        announce(session, RECEIVED, firm="harbor", **VALUES)
        point.rollback()
    assert len(rows()) == 1


def test_words_go_along_only_where_asked_for_and_not_once_they_are_erased(office: Office, there: Consumer) -> None:
    office.sends(text="Bring the lease")
    with reading() as session:
        text = session.scalars(select(Message)).one()
    added(there.url, content=True)
    happens(message=str(text.id))
    posted()
    with own() as session:
        session.execute(update(Message).where(Message.id == text.id, Message.firm == "harbor").values(body=b""))
    happens(message=str(text.id))
    posted()
    assert [json.loads(body)["data"]["text"] for _, body in there.came] == ["Bring the lease", None]


def test_a_replaced_secret_signs_for_a_day_beside_the_new_one(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, old = added(there.url)
    with own() as session:
        new = endpoint_secrets.rotate(session, "harbor", id_, by=ADMIN)
    happens()
    posted()
    headers, body = there.came[0]
    assert new is not None
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    later(timedelta(hours=25), monkeypatch)
    happens()
    posted()
    assert len(there.came[1][0]["webhook-signature"].split()) == 1


def test_two_secrets_sign_at_most_and_none_is_taken_away_unasked(office: Office, there: Consumer) -> None:
    id_, old = added(there.url)
    with own() as session:
        new = endpoint_secrets.rotate(session, "harbor", id_, by=ADMIN)
    with own() as session, pytest.raises(FormRefused) as caught:
        endpoint_secrets.rotate(session, "harbor", id_, by=ADMIN)
    assert "End the old one first" in caught.value.faults[""]
    happens()
    posted()
    for secret in (old, str(new)):
        Webhook(secret).verify(there.came[0][1], there.came[0][0])
    with own() as session:
        assert not endpoint_secrets.end_old(session, "summit", id_, by=ADMIN)
        assert endpoint_secrets.end_old(session, "harbor", id_, by=ADMIN)
        assert not endpoint_secrets.end_old(session, "harbor", id_, by=ADMIN)
    happens()
    posted()
    Webhook(str(new)).verify(there.came[1][1], there.came[1][0])
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(there.came[1][1], there.came[1][0])
    with own() as session:
        assert endpoint_secrets.rotate(session, "harbor", id_, by=ADMIN)


def test_two_that_replace_a_secret_at_once_replace_it_once(office: Office, there: Consumer) -> None:
    id_, old = added(there.url)
    made: list[str | None] = []

    def replace() -> None:
        with office.app.app_context(), suppress(FormRefused), own() as session:
            made.append(endpoint_secrets.rotate(session, "harbor", id_, by=ADMIN))

    with own() as session:
        endpoint_queries.locked(session, "harbor", id_)
        both = [threading.Thread(target=replace) for _ in range(2)]
        for one in both:
            one.start()
    for one in both:
        one.join()
    with reading() as session:
        row = endpoint_queries.one(session, "harbor", id_)
        assert row
        assert endpoint_secrets.signing(session, row)[1] == [*made, old]


@pytest.mark.fault("F83")
def test_a_consumer_that_is_gone_for_a_day_loses_nothing_and_ids_stay(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(there.url)
    there.answer = answering(503)
    for _ in range(3):
        happens()
    shift = timedelta()
    for pause in (timedelta(), *posting.SCHEDULE[:5]):
        shift += pause + timedelta(seconds=1)
        later(shift, monkeypatch)
        assert posted() == [False] * 3
    there.answer = answering(200)
    assert endpoint().failing_since is not None
    later(shift + posting.SCHEDULE[5] + timedelta(seconds=1), monkeypatch)
    assert posted() == [True] * 3
    assert {row.state for row in rows()} == {"delivered"}
    assert len(set(there.ids)) == 3
    assert sorted(there.ids[:3]) == sorted(there.ids[-3:])
    assert endpoint().failing_since is None


@pytest.mark.fault("F83")
def test_after_ten_tries_a_person_may_send_it_again(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, _ = added(there.url)
    there.answer = answering(500)
    happens()
    with own() as session:
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(tries=len(posting.SCHEDULE)))
    assert posted() == [False]
    (row,) = rows()
    assert (row.state, row.status, row.evidence) == ("failed", 500, "answer")
    there.answer = answering(200)
    with own() as session:
        assert deliveries.again(session, "harbor", id_, row.event_id, by=ADMIN)
        assert not deliveries.again(session, "harbor", id_, uuid.uuid4(), by=ADMIN)
    with own() as session, pytest.raises(FormRefused):
        deliveries.again(session, "summit", id_, row.event_id, by=ADMIN)
    assert posted() == [True]
    assert there.ids == [str(row.event_id)] * 2


@pytest.mark.fault("F83")
def test_one_that_says_gone_gets_nothing_more(office: Office, there: Consumer) -> None:
    added(there.url)
    there.answer = answering(410)
    happens()
    with heard() as said:
        assert posted() == [False]
    assert [one["kind"] for one in said] == ["webhook_gone"]
    assert (endpoint().state, endpoint().why, rows()[0].state) == ("off", "gone", "failed")
    happens()
    assert len(rows()) == 1
    with reading() as session:
        assert "endpoint.state" in session.scalars(select(Audit.action)).all()


@pytest.mark.fault("F83")
def test_after_five_days_without_a_success_an_address_is_turned_off_and_goes_on_where_it_was(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, _ = added(there.url)
    there.answer = answering(500)
    happens()
    posted()
    later(timedelta(days=5, seconds=9), monkeypatch)
    with heard() as said:
        posted()
    assert [one["kind"] for one in said] == ["webhook_failing"]
    assert (endpoint().state, endpoint().why, rows()[0].state) == ("off", "failing", "waiting")
    assert posted() == []
    with own() as session:
        assert endpoints.turn_on(session, "harbor", id_, by=ADMIN)
    later(timedelta(days=6), monkeypatch)
    there.answer = answering(200)
    assert posted() == [True]


@pytest.mark.fault("F83")
def test_all_that_failed_since_a_moment_is_sent_again_in_parts_and_nothing_else(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, _ = added(there.url)
    for _ in range(5):
        happens()
    events = [row.event_id for row in rows()]
    old, arrived, *failed = events
    hour, now = timedelta(hours=1), firmtext.clock.now()
    with own() as session:
        theirs = update(Delivery).where(Delivery.firm == "harbor")
        session.execute(theirs.values(state="failed", tries=10))
        session.execute(theirs.where(Delivery.event_id == old).values(at=now - 2 * hour))
        session.execute(theirs.where(Delivery.event_id == arrived).values(state="delivered"))
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    parts = []
    for _ in range(3):
        with own() as session:
            parts.append(deliveries.again_since(session, "harbor", id_, now - hour, by=ADMIN))
    assert [{*part} for part in parts] == [{*failed[:2]}, {*failed[2:]}, set()]
    assert posted() == [True] * 3
    assert {*there.ids} == {str(event) for event in failed}
    with reading() as session:
        said = session.scalars(select(Audit.evidence).where(Audit.action == "endpoint.again")).all()
    assert sorted(str(one)[:8] for one in said) == ["1 since ", "2 since "]
    for since in (datetime.min.replace(tzinfo=timezone(hour)), datetime.max.replace(tzinfo=timezone(-hour))):
        with own() as session:
            again = deliveries.again_since(session, "harbor", id_, since, by=ADMIN)
        assert list(again) == ([old] if since < now else [])
    with own() as session, pytest.raises(FormRefused):
        deliveries.again_since(session, "summit", id_, now, by=ADMIN)


@pytest.mark.fault("F83")
def test_at_another_address_and_where_it_is_turned_on_again_what_waits_goes_at_once(
    office: Office, there: Consumer
) -> None:
    id_, _ = added(there.url)
    there.answer = answering(503)
    happens()
    with own() as session:
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(tries=5))
    assert posted() == [False]
    assert posted() == [], "it waits for hours"
    with own() as session:
        endpoints.change(session, "harbor", id_, there.url, ["text.failed"], content=False, by=ADMIN)
    assert posted() == [], "the address is the same"
    with own() as session:
        endpoints.change(session, "harbor", id_, f"{there.url}/2", ["text.failed"], content=False, by=ADMIN)
    assert endpoint().failing_since is None
    assert posted() == [False]
    there.answer = answering(200)
    for turn in (endpoints.turn_off, endpoints.turn_on):
        with own() as session:
            assert turn(session, "harbor", id_, by=ADMIN)
    assert posted() == [True]
    with reading() as session:
        said = session.scalars(select(Audit.evidence).where(Audit.action == "endpoint.change")).all()
    assert sorted(map(str, said)) == ["None", "address"]


@pytest.mark.fault("F83")
def test_what_the_address_before_said_is_not_held_against_the_new_one(office: Office, there: Consumer) -> None:
    id_, _ = added(there.url)

    def moves(handler: BaseHTTPRequestHandler) -> None:
        there.answer = answering(200)
        with office.app.app_context(), own() as session:
            endpoints.change(session, "harbor", id_, f"{there.url}/2", ["text.received"], content=False, by=ADMIN)
        answering(410)(handler)

    there.answer = moves
    happens()
    assert posted() == [False]
    assert (endpoint().state, endpoint().failing_since, rows()[0].state) == ("on", None, "waiting")
    assert posted() == [True]


@pytest.mark.fault("F81")
def test_whoever_comes_back_after_its_claim_is_over_says_nothing_against_the_address(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, _ = added(there.url)
    happens()

    def overtaken(handler: BaseHTTPRequestHandler) -> None:
        there.answer = answering(204)
        with office.app.app_context(), own() as session:
            session.execute(update(Delivery).where(Delivery.firm == "harbor").values(not_before=firmtext.clock.now()))
        with office.app.app_context():
            assert posted() == [True]
        answering(410)(handler)

    there.answer = overtaken
    assert posting.deliver("harbor", id_, rows()[0].event_id) is False
    assert (endpoint().state, endpoint().failing_since, rows()[0].state) == ("on", None, "delivered")


def test_what_cannot_be_read_waits_without_costing_a_try_and_keeps_no_other_waiting(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    office.sends(text="Bring the lease")
    with reading() as session:
        text = session.scalars(select(Message)).one()
    added(there.url, content=True)
    body = bytes(text.body)
    with own() as session:
        session.execute(update(Message).where(Message.firm == "harbor").values(body=body[:-1] + b"?"))
    for _ in range(2):
        happens(message=str(text.id))
    happens()
    assert posted() == [None, None, True]
    assert [(row.state, row.tries, row.evidence) for row in rows()][:2] == [("waiting", 0, "unreadable")] * 2
    assert posted() == []
    assert "Bring" not in caplog.text
    with own() as session:
        session.execute(update(Message).where(Message.firm == "harbor").values(body=body))
    later(posting.LATER + timedelta(seconds=1), monkeypatch)
    assert posted() == [True] * 2
    assert json.loads(there.came[-1][1])["data"]["text"] == "Bring the lease"


@pytest.mark.fault("F41")
def test_f41_after_a_restored_backup_nothing_is_posted_before_a_person_lets_it(office: Office, there: Consumer) -> None:
    added(there.url)
    happens()
    with own() as session:
        holds.put(session, HoldKind.ACCOUNT, witness.DATABASE, witness.RESTORE, by="sweep")
    couriers = Couriers(office.app)
    couriers.look()
    assert couriers.work == {}
    with own() as session:
        assert holds.lift(session, session.scalars(select(Hold.id)).one(), by=ADMIN)
    couriers.look()
    couriers.finish()
    assert [row.state for row in rows()] == ["delivered"]


@pytest.mark.attack("A45")
@pytest.mark.parametrize("where", ["https://127.0.0.1:1/", "https://10.0.0.1/", "http://169.254.169.254/"])
def test_a45_a_redirect_is_not_followed(office: Office, there: Consumer, where: str) -> None:
    added(there.url)
    there.answer = answering(302, Location=where)
    happens()
    assert posted() == [False]
    (row,) = rows()
    assert (row.state, row.status, row.evidence, len(there.came)) == ("waiting", 302, "redirect", 1)


INSIDE = (
    *("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"),
    *("::1", "fd00::1", "fe80::1%eth0", "fec0::1", "::ffff:127.0.0.1", "::127.0.0.1"),
    # wrapped, so that a translator on the way unwraps it: NAT64 (well-known, local), 6to4, Teredo
    *("64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
)


@pytest.mark.attack("A45")
@pytest.mark.parametrize("inside", INSIDE)
def test_a45_a_name_that_leads_inside_is_not_even_connected_to(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    port = there.server.server_address[1]
    family = socket.AF_INET6 if ":" in inside else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (inside, port))]
    monkeypatch.setattr("flask_firmtext.adapters.wires.socket.getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(wires.socket.socket, "connect", never)
    outcome = consumer.post(firmtext.settings, f"https://hooks.example:{port}/", {}, b"{}")
    assert (outcome.status, outcome.evidence, there.came) == (None, "not_public", [])


def never(*given: object) -> None:
    raise AssertionError(f"connected to {given}")


@pytest.mark.attack("A45")
def test_a45_a_name_that_is_looked_up_again_leads_nowhere_else(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: one look-up, of which each address is judged and that very one connected to."""
    port = there.server.server_address[1]
    answers = iter([[("8.8.8.8", 443), ("127.0.0.1", port)], [("127.0.0.1", port)]])
    looked, dialed = [], []

    def look(*_: object, **__: object) -> list[Any]:
        looked.append(1)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in next(answers)]

    def dial(_: object, address: tuple[str, int]) -> None:
        dialed.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("flask_firmtext.adapters.wires.socket.getaddrinfo", look)
    monkeypatch.setattr(wires.socket.socket, "connect", dial)
    outcome = consumer.post(firmtext.settings, f"https://hooks.example:{port}/", {}, b"{}")
    assert (outcome.evidence, len(looked), dialed) == ("not_public", 1, [("8.8.8.8", 443)])


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "https://user@hooks.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3:8443/",
        "https://localhost/",
        "https://hooks.example/ x",
        "https://hooks.example:99999/",
        "https://hooks.example:0/",
        "https://hooks.example\\@127.0.0.1/",
        "https://127.0.0.1:1@hooks.example/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://hooks.exa\tmple/",
        "https://h\u00f6\u00f6ks.example/",
        "https://hooks.example/#part",
        "https:///hook",
        "ftp://hooks.example/",
        "",
    ],
)
def test_addresses_that_are_refused_at_once(office: Office, url: str) -> None:
    with pytest.raises(FormRefused) as caught:
        endpoints.check(url, ["text.received"])
    assert caught.value.faults.keys() == {"url"}


@pytest.mark.attack("A45")
@pytest.mark.parametrize(
    ("given", "url", "goes"),
    [
        ("inside.example", "https://inside.example/", True),
        ("inside.example", "https://INSIDE.example:443/", True),
        ("inside.example", "https://inside.example:8443/", False),
        ("inside.example:8443", "https://inside.example:8443/", True),
        ("inside.example:8443", "https://inside.example/", False),
        ("inside.example", "https://inside.example./", False),
        ("inside.example", "https://other.example/?inside.example", False),
    ],
)
def test_a45_an_operator_lets_webhooks_inside_by_host_and_port(
    office: Office, monkeypatch: pytest.MonkeyPatch, given: str, url: str, goes: bool
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr("flask_firmtext.adapters.wires.socket.getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(wires.socket.socket, "connect", refused)
    outcome = consumer.post(replace_hosts(given), url, {}, b"{}")
    assert outcome.evidence == ("not_reached" if goes else "not_public")


def refused(*_given: object) -> None:
    raise ConnectionRefusedError


@pytest.mark.fault("F82")
def test_many_slow_addresses_that_have_much_to_get_delay_no_other(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers_module, "TURN", 0.1)
    over, pause = threading.Event(), 0.1

    def by_path(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("/slow"):
            over.wait(pause)
        answering(204)(handler)

    there.answer = by_path
    for n in range(3):
        added(f"{there.url}/{n}/slow", "text.received")
    for _ in range(40):
        happens()
    quick, _ = added(there.url, "text.received")
    couriers = Couriers(office.app, well=2, failing=1)

    def quickly_delivered() -> int:
        couriers.look()
        over.wait(0.02)
        return [row.state for row in rows() if row.endpoint_id == quick].count("delivered")

    happens()
    until(lambda: quickly_delivered() == 1, seconds=10)
    left = [row.state for row in rows()].count("waiting")
    monkeypatch.setattr(couriers_module, "SLOW", 0.05)
    until(lambda: quickly_delivered() and len(couriers.slow) == 3, seconds=10)
    pause = 20.0
    happens()
    until(lambda: quickly_delivered() == 2, seconds=3)
    over.set()
    monkeypatch.setattr(couriers_module, "stopping", over)
    couriers.finish()
    assert left > 60, "it did not wait for the others"


@pytest.mark.fault("F82")
def test_one_that_hangs_delays_no_other(office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "SECONDS", 1.0)
    over = threading.Event()

    def by_path(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/hangs":
            over.wait(20)
        else:
            answering(204)(handler)

    there.answer = by_path
    added(f"{there.url[:-5]}/hangs")
    for _ in range(5):
        happens()
    added(there.url)
    happens()
    couriers = Couriers(office.app)
    began = time.monotonic()
    couriers.look()
    while not any(row.state == "delivered" for row in rows()) and time.monotonic() - began < 15:
        time.sleep(0.02)
    states = [row.state for row in rows()]
    assert states.count("delivered") == 1
    over.set()
    couriers.finish()
    assert sum(row.evidence == "timeout" for row in rows()) in (0, 1, 2)


def test_a_removed_address_keeps_neither_address_nor_secret(office: Office, there: Consumer) -> None:
    id_, _ = added(there.url)
    happens()
    with own() as session:
        assert not endpoints.remove(session, "summit", id_, by=ADMIN)
        assert endpoints.remove(session, "harbor", id_, by=ADMIN)
    assert (endpoint().url, endpoint().secret, endpoint().state) == (b"", b"", "gone")
    assert posted() == []
    happens()
    assert len(rows()) == 1


@pytest.mark.fault("F81")
def test_whoever_dies_between_the_post_and_its_note_posts_once_more_with_the_same_id(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, _ = added(there.url)
    happens()
    event = rows()[0].event_id
    dies_at("delivery.posted", lambda: posting.deliver("harbor", id_, event))
    assert (rows()[0].state, there.ids) == ("waiting", [str(event)])
    assert posted() == []
    later(posting.CLAIM + timedelta(seconds=1), monkeypatch)
    assert posted() == [True]
    assert there.ids == [str(event)] * 2


@pytest.mark.fault("F81")
def test_killed_at_any_commit_what_was_committed_is_posted_and_nothing_else(
    office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(there.url)
    shift = timedelta()

    def step() -> None:
        happens()
        posted()

    def one_try(n: int, side: Side) -> bool:
        nonlocal shift
        there.came.clear()
        before = {row.event_id for row in rows()}
        killed = dies_at_commit(n, side, step)
        new = [row for row in rows() if row.event_id not in before]
        assert len(new) == (0 if (n, side) == (1, "before") else 1)
        shift += posting.CLAIM + timedelta(seconds=1)
        later(shift, monkeypatch)
        posted()
        assert set(there.ids) == {str(row.event_id) for row in new}
        assert {row.state for row in rows()} <= {"delivered"}
        return killed

    assert at_every_commit(one_try) == 3


@pytest.mark.fault("F82")
def test_of_an_answer_without_end_nothing_but_its_status_is_read(office: Office, there: Consumer) -> None:
    written = []

    def floods(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            written.append(handler.wfile.write(bytes(65536)))

    added(there.url)
    there.answer = floods
    happens()
    assert posted() == [True]
    assert sum(written) < 16 * 1024 * 1024


@pytest.mark.fault("F82")
def test_an_answer_that_drips_is_cut_off(office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "SECONDS", 0.5)

    def drips(handler: BaseHTTPRequestHandler) -> None:
        while True:
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.05)

    added(there.url)
    there.answer = drips
    happens()
    assert posted() == [False]
    assert (rows()[0].state, rows()[0].evidence) == ("waiting", "timeout")


@pytest.mark.attack("A36", "A46")
def test_no_address_secret_or_word_is_logged(office: Office, there: Consumer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    office.sends(text="Bring the lease")
    with reading() as session:
        text = session.scalars(select(Message)).one()
    id_, secret = added(f"{there.url}/sesame", content=True)
    with own() as session:
        new = endpoint_secrets.rotate(session, "harbor", id_, by=ADMIN)
    happens(message=str(text.id))
    there.answer = answering(500)
    assert posted() == [False]
    with own() as session:
        deliveries.try_out(session, "harbor", id_, by=ADMIN)
    there.answer = answering(204)
    assert posted() == [True]
    said = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert not any(word in said for word in ("sesame", secret, str(new), "Bring the lease", "whsec_"))


def test_a_month_later_it_is_forgotten(office: Office, there: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    added(there.url)
    happens()
    later(endpoint_queries.KEPT + timedelta(hours=1), monkeypatch)
    happens()
    with own() as session:
        assert endpoint_queries.forget_old(session) == 1
    assert len(rows()) == 1


@pytest.mark.parametrize("how", ["authority", "name", "expired"])
def test_the_servers_certificate_is_verified(office: Office, authority: Authority, how: str) -> None:
    careless = Consumer(authority.bad_context(how))
    settings = replace_hosts(careless.host)
    assert consumer.post(settings, careless.url, {}, b"{}") == Outcome(None, "no_tls")
    assert careless.came == []
    careless.server.shutdown()
    careless.server.server_close()


def replace_hosts(host: str) -> Settings:
    return Settings({**vars(firmtext.settings), "webhook_hosts": (host,)})
