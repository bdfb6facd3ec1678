"""F72: what a large file costs the process that fetches it, measured by the kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.fault("F72")
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the mark of the highest is Linux's")
def test_f72_fifty_megabytes_cost_less_than_twenty_and_arrive_whole() -> None:
    # A run of its own: the servers of this one are not its to end.
    environment = {name: value for name, value in os.environ.items() if name != "FT_TEST_RUN"}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks"],
        env=environment | {"ONLY": "P10", "QUICK": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout
    # That it can be read back whole is looked at there.
    assert json.loads(done.stdout.splitlines()[-1])["ours"] < 20
