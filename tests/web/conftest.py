"""The firm's pages, as people see them."""

from __future__ import annotations

from typing import Any

import pytest

from office import Office


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)
