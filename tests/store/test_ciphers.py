"""The formats, byte by byte: what was written today must be read in ten years, and nothing else may be."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from flask_firmtext.errors import DecryptError
from flask_firmtext.store import ciphers
from flask_firmtext.store.ciphers import Place

KEY = bytes(range(32))
KEY_ID = "0011223344556677"
PLACE = Place("firmtext_message", "body", "0198f0d0-0000-7000-8000-000000000001", "harbor")
TEXT = "Ça va, Rosa?"
CELL = bytes.fromhex(
    "0100112233445566776465666768696a6b6c6d6e6f8b9cbf460f887abe6c0d2c89e5e56afd42c2060a8b6cf372a7d1ac48fba3a5"
    "480802c31cb46066f8dd41d2f4947d2d05"
)
INNER = bytes(range(32, 64))
WRAPPED = bytes.fromhex(
    "016465666768696a6b6c6d6e6f683afc455dcc70b9164b75c3f64844d272f33439bf59c5459fe89673c79e9b77b329666378b72e"
    "f2fd2b29387f23db68"
)
WRAPPING: dict[str, Any] = {"key_id": KEY_ID, "parent_id": "test1", "scope": "firm", "firm": "harbor"}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)


def listed(*parts: str) -> bytes:
    """``L`` of the design, written a second time."""
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)


@pytest.fixture
def known_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ciphers.os, "urandom", lambda n: bytes(range(100, 100 + n)))


@pytest.mark.attack("A37")
def test_a_cell_is_these_bytes(known_nonce: None) -> None:
    assert ciphers.seal(KEY, KEY_ID, PLACE, TEXT) == CELL
    assert ciphers.unseal(KEY, PLACE, CELL) == TEXT


def test_a_cell_is_as_the_design_says() -> None:
    assert CELL[:1] + CELL[1:9] + CELL[9:21] == b"\1" + bytes.fromhex(KEY_ID) + bytes(range(100, 112))
    about = listed("firmtext", "cell", "1", PLACE.table, PLACE.column, PLACE.row, PLACE.firm, KEY_ID)
    plain = AESGCM(KEY).decrypt(CELL[9:21], CELL[21:], about)
    assert plain == TEXT.encode() + b"\x80" + bytes(32 - len(TEXT.encode()) - 1)


def test_a_wrapped_key_is_these_bytes(known_nonce: None) -> None:
    assert ciphers.wrap(KEY, INNER, **WRAPPING) == WRAPPED
    assert ciphers.unwrap(KEY, WRAPPED, **WRAPPING) == INNER


def test_a_wrapped_key_is_as_the_design_says() -> None:
    about = listed("firmtext", "key", "1", KEY_ID, "test1", "firm", "harbor")
    assert AESGCM(KEY).decrypt(WRAPPED[1:13], WRAPPED[13:], about) == INNER


def test_the_blind_index_is_these_bytes_and_another_at_another_firm() -> None:
    assert ciphers.blind_index(KEY, "harbor", "+13125550100").hex() == "734b5dc807b10d2b14b443566d7ac52a"
    assert ciphers.blind_index(KEY, "summit", "+13125550100").hex() == "24e7915341f4fe5eb8db410be22cf928"


def test_the_blind_index_is_as_the_design_says() -> None:
    expanded = hmac.digest(hmac.digest(bytes(32), KEY, "sha256"), b"phone/v1\1", "sha256")  # HKDF without salt
    wanted = hmac.digest(expanded, listed("harbor", "+13125550100"), "sha256")[:16]
    assert ciphers.blind_index(KEY, "harbor", "+13125550100") == wanted


def test_a_digest_and_a_check_value_are_these_bytes() -> None:
    digest = "2999c0905fee965545c06c85401ef608749c5003ac121327361ffd00dac65217"
    assert ciphers.keyed_digest(KEY, b"body").hex() == digest
    assert digest != hashlib.sha256(b"body").hexdigest()
    assert ciphers.check_value(KEY).hex() == "0842a5934f96d0e1ca183b19254b9a4b"


def test_the_check_value_of_a_key_is_nothing_that_protects() -> None:
    assert ciphers.check_value(KEY) not in (ciphers.blind_index(KEY, "", ""), KEY[:16])


@given(texts, st.lists(texts, min_size=4, max_size=4))
def test_what_is_sealed_opens_at_its_place(text: str, where: list[str]) -> None:
    place = Place(*where)
    assert ciphers.unseal(KEY, place, ciphers.seal(KEY, KEY_ID, place, text)) == text


@given(st.binary(max_size=1200))
def test_padding_is_undone_and_has_few_lengths(plain: bytes) -> None:
    padded = ciphers.padded(plain)
    assert ciphers.unpadded(padded) == plain
    assert len(padded) in (32, 64, 128, 256) or len(padded) % 256 == 0
    assert len(plain) < len(padded) <= max(32, 2 * len(plain) + 2, len(plain) + 256)


@pytest.mark.parametrize(
    ("length", "padded"), [(0, 32), (31, 32), (32, 64), (127, 128), (255, 256), (256, 512), (511, 512), (512, 768)]
)
def test_padding_steps(length: int, padded: int) -> None:
    assert len(ciphers.padded(b"\0" * length)) == padded


@given(st.lists(st.text(max_size=5), max_size=5), st.lists(st.text(max_size=5), max_size=5))
def test_no_two_lists_give_the_same_bytes(one: list[str], other: list[str]) -> None:
    assert (ciphers.packed(*one) == ciphers.packed(*other)) == (one == other)


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_of_a_cell_and_of_a_wrapped_key_is_noticed(bit: int) -> None:
    for position in range(len(CELL)):
        damaged = bytearray(CELL)
        damaged[position] ^= 1 << bit
        with pytest.raises(DecryptError):
            ciphers.unseal(KEY, PLACE, bytes(damaged))
    for position in range(len(WRAPPED)):
        damaged = bytearray(WRAPPED)
        damaged[position] ^= 1 << bit
        with pytest.raises(DecryptError):
            ciphers.unwrap(KEY, bytes(damaged), **WRAPPING)


def test_every_shorter_cell_is_noticed() -> None:
    for length in range(len(CELL)):
        with pytest.raises(DecryptError):
            ciphers.unseal(KEY, PLACE, CELL[:length])


@pytest.mark.parametrize(("name", "value"), [("table", "x"), ("column", "phone"), ("row", "x"), ("firm", "summit")])
@pytest.mark.attack("A33")
def test_a_cell_opens_nowhere_else(name: str, value: str) -> None:
    moved = Place(**{**{slot: getattr(PLACE, slot) for slot in PLACE.__slots__}, name: value})
    with pytest.raises(DecryptError):
        ciphers.unseal(KEY, moved, CELL)


@pytest.mark.parametrize("name", WRAPPING)
def test_a_wrapped_key_opens_nowhere_else(name: str) -> None:
    with pytest.raises(DecryptError):
        ciphers.unwrap(KEY, WRAPPED, **WRAPPING | {name: "7766554433221100"})


@pytest.mark.attack("A37")
def test_every_damage_is_the_same_error_without_content() -> None:
    said = set()
    for cell in (CELL[:-1], CELL[:30], CELL[:21] + bytes(48), b"\1" + CELL[1:9] + bytes(60)):
        with pytest.raises(DecryptError) as error:
            ciphers.unseal(KEY, PLACE, cell)
        said.add(str(error.value))
        assert error.value.__cause__ is None
        assert error.value.__suppress_context__
    assert said == {f"firmtext_message.body of row {PLACE.row} cannot be read with key {KEY_ID}"}


@pytest.mark.attack("A37")
def test_a_nonce_is_never_given_twice() -> None:
    cells = {ciphers.seal(KEY, KEY_ID, PLACE, TEXT)[9:21] for _ in range(2000)}
    assert len(cells) == 2000
