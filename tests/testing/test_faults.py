"""A host that goes wrong on demand."""

from __future__ import annotations

import time

import pytest

from flask_firmtext.testing import harbor_and_summit
from flask_firmtext.testing.faults import VERBS


@pytest.fixture
def host():
    return harbor_and_summit()


@pytest.fixture
def contacts(host):
    return host.for_firm("harbor").contacts


def test_a_verb_raises_until_it_is_mended(host, contacts):
    host.fault("Contacts.get", raises=OSError("away"))
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            contacts.get("rosa")
    host.mend()
    assert contacts.get("rosa").name == "Rosa Marsh"


def test_a_fault_lasts_as_many_calls_as_it_was_told(host, contacts):
    host.fault("Contacts.get", returns=None, times=2)
    assert [contacts.get("rosa") is None for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("lie", [None, 17, "Rosa", ()])
def test_a_verb_returns_what_it_must_not(host, contacts, lie):
    host.fault("Contacts.by_number", returns=lie)
    assert contacts.by_number("+13125550100") == lie


def test_a_slow_verb_answers_late_and_right(host, contacts):
    host.fault("Contacts.search", seconds=0.05, times=1)
    began = time.monotonic()
    assert contacts.search("rosa")
    assert time.monotonic() - began >= 0.05


def test_a_verb_may_do_its_work_and_die_before_it_answers(host):
    host.fault("TimeEntries.add", raises_after=OSError("gone"), times=1)
    add = host.for_firm("harbor").time_entries.add
    with pytest.raises(OSError, match="gone"):
        add("staff@harbor.example", "lease", 6, None, "Texts", token="t1")
    ref = add("staff@harbor.example", "lease", 6, None, "Texts", token="t1")
    assert list(host.files("harbor").time_entries) == [ref]


def test_a_verb_may_do_something_else_first(host, contacts):
    done = []
    host.fault("Contacts.get", does=lambda: done.append("committed"))
    assert contacts.get("rosa")
    assert done == ["committed"]


def test_a_verb_that_no_port_has_cannot_go_wrong(host):
    with pytest.raises(ValueError, match=r"no port has 'Contacts\.find'; there are Calendar\.event"):
        host.fault("Contacts.find", returns=None)


def test_every_verb_of_every_port_can_go_wrong(host):
    ports = host.for_firm("harbor")
    objects = {
        "Users": host.users,
        "Firms": host.firms,
        "Contacts": ports.contacts,
        "Matters": ports.matters,
        "Documents": ports.documents,
        "TimeEntries": ports.time_entries,
        "Payments": ports.payments,
        "Calendar": ports.calendar,
    }
    assert len(VERBS) == 29
    for verb in VERBS:
        port, _, name = verb.partition(".")
        host.fault(verb, raises=RuntimeError(verb))
        method = getattr(objects[port], name)
        count = method.__wrapped__.__code__.co_argcount - 1
        token = {"token": "t"} if "token" in method.__wrapped__.__code__.co_varnames else {}
        with pytest.raises(RuntimeError, match=verb):
            method(*[None] * count, **token)


def test_calls_are_counted_in_order(host, contacts):
    contacts.get("rosa")
    host.users.current()
    contacts.by_number("+13125550100")
    assert host.calls == ["Contacts.get", "Users.current", "Contacts.by_number"]


def test_a_fault_in_one_verb_leaves_the_others_alone(host, contacts):
    host.fault("Contacts.by_number", raises=OSError("away"))
    assert list(contacts.by_numbers(["+13125550101"])["+13125550101"])
