"""``templates export|import``: all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from evidence import everything, rows
from flask_firmtext.firm.templates_words import LANGUAGES, OURS, Kind
from flask_firmtext.store.models import Audit, Template

Cli = Callable[..., Any]
REACH = "[ Call {contact_phone}.][ Write to {contact_email}.]"
WORDS = f"{{firm}}: {{title}} on {{date}} is off.{REACH}"
FRENCH = f"{{firm}} : {{title}}, {{date}} : annulé.{REACH}"


def entry(body: Any = WORDS, kind: Any = "cancelled", language: Any = "en", firm: Any = None) -> dict[str, Any]:
    return {"kind": kind, "language": language, "firm": firm, "body": body}


EXPORT = [entry(), entry(FRENCH, language="fr", firm="harbor"), entry(firm="summit")]


def brought(cli: Cli, content: Any, *arguments: str, code: int = 0) -> Any:
    """What an import of ``content`` answered."""
    given = content if isinstance(content, str) else json.dumps(content)
    result = cli("templates", "import", "-", "--json", *arguments, input=given)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def exported(cli: Cli, *arguments: str) -> list[dict[str, Any]]:
    result = cli("templates", "export", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return list(json.loads(result.stdout))


def keys(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: one[name] for name in ("kind", "language", "firm")} for one in content]


def test_what_was_exported_can_be_imported_elsewhere(cli: Cli) -> None:
    assert exported(cli) == []
    answer = brought(cli, EXPORT, "--yes")
    assert answer == {"set": keys(EXPORT), "skipped": [], "faults": []}
    assert exported(cli) == EXPORT
    assert exported(cli, "--json") == EXPORT
    assert exported(cli, "--firm", "harbor") == [EXPORT[1]]
    assert exported(cli, "--firm", "harbor", "--json") == [EXPORT[1]]


def test_the_mark_that_an_editor_puts_first_is_no_fault(cli: Cli) -> None:
    result = cli("templates", "import", "-", "--yes", input=b"\xef\xbb\xbf" + json.dumps(EXPORT).encode())
    assert result.exit_code == 0, result.output
    assert exported(cli) == EXPORT


def test_every_template_that_was_set_is_in_the_audit(cli: Cli) -> None:
    brought(cli, EXPORT, "--yes")
    noted = sorted((one.firm, one.action, one.evidence) for one in rows(Audit, Audit.action != "command.run"))
    assert noted == [
        ("", "template.set", "cancelled en"),
        ("harbor", "template.set", "cancelled fr"),
        ("summit", "template.set", "cancelled en"),
    ]


def test_the_same_import_again_changes_nothing_and_asks_nothing(cli: Cli) -> None:
    brought(cli, EXPORT, "--yes")
    before = everything()
    answer = brought(cli, EXPORT)
    assert answer["set"] == []
    assert answer["skipped"] == [{**one, "why": "set already"} for one in keys(EXPORT)]
    assert everything() == before


def test_only_what_differs_is_set_and_the_rest_stays(cli: Cli) -> None:
    brought(cli, EXPORT, "--yes")
    other = f"{WORDS} Sorry."
    answer = brought(cli, [EXPORT[0], entry(other, firm="summit")], "--yes")
    assert (answer["set"], [one["firm"] for one in answer["skipped"]]) == (keys([EXPORT[2]]), [None])
    assert exported(cli) == [EXPORT[0], EXPORT[1], entry(other, firm="summit")]


def test_a_dry_run_says_what_would_be_set_and_sets_nothing(cli: Cli) -> None:
    before = everything()
    assert brought(cli, EXPORT, "--dry-run")["set"] == keys(EXPORT)
    result = cli("templates", "import", "-", "--dry-run", input=json.dumps(EXPORT))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Would set cancelled (fr) of the firm harbor.\n" in result.stderr
    assert result.stderr.endswith("3 to set, 0 as they were.\n")
    assert everything() == before


def test_nothing_is_imported_off_a_terminal_without_yes(cli: Cli) -> None:
    before = everything()
    assert cli("templates", "import", "-", input=json.dumps(EXPORT)).exit_code == 2
    assert everything() == before


def test_our_own_words_can_be_imported(cli: Cli) -> None:
    brought(cli, [entry(OURS[kind, language], kind, language) for kind in Kind for language in LANGUAGES], "--yes")
    assert len(rows(Template)) == len(OURS)


def test_an_empty_export_sets_nothing(cli: Cli) -> None:
    assert brought(cli, []) == {"set": [], "skipped": [], "faults": []}


@pytest.mark.parametrize(
    ("bad", "line", "said"),
    [
        (entry(f"{WORDS}\n{{judge}}"), 2, "There is no field {judge}."),
        (entry(""), 1, "There are no words in it."),
        (entry(firm="nobody"), 1, "The practice system knows no firm 'nobody'."),
        (entry(f"{WORDS} Sorry."), 1, "The same template comes twice."),
        (entry(firm=""), 1, "or null for all firms"),
        (entry(firm=7), 1, "or null for all firms"),
        (entry(kind="postponed"), 1, "kind is one of created, updated, cancelled, reminder."),
        (entry(kind=[]), 1, "kind is one of"),
        (entry(language="de"), 1, "language is one of en, fr, es."),
        (entry(language=None), 1, "language is one of"),
        (entry(body=None), 1, "body is a string."),
        (entry(body="\ud800"), 1, "It holds U+D800"),
        ({"kind": "cancelled"}, 1, "has kind, language, firm, body and nothing else"),
        ({**entry(), "colour": "red"}, 1, "and nothing else"),
        ("cancelled", 1, "and nothing else"),
    ],
)
def test_one_bad_template_and_nothing_is_set(cli: Cli, bad: Any, line: int, said: str) -> None:
    before = everything()
    content = [EXPORT[0], EXPORT[1], bad]
    answer = brought(cli, content, "--yes", code=1)
    assert (answer["set"], answer["skipped"]) == ([], [])
    assert {one["entry"] for one in answer["faults"]} == {3}
    assert any(one["line"] == line and said in one["reason"] for one in answer["faults"]), answer
    result = cli("templates", "import", "-", "--yes", input=json.dumps(content))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: Nothing was set. stdin has faults:\n  template 3, line ")
    assert everything() == before


def test_a_dry_run_finds_the_same_faults(cli: Cli) -> None:
    assert len(brought(cli, [entry("{judge}")], "--dry-run", code=1)["faults"]) > 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[\n{", "stdin is no JSON, line 2: "),
        ("", "stdin is no JSON, line 1: "),
        ("{}", "stdin holds no array of templates"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_export_is_told(cli: Cli, given: str, said: str) -> None:
    result = cli("templates", "import", "-", "--yes", input=given)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert rows(Template) == []


def test_a_failure_half_way_leaves_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from flask_firmtext.store import audit

    before = everything()
    record, seen = audit.record, []

    def fail_the_third_time(*given: Any, **more: Any) -> None:
        seen.append(given)
        if len(seen) == 3:
            raise KeyboardInterrupt
        record(*given, **more)

    monkeypatch.setattr(audit, "record", fail_the_third_time)
    result = cli("templates", "import", "-", "--yes", input=json.dumps(EXPORT))
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")
    assert everything() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "--firm", "nobody"], "knows no firm 'nobody'"),
        (["export", "--firm", ""], "knows no firm ''"),
        (["import", "nowhere.json"], "there is no file 'nowhere.json'"),
        (["import"], "Missing argument 'FILE|-'"),
    ],
)
def test_wrong_usage_is_a_sentence(cli: Cli, arguments: list[str], said: str) -> None:
    result = cli("templates", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
