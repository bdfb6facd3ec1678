"""The carrier: every answer it can give, every way to lose one, and webhooks as they should not come."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterator
from typing import Any

import requests

from proxy import Mischief
from signing import Signer, packed, told, words

from .faults import fault
from .practice import clients
from .stack import Stack

HTML = "<html><body><h1>Something is wrong</h1></body></html>"


def _asked(stack: Stack, on: str, do: str, **more: Any) -> Iterator[None]:
    made = stack.carrier.fault(on, do, **more)
    yield
    if more.get("times") and stack.spent(made):
        stack.bitten[f"{on} {do}"] += 1
    stack.clear(made)


def simple(id_: str, what: str, *choices: tuple[str, str, dict[str, Any]], **how: Any) -> None:
    """A fault that the sandbox itself does: one of the choices."""

    def act(stack: Stack, dice: random.Random) -> Iterator[None]:
        on, do, more = dice.choice(choices)
        return _asked(stack, on, do, **more)

    fault(id_, what, part=how.pop("part", f"{choices[0][0]}"), **how)(act)


def answer(**more: Any) -> tuple[str, str, dict[str, Any]]:
    return ("post", "answer", more)


simple(
    "F45",
    "the certificate is somebody else's",
    *[("tls", "forge", {"how": how}) for how in ("authority", "name", "expired")],
)
simple("F48b", "the connection closes before the carrier has taken anything", ("post", "drop_before", {"times": 2}))
simple(
    "F49",
    "half an answer, a wrong length, a broken gzip",
    *[answer(how=how, times=1) for how in ("half", "wrong_length", "bad_gzip", "reset")],
)
simple(
    "F50",
    "an answer drips, or stops half-way",
    answer(how="drip", times=1),
    answer(how="stall", times=1),
    ("post", "never", {"times": 1, "seconds": 40}),
)
simple(
    "F51",
    "too fast, with a wait, without one and with an absurd one",
    answer(status=429, seconds=1),
    answer(status=429, headers={"Retry-After": None}),
    answer(status=429, seconds=100000, times=3),
    answer(status=503, seconds=2, times=2),
)
simple(
    "F52",
    "500, 502 and 504 with HTML or nothing",
    *[answer(status=status, body=body, times=3) for status in (500, 502, 504) for body in (HTML, "")],
)
simple(
    "F53",
    "the carrier's own 500, before and after it took the text",
    answer(status=500, times=2),
    answer(status=500, accept=True, times=2),
    answer(status=503, accept=True, times=1),
)
simple(
    "F54",
    "202 with nonsense",
    answer(status=202, body=HTML, accept=True, times=1),
    answer(status=202, body={}, times=1),
    answer(status=202, body={"message_uuid": "x" * 10_000}, times=1),
    answer(status=202, body='{"message_uu', accept=True, times=1),
)
simple(
    "F54b",
    "a redirect: something that is not the carrier answered",
    answer(status=307, times=1),
    answer(status=302, times=1, accept=True),
)
simple("F55", "401", answer(status=401), lasting=(2, 10))
simple("F56", "402", answer(status=402), lasting=(2, 10))
simple(
    "F57",
    "422 and 403: this text, or this number",
    answer(status=422, times=2),
    answer(status=403, times=2),
    answer(status=404, times=2),
)
simple("F60", "the statuses come before our own 202", ("post", "reorder", {"times": 3}))
simple("F61", "delivered comes before submitted", ("status", "reorder", {}), part="order")
simple(
    "F63",
    "rejected, then delivered; and the other way",
    ("status", "code", {"code": 1330, "then": "delivered", "times": 3}),
    ("status", "code", {"code": 1180, "times": 3}),
    part="order",
)
simple(
    "F66b",
    "webhooks get lost on their way there or back",
    *[(on, do, {"times": 10}) for on in ("status", "inbound") for do in ("drop_before", "drop_after")],
    part="loss",
)
simple(
    "F60b",
    "webhooks come late and in another order",
    ("status", "delay", {"seconds": 4}),
    ("inbound", "delay", {"seconds": 4}),
    ("inbound", "reorder", {"seconds": 2}),
    part="late",
)
simple(
    "F71",
    "the media are gone, or refused",
    ("media", "answer", {"status": 401, "times": 3}),
    ("media", "answer", {"status": 500, "times": 3}),
    ("media", "answer", {"status": 403, "times": 2}),
)
simple(
    "F72",
    "media that are cut, lie about their length, or are no gzip",
    *[("media", "answer", {"how": how, "times": 2}) for how in ("half", "wrong_length", "bad_gzip", "reset")],
)


@fault("F48", "the request arrives, its answer does not, and its status comes late", part="post", lasting=(2, 4))
def _f48(stack: Stack, dice: random.Random) -> Iterator[None]:
    late = stack.carrier.fault("status", "delay", seconds=8)
    made = stack.carrier.fault("post", "drop_after", times=2, how=dice.choice([None, "reset"]))
    yield
    stack.bitten["POSTs without an answer"] += stack.spent(made)
    stack.clear(made)
    stack.clear(late)


@fault("F58", "a uuid is given twice", part="post")
def _f58(stack: Stack, dice: random.Random) -> Iterator[None]:
    # Before the carrier has any text its answer would be a new uuid and no text: nobody could see through that.
    held = "SELECT 1 FROM firmtext_attempt WHERE carrier_id IS NOT NULL LIMIT 1"
    with stack.store.engine.connect() as connection:
        given = connection.exec_driver_sql(held).first() is not None
    if given:
        yield from _asked(stack, "post", "answer", how="reused_uuid", times=1)
    else:
        yield


@fault("F58s", "202, and no status ever: such a text stays as sent", part="silence", lasting=(2, 3))
def _f58s(stack: Stack, dice: random.Random) -> Iterator[None]:
    made = stack.carrier.fault("status", "never", times=1)
    yield
    if stack.spent(made):
        stack.allowed["silence"] += 1
        stack.bitten["texts without a status"] += 1
    stack.clear(made)


@fault("F59", "every webhook comes five times at once", part="duplicate", lasting=(2, 4))
def _f59(stack: Stack, dice: random.Random) -> Iterator[None]:
    made = [stack.carrier.fault(on, "duplicate", times=5) for on in ("status", "inbound")]
    yield
    for one in made:
        stack.clear(one)


@fault("F65", "429, and the text was taken all the same", part="post", lasting=(2, 3))
def _f65(stack: Stack, dice: random.Random) -> Iterator[None]:
    stack.allowed["contradiction"] += 1
    made = stack.carrier.fault("post", "answer", status=429, seconds=20, accept=True, times=1)
    yield
    stack.clear(made)


@fault("F69", "the secret is rotated at the carrier before we are told", part="secret", lasting=(1, 4))
def _f69(stack: Stack, dice: random.Random) -> Iterator[None]:
    right = Signer.of(stack.carrier).account.signature_secret
    stack.carrier.option(signature_secret=uuid.uuid4().hex)
    yield
    stack.carrier.option(signature_secret=right)


def _mischief(id_: str, what: str, *ways: Mischief, part: str = "carrier-wire", **how: Any) -> None:
    def act(stack: Stack, dice: random.Random) -> Iterator[None]:
        proxy = stack.to_web if part == "web-wire" else stack.to_carrier
        proxy.mischief = dice.choice(ways)
        proxy.drop()
        yield
        proxy.mischief = None

    fault(id_, what, part=part, **how)(act)


_mischief("F43", "the carrier refuses connections", Mischief("refuse"))
_mischief("F46", "the carrier's packets vanish", Mischief("hang"), lasting=(6, 9))
# A TLS handshake of ours says about 1,000 bytes, and a POST as much again: each stage is hit.
_mischief(
    "F47",
    "the connection is cut after so many bytes",
    *[Mischief("cut", at) for at in (1, 100, 700, 1200, 1700, 2200)],
    lasting=(1, 2),
)
_mischief(
    "F31w",
    "webhooks do not get through to us",
    Mischief("refuse"),
    Mischief("cut", 200),
    Mischief("hang"),
    part="web-wire",
)


@fault("F64", "a status for nobody's text", part="odd")
def _f64(stack: Stack, dice: random.Random) -> Iterator[None]:
    for _ in range(5):
        _post(stack, "status", told("delivered", reference=uuid.uuid4()), expected=(200, 503))
    yield


@fault("F69b", "forged webhooks", part="odd")
def _f69b(stack: Stack, dice: random.Random) -> Iterator[None]:
    signer, one = Signer.of(stack.carrier), dice.choice(clients(stack.firms[0], 50))
    for how in ({"secret": "s" * 40}, {"payload_hash": "0" * 64}, {"api_key": "0badc0de"}, {"iat": 1}, None):
        body = words("forged quetzal", sender=one.phone, to=stack.numbers[one.firm][0].removeprefix("+"))
        stack.forged.append(body["message_uuid"])
        token = "" if how is None else signer.token(packed(body), **how)
        _post(stack, "inbound", body, token=token, expected=(401, 503, 429))
    yield


@fault("F70", "signed webhooks with nonsense in them", part="odd")
def _f70(stack: Stack, dice: random.Random) -> Iterator[None]:
    whole = words("nonsense quetzal", sender=dice.choice(clients(stack.firms[0], 50)).phone)
    bodies = [b"", b"[]", b"\xff\xfe", b"{", packed({**whole, "message_type": "hologram"}), packed({**whole, "to": 7})]
    bodies += [packed(whole)[: dice.randrange(2, 200)] for _ in range(10)]
    for body in bodies:
        _post(stack, dice.choice(["inbound", "status"]), body, expected=(200, 503))
    yield


@fault("F67", "a burst of clients' texts", part="burst")
def _f67(stack: Stack, dice: random.Random) -> Iterator[None]:
    count = 20 if stack.scale.hasty else 200
    for n in range(count):
        one = dice.choice(clients(stack.firms[n % len(stack.firms)], 100))
        stack.says(one, f"quetzal-{uuid.uuid4().hex[-12:]} burst {n}")
    yield


def _post(stack: Stack, kind: str, body: Any, *, expected: tuple[int, ...], token: str | None = None) -> None:
    """A webhook of our own making. Web may be away just now: that is no answer."""
    raw = packed(body)
    bearer = Signer.of(stack.carrier).token(raw) if token is None else token
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    try:
        status = requests.post(
            f"{stack.web}/texting/webhooks/{kind}", data=raw, headers=headers, timeout=10
        ).status_code
    except requests.RequestException:
        time.sleep(0.1)
        return
    if status not in expected:
        stack.odd.append(f"{kind} {raw[:60]!r} was answered {status}")
