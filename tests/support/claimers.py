"""Many processes that want the same texts at the same instant: ``python claimers.py PROCESSES TEXT…``.

Forked from one loaded host, released together. Prints one JSON line: how many claims were won, how many tries lost and
which errors there were.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import uuid
from collections import Counter

from sqlalchemy.exc import SQLAlchemyError

import hostapp
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import sending
from flask_firmtext.store import queries
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import reading


def main(count: int, texts: list[uuid.UUID]) -> None:
    app = hostapp.create_app()
    with app.app_context():
        with reading() as session:
            dues = queries.due(session, Message.id.in_(texts), limit=10_000)
        results, told = os.pipe()
        children = [_fork(dues, told) for _ in range(count)]
        for child in children:
            os.waitpid(child, os.WUNTRACED)
        for child in children:
            os.kill(child, signal.SIGCONT)
        for child in children:
            os.waitpid(child, 0)
        os.close(told)
        with os.fdopen(results) as lines:
            total = sum((Counter(json.loads(line)) for line in lines), Counter())
    print(json.dumps(total), flush=True)  # noqa: T201


def _fork(dues: list[queries.Due], told: int) -> int:
    child = os.fork()
    if child:
        return child
    firmtext.engine.dispose(close=False)
    os.kill(os.getpid(), signal.SIGSTOP)
    found: Counter[str] = Counter()
    for due in dues:
        try:
            found["won" if sending.claim(due) else "lost"] += 1
        except SQLAlchemyError as error:
            found[f"{type(error).__name__}: {error.__cause__}"] += 1
    os.write(told, (json.dumps(found) + "\n").encode())
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), [uuid.UUID(text) for text in sys.argv[2:]])
