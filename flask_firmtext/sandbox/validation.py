"""Which of the carrier's 422 answers a request earns."""

from __future__ import annotations

from typing import Any, NamedTuple

import jsonschema

from . import problems
from .problems import Problem
from .schemas import APPLICATION, REQUESTS

_BY_FIELD = {"to": problems.RECIPIENT, "from": problems.SENDER, "client_ref": problems.CLIENT_REF}
_CHANNEL_FIELDS = ("sms", "mms")
_VALIDATORS = {
    (channel, kind): jsonschema.Draft202012Validator(schema)
    for channel, kinds in REQUESTS.items()
    for kind, schema in kinds.items()
}
_APPLICATION = jsonschema.Draft202012Validator(APPLICATION)


class Refusal(NamedTuple):
    """A request's fault: the problem to answer and the parameters it names."""

    problem: Problem
    invalid: tuple[tuple[str, str], ...] = ()


def refusal_of(body: dict[str, Any]) -> Refusal | None:
    """What is wrong with `body`, or None when the carrier accepts it as a message."""
    channel, kind = body.get("channel"), body.get("message_type")
    if not isinstance(channel, str) or channel not in REQUESTS:
        return Refusal(problems.CHANNEL)
    if not isinstance(kind, str) or kind not in REQUESTS[channel]:
        return Refusal(problems.MESSAGE_TYPE)
    invalid = _invalid(_VALIDATORS[channel, kind], body)
    return Refusal(_problem(invalid[0][0]), invalid) if invalid else None


def faults_of_application(body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The parameters of an application that cannot be, each with the reason."""
    return _invalid(_APPLICATION, body)


def _invalid(validator: Any, body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    errors = sorted(validator.iter_errors(body), key=lambda error: list(map(str, error.path)))
    return tuple((_name(error), _reason(error)) for error in errors)


def _problem(name: str) -> Problem:
    if name.partition(".")[0] in _CHANNEL_FIELDS:
        return problems.CHANNEL_PARAMS
    return _BY_FIELD.get(name, problems.PARAMS)


def _name(error: jsonschema.ValidationError) -> str:
    path = [str(part) for part in error.path]
    if error.validator == "required":
        path.append(next(name for name in error.validator_value if name not in error.instance))
    return ".".join(path)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _reason(error: jsonschema.ValidationError) -> str:
    return {
        "required": "is required.",
        "maxLength": f"must have at most {error.validator_value} characters.",
        "minLength": f"must have at least {error.validator_value} characters.",
        "maximum": f"must be at most {error.validator_value}.",
        "minimum": f"must be at least {error.validator_value}.",
        "type": f"must be of type {error.validator_value}.",
        "enum": f"must be one of: {', '.join(map(str, _listed(error.validator_value)))}",
        "pattern": "must be digits in E.164 format without + or 00.",
    }.get(str(error.validator), "is invalid.")
