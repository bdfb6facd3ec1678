"""`python -m flask_firmtext.sandbox`."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

from .sandbox import serve

_PR_SET_PDEATHSIG = 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("flask_firmtext.sandbox", description="A local Vonage for tests and the demo.")
    parser.add_argument("--port", type=int, default=5001, help="phones page and control, plain HTTP; 0 chooses one")
    parser.add_argument("--tls-port", type=int, default=5002, help="carrier API and media, HTTPS; 0 chooses one")
    parser.add_argument("--state-dir", type=Path, default=Path(".sandbox"), help="account, keys and memory")
    parser.add_argument("--webhooks", default="http://127.0.0.1:5000/texting/webhooks", help="base of the webhooks")
    parser.add_argument("--phones", type=Path, help="JSON list of {msisdn, name}: phones that exist from the start")
    parser.add_argument("--speed", type=float, default=1.0, help="factor on the waits before statuses; 0: at once")
    parser.add_argument("--retry-speed", type=float, default=1.0, help="factor on the waits before repeats")
    parser.add_argument("--requests-per-second", type=float, default=30.0, help="limit of the account; 0: none")
    parser.add_argument(
        "--end-with-parent",
        type=int,
        nargs="?",
        const=os.getppid(),
        metavar="PID",
        help="end when the starting process ends; give its id, lest it ends before this one has begun",
    )
    return parser.parse_args()


def main() -> None:
    """Run a sandbox with the options of the command line."""
    given = _arguments()
    if given.end_with_parent is not None:
        _tie_to_parent()
    try:
        serve(
            given.port,
            given.tls_port,
            given.state_dir,
            given.webhooks,
            speed=given.speed,
            retry_speed=given.retry_speed,
            requests_per_second=given.requests_per_second,
            phones=given.phones,
            parent=given.end_with_parent,
        )
    except (OSError, ValueError) as error:
        sys.exit(f"The sandbox cannot run: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _tie_to_parent() -> None:
    """Ask the kernel to end this process with its parent, where it can; `serve` looks after the other systems."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    main()
