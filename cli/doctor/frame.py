"""Whether our pages can be shown inside the host's: its base template, and the policy that it sends to browsers."""

from __future__ import annotations

from collections.abc import Iterator

from flask import current_app
from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, nodes
from requests import codes
from werkzeug.test import TestResponse

from ...current import firmtext
from ...errors import where
from .finding import Finding, doubtful, fine, wrong
from .policy import SCRIPTS, STRICT, refused

#: What our pages put where; what no block takes is not in the page.
BLOCKS = {
    "content": "what our pages show",
    "head": "their stylesheets",
    "scripts": "their scripts",
    "title": "their titles",
}
_FRAME = "FIRMTEXT_BASE_TEMPLATE"
_FAILS = "See the web server's log; a template or a before_request of the host fails."
_WHERE = (
    "Set FIRMTEXT_PUBLIC_URL to where the application lies, with the path under which it is mounted "
    "(https://office.example/practice); a before_request of the host may answer 404, too."
)


def frame() -> Iterator[Finding]:
    """The blocks of the host's base template, and of those that it extends."""
    name = firmtext.settings.base_template
    try:
        known = _blocks(current_app.jinja_env, name)
    except TemplateNotFound as error:
        yield wrong("frame", f"There is no template {error.name}.", f"Set {_FRAME} to one of yours, or take it away.")
        return
    except TemplateSyntaxError as error:
        yield wrong("frame", f"{error.name}, line {error.lineno} is no template.", "Mend that line.")
        return
    lacking = [block for block in BLOCKS if known is not None and block not in known]
    for block in lacking:
        cure = f"Add {{% block {block} %}}{{% endblock %}} to it (docs/theming.md)."
        yield wrong("frame", f"{name} has no block {block}, so {BLOCKS[block]} are not in the page.", cure)
    if not lacking:
        yield fine("frame", f"{name} takes our pages.")


def _blocks(environment: Environment, name: str) -> set[str] | None:
    """All that a template and its parents offer; None where a parent's name is only known when it is shown."""
    found: set[str] = set()
    wanted: str | None = name
    while wanted is not None:
        source, _, _ = _source(environment, wanted)
        tree = environment.parse(source, wanted)
        found |= {block.name for block in tree.find_all(nodes.Block)}
        parent = tree.find(nodes.Extends)
        if parent is not None and not isinstance(parent.template, nodes.Const):
            return None
        wanted = parent.template.value if parent is not None and isinstance(parent.template, nodes.Const) else None
    return found


def _source(environment: Environment, name: str) -> tuple[str, str | None, object]:
    if environment.loader is None:
        raise TemplateNotFound(name)
    return environment.loader.get_source(environment, name)


def policy() -> Iterator[Finding]:
    """Whether a browser would run our scripts: what the host answers to one of our pages, signed out."""
    origin = firmtext.settings.public_url or "http://localhost"
    try:
        answer = _asked(origin)
    except Exception as error:  # in debug mode Flask lets them through
        yield wrong("page", f"A page of ours raises {where(error)} inside the host's pages.", _FAILS)
        return
    if answer.status_code == codes.not_found:
        ours = f"{origin}{firmtext.settings.url_prefix}/"
        seen = f"There is no page of ours at {ours}: inside the application it answers 404."
        yield wrong("page", seen, _WHERE)
        return
    if answer.status_code >= codes.server_error:
        seen = f"A page of ours answers {answer.status_code} inside the host's pages."
        yield wrong("page", seen, _FAILS)
    yield from _judged(answer, origin)


def _judged(answer: TestResponse, origin: str) -> Iterator[Finding]:
    """The policies with which a page came."""
    told = [value for value in answer.headers.getlist("Content-Security-Policy") if value.strip()]
    faults = [(what, name) for one in told for part in one.split(",") for what, name in refused(part, origin)]
    for what, name in dict.fromkeys(faults):
        trusting = what == SCRIPTS and any(STRICT in one.lower() for one in told)
        verb = f"Take {STRICT} out, and put 'self' into" if trusting else "Add 'self' to"
        cure = f"{verb} {name} of the host's Content-Security-Policy; ours has nothing inline, and needs no nonce."
        yield wrong("policy", f"The host's Content-Security-Policy keeps browsers from {what}.", cure)
    if told and not faults:
        yield fine("policy", "The Content-Security-Policy lets our scripts and stylesheets load.")
    if not told:
        cure = "Send one with your pages; default-src 'self' is enough for ours (docs/theming.md)."
        yield doubtful("policy", "Our pages are sent without a Content-Security-Policy.", cure)


def _asked(address: str) -> TestResponse:
    """Of an address under a path either the server in front takes the path away, or the application itself does."""
    host, path = "/".join(address.split("/")[:3]), "".join(f"/{part}" for part in address.split("/")[3:])
    answer = _page(address, "")
    return _page(host, path) if path and answer.status_code == codes.not_found else answer


def _page(base_url: str, path: str) -> TestResponse:
    client = current_app.test_client(use_cookies=False)
    ours = f"{path}{firmtext.settings.url_prefix}/"
    return client.get(ours, base_url=base_url, headers={"Accept": "text/html"})
