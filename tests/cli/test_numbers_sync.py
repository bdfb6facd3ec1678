"""``numbers sync``: the carrier's list compared with ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from evidence import kept, rows
from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierBusy, CarrierRefused, CarrierUnsure, Scope
from flask_firmtext.firm import orders, provisioning
from flask_firmtext.messaging import receiving
from flask_firmtext.ports.gateway import OwnedNumber, Webhooks
from flask_firmtext.store.models import Audit, Message, Number, Quarantine
from flask_firmtext.store.transactions import own
from ordering import gone_on, number, numbers, order_by_id, turned_on
from rows import accepted, adopt

HARBOR, OTHER, FOR_SALE = "+18335550100", "+18335550101", "+18445550100"
ROSA, STRANGER = "+13125550100", "+13125550199"

Cli = Callable[..., Any]


@pytest.fixture
def app(new_app: Any) -> Any:
    made = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_PUBLIC_URL="https://practice.example",
        FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
    )
    with made.app_context():
        yield made


@pytest.fixture
def carrier(app: Any) -> Any:
    """A carrier whose account has Harbor's number and no other, all in order."""
    gateway = firmtext.gateway
    gateway.point(provisioning.webhooks())
    del gateway.numbers[OTHER]
    adopt()
    return gateway


def synced(cli: Cli, *arguments: str, code: int) -> list[dict[str, Any]]:
    result = cli("numbers", "sync", "--json", *arguments)
    assert result.exit_code == code, result.output
    return list(json.loads(result.stdout))


def kinds(found: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    return [(row["difference"], row["number"], row["state"]) for row in found]


def mended(cli: Cli, difference: str, number: str | None) -> None:
    """This differs, and is mended, and then nothing differs."""
    assert kinds(synced(cli, code=1)) == [(difference, number, "differs")]
    assert kinds(synced(cli, "--fix", "--yes", code=0)) == [(difference, number, "mended")]
    assert synced(cli, "--fix", code=0) == []


def test_nothing_differs(cli: Cli, carrier: Any) -> None:
    assert synced(cli, code=0) == []
    result = cli("numbers", "sync")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Nothing differs.\n")


def test_every_difference_has_the_same_keys(cli: Cli, carrier: Any) -> None:
    carrier.numbers[OTHER] = OwnedNumber(OTHER, "US")
    (row,) = synced(cli, code=1)
    assert list(row) == ["difference", "number", "firm", "state", "seen", "mend", "why"]


def test_a_number_that_nobody_ordered_waits_for_a_person(cli: Cli, carrier: Any) -> None:
    """It may be that of a firm that had text notifications before: in the pool, another firm would get it."""
    carrier.numbers[OTHER] = OwnedNumber(OTHER, "US")
    assert kinds(synced(cli, "--fix", "--yes", code=1)) == [("unknown_here", OTHER, "differs")]
    assert numbers("") == []
    assert f"numbers link {OTHER}" in synced(cli, code=1)[0]["seen"]
    assert cli("numbers", "link", OTHER, "--yes").exit_code == 0
    assert synced(cli, code=0) == []
    assert number("").state == "linked"
    assert carrier.numbers[OTHER].linked


def test_a_number_that_an_order_has_bought_goes_to_its_firm(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierUnsure("timeout"), verb="buy", times=orders.PATIENCE)
    placed = turned_on("summit")
    assert gone_on(placed, times=orders.PATIENCE).state == "failed"
    carrier.buy(FOR_SALE, "US")
    (row,) = synced(cli, code=1)
    assert (row["firm"], row["mend"]) == ("summit", "finish the order for summit that bought it")
    mended(cli, "unknown_here", FOR_SALE)
    assert (number("summit").e164, order_by_id(placed).state) == (FOR_SALE, "done")


def test_an_order_of_the_pool_that_failed_for_another_reason_is_left_alone(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("balance", scope=Scope.ACCOUNT), verb="buy")
    cli("numbers", "buy", "--yes")
    carrier.numbers[OTHER] = OwnedNumber(OTHER, "US")
    assert cli("numbers", "link", OTHER, "--yes").exit_code == 0
    assert FOR_SALE not in carrier.numbers, "nobody asked to buy it again"


def test_of_two_orders_of_the_pool_the_one_goes_on_that_has_the_number(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("auth", "401", scope=Scope.ACCOUNT), verb="link")
    carrier.fail(CarrierRefused("auth", "401", scope=Scope.ACCOUNT), verb="buy")
    cli("numbers", "buy", "--count", "2", "--yes")
    bought = number("").e164
    mended(cli, "not_linked", bought)
    assert [row["state"] for row in json.loads(cli("numbers", "list", "--orders", "--json").stdout)] == ["failed"]


def test_numbers_that_are_not_toll_free_are_none_of_our_business(cli: Cli, carrier: Any) -> None:
    carrier.numbers["+13125550142"] = OwnedNumber("+13125550142", "US", frozenset({"VOICE"}))
    assert synced(cli, code=0) == []


def test_a_number_that_the_account_has_lost_is_told_and_not_mended(cli: Cli, carrier: Any) -> None:
    carrier.numbers.clear()
    (row,) = synced(cli, "--fix", "--yes", code=1)
    assert (row["difference"], row["number"], row["firm"], row["mend"]) == ("missing_there", HARBOR, "harbor", None)
    assert number().state == "verified"


def test_a_number_that_is_not_linked_is_linked(cli: Cli, carrier: Any) -> None:
    carrier.numbers[HARBOR] = OwnedNumber(HARBOR, "US", linked=False)
    mended(cli, "not_linked", HARBOR)
    assert carrier.numbers[HARBOR].linked
    assert number().state == "verified"


def test_a_number_that_was_never_checked_is_checked(cli: Cli, carrier: Any) -> None:
    rewrite(state="bought")
    mended(cli, "not_linked", HARBOR)
    assert number().state == "verified"


def test_a_number_whose_order_stands_still_goes_on_with_it(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierRefused("auth", "401", scope=Scope.ACCOUNT), verb="link")
    placed = turned_on("summit")
    assert gone_on(placed).step == "link"
    mended(cli, "not_linked", FOR_SALE)
    assert order_by_id(placed).state == "done"


def test_a_number_that_was_given_back_and_is_still_there_is_given_back_again(cli: Cli, carrier: Any) -> None:
    rewrite(state="released", main=False, release_at=firmtext.clock.now())
    mended(cli, "still_owned", HARBOR)
    assert carrier.numbers == {}


def test_a_number_that_came_back_after_its_release_was_confirmed_is_left_to_a_person(cli: Cli, carrier: Any) -> None:
    rewrite(state="released", main=False)
    found = synced(cli, "--fix", "--yes", code=1)
    assert kinds(found) == [("still_owned", HARBOR, "differs")]
    assert HARBOR in carrier.numbers


@pytest.mark.parametrize(
    "elsewhere",
    [None, Webhooks("https://old.example/in", "https://practice.example/texting/webhooks/status", "")],
)
def test_an_application_that_points_elsewhere_is_pointed_here(
    cli: Cli, carrier: Any, elsewhere: Webhooks | None
) -> None:
    carrier.pointed_at = elsewhere
    assert "inbound" in synced(cli, code=1)[0]["seen"]
    mended(cli, "webhooks", None)
    assert carrier.pointed_at == provisioning.webhooks()


def test_where_it_points_instead_is_said_without_a_password(cli: Cli, carrier: Any) -> None:
    carrier.pointed_at = Webhooks("https://me:geheim@old.example/in", "https://[broken", "")
    (row,) = synced(cli, code=1)
    assert "old.example" in row["seen"]
    assert "geheim" not in row["seen"]


def test_without_a_public_address_a_person_decides(cli: Cli, carrier: Any, app: Any) -> None:
    app.extensions["firmtext"].settings.public_url = None
    (row,) = synced(cli, "--fix", "--yes", code=1)
    assert "FIRMTEXT_PUBLIC_URL" in row["seen"]


def test_what_cannot_be_mended_says_why_and_the_rest_is_mended(cli: Cli, carrier: Any) -> None:
    carrier.numbers[HARBOR] = OwnedNumber(HARBOR, "US", linked=False)
    carrier.pointed_at = None
    carrier.fail(CarrierRefused("number", scope=Scope.NUMBER, code="calls_elsewhere"), verb="link")
    with own() as session:
        provisioning.adopt(session, firm="summit", number=OTHER)
    found = synced(cli, "--fix", "--yes", code=1)
    assert kinds(found) == [
        ("missing_there", OTHER, "stands"),
        ("not_linked", HARBOR, "stands"),
        ("webhooks", None, "mended"),
    ]
    assert [row["why"] for row in found] == ["a person has to decide", "number", None]


def test_a_carrier_that_is_away_is_one_line(cli: Cli, carrier: Any) -> None:
    carrier.fail(CarrierBusy("connect"), verb="owned")
    result = cli("numbers", "sync", "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "Error: connect\n")


def test_off_a_terminal_fixing_needs_yes_and_changes_nothing_without(cli: Cli, carrier: Any) -> None:
    carrier.pointed_at = None
    result = cli("numbers", "sync", "--fix")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "point it to our addresses" in result.stderr
    assert carrier.pointed_at is None


def test_a_text_that_came_before_its_number_was_known_is_taken_in(cli: Cli, carrier: Any) -> None:
    accepted("Hello")
    rewrite(state="released")
    receive(carrier, ROSA, "An early answer")
    assert [reason for _, reason, _ in kept()] == ["number_unknown"]
    (row,) = synced(cli, code=1)
    assert row["difference"] == "still_owned", "a number that was given back takes no text in"
    rewrite(state="verified")
    (row,) = synced(cli, code=1)
    assert row["seen"].startswith("1 texts of clients")
    assert row["firm"] == "harbor"
    mended(cli, "kept_texts", HARBOR)
    assert kept() == []
    assert len(rows(Message, Message.direction == "in")) == 1
    assert [row.actor[:4] for row in rows(Audit, Audit.action == "quarantine.replay")] == ["cli:"]


def test_a_text_of_a_stranger_stays_kept_and_is_the_firms_by_then(cli: Cli, carrier: Any) -> None:
    rewrite(state="released")
    receive(carrier, STRANGER, "Who are you?")
    rewrite(state="verified")
    mended(cli, "kept_texts", HARBOR)
    assert [(row.firm, row.reason) for row in rows(Quarantine)] == [("harbor", "stranger")]
    assert "Who are you?" in kept()[0][2]


def test_a_text_for_a_number_of_the_pool_waits_for_a_firm(cli: Cli, carrier: Any) -> None:
    receive(carrier, ROSA, "Hello", to=OTHER)
    carrier.numbers[OTHER] = OwnedNumber(OTHER, "US")
    assert cli("numbers", "link", OTHER, "--yes").exit_code == 0
    assert len(kept()) == 1


def test_a_text_that_cannot_be_decrypted_stays_and_stops_no_other(cli: Cli, carrier: Any) -> None:
    accepted("Hello")
    rewrite(state="released")
    for words in ("one", "two"):
        receive(carrier, ROSA, words)
    rewrite(state="verified")
    broken = rows(Quarantine)[0].id
    with own() as session:
        session.execute(update(Quarantine).where(Quarantine.id == broken).values(body=b"\x01broken"))
    mended(cli, "kept_texts", HARBOR)
    assert [row.id for row in rows(Quarantine)] == [broken]


def receive(carrier: Any, sender: str, words: str, *, to: str = HARBOR) -> None:
    receiving.receive(carrier.webhooks.text(sender, to, words), "inbound")


def rewrite(**columns: Any) -> None:
    with own() as session:
        session.execute(update(Number).where(Number.e164 == HARBOR).values(**columns))
