"""What docs/theming.md promises about templates, styles and scripts."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader
from jinja2.meta import find_undeclared_variables

from office import Office

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "flask_firmtext"
TEMPLATES = sorted((PACKAGE / "templates" / "firmtext").glob("*.html"))
STATIC = PACKAGE / "static" / "firmtext"
DOCS = (ROOT / "docs" / "theming.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `firmtext/([\w.]+)` \| [^|]+\| ([^|]*)\|$", DOCS, re.MULTILINE))
CSS = (STATIC / "firmtext.css").read_text(encoding="utf-8")
SHEETS = [file for file in sorted(STATIC.glob("*.css")) if file.name not in ("frame.css", "admin.css")]

#: What every template has: ours, and Flask's.
EVERYWHERE = {"firmtext_base", "firmtext_csrf", "firmtext_ui", "url_for", "_ft", "_ftn", "_fthtml", "_ftnhtml"}


def test_every_template_is_documented() -> None:
    assert set(ROWS) == {file.name for file in TEMPLATES}


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_uses_nothing_beside_what_is_documented(file: Path) -> None:
    used = find_undeclared_variables(Flask(__name__).jinja_env.parse(file.read_text(encoding="utf-8")))
    assert used - EVERYWHERE <= set(re.findall(r"`(\w+)`", ROWS[file.name]))


def test_every_custom_property_is_documented_and_used() -> None:
    documented = set(re.findall(r"^\| `(--ft-\w+(?:-\w+)*)`", DOCS, re.MULTILINE))
    used = set(re.findall(r"var\((--ft-[\w-]+)\)", CSS + (STATIC / "frame.css").read_text(encoding="utf-8")))
    assert documented == set(re.findall(r"^  (--ft-[\w-]+):", CSS, re.MULTILINE)) == used


@pytest.mark.parametrize("file", SHEETS, ids=lambda file: file.name)
def test_no_rule_reaches_outside_our_root_or_needs_a_property_that_is_not_documented(file: Path) -> None:
    plain = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert set(re.findall(r"var\((--ft-[\w-]+)\)", plain)) <= set(re.findall(r"^  (--ft-[\w-]+):", CSS, re.MULTILINE))
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", plain):
        for selector in re.sub(r"@[^{]*$", "", selectors).split(","):
            assert re.match(r"\s*(\.ft\b|:where\(:root\))", selector), selector


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
@pytest.mark.attack("A19")
def test_no_template_holds_an_inline_script_style_or_handler(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|\|\s*safe", text)


@pytest.mark.parametrize("file", sorted(STATIC.glob("*.js")), ids=lambda file: file.name)
def test_no_script_evaluates_or_keeps_anything_in_the_browser(file: Path) -> None:
    bad = r"\beval\(|new Function|localStorage|sessionStorage|indexedDB|document\.cookie"
    assert not re.search(bad, file.read_text(encoding="utf-8"))


def test_a_vendored_file_is_the_one_that_its_table_names() -> None:
    table = (STATIC / "vendor" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+\.js) \|.*\| ([0-9a-f]{64}) \|$", table, re.MULTILINE)
    assert {name for name, _ in rows} == {file.name for file in (STATIC / "vendor").glob("*.js")}
    for name, digest in rows:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
        assert f"vendor/{name}" in (PACKAGE / "templates" / "firmtext" / "_scripts.html").read_text()


def test_a_host_lends_its_frame(office: Office) -> None:
    frame = "<title>{% block title %}{% endblock %} - Practice</title>{% block head %}{% endblock %}"
    frame += "<body class=practice>{% block content %}{% endblock %}{% block scripts %}{% endblock %}"
    office.app.jinja_loader = DictLoader({"frame.html": frame})
    office.app.extensions["firmtext"].settings.base_template = "frame.html"
    answer = office.person().get("/texting/new?contact=rosa")
    assert "<title>New text message - Practice</title>" in answer.text
    assert "<body class=practice>" in answer.text
    assert "firmtext.css" in answer.text
    assert "Content-Security-Policy" not in answer.headers


def test_a_template_of_the_host_wins(office: Office) -> None:
    office.app.jinja_loader = DictLoader({"firmtext/_hold.html": "the host's own words"})
    assert "the host's own words" in office.person().get("/texting/new?contact=rosa").text


@pytest.mark.parametrize("name", ["firmtext.css", "frame.css", "live.js", "vendor/htmx-2.0.11.min.js"])
def test_static_files_are_served_to_everybody(office: Office, name: str) -> None:
    with office.person(None).get(f"/texting/static/{name}") as answer:
        assert answer.status_code == 200
