"""The collector is paused while much is made that stays, and is as it was afterwards."""

from __future__ import annotations

import gc
from contextlib import suppress

import pytest

from flask_firmtext.collector import paused


@pytest.mark.parametrize("was_enabled", [True, False])
def test_it_is_as_it_was_whatever_goes_wrong(was_enabled: bool) -> None:
    try:
        if not was_enabled:
            gc.disable()
        with suppress(ImportError), paused():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled() is was_enabled
    finally:
        gc.enable()
