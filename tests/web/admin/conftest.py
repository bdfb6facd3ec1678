"""Harbor Law with its administrator at a browser."""

from __future__ import annotations

import pytest

from office import ADMIN, Office, Person


@pytest.fixture
def ada(office: Office) -> Person:
    """Harbor's administrator, signed in."""
    return office.person(ADMIN)
