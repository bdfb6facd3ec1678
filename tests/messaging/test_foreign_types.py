"""What a refused file was: S16."""

from __future__ import annotations

import io
import zipfile

import pytest

from flask_firmtext.messaging import foreign_types, media_types

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x" * 2000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\n\n%PDF-1.4 ", "PDF"),
        (packed("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "Word document"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), "Excel workbook"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), "PowerPoint presentation"),
        (packed("contract.pdf"), "ZIP archive"),
        (OLE + "WordDocument".encode("utf-16-le"), "Word document"),
        (OLE + "Workbook".encode("utf-16-le"), "Excel workbook"),
        (OLE, "Office document"),
        (b"{\\rtf1\\ansi", "Rich text document"),
        (b"II*\0\x08\0\0\0", "TIFF picture"),
        (b" <!DOCTYPE html><html>", "Web page"),
    ],
)
def test_it_is_named_and_not_taken(head: bytes, label: str) -> None:
    assert media_types.sniff(head) is None
    assert foreign_types.LABELS[foreign_types.sniff(head) or ""] == label


@pytest.mark.parametrize("head", [b"", b"\0\1\2\3", b"MZ\x90\0", b"PK"])
def test_what_nobody_knows_has_no_name(head: bytes) -> None:
    assert foreign_types.sniff(head) is None


def test_the_names_fit_their_column() -> None:
    assert max(map(len, foreign_types.LABELS)) <= 64
    assert {name for name, _ in foreign_types.MARKS} == set(foreign_types.LABELS)
