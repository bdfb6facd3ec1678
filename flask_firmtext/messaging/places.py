"""Where the host keeps documents, as far as it does."""

from __future__ import annotations

from functools import partial

from ..current import firmtext
from ..ports import promises
from ..ports.host import Documents, NoDocuments
from .owners import shielded

#: What a link may begin with: a host's mistake is no way to run a script in our pages.
ADDRESSES = ("/", "https://", "http://")


def documents(firm: str) -> Documents | None:
    """A firm's documents; None for a host that keeps none. What the host raises goes on to the caller."""
    port = firmtext.host.for_firm(firm).documents
    return None if isinstance(port, NoDocuments) else port


def documents_told(firm: str) -> Documents | None:
    """The same for a page, which goes on without them."""
    return shielded("Host.for_firm", partial(documents, firm), None)


def address(port: Documents, document: str) -> str | None:
    """The page of a document, None where there is none or the host cannot say."""
    found = shielded("Documents.url", lambda: promises.address("Documents", "url", port.url(document)), None)
    return found if found and found.startswith(ADDRESSES) else None
