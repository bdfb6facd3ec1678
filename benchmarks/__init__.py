"""How fast it is, each figure beside a baseline that runs in the same minute. Started by ``make bench``."""

from __future__ import annotations

import sys
from pathlib import Path

#: Servers, hosts and rows are those of the tests.
SUPPORT = Path(__file__).resolve().parents[1] / "tests" / "support"
if str(SUPPORT) not in sys.path:
    sys.path.insert(0, str(SUPPORT))
