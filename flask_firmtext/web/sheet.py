"""What stands on the form of the carriers' registration, and on the card that leads to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..firm.refusals import warnings
from ..firm.registration import Form
from ..firm.registration_fields import FIELDS, GROUPS
from ..firm.registration_kinds import Choices, Field, Group
from ..firm.verification import WORDS
from ..language import gettext as _
from ..messaging.numbers import display
from ..store.models import Number
from ..store.states import NumberState


@dataclass(frozen=True, slots=True)
class Sheet:
    """``faults`` are sentences by field, ``told`` what is said above them; with ``focus`` a reader begins there."""

    values: Mapping[str, str] = field(repr=False)
    faults: Mapping[str, str]
    told: str = ""
    focus: bool = False
    saved_at: datetime | None = None

    @property
    def groups(self) -> Sequence[Group]:
        return GROUPS

    @property
    def named(self) -> Sequence[Field]:
        """The fields with a fault, in the order of the form."""
        return [asked for name, asked in FIELDS.items() if name in self.faults]

    def fault(self, asked: Field) -> str:
        """What is wrong with a field, without the help that stands beside it anyway."""
        return self.faults.get(asked.name, "").removesuffix(_(asked.help)).strip()

    @property
    def doubts(self) -> Mapping[str, Sequence[str]]:
        """What carriers commonly refuse, by field."""
        found: dict[str, list[str]] = {}
        for doubt in warnings(self.values):
            found.setdefault(doubt.field, []).append(doubt.sentence)
        return found

    def choices(self, asked: Field) -> Choices:
        """What can be chosen, and what stands there although it cannot."""
        value = self.values[asked.name]
        strange = ((value, value),) if value and value not in dict(asked.choices) else ()
        return (*strange, *((code, _(words)) for code, words in asked.choices))


@dataclass(frozen=True, slots=True)
class Stand:
    """A number and where it stands with the carriers."""

    id: uuid.UUID
    words: str
    state: NumberState
    label: str
    meaning: str
    why: str | None

    @classmethod
    def of(cls, number: Number) -> Stand:
        state = NumberState(number.state)
        return cls(number.id, display(number.e164), state, _(WORDS[state].label), _(WORDS[state].meaning), number.why)


@dataclass(frozen=True, slots=True)
class Card:
    """``missing`` are labels of fields, ``doubts`` how many things carriers may refuse."""

    numbers: Sequence[Stand]
    missing: Sequence[str]
    doubts: int
    edits: bool

    @classmethod
    def of(cls, numbers: Sequence[Number], form: Form, *, edits: bool) -> Card:
        missing = [_(FIELDS[name].label) for name in form.faults]
        return cls([Stand.of(number) for number in numbers], missing, len(form.doubts), edits)

    @property
    def waits(self) -> bool:
        """Whether a number still has to be verified, or is to come."""
        return not self.numbers or any(number.state is not NumberState.VERIFIED for number in self.numbers)
