"""The house: imports point down, modules are short, and some words stand in some rooms only."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter

import pytest

from flask_firmtext.store.base import Base
from source import PACKAGE, ROOT, Module, modules

MODULES = modules()
BY_PATH = {module.path: module for module in MODULES}

#: From the ground up. A room imports from itself and from floors below.
FLOORS = (
    {
        "coherence",
        "parsing",
        "setting_names",
        "errors",
        "signals",
        "clock",
        "collector",
        "points",
        "leniency",
        "logs",
        "memory",
        "pipeline",
        "deferred",
        "ceilings",
        "turnstile",
        "zones",
    },
    {"reserve"},
    {"settings"},
    {"ports"},
    {"current"},
    {"language"},
    {"store", "adapters"},
    {"migrations"},
    {"messaging"},
    {"firm"},
    {"practice"},
    {"web", "worker"},
    {"cli"},
    {"extension"},
    {""},
    {"testing"},
)
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}

#: Tables of data, and history.
MAY_BE_LONG = re.compile(r"flask_firmtext/store/models/.*|.*/vonage_codes\.py|.*/schemas\.py|migrations/versions/.*")
VONAGES_ROOMS = re.compile(r"flask_firmtext/(adapters/vonage|settings\.py|coherence\.py|sandbox/)|cli/doctor/")
COMMITTING = re.compile(r"flask_firmtext/(store/transactions\.py|web/|worker/|sandbox/)|cli/|migrations/__init__\.py")
#: Who writes the state of a text: the moves, the claim's own statement, and the two that begin one.
WRITERS = {
    "flask_firmtext/messaging/moves.py:_writing",
    "flask_firmtext/store/queries.py:claim",
    "flask_firmtext/messaging/accepting.py:_inserting",
    "flask_firmtext/messaging/placing.py:_insert",
}
STATEMENT = re.compile(r"\s*(update|insert into) firmtext_message", re.IGNORECASE)
#: ``update(Model)…`` or ``session.query(Model)…``, with what is written there for the model.
BEGINNING = re.compile(r"(?:update|insert|[\w.]+\.query)\((\w+)\)")
OTHERS = {mapper.class_.__name__ for mapper in Base.registry.mappers} - {"Message"}
#: What may be listed in a table of contents; the last are names of a module that is loaded when first used.
LISTS = ("__all__", "__version__", "__getattr__")
CONFIG_READERS = {
    "flask_firmtext/settings.py",
    "flask_firmtext/extension.py",
    "cli/doctor/command.py",  # to black secrets out of what it prints
}

Rule = Callable[[Module], None]
RULES: list[Rule] = []


def every_module(rule: Rule) -> Rule:
    """A rule for every module. All are held by one test a module: pytest takes longer for a test than these do."""
    rule.__test__ = False  # type: ignore[attr-defined]
    RULES.append(rule)
    return rule


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.path)
def test_a_module_keeps_the_rules_of_the_house(module: Module) -> None:
    for rule in RULES:
        rule(module)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(module: Module) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield node


def room_of(imported: str) -> str | None:
    """Which room of ours a dotted name lies in, None for somebody else's."""
    if imported != PACKAGE and not imported.startswith(f"{PACKAGE}."):
        return None
    room = imported.removeprefix(PACKAGE).lstrip(".").partition(".")[0]
    return room if room in FLOOR or room == "sandbox" else ""


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, the docstring left out."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    doc = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - doc


@every_module
def test_imports_point_down(module: Module) -> None:
    for line, imported in module.imports():
        room = room_of(imported)
        if room is None or room == module.room:
            continue
        assert "sandbox" not in (room, module.room), f"{module.path}:{line}: the sandbox stands alone"
        assert FLOOR[room] < FLOOR[module.room], f"{module.path}:{line} imports {imported}"


def test_no_module_waits_for_itself() -> None:
    """Threads that load a circle at once (``web/routes.py``) wait for each other, or one sees half of a module."""
    known = {module.name for module in MODULES}
    waits = {
        module.name: {one if one in known else one.rpartition(".")[0] for _line, one in module.imports()} & known
        for module in MODULES
    }
    TopologicalSorter(waits).prepare()


def test_every_room_has_a_floor() -> None:
    assert {module.room for module in MODULES} - {"sandbox"} <= FLOOR.keys()


@every_module
def test_no_import_hides_in_a_function(module: Module) -> None:
    hidden = [
        node.lineno
        for function in functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


@every_module
def test_a_module_has_at_most_250_lines(module: Module) -> None:
    assert MAY_BE_LONG.fullmatch(module.path) or len(module.text.splitlines()) <= 250


@every_module
def test_a_function_has_at_most_30_lines(module: Module) -> None:
    if module.path.startswith("migrations/versions/"):
        return
    long = {f"{function.name}:{function.lineno}": length(function) for function in functions(module)}
    assert {name: lines for name, lines in long.items() if lines > 30} == {}


def contents(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What stands in a module, also in a block, and where only a type checker looks or only it does not."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from [*node.body, *node.orelse]
        elif isinstance(node, ast.With):
            yield from node.body
        else:
            yield node


@every_module
def test_an_init_is_a_table_of_contents(module: Module) -> None:
    if module.file.name != "__init__.py" or module.path in ("cli/__init__.py", "migrations/__init__.py"):
        return
    for node in contents(module.tree.body):
        listed = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in LISTS
        said = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        assert listed or said or isinstance(node, ast.Import | ast.ImportFrom), f"{module.path}:{node.lineno}"


@every_module
def test_rq_is_imported_by_worker_and_bell_only(module: Module) -> None:
    if module.path.startswith("flask_firmtext/worker/") or module.path == "flask_firmtext/adapters/bell.py":
        return
    assert [line for line, imported in module.imports() if imported.partition(".")[0] == "rq"] == []


@every_module
def test_a_commit_stands_in_edges_and_own_transactions_only(module: Module) -> None:
    if COMMITTING.match(module.path):
        return
    commits = [
        call.lineno for call in calls(module) if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert commits == []


@every_module
def test_the_state_of_a_text_has_one_writer(module: Module) -> None:
    if module.room == "sandbox":
        return
    wanted = {writer for writer in WRITERS if writer.startswith(f"{module.path}:")}
    assert {f"{module.path}:{function_at(module, line)}" for line in writes_of_a_state(module)} == wanted


def writes_of_a_state(module: Module) -> Iterator[int]:
    """Lines that write a column ``state``, or columns without naming them, and not of another model for certain."""
    for node in ast.walk(module.tree):
        if (
            (isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store))
            or (isinstance(node, ast.Constant) and STATEMENT.match(str(node.value)))
            or (isinstance(node, ast.Call) and writes_a_state(node))
        ):
            yield node.lineno


def writes_a_state(call: ast.Call) -> bool:
    verb = ast.unparse(call.func).rpartition(".")[2]
    if verb in ("insert_once", "insert_or_update", "Message"):
        model = "Message" if verb == "Message" else ast.unparse(call.args[1])
        return model not in OTHERS and names_a_state(call, unnamed=True)
    if verb == "setattr":
        return "state" in ast.unparse(call.args[1])
    begun = BEGINNING.match(ast.unparse(call.args[0] if verb == "execute" and call.args else call))
    if begun and begun[1] in OTHERS:
        return False
    if verb == "execute":
        return bool(begun) and len(call.args) > 1
    return verb in ("values", "update") and names_a_state(call, unnamed=bool(begun))


def names_a_state(call: ast.Call, *, unnamed: bool) -> bool:
    """Whether a call hands over a ``state``; ``**columns`` may be one where they are ``unnamed``."""
    names = [keyword.arg for keyword in call.keywords]
    keys = [key for argument in call.args if isinstance(argument, ast.Dict) for key in argument.keys]
    said = any(key is not None and re.search(r"\bstate\b", ast.unparse(key)) for key in keys)
    return said or "state" in names or (unnamed and None in [*names, *keys])


def function_at(module: Module, line: int) -> str:
    """The function in which a line stands."""
    around = [one.name for one in functions(module) if one.lineno <= line <= (one.end_lineno or 0)]
    return around[-1] if around else ""


@every_module
def test_nothing_is_printed(module: Module) -> None:
    if module.room == "sandbox":
        return
    assert [call.lineno for call in calls(module) if ast.unparse(call.func) in ("print", "pprint")] == []


@every_module
def test_nothing_calls_sys_exit(module: Module) -> None:
    if module.file.name == "__main__.py":
        return
    assert [call.lineno for call in calls(module) if ast.unparse(call.func) in ("sys.exit", "exit", "quit")] == []


@every_module
def test_vonages_name_stands_in_its_rooms_only(module: Module) -> None:
    if VONAGES_ROOMS.match(module.path):
        return
    # Whom the root's import string and the declared names belong to is said in settings, which everybody may read.
    named = [number for number, line in enumerate(module.text.splitlines(), 1) if "vonage" in line.lower()]
    assert named == []


def test_no_page_names_vonage() -> None:
    folders = [ROOT / PACKAGE / name / "firmtext" for name in ("templates", "static")]
    kinds = (".html", ".js", ".css", ".txt")
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in kinds]
    assert [file.name for file in files if "vonage" in file.read_text(encoding="utf-8").lower()] == []


@every_module
def test_configuration_is_read_in_settings_only(module: Module) -> None:
    if module.path in CONFIG_READERS or module.room == "sandbox":
        return
    read = [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "config" and ast.unparse(node.value).endswith("app")
    ]
    assert read == []


@pytest.mark.parametrize("folder", [PACKAGE, "cli", "migrations", "sample_host_app", "tests", "docs"])
def test_nobody_imports_cli_or_migrations_from_the_top_level(folder: str) -> None:
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            assert {name.partition(".")[0] for name in names}.isdisjoint({"cli", "migrations"}), file


@pytest.mark.parametrize("path", ["flask_firmtext/messaging", "flask_firmtext/practice", "flask_firmtext/firm"])
def test_a_verb_knows_no_request(path: str) -> None:
    words = {"request", "session", "flash", "redirect", "render_template", "g", "url_for"}
    for module in MODULES:
        if module.path.startswith(path):
            wanted = [imported for _, imported in module.imports() if imported.startswith("flask.")]
            assert not [name for name in wanted if name.partition(".")[2] in words], module.path


@pytest.mark.parametrize(
    ("path", "text", "broken"),
    [
        ("flask_firmtext/ports/x.py", "from ..store import models", test_imports_point_down),
        ("flask_firmtext/messaging/x.py", "from ..practice import calendar", test_imports_point_down),
        ("flask_firmtext/web/x.py", "from flask_firmtext.worker import tasks", test_imports_point_down),
        ("flask_firmtext/web/x.py", "from flask_firmtext import sandbox", test_imports_point_down),
        ("flask_firmtext/store/x.py", "def f():\n    import json", test_no_import_hides_in_a_function),
        ("flask_firmtext/store/x.py", "x = 1\n" * 251, test_a_module_has_at_most_250_lines),
        ("flask_firmtext/store/x.py", "def f():\n" + "    x = 1\n" * 30, test_a_function_has_at_most_30_lines),
        ("flask_firmtext/web/__init__.py", "x = 1", test_an_init_is_a_table_of_contents),
        ("flask_firmtext/web/x.py", "from rq import Queue", test_rq_is_imported_by_worker_and_bell_only),
        ("flask_firmtext/messaging/x.py", "s.commit()", test_a_commit_stands_in_edges_and_own_transactions_only),
        *(
            ("flask_firmtext/messaging/x.py", f"def f(**c):\n    {write}", test_the_state_of_a_text_has_one_writer)
            for write in (
                "message.state = 'queued'",
                "setattr(message, 'state', 'queued')",
                "session.execute(update(Message).where(Message.id == 1).values(state='queued'))",
                "session.execute(update(Message).values({Message.state: 'queued'}))",
                "session.execute(update(table).values(tries=1, **c))",
                "session.query(Message).filter().update({'state': 'queued'})",
                "session.add(Message(id=1, state='queued'))",
                "insert_once(session, Message, state='queued')",
                "insert_once(session, Message, **c)",
                "session.execute(update(Message), [c])",
                "session.execute(text(\"UPDATE firmtext_message SET state = 'queued'\"))",
            )
        ),
        ("flask_firmtext/messaging/moves.py", "", test_the_state_of_a_text_has_one_writer),
        ("cli/x.py", "print(1)", test_nothing_is_printed),
        ("cli/x.py", "import sys\nsys.exit(1)", test_nothing_calls_sys_exit),
        ("flask_firmtext/web/x.py", "x = 'Vonage'", test_vonages_name_stands_in_its_rooms_only),
        ("flask_firmtext/web/x.py", "current_app.config['X']", test_configuration_is_read_in_settings_only),
    ],
    ids=lambda value: value.__name__.removeprefix("test_") if callable(value) else "",
)
def test_these_tests_can_fail(path: str, text: str, broken: object) -> None:
    name = ".".join((PACKAGE, *path.removeprefix(f"{PACKAGE}/").removesuffix(".py").split("/")))
    module = Planted(name.removesuffix(".__init__"), ROOT / path, text)
    with pytest.raises(AssertionError):
        broken(module)  # type: ignore[operator]


class Planted(Module):
    """A module that is nowhere but here."""

    def __init__(self, name: str, file: object, text: str) -> None:
        super().__init__(name, file)  # type: ignore[arg-type]
        object.__setattr__(self, "planted", text)

    @property
    def text(self) -> str:
        return str(self.planted)  # type: ignore[attr-defined]
