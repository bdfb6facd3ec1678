"""The contract of a carrier's adapter: what the gateway port promises, as tests against a carrier that is played.

class TestOurCarrier(GatewayContract):
    @pytest.fixture
    def carrier(self):
        return OurCarrier()      # a Carrier, see gateway_carrier
"""
# ruff: noqa: S101 - these are tests that ship

from __future__ import annotations

from dataclasses import replace

from ..errors import (
    CarrierBusy,
    CarrierError,
    CarrierRefused,
    CarrierUnsure,
    Scope,
    WebhookDoubtful,
    WebhookForged,
    WebhookUnreadable,
)
from ..ports.gateway import Again, RawRequest, Reason, StatusKind, Webhooks
from .gateway_carrier import Carrier, Trouble, raised, received, reported, send


class SendingContract:
    """What becomes of a text."""

    def test_accepted_texts_have_ids_of_their_own(self, carrier: Carrier) -> None:
        first, second = send(carrier, "c-1"), send(carrier, "c-2")
        assert first.carrier_id
        assert first.carrier_id != second.carrier_id
        assert carrier.accepted() == ["c-1", "c-2"]

    def test_a_busy_carrier_has_not_taken_the_text(self, carrier: Carrier) -> None:
        for number, trouble in enumerate((Trouble.THROTTLED, Trouble.AWAY)):
            carrier.trouble(trouble)
            reference = f"c-{number}"
            raised(CarrierBusy, lambda reference=reference: send(carrier, reference))  # type: ignore[misc]
            carrier.mend()
        assert carrier.accepted() == []

    def test_a_refused_account_is_not_the_texts_fault(self, carrier: Carrier) -> None:
        for trouble, evidence in ((Trouble.SIGN_IN, "auth"), (Trouble.BALANCE, "balance")):
            carrier.trouble(trouble)
            error = raised(CarrierRefused, lambda: send(carrier, "c-1"))
            assert (error.scope, error.evidence) == (Scope.ACCOUNT, evidence)
            carrier.mend()
        assert carrier.accepted() == []

    def test_a_refused_number_is_not_the_texts_fault(self, carrier: Carrier) -> None:
        carrier.trouble(Trouble.NUMBER)
        error = raised(CarrierRefused, lambda: send(carrier, "c-1"))
        assert (error.scope, error.evidence) == (Scope.NUMBER, "number")

    def test_a_refused_text_has_a_code_that_means_something(self, carrier: Carrier) -> None:
        carrier.trouble(Trouble.TEXT)
        error = raised(CarrierRefused, lambda: send(carrier, "c-1"))
        assert error.scope is Scope.TEXT
        assert carrier.gateway.meaning(error.code).reason is Reason.CARRIER_ERROR
        assert carrier.accepted() == []

    def test_a_text_whose_answer_is_lost_is_unsure_and_posted_once(self, carrier: Carrier) -> None:
        carrier.trouble(Trouble.LOST)
        raised(CarrierUnsure, lambda: send(carrier, "c-1"))
        assert carrier.accepted() == ["c-1"]

    def test_an_error_that_says_nothing_is_unsure(self, carrier: Carrier) -> None:
        carrier.trouble(Trouble.BROKEN)
        assert not raised(CarrierUnsure, lambda: send(carrier, "c-1")).holds_account

    def test_an_answer_that_is_not_the_carriers_holds_the_account(self, carrier: Carrier) -> None:
        carrier.trouble(Trouble.STRANGE)
        assert raised(CarrierUnsure, lambda: send(carrier, "c-1")).holds_account

    def test_a_text_that_cannot_be_built_is_refused_alone(self, carrier: Carrier) -> None:
        for change in ({"text": ""}, {"text": "half \ud83d"}, {"to": "5550123"}, {"to": ""}, {"sender": "Harbor Law"}):
            error = raised(CarrierRefused, lambda change=change: send(carrier, "c-1", **change))  # type: ignore[misc]
            assert (error.evidence, error.scope) == ("local", Scope.TEXT)
            assert carrier.gateway.meaning(error.code).reason is Reason.CARRIER_ERROR
        assert carrier.accepted() == []

    def test_no_error_repeats_the_text_or_the_number(self, carrier: Carrier) -> None:
        for trouble in Trouble:
            carrier.trouble(trouble)
            error = raised(CarrierError, lambda: send(carrier, "c-1", text="canary-8151"))
            carrier.mend()
            told = f"{error!r} {error} {vars(error)} {error.__cause__!r} {error.__context__!r}"
            assert "canary-8151" not in told
            assert carrier.phone[1:] not in told

    def test_the_text_after_a_failure_goes_out(self, carrier: Carrier) -> None:
        for trouble in Trouble:
            carrier.trouble(trouble)
            raised(CarrierError, lambda: send(carrier, "failed"))
            carrier.mend()
            assert send(carrier, f"after-{trouble}").carrier_id


class WebhooksContract:
    """What the carrier tells us."""

    def test_a_clients_text_is_read(self, carrier: Carrier) -> None:
        event = received(carrier, carrier.texted("Grüße 👋"))
        assert (event.sender, event.to, event.text) == (carrier.phone, carrier.number, "Grüße 👋")
        assert event.at is None or event.at.tzinfo is not None

    def test_a_repeat_has_the_same_digest_and_another_text_another(self, carrier: Carrier) -> None:
        request = carrier.texted("yes")
        again, other = received(carrier, request), received(carrier, carrier.texted("yes"))
        assert received(carrier, request).digest == again.digest != other.digest
        assert again.carrier_id != other.carrier_id

    def test_a_delivered_text_is_reported_with_our_reference(self, carrier: Carrier) -> None:
        receipt = send(carrier, "c-1")
        events = reported(carrier, "c-1")
        assert {(event.carrier_id, event.reference) for event in events} == {(receipt.carrier_id, "c-1")}
        assert events[-1].kind is StatusKind.DELIVERED
        assert len({event.digest for event in events}) == len(events)

    def test_the_carriers_own_block_is_an_opt_out(self, carrier: Carrier) -> None:
        send(carrier, "c-1", to=carrier.stopped)
        event = reported(carrier, "c-1")[-1]
        assert event.kind is StatusKind.FAILED
        assert event.meaning is not None
        assert event.meaning.opted_out
        assert event.meaning.again is Again.NOT_AS_IT_IS

    def test_a_call_names_the_number_that_rings(self, carrier: Carrier) -> None:
        request = carrier.called()
        carrier.gateway.verify(request)
        assert carrier.gateway.called(request) == carrier.number

    def test_a_call_that_names_no_number_is_none(self, carrier: Carrier) -> None:
        for body in (b"", b"{", b"[]", b"null", b"{}", b'{"to": 1}', b'{"to": "me"}', b"\xff", b"[" * 100_000):
            assert carrier.gateway.called(RawRequest("POST", {}, body)) is None
        assert carrier.gateway.called(RawRequest("GET", {}, b"")) is None

    def test_words_are_said_in_a_form_that_holds_them(self, carrier: Carrier) -> None:
        speech = carrier.gateway.say("Grüße: this number takes texts only.")
        assert "Grüße: this number takes texts only." in speech.body
        assert "/" in speech.media_type

    def test_another_body_under_the_same_signature_is_forged(self, carrier: Carrier) -> None:
        request = carrier.texted("canary-a")
        other = replace(request, body=request.body.replace(b"canary-a", b"canary-b"))
        raised(WebhookForged, lambda: carrier.gateway.verify(other))

    def test_a_signature_of_somebody_else_is_forged(self, carrier: Carrier) -> None:
        for header in ("Bearer x", "Bearer a.b.c", "Basic Zm9vOmJhcg==", "x" * 5000):
            request = replace(carrier.texted("no"), headers={"authorization": header})
            raised(WebhookForged, lambda request=request: carrier.gateway.verify(request))  # type: ignore[misc]

    def test_an_unsigned_text_to_a_number_is_doubtful_and_names_the_number(self, carrier: Carrier) -> None:
        request = replace(carrier.texted("no"), headers={})
        error = raised(WebhookDoubtful, lambda: carrier.gateway.verify(request))
        assert (error.reason, error.to) == ("unsigned", carrier.number)

    def test_what_cannot_be_read_is_said_to_be_unreadable(self, carrier: Carrier) -> None:
        for body in (b"", b"{", b"[]", b"null", b"{}", b'{"to": 1}', b"\xff", b"[" * 100_000):
            for kind in ("inbound", "status"):
                request = RawRequest("POST", {}, body)
                raised(WebhookUnreadable, lambda r=request, k=kind: carrier.gateway.parse(r, k))  # type: ignore[misc]


class AccountContract:
    """Files, numbers, and the account itself."""

    def test_a_file_of_a_text_is_fetched_whole(self, carrier: Carrier) -> None:
        content = bytes(range(256)) * 1000
        event = received(carrier, carrier.texted("see picture", content))
        (medium,) = event.media
        with carrier.gateway.fetch_media(medium.url) as file:
            assert file.read() == content

    def test_a_file_elsewhere_is_not_fetched(self, carrier: Carrier) -> None:
        for url in ("https://example.net/x", "http://127.0.0.1/x", "file:///etc/passwd", "", "https://[::1]/x"):
            error = raised(CarrierRefused, lambda url=url: carrier.gateway.fetch_media(url).__enter__())  # type: ignore[misc]
            assert error.evidence == "host"

    def test_the_probe_says_whether_we_are_known(self, carrier: Carrier) -> None:
        carrier.gateway.probe()
        carrier.trouble(Trouble.SIGN_IN)
        assert raised(CarrierRefused, carrier.gateway.probe).scope is Scope.ACCOUNT

    def test_a_number_is_found_bought_linked_and_released(self, carrier: Carrier) -> None:
        gateway = carrier.gateway
        offer = gateway.search("US", size=3)[0]
        assert {"SMS", "MMS", "VOICE"} <= offer.features
        for verb in (gateway.buy, gateway.buy, gateway.link, gateway.link):
            verb(offer.e164, "US")
        assert {number.e164: number.linked for number in gateway.owned()}[offer.e164]
        for verb in (gateway.release, gateway.release):
            verb(offer.e164, "US")
        assert offer.e164 not in {number.e164 for number in gateway.owned()}

    def test_one_number_is_found_by_itself(self, carrier: Carrier) -> None:
        found = carrier.gateway.find(carrier.number)
        assert found is not None
        assert found in carrier.gateway.owned()
        assert (found.e164, found.linked) == (carrier.number, True)
        for other in (carrier.taken, carrier.number[:-1], carrier.number + "0", "", "+", "canary"):
            assert carrier.gateway.find(other) is None

    def test_a_number_is_found_from_its_purchase_to_its_release(self, carrier: Carrier) -> None:
        gateway = carrier.gateway
        e164 = gateway.search("US", size=1)[0].e164
        seen = [gateway.find(e164)]
        for verb in (gateway.buy, gateway.link, gateway.release):
            verb(e164, "US")
            seen.append(gateway.find(e164))
        assert [found and found.linked for found in seen] == [None, False, True, None]

    def test_our_application_comes_to_point_where_it_is_told(self, carrier: Carrier) -> None:
        gateway = carrier.gateway
        for host in ("one.example", "one.example", "two.example"):
            webhooks = Webhooks(*(f"https://{host}/texting/{kind}" for kind in ("inbound", "status", "answer")))
            gateway.point(webhooks)
            assert gateway.pointed() == webhooks

    def test_pointing_changes_neither_credentials_nor_numbers(self, carrier: Carrier) -> None:
        carrier.gateway.point(Webhooks("https://a.example/1", "https://a.example/2", "https://a.example/3"))
        carrier.gateway.probe()
        assert send(carrier, "c-1").carrier_id
        e164 = carrier.gateway.search("US", size=1)[0].e164
        carrier.gateway.buy(e164, "US")
        assert carrier.gateway.find(e164)

    def test_somebody_elses_number_is_taken(self, carrier: Carrier) -> None:
        assert raised(CarrierRefused, lambda: carrier.gateway.buy(carrier.taken, "US")).code == "taken"
        assert raised(CarrierRefused, lambda: carrier.gateway.link(carrier.taken, "US")).scope is Scope.NUMBER

    def test_a_code_that_nobody_knows_is_an_unknown_error(self, carrier: Carrier) -> None:
        for code in (None, "", "999999", "ünïcode"):
            meaning = carrier.gateway.meaning(code)
            assert (meaning.reason, meaning.again) == (Reason.UNKNOWN_ERROR, Again.UNSURE)


class GatewayContract(SendingContract, WebhooksContract, AccountContract):
    """Every verb of a gateway. Subclass it and give the fixture ``carrier``, a :class:`Carrier`."""
