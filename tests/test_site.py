"""The site of the documents builds, and a warning is an error."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", "-d", tmp_path / "trees", ROOT / "docs", site]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=590)
    assert done.returncode == 0, done.stdout + done.stderr
    first = (site / "index.html").read_text(encoding="utf-8")
    assert "SQLAlchemyHost" in first, "the ten lines"
    assert "images/thread.png" in first
    assert "ports.html" in first
    for page in site.glob("*.html"):
        words = re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))
        assert not re.search(r"\]\([\w./#-]+\)", words), f"{page.name}: a link was not made"
