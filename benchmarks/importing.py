"""P11: what a host application pays for the extension: at its start, at its first request, and with every page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .rounds import Figure, Pair, Scale, Target
from .stage import ROOT, Stage, environment, settings_of

BASELINE = "the same host without the extension"
TARGET = Target("< 0.25 s more", most=0.25, absolute=True)
PAGE_TARGET = Target("≤ 1.05", most=1.05)

HOST = """
import json, sys, time
began = time.perf_counter()
import flask, flask_sqlalchemy
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
{imports}
imported = time.perf_counter()
{host}
app, db = Flask("host"), SQLAlchemy()
app.config.update(SECRET_KEY="x", SQLALCHEMY_DATABASE_URI="sqlite://")
db.init_app(app)
{bind}
@app.get("/")
def home():
    return "The practice system."
client = app.test_client()
client.get("/")
first = time.perf_counter()
for _ in range(1000):
    client.get("/")
print(json.dumps({{"imported": imported - began, "answered": first - began,
                  "page": (time.perf_counter() - first) / 1000 * 1000}}))
"""
WITHOUT = HOST.format(imports="", host="", bind="")
WITH = HOST.format(
    imports="from flask_firmtext import FirmText",
    host="from flask_firmtext.testing.example import harbor_and_summit",
    bind="FirmText().init_app(app, db=db, host=harbor_and_summit())",
)


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    bytecode = stage.new_folder()
    told: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
    for n in range(-1, scale.rounds(15)):
        for which in (0, 1) if n % 2 else (1, 0):
            found = _told((WITH, WITHOUT)[which], bytecode)
            if n >= 0:  # the first have written the byte code
                told[which].append(found)
    yield _more("import of the package, more", "imported", TARGET, *told)
    yield _more("from the start to the first answer, more", "answered", Target("told"), *told)
    pages = Pair(*([one["page"] for one in side] for side in told))
    yield pages.figure("P11", "a page of the host", PAGE_TARGET, unit="ms")


def _more(what: str, name: str, target: Target, ours: list[dict[str, float]], bare: list[dict[str, float]]) -> Figure:
    """Seconds more than without, as ``ours``; the ratio is of the whole."""
    whole = Pair([one[name] for one in ours], [one[name] for one in bare])
    more = Pair([a - b for a, b in zip(whole.ours, whole.baseline, strict=True)], whole.baseline)
    return replace(more.figure("P11", what, target, unit="s"), ratio=whole.ratio)


def _told(program: str, bytecode: Path) -> dict[str, float]:
    """In a new process, with byte code as an installed package has it."""
    env = environment(settings_of("sqlite://")) | {"PYTHONPYCACHEPREFIX": str(bytecode)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    said = subprocess.check_output([sys.executable, "-c", program], env=env, cwd=ROOT, text=True)
    found: dict[str, float] = json.loads(said)
    return found
