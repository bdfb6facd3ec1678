"""Whether Prometheus gets what it was promised."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from ...current import firmtext
from .finding import Finding, wrong


def metrics() -> Iterator[Finding]:
    """A token without the library is a page that never answers."""
    if firmtext.settings.metrics_token and find_spec("prometheus_client") is None:
        seen = "FIRMTEXT_METRICS_TOKEN is set, but prometheus-client is not installed: /metrics answers 503."
        yield wrong("metrics", seen, "Run `pip install 'flask-firmtext[metrics]'`.")
