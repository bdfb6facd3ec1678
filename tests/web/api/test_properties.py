"""Whatever a program sends, the answer is one that the document describes, and never an error of ours."""

from __future__ import annotations

import contextvars
import sys
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from matrix import harbors
from office import Office
from programs import ROOT, token

#: 503 is what a host or a carrier that is away is; none is, so it counts as an error of ours, too.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
#: What stands for its part of an address where chance would only find what does not exist.
KNOWN = {
    "conversation": ("conversation", "quiet"),
    "text": ("failed", "unknown", "said", "later"),
    "file": ("file", "lost"),
    "filing_id": ("filing",),
    "search": ("search",),
    "reply": ("reply",),
    "hold": ("legal",),
    "invitation": ("invitation",),
    "event": ("event",),
    "contact": ("contact",),
    "webhook": ("endpoint",),
    "delivery": ("event_id",),
}
#: The same in a body.
NAMED = ("account", "bill", "contact", "conversation", "matter")
#: Turned off, every text is refused in the same way.
LEFT_OUT = {"turn_off"}


class Fuzz:
    """Cases of all operations, each with a context of its own, and what came of them."""

    def __init__(self, office: Office) -> None:
        self.office, self.ids = office, harbors(office)
        headers = {"Authorization": f"Bearer {token()}"}
        self.codes: Counter[int] = Counter()
        self.operations: set[str] = set()
        client = office.app.test_client(use_cookies=False)
        document = contextvars.Context().run(lambda: client.get(f"{ROOT}/openapi.json", headers=headers)).json
        assert document
        document["servers"] = [{"url": f"http://localhost{ROOT}"}]
        del document["security"]  # who has no token is another test's
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.app = office.app
        self.headers = headers

    def run(self, examples: int) -> None:
        for result in self.schema.get_all_operations():
            one = result.ok()
            name = one.definition.raw["operationId"]
            if name not in LEFT_OUT:
                self.operations.add(name)
                self._tried(one, examples)

    def _tried(self, one: Any, examples: int) -> None:
        cases = [one.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(cases), data=st.data())
        def try_(case: Any, data: st.DataObject) -> None:
            for part in case.path_parameters if case.meta.generation.mode == GenerationMode.POSITIVE else ():
                if part in KNOWN and data.draw(st.booleans()):
                    case.path_parameters[part] = self.ids[data.draw(st.sampled_from(KNOWN[part]))]
            for part in NAMED if case.meta.generation.mode == GenerationMode.POSITIVE else ():
                if isinstance(case.body, dict) and case.body.get(part) and data.draw(st.booleans()):
                    case.body[part] = self.ids[part]
            answer = contextvars.Context().run(lambda: case.call(headers=self.headers))
            self.codes[answer.status_code] += 1
            assert answer.status_code != 503, f"{case.method} {case.path}: {answer.text}"
            # What is too large is refused before it is read; the tool knows of no 413 there.
            case.validate_response(answer, checks=CHECKS[:-1] if answer.status_code == 413 else CHECKS)

        try_()


def told(fuzz: Fuzz, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        cases = sum(fuzz.codes.values())
        sys.stdout.write(f" [{len(fuzz.operations)} operations, {cases} cases, {dict(sorted(fuzz.codes.items()))}] ")


def test_some_requests_of_every_operation(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    fuzz = Fuzz(office)
    fuzz.run(5)
    told(fuzz, capsys)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_requests_of_every_operation(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    fuzz = Fuzz(office)
    fuzz.run(200)
    told(fuzz, capsys)
    assert {200, 201, 400, 404, 409, 422} <= fuzz.codes.keys()
