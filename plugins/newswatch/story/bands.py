"""Keys by which near-duplicates are found: single MinHash values over pairs of content words.

Pairs of words of four letters and more, without endings and figures, survive small edits; one row per band makes the
keys find texts that share a fifth of their pairs, and cut texts by their beginning, since it has keys of its own. They
find candidates and decide nothing. MinHash: Broder 1997; the library's R-MinHash.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise

from rensa import RMinHash

from newswatch.model.words import Words
from newswatch.story.fold import fold

_WORD = re.compile(r"[^\W\d_]+")
#: the first five letters of the words that have four
_STEM = re.compile(r"\b[^\W\d_]{4,5}")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_SPACELESS = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
#: without one of these nothing folds to a letter of the two above; two ranges, which ``re`` is quick with
_EASTERN = re.compile("[^\0-\u10ff\u2000-\u2e7f]")
#: keys of the whole text, of its first words, of its headline
WHOLE, FIRST, HEADLINE = 14, 8, 4
_FIRST_WORDS = 16
_READ = 2000
_HEAD = 200
_SEED = 72
#: how keys are written, by their number: the band and its value
_FORMS = {number: " ".join(f"{at:x}%08x" for at in range(number)) for number in (WHOLE, FIRST, HEADLINE)}


def bands(title: str, summary: str, content: str = "", language: str | None = None) -> tuple[str, ...]:
    """At most 26 keys of an item; two copies of one report very likely share one. None when there are no words."""
    headline = words(title[:300])
    text = words((summary or content)[:_READ])
    body = text or headline
    pairs = _pairs(body)
    keys = [*_keys(pairs, WHOLE), *_keys(pairs[: _FIRST_WORDS - 1], FIRST), *_keys(_pairs(headline), HEADLINE)]
    return tuple(dict.fromkeys(keys))


def _keys(pairs: list[str], number: int) -> list[str]:
    if not pairs:
        return []
    signature = RMinHash(num_perm=number, seed=_SEED)
    signature.update(pairs)
    return (_FORMS[number] % tuple(signature.digest())).split()


def _pairs(found: list[str]) -> list[str]:
    if len(found) == 1:
        return found
    return [f"{one} {other}" for one, other in pairwise(found)]


def words(text: str) -> list[str]:
    """Content words without endings; of texts without spaces, every two letters.

    Folding never looks over a blank, so that what stands between two of them is folded once and for all.
    """
    if text.isascii() or not _EASTERN.search(text):
        return list(chain.from_iterable(map(_stems.__getitem__, text.split())))
    first = _HANGUL.search(text)
    if first and len(fold(text[: first.start()])) < _HEAD:
        return list(chain.from_iterable(map(_syllables.__getitem__, text.split())))
    folded = fold(text)
    head = folded[:_HEAD]
    if _HANGUL.search(head):
        return _syllables_of(folded)
    if _SPACELESS.search(head):
        letters = "".join(_WORD.findall(folded))
        return [letters[at : at + 2] for at in range(0, len(letters) - 1)]
    return _STEM.findall(folded)


def _syllables_of(folded: str) -> list[str]:
    return [word[:2] for word in _WORD.findall(folded) if len(word) > 1]


#: by what stands between two blanks
_stems = Words(lambda token: tuple(_STEM.findall(fold(token))))
_syllables = Words(lambda token: tuple(_syllables_of(fold(token))))
