"""The documents say what the code does."""

from __future__ import annotations

import datetime as dt
import re
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flask_firmtext.messaging.owners import Subject
from flask_firmtext.ports.permissions import ADMINISTRATOR, STAFF
from flask_firmtext.ports.values import User
from flask_firmtext.settings import NAMES
from flask_firmtext.store.states import State
from hostapp import KEYS

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
GENERATE = runpy.run_path(str(ROOT / "docs" / "generate.py"))
PAGES, FAULTS, ATTACKS = GENERATE["PAGES"], GENERATE["FAULTS"], GENERATE["ATTACKS"]

#: Names that configure tests, not a host.
FOR_TESTS = {"FIRMTEXT_TEST_PAUSE"}
PAPERS = [
    *DOCS,
    ROOT / "benchmarks" / "README.md",
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG", "SECURITY")),
]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_every_fault_is_proved_or_says_why_not() -> None:
    assert list(FAULTS["FAULTS"]) == [f"F{n:02}" for n in range(1, 84)]
    assert FAULTS["unproved"]() == [], (
        "mark a test with `@pytest.mark.fault`, or say in docs/faults.py why there is none"
    )
    proved = FAULTS["proofs"]()
    assert set(proved) <= set(FAULTS["FAULTS"]), "a mark names a fault that the list does not have"
    excused = [fault for fault, row in FAULTS["FAULTS"].items() if row.not_here and proved[fault]]
    assert excused == [], "what is proved needs no excuse"


def test_every_attack_is_tried_or_says_why_not() -> None:
    assert list(ATTACKS["ATTACKS"]) == [f"A{n:02}" for n in range(1, 47)]
    assert ATTACKS["untried"]() == [], (
        "mark a test with `@pytest.mark.attack`, or say in docs/attacks.py why there is none"
    )
    tried = ATTACKS["proofs"]()
    assert set(tried) <= set(ATTACKS["ATTACKS"]), "a mark names an attack that the list does not have"
    excused = [attack for attack, row in ATTACKS["ATTACKS"].items() if row.not_here and tried[attack]]
    assert excused == [], "what is tried needs no excuse"


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(FIRMTEXT_\w+)` \|", documented, re.MULTILINE)) == NAMES


def files_with_settings() -> list[Path]:
    files = [*PAPERS, ROOT / "Makefile", *ROOT.glob("demo.mk")]
    return [*files, *(ROOT / "sample_host_app").rglob("*.py"), *(ROOT / "sample_host_app").rglob("*.html")]


@pytest.mark.parametrize("file", files_with_settings(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_name_of_a_setting_exists(file: Path) -> None:
    named = set(re.findall(r"FIRMTEXT_[A-Z_]*[A-Z]\b(?!_)", file.read_text(encoding="utf-8")))
    assert {name for name in named if name not in NAMES | FOR_TESTS} == set()


@pytest.mark.parametrize("file", PAPERS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_command_named_in_a_document_exists(file: Path) -> None:
    known = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in re.findall(r"`flask firmtext ([a-z ]+)", file.read_text(encoding="utf-8")):
        assert f"## flask firmtext {command.strip()}\n" in known, command


def test_every_make_target_named_in_a_document_exists() -> None:
    rules = "".join(file.read_text() for file in [ROOT / "Makefile", *ROOT.glob("*.mk")])
    targets = set(re.findall(r"^([a-z-]+):", rules, re.MULTILINE))
    for file in PAPERS:
        named = set(re.findall(r"\bmake ([a-z-]{3,})\b(?=[`\s])", " ".join(code(file))))
        assert named <= targets, file.name


def code(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    return [*re.findall(r"`[^`\n]+`", text), *re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]


def test_every_state_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "states.md").read_text(), re.MULTILINE)
    assert set(explained) == {state.value for state in State} - {"received"}


def test_every_slot_is_explained() -> None:
    """The generated page has each; that a host can use each, ``test_matrix.py`` holds."""
    macros = re.findall(r"{% macro (\w+)", (ROOT / "flask_firmtext/templates/firmtext/slots.html").read_text())
    assert sorted(macros) == re.findall(r"^\| `(\w+)\(", PAGES["slots.md"](), re.MULTILINE)
    usage = "".join((ROOT / "docs" / f"{page}.md").read_text() for page in ("theming", "calendar"))
    assert [name for name in macros if f"{name}(" not in usage] == []


def test_every_permission_is_explained() -> None:
    explained = re.findall(r"^\| `([\w.]+)` \|", (ROOT / "docs" / "permissions.md").read_text(), re.MULTILINE)
    assert set(explained) == STAFF | ADMINISTRATOR


def test_the_code_asks_for_explained_permissions_only() -> None:
    for file in (ROOT / "flask_firmtext").rglob("*.py"):
        asked = set(re.findall(r"\bm(?:ay|ust)\(\s*\"([\w.]+)\"", file.read_text(encoding="utf-8")))
        assert asked <= STAFF | ADMINISTRATOR, file


def test_every_document_named_in_the_code_exists() -> None:
    for folder in ("flask_firmtext", "cli", "migrations", "sample_host_app"):
        for file in (ROOT / folder).rglob("*.py"):
            for name in re.findall(r"docs/[\w-]+\.md", file.read_text(encoding="utf-8")):
                assert (ROOT / name).exists(), f"{file}: {name}"


def test_the_readmes_host_is_ten_lines_of_python_that_compile() -> None:
    listing = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0]
    compile(listing, "README.md", "exec")
    assert len([line for line in listing.splitlines() if line and not line.startswith(("from", "import"))]) <= 10


def test_the_examples_of_the_hosts_page_work(monkeypatch: pytest.MonkeyPatch) -> None:
    listings = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "host.md").read_text(), re.DOTALL)
    page = ModuleType("page_of_the_host")
    monkeypatch.setitem(sys.modules, page.__name__, page)  # where annotations are looked up
    names: dict[str, Any] = vars(page)
    names.update(walls_of=lambda user: {"2"}, keep=lambda case, *rest: f"document of {case.id}")
    hosts: list[Any] = []
    for listing in listings:
        exec(compile(listing, "docs/host.md", "exec"), names)
        hosts += [names[name] for name in ("host", "several") if names.get(name) not in [None, *hosts]]
    assert [host.faults() for host in hosts] == [[]] * 5
    app = names["create_app"]({**KEYS, "SQLALCHEMY_DATABASE_URI": "sqlite://"})
    with app.app_context():
        engine = names["db"].engine
        _ask(names, hosts)
    engine.dispose()


def _ask(names: dict[str, Any], hosts: list[Any]) -> None:
    """Their hosts are asked, each at least once, after one client and one case were written."""
    db, client = names["db"], names["Client"](id=1, first="Rosa", last="Marsh", mobile="+13125550100")
    db.create_all()
    case = names["Case"](id=1, caption="Marsh v. Stone", status="open", client=client)
    db.session.add_all([client, case, names["Phone"](client_id=1, number="312.555.0100", kind="cell", preferred=True)])
    for host in (host for host in hosts if host is not names["several"]):
        assert [one.ref for one in host.for_firm("default").contacts.by_number("+13125550100")] == ["1"]
    last = names["host"].for_firm("default")
    assert last.matters.of_contact("1")[0].title == "Marsh v. Stone"
    assert last.documents.file("1", "a.txt", "text/plain", None, token="x") == "document of 1"
    day = dt.date(2031, 5, 6)
    db.session.add(names["User"](id=1, full_name="Ada", role="partner"))
    assert last.time_entries.add("1", "1", 6, day, "Texts", token="x") == "1"
    assert names["several"].for_firm("1").contacts.search("a") == []
    walled = User("1", "Ada", "default")
    subjects = [Subject("default", ("2",)), Subject("default", ("1",))]
    assert hosts[-2].users.may_each(walled, "message.send", subjects) == [False, True]
