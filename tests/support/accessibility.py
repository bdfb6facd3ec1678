"""What any page of ours must be for everybody."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe


def check(page: Any, name: str) -> None:
    """Nothing serious for axe, and nothing to be scrolled sideways; ``name`` is told when there is."""
    found = Axe().run(page).response["violations"]
    bad = [
        (violation["id"], node["html"][:200], node["failureSummary"])
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert bad == [], name
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{name} must be scrolled sideways"
