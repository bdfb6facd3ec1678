"""The two listeners of the sandbox: control and phones in the clear, the carrier over TLS."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from . import application_api, control, media_api, messages_api, numbers_api, page, problems
from .authority import Authority
from .carrier import Carrier
from .server import Listener


def control_listener(carrier: Carrier, port: int) -> Listener:
    """Phones page and control."""
    app = _app(carrier)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(page.blueprint)
    return Listener(port, app)


def carrier_listener(carrier: Carrier, authority: Authority, port: int) -> Listener:
    """The carrier's API and media."""
    app = _app(carrier)
    for api in (messages_api, numbers_api, media_api, application_api):
        app.register_blueprint(api.blueprint)

    @app.errorhandler(HTTPException)
    def in_the_carriers_words(error: HTTPException) -> Any:
        return problems.answer(problems.BY_STATUS.get(error.code or 500, problems.INTERNAL))

    listener = Listener(port, app, Greeter(carrier, authority))
    carrier.media_base = f"https://127.0.0.1:{listener.port}"
    return listener


class Greeter:
    """Shakes hands with who connects, unless a fault on `tls` spoils it."""

    def __init__(self, carrier: Carrier, authority: Authority) -> None:
        self._carrier, self._authority = carrier, authority
        self._context = authority.context()

    def __call__(self, connection: socket.socket) -> ssl.SSLSocket:
        """The connection in TLS. Raises OSError when there was no handshake."""
        fault, context = self._carrier.faults.first("tls", set()), self._context
        if fault is not None and fault.do == "drop_before":
            raise ConnectionAbortedError
        if fault is not None and fault.do == "delay":
            time.sleep(5 if fault.seconds is None else fault.seconds)
        if fault is not None and fault.do == "forge":
            context = self._authority.bad_context(fault.how or "authority")
        return context.wrap_socket(connection, server_side=True)


def _app(carrier: Carrier) -> Flask:
    app = Flask(__name__.rpartition(".")[0])
    app.extensions["sandbox"] = carrier
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False
    return app
