"""What the carrier accepted and what it posted to the customer: the witness of every test."""

from __future__ import annotations

import threading
from typing import Any

from .journal import Journal


class Ledger:
    """Accepted texts and attempted webhooks. Safe for threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self.empty()

    def empty(self) -> None:
        """Forget everything."""
        with self._lock:
            self._posts: list[dict[str, Any]] = []
            self._by_uuid: dict[str, dict[str, Any]] = {}
            self._webhooks: list[dict[str, Any]] = []

    def accepted(self, post: dict[str, Any]) -> None:
        """Note a text that was accepted."""
        self._journal.add("post", post=post)
        self.replay_post(post)

    def replay_post(self, post: dict[str, Any]) -> None:
        """Take over a post that the journal remembers."""
        with self._lock:
            self._posts.append(post)
            self._by_uuid[post["message_uuid"]] = post

    def status_sent(self, message_uuid: str, status: str) -> None:
        """Note that a status webhook of a text is on its way."""
        self._journal.add("post_status", message_uuid=message_uuid, status=status)
        self.replay_status(message_uuid, status)

    def replay_status(self, message_uuid: str, status: str) -> None:
        """Take over a status that the journal remembers."""
        with self._lock:
            if message_uuid in self._by_uuid:
                self._by_uuid[message_uuid]["status"] = status

    def webhook(self, entry: dict[str, Any]) -> None:
        """Note one attempt of a webhook."""
        self._journal.add("webhook", entry=entry)
        self.replay_webhook(entry)

    def replay_webhook(self, entry: dict[str, Any]) -> None:
        """Take over an attempt that the journal remembers."""
        with self._lock:
            self._webhooks.append(entry)

    def oldest_uuid(self) -> str | None:
        """The message uuid given out first: whoever asked for it has it by now, whoever else sends beside."""
        with self._lock:
            return str(self._posts[0]["message_uuid"]) if self._posts else None

    def shown(self) -> dict[str, list[dict[str, Any]]]:
        """All of it, oldest first."""
        with self._lock:
            return {"posts": [dict(post) for post in self._posts], "webhooks": list(self._webhooks)}

    def newest(self, count: int) -> dict[str, list[dict[str, Any]]]:
        """The newest entries, newest first."""
        with self._lock:
            return {
                "posts": [dict(post) for post in self._posts[: -count - 1 : -1]],
                "webhooks": self._webhooks[: -count - 1 : -1],
            }
