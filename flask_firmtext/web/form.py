"""A form of the settings: what stands in its fields, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import request


@dataclass(frozen=True, slots=True)
class Form:
    """``values`` and ``faults`` (sentences) by the field's name."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls, *names: str) -> Form:
        """What the form of this request holds."""
        return cls({name: request.form.get(name, "") for name in names})

    def refused(self, faults: Mapping[str, str]) -> Form:
        """The same again, with the reasons beside the fields."""
        return replace(self, faults=faults)

    @property
    def first(self) -> str | None:
        """The first field with a fault, which gets the focus."""
        return next((name for name in self.values if name in self.faults), None)
