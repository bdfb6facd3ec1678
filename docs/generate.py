"""Writes the pages that follow from the code: settings, commands, signals, faults, attacks. ``make docs`` runs it."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask_firmtext.cli import firmtext

from flask_firmtext.firm.token_scopes import SCOPES
from flask_firmtext.setting_names import RENAMED
from flask_firmtext.settings import REQUIRED, SETTINGS
from flask_firmtext.signals import TOLD, Told
from flask_firmtext.store.audit_actions import ACTIONS
from flask_firmtext.store.audit_objects import OPEN, WALLS
from flask_firmtext.web.api.catalogue import every
from flask_firmtext.web.api.operations import Operation
from flask_firmtext.web.api.problems import KINDS

FOLDER = Path(__file__).parent
FAULTS = runpy.run_path(str(FOLDER / "faults.py"))
ATTACKS = runpy.run_path(str(FOLDER / "attacks.py"))
NOTE = "<!-- Written by docs/generate.py: change the code, then run `make docs`. -->"

RECORD_NOTE = (
    "<!-- Written by docs/generate.py: change flask_firmtext/store/audit_actions.py, then run `make docs`. -->"
)
SLOTS_NOTE = "<!-- Written by docs/generate.py: change templates/firmtext/slots.html, then run `make docs`. -->"
SLOTS_INTRO = """
Macros for a host's own pages, to be imported from `firmtext/slots.html`. Each brings its stylesheet and scripts, shows
what the signed-in user may see, is empty where nobody is signed in, and never breaks the page that it stands in. How
they are used: [theming](theming.md#slots), [calendar](calendar.md#on-your-pages).
"""
API_NOTE = "<!-- Written by docs/generate.py: change flask_firmtext/web/api, then run `make docs`. -->"
RECORD_END = "<!-- end -->"
BLANK = "\n\n"
OBJECTS_INTRO = "Behind a wall, who may not know of any one of these is not shown the row:"

SETTINGS_INTRO = """
`app.config["FIRMTEXT_…"]` wins; a setting that is absent there is read from the environment variable of the same name,
as text. Lists are comma-separated, booleans `1` or `0`. `init_app` checks the form of all of them and raises one
`ConfigurationError` that lists every fault with its cure; `flask firmtext doctor` checks the rest. A `FIRMTEXT_` name
in the configuration that is not listed here is refused.
"""

COMMANDS_INTRO = """
Exit codes: 0 done, 1 something failed, 2 wrong usage, 130 interrupted, 143 ended by SIGTERM: what was done until
then stays, and the same command goes on. `--json` prints one document on stdout and nothing else; what is said to
people goes to stderr. `db …` needs no keys; `keys generate`, `doctor` and `sandbox` work
without a loadable application.
"""

SIGNALS_INTRO = """
What a host may hear, sent by the application after the commit: ids and no content. A receiver that fails is logged by
type and place, and nothing else comes of it. A signal is a hint that may be lost with its process; what must not be
lost is in the database, and who must hear everything takes [webhooks](webhooks.md).

```python
from flask_firmtext import text_received

@text_received.connect
def heard(app, firm, conversation, **more):
    app.logger.info("a client of %s wrote in %s", firm, conversation)
```
"""

SIGNALS_END = "*Words*: the text's own words go with the webhook as `text`, where the firm has asked for them."

RELIABILITY_INTRO = """
A text that was accepted is a row in the database; everything else is a hint that may be lost or come twice. The right
to send is taken by one change of that row, committed before the first byte goes to the carrier, and what became of a
text is decided by evidence only. So whatever fails, a text is sent at most once by machine and never lost in silence:
where nobody can know, it is *unknown* and a person decides. [States](states.md) explains them.

What can go wrong, what comes of it, and the tests that prove it. *Campaign* is the run in which real processes meet
these faults at random and every text is counted afterwards (`make campaign`); in brackets stands what it does.
"""

ATTACKS_INTRO = """
What somebody may try against us, what comes of it, and the tests that try it. [SECURITY.md](../SECURITY.md) says in one
page from whom we protect what, and from whom not.

A32 and A36 are tried with a canary. [One test](../tests/test_canary.py) lets it through a whole conversation with a
real worker and carrier, [another](../tests/test_canary_pages.py) types it into every form, sends it to every address
of the matrix, gives it to commands, and lets others' errors say it. Then everything is searched, in clear and in six
disguises: every cell of every table, the database's files with their log and free pages (PostgreSQL's own log too,
with every statement in it), every key of Redis, its snapshot and each command that it got, logs at DEBUG with their
arguments, temporary files, addresses, headers and session cookies. On SQLite these are about 1,600 places. A form's
field, a column or a command's option that is in none of the test's tables fails it. Bugs that were planted to see it
work, and were found each: a text in a log at DEBUG, a search's words in the address, words as a job's argument, a
draft in a temporary file, an error whose own words are the text.
"""


def settings() -> str:
    rows = (f"| `{row.name}` | {shown(row.default)} | {row.sentence} |" for row in SETTINGS)
    old = (f"| `{name}` | | Deprecated: `{now.name}` since {now.since}. |" for name, now in RENAMED.items())
    table = "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows, *old])
    return f"# Settings\n\n{NOTE}\n{SETTINGS_INTRO}\n{table}\n"


def shown(default: Any) -> str:
    if default is REQUIRED:
        return "**required**"
    if default in (None, ()):
        return "none"
    if isinstance(default, bool):
        return f"`{int(default)}`"
    if isinstance(default, tuple):
        return ", ".join(f"`{item}`" for item in default)
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def commands() -> str:
    chapters = [f"## flask {path}\n\n```text\n{text}\n```" for path, text in helped(firmtext, "firmtext")]
    return f"# Commands\n\n{NOTE}\n{COMMANDS_INTRO}\n" + "\n\n".join(chapters) + "\n"


def helped(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=f"flask {path}", max_content_width=100, terminal_width=100)
    yield path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from helped(command.commands[name], f"{path} {name}")


def reliability() -> str:
    table = "\n".join(["| | what goes wrong, and what comes of it | proved by |", "|---|---|---|", *FAULTS["table"]()])
    return f"# When something fails\n\n{NOTE}\n{RELIABILITY_INTRO}\n{table}\n"


def attacks() -> str:
    table = "\n".join(["| | what is tried, and what comes of it | tried by |", "|---|---|---|", *ATTACKS["table"]()])
    return f"# Attacks\n\n{NOTE}\n{ATTACKS_INTRO}\n{table}\n"


def signals() -> str:
    """What a host may hear, and what consumers of webhooks are told."""
    rows = (f"| `{one.name}` | {one.when} | {fields(one)} | {kind(one)} |" for one in TOLD)
    head = "| signal | sent when | carries | [webhook](webhooks.md) |"
    table = "\n".join([head, "|---|---|---|---|", *rows])
    return f"# Signals\n\n{NOTE}\n{SIGNALS_INTRO}\n{table}\n\n{SIGNALS_END}\n"


def slots() -> str:
    """What a host puts into its own pages, by the words above each macro."""
    source = (FOLDER.parent / "flask_firmtext" / "templates" / "firmtext" / "slots.html").read_text(encoding="utf-8")
    found = re.findall(r"\{#- (.+) -#\}\n\{% macro (\w+\(.*\)) -%\}", source)
    rows = (f"| `{call.replace('none', 'None')}` | {words} |" for words, call in sorted(found, key=lambda one: one[1]))
    table = "\n".join(["| slot | what stands there |", "|---|---|", *rows])
    return f"# Slots\n\n{SLOTS_NOTE}\n{SLOTS_INTRO}\n{table}\n"


def fields(one: Told) -> str:
    return "; ".join(f"`{name}`: {meaning}" for name, meaning in one.fields.items())


def kind(one: Told) -> str:
    return f"`{one.kind}`{' *Words.*' if one.words else ''}" if one.kind else ""


def record() -> str:
    """The table is ours, the words around it are its author's."""
    before, mark, rest = (FOLDER / "audit.md").read_text(encoding="utf-8").partition(RECORD_NOTE)
    rows = (
        f"| `{name}` | {action.label} | {', '.join(action.by)} | {action.told} |" for name, action in ACTIONS.items()
    )
    table = "\n".join(["| action | what it means | by | from, to and evidence |", "|---|---|---|---|", *rows])
    walls = (f"| `{table}` | {whose} |" for table, whose in WALLS.items())
    none = (f"| `{table}` | no wall: {why} |" for table, why in OPEN.items())
    objects = "\n".join(["| a row about | is behind the wall before |", "|---|---|", *walls, *none])
    return f"{before}{mark}\n\n{table}\n\n{OBJECTS_INTRO}\n\n{objects}\n\n{RECORD_END}{rest.partition(RECORD_END)[2]}"


def api() -> str:
    """The tables are ours, the words around them are their author's."""
    before, mark, rest = (FOLDER / "api.md").read_text(encoding="utf-8").partition(API_NOTE)
    problems = (f"| `{name}` | {kind.status} | {kind.told} |" for name, kind in KINDS.items())
    scopes = (
        f"| `{name}` | {scope.words} | {', '.join(f'`{one}`' for one in sorted(scope.actions))} |"
        for name, scope in SCOPES.items()
    )
    chapters = [
        "\n".join(["| type | status | when |", "|---|---|---|", *problems]),
        "## Scopes",
        "\n".join(["| scope | what it is for | asked of the practice system |", "|---|---|---|", *scopes]),
        "## Operations",
        "What each takes and answers stands in the document. A key: it needs an `Idempotency-Key`.",
        "\n".join(["| | | scope | |", "|---|---|---|---|", *map(operation, every())]),
    ]
    return f"{before}{mark}\n\n{BLANK.join(chapters)}\n\n{RECORD_END}{rest.partition(RECORD_END)[2]}"


def operation(one: Operation) -> str:
    told = f"{one.summary}. {one.told}".strip()
    return f"| {one.method} | `{one.path}` | `{one.scope}` | {told}{' *Key.*' if one.keyed else ''} |"


PAGES = {
    "settings.md": settings,
    "cli.md": commands,
    "reliability.md": reliability,
    "attacks.md": attacks,
    "audit.md": record,
    "api.md": api,
    "signals.md": signals,
    "slots.md": slots,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
