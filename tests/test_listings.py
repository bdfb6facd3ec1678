"""Every listing of a document that is not Python is held, too: it runs, it is read, or its names exist."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
import sqlalchemy as sa
import yaml
from flask import render_template_string
from flask_firmtext.cli import firmtext as group

from flask_firmtext.signals import TOLD
from office import Office
from programs import token

ROOT = Path(__file__).parent.parent
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
#: Those in no language are commands, or pictures made of letters and another program's settings, which nothing runs.
PICTURES = {"SECURITY": 1, "keys": 1, "operations": 1}
#: Listings that tests know, by page and language; ``test_tutorial.py`` does what its page says. Python:
#: ``test_examples.py``. ``text``: what programs print or a form that a table explains. ``cli.md`` is generated.
HELD = {
    ("CONTRIBUTING", "sh"): 1, ("README", "sh"): 2, ("api", "sh"): 3, ("live", "sh"): 1, ("operations", "sh"): 1,
    ("templates", "sh"): 1, ("tutorial", "sh"): 6, ("keys", ""): 2, ("retention", ""): 1, ("SECURITY", ""): 1,
    ("operations", ""): 1, ("operations", "yaml"): 1, ("audit", "sql"): 1, ("calendar", "jinja"): 1,
    ("theming", "jinja"): 1, ("theming", "css"): 1, ("webhooks", "json"): 1,
}  # fmt: skip


def listings(file: Path) -> list[tuple[str, str]]:
    """Language and words of each."""
    return re.findall(r"^```([\w{}-]*)\n(.*?)^```", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def listing(page: str, language: str) -> str:
    return next(words for spoken, words in listings(ROOT / "docs" / f"{page}.md") if spoken == language)


COMMANDS = [
    (file.stem, line)
    for file in PAPERS
    if file.stem != "cli"
    for language, words in listings(file)
    if language in ("sh", "")
    for line in words.replace("\\\n", " ").splitlines()
    if line.startswith("flask firmtext ")
]


def test_every_listing_is_held() -> None:
    found = Counter(
        (file.stem, language)
        for file in PAPERS
        for language, _ in listings(file)
        if language not in ("python", "text") and not language.startswith("{")
    )
    assert found == HELD
    assert sum(PICTURES.values()) == sum(
        not words.startswith("flask ") for file in PAPERS for language, words in listings(file) if not language
    )


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{page}: {line[15:60]}" for page, line in COMMANDS])
def test_a_command_has_these_arguments_and_options(page: str, line: str) -> None:
    """Parsed as the command line is; values stand for the reader's own."""
    words = shlex.split(re.split(r"\s[>|]+\s", line, maxsplit=1)[0], comments=True)[2:]
    command: click.Command = group
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    context = click.Context(command)
    command.make_parser(context).parse_args(args=words)


def test_a_command_that_does_not_exist_is_found() -> None:
    with pytest.raises(click.NoSuchOption):
        test_a_command_has_these_arguments_and_options("", "flask firmtext db upgrade --nothing")
    with pytest.raises(KeyError):
        test_a_command_has_these_arguments_and_options("", "flask firmtext nothing")


@pytest.mark.parametrize("page", ["theming", "calendar"])
def test_slots_of_a_page_are_shown_as_it_writes_them(app: Any, page: str) -> None:
    office = Office(app)
    office.sends("rosa", "Hello Rosa")
    ids = {
        name: SimpleNamespace(id=ref) for name, ref in (("event", "hearing"), ("contact", "rosa"), ("bill", "bill-1"))
    }
    given = {**ids, "matter": SimpleNamespace(id="lease"), "account": SimpleNamespace(id="trust")}
    lists = {"contacts": ["rosa"], "attendees": ["rosa"], "events": ["hearing"]}
    source = listing(page, "jinja")
    app.add_url_rule("/page", "page", lambda: render_template_string(source, **given, **lists))
    shown = office.person().get("/page")
    assert shown.status_code == 200
    assert "notify_via_text" in shown.text
    assert "cannot be" not in shown.text


def test_the_first_text_of_a_program_is_sent_as_the_page_says(app: Any) -> None:
    office = Office(app)
    named = {"$TOKEN": token(), "https://practice.example": ""}
    sent = curl(office, named, number=1)
    assert sent.status_code == 201, sent.text
    named["$ID"] = sent.json["id"]
    seen = curl(office, named, number=2)
    assert seen.status_code == 200
    assert seen.json["id"] == named["$ID"]


def curl(office: Office, named: dict[str, str], *, number: int) -> Any:
    words = [words for language, words in listings(ROOT / "docs" / "api.md") if language == "sh"][number]
    for name, value in named.items():
        words = words.replace(name, value)
    _curl, url, *options = shlex.split(words.replace("\\\n", " "))
    pairs = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in pairs if option == "-H")
    bodies = [value for option, value in pairs if option == "-d"]
    return office.app.test_client().open(
        url, method="POST" if bodies else "GET", headers=headers, data=bodies[0] if bodies else None
    )


def test_a_webhooks_body_is_one_that_is_told() -> None:
    body = json.loads(listing("webhooks", "json"))
    (told,) = (one for one in TOLD if one.kind == body["type"])
    assert body["data"].keys() == told.fields.keys()


def test_prometheus_asks_where_the_figures_are(app: Any) -> None:
    (job,) = yaml.safe_load(listing("operations", "yaml"))["scrape_configs"]
    assert job["metrics_path"] in {rule.rule for rule in app.url_map.iter_rules()}


def test_the_record_is_only_appended_to_by_a_role_without_these_rights(database_url: str, app: Any) -> None:
    engine = app.extensions["sqlalchemy"].engine
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no roles")
    with engine.connect() as connection, connection.begin() as all_of_it:
        connection.execute(sa.text("CREATE ROLE firmtext_app"))
        connection.execute(sa.text("GRANT ALL ON ALL TABLES IN SCHEMA public TO firmtext_app"))
        connection.execute(sa.text(listing("audit", "sql")))
        asks = "SELECT has_table_privilege('firmtext_app', 'firmtext_audit', :what)"
        may = {
            what: connection.execute(sa.text(asks), {"what": what}).scalar() for what in ("INSERT", "UPDATE", "DELETE")
        }
        assert may == {"INSERT": True, "UPDATE": False, "DELETE": False}
        all_of_it.rollback()
