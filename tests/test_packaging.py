"""What is installed: the wheel, built from the sdist, alone in an environment of its own, runs a ten-line host."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from hostapp import KEYS
from source import modules

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OPTIONAL = PROJECT["project"]["optional-dependencies"]
#: Flask, requests and Flask-WTF are made of these and promise them.
IMPLIED = {"urllib3", "werkzeug", "jinja2", "markupsafe", "blinker", "itsdangerous", "wtforms"}
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]
FOLDERS = {"flask_firmtext": "flask_firmtext", "cli": "flask_firmtext.cli", "migrations": "flask_firmtext.migrations"}
OURS = ("flask_firmtext", "cli", "migrations", "sample_host_app", "tests", "docs")

HOST = """
from flask import Flask
from flask_firmtext import FirmText
from flask_firmtext.testing import MemoryHost
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
firmtext = FirmText()
def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///practice.db"
    db.init_app(app)
    firmtext.init_app(app, db=db, host=MemoryHost())
    return app
"""

PROBE = """
import importlib, importlib.metadata, importlib.util, json, sys
from pathlib import Path
import flask_firmtext
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
for name in ("cli", "migrations", "tests", "sample_host_app", "docs"):
    assert importlib.util.find_spec(name) is None, name
print(Path(flask_firmtext.__file__).parent)
"""


#: A firm is switched on, texts a client, and the carrier has it.
TEXT = """
from practice import create_app
from flask_firmtext.current import firmtext
from flask_firmtext.firm import provisioning, reminding
from flask_firmtext.messaging import accepting
from flask_firmtext.store.models import Message, Texting
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import drain
app = create_app()
app.config["SECRET_KEY"] = "of a test"
with app.app_context():
    user, firm = firmtext.host.users.all["staff@harbor.example"], "harbor"
    with own() as store:
        chosen = {"reminder_days": list(reminding.DAYS), "reminder_time": reminding.TIME}
        store.add(Texting(firm=firm, on_at=firmtext.clock.now(), **chosen))
        provisioning.adopt(store, firm=firm, number="+18335550100").state = NumberState.VERIFIED
    with own() as store:
        contact = firmtext.host.for_firm(firm).contacts.get("rosa")
        id = accepting.accept(
            store, user=user, contact=contact, to=None, text="Hello", token=accepting.new_token()
        ).id
    drain.run(id)
    with reading() as store:
        print(store.get_one(Message, id).state, [(one.to, one.text) for one in firmtext.gateway.sent])
    firmtext.host.users.sign_in(user.ref)
print(app.test_client().get("/texting/").status_code)
"""


def run(*arguments: str | Path, cwd: Path, seconds: float = 110, **environment: str) -> str:
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel made from it; built from a copy, because ``build/`` would remember deleted files."""
    folder = tmp_path_factory.mktemp("source")
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", cwd=folder)
    return next((folder / "dist").glob("*.tar.gz")), next((folder / "dist").glob("*.whl"))


@pytest.fixture(scope="session")
def installed(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty environment with our wheel in it; its path has a space and a percent sign.

    What we depend on is lent by the environment that runs the tests, so that nothing is downloaded. Only our own
    package is not: a link to it comes from an editable install and is not followed here.
    """
    home = tmp_path_factory.mktemp("environment") / "100 % empty"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    for thing in Path(sysconfig.get_path("purelib")).iterdir():
        if "firmtext" not in thing.name and thing.suffix != ".pth" and not (site / thing.name).exists():
            (site / thing.name).symlink_to(thing)
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", built[1], cwd=home)
    return python


def test_the_list_of_packages_is_the_list_of_folders() -> None:
    found = set()
    for folder, package in FOLDERS.items():
        for file in (ROOT / folder).rglob("__init__.py"):
            found.add(".".join((package, *file.parent.relative_to(ROOT / folder).parts)))
    assert set(PACKAGES) == found


def test_every_folder_with_code_has_an_init() -> None:
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*.py"):
            assert (file.parent / "__init__.py").exists(), file


def test_constraints_are_names_and_versions_and_name_no_index() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines, key=lambda line: line.partition("==")[0].lower())
    for line in lines:
        name, _, version = line.partition("==")
        assert name, line
        assert version, line
        assert not {"/", " ", "@"} & set(line), line


def test_everything_that_we_depend_on_is_pinned() -> None:
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in
              (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}  # fmt: skip
    wanted = list(PROJECT["project"]["dependencies"])
    for extra in OPTIONAL.values():
        wanted += extra
    assert {requirement(line) for line in wanted} - {"flask-firmtext"} <= pinned


def requirement(line: str) -> str:
    """The normalised name in a line like ``Flask-SQLAlchemy>=3.1.1``."""
    return re.split(r"[\[<>=~! ]", line)[0].lower().replace("_", "-")


def test_everything_that_is_imported_is_declared() -> None:
    distributions = packages_distributions()
    declared = {requirement(line) for line in PROJECT["project"]["dependencies"]}
    extras = {name: {requirement(line) for line in lines} for name, lines in OPTIONAL.items()}
    of_rooms = {"sandbox": extras["sandbox"], "testing": {"pytest"}}
    of_modules = {"flask_firmtext.web.figures": extras["metrics"]}
    for module in modules():
        allowed = declared | of_rooms.get(module.room, set()) | of_modules.get(module.name, set())
        for line, imported in module.imports():
            root = imported.partition(".")[0]
            if root in sys.stdlib_module_names or root in ("flask_firmtext", "_typeshed", "__future__"):
                continue
            owners = {requirement(name) for name in distributions[root]}
            assert owners & (allowed | IMPLIED), f"{module.path}:{line} imports {imported}"


def test_the_wheel_holds_our_package_alone(built: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(built[1]).namelist()
    assert {name.partition("/")[0] for name in names} == {"flask_firmtext", "flask_firmtext-0.1.0.dist-info"}
    assert "flask_firmtext-0.1.0.dist-info/licenses/LICENSE" in names
    for data in ("py.typed", "migrations/script.py.mako", "cli/doctor/command.py"):
        assert f"flask_firmtext/{data}" in names


def test_the_wheel_holds_every_file_of_the_package(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[1]).namelist())
    for folder, package in FOLDERS.items():
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                installed = "/".join((*package.split("."), *file.relative_to(ROOT / folder).parts))
                assert installed in names


def test_the_sdist_holds_what_is_needed_to_test(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tests/conftest.py", "tests/support/servers.py", "constraints.txt", "Makefile", "LICENSE"} <= names
    assert {"sample_host_app/app.py", "docs/settings.md", "README.md", "CHANGELOG.md"} <= names
    assert not [name for name in names if name.endswith(".pyc")]


def test_every_module_imports_from_the_wheel_and_nothing_leaks(installed: Path, tmp_path: Path) -> None:
    modules = [name for name in PACKAGES if name != "flask_firmtext.migrations.versions"]
    place = run(installed, "-c", PROBE, str(modules).replace("'", '"'), cwd=tmp_path).strip()
    assert Path(place).is_relative_to(installed.parents[1])


def test_the_installed_wheel_runs_a_ten_line_host(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "practice.py").write_text(HOST)
    flask = (installed, "-m", "flask", "--app", "practice")
    assert "worker" in run(*flask, "firmtext", "--help", cwd=tmp_path)
    run(*flask, "firmtext", "db", "upgrade", cwd=tmp_path)
    run(*flask, "firmtext", "db", "check", cwd=tmp_path)
    assert "[]" in run(*flask, "firmtext", "messages", "failed", "--json", cwd=tmp_path, **KEYS)
    assert "/texting/webhooks/inbound" in run(*flask, "routes", cwd=tmp_path, **KEYS)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("versions", ["lowest", "newest"])
def test_the_wheel_works_with_every_version_that_it_allows(
    versions: str, built: tuple[Path, Path], tmp_path: Path
) -> None:
    """With the lowest of what we name, or the newest, in an empty environment; this downloads."""
    venv.create(tmp_path / "empty", with_pip=True)
    python = tmp_path / "empty" / "bin" / "python"
    extras = ("postgres", "sandbox", "metrics")
    named = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in OPTIONAL[extra])]
    lowest = [re.sub(r"\[.*\]", "", line).replace(">=", "==") for line in named]
    (tmp_path / "constraints.txt").write_text("\n".join(lowest) if versions == "lowest" else "")
    whence = {name: value for name, value in os.environ.items() if name == "HOME" or name.startswith("PIP_")}
    wheel, limits = f"{built[1]}[{','.join(extras)}]", ("-c", "constraints.txt")
    run(python, "-m", "pip", "install", "-q", wheel, *limits, cwd=tmp_path, seconds=3000, **whence)
    run(python, "-m", "pip", "check", cwd=tmp_path)

    (tmp_path / "practice.py").write_text(HOST.replace("MemoryHost", "harbor_and_summit"))
    modules = [name for name in PACKAGES if name != "flask_firmtext.migrations.versions"]
    run(python, "-c", PROBE, str(modules).replace("'", '"'), cwd=tmp_path)
    settings = {**KEYS, "FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}
    run(python, "-m", "flask", "--app", "practice", "firmtext", "db", "upgrade", cwd=tmp_path, **settings)
    said = run(python, "-c", TEXT, cwd=tmp_path, **settings)
    assert said.splitlines() == ["submitted [('+13125550100', 'Hello')]", "200"]


def test_flask_help_works_from_the_wheel_with_nothing_configured(installed: Path, tmp_path: Path) -> None:
    assert "firmtext" in run(installed, "-m", "flask", "--help", cwd=tmp_path)


def test_importing_the_package_imports_no_carriers_sdk_and_no_mapped_host(installed: Path, tmp_path: Path) -> None:
    late = ("vonage", "flask_firmtext.adapters.sqlalchemy_host")
    program = f"import sys, flask_firmtext, flask_firmtext.cli; print([m for m in sys.modules if m.startswith({late})])"
    assert run(installed, "-c", program, cwd=tmp_path).strip() == "[]"


def test_no_file_of_ours_names_an_index_or_a_machine() -> None:
    words = ("index-url", "find-links", "/simple/", str(Path.home()) + "/", str(ROOT) + "/")
    for folder in OURS:
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in (".py", ".md", ".toml", ".txt", ".html", ".mk") and file != Path(__file__):
                text = file.read_text(encoding="utf-8")
                assert not [word for word in words if word in text], file
