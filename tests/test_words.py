"""The table of words that are known already: it answers as its function does, and is bounded."""

from __future__ import annotations

from newswatch.model.words import LONGEST, WORDS_MAX, Words


def test_a_word_is_read_once() -> None:
    read: list[str] = []
    words = Words(lambda word: read.append(word) or len(word))
    assert [words["one"], words["three"], words["one"]] == [3, 5, 3]
    assert read == ["one", "three"]


def test_memory_is_bounded() -> None:
    words = Words(len)
    assert words["x" * (LONGEST + 1)] == LONGEST + 1
    assert not words
    for number in range(WORDS_MAX + 5):
        assert words[str(number)] == len(str(number))
    assert len(words) <= WORDS_MAX
