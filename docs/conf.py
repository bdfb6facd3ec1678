"""The site that ``make docs-site`` builds of these pages and of the papers beside them."""

from __future__ import annotations

import os
import re
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
#: Pages of the site whose words stand elsewhere in the repository.
PAPERS = {
    "security": ROOT / "SECURITY.md",
    "contributing": ROOT / "CONTRIBUTING.md",
    "changes": ROOT / "CHANGELOG.md",
    "benchmarks": ROOT / "benchmarks" / "README.md",
}
#: The front page of the site begins as that of the repository does, up to its list of pages.
FRONT, LIST = ROOT / "README.md", "\n## Read on\n"
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^()\s#]*)(#[^()\s]*)?\)")

project = "flask-firmtext"
version = release = installed("flask-firmtext")
project_copyright = "FirmText contributors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "pallets_sphinx_themes"]
html_theme = "flask"
html_title = f"flask-firmtext {version}"
html_show_sourcelink = False
version_banner = False
highlight_language = "text"

myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True
#: A page that is not there yet may have its place.
suppress_warnings = ["toc.empty_glob"]
#: What others document; nothing is fetched to build the site.
nitpick_ignore_regex = [
    (
        "py:.*",
        r"(collections|datetime|decimal|enum|typing|abc|flask|flask_sqlalchemy|sqlalchemy|werkzeug|blinker)(\..*)?",
    ),
]


def setup(app: Any) -> None:
    app.connect("source-read", read)


def read(app: Any, name: str, content: list[str]) -> None:
    """Give a page its words, with links that lead about the site."""
    source = PAPERS.get(name, DOCS / f"{name}.md")
    content[0] = linked(source.read_text(encoding="utf-8"), source.parent)
    if name == "index":
        source = FRONT
        first = linked(source.read_text(encoding="utf-8").partition(LIST)[0], source.parent)
        content[0] = first + "\n\n" + content[0].partition("\n")[2]
    app.env.note_dependency(str(source))


def linked(text: str, folder: Path) -> str:
    """``text``, which stands in ``folder``: links to pages of the site lead there, code is named and not linked."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else LINK.sub(lambda at: _link(at, folder), part) for part in parts)


def _link(at: re.Match[str], folder: Path) -> str:
    picture, words, target, anchor = at[1], at[2], at[3], at[4] or ""
    if not target or "://" in target or target.startswith("mailto:"):
        return at[0]
    file = Path(os.path.normpath(folder / target))
    names = {paper: f"{name}.md" for name, paper in PAPERS.items()} | {FRONT: "index.md"}
    if file in names or file.is_relative_to(DOCS):
        return f"{picture}[{words}]({names.get(file) or file.relative_to(DOCS).as_posix()}{anchor})"
    return words
