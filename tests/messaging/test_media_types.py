"""What a file is, by its first bytes: S16, and the attacks A21, A22 and A30."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date

import pytest

from flask_firmtext.messaging import file_names, media_types, plain_texts
from flask_firmtext.messaging.media_types import HEAD, TYPES, by_name, sniff


def box(brand: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + brand + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0\0\0\x08free" + bytes(100)


def ogg(codec: bytes) -> bytes:
    return b"OggS\0\x02" + bytes(20) + b"\x01\x13" + codec + bytes(40)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "x" * 100)
    return out.getvalue()


JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(50)
GIF = b"GIF89a\x01\0\x01\0" + bytes(50)
#: What is on the list, as its makers write it.
WANTED = [
    ("image/jpeg", JPEG),
    ("image/jpeg", b"\xff\xd8\xff\xe1\0\x18Exif\0\0MM\0*"),
    ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("image/gif", GIF),
    ("image/gif", b"GIF87a" + bytes(9)),
    ("image/webp", b"RIFF\x24\0\0\0WEBPVP8 "),
    ("image/heic", box(b"heic", b"mif1", b"heic")),
    ("image/heic", box(b"mif1", b"mif1", b"heic")),
    ("video/mp4", box(b"isom", b"isom", b"iso2", b"avc1", b"mp41")),
    ("video/mp4", box(b"mp42", b"mp42", b"isom")),
    ("video/quicktime", box(b"qt  ", b"qt  ")),
    ("video/3gpp", box(b"3gp4", b"3gp4", b"isom")),
    ("video/webm", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm\x42\x87\x81\x04"),
    ("audio/mpeg", b"ID3\x04\0\0\0\0\x02\x01TSSE"),
    ("audio/mpeg", b"\xff\xfb\x90\x64\0\x0f"),
    ("audio/mpeg", b"\xff\xf3\x48\xc4\0\0"),
    ("audio/mp4", box(b"M4A ", b"M4A ", b"mp42", b"isom")),
    ("audio/amr", b"#!AMR\n\x3c\x91\x17"),
    ("audio/amr", b"#!AMR-WB\n\x04"),
    ("audio/ogg", ogg(b"OpusHead")),
    ("audio/ogg", ogg(b"\x01vorbis")),
    ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt "),
    ("text/plain", b"Hello"),
    ("text/plain", "Grüße, ça va? 😀👨‍👩‍👧 שלום\r\n\tend\f".encode()),
    ("text/plain", "\ufeffwith a mark".encode()),
    ("text/plain", "Grüße".encode("utf-16")),
    ("text/plain", b"\xfe\xff" + "Grüße".encode("utf-16-be")),
    ("text/plain", "Reçu le 3 février, à l’étude".encode("cp1252")),
    ("text/plain", b"I <3 you"),
    ("text/plain", b"<John> see you at 5"),
    ("text/plain", b"if a <b and b> c"),
    ("text/plain", b" \n"),
    ("text/vcard", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Rosa\r\nEND:VCARD\r\n"),
    ("text/vcard", "\ufeffbegin:vcard\nVERSION:4.0".encode()),
]
#: What is not, whatever it calls itself.
UNWANTED = {
    "nothing": b"",
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a PDF of plain words": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /OpenAction << /JS (x) >> >>",
    "a PDF behind a text": b"Dear Sir\n" + b"%PDF-1.4\n1 0 obj",
    "a Word document or any archive": zipped(),
    "an old Word document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    "an RTF": b"{\\rtf1\\ansi Hello}",
    "a gzip": gzip.compress(b"0" * 100_000),
    "a RAR": b"Rar!\x1a\x07\x01\0",
    "a 7z": b"7z\xbc\xaf\x27\x1c",
    "a program for Windows": b"MZ\x90\0\x03\0\0\0",
    "a program for Linux": b"\x7fELF\x02\x01\x01\0",
    "a program for a Mac": b"\xcf\xfa\xed\xfe\x07\0\0\x01",
    "a class of Java": b"\xca\xfe\xba\xbe\0\0\0\x34",
    "a script": b"#!/bin/sh\nrm -rf ~\n",
    "a batch file": b"@echo off\r\ndel *",
    "a page": b"<!DOCTYPE html><p>Hello",
    "a page in blanks": b"\xef\xbb\xbf \r\n\t<HTML><body>",
    "a page behind a comment": b"<!-- x --><script>alert(1)</script>",
    "a page behind words": b"Hello <script src=//evil.example></script>",
    "a page in UTF-16": "<html>".encode("utf-16"),
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "an SVG with a head": b'<?xml version="1.0"?><svg/>',
    "an XML": b"<?xml version='1.0'?><x/>",
    "a piece of PHP": b"<?php system($_GET[0]);",
    "a calendar": b"BEGIN:VCALENDAR\r\nVERSION:2.0",
    "a mail": b"MIME-Version: 1.0\r\nContent-Type: multipart/related",
    "a text with a zero": b"Hello\0",
    "a text with an escape": b"Hello \x1b]0;pwned\x07",
    "a text with a C1 control": "Hello \u009b31m".encode(),
    "half of UTF-16": b"\xff\xfeH",
    "high bytes": bytes(range(0xA0, 0xFF)),
    "a BMP": b"BM\x9a\0\0\0\0\0",
    "a TIFF": b"II*\0\x08\0\0\0",
    "an icon": b"\0\0\x01\0\x01\0",
    "an AVIF": box(b"avif", b"mif1", b"miaf"),
    "a raw photo": box(b"crx ", b"crx ", b"isom"),
    "an ISO file cut in its first box": box(b"isom", b"isom")[:12],
    "a Matroska video": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
    "an AVI": b"RIFF\x24\0\0\0AVI LIST",
    "a FLAC": b"fLaC\0\0\0\x22",
    "an AAC stream": b"\xff\xf1\x50\x80\x04\0",
    "an MP2": b"\xff\xfd\x90\x04\0\0",
    "a broken MP3 frame": b"\xff\xfb\xf0\x04\0\0",
    "an Ogg video": ogg(b"\x80theora"),
    "a font": b"OTTO\0\x0c\0\x80",
    "WebAssembly": b"\0asm\x01\0\0\0",
    "a shortcut": b"\x4c\0\0\0\x01\x14\x02\0",
    "a database": b"SQLite format 3\0",
}


@pytest.mark.parametrize(("name", "head"), WANTED)
def test_what_is_on_the_list_is_known(name: str, head: bytes) -> None:
    found = sniff(head)
    assert found is not None
    assert found.name == name


def test_the_list_is_s16_and_every_type_of_it_is_found() -> None:
    labels = ["JPEG", "PNG", "GIF", "WebP", "HEIC", "MP4", "MOV", "3GP", "WebM", "MP3", "M4A", "AMR", "OGG", "WAV"]
    assert [one.label.split()[0] for one in TYPES] == [*labels, "Plain", "Contact"]
    assert {name for name, _ in WANTED} == {one.name for one in TYPES}
    assert all(by_name(one.name) is one for one in TYPES)
    assert by_name("application/pdf") is by_name("image/svg+xml") is by_name("text/html") is None


@pytest.mark.parametrize("what", UNWANTED)
@pytest.mark.attack("A21")
def test_a21_what_is_not_on_the_list_is_refused_by_content(what: str) -> None:
    assert sniff(UNWANTED[what]) is None


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (GIF + b"/*<script>alert(1)</script>*/", "image/gif"),
        (b"GIF89a/*" + bytes(10) + b"*/=1;alert(1)//", "image/gif"),
        (GIF + zipped(), "image/gif"),
        (JPEG + b"<html><script>alert(1)</script>", "image/jpeg"),
        (JPEG + b"%PDF-1.4", "image/jpeg"),
    ],
)
@pytest.mark.attack("A21")
def test_a21_a_polyglot_is_what_it_begins_with(head: bytes, name: str) -> None:
    found = sniff(head)
    assert found is not None
    assert found.name == name


@pytest.mark.attack("A30")
def test_a30_a_picture_that_says_it_is_enormous_is_not_decoded() -> None:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (50_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    found = sniff(head)
    assert found is not None
    assert found.name == "image/png"


@pytest.mark.parametrize("cut", range(4))
def test_a_letter_cut_by_the_end_of_the_head_is_no_fault(cut: int) -> None:
    text = (b"x" * (4 - cut) + "😀".encode() * (HEAD // 4))[:HEAD]
    found = sniff(text)
    assert found is not None
    assert found.name == "text/plain"
    assert plain_texts.decoded(text).startswith("x")


def test_a_letter_cut_by_the_end_of_the_file_makes_it_another_encoding_or_none() -> None:
    assert sniff("😀".encode()[:3]) is None


@pytest.mark.parametrize(
    "data", ["Grüße".encode(), "\ufeffGrüße".encode(), "Grüße".encode("utf-16"), "Grüße, Frau Muster".encode("cp1252")]
)
def test_a_text_is_shown_as_it_was_written(data: bytes) -> None:
    assert plain_texts.decoded(data).startswith("Grüße")
    assert plain_texts.decoded(b"\0\xff") == "\0\ufffd", "never an error"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\rosa\\Scan 1.jpg", "Scan 1.jpg"),
        ("a\r\nSet-Cookie: x=1\0\x1b[31m.jpg", "aSet-Cookie x=1[31m.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\u2066x\u2069\ufeff.png", "x.png"),
        ('"><script>.jpg', "script.jpg"),
        ("x" * 4000 + ".jpg", "x" * 120),
        (" . .. ", ""),
        ("..", ""),
        ("/", ""),
        ("", ""),
        ("photo", "photo"),
        ("Reçu №1 😀.pdf", "Reçu №1 😀.pdf"),
        ("a／b＼c", "c"),
    ],
)
@pytest.mark.attack("A22")
def test_a22_the_senders_name_is_a_name_and_nothing_else(given: str, shown: str) -> None:
    assert file_names.senders(given) == shown


@pytest.mark.attack("A22")
def test_a22_our_own_name_tells_what_came_when() -> None:
    names = [file_names.ours(one, date(2025, 3, 14), 2) for one in TYPES]
    assert names[0] == "photo-2025-03-14-2.jpg"
    assert names[-2:] == ["text-2025-03-14-2.txt", "contact-2025-03-14-2.vcf"]
    assert len(set(names)) == len(media_types.TYPES)
