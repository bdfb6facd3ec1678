"""What a Content-Security-Policy keeps from our pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

SCRIPTS = "running our scripts"
#: Under it only what a trusted script has loaded counts; our tags bear no nonce.
STRICT = "'strict-dynamic'"
#: What our pages do, and the directives that speak of it: the first one that is there decides.
NEEDED: Mapping[str, Sequence[str]] = {
    SCRIPTS: ("script-src-elem", "script-src", "default-src"),
    "loading our stylesheets": ("style-src-elem", "style-src", "default-src"),
    "asking for new texts": ("connect-src", "default-src"),
    "showing what clients sent": ("img-src", "default-src"),
    "sending our forms": ("form-action",),
}


def refused(policy: str, origin: str) -> Iterator[tuple[str, str]]:
    """What of ``NEEDED`` a policy forbids to pages of ``origin``, and the directive that does."""
    told: dict[str, list[str]] = {}
    for directive in policy.split(";"):
        name, *sources = directive.split() or [""]
        told.setdefault(name.lower(), sources)
    for what, directives in NEEDED.items():
        decides = next((one for one in directives if one in told), None)
        if decides is not None and not _allowed(told[decides], origin):
            yield what, decides


def _allowed(sources: Sequence[str], origin: str) -> bool:
    words = [source.lower() for source in sources]
    return STRICT not in words and any(_fits(word, origin) for word in words)


def _fits(source: str, origin: str) -> bool:
    ours = urlsplit(origin)
    if source in ("'self'", "*", f"{ours.scheme}:"):
        return True
    scheme, _, rest = source.rpartition("://")
    host = rest.split("/")[0].split(":")[0]
    if source.startswith("'") or not host or scheme not in ("", ours.scheme):
        return False
    name = ours.hostname or ""
    return name.endswith(host[1:]) if host.startswith("*.") else name == host
