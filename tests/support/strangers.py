"""Applications of strangers in ``tests/hosts/``: what the tests have to know of each. Another one is another row."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_firmtext.testing import create_tables
from hostapp import KEYS

FOLDER = Path(__file__).parents[1] / "hosts"
MOST_LINES = 15
#: A block of lines between two that say so, or a line whose comment does.
_MARKED = re.compile(r"texting: begin[^\n]*\n(.*?)[^\n]*texting: end|([^\n]*)  # texting\n", re.DOTALL)
_HIDDEN = re.compile(r'<input[^>]* type="hidden"[^>]*>')
_ATTRIBUTES = re.compile(r'(name|value)="([^"]*)"')
_EMPTY = re.compile(r"\s*|\s*(#|\{#|//|/\*|\*).*")


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """An application, by the name of its package, which has ``create_app(config)`` and ``people.seed()``.

    ``user`` administers the firm, ``contact`` is the client of ``matter`` and has ``phone`` (E.164); they are
    references. ``login`` are the fields of the form at ``login_page``. Addresses are those inside ``root``, the path
    under which the application lies, ``engine`` the one that it was written for. ``words`` stand on each of its pages.
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
    event: str | None = None
    other_firm: str | None = None
    other_contact: str | None = None
    other_matter: str | None = None
    other_event: str | None = None
    root: str = ""
    engine: str = "sqlite"
    texting: str = "/texting"

    def create_app(self, config: dict[str, Any]) -> Any:
        return importlib.import_module(self.package).create_app(config)

    def practice(self, database: str, **settings: Any) -> Any:
        """Its application on an empty database, with our tables and its people, and a carrier in memory."""
        given = {"SECRET_KEY": "only for tests", "SQLALCHEMY_DATABASE_URI": database}
        carrier = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway", "FIRMTEXT_QUIET_HOURS": "off"}
        public = f"https://practice.example{self.root}"
        assumed = {"FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed", "FIRMTEXT_PUBLIC_URL": public}
        app = self.create_app({**given, **KEYS, **carrier, **assumed, **settings})
        with app.app_context():
            create_tables(app.extensions["sqlalchemy"].engine)
            self.seed()
        return app

    def seed(self) -> None:
        importlib.import_module(f"{self.package}.people").seed()

    def sign_in(self, client: Any) -> None:
        """Fill in the form as a browser does, with what it hides."""
        shown = client.get(self.root + self.login_page)
        inputs = [dict(_ATTRIBUTES.findall(tag)) for tag in _HIDDEN.findall(shown.text)]
        hidden = {field["name"]: field["value"] for field in inputs}
        assert client.post(self.root + self.login_page, data={**hidden, **self.login}).status_code in (302, 303)

    def lines(self) -> list[str]:
        """The lines that it has for the sake of texting, without empty ones and comments."""
        files = [file for file in sorted((FOLDER / self.package).rglob("*")) if file.suffix in (".py", ".html", ".js")]
        marked = ["".join(part) for file in files for part in _MARKED.findall(file.read_text(encoding="utf-8"))]
        return [line for part in marked for line in part.splitlines() if not _EMPTY.fullmatch(line)]

    def naming(self) -> list[str]:
        """The lines of its code that name us."""
        files = sorted((FOLDER / self.package).rglob("*.py"))
        lines = [line.removesuffix("  # texting") for file in files for line in file.read_text("utf-8").splitlines()]
        return [line for line in lines if "firmtext" in line.lower()]


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
    Stranger(
        package="tenants",
        firm="cab14e70-0000-4000-8000-000000000001",
        user="cab14e70-0000-4000-8000-00000000000b",
        contact="cab14e70-0000-4000-8000-000000000015",
        name="Amélie Roy",
        phone="+15145550110",
        matter="cab14e70-0000-4000-8000-00000000001f",
        login_page="/enter",
        login={"email": "ines@nord.example", "secret": "cabinet"},
        contact_page="/people/cab14e70-0000-4000-8000-000000000015",
        matter_page="/matters/cab14e70-0000-4000-8000-00000000001f",
        words="keeps the files of several firms apart",
        other_firm="cab14e70-0000-4000-8000-000000000002",
        other_contact="cab14e70-0000-4000-8000-000000000017",
        other_matter="cab14e70-0000-4000-8000-000000000020",
        root="/practice",
        texting="/messages",
    ),
    Stranger(
        package="schema",
        firm="docket",
        user="1",
        contact="P-001",
        name="Harriet Vale",
        phone="+12125550120",
        matter="25-CV-0417",
        login_page="/login",
        login={"email": "nia@oduya.example", "password": "docket"},
        contact_page="/parties/P-001",
        matter_page="/proceedings/25-CV-0417",
        words="all hearings are public",
        engine="postgresql",
    ),
)
