"""Encrypted files as rows: what was written is read, and nothing else (attack A33, faults F73 and F74)."""

from __future__ import annotations

import hashlib
import io
import os
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from dying import dies_at
from evidence import rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError
from flask_firmtext.store import files, keys, pieces
from flask_firmtext.store.models import File, FilePiece
from flask_firmtext.store.transactions import own, reading

PIECE = pieces.SIZE
MEBIBYTE = 1024 * 1024

pytestmark = pytest.mark.usefixtures("app")


def written(content: bytes, *, firm: str = "harbor", step: int = 10_000) -> uuid.UUID:
    with files.writer(firm, keys.GENERAL) as out:
        for at in range(0, len(content), step):
            out.write(content[at : at + step])
    return out.file_id


def read(file_id: uuid.UUID, firm: str = "harbor") -> bytes:
    return files.reader(firm, file_id).read()


def piece(file_id: uuid.UUID, n: int) -> Any:
    return (FilePiece.file_id == file_id) & (FilePiece.n == n)


def change(file_id: uuid.UUID, n: int, data: bytes) -> None:
    with own() as session:
        session.execute(update(FilePiece).where(piece(file_id, n)).values(data=data))


def data(file_id: uuid.UUID, n: int) -> bytes:
    [found] = rows(FilePiece, piece(file_id, n))
    return bytes(found.data)


def left() -> tuple[int, int]:
    """How many files and pieces there are."""
    with reading() as session:
        counts = [session.scalar(select(func.count()).select_from(model)) for model in (File, FilePiece)]
    return counts[0] or 0, counts[1] or 0


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 17 * PIECE + 5])
@pytest.mark.parametrize("step", [4_999, PIECE, 10 * MEBIBYTE])
def test_what_was_written_is_read(size: int, step: int) -> None:
    content = os.urandom(size)
    file_id = written(content, step=step)
    assert read(file_id) == content
    assert left() == (1, pieces.count_of(size))


def test_the_row_tells_size_digest_and_what_is_stored() -> None:
    content = os.urandom(3 * PIECE)
    with files.writer("harbor", keys.GENERAL) as out:
        out.write(content)
    [row] = rows(File)
    stored = row.head + b"".join(data(out.file_id, n) for n in range(3))
    assert (row.size, out.size) == (len(content), len(content))
    assert row.sha256 == hashlib.sha256(stored).digest()
    assert row.complete_at is not None


def test_the_digest_is_equal_for_equal_files_of_one_firm_only() -> None:
    found = []
    for firm, content in (("harbor", b"photo"), ("harbor", b"photo"), ("harbor", b"other"), ("summit", b"photo")):
        with files.writer(firm, keys.GENERAL) as out:
            out.write(content)
        found.append(out.digest)
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert hashlib.sha256(b"photo").digest() not in found


def test_nothing_readable_is_stored_and_equal_files_look_different() -> None:
    first, second = written(b"canary" * 20_000), written(b"canary" * 20_000)
    stored = [data(one, n) for one in (first, second) for n in range(2)]
    assert not any(b"canary" in one for one in stored)
    assert len(set(stored)) == 4


def test_a_reader_seeks_as_a_range_request_does() -> None:
    content = os.urandom(3 * PIECE + 100)
    file = files.reader("harbor", written(content))
    assert file.size == len(content)
    assert file.seekable()
    for begin, length in ((0, 10), (PIECE - 3, 6), (2 * PIECE, PIECE), (3 * PIECE + 90, 50), (5, 3 * PIECE)):
        file.seek(begin)
        assert file.read(length) == content[begin : begin + length]
    assert file.seek(-10, io.SEEK_END) == len(content) - 10
    assert file.read() == content[-10:]
    assert file.read() == b""
    file.seek(len(content) + 10 * PIECE)
    assert file.read() == b""


def test_an_empty_file_ends_where_it_begins() -> None:
    file = files.reader("harbor", written(b""))
    assert (file.read(), file.read(), file.size) == (b"", b"", 0)
    file.seek(3 * PIECE)
    assert file.read() == b""


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("where", [0, 17, -1])
def test_a_changed_piece_is_not_read(n: int, where: int) -> None:
    file_id = written(os.urandom(2 * PIECE + 9))
    changed = bytearray(data(file_id, n))
    changed[where] ^= 1
    change(file_id, n, bytes(changed))
    with pytest.raises(DecryptError):
        read(file_id)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_missing_piece_is_not_passed_over(n: int) -> None:
    file_id = written(os.urandom(2 * PIECE + 9))
    with own() as session:
        session.execute(delete(FilePiece).where(piece(file_id, n)))
    with pytest.raises(DecryptError):
        read(file_id)


@pytest.mark.attack("A33")
def test_a33_pieces_that_changed_places_are_not_read() -> None:
    file_id = written(os.urandom(2 * PIECE + 9))
    first, second = data(file_id, 0), data(file_id, 1)
    change(file_id, 0, second)
    change(file_id, 1, first)
    with pytest.raises(DecryptError):
        read(file_id)


@pytest.mark.attack("A33")
def test_a33_a_piece_or_a_head_of_another_file_is_not_read() -> None:
    file_id, other = written(os.urandom(2 * PIECE)), written(os.urandom(2 * PIECE))
    change(file_id, 1, data(other, 1))
    with pytest.raises(DecryptError):
        read(file_id)
    with own() as session:
        session.execute(update(File).where(File.id == other).values(head=rows(File, File.id == file_id)[0].head))
    with pytest.raises(DecryptError):
        read(other)


@pytest.mark.attack("A33")
def test_a33_a_whole_file_under_another_ones_id_is_not_read() -> None:
    file_id, other = written(os.urandom(PIECE + 9)), written(os.urandom(PIECE + 9))
    head = rows(File, File.id == file_id)[0].head.replace(file_id.bytes, other.bytes)
    with own() as session:
        session.execute(update(File).where(File.id == other).values(head=head))
    for n in range(2):
        change(other, n, data(file_id, n))
    with pytest.raises(DecryptError):
        read(other)


@pytest.mark.parametrize("size", [PIECE, PIECE + 1, 2 * PIECE - 1, 2 * PIECE, 3 * PIECE - 1, 3 * PIECE + 1, 4 * PIECE])
@pytest.mark.attack("A33")
def test_a33_a_file_that_was_cut_or_is_said_to_be_longer_is_not_read(size: int) -> None:
    file_id = written(os.urandom(3 * PIECE))
    with own() as session:
        session.execute(update(File).where(File.id == file_id).values(size=size))
        session.execute(delete(FilePiece).where(FilePiece.file_id == file_id, FilePiece.n >= pieces.count_of(size)))
    with pytest.raises(DecryptError):
        read(file_id)


@pytest.mark.parametrize("column", ["key id", "salt", "version"])
@pytest.mark.attack("A33")
def test_a33_a_changed_head_is_not_read(column: str) -> None:
    file_id = written(b"content")
    head = bytearray(rows(File)[0].head)
    head[{"version": 0, "key id": 3, "salt": -1}[column]] ^= 1
    with own() as session:
        session.execute(update(File).values(head=bytes(head)))
    with pytest.raises(DecryptError):
        read(file_id)


def test_another_firms_file_is_none_and_moved_to_another_firm_it_does_not_open() -> None:
    file_id = written(b"content")
    with pytest.raises(DecryptError):
        files.reader("summit", file_id)
    with own() as session:
        session.execute(update(File).values(firm="summit"))
    with pytest.raises(DecryptError):
        read(file_id, "summit")


def fails_half_way() -> None:
    with files.writer("harbor", keys.GENERAL) as out:
        out.write(os.urandom(2 * MEBIBYTE))
        assert left()[1] >= 16, "some of it is stored already"
        with pytest.raises(DecryptError):
            files.reader("harbor", out.file_id)
        raise ZeroDivisionError


def test_half_a_file_is_not_there_and_is_forgotten_when_its_writer_fails() -> None:
    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert left() == (0, 0)


def test_a_large_file_is_forgotten_as_a_whole() -> None:
    kept = written(b"another")
    file_id = written(os.urandom((files.GONE_AT_ONCE + 3) * PIECE), step=MEBIBYTE)
    files.forget(file_id)
    assert left() == (1, 1)
    files.forget(file_id)
    assert left() == (1, 1)
    assert read(kept) == b"another"


def test_a_writer_holds_no_connection_between_two_pieces() -> None:
    with files.writer("harbor", keys.GENERAL) as out:
        for _ in range(5):
            out.write(os.urandom(MEBIBYTE))
            assert firmtext.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.fault("F74")
def test_f74_a_writer_killed_in_the_middle_leaves_nothing_that_can_be_read_and_the_sweep_takes_it() -> None:
    assert dies_at("media.piece", lambda: written(os.urandom(3 * MEBIBYTE)))
    [row] = rows(File)
    assert (row.complete_at, left()) == (None, (1, 16))
    with pytest.raises(DecryptError):
        read(row.id)
    assert files.sweep_orphans() == 0, "it may still be written"
    later(timedelta(hours=25))
    assert files.sweep_orphans() == 1
    assert left() == (0, 0)


def test_a_complete_file_that_nothing_refers_to_is_swept() -> None:
    written(b"content")
    assert files.sweep_orphans() == 0, "whoever wrote it refers to it next"
    later(timedelta(hours=2))
    assert files.sweep_orphans() == 1
    assert left() == (0, 0)


def later(by: timedelta) -> None:
    """Let time pass, for whoever asks our clock."""
    firmtext._get_current_object().clock = ShiftedClock(by)  # type: ignore[attr-defined]
