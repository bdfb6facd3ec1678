"""Each stranger's application keeps the contract of a host, by maps of its tables and in few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from flask_firmtext.testing import HostContract, Known
from strangers import MOST_LINES, Stranger


@pytest.fixture(scope="module")
def practice(make_practice: Callable[..., Any], stranger: Stranger, engine_of_stranger: str) -> Any:
    return make_practice(stranger, engine_of_stranger)


@contextmanager
def signed_out(app: Any) -> Iterator[None]:
    """A request of nobody's, with a ``g`` of its own."""
    with app.app_context(), app.test_request_context():
        yield


class TestStrangers(HostContract):
    @pytest.fixture
    def known(self, practice: Any, stranger: Stranger) -> Iterator[Known]:
        session = practice.extensions["sqlalchemy"].session
        with practice.test_client() as client:
            stranger.sign_in(client)
            client.get(stranger.root + stranger.contact_page)  # whose request goes on until the test ends
            yield Known(
                host=practice.extensions["firmtext"].host,
                firm=stranger.firm,
                user=stranger.user,
                contact=stranger.contact,
                matter=stranger.matter,
                event=stranger.event,
                other_firm=stranger.other_firm,
                other_contact=stranger.other_contact,
                other_matter=stranger.other_matter,
                other_event=stranger.other_event,
                session=session,
                signed_out=lambda: signed_out(practice),
            )
            session.rollback()


def test_it_takes_few_lines(stranger: Stranger) -> None:
    lines = stranger.lines()
    assert 5 < len(lines) <= MOST_LINES, "\n".join(lines)


def test_every_line_that_names_texting_is_counted(stranger: Stranger) -> None:
    assert [line for line in stranger.naming() if line not in stranger.lines()] == []
