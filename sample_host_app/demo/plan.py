"""What this run of the demo is: folder, ports, keys and the environment of its processes."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIMITS = ("USER_TEXTS_PER_MINUTE", "CONVERSATION_TEXTS_PER_MINUTE", "FIRM_TEXTS_PER_MINUTE", "LOOKUPS_PER_MINUTE")
ROOT = Path(__file__).resolve().parents[2]


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """``seconds`` is the time that the self-check has, None for a demo to play with."""

    folder: Path
    port: int
    sandbox_port: int
    sandbox_tls_port: int
    seconds: float | None
    given: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def own_carrier(self) -> bool:
        """Whether we play the carrier, too."""
        return not self.given.get("FIRMTEXT_VONAGE_API_HOST")

    @property
    def prefix(self) -> str:
        return self.given.get("FIRMTEXT_URL_PREFIX") or "/texting"

    @property
    def ports(self) -> dict[str, int]:
        """The ports that must be free, by the variable that chooses each."""
        taken = {"DEMO_PORT": self.port}
        if self.own_carrier:
            taken |= {"SANDBOX_PORT": self.sandbox_port, "SANDBOX_TLS_PORT": self.sandbox_tls_port}
        return taken


def read(environ: Mapping[str, str] = os.environ) -> Plan:
    """The plan that the environment asks for.

    :raises DemoError: a variable is no number.
    """
    folder = Path(environ.get("DEMO_DIR") or ROOT / ".demo").resolve()
    seconds = _number(environ, "DEMO_SECONDS", "0")
    return Plan(
        folder=folder,
        port=int(_number(environ, "DEMO_PORT", "5000")),
        sandbox_port=int(_number(environ, "SANDBOX_PORT", "5001")),
        sandbox_tls_port=int(_number(environ, "SANDBOX_TLS_PORT", "5002")),
        seconds=seconds or None,
        given=_from_outside(environ, folder / "env"),
    )


def _from_outside(environ: Mapping[str, str], env: Path) -> dict[str, str]:
    """The environment without what a shell has from sourcing an earlier demo's ``env``: that demo's sandbox is gone."""
    sourced = Path(environ.get("FIRMTEXT_VONAGE_CA_BUNDLE", "")).is_relative_to(env.parent)
    earlier = set(env.read_text(encoding="utf-8").splitlines()) if sourced and env.exists() else set()
    return {name: value for name, value in environ.items() if _export(name, value) not in earlier}


def _export(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _number(environ: Mapping[str, str], name: str, default: str) -> float:
    value = environ.get(name) or default
    try:
        return float(value)
    except ValueError:
        raise DemoError(f"{name} must be a number, not {value!r}.") from None


def settings(plan: Plan) -> dict[str, str]:
    """What the practice system's processes are told. What the environment says wins, and is kept in ``.demo/env``."""
    ours = {
        **_keys(plan.folder / "keys.json"),
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{plan.folder / 'practice.sqlite3'}",
        "FIRMTEXT_PUBLIC_URL": plan.url,
        "FIRMTEXT_STATE_DIR": str(plan.folder / "state"),
        "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
        "FIRMTEXT_QUIET_HOURS": "off",
        # Whoever tries it out presses faster, and more often, than an office does.
        **{f"FIRMTEXT_{name}": "0" for name in LIMITS},
    }
    said = {name: value for name, value in plan.given.items() if name.startswith("FIRMTEXT_") or name in ours}
    path = f"{Path(sys.executable).parent}{os.pathsep}{plan.given.get('PATH', os.defpath)}"
    return {**ours, **said, "FLASK_APP": "sample_host_app", "PYTHONPATH": str(ROOT), "PATH": path}


def _keys(file: Path) -> dict[str, str]:
    """Keys made once and kept: without them the texts of an earlier run cannot be read."""
    if not file.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(32),
            "FIRMTEXT_ENCRYPTION_KEYS": f"demo:{_key()}",
            "FIRMTEXT_INDEX_KEY": _key(),
        }
        write_private(file, json.dumps(made, indent=2))
    kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return kept


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write_env(file: Path, values: Mapping[str, str]) -> None:
    """Lines that a second terminal sources."""
    lines = [_export(name, value) for name, value in sorted(values.items()) if name != "PATH"]
    lines.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    write_private(file, "\n".join(lines) + "\n")


def write_private(file: Path, content: str) -> None:
    """Write a file whole, for its owner's eyes only."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(content)
    draft.replace(file)
