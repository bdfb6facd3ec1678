"""Which webhook secrets web processes accept is recorded, once for each change, and nothing of a secret is stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from evidence import everything, rows
from flask_firmtext.adapters.vonage import VonageGateway
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import hook_secrets
from flask_firmtext.settings import Settings
from flask_firmtext.store import ciphers, indexes
from flask_firmtext.store.models import Audit, KeyCheck
from flask_firmtext.store.transactions import own, reading

OLD, NEW = "the old secret of the account", "the new secret of the account"
OTHER_INDEX = bytes(range(32))


def restarted(app: Any, *secrets: str) -> None:
    """As a web process that begins with these secrets."""
    state = app.extensions["firmtext"]
    state.secrets_noted = False
    given = {**vars(state.settings), "vonage_signature_secrets": secrets}
    state.__dict__["gateway"] = VonageGateway(Settings(given))


def recorded() -> list[tuple[str, str, str]]:
    found = sorted(rows(Audit, Audit.action.startswith("key.webhook_")), key=lambda row: row.id)
    return [(row.action, row.object_id, row.firm) for row in found]


def known(*secrets: str) -> list[tuple[int | None, bool, bool]]:
    with reading() as session:
        found = hook_secrets.look(session, secrets)
    return [(one.place, one.since is not None, one.signed_at is not None) for one in found]


def test_what_a_process_begins_to_accept_and_accepts_no_more_is_recorded_once(app: Any) -> None:
    restarted(app, OLD)
    for _ in range(2):
        hook_secrets.signed(0)
    restarted(app, NEW, OLD)
    hook_secrets.signed(1)
    assert known(NEW, OLD) == [(0, True, False), (1, True, True)]
    restarted(app, NEW)
    hook_secrets.signed(0)
    assert known(NEW) == [(0, True, True)]
    added, more, gone = recorded()
    assert [one[0] for one in (added, more, gone)] == ["key.webhook_accept", "key.webhook_accept", "key.webhook_drop"]
    assert added[1:] == gone[1:]
    assert (added[2], added[1] != more[1]) == ("", True)


def test_a_start_that_changes_nothing_writes_nothing(app: Any) -> None:
    restarted(app, OLD)
    hook_secrets.signed(0)
    before = everything()
    restarted(app, OLD)
    hook_secrets.signed(0)
    assert everything() == before


def test_nothing_of_a_secret_is_stored(app: Any) -> None:
    restarted(app, OLD)
    hook_secrets.signed(0)
    assert OLD not in str(everything())
    assert OLD.encode().hex() not in str([row.value.hex() for row in rows(KeyCheck)])


def test_many_processes_that_begin_at_once_record_it_once(app: Any) -> None:
    restarted(app, NEW, OLD)

    def begun(index: int) -> None:
        with app.app_context():
            hook_secrets.signed(index)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(begun, [0, 1] * 4))
    assert len(recorded()) == 2


def test_another_index_key_is_no_other_secret(app: Any) -> None:
    restarted(app, OLD)
    hook_secrets.signed(0)
    (before,) = known(OLD)
    settings = firmtext.settings
    settings.__dict__["index_key"] = (OTHER_INDEX, *settings.index_key)
    for writes in reversed(settings.index_key):
        with own() as session:
            mark = sa.update(KeyCheck).where(KeyCheck.name == indexes.WRITES).values(value=ciphers.check_value(writes))
            session.execute(mark)
        assert known(OLD) == [before]
        restarted(app, OLD)
        hook_secrets.signed(0)
        assert (known(OLD), len(recorded())) == ([before], 1)
        assert len(rows(KeyCheck, KeyCheck.name.startswith(hook_secrets.PROOF))) == 1


def test_a_secret_that_only_another_process_has_is_told(app: Any) -> None:
    restarted(app, NEW, OLD)
    hook_secrets.signed(0)
    assert known(OLD) == [(0, True, False), (None, True, True)]


@pytest.mark.parametrize(("index", "due"), [(None, [False, False]), (0, [True, False])])
def test_each_secret_is_asked_for_once_a_minute(app: Any, index: int | None, due: list[bool]) -> None:
    assert [hook_secrets.is_due(index), hook_secrets.is_due(index)] == due
