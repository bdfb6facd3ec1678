"""Brings each catalogue up to date with what the code says; what is new there has no translation yet."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "flask_firmtext"
CATALOGUES = SOURCE / "translations"
LANGUAGES = ("es", "fr")
METHODS = [("sandbox/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")]
#: What marks words in the code, and which of its arguments are words.
KEYWORDS = {
    "_": None,
    "_n": (1, 2),
    "marked": None,
    "Name": None,
    "_ft": None,
    "_ftn": (1, 2),
    "_fthtml": None,
    "_ftnhtml": (1, 2),
    "html": None,
    "nhtml": (1, 2),
}

HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: {}\n"
"""


def said() -> Catalog:
    """Everything that the code says to people."""
    catalog = Catalog(project="FirmText", charset="utf-8")
    found = extract_from_dir(
        SOURCE, METHODS, keywords=KEYWORDS, comment_tags=["For translators:"], strip_comment_tags=True
    )
    for file, _line, words, comments, context in found:
        catalog.add(words, locations=[(Path(file).as_posix(), 0)], auto_comments=comments, context=context)
    return catalog


def updated(language: str) -> bytes:
    """The catalogue of a language with what the code says now; what it no longer says is dropped."""
    catalog = read_po(io.BytesIO((CATALOGUES / f"{language}.po").read_bytes()), locale=language)
    catalog.update(said(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = io.BytesIO()
    write_po(written, catalog, width=120, sort_output=True, include_lineno=False, omit_header=True)
    return HEADER.format(catalog.plural_forms).encode() + written.getvalue()


if __name__ == "__main__":
    for language in LANGUAGES:
        (CATALOGUES / f"{language}.po").write_bytes(updated(language))
