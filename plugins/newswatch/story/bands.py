"""Keys by which near-duplicates are found: single MinHash values over pairs of content words.

Pairs of words of four letters and more, without endings and figures, survive small edits; one row per band makes the
keys find texts that share a fifth of their pairs, and cut texts by their beginning, since it has keys of its own. They
find candidates and decide nothing. MinHash: Broder 1997; the library's R-MinHash.
"""

from __future__ import annotations

import itertools
import re

from rensa import RMinHash

from newswatch.story.fold import fold

_WORD = re.compile(r"[^\W\d_]+")
#: the first five letters of the words that have four
_STEM = re.compile(r"\b[^\W\d_]{4,5}")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_SPACELESS = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
#: keys of the whole text, of its first words, of its headline
WHOLE, FIRST, HEADLINE = 14, 8, 4
_FIRST_WORDS = 16
_READ = 2000
_HEAD = 200
_SEED = 72


def bands(title: str, summary: str, content: str = "", language: str | None = None) -> tuple[str, ...]:
    """At most 26 keys of an item; two copies of one report very likely share one. None when there are no words."""
    headline = _words(title[:300])
    text = _words((summary or content)[:_READ])
    body = text or headline
    pairs = _pairs(body)
    keys = [*_keys(pairs, WHOLE), *_keys(pairs[: _FIRST_WORDS - 1], FIRST), *_keys(_pairs(headline), HEADLINE)]
    return tuple(dict.fromkeys(keys))


def _keys(pairs: list[str], number: int) -> list[str]:
    if not pairs:
        return []
    signature = RMinHash(num_perm=number, seed=_SEED)
    signature.update(pairs)
    return [f"{at:x}{value:08x}" for at, value in enumerate(signature.digest())]


def _pairs(words: list[str]) -> list[str]:
    if len(words) == 1:
        return words
    return [f"{one} {other}" for one, other in itertools.pairwise(words)]


def _words(text: str) -> list[str]:
    """Content words without endings; of texts without spaces, every two letters."""
    folded = fold(text)
    head = "" if folded.isascii() else folded[:_HEAD]
    if _HANGUL.search(head):
        return [word[:2] for word in _WORD.findall(folded) if len(word) > 1]
    if _SPACELESS.search(head):
        letters = "".join(_WORD.findall(folded))
        return [letters[at : at + 2] for at in range(0, len(letters) - 1)]
    return _STEM.findall(folded)
