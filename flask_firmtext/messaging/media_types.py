"""What clients may send (S16), told by the first bytes of a file: its name and what the sender calls it prove nothing.

No decoder runs here. A file that is two things at once is what it begins with; whoever serves it says that type and no
other. A preview is for types that browsers in use decode.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..language import marked
from . import plain_texts

#: So many bytes decide.
HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file: its ``name`` for browsers, its ``label`` for people, and how it can be shown.

    ``preview`` is ``picture``, ``video``, ``audio`` or ``text``; None is for downloading only.
    """

    name: str
    label: str
    extension: str
    preview: str | None


TYPES: tuple[MediaType, ...] = (
    MediaType("image/jpeg", marked("JPEG picture"), "jpg", "picture"),
    MediaType("image/png", marked("PNG picture"), "png", "picture"),
    MediaType("image/gif", marked("GIF picture"), "gif", "picture"),
    MediaType("image/webp", marked("WebP picture"), "webp", "picture"),
    MediaType("image/heic", marked("HEIC picture"), "heic", None),
    MediaType("video/mp4", marked("MP4 video"), "mp4", "video"),
    MediaType("video/quicktime", marked("MOV video"), "mov", None),
    MediaType("video/3gpp", marked("3GP video"), "3gp", None),
    MediaType("video/webm", marked("WebM video"), "webm", "video"),
    MediaType("audio/mpeg", marked("MP3 audio"), "mp3", "audio"),
    MediaType("audio/mp4", marked("M4A audio"), "m4a", "audio"),
    MediaType("audio/amr", marked("AMR audio"), "amr", None),
    MediaType("audio/ogg", marked("OGG audio"), "ogg", "audio"),
    MediaType("audio/wav", marked("WAV audio"), "wav", "audio"),
    MediaType("text/plain", marked("Plain text"), "txt", "text"),
    MediaType("text/vcard", marked("Contact card"), "vcf", None),
)
_BY_NAME = {one.name: one for one in TYPES}

#: Who wrote a file of the ISO family, by its major brand.
BRANDS = {
    **dict.fromkeys(("heic", "heix", "hevc", "hevx", "heim", "heis"), "image/heic"),
    **dict.fromkeys(("isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9"), "video/mp4"),
    **dict.fromkeys(("mp41", "mp42", "mp71", "avc1", "MSNV", "XAVC", "dash", "M4V ", "M4VH", "M4VP"), "video/mp4"),
    **dict.fromkeys(("3gp4", "3gp5", "3gp6", "3gp7", "3gp8", "3gp9", "3gg6", "3gs7", "3ge6", "3gr6"), "video/3gpp"),
    "qt  ": "video/quicktime",
    "M4A ": "audio/mp4",
}
_PICTURES = ("mif1", "msf1")
_WEBM = re.compile(rb"\x42\x82[\x80-\xff]{1}webm")
_SOUND_IN_OGG = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_TAG = re.compile(rb"ID3[\x02-\x04][\x00-\xfe]{2}[\x00-\x7f]{4}", re.DOTALL)


def by_name(media_type: str) -> MediaType | None:
    """The type with this name, if clients may send it."""
    return _BY_NAME.get(media_type)


def sniff(head: bytes) -> MediaType | None:
    """What a file is by its first 64 KiB (all of it, when that is less). None: nothing that clients may send."""
    if not head:
        return None
    return next((found for look in (_marked, _iso, _mp3, _text) if (found := look(head))), None)


def _marked(head: bytes) -> MediaType | None:
    """By bytes that stand at a fixed place."""
    return next((_BY_NAME[name] for name, marks in MARKS if marks(head)), None)


def _begins(*with_: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(with_)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == kind


def _webm(head: bytes) -> bool:
    return head.startswith(b"\x1a\x45\xdf\xa3") and _WEBM.search(head[:128]) is not None


def _ogg(head: bytes) -> bool:
    return head.startswith(b"OggS\0") and head[28:36].startswith(_SOUND_IN_OGG)


MARKS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ("image/gif", _begins(b"GIF87a", b"GIF89a")),
    ("image/webp", _riff(b"WEBP")),
    ("audio/wav", _riff(b"WAVE")),
    ("audio/amr", _begins(b"#!AMR\n", b"#!AMR-WB\n")),
    ("audio/ogg", _ogg),
    ("video/webm", _webm),
)


def _iso(head: bytes) -> MediaType | None:
    """MP4 and its kin: a first box ``ftyp`` that names who wrote it, and with whom it is compatible."""
    length = int.from_bytes(head[:4], "big")
    if head[4:8] != b"ftyp" or not 16 <= length <= 1024 or len(head) < length:
        return None
    brands = [head[at : at + 4].decode("latin-1") for at in (8, *range(16, length - 3, 4))]
    major = brands[0]
    if major in _PICTURES:
        major = next((brand for brand in brands if BRANDS.get(brand) == "image/heic"), major)
    return _BY_NAME.get(BRANDS.get(major, ""))


def _mp3(head: bytes) -> MediaType | None:
    """A tag, or a frame of MPEG audio layer III: eleven set bits, then fields that may not have every value."""
    sound = _TAG.match(head) is not None
    if len(head) > 4 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        sound = head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C
    return _BY_NAME["audio/mpeg"] if sound else None


def _text(head: bytes) -> MediaType | None:
    text = plain_texts.read(head, whole=len(head) < HEAD)
    if text is None or plain_texts.is_something_else(text):
        return None
    return _BY_NAME["text/vcard" if plain_texts.is_card(text) else "text/plain"]
