"""Whose words a client gets, and what operators change about them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from evidence import everything, rows
from flask_firmtext.current import firmtext
from flask_firmtext.errors import FormRefused
from flask_firmtext.firm import templates
from flask_firmtext.firm.details import Details
from flask_firmtext.firm.templates import Source
from flask_firmtext.firm.templates_words import LANGUAGES, OURS, Kind
from flask_firmtext.ports.values import Firm
from flask_firmtext.store.models import Audit, Template
from flask_firmtext.store.transactions import own, reading
from office import Statements
from racing import race

REACH = "[ Call {contact_phone}.][ Write to {contact_email}.]"
OURS_FOR_ALL = f"{{firm}}: {{title}} is off.{REACH}"
HARBORS = f"{{firm}} here. {{title}} is off.{REACH}"
BOTH = Details("front@harbor.example", "+13125550190")


def change(firm: str, body: str, kind: Kind = Kind.CANCELLED, language: str = "en") -> bool:
    with own() as session:
        return templates.change(session, firm, kind, language, body, by="cli:olga")


def reset(firm: str, kind: Kind = Kind.CANCELLED, language: str = "en") -> bool:
    with own() as session:
        return templates.reset(session, firm, kind, language, by="cli:olga")


def words(firm: str, language: str | None = "en", kind: Kind = Kind.CANCELLED) -> templates.Wording:
    with reading() as session:
        return templates.words(session, kind, language, firm)


def test_a_firm_has_our_words_until_somebody_writes_others(app: Any) -> None:
    assert words("harbor") == templates.Wording(Kind.CANCELLED, "en", OURS[Kind.CANCELLED, "en"])
    change("", OURS_FOR_ALL)
    found = words("harbor")
    assert (found.body, found.source, found.changed_by) == (OURS_FOR_ALL, Source.INSTALLATION, "cli:olga")
    change("harbor", HARBORS)
    assert (words("harbor").body, words("harbor").source) == (HARBORS, Source.FIRM)
    assert words("summit").body == OURS_FOR_ALL
    assert words("").body == OURS_FOR_ALL


def test_a_firms_words_win_whichever_was_written_first(app: Any) -> None:
    change("harbor", HARBORS)
    change("", OURS_FOR_ALL)
    assert words("harbor").body == HARBORS


def test_words_in_one_language_leave_the_others_alone(app: Any) -> None:
    change("harbor", HARBORS)
    assert words("harbor", "fr").body == OURS[Kind.CANCELLED, "fr"]
    assert words("harbor", kind=Kind.REMINDER).body == OURS[Kind.REMINDER, "en"]


@pytest.mark.parametrize(
    ("tag", "language"),
    [("fr", "fr"), ("fr-CA", "fr"), ("es_MX", "es"), ("ES", "es"), ("de", "en"), (None, "en"), ("", "en"), ("-", "en")],
)
def test_a_client_gets_the_language_that_we_have(app: Any, tag: str | None, language: str) -> None:
    assert words("harbor", tag).language == language


def test_taking_words_back_brings_the_next_ones(app: Any) -> None:
    change("", OURS_FOR_ALL)
    change("harbor", HARBORS)
    assert reset("harbor") is True
    assert words("harbor").body == OURS_FOR_ALL
    assert reset("") is True
    assert words("harbor").source is Source.OURS


def test_the_same_words_again_change_nothing(app: Any) -> None:
    assert change("harbor", HARBORS) is True
    before = everything()
    assert change("harbor", HARBORS) is False
    assert reset("harbor", language="fr") is False
    assert everything() == before


def test_other_words_replace_the_row_and_say_by_whom_and_when(app: Any) -> None:
    change("harbor", HARBORS)
    (first,) = rows(Template)
    with own() as session:
        templates.change(session, "harbor", Kind.CANCELLED, "en", OURS_FOR_ALL, by="cli:otto")
    (second,) = rows(Template)
    assert (second.id, second.body, second.changed_by) == (first.id, OURS_FOR_ALL, "cli:otto")
    assert second.changed_at >= first.changed_at


def test_every_change_is_in_the_audit_and_in_its_transaction(app: Any) -> None:
    change("harbor", HARBORS)
    (row,) = rows(Template)
    reset("harbor")
    new = templates.hashed(HARBORS)
    noted = sorted(rows(Audit), key=lambda one: one.id)
    assert [
        (one.action, one.firm, one.actor, one.object_table, one.object_id, one.was, one.became, one.evidence)
        for one in noted
    ] == [
        ("template.set", "harbor", "cli:olga", "firmtext_template", str(row.id), None, new, "cancelled en"),
        ("template.reset", "harbor", "cli:olga", "firmtext_template", str(row.id), new, None, "cancelled en"),
    ]


def test_what_is_rolled_back_leaves_no_words_and_no_audit(app: Any) -> None:
    before = everything()
    with own() as session:
        assert templates.change(session, "harbor", Kind.CANCELLED, "en", HARBORS, by="cli:olga")
        session.rollback()
    assert everything() == before


def test_unfit_words_are_refused_whoever_brings_them(app: Any) -> None:
    before = everything()
    with pytest.raises(FormRefused, match=r"line 2: There is no field \{judge\}"):
        change("harbor", f"{HARBORS}\n{{judge}}")
    assert everything() == before


def test_one_of_a_firms_words_or_all_are_one_look_up(app: Any) -> None:
    change("harbor", HARBORS)
    with Statements(app) as statements, reading() as session:
        found = templates.in_force(session, "harbor")
        templates.words(session, Kind.CREATED, "fr", "harbor")
    assert len(statements.seen) == 2
    assert set(found) == set(OURS)
    assert [wording.body for wording in found.values() if wording.source is Source.FIRM] == [HARBORS]


def test_a_preview_is_what_a_client_would_read(app: Any, firm: Firm) -> None:
    change("harbor", HARBORS)
    with reading() as session:
        read = templates.preview(session, firm, BOTH, Kind.CANCELLED, "en")
    assert read == "Harbor Law here. First consultation is off. Call (312) 555-0190. Write to front@harbor.example."


@pytest.mark.parametrize(
    ("details", "said", "unsaid"),
    [
        (BOTH, ["(312) 555-0190", "front@harbor.example"], []),
        (Details(email="front@harbor.example"), ["front@harbor.example"], ["555", "Call", "Tel.", "Tél."]),
        (Details(phone="+13125550190"), ["(312) 555-0190"], ["@", "Write", "Courriel", "Correo"]),
    ],
)
def test_every_preview_has_the_firm_its_details_and_no_syntax(
    app: Any, firm: Firm, details: Details, said: list[str], unsaid: list[str]
) -> None:
    with reading() as session:
        shown = templates.previews(session, firm, details)
    assert list(shown) == list(LANGUAGES)
    for language, kinds in shown.items():
        assert list(kinds) == list(Kind)
        for kind, text in kinds.items():
            assert text.startswith("Harbor Law"), (language, kind)
            assert all(one in text for one in said), text
            assert not any(one in text for one in [*unsaid, "{", "}", "[", "]"]), text


def test_previews_are_one_look_up(app: Any, firm: Firm) -> None:
    with Statements(app) as statements, reading() as session:
        templates.previews(session, firm, BOTH)
    assert len(statements.seen) == 1


def test_the_sample_is_two_weeks_from_now_in_the_clients_words(
    app: Any, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firmtext.clock, "now", lambda: datetime(2026, 7, 20, 12, tzinfo=UTC))
    with reading() as session:
        read = [templates.preview(session, firm, Details(), Kind.REMINDER, language) for language in LANGUAGES]
        changed = templates.preview(session, firm, Details(), Kind.UPDATED, "es")
    assert "First consultation, Mon, Aug 3, 10:30 AM, 1200 Market Street, Suite 400." in read[0]
    assert "Première consultation, lun. 3 aout, 10 h 30, 1200, rue du Marché, bureau 400." in read[1]
    assert "Primera consulta, lun, 3 de ago, 10:30 a.m., 1200 Market Street, oficina 400." in read[2]
    assert "Fecha: lun, 3 de ago, 10:30 a.m. (antes dom, 2 de ago, 9:00 a.m.)" in changed


def test_a_firms_name_is_shown_letter_for_letter(app: Any) -> None:
    odd = Firm("harbor", "{title} & [Sons] <LLP>", "UTC")
    with reading() as session:
        assert templates.preview(session, odd, BOTH, Kind.CREATED, "en").startswith("{title} & [Sons] <LLP>: ")


def test_many_who_write_at_once_leave_one_row_and_say_each_change(app: Any) -> None:
    bodies = [f"{HARBORS} {number}" for number in range(8)]
    assert race(app, *(partial(change, "harbor", body) for body in bodies)) == [True] * len(bodies)
    (row,) = rows(Template)
    assert row.body in bodies
    assert len(rows(Audit)) == len(bodies)


def test_what_is_shown_of_a_firm_and_its_clients_is_stored_nowhere(app: Any, firm: Firm) -> None:
    change("harbor", HARBORS)
    before = everything()
    with reading() as session:
        shown = templates.previews(session, firm, BOTH)
    assert everything() == before
    written = repr(before)
    assert not [one for kinds in shown.values() for one in kinds.values() if one in written]
    assert not [one for one in (firm.name, BOTH.email, BOTH.phone, "(312) 555-0190") if str(one) in written]


def test_an_operators_words_stand_in_one_row_only(app: Any) -> None:
    change("harbor", HARBORS)
    change("harbor", OURS_FOR_ALL)
    assert {name for name, lines in everything().items() if "is off" in repr(lines)} == {"firmtext_template"}
    assert "here. {title}" not in repr(everything())
