"""R7 again, by every page: what is typed into any form, or stands in any row, is found in no place and no address.

Three tables say where the canary goes in. A form with a field, a table with a column or a command with an option that
none of them names fails the test.
"""

from __future__ import annotations

import logging
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import click
import pytest
import redis
import sqlalchemy as sa
from flask import Request, has_request_context, request
from flask_firmtext.cli import firmtext as command_line
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.datastructures import ImmutableMultiDict

from flask_firmtext import signals
from flask_firmtext.adapters import bell
from flask_firmtext.current import firmtext
from flask_firmtext.firm.registration_fields import FIELDS
from flask_firmtext.firm.registration_kinds import Kind
from flask_firmtext.store.base import Base, Reference, Word
from flask_firmtext.store.protected import EVERYTHING
from flask_firmtext.worker import drain, sends, tasks
from haunts import FORGED, OURS, Search, breaking, disguises, heard_in, monitored, statements_logged
from matrix import CANARY, EVERYBODYS, Row, table
from office import ADMIN, ROSA, Office
from tries import Tries, rows_of_every_kind, signed_in

SONG = "canary-trill"
PHONE = "+13125550177"
#: What the carriers' form asks for, by the kind of its fields; a chosen word or a number of the state's is no song.
OF_KIND = {
    **dict.fromkeys((Kind.LINE, Kind.TEXT), SONG),
    Kind.EMAIL: f"{SONG}@clients.example",
    Kind.PHONE: PHONE,
    Kind.URL: f"https://{SONG}.example/",
}
CHOSEN = {name for name, asked in FIELDS.items() if asked.kind is Kind.CHOICE}
CHOSEN |= {"registration_number", "postal_code", "region"}

#: Fields of forms in which words go in, or a name, an address or a number of somebody's.
SUNG = {
    **{name: OF_KIND[asked.kind] for name, asked in FIELDS.items() if name not in CHOSEN},
    **{name: f"{SONG} {name}" for name in ("text", "why", "q", "note", "name")},
    "email": f"{SONG}@clients.example",
    "phone": PHONE,
    "url": f"https://{SONG}.example/",
}
#: What else forms and addresses bring.
SILENT = {
    "references of the host's, and ids and keys of ours": """account bill contact conversation event id matter number
        object other payment rowid sent to""",
    "words of ours, and ticks": """action all badge browser choice closed confirmed content do explains field firmtext
        from keys kind language said scope shared show sure table way whose words""",
    "figures, days and times": "after at before count day days erasures holds last minutes seen since time times zone",
    "addresses of pages": "back page url",
    "marks of forms, made by us": "csrf_token known token writer",
    "what the registration has chosen": " ".join(CHOSEN),
}

#: Columns in clear that are neither a reference of the host's nor one of our words, and what they hold.
IN_CLEAR = {
    "ids and marks that machines make": """time_entry.token scheduled_text.token draft.token draft.writer
        message.client_token message.carrier_id attempt.carrier_id status_event.carrier_id key.id key.parent key.scope
        rotation.key audit_seal.key_id heartbeat.boot audit.object_id audit.request_id""",
    "words of ours": """opt_out.evidence consent_event.evidence key_check.name rotation_step.step message.direction
        audit.action audit.object_table audit.was audit.became audit.evidence counter.name order.cause number.why
        token.scopes""",
    "process, machine": "attempt.claimed_by",
    "kinds of events; ids, references of the host's and words of ours": "endpoint.kinds delivery.data",
    "languages, countries, zones, currencies, types of files": """answer_due.language template.language number.country
        order.country payment_link.currency scheduled_text.zone attachment.media_type""",
    "our own numbers": "number.e164 order.e164 order.passed_over",
    "figures, and references of contacts": "texting.reminder_days erasure.shared erasure.gone erasure.left",
    "operators' templates, with fields where a client's words come": "template.body",
}
#: Protected columns that test_canary.py fills with its words, and those for which nobody types any.
ELSEWHERE = {
    *("firmtext_endpoint.secret", "firmtext_endpoint.old_secret"),
    *("firmtext_draft.body", "firmtext_file.head", "firmtext_payment_link.address"),
    *("firmtext_attachment.url", "firmtext_notice.facts", "firmtext_payment.amount", "firmtext_payment_link.label"),
}

#: Free words on the command line, and the rest that is no id, number or choice.
COMMANDS_SUNG = {"name", "why"}
COMMANDS_SILENT = {
    *("firm", "contact", "matter", "also", "country", "number", "reason", "after", "before", "as_of", "revision"),
    *("head", "destroy", "typed", "webhooks", "file", "acts_for", "since"),
}

#: Forms behind the forms of the administration.
CONFIRMED = (
    "POST firmtext_messages.action_view 0 0 - 0 0 action=lost&rowid={unknown}&confirmed=1",
    "POST firmtext_quarantine.action_view 0 0 - 0 0 action=attach&rowid={kept}&contact=rosa&confirmed=1",
)


def named(words: dict[str, str]) -> set[str]:
    return {name for names in words.values() for name in names.split()}


class Noting(ImmutableMultiDict[str, str]):
    """What a form or an address brings; which names are asked for is noted."""

    asked: ClassVar[dict[str, set[str]]] = defaultdict(set)

    def _note(self, name: Any) -> None:
        if has_request_context():
            self.asked[request.method].add(str(name))

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: Any) -> bool:
        self._note(key)
        return super().__contains__(key)

    def get(self, key: Any, *rest: Any, **more: Any) -> Any:
        self._note(key)
        return super().get(key, *rest, **more)

    def getlist(self, key: Any, *rest: Any, **more: Any) -> Any:
        self._note(key)
        return super().getlist(key, *rest, **more)


class NotingRequest(Request):
    parameter_storage_class = Noting


@pytest.fixture
def app(new_app: Callable[..., Any], redis_url: str) -> Iterator[Any]:
    """The host with a bell, as in production: what goes wrong is answered with 500."""
    gateway = "flask_firmtext.testing:MemoryGateway"
    made = new_app(FIRMTEXT_GATEWAY=gateway, FIRMTEXT_REDIS_URL=redis_url, PROPAGATE_EXCEPTIONS=False)
    made.request_class = NotingRequest
    with made.app_context():
        yield made


@pytest.fixture
def office(app: Any) -> Office:
    office = Office(app)
    at = firmtext.clock.now() + timedelta(days=30)
    office.host.add_event("harbor", f"{SONG} title", at, ref="hearing", matter="lease", place=f"{SONG} place")
    return office


@pytest.fixture
def search(
    office: Office, redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Search:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    wanted = (SONG, f"{CANARY} ", f"{CANARY}.", f"{EVERYBODYS} ", "Rosa Marsh", "Dune Properties", ROSA[2:], PHONE[2:])
    return Search({canary: disguises(canary) for canary in wanted}, redis_url, [tmp_path], [], caplog)


def confirmed() -> Iterator[Row]:
    for line in CONFIRMED:
        method, endpoint, *_codes, names = line.split()
        yield Row(method, endpoint, 0, 0, None, 0, 0, names)


def addresses(tries: Tries, person: Any, row: Row, ids: dict[str, str]) -> str:
    """What an answer says outside of its body, and what the browser keeps of it."""
    answer = tries.ask(person, row, ids, headers={"User-Agent": f"{SONG} \x9b2J", "X-Request-Id": "id \x9b2J\x07"})
    assert answer.status_code != 500, (row.endpoint, row.names)
    cookie = person.client.get_cookie("session")
    kept = tries.office.app.session_interface.get_signing_serializer(tries.office.app).loads(cookie.value)
    return f"{answer.request.path}?{answer.request.query_string.decode()} {answer.headers} {kept}"


def tried(office: Office, ids: dict[str, str]) -> Iterator[str]:
    """Every row of the matrix with words in every form, then every form with words that would forge lines."""
    tries, ada = Tries(office), signed_in(office, ADMIN)
    rows = [*table(), *confirmed()]
    tries.words = SUNG
    yield "\n".join(addresses(tries, ada, row, ids) for row in rows)
    tries.words = {name: words + FORGED for name, words in SUNG.items()}
    yield "\n".join(addresses(tries, ada, row, ids) for row in rows if row.method == "POST")


def commands(cli: Callable[..., Any], ids: dict[str, str]) -> None:
    """Whatever an operator gives a reason for."""
    why = f"{SONG} why{FORGED}"
    for line in (
        "retention hold --firm harbor --contact grace",
        "retention hold --firm harbor --matter lease",
        "retention erase --firm harbor --contact sara",
        f"messages show {ids['said']} --firm harbor",
    ):
        done = cli(*line.split(), *(() if "show" in line else ("--why", why, "--yes")))
        assert done.exit_code in (0, 1), (line, done.output)
        assert "\x1b" not in done.output
        assert "\u202e" not in done.output


def parameters(group: click.Group) -> Iterator[str]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from parameters(command)
        else:
            words = (one for one in command.params if one.type is click.STRING and not getattr(one, "is_flag", False))
            yield from (one.name or "" for one in words)


def test_every_column_and_option_says_what_it_holds() -> None:
    others = {
        f"{table.name.removeprefix('firmtext_')}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.String | sa.JSON) and column.type is not Reference and column.type is not Word
    }
    assert others == named(IN_CLEAR)
    options = set(parameters(command_line))
    assert options == COMMANDS_SUNG | COMMANDS_SILENT


@pytest.mark.attack("A32", "A36", "A44")
def test_no_form_no_address_and_no_command_leaves_a_word_anywhere(
    office: Office, search: Search, redis_url: str, cli: Callable[..., Any]
) -> None:
    Noting.asked.clear()
    protected = {one.name for one in EVERYTHING}
    with statements_logged(), monitored(redis_url, search.monitored):
        ids = rows_of_every_kind(office)
        for seen in tried(office, ids):
            assert search.sung(seen) == []
            protected -= heard_in((SONG, CANARY, EVERYBODYS, ROSA, PHONE))
        commands(cli, ids)
    assert protected == ELSEWHERE
    for name, asked in Noting.asked.items():
        assert asked <= named(SILENT) | (SUNG.keys() if name == "POST" else set()), name
    assert search.found() == []
    assert search.looked > 300
    assert search.forged() == []


def fails(*given: Any, **values: Any) -> None:
    raise RuntimeError(f"{SONG} in an error of somebody else's {FORGED}")


def works_once(url: str) -> None:
    """As a worker takes one ring."""
    with redis.Redis.from_url(url) as connection:
        given: dict[str, Any] = {"connection": connection, "serializer": JSONSerializer}
        worker = sends.Sender([Queue(bell.SEND, **given)], job_class=sends.NamedJob, **given)
        worker.work(burst=True, logging_level="DEBUG")


@pytest.mark.attack("A36", "A44")
def test_an_error_that_says_the_words_is_told_by_its_type_and_place(
    office: Office, search: Search, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.sends(text=f"{SONG} first")
    ada = office.person(ADMIN)
    answers = []
    with monitored(redis_url, search.monitored), ExitStack() as stack:
        for signal in (signals.text_received, signals.text_failed, signals.alarm):
            stack.enter_context(signal.connected_to(fails))
        office.receives(f"{SONG} in")
        for verb in ("Contacts.get", "Contacts.by_number", "Matters.of_contact", "Users.names", "Firms.get"):
            office.host.fault(verb, raises=RuntimeError(f"{SONG} {FORGED}"))
            answers += [ada.get(f"/texting/{page}") for page in ("", "new?contact=rosa", "settings")]
        office.host.mend()
        with breaking():
            answers.append(ada.send("/texting/new?contact=rosa", f"{SONG} refused"))
        monkeypatch.setattr(drain, "run", fails)
        bell.ring(redis_url, "01a2194e-ea8a-71da-97e4-15a15a2eb685")
        works_once(redis_url)
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert search.found() == []
    assert search.forged() == []
    told = [record.getMessage() for record in search.records() if record.name.startswith(OURS)]
    assert sum("RuntimeError" in one for one in told) > 3
    with pytest.raises(Exception, match=r"RuntimeError at .*test_canary_pages\.py"):
        tasks.drain("01a2194e-ea8a-71da-97e4-15a15a2eb685")
