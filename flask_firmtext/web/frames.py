"""The frame that a host lends our pages: whether it has the blocks that they fill."""

from __future__ import annotations

import logging
from functools import lru_cache

from jinja2 import Environment, TemplateError, nodes

log = logging.getLogger(__name__)

OWN = "firmtext/base.html"
#: Without the first nothing of ours is seen; without the others a page is seen, but it is not whole.
BLOCKS = ("content", "title", "head", "scripts")


def missing(env: Environment, name: str) -> list[str]:
    """The blocks that neither a template nor any that it extends has; none where that cannot be told.

    :raises TemplateError: there is no such template, or it cannot be read.
    """
    found: set[str] = set()
    seen: set[str] = set()
    while name not in seen and env.loader is not None:
        seen.add(name)
        tree = env.parse(env.loader.get_source(env, name)[0])
        found |= {block.name for block in tree.find_all(nodes.Block)}
        extended = tree.find(nodes.Extends)
        if extended is None:
            return [block for block in BLOCKS if block not in found]
        if not isinstance(extended.template, nodes.Const):
            return []
        name = str(extended.template.value)
    return []


@lru_cache(16)
def usable(env: Environment, name: str) -> str:
    """The host's frame; our own, and an error in the log, where in the host's nothing of ours would be seen."""
    if name == OWN:
        return name
    try:
        lacking = missing(env, name)
    except TemplateError as error:
        log.error("FIRMTEXT_BASE_TEMPLATE %s cannot be used (%s); our own frame stands in", name, type(error).__name__)
        return OWN
    for block in lacking:
        log.error("FIRMTEXT_BASE_TEMPLATE %s has no {%% block %s %%}{%% endblock %%}; add it", name, block)
    return OWN if "content" in lacking else name
