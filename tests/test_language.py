"""What people see is in their language."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from flask_firmtext import language

ROOT = Path(__file__).parent.parent
CATALOGUES = runpy.run_path(str(ROOT / "docs" / "catalogues.py"))
LANGUAGES = CATALOGUES["LANGUAGES"]

HOSTS = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Good day %(name)s"
msgstr "{}"

msgid "%(n)s apple"
msgid_plural "%(n)s apples"
msgstr[0] "%(n)s maçã"
msgstr[1] "%(n)s maçãs"
"""


@pytest.fixture
def theirs(app: Any, tmp_path: Path) -> Path:
    """A host's folder, with Portuguese."""
    app.extensions["firmtext"].settings.translations = str(tmp_path)
    (tmp_path / "pt.po").write_text(HOSTS.format("Bom dia %(name)s"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_says_all_that_the_code_says(code: str) -> None:
    written = (ROOT / "flask_firmtext" / "translations" / f"{code}.po").read_bytes()
    assert written == CATALOGUES["updated"](code), "run `make catalogues`, then translate what is new"


def test_a_host_adds_a_language(app: Any, theirs: Path) -> None:
    with app.test_request_context(headers={"Accept-Language": "pt-BR, en;q=0.5"}):
        assert language.gettext("Good day %(name)s", name="Ana") == "Bom dia Ana"
        assert language.ngettext("%(n)s apple", "%(n)s apples", 1200) == "1.200 maçãs"
    with app.app_context():
        assert language.gettext("Good day %(name)s", name="Ana") == "Good day Ana"


def test_the_hosts_language_of_a_user_wins_over_the_browsers(app: Any, theirs: Path) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        language.speak("pt-BR")
        assert language.gettext("Good day %(name)s", name="Ana") == "Bom dia Ana"


@pytest.mark.parametrize("code", ["tlh", "../../etc/passwd", "x" * 500, ""])
def test_a_language_that_nobody_has_is_english(app: Any, code: str) -> None:
    with app.test_request_context(headers={"Accept-Language": code}):
        language.speak(code)
        assert str(language.locale()) == "en"


@pytest.mark.parametrize("said", ["Bom dia %(nome)s", "Bom dia %(name)d", "100 % %(name"])
def test_a_catalogue_with_a_wrong_place_costs_the_translation_only(app: Any, theirs: Path, said: str) -> None:
    (theirs / "pt.po").write_text(HOSTS.format(said), encoding="utf-8")
    language._loaded.cache_clear()
    with app.test_request_context(headers={"Accept-Language": "pt"}):
        assert language.gettext("Good day %(name)s", name="Ana") == "Good day Ana"


def test_a_catalogue_that_is_none_costs_the_translation_only(app: Any, theirs: Path) -> None:
    (theirs / "pt.po").write_bytes(b"\xff\xfe not a catalogue")
    language._loaded.cache_clear()
    with app.test_request_context(headers={"Accept-Language": "pt"}):
        assert language.gettext("Good day %(name)s", name="Ana") == "Good day Ana"


def test_what_is_filled_into_a_sentence_with_elements_is_escaped(app: Any) -> None:
    with app.test_request_context():
        assert language.html("<em>%(name)s</em>", name="<script>") == "<em>&lt;script&gt;</em>"
