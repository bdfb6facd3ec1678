"""What a file is that clients may not send, as far as its first bytes tell: people are told what was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..language import marked

#: Readers look for a PDF's mark in so many bytes.
PDF_WITHIN = 1024

#: Our names for them (they are never served), and what people call them.
LABELS: Mapping[str, str] = {
    "application/pdf": marked("PDF"),
    "application/msword": marked("Word document"),
    "application/vnd.ms-excel": marked("Excel workbook"),
    "application/vnd.ms-powerpoint": marked("PowerPoint presentation"),
    "application/x-ole-storage": marked("Office document"),
    "application/rtf": marked("Rich text document"),
    "application/zip": marked("ZIP archive"),
    "image/tiff": marked("TIFF picture"),
    "text/html": marked("Web page"),
}


def _within(mark: bytes, *names: str) -> Callable[[bytes], bool]:
    """A container that begins with ``mark`` and names one of these parts, in the letters of either kind of it."""
    wanted = [name.encode(encoding) for name in names for encoding in ("ascii", "utf-16-le")]
    return lambda head: head.startswith(mark) and (not names or any(name in head for name in wanted))


ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("application/msword", _within(ZIP, "word/document")),
    ("application/vnd.ms-excel", _within(ZIP, "xl/workbook")),
    ("application/vnd.ms-powerpoint", _within(ZIP, "ppt/presentation")),
    ("application/zip", _within(ZIP)),
    ("application/msword", _within(OLE, "WordDocument")),
    ("application/vnd.ms-excel", _within(OLE, "Workbook")),
    ("application/vnd.ms-powerpoint", _within(OLE, "PowerPoint Document")),
    ("application/x-ole-storage", _within(OLE)),
    ("application/rtf", lambda head: head.startswith(b"{\\rtf")),
    ("image/tiff", lambda head: head.startswith((b"II*\0", b"MM\0*"))),
    ("text/html", lambda head: head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html"))),
    ("application/pdf", lambda head: b"%PDF-" in head[:PDF_WITHIN]),
)


def sniff(head: bytes) -> str | None:
    """The name of what begins like this, None when nobody can say."""
    return next((name for name, begins in MARKS if begins(head)), None)
