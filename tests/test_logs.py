"""Lines of a log that a program reads: which request, which text, and nothing that anybody said."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from evidence import rows
from flask_firmtext import logs
from flask_firmtext.current import firmtext
from flask_firmtext.store.models import Audit
from flask_firmtext.worker import drain
from office import Office
from rows import accepted, verified_number

log = logging.getLogger("flask_firmtext.tests")


@pytest.fixture
def lines() -> Iterator[Any]:
    """``lines()`` are those that were logged so far, as a host's handler writes them."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.setLevel(level)
    root.removeHandler(handler)


def test_a_line_is_one_object(lines: Any) -> None:
    log.warning("two\nlines \x1b[2J %s", "ünïcode")
    (line,) = lines()
    assert set(line) == {"at", "level", "logger", "words"}
    assert (line["level"], line["logger"]) == ("warning", "flask_firmtext.tests")
    assert line["words"] == "two\nlines \x1b[2J ünïcode"


def test_of_an_error_type_and_place_are_told(lines: Any) -> None:
    try:
        raise ValueError("canary-sang")
    except ValueError:
        log.exception("it failed")
    (line,) = lines()
    assert (line["error"], line["place"].partition(":")[0]) == ("ValueError", "test_logs.py")
    assert "canary" not in json.dumps(line)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("r-7.a:b", "r-7.a:b"),
        ("", None),
        ("two words", None),
        ("line\x9b2J", None),
        ("<x>", None),
        ("r" * 90, "r" * 64),
    ],
)
def test_an_id_that_is_not_sane_is_replaced(app: Any, given: str, kept: str | None) -> None:
    answer = app.test_client().get("/texting/healthz", headers={"X-Request-Id": given})
    told = answer.headers["X-Request-Id"]
    assert told == kept if kept else uuid.UUID(told)
    assert logs.current_request() is None


def test_log_and_record_know_a_request_by_the_same_name(app: Any, lines: Any) -> None:
    answer = Office(app).person().send("/texting/new?contact=rosa", "canary-sang", headers={"X-Request-Id": "r-7"})
    assert answer.status_code < 400
    assert {row.request_id for row in rows(Audit) if row.actor == "staff@harbor.example"} == {"r-7"}
    assert "canary" not in json.dumps(lines())


def test_what_is_logged_while_a_text_is_sent_names_it(app: Any, lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    verified_number()
    text = accepted("canary-sang")
    gateway = firmtext.gateway
    send = gateway.send

    def speaking(*arguments: Any, **named: Any) -> Any:
        log.info("a POST")
        return send(*arguments, **named)

    monkeypatch.setattr(gateway, "send", speaking)
    drain.run()
    assert [line["message"] for line in lines() if line["words"] == "a POST"] == [str(text)]
    assert "canary" not in json.dumps(lines())
