"""``make demo-reset``: end what a run left, and empty the demo's folder."""

from __future__ import annotations

import shutil
import sys

from .plan import DemoError, read
from .processes import Memory


def main() -> int:
    folder = read().folder
    try:
        Memory(folder / "pids").end_leftovers()
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
