"""Whom a text would go to, where that is easily mistaken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import owners, recipients, relations
from flask_firmtext.messaging.recipients import Opponent, Recipient
from flask_firmtext.ports.values import Side

PHONE = "+13125550101"


def of(host: Any, *, days: int | None, ref: str = "grace", phone: str = PHONE) -> Recipient:
    contacts = host.for_firm("harbor").contacts
    contact, everybody = contacts.get(ref), contacts.by_number(phone)
    refs = [one.ref for one in everybody]
    parts = relations.parts(everybody, owners.matters_of("harbor", refs), relations.told("harbor", everybody))
    last = firmtext.clock.now() - timedelta(days=days) if days is not None else None
    return recipients.of("harbor", phone, contact, everybody, parts, last)


def test_the_end_of_the_number_and_who_else_has_it(host: Any) -> None:
    shown = of(host, days=0)
    assert (shown.name, shown.ending, shown.others) == ("Grace Moss", "0101", ("Henry Moss",))


@pytest.mark.parametrize(("days", "first", "told"), [(None, True, None), (29, False, None), (30, False, 30)])
def test_the_first_text_and_a_long_pause_want_a_second_look(
    host: Any, days: int | None, first: bool, told: int | None
) -> None:
    shown = of(host, days=days, ref="rosa", phone="+13125550100")
    assert (shown.first, shown.days) == (first, told)
    assert shown.careful is (first or told is not None)


def test_who_is_on_the_other_side_and_has_the_same_number_is_always_told(host: Any) -> None:
    assert of(host, days=0).opponents == (Opponent("Henry Moss", "Moss divorce", shares=True),)


def test_who_is_on_the_other_side_is_told_before_a_first_text_and_after_a_pause(host: Any) -> None:
    doe = host.add_contact("harbor", "Pat Doe", "+13125550199")
    host.relate("harbor", host.for_firm("harbor").matters.get("lease"), doe, Side.OPPOSING)
    told = (Opponent("Pat Doe", "Marsh v. Dune Properties", shares=False),)
    for days, opponents in ((None, told), (3, ()), (45, told)):
        assert of(host, days=days, ref="rosa", phone="+13125550100").opponents == opponents


def test_a_closed_matter_has_no_other_side_any_more(host: Any) -> None:
    doe = host.add_contact("harbor", "Pat Doe", "+13125550199")
    host.relate("harbor", host.for_firm("harbor").matters.get("estate"), doe, Side.OPPOSING)
    assert of(host, days=None, ref="rosa", phone="+13125550100").opponents == ()


@pytest.mark.parametrize("verbs", [["contacts_of", "related_to"], ["contacts_of"], ["related_to"]])
def test_a_host_that_cannot_say_costs_the_warning_and_no_page_and_not_in_silence(host: Any, verbs: list[str]) -> None:
    assert not of(host, days=0).unsure
    for verb in verbs:
        host.fault(f"Matters.{verb}", raises=RuntimeError("away"))
    shown = of(host, days=0)
    assert (shown.careful, shown.unsure, shown.against) == (True, True, ())
    assert shown.opponents == () or len(verbs) == 1


def test_five_hundred_matters_are_not_all_asked_about(host: Any) -> None:
    rosa = host.for_firm("harbor").contacts.get("rosa")
    for n in range(500):
        host.add_matter("harbor", f"Matter {n}", client=rosa)
    before = len(host.calls)
    shown = of(host, days=None, ref="rosa", phone="+13125550100")
    asked = [call for call in host.calls[before:] if call == "Matters.contacts_of"]
    assert len(asked) == recipients.LOOKED_AT
    assert (shown.unlooked, shown.unsure) == (501 - recipients.LOOKED_AT, False)


@pytest.mark.parametrize(("others", "unlooked"), [(19, 0), (20, 1)])
def test_only_what_was_not_looked_through_is_said(host: Any, others: int, unlooked: int) -> None:
    rosa = host.for_firm("harbor").contacts.get("rosa")
    for n in range(others):
        host.add_matter("harbor", f"Matter {n}", client=rosa)
    assert of(host, days=None, ref="rosa", phone="+13125550100").unlooked == unlooked
    assert of(host, days=0, ref="rosa", phone="+13125550100").unlooked == 0


def test_one_who_is_on_the_other_side_himself_is_told_every_time(host: Any) -> None:
    host.add_contact("harbor", "Pat Doe", "+13125550199", ref="pat")
    for matter in ("lease", "estate"):
        doe = host.for_firm("harbor").contacts.get("pat")
        host.relate("harbor", host.for_firm("harbor").matters.get(matter), doe, Side.OPPOSING)
    for days in (None, 3, 45):
        shown = of(host, days=days, ref="pat", phone="+13125550199")
        assert [matter.title for matter in shown.against] == ["Marsh v. Dune Properties"]  # the other one is closed
        assert (shown.careful, shown.warned, shown.opponents, shown.first) == (True, True, (), days is None)


def test_one_who_shares_the_number_is_told_once_and_so_is_the_recipient(host: Any) -> None:
    henry = of(host, days=0, ref="henry")
    assert ([matter.title for matter in henry.against], henry.opponents) == (["Moss divorce"], ())


def test_a_related_contact_is_no_reason_for_a_warning(host: Any) -> None:
    lena = host.add_contact("harbor", "Lena Ort", "+13125550178", ref="lena")
    host.relate("harbor", host.for_firm("harbor").matters.get("lease"), lena, role="Witness")
    shown = of(host, days=0, ref="lena", phone="+13125550178")
    assert (shown.careful, shown.against) == (False, ())
    assert [(one.matter.ref, relations.words(one)) for one in shown.matters] == [("lease", "Witness")]
