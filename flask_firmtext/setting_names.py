"""Names of settings that are not, or no longer, the right ones: each is told with the one to write instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple


class Renamed(NamedTuple):
    """What a setting is called now, and since which version (``0.3``)."""

    name: str
    since: str


#: By its old name. It works for two minor versions and six months, and then moves to ``OBSOLETE`` (docs/versions.md).
RENAMED: dict[str, Renamed] = {}

#: A removed setting keeps its name here with the sentence that names its replacement.
OBSOLETE: dict[str, str] = {}

#: Named points for tests (``points``): no setting, and no fault either.
TEST_ONLY = "FIRMTEXT_TEST_PAUSE"


def configured(name: str, config: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    """What a setting is given, None if nothing: under its own name if there is something, else under an older one.

    The configuration wins over the environment. Both names may be set: old and new processes may share an environment.
    """
    names = (name, *(old for old, now in RENAMED.items() if now.name == name))
    given = (config.get(one, environ.get(one)) for one in names)
    return next((value for value in given if value is not None and value != ""), None)


def deprecated(given: Mapping[str, Any]) -> list[str]:
    """A sentence for every old name in the config or the environment that still works."""
    return [
        f"{old} is called {now.name} since FirmText {now.since}; a later version refuses the old name."
        for old, now in RENAMED.items()
        if old in given
    ]


def unknown(given: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """A sentence for every ``FIRMTEXT_`` name in the config or the environment that is no setting."""
    faults = []
    for name in sorted(str(key) for key in given):
        if not name.startswith("FIRMTEXT_") or name in known or name in RENAMED or name == TEST_ONLY:
            continue
        near = get_close_matches(name, known, n=1)
        cure = OBSOLETE.get(name) or (f"did you mean {near[0]}?" if near else "remove it.")
        faults.append(f"{name} is no setting: {cure}")
    return faults
