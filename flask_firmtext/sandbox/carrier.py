"""The carrier: everything it knows, in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from .account import Account, account
from .application import Application
from .faults import Faults
from .inventory import Inventory
from .journal import Journal
from .ledger import Ledger
from .media import Media
from .options import Options
from .phones import Phones
from .throttle import Throttle
from .webhooks import Webhooks, event


class Carrier:
    """One carrier with one customer, remembered in `state_dir`."""

    def __init__(self, state_dir: Path, options: Options, named_phones: dict[str, str]) -> None:
        self._account = account(state_dir)
        self.options = replace(options, signature_secret=options.signature_secret or self._account.signature_secret)
        self._first_options = replace(self.options)
        self._journal = Journal(state_dir)
        self.ledger = Ledger(self._journal)
        self.phones = Phones(self._journal, named_phones)
        self.inventory = Inventory(self._journal, self._account.application_id)
        self.application = Application(self._journal, self._account, self.options)
        self.media = Media(self._journal, state_dir)
        self.faults = Faults()
        self.throttle = Throttle()
        self.webhooks = Webhooks(self._account, self.options, self._journal, self.ledger)
        #: Where the media of this carrier are served, such as `https://127.0.0.1:5002`.
        self.media_base = ""
        self._remember()

    @property
    def account(self) -> Account:
        """The account, with the public key that its application has now."""
        return replace(self._account, public_key=self.application.public_key)

    def _remember(self) -> None:
        open_events: dict[str, Any] = {}
        replay: dict[str, Callable[[dict[str, Any]], object]] = {
            "post": lambda fact: self.ledger.replay_post(fact["post"]),
            "post_status": lambda fact: self.ledger.replay_status(fact["message_uuid"], fact["status"]),
            "webhook": lambda fact: self.ledger.replay_webhook(fact["entry"]),
            "phone_text": lambda fact: self.phones.replay_text(fact["msisdn"], fact["text"]),
            "block": lambda fact: self.phones.replay_block(fact["msisdn"], fact["number"], fact["blocked"]),
            "number": lambda fact: self.inventory.replay(fact["number"]),
            "application": lambda fact: self.application.replay(fact["application"]),
            "medium": lambda fact: self.media.replay(fact["medium"]),
            "event": lambda fact: open_events.__setitem__(fact["event"]["id"], fact["event"]),
            "event_done": lambda fact: open_events.pop(fact["id"], None),
        }
        for fact in self._journal.facts():
            replay[fact["kind"]](fact)
        for fact in open_events.values():
            self.webhooks.resume(event(fact))

    def reset(self) -> None:
        """Back to the first day; account and certificates stay."""
        self.webhooks.empty()
        self.faults.clear()
        self._journal.empty()
        for field in fields(Options):
            setattr(self.options, field.name, getattr(self._first_options, field.name))
        for part in (self.ledger, self.phones, self.inventory, self.application, self.media):
            part.empty()

    def close(self) -> None:
        """Send and write no more."""
        self.webhooks.close()
        self._journal.close()
