"""What clients' texts say about texting, counted on a list that was labelled before there was a matcher."""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flask_firmtext.messaging import consent_meanings, consent_phrases, wishes
from flask_firmtext.messaging.consent_cues import Cues
from flask_firmtext.messaging.consent_words import WORDS, Wish, network_acts

LIST = Path(__file__).with_name("consent_texts.csv")
#: Written while the matcher was: they prove nothing, and keep it from forgetting. Ten of them ask in vain.
AFTER = Path(__file__).with_name("consent_texts_after.csv")
#: A hundred by somebody who had not seen the matcher. They are counted only: who tunes on them has none any more.
BLIND = Path(__file__).with_name("consent_texts_blind.csv")
#: A hundred and sixty more, likewise: counted for the first time when the matcher was done.
BLIND_2 = Path(__file__).with_name("consent_texts_blind_2.csv")
#: A hundred and sixty more, written before the hints of situations were counted on them for the first time.
BLIND_3 = Path(__file__).with_name("consent_texts_blind_3.csv")
ACTS = {"stop", "start", "help"}


def labelled(file: Path = LIST) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def understood(text: str) -> str:
    """As to somebody who has not opted out: a YES is nothing then."""
    wish = wishes.of(text).wish
    return "nothing" if wish is Wish.YES else wish.value


@dataclass(frozen=True)
class Wrong:
    """How many texts are understood wrongly, each way."""

    acts: int
    overlooked: int
    asks_in_vain: int
    others: int


def wrong_ones(rows: list[dict[str, str]]) -> Wrong:
    pairs = Counter((row["wanted"], understood(row["text"])) for row in rows)
    acts = sum(n for (wanted, got), n in pairs.items() if got in ACTS and got != wanted)
    overlooked = sum(n for (wanted, got), n in pairs.items() if wanted in ("stop", "asks") and got == "nothing")
    asks_in_vain = pairs["nothing", "asks"]
    others = sum(n for (wanted, got), n in pairs.items() if wanted != got) - acts - overlooked - asks_in_vain
    return Wrong(acts, overlooked, asks_in_vain, others)


@pytest.mark.parametrize(
    ("file", "known"),
    [
        (LIST, Wrong(0, 0, 0, 0)),
        (AFTER, Wrong(0, 0, 10, 0)),
        (BLIND, Wrong(0, 2, 2, 0)),
        (BLIND_2, Wrong(0, 4, 3, 0)),
        (BLIND_3, Wrong(0, 3, 1, 0)),
    ],
    ids=["list", "after", "blind", "blind_2", "blind_3"],
)
def test_the_labelled_lists_are_understood_with_these_counts_of_wrong_ones(
    file: Path, known: Wrong, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = labelled(file)
    wrong = wrong_ones(rows)
    with capsys.disabled():
        print(f"\n{file.name}: {len(rows)} texts, {wrong}")  # noqa: T201
    assert {row["language"] for row in rows} >= {"en", "fr", "es"}
    assert len(rows) >= {LIST: 300, AFTER: 990, BLIND: 100, BLIND_2: 160, BLIND_3: 160}[file]
    assert wrong == known


def test_no_word_has_two_meanings() -> None:
    words = [word for word, _meaning in consent_meanings.listed()]
    assert [word for word, times in Counter(words).items() if times > 1] == []


@pytest.mark.parametrize("core", consent_meanings._MISTYPED)
def test_a_mistyped_word_means_what_the_word_does(core: str) -> None:
    """Also one that is known by its stem only: "mensjaes" was a webhook's fault once."""
    wrong = core[:3] + core[4] + core[3] + core[5:]
    assert consent_meanings._meaning(wrong) == consent_meanings._meaning(core) != "."


SAID = st.lists(st.sampled_from("sSELVFRCNmPWTADBkrUXHecnJMYyfOQGZKqIlwhabptgd.,"), max_size=14).map("".join)


@given(SAID)
@example("sT")
@example("T,Eb")
@settings(max_examples=100, deadline=None)
def test_the_first_look_finds_nothing_where_no_pattern_does(said: str) -> None:
    found = any(pattern.search(said) for pattern in consent_phrases.patterns())
    assert (consent_phrases.any_pattern().search(said) is not None) == found


@pytest.fixture(scope="module")
def clauses() -> list[str]:
    return [clause for row in labelled()[::3] for clause in wishes._clauses(wishes.folded(row["text"]))]


def test_words_mean_the_same_without_the_first_looks(clauses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    looked = [consent_meanings.meanings(clause) for clause in clauses]
    every = {letter: list(consent_meanings._MISTYPED) for letter in "abcdefghijklmnopqrstuvwxyz"}
    monkeypatch.setattr(consent_meanings, "_mistyped", lambda: every)
    monkeypatch.setattr(consent_meanings, "_any_joined", lambda: re.compile(""))
    assert [consent_meanings.meanings(clause) for clause in clauses] == looked


@given(st.text(st.characters(max_codepoint=127), max_size=60))
@example("I`M NOT\x00\x1f~")
@settings(max_examples=100, deadline=None)
def test_plain_letters_are_folded_as_all_others_are(text: str) -> None:
    assert wishes.folded(text) == wishes.folded(text + "\u200b")  # which nobody sees


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.word)
def test_each_word_of_the_table_is_understood_in_each_of_its_forms(word: object) -> None:
    for form in (word.word, word.word.lower(), *word.written, *word.spellings, f" {word.word}! "):  # type: ignore[attr-defined]
        said = wishes.of(form)
        assert (said.wish, said.word) == (word.wish, word.word)  # type: ignore[attr-defined]


def test_no_form_stands_for_two_words() -> None:
    forms = [form for word in WORDS for form in (word.word.lower(), *word.spellings)]
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize(
    ("text", "language"), [("HELP", "en"), ("Aide !", "fr"), ("¡ayuda!", "es"), ("arrêt", "fr"), ("alto", "es")]
)
def test_the_language_is_that_of_the_word(text: str, language: str) -> None:
    assert wishes.of(text).language == language


@pytest.mark.parametrize("text", ["Y", "y", "Y thanks", "oui", "sí", "yes I will come", "N"])
def test_an_answer_to_an_invitation_is_no_opt_in(text: str) -> None:
    assert wishes.of(text).wish is Wish.NOTHING


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("STOP", True),
        (" stop ", True),
        ("arret", True),
        ("UNSTOP", True),
        ("STOP!", False),
        ("END", False),
        ("s t o p", False),
    ],
)
def test_the_network_acts_on_the_bare_word_only(text: str, acts: bool) -> None:
    assert network_acts(text) is acts


@pytest.mark.parametrize(
    ("text", "wish"), [("#STOP", Wish.STOP), ("wrong #", Wish.ASKS), ("call me at # 5", Wish.NOTHING)]
)
def test_a_number_sign_is_a_sign_or_a_number(text: str, wish: Wish) -> None:
    assert wishes.of(text).wish is wish


@pytest.mark.parametrize(
    "evil",
    [
        "a" * 2000,
        "stop " * 400,
        "stop the " * 222,
        "do not " * 285,
        "dont want " + "the " * 500,
        "remove my number from " * 90,
        "revoke my " * 200,
        "no me " * 333,
        "ne m " * 400,
        "tell a " * 280 + "stop texting me",
        "stop," * 400,
        "(" * 2000,
        "\u0301" * 2000,
        "ﷺ" * 2000,
        "👨‍👩‍👧" * 400,
        "\u202e\u200b" * 1000,
        "'" * 2000,
        "i said " * 300,
        "he said stop texting " * 190,
        "my number, " * 360,
        "x, " * 1300,
        "s t o p " * 500,
        "no no one named " * 250,
        "i am not the person " * 200,
        "withdraw my old " * 250,
        "send it by " * 360,
        "pas sa ce la " * 300,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_a_long_or_evil_text_takes_no_time(evil: str) -> None:
    """A27. The patterns are made once, before the clock runs."""
    wishes.of("stop texting me")
    begun = time.process_time()
    wishes.of(evil)
    assert time.process_time() - begun < 0.1


def test_cues_are_read_line_by_line() -> None:
    """A line further in goes on, ``..2`` are up to two words, a name is vocabulary."""
    read = Cues("""
        new phone | (old|former)
            owner ..2 PHONE
    """)
    assert [
        bool(read.search(text)) for text in ("new phone", "former owner of this cell", "old owner", "renew phone")
    ] == [
        True,
        True,
        False,
        False,
    ]


def test_a_request_behind_thousands_of_letters_is_still_seen() -> None:
    assert wishes.of("x" * 1900 + ". Please stop texting me").wish is Wish.ASKS
