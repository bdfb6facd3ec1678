"""P11: what a host application pays for the extension: at its start, at its first request, and with every page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

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
packages = time.perf_counter()
{imports}
imported = time.perf_counter()
app, db = Flask("host"), SQLAlchemy()
app.config.update(SECRET_KEY="x", SQLALCHEMY_DATABASE_URI="sqlite://")
db.init_app(app)
{bind}
@app.get("/")
def home():
    return "The practice system."
client = app.test_client()
before = time.perf_counter()
client.get("/")
first = time.perf_counter()
for _ in range(200):
    client.get("/")
print(json.dumps({{"import": imported - packages, "start": first - began, "first": first - before,
                  "page": (time.perf_counter() - first) / 200 * 1000}}))
"""
WITHOUT = HOST.format(imports="", bind="")
WITH = HOST.format(
    imports="from flask_firmtext import FirmText",
    bind="from flask_firmtext.testing.example import harbor_and_summit\nFirmText().init_app(app, db=db, host=harbor_and_summit())",
)


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    rounds = scale.rounds(11)
    told: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
    _told(WITH), _told(WITHOUT)
    for n in range(rounds):
        for which in (0, 1) if n % 2 else (1, 0):
            told[which].append(_told((WITH, WITHOUT)[which]))
    yield from _more("import of the package and start, more", "start", *told)
    yield from _more("first request, more", "first", *told)
    pages = Pair(*([one["page"] for one in side] for side in told))
    yield pages.figure("P11", "a page of the host", PAGE_TARGET, unit="ms")


def _more(what: str, name: str, ours: list[dict[str, float]], bare: list[dict[str, float]]) -> Iterator[Figure]:
    """Seconds more than without, as ``ours``; the ratio is of the whole."""
    whole = Pair([one[name] for one in ours], [one[name] for one in bare])
    more = Pair([a - b for a, b in zip(whole.ours, whole.baseline, strict=True)], whole.baseline)
    figure = more.figure("P11", what, TARGET, unit="s")
    yield Figure(**{**_fields(figure), "ratio": whole.ratio})


def _fields(figure: Figure) -> dict[str, object]:
    return {name: getattr(figure, name) for name in Figure.__slots__}


def _told(program: str) -> dict[str, float]:
    env = environment(settings_of("sqlite://"))
    done = subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found
