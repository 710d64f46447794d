"""What is known of words already: texts repeat theirs, and looking one up costs a tenth of reading it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

V = TypeVar("V")
#: a table that is full begins anew, which costs less than keeping count of what was asked for last
WORDS_MAX = 32_768
#: what is longer is no word, and is read each time
LONGEST = 40


class Words(dict[str, V]):
    """``words[word]`` is what ``reading`` says of it, a function of nothing else; memory is bounded.

    Safe to share between threads.
    """

    def __init__(self, reading: Callable[[str], V]) -> None:
        super().__init__()
        self._reading = reading

    def __missing__(self, word: str) -> V:
        found = self._reading(word)
        if len(word) <= LONGEST:
            if len(self) >= WORDS_MAX:
                self.clear()
            self[word] = found
        return found
