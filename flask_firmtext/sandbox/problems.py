"""The carrier's error answers, word for word."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import NamedTuple

from flask import Response, jsonify

ERRORS = "https://developer.vonage.com/api-errors"


class Problem(NamedTuple):
    """One row of the carrier's error list for HTTP answers (other numbers than those of the webhooks)."""

    status: int
    type: str
    title: str
    detail: str

    def about(self, what: str) -> Problem:
        """The same with `what` in its sentence."""
        return self._replace(detail=self.detail.format(what))


INVALID_JSON = Problem(
    422,
    f"{ERRORS}#invalid-json",
    "The request body did not contain valid JSON",
    "Unexpected character: was expecting a JSON object",
)
CHANNEL = Problem(422, f"{ERRORS}/messages#1100", "Unsupported channel", "The specified channel is not supported.")
CHANNEL_PARAMS = Problem(
    422,
    f"{ERRORS}/messages#1110",
    "Invalid channel parameters",
    "The value of one or more parameters is invalid.",
)
SENDER = Problem(
    422, f"{ERRORS}/messages#1120", "Invalid sender", "The `from` parameter is invalid for the given channel."
)
RECIPIENT = Problem(
    422, f"{ERRORS}/messages#110", "Invalid recipient", "The `to` parameter is invalid for the given channel."
)
MESSAGE_TYPE = Problem(
    422,
    f"{ERRORS}/messages#1140",
    "Invalid message type",
    "The `message_type` parameter is invalid for the given channel.",
)
PARAMS = Problem(422, f"{ERRORS}/messages#1150", "Invalid params", "The value of one or more parameters is invalid.")
CLIENT_REF = Problem(
    422,
    f"{ERRORS}/messages#1060",
    "Invalid client reference",
    "The client reference can be a string of up to 100 characters.",
)
UNAUTHORIZED = Problem(
    401,
    f"{ERRORS}/#unathorized",
    "You did not provide correct credentials.",
    "Check that you're using the correct credentials, and that your account has this feature enabled",
)
UNPROVISIONED = Problem(
    401,
    f"{ERRORS}/#unprovisioned",
    "The crendentials provided do not have access to the requested product",
    "Check your API key is correct and has been whitelisted",
)
JWT_EXPIRED = Problem(401, f"{ERRORS}/#jwt-expired", "Unauthorized", "The JWT has expired.")
LOW_BALANCE = Problem(
    402,
    f"{ERRORS}/#low-balance",
    "Low balance",
    "This request could not be performed due to your account balance being low.",
)
FORBIDDEN = Problem(403, f"{ERRORS}/#forbidden", "Forbidden", "Your account does not have permission for this.")
NOT_FOUND = Problem(404, f"{ERRORS}#not-found", "Not Found", "The resource could not be found.")
METHOD = Problem(405, ERRORS, "Method Not Allowed", "The method is not allowed for this resource.")
TOO_LARGE = Problem(413, ERRORS, "Payload Too Large", "The request body is too large.")
MEDIA_TYPE = Problem(415, ERRORS, "Unsupported Media Type", "Send application/json.")
THROTTLED = Problem(429, f"{ERRORS}/messages#1000", "Rate Limit Hit", "Please wait, then retry your request")
INTERNAL = Problem(
    500,
    f"{ERRORS}/messages#1000",
    "Internal error",
    "There was an error processing your request in the Platform.",
)

# The Applications API has words of its own.
CREDENTIALS = Problem(
    401, f"{ERRORS}#unauthorized", "Invalid credentials supplied", "You did not provide correct credentials."
)
UNKNOWN_ID = Problem(404, f"{ERRORS}#not-found", "Not Found", "ID '{}' does not exist, or you do not have access")
WRONG_VERB = Problem(405, f"{ERRORS}#wrong-verb", "Request method not allowed", "Request method '{}' not supported")
ACCEPT = Problem(
    406,
    f"{ERRORS}#accept-header",
    "Invalid Accept header",
    "Invalid Accept header provided. Must be one of the following: 'application/json'",
)
CONTENT_TYPE = Problem(
    415,
    f"{ERRORS}#content-type-header",
    "Unsupported Content-Type header",
    "Unsupported Content-Type header provided. Must be one of the following: 'application/json'",
)
PAYLOAD = Problem(
    400,
    f"{ERRORS}/application#payload-validation",
    "Bad Request",
    "The request failed due to validation errors",
)

OF_APPLICATION = {
    problem.status: problem for problem in (PAYLOAD, CREDENTIALS, UNKNOWN_ID, WRONG_VERB, ACCEPT, CONTENT_TYPE)
}

#: What a fault answers when it gives a status and no body.
BY_STATUS = {
    problem.status: problem
    for problem in (
        Problem(400, ERRORS, "Bad Request", "The request could not be understood."),
        UNAUTHORIZED,
        LOW_BALANCE,
        FORBIDDEN,
        NOT_FOUND,
        METHOD,
        TOO_LARGE,
        MEDIA_TYPE,
        PARAMS,
        THROTTLED,
        INTERNAL,
        Problem(502, ERRORS, "Bad Gateway", "The upstream server did not answer properly."),
        Problem(503, ERRORS, "Service Unavailable", "The service is temporarily unavailable."),
        Problem(504, ERRORS, "Gateway Timeout", "The upstream server did not answer in time."),
    )
}

#: The 422 of each error number.
BY_CODE = {
    int(problem.type.rpartition("#")[2]): problem
    for problem in (CHANNEL, CHANNEL_PARAMS, SENDER, RECIPIENT, MESSAGE_TYPE, PARAMS, CLIENT_REF)
}


#: The Numbers API's labels.
LABELS = {200: "success", 401: "authentication failed", 420: "method failed"}


def coded(code: int, label: str | None = None) -> Response:
    """An answer of the Numbers API, its code as a string."""
    response = jsonify({"error-code": str(code), "error-code-label": label or LABELS[code]})
    response.status_code = code
    return response


def answer(problem: Problem, invalid: Iterable[tuple[str, str]] = ()) -> Response:
    """The HTTP answer for `problem`; `invalid` are pairs of parameter and reason."""
    body: dict[str, object] = {
        "type": problem.type,
        "title": problem.title,
        "detail": problem.detail,
        "instance": uuid.uuid4().hex,
    }
    parameters = [{"name": name, "reason": reason} for name, reason in invalid]
    if parameters:
        body["invalid_parameters"] = parameters
    response = jsonify(body)
    response.status_code = problem.status
    # The carrier says application/json for 422 and application/problem+json for all else.
    if problem.status != 422:
        response.content_type = "application/problem+json"
    return response


def of_application(problem: Problem, invalid: Iterable[tuple[str, str]] = ()) -> Response:
    """The same from the Applications API, which documents application/json for all its errors."""
    response = answer(problem, invalid)
    response.content_type = "application/json"
    return response
