"""What people see is in their language."""

from __future__ import annotations

import re
import runpy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from flask_firmtext import language
from flask_firmtext.messaging import moments
from flask_firmtext.messaging.pay_links import money
from flask_firmtext.web import times

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


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_is_translated_with_the_same_places_and_elements(code: str) -> None:
    for message in catalogue(code):
        said = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(translated), f"{said[0]!r} is not translated"
        for words in translated:
            assert parts(words, r"%\(\w+\)s") in [parts(one, r"%\(\w+\)s") for one in said], words
            assert parts(words, r"</?[a-z]+[^>]*>") == parts(said[0], r"</?[a-z]+[^>]*>"), words
            assert words.strip() == words, words


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_place_of_the_settings_is_called_the_same_wherever_it_is_named(code: str) -> None:
    """A sentence that names it links there, and a button that a sentence names is the one on the page."""
    messages = {message.id: message for message in catalogue(code)}
    named = {
        "Settings > Text Messaging": "Settings > Text Messaging",
        "ress Try again": "Try again",
        "ress Save": "Save",
        "ress Saved replies": "Saved replies",
        "ress Send": "Send",
        "ress Send anyway": "Send anyway",
    }
    for words, name in named.items():
        for message in messages.values():
            if isinstance(message.id, str) and re.search(rf"{words}\b", message.id):
                assert messages[name].string in message.string, message.string


def catalogue(code: str) -> Any:
    """Everything that the code says, with what the catalogue of this language has for it."""
    with (ROOT / "flask_firmtext" / "translations" / f"{code}.po").open("rb") as file:
        return [message for message in read_po(file, locale=code) if message.id]


def parts(words: str, form: str) -> list[str]:
    return sorted(re.findall(form, words))


def test_a_host_adds_a_language(app: Any, theirs: Path) -> None:
    with app.test_request_context(headers={"Accept-Language": "pt-BR, en;q=0.5"}):
        assert language.gettext("Good day %(name)s", name="Ana") == "Bom dia Ana"
        assert language.ngettext("%(n)s apple", "%(n)s apples", 1200) == "1.200 maçãs"
    with app.app_context():
        assert language.gettext("Good day %(name)s", name="Ana") == "Good day Ana"


@pytest.mark.parametrize(
    ("file", "code", "country"),
    [("zh_Hant", "zh-Hant", "TW"), ("zh_TW", "zh-TW", "US"), ("zh_Hant_TW", "zh-TW", ""), ("zh", "zh-Hans-CN", "US")],
)
def test_a_host_adds_a_language_of_one_script_or_country(
    app: Any, theirs: Path, file: str, code: str, country: str
) -> None:
    (theirs / f"{file}.po").write_text(HOSTS.format("你好 %(name)s"), encoding="utf-8")
    language._codes.cache_clear()
    with app.test_request_context():
        language.speak(code, country)
        assert language.gettext("Good day %(name)s", name="Ana") == "你好 Ana"


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


@pytest.mark.parametrize(
    ("code", "day", "time", "soon"),
    [
        ("en", "May 3", "2:05 PM", "Tue 2:05 PM"),
        ("en-CA", "May 3", "2:05 p.m.", "Tue 2:05 p.m."),
        ("en-GB", "3 May", "14:05", "Tue 14:05"),
        ("fr-CA", "3 mai", "14 h 05", "mar. 14 h 05"),
        ("fr", "3 mai", "14:05", "mar. 14:05"),
        ("es", "3 de mayo", "14:05", "mar, 14:05"),
        ("es-US", "3 de mayo", "2:05 p.m.", "mar 2:05 p.m."),
    ],
)
def test_days_and_times_are_written_as_people_of_the_language_do(
    app: Any, code: str, day: str, time: str, soon: str
) -> None:
    at, tuesday = datetime(2026, 5, 3, 14, 5, tzinfo=UTC), datetime(2026, 5, 5, 14, 5, tzinfo=UTC)
    with app.test_request_context(headers={"Accept-Language": code}):
        assert moments.day(at, at, "UTC") == day
        assert moments.clock_time(at, "UTC") == time
        assert moments.moment(tuesday, tuesday, "UTC") == soon


@pytest.mark.parametrize(
    ("code", "country", "when", "costs"),
    [
        ("en", "US", "Nov 27, 12:56 AM", "$1,420.50"),
        ("en", "CA", "Nov 27, 12:56 a.m.", "US$1,420.50"),
        ("en", "PT", "27 Nov, 00:56", "1 420,50 US$"),
        ("en-GB", "US", "27 Nov, 00:56", "US$1,420.50"),
        ("en", "", "Nov 27, 12:56 AM", "$1,420.50"),
        ("fr", "US", "27 nov. 00:56", "1 420,50 $US"),
        ("fr", "CA", "27 nov. 00 h 56", "1 420,50 $ US"),
        ("es", "US", "27 nov, 12:56 a.m.", "$1,420.50"),
        ("es-ES", "US", "27 nov, 0:56", "1.420,50 US$"),
    ],
)
def test_a_language_without_a_country_is_written_as_in_the_firms(
    app: Any, code: str, country: str, when: str, costs: str
) -> None:
    at = datetime(2026, 11, 27, 0, 56, tzinfo=UTC)
    with app.test_request_context(headers={"Accept-Language": "fr-CH"}):
        language.speak(code, country)
        assert times.exact(at, at, "UTC") == when
        assert " ".join(money(Decimal("1420.50"), "USD").split()) == costs


def test_a_country_that_is_none_costs_nothing(app: Any) -> None:
    with app.test_request_context():
        for country in ("XX", "USA", "ü", "_", "u\x00"):
            language.speak("en", country)
            assert language.locale().language == "en"
            assert language.gettext("Sent") == "Sent"


def test_outside_of_a_request_the_language_is_english() -> None:
    assert language.gettext("Sent") == "Sent"
    assert language.ngettext("%(n)s text", "%(n)s texts", 1200) == "1,200 texts"
    assert moments.day(datetime(2026, 5, 3, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC), "UTC") == "May 3"
