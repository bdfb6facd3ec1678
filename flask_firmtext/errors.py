"""Everything that can go wrong, as one tree.

FirmTextError
    ConfigurationError            settings: one error lists every fault with its cure
    TextRefused                   a text that cannot be accepted, with a stable code
    FormRefused                   settings that cannot be taken, a sentence a field
    DecryptError                  one cell cannot be read
    KeyUnavailable                encryption is not possible now; nothing is stored
    HostContractError             a host port answered what its contract does not allow
    CarrierError
        CarrierBusy               certainly not sent, may be tried again
        CarrierRefused            certainly not sent, never again as it is
        CarrierUnsure             may or may not have been sent
    WebhookRefused
        WebhookForged             cannot be the carrier's: 401
        WebhookDoubtful           could be the carrier's, our side may be wrong: 503
    WebhookUnreadable             verified, but we cannot read it: quarantine
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from traceback import walk_tb


class FirmTextError(Exception):
    """Base of all errors of this package."""


class ConfigurationError(FirmTextError):
    """Settings are missing, malformed or contradictory.

    :param faults: one sentence a fault, each naming the setting and its cure; never a secret's value.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("FirmText cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))


class TextRefused(FirmTextError):
    """A text was not accepted. ``code`` is stable, ``sentence`` is for people and names the cure."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(sentence)


class FormRefused(FirmTextError):
    """Settings were not taken. ``faults`` has a sentence for people for each wrong field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__(" ".join(self.faults.values()))


class DecryptError(FirmTextError):
    """One cell cannot be read: wrong key, moved row or changed bytes. Carries no content."""

    def __init__(self, table: str, column: str, row_id: str, key_id: str) -> None:
        self.table, self.column, self.row_id, self.key_id = table, column, row_id, key_id
        super().__init__(f"{table}.{column} of row {row_id} cannot be read with key {key_id}")


class KeyUnavailable(FirmTextError):
    """No key to encrypt with. Nothing was stored; the sentence names the setting to mend."""


class IndexMoved(KeyUnavailable):
    """A number's rows have just been moved to another index key. Nothing was stored; the next try finds them."""


class KeyInUse(FirmTextError):
    """A key cannot go yet; the sentence says what still needs it. Nothing was changed."""


class HostContractError(FirmTextError):
    """A host port broke its contract. Names port, verb, and what was expected."""

    def __init__(self, port: str, verb: str, expected: str) -> None:
        self.port, self.verb, self.expected = port, verb, expected
        super().__init__(f"{port}.{verb}() must return {expected}; see flask_firmtext.testing.HostContract")


class Scope(StrEnum):
    """What a carrier's refusal is about."""

    TEXT = "text"
    NUMBER = "number"
    ACCOUNT = "account"


class CarrierError(FirmTextError):
    """A call to the carrier failed. ``evidence`` is a short code, never a text, number or secret."""

    def __init__(self, evidence: str, detail: str = "") -> None:
        self.evidence = evidence
        self.detail = detail
        super().__init__(f"{evidence}: {detail}" if detail else evidence)


class CarrierBusy(CarrierError):
    """Certainly not sent; may be tried again, not before ``retry_after`` (seconds) when given.

    ``hold_after`` is how many of these in a row stop the account (a wrong certificate), or None.
    """

    def __init__(
        self, evidence: str, detail: str = "", *, retry_after: timedelta | None = None, hold_after: int | None = None
    ) -> None:
        super().__init__(evidence, detail)
        self.retry_after = retry_after
        self.hold_after = hold_after


class CarrierRefused(CarrierError):
    """Certainly not sent, and the same request would be refused again.

    ``scope`` says what is refused: only :attr:`Scope.TEXT` fails the text, the others hold number or account.
    ``code`` is the carrier's code for the text where there is one. ``hold_after`` as for :class:`CarrierBusy`:
    None holds at once.
    """

    def __init__(
        self, evidence: str, detail: str = "", *, scope: Scope, code: str | None = None, hold_after: int | None = None
    ) -> None:
        super().__init__(evidence, detail)
        self.scope = scope
        self.code = code
        self.hold_after = hold_after


class CarrierUnsure(CarrierError):
    """Nobody can know whether the text was sent. ``holds_account`` is set when the answer was not the carrier's."""

    def __init__(self, evidence: str, detail: str = "", *, holds_account: bool = False) -> None:
        super().__init__(evidence, detail)
        self.holds_account = holds_account


class WebhookRefused(FirmTextError):
    """A webhook was not verified. ``reason`` is for the alarm, never for the answer."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class WebhookForged(WebhookRefused):
    """Cannot be the carrier's: answered 401."""


class WebhookDoubtful(WebhookRefused):
    """Could be the carrier's while our side is wrong (clock, secret, unsigned retry): answered 503, so it comes again.

    ``to`` (E.164) is set with the reason ``unsigned``: when it is no number of ours, the webhook is forged after all.
    """

    def __init__(self, reason: str, *, to: str | None = None) -> None:
        super().__init__(reason)
        self.to = to


class WebhookUnreadable(FirmTextError):
    """Verified, but malformed or of a shape we do not know: kept in quarantine. ``reason`` is a short code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def where(error: BaseException) -> str:
    """Type and place of an error, for a log: its own words may hold a text, a number or a statement's values."""
    steps = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    # Python's own import system stands above whatever could not be imported, and tells nothing.
    told = [f"{file}:{line}" for file, line in steps if not file.startswith("<frozen")]
    place = told[-1] if told else "nowhere"
    return f"{type(error).__name__} at {place}"
