"""Every example in Python that a document has runs: in an office with a client, an event and a payment link."""

from __future__ import annotations

import base64
import datetime as dt
import re
import sys
from decimal import Decimal
from logging.config import DictConfigurator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from flask import Flask, request, session, url_for
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from standardwebhooks import Webhook, WebhookVerificationError

from evidence import rows
from flask_firmtext import FirmText, logs, text_received
from flask_firmtext.ports import host as ports
from flask_firmtext.store.models import Invitation, Payment
from hostapp import KEYS
from office import STAFF, Office

ROOT = Path(__file__).parent.parent
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
#: How many examples of a page run, here or, of a host's page, in ``test_docs.py``.
RUN = dict.fromkeys(("apart", "calendar", "operations", "payments", "signals", "time", "webhooks"), 1)
RUN |= {"README": 4, "tutorial": 2}
IN_TEST_DOCS = {"host"}


def examples(file: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)


def example(page: str, number: int = 0) -> Any:
    file = ROOT / f"{page}.md" if page.isupper() else ROOT / "docs" / f"{page}.md"
    return compile(examples(file)[number], str(file), "exec")


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.fixture
def names(office: Office) -> Any:
    """What a host has at hand where it calls us; a request of staff goes on."""
    db = office.app.extensions["sqlalchemy"]
    form = {"notify_via_text": "rosa", "notify_via_text_shown": "1"}
    with office.app.test_request_context("/", method="POST", data=form):
        session["user"] = STAFF
        office.host.users.sign_in(STAFF)
        yield {"db": db, "firmtext": FirmText(), "request": request, "url_for": url_for}


def test_every_example_is_run() -> None:
    found = {file.stem: len(examples(file)) for file in PAPERS if examples(file)}
    assert {page: count for page, count in found.items() if page not in IN_TEST_DOCS} == RUN


def test_the_hosts_of_the_first_page_and_of_flask_migrate(monkeypatch: pytest.MonkeyPatch) -> None:
    practice = ModuleType("practice")
    monkeypatch.setitem(sys.modules, "practice", practice)
    practice.app, practice.db = app, db = Flask("practice"), SQLAlchemy()  # type: ignore[attr-defined]
    app.config.from_mapping(KEYS, SQLALCHEMY_DATABASE_URI="sqlite://")
    db.init_app(app)
    _model(practice, "User", full_name=Mapped[str], is_partner=Mapped[bool])
    client = _model(practice, "Client", first=Mapped[str], last=Mapped[str], mobile=Mapped[str])
    key = {"client_id": mapped_column(ForeignKey("client.id")), "client": relationship(client)}
    _model(practice, "Case", key, caption=Mapped[str], status=Mapped[str], client_id=Mapped[int], client=Mapped[client])
    names: dict[str, Any] = {"Migrate": Migrate}
    exec(example("README", 0), names)
    exec(example("README", 1), names)
    assert (
        app.extensions["migrate"].configure_args["include_object"](None, "firmtext_message", "table", True, None)
        is False
    )
    with app.app_context():
        db.create_all()
        db.session.add(practice.Client(first="Rosa", last="Marsh", mobile="(312) 555-0100"))
        assert [one.name for one in names["host"].for_firm("default").contacts.search("marsh")] == ["Rosa Marsh"]
        db.session.remove()
        db.engine.dispose()


def _model(module: ModuleType, name: str, columns: dict[str, Any] | None = None, /, **types: Any) -> Any:
    key = {"id": mapped_column(primary_key=True)}
    words = {"__annotations__": {"id": Mapped[int], **types}, "__module__": module.__name__}
    made = type(name, (module.db.Model,), {**key, **(columns or {}), **words})
    setattr(module, name, made)
    return made


def test_what_a_host_calls(names: dict[str, Any], office: Office) -> None:
    calendar = office.host.for_firm("harbor").calendar
    names["contact"] = SimpleNamespace(id="rosa", phone="")
    names["form"] = SimpleNamespace(phone=SimpleNamespace(data="+13125550177"))
    exec(example("README", 2), names)
    names |= {"event": SimpleNamespace(id="hearing"), "as_event": lambda event: calendar.event(event.id)}
    exec(example("README", 3), names)
    names["db"].session.commit()
    assert [one.contact for one in rows(Invitation)] == ["rosa"]


def test_an_event_is_saved_and_told(names: dict[str, Any], office: Office) -> None:
    class Hearing(names["db"].Model):  # type: ignore[misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    Hearing.__table__.create(names["db"].session.connection())
    names |= {"event": Hearing(id=1), "as_event": lambda row: office.host.for_firm("harbor").calendar.event("hearing")}
    exec(example("calendar"), names)
    assert [one.contact for one in rows(Invitation)] == ["rosa"]


def test_the_formatter_of_logs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    configured: list[Any] = []
    monkeypatch.setattr("logging.config.dictConfig", configured.append)
    exec(example("operations"), {})
    formatter = configured[0]["formatters"]["json"]["()"]
    assert DictConfigurator({}).resolve(formatter) is logs.JsonFormatter


def test_a_payment_is_told(names: dict[str, Any], office: Office) -> None:
    link = office.host.for_firm("harbor").payments.link("operating")
    exec(example("payments"), {**names, "link": link, "amount": Decimal("12.50"), "at": dt.datetime.now(dt.UTC)})
    assert rows(Payment) == [], "of a link that we never handed out"


def test_time_is_recorded_once_for_a_token(names: dict[str, Any], office: Office) -> None:
    class TimeEntry(names["db"].Model):  # type: ignore[misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        firm: Mapped[str]
        user: Mapped[str]
        matter: Mapped[str]
        minutes: Mapped[int]
        day: Mapped[dt.date]
        note: Mapped[str]
        token: Mapped[str]

    TimeEntry.__table__.create(names["db"].session.connection())
    names |= {"host": ports, "TimeEntry": TimeEntry}
    exec(example("time"), names)
    entries = names["TimeEntries"]()
    entries.firm = "harbor"
    first = [entries.add(STAFF, "lease", 6, dt.date(2031, 5, 6), "Texts", token="one") for _ in range(2)]
    assert first == ["1", "1"]
    assert len(names["db"].session.scalars(select(TimeEntry)).all()) == 1


def test_a_wall_is_answered_for_each_object() -> None:
    walls = SimpleNamespace(holds=lambda one: one == "behind")
    names: dict[str, Any] = {"walls_of": lambda user: walls, "RIGHTS": {"staff": {"message.send"}}}
    exec(example("apart"), names)
    user = SimpleNamespace(role="staff")
    assert names["may_each"](None, user, "message.send", ["behind", "before"]) == [False, True]
    assert names["may_each"](None, user, "contact.erase", ["before"]) == [False]


def test_a_signal_is_heard(names: dict[str, Any], office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    exec(example("signals"), names)
    text_received.send(office.app, firm="harbor", conversation="1", message="2")
    assert "a client of harbor wrote in 1" in caplog.text


def test_a_webhook_is_verified() -> None:
    made, secret = dt.datetime.now(dt.UTC), f"whsec_{base64.b64encode(bytes(32)).decode()}"
    body = '{"type":"text.received"}'
    headers = {"webhook-id": "1", "webhook-timestamp": str(int(made.timestamp()))}
    headers["webhook-signature"] = Webhook(secret).sign("1", made, body)
    names: dict[str, Any] = {"secret": secret, "request": request}
    with Flask("consumer").test_request_context("/", method="POST", data=body, headers=headers):
        exec(example("webhooks"), names)
    assert names["event"] == {"type": "text.received"}
    forged = Flask("consumer").test_request_context("/", method="POST", data=body + " ", headers=headers)
    with forged, pytest.raises(WebhookVerificationError):
        exec(example("webhooks"), names)


def test_the_tutorials_applications_are_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("practice", "texting")):
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(example("tutorial", number), vars(module))
    settings = re.search(
        r"```sh\n# \.env\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert settings
    lines = [line.split("=", 1) for line in settings[1].splitlines() if not line.startswith("#")]
    for name, value in {**KEYS, **dict(lines)}.items():
        monkeypatch.setenv(name, value)
    app = sys.modules["texting"].create_app()
    assert app.extensions["firmtext"].settings.sandboxed
    with app.app_context():
        sys.modules["practice"].db.engine.dispose()
