"""The OpenAPI document says what there is and nothing else, and is a valid one."""

from __future__ import annotations

import re

from openapi_spec_validator import validate

from flask_firmtext.firm.token_scopes import SCOPES
from flask_firmtext.web.api import catalogue
from office import Office
from programs import Program


def test_the_document_is_valid_and_has_every_operation(office: Office, program: Program) -> None:
    document = program.got("/openapi.json")
    validate(document)
    listed = {(method.upper(), path) for path, some in document["paths"].items() for method in some}
    assert listed == {(one.method, one.path) for one in catalogue.every()}
    assert document["servers"] == [{"url": "/texting/api/v1"}]


def test_every_described_operation_is_found_at_its_address() -> None:
    for one in catalogue.every():
        path = re.sub(r"{\w+}", "01a21f23-0ad6-75e4-8976-94ae112a9916", one.path)
        assert catalogue.find(path, one.method)[0] is one
        assert one.scope in SCOPES
        assert one.summary
        assert not one.summary.endswith(".")
        assert not re.search(r"[A-Z]", one.path)


def test_every_scope_opens_something() -> None:
    assert {one.scope for one in catalogue.every()} == SCOPES.keys()
