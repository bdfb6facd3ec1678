"""Applications of strangers in ``tests/hosts/``: what the tests have to know of each. Another one is another row."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "hosts"
MOST_LINES = 15
#: A block of lines between two that say so, or a line whose comment does.
_MARKED = re.compile(r"texting: begin[^\n]*\n(.*?)[^\n]*texting: end|([^\n]*)  # texting\n", re.DOTALL)
_EMPTY = re.compile(r"\s*|\s*(#|\{#|//|/\*|\*).*")


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """An application, by the name of its package, which has ``create_app(config)`` and ``people.seed()``.

    ``user`` administers the firm, ``contact`` is the client of ``matter`` and has ``phone`` (E.164); they are
    references. ``login`` are the fields of the form at ``login_page``. Addresses are those inside ``root``, the path
    under which the application lies. ``words`` stand on each of its pages.
    """

    package: str
    firm: str
    user: str
    contact: str
    name: str
    phone: str
    matter: str
    login_page: str
    login: dict[str, str]
    contact_page: str
    matter_page: str
    words: str
    other_firm: str | None = None
    other_contact: str | None = None
    other_matter: str | None = None
    root: str = ""
    texting: str = "/texting"

    def create_app(self, config: dict[str, Any]) -> Any:
        return importlib.import_module(self.package).create_app(config)

    def seed(self) -> None:
        importlib.import_module(f"{self.package}.people").seed()

    def lines(self) -> list[str]:
        """The lines that it has for the sake of texting, without empty ones and comments."""
        files = [file for file in sorted((FOLDER / self.package).rglob("*")) if file.suffix in (".py", ".html", ".js")]
        marked = ["".join(part) for file in files for part in _MARKED.findall(file.read_text(encoding="utf-8"))]
        return [line for part in marked for line in part.splitlines() if not _EMPTY.fullmatch(line)]


STRANGERS = (
    Stranger(
        package="integer",
        firm="default",
        user="1",
        contact="1",
        name="Rosa Marsh",
        phone="+13125550100",
        matter="1",
        login_page="/login",
        login={"login": "ada", "password": "dune"},
        contact_page="/clients/1",
        matter_page="/cases/1",
        words="Est. 1974",
    ),
)
