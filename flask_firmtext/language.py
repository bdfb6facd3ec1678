"""What people see, in their language: English in the code, other languages in catalogues.

A catalogue is ``<code>.po`` (gettext's own format): ours in ``flask_firmtext/translations``, a host's in the folder of
``FIRMTEXT_TRANSLATIONS``, where it adds a language or words a sentence of ours anew.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import has_request_context, request
from markupsafe import Markup, escape

from .current import firmtext

log = logging.getLogger(__name__)

SOURCE = "en"
ENGLISH = Locale.parse(SOURCE)
OURS = Path(__file__).with_name("translations")
#: Where a request keeps its language: not in ``g``, which tests share between requests.
KEPT = "firmtext.language"


def marked(words: str) -> str:
    """``words`` as they are: they stand in a table and are translated where they are shown."""
    return words


AND, OR = marked("and"), marked("or")


def gettext(words: str, **values: object) -> str:
    """``words`` in the language of whoever asks, with ``%(name)s`` filled in."""
    if not words:  # under the empty one a catalogue keeps what is said about itself
        return ""
    return _filled(_catalogue().gettext(words), values, words)


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """The same of what is counted; ``%(n)s`` is the number as people of that language write it."""
    return _filled(_catalogue().ngettext(one, many, n), {"n": number(n), **values}, one if n == 1 else many)


def html(words: str, **values: object) -> Markup:
    """A sentence with elements in it; what is filled in is escaped, unless it is markup itself."""
    return Markup(gettext(words, **_safe(values)))  # noqa: S704 - sentence and catalogue are trusted


def nhtml(one: str, many: str, n: int, **values: object) -> Markup:
    """The same of what is counted."""
    return Markup(ngettext(one, many, n, **_safe(values)))  # noqa: S704 - as above


def _safe(values: Mapping[str, object]) -> dict[str, Markup]:
    return {name: escape(value) for name, value in values.items()}


def number(n: float, pattern: str | None = None) -> str:
    """A number as people of the language write it: 3,200 or 3 200."""
    return format_decimal(n, pattern, locale=locale())


def listed(words: Sequence[str]) -> str:
    """What holds together: "7 days, 3 days and 1 day"."""
    return f"{', '.join(words[:-1])} {gettext(AND)} {words[-1]}" if len(words) > 1 else "".join(words)


def either(words: Sequence[str]) -> str:
    """What may be one or the other: "Ann or Bob"."""
    return f" {gettext(OR)} ".join(words)


def tag() -> str:
    """The language of whoever asks as pages name it (BCP 47)."""
    return str(locale()).replace("_", "-")


def locale() -> Locale:
    """The language of whoever asks; English where nobody does."""
    if not has_request_context():
        return ENGLISH
    if KEPT not in request.environ:
        speak(None)
    kept: Locale = request.environ[KEPT]
    return kept


def speak(code: str | None, country: str = "") -> None:
    """Answer this request in the language of this code (BCP 47), or in the best of those that the browser names.

    One that names no country is written as people of ``country`` (ISO 3166-1 alpha-2) write it.
    """
    wanted, known = [code, *request.accept_languages.values()], _codes(_folders())
    request.environ[KEPT] = _of(country, next(filter(None, (_spoken(one, known) for one in wanted)), ENGLISH))


def _of(country: str, wanted: Locale) -> Locale:
    """The same language in this country; CLDR does not have each in every one (no French of the United States)."""
    if wanted.territory or not country:
        return wanted
    try:
        return Locale.parse("_".join(filter(None, (wanted.language, wanted.script, country))))
    except (TypeError, ValueError, UnknownLocaleError):
        return wanted


def languages() -> tuple[str, ...]:
    """The codes of all languages there are, English first."""
    return (SOURCE, *sorted(_codes(_folders()) - {SOURCE}))


@lru_cache(maxsize=64)
def _codes(folders: tuple[Path, ...]) -> frozenset[str]:
    """Looked up once, as the catalogues are read once: every open page asks each second."""
    return frozenset({SOURCE, *(file.stem for folder in folders for file in folder.glob("*.po"))})


def _spoken(code: str | None, known: frozenset[str]) -> Locale | None:
    """The locale of a code when we have its language: for ``fr-CA`` also that of ``fr``."""
    try:
        wanted = Locale.parse((code or "").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return None
    return wanted if known.intersection(_catalogues(wanted)) else None


@lru_cache(maxsize=64)
def _catalogues(of: Locale) -> tuple[str, ...]:
    """The codes of those that serve a locale, the nearest last: zh, zh_Hant, zh_TW and zh_Hant_TW."""
    nearer = ((), (of.script,), (of.territory,), (of.script, of.territory))
    return tuple(dict.fromkeys(["_".join([of.language, *filter(None, parts)]) for parts in nearer] + [str(of)]))


def _catalogue() -> NullTranslations:
    if not has_request_context():
        return NullTranslations()
    return _loaded(_catalogues(locale()), _folders())


def _folders() -> tuple[Path, ...]:
    theirs = firmtext.settings.translations
    return (OURS, Path(theirs)) if theirs else (OURS,)


@lru_cache(maxsize=64)
def _loaded(codes: tuple[str, ...], folders: tuple[Path, ...]) -> NullTranslations:
    """The catalogues of a language, each over the one before: ours, the host's, its region's."""
    files = [folder / f"{code}.po" for code in codes for folder in folders]
    first, *others = [_read(file) for file in files if file.is_file()] or [Translations()]
    for other in others:
        first.merge(other)
    return first


def _read(file: Path) -> Translations:
    compiled = BytesIO()
    try:
        with file.open("rb") as lines:
            write_mo(compiled, read_po(lines, abort_invalid=True))
    except (PoFileError, ValueError, OSError) as error:
        log.error("the catalogue %s cannot be read and is left out: %s", file, error)
        return Translations()
    compiled.seek(0)
    return Translations(compiled)


def _filled(words: str, values: Mapping[str, object], source: str) -> str:
    """A catalogue that names something else in a sentence costs its translation, not the page."""
    if not values:
        return words
    try:
        return words % values
    except (KeyError, TypeError, ValueError):
        log.error("the catalogue of %s says %r for %r, which cannot be filled in", locale(), words, source)
        return source % values
