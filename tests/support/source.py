"""Our source as data: every module with its dotted name, its file and its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "flask_firmtext"

#: Folders outside the package are installed inside it.
FOLDERS = {PACKAGE: ROOT / PACKAGE, f"{PACKAGE}.cli": ROOT / "cli", f"{PACKAGE}.migrations": ROOT / "migrations"}


@dataclass(frozen=True)
class Module:
    """One file of ours. ``path`` is relative to the project."""

    name: str
    file: Path

    @property
    def path(self) -> str:
        return self.file.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The first name below the package: ``store``, ``settings``; the root itself is empty."""
        return self.name.removeprefix(PACKAGE).lstrip(".").partition(".")[0]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and absolute name of everything imported, at whatever depth."""
        package = self.name if self.file.name == "__init__.py" else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
                source = ".".join(filter(None, (base, node.module or "")))
                yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def modules() -> list[Module]:
    found = []
    for package, folder in FOLDERS.items():
        for file in sorted(folder.rglob("*.py")):
            parts = file.relative_to(folder).with_suffix("").parts
            found.append(Module(".".join((package, *(part for part in parts if part != "__init__"))), file))
    return found
