"""The processes that run beside the web server, and the sandbox."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from werkzeug.utils import import_string

from ..current import firmtext
from ..worker import processes
from ..worker import sweep as sweeps
from .moments import moment
from .ready import refuse_unready


@click.command()
@click.option("--processes", "count", type=click.IntRange(1, 64), default=1, help="How many processes send. Default 1.")
@click.option("--no-sweep", is_flag=True, help="Leave the sweep to `flask firmtext sweep` elsewhere.")
@with_appcontext
def worker(count: int, no_sweep: bool) -> None:
    """Send texts until stopped: all that runs beside the web server.

    Starts the sending processes, one that fetches received files, and the sweep, keeps them running and ends with all
    of them.
    """
    refuse_unready()
    if not firmtext.settings.redis_url:
        if no_sweep:
            raise click.UsageError("Without FIRMTEXT_REDIS_URL the sweep is what sends: leave out --no-sweep.")
        click.echo("FIRMTEXT_REDIS_URL is not set: nobody rings, the sweep alone looks every second.", err=True)
        count = 0
    raise click.exceptions.Exit(processes.run(_app(), count, not no_sweep))


@click.command()
@click.option("--once", is_flag=True, help="Make one pass and end.")
@click.option(
    "--as-of", metavar="TIME", callback=lambda _, __, value: moment(value), help="With --once: as if it were TIME."
)
@with_appcontext
def sweep(once: bool, as_of: datetime | None) -> None:
    """Send what nobody was told about, in passes, until stopped.

    A worker does this too; run it alone where no worker runs, or to make one pass.
    """
    if as_of is not None and not once:
        raise click.UsageError("--as-of needs --once.")
    if as_of is not None and not firmtext.settings.sandboxed:
        raise click.UsageError("--as-of is for the sandbox: it would send real texts before their time.")
    refuse_unready()
    if once:
        sweeps.once(as_of)
        return
    raise click.exceptions.Exit(processes.run_sweep(_app()))


@click.command()
@click.option("--port", type=int, default=5001, help="Port of the phones page and the control. Default 5001.")
@click.option("--tls-port", type=int, default=5002, help="Port of the carrier's API over HTTPS. Default 5002.")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=Path(".sandbox"),
    help="Where it keeps its files: the folder that the application gives to `credentials()`. Default .sandbox.",
)
@click.option(
    "--webhooks",
    metavar="URL",
    required=True,
    help="Where webhooks go: http://127.0.0.1:5000/texting/webhooks.",
)
def sandbox(port: int, tls_port: int, state_dir: Path, webhooks: str) -> None:
    """Run a carrier on this machine. Needs no application.

    For trying out and for tests: texts go to phones on a page, and nothing leaves the machine.
    """
    try:
        serve = import_string("flask_firmtext.sandbox:serve")
    except ImportError as error:
        raise click.ClickException(f"{error}. Install it: pip install 'flask-firmtext[sandbox]'") from error
    serve(port, tls_port, state_dir, webhooks)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]
