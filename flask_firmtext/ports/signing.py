"""Carriers that sign their webhooks with secrets."""

from __future__ import annotations

from collections.abc import Sequence


class Signing:
    """What a gateway tells of its secrets, so that operators can replace one. A carrier without secrets has none."""

    @property
    def secrets(self) -> Sequence[str]:
        """With any of these a webhook may be signed, the newest first."""
        return ()

    @property
    def secret_index(self) -> int | None:
        """Which of them (0 is the first) signed the last webhook that this thread has verified; None: none did."""
        return None
