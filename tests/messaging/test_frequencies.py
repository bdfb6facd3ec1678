"""What an attacker with the database, and without the index key, can guess from how often marks occur."""

from __future__ import annotations

import itertools
import random
from collections import Counter

from flask_firmtext.messaging import word_marks
from flask_firmtext.messaging.folding import fold
from flask_firmtext.store import ciphers

KEY = ciphers.search_key(b"i" * 32, "harbor")
SYLLABLES = [a + b for a in "bcdfglmnprstv" for b in "aeiou"]
VOCABULARY = ["".join(three) for three in itertools.product(SYLLABLES, repeat=3)][::40]
#: As in a natural language: the n-th word is as frequent as 1/n.
WEIGHTS = [1 / (n + 2) for n in range(len(VOCABULARY))]


def test_by_frequency_alone_few_words_are_named_right() -> None:
    chosen = random.Random(7)
    texts = [" ".join(chosen.choices(VOCABULARY, WEIGHTS, k=16)) for _ in range(400)]
    seen = Counter(mark for text in texts for mark in word_marks.of_text(KEY, text))
    said = Counter(word for text in texts for word in fold(text).every)
    # The attacker is given even more: which marks are of whole words.
    whole = {ciphers.word_mark(KEY, word_marks.WHOLE, word): word for word in said}
    by_rank = sorted((mark for mark in seen if mark in whole), key=lambda mark: (-seen[mark], mark))
    right = sum(whole[mark] == guess for mark, guess in zip(by_rank, VOCABULARY, strict=False))
    assert len(by_rank) == len(said) > 1_000
    assert right / len(said) < 1 / 20
    # Said so in docs/search.md: the few most frequent ones are another thing.
    assert sum(whole[mark] == guess for mark, guess in zip(by_rank[:3], VOCABULARY, strict=False)) >= 2


def test_a_word_of_one_text_looks_like_padding() -> None:
    marks = word_marks.of_text(KEY, "zebra") + word_marks.of_text(KEY, "apple")
    assert set(Counter(marks).values()) == {1}
    assert len(marks) == 16
