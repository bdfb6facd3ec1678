"""The carrier of the request that is being answered."""

from __future__ import annotations

from typing import cast

from flask import current_app
from werkzeug.local import LocalProxy

from .carrier import Carrier

carrier = cast(Carrier, LocalProxy(lambda: current_app.extensions["sandbox"]))
