"""Programs at work: tokens of Harbor Law's administrator, and what they are answered."""

from __future__ import annotations

from typing import Any

import pytest

from office import Office
from programs import Program, token


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.fixture
def program(office: Office) -> Program:
    """A program that may do everything."""
    return Program(office.app, token())
