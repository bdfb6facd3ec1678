"""No link in a document is dead: files, pictures, and headings within pages."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


def prose(file: Path) -> str:
    """What is not a listing."""
    return re.sub(r"^```.*?^```$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(file: Path) -> frozenset[str]:
    """The anchors of a page's headings, as the repository's pages and the site name them."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.*)$", prose(file), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.append(f"{name}-{found.count(name)}" if name in found else name)
    return frozenset(found)


def dead(text: str, file: Path) -> list[str]:
    """The links in ``text``, which stands in ``file``, that lead nowhere."""
    found = []
    for target, anchor in re.findall(r"\]\(([^()\s#]*)(?:#([^()\s]*))?\)", text):
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (file.parent / target).resolve() if target else file
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            found.append(f"{target}#{anchor}" if anchor else target)
    return found


@pytest.mark.parametrize("file", PAPERS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(file: Path) -> None:
    assert dead(prose(file), file) == []


def test_a_dead_link_is_found() -> None:
    text = "[a](nothing.md) [b](keys.md#nowhere) [c](#nor-here) [d](keys.md#what-to-save) ![e](images/no.png)"
    assert dead(text, ROOT / "docs" / "states.md") == [
        "nothing.md", "keys.md#nowhere", "#nor-here", "images/no.png",
    ]  # fmt: skip


def taken() -> set[str]:
    """Pictures of the demo and of strangers' frames by their names; read and not run, because both import much."""
    return {name for module in ("screenshots", "frames") for name in _pictures(ROOT / "docs" / f"{module}.py")}


def _pictures(module: Path) -> list[str]:
    code = ast.parse(module.read_text(encoding="utf-8"))
    (pictures,) = [node.value for node in code.body if isinstance(node, ast.Assign) and _named(node, "PICTURES")]
    assert isinstance(pictures, ast.Dict)
    return [str(ast.literal_eval(key)) for key in pictures.keys if key]


def _named(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def test_every_picture_is_taken_by_the_script_and_shown() -> None:
    shown = {picture for file in PAPERS for picture in re.findall(r"!\[[^\]]+\]\(([^)]*)\)", prose(file))}
    images = ROOT / "docs" / "images"
    assert {Path(picture).stem for picture in shown if picture.endswith(".png")} == taken()
    assert {file.relative_to(ROOT / "docs").as_posix() for file in (ROOT / "docs").rglob("*.png")} == {
        f"images/{name}.png" for name in taken()
    }
    assert {file.suffix for file in images.iterdir()} == {".png"}


def test_every_page_is_in_the_sites_list() -> None:
    listed = re.findall(r"^[\w*]+$", (ROOT / "docs" / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    pages = {file for file in (ROOT / "docs").glob("*.md") if file.stem != "index"}
    assert {file for name in listed for file in (ROOT / "docs").glob(f"{name}.md")} == pages
