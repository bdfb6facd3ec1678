"""Words as they are searched for: what is one word, what is the same word, and where it stands."""

from __future__ import annotations

import pytest

from flask_firmtext.messaging import passages, sought, word_marks
from flask_firmtext.messaging.folding import fold
from flask_firmtext.messaging.passages import Passage

KEY = b"k" * 32


def words(text: str) -> list[str]:
    return [token.word for token in fold(text).words]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Escrow DEPOSIT, today!", ["escrow", "deposit", "today"]),
        ("Déjà reçu à Noël; STRASSE Straße", ["deja", "recu", "a", "noel", "strasse", "strasse"]),
        ("e\u0301te\u0301 = été, cœur, Łódź, İstanbul", ["ete", "ete", "coeur", "lodz", "istanbul"]),
        ("ﬁnal soft\u00adhyphen zero\u200bwidth ❤️ ok👍", ["final", "softhyphen", "zerowidth", "ok"]),
        ("24-CV-01234 on 3/14 at 5pm", ["24", "cv", "01234", "on", "3", "14", "at", "5pm"]),
        ("١٢٣ １２ ½", ["123", "12", "12"]),
        ("Ωμέγα Σίσυφος договор", ["ωμεγα", "σισυφοσ", "договор"]),
        ("हिन्दी", ["हिनदी"]),
        ("", []),
        ("?! …", []),
    ],
)
def test_words_are_the_same_without_case_accents_and_what_nobody_sees(text: str, folded: list[str]) -> None:
    assert words(text) == folded


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("O'Brien", "obrien"),
        ("O\u2019Brien's file", "obrien"),
        ("don't", "dont"),
        ("$12,500.00", "12500"),
        ("1\u202f250 €", "1250"),
        ("12.500,00 €", "12500"),
        ("the client's", None),
        ("l'accord d\u2019indemnité", None),
        ("3,14 and 1,23", None),
    ],
)
def test_apostrophes_and_thousands_make_one_word_but_not_what_is_only_bound_to_one(
    text: str, joined: str | None
) -> None:
    assert [token.word for token in fold(text).joined] == ([joined] if joined else [])


@pytest.mark.parametrize("text", ["Réunion: l'été à Noël — O\u2019Brien", "plain O'Brien 12,500", "ﬁn\u00adal été"])
def test_each_word_knows_the_piece_of_the_text_that_it_was_read_from(text: str) -> None:
    for token in (*fold(text).words, *fold(text).joined):
        assert token.word in fold(text[token.start : token.end]).every


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("escrow", "The ESCROW account"),
        ("escr", "The escrow account"),
        ("depos escrow", "Escrow: your deposit is due"),
        ("reçu", "J'ai RECU votre lettre"),
        ("recu", "J'ai reçu votre lettre"),
        ("obrien", "Call O'Brien"),
        ("O\u2019Brien", "Call OBrien"),
        ("O'Brien", "Mr. O'Brien's hearing"),
        ("client's", "Clients came"),
        ("l'accord", "un accord"),
        ("12,500", "pay 12500"),
        ("12500", "pay $12,500.00"),
        ("24-CV-012", "No. 24-cv-01234"),
        ('"power of attorney"', "a Power of Attorney, signed"),
        ("power of attorney", "an attorney has the power of it"),
        ('"power of attorney', "an attorney has the power of it"),
        ("«pouvoir»", "un pouvoir"),
        ("ny court", "the NY court"),
        ("the deposit", "the deposit"),
    ],
)
def test_what_is_typed_finds_a_text_and_a_mark_of_that_text(typed: str, text: str) -> None:
    asked = sought.read(typed)
    assert asked.spans(text)
    assert asked.lookups
    assert set(asked.marks(KEY)) <= set(word_marks.of_text(KEY, text))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("settlements", "settlement"),
        ("row", "escrow"),
        ("escrow deposit", "escrow only"),
        ('"escrow"', "escrows"),
        ('"deposit escrow"', "escrow deposit"),
        ("ny", "nylon"),
        ("lac", "l'accord"),
        ("the deposit", "a deposit"),
        ("24-cv-012", "24 cv 99, 012"),
    ],
)
def test_what_has_not_all_of_it_is_not_found(typed: str, text: str) -> None:
    assert sought.read(typed).spans(text) is None


@pytest.mark.parametrize("typed", ["", "  ", "a", "5", "the", '"of the"', "…", '""', "y z"])
def test_nothing_is_looked_up_by_what_is_common_or_too_short(typed: str) -> None:
    assert not sought.read(typed).lookups


@pytest.mark.parametrize("word", ["will", "may", "estate", "case", "bien", "testament", "acte", "parte"])
def test_what_law_firms_search_for_is_not_common(word: str) -> None:
    assert sought.read(word).lookups
    assert word_marks.is_marked(word)


def test_a_text_tells_by_its_marks_neither_how_many_words_it_has_nor_in_which_order() -> None:
    sizes = {len(word_marks.of_text(KEY, " ".join(f"word{n}" for n in range(count)))) for count in range(60)}
    assert sizes <= {8, 16, 32, 48, 64, 96, 128, 256}
    marks = word_marks.of_text(KEY, "zebra apple mango")
    assert marks == sorted(marks)
    assert len(word_marks.of_text(KEY, "")) == 8
    assert word_marks.unpack(word_marks.pack(marks)) == marks


def test_only_the_padding_differs_from_one_time_to_the_next_and_all_of_it_between_keys() -> None:
    first, again = (set(word_marks.of_text(KEY, "zebra apple")) for _ in range(2))
    assert len(first & again) == 6
    assert not first & set(word_marks.of_text(b"other" * 7, "zebra apple"))


def test_a_text_of_a_million_words_has_not_a_million_marks() -> None:
    assert len(word_marks.of_text(KEY, " ".join(f"word{n}" for n in range(20_000)))) <= 3 * word_marks.MOST


def test_a_passage_shows_what_was_found_with_something_before_it() -> None:
    body = "The escrow is due. Escrow!"
    shown = passages.passages(body, sought.read("escrow").spans(body) or ())
    found = [Passage("The "), Passage("escrow", True), Passage(" is due. "), Passage("Escrow", True), Passage("!")]
    assert shown == found


def test_a_passage_of_a_long_text_is_short_and_cut_at_words() -> None:
    body = "lorem ipsum " * 80 + "the ESCROW account " + "dolor sit " * 80
    shown = passages.passages(body, sought.read("escrow").spans(body) or ())
    assert shown[0] == Passage(passages.CUT)
    assert shown[-1] == Passage(passages.CUT)
    assert Passage("ESCROW", True) in shown
    assert sum(len(one.text) for one in shown) <= passages.LENGTH + 2
    assert "".join(one.text for one in shown[1:-1]) in body
    assert shown[1].text.split()[0] in ("lorem", "ipsum")
