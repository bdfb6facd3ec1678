"""What a host says about its users and firms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unittest import SkipTest
from zoneinfo import available_timezones

from ..messaging.owners import Subject
from ..ports.values import Firm, User
from .known import E164, NOBODYS, Known, ask


class UsersContract:
    """Who is signed in. Give the fixture ``known``."""

    def test_the_signed_in_user_is_a_user_of_the_firm(self, known: Known) -> None:
        reply = ask(known, "Users.current")
        user = reply.a(User)
        reply.must(user.ref == known.user, f"the user with ref {known.user!r}")
        reply.must(user.firm == known.firm, f"a user whose firm is {known.firm!r}")
        reply.must(user.name.strip(), "a user with a name")

    def test_nobody_signed_in_is_none(self, known: Known) -> None:
        if known.signed_out is None:
            raise SkipTest("Known(signed_out=…) was not given: no way to sign out")
        with known.signed_out():
            reply = ask(known, "Users.current")
            reply.must(reply.value is None, "None when nobody is signed in")

    def test_an_action_that_the_host_does_not_know_is_refused(self, known: Known) -> None:
        user = ask(known, "Users.current").a(User)
        reply = ask(known, "Users.may", user, "no.such.action")
        reply.must(reply.value is False, "False")

    def test_whether_a_user_may_is_true_or_false(self, known: Known) -> None:
        user = ask(known, "Users.current").a(User)
        for action in ("conversation.read", "message.send", "settings.edit"):
            ask(known, "Users.may", user, action).a(bool)

    def test_many_objects_are_answered_for_as_each_of_them_is(self, known: Known) -> None:
        user = ask(known, "Users.current").a(User)
        objects = [Subject(known.firm), Subject(known.firm, (known.contact,)), Subject("no such firm")]
        for action in ("conversation.read", "message.send", "no.such.action"):
            each = [ask(known, "Users.may", user, action, one).value for one in objects]
            reply = ask(known, "Users.may_each", user, action, objects)
            reply.must(list(reply.value) == each, f"{each}, as Users.may says of each")
            reply.must(list(ask(known, "Users.may_each", user, action, []).value) == [], "nothing for nothing")

    def test_names_are_found_by_reference_and_unknown_ones_left_out(self, known: Known) -> None:
        reply = ask(known, "Users.names", [known.user, *NOBODYS])
        reply.must(isinstance(reply.value, Mapping), "a mapping")
        reply.must(set(reply.value) <= {known.user}, "only references of users")
        reply.must(all(isinstance(name, str) and name for name in reply.value.values()), "names")

    def test_administrators_are_those_of_the_firm_who_may_change_its_settings(self, known: Known) -> None:
        for firm in filter(None, (known.firm, known.other_firm)):
            reply = ask(known, "Users.administrators", firm)
            for user in reply.some(User):
                reply.must(user.firm == firm, f"users whose firm is {firm!r}")
                reply.must(user.name.strip(), "users with a name")
                may = ask(known, "Users.may", user, "settings.edit").value
                reply.must(may is True, "users who may settings.edit")

    def test_a_firm_that_nobody_knows_has_no_administrators(self, known: Known) -> None:
        for ref in NOBODYS:
            reply = ask(known, "Users.administrators", ref)
            reply.must(not reply.some(User), "an empty list")


class FirmsContract:
    """The firms of the installation. Give the fixture ``known``."""

    def test_a_firm_is_found_by_its_reference(self, known: Known) -> None:
        reply = ask(known, "Firms.get", known.firm)
        firm = reply.a(Firm)
        reply.must(firm.ref == known.firm, f"the firm with ref {known.firm!r}")
        reply.must(firm.name.strip(), "a firm with a name")
        reply.must(firm.zone in available_timezones(), "a firm whose zone is an IANA time zone")
        reply.must(re.fullmatch("[A-Z]{2}", firm.country), "a firm whose country is two capital letters")
        reply.must(firm.availability.allowed or firm.availability.reason, "a reason when texting is not allowed")
        reply.must(
            firm.notifications is None or E164.fullmatch(firm.notifications.number),
            "notifications with a number in E.164, or None",
        )

    def test_the_same_firm_is_equal_each_time(self, known: Known) -> None:
        reply = ask(known, "Firms.get", known.firm)
        reply.must(reply.value == ask(known, "Firms.get", known.firm).value, "an equal value each time")

    def test_a_firm_that_nobody_knows_is_none(self, known: Known) -> None:
        for ref in NOBODYS:
            reply = ask(known, "Firms.get", ref)
            reply.must(reply.value is None, "None")

    def test_two_firms_are_two(self, known: Known) -> None:
        reply = ask(known, "Firms.get", known.others("firm"))
        reply.must(reply.a(Firm).ref == known.other_firm != known.firm, f"the firm with ref {known.other_firm!r}")
