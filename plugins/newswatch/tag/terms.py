"""Term notation → what the automaton looks for, and what must hold around a hit."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field

from newswatch.tag.fold import fold

#: written without blanks: a term may stand anywhere
UNSPACED = frozenset({"ja", "zh"})
_PARTICLES = """
    은 는 이 가 을 를 의 에 도 만 로 와 과 서 에서 에게 에는 에도 으로 으로의 로의
    로서 에서는 에서의 에게서 부터 까지 까지도 마저 조차 처럼 보다 이나 나 이라 라 이라는
    라는 이란 란 들 들이 들은 들을 들의 들에 측 측이 측은 식 당국 과의 와의 에게는
    으로는 로는 이며 며 이다 였다 이었다 에서도 으로부터 로부터 이자 만의 께 하고 이고 한테
"""
KOREAN_ENDINGS = frozenset(_PARTICLES.split())
_NEAR = re.compile(r"\s~(\d+)\s")
_ENDINGS = re.compile(r"^(.*?)\(([^()]*)\)$")


class TermError(ValueError):
    """A term that can never match, with the reason."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """``literal`` is what the automaton finds. ``left``/``right`` demand a word's edge there.

    ``checked`` says that the literal and its edges are not all: ``endings`` are the endings allowed after it; ``regex``
    is what must match around it (it is then only the anchor), within ``window`` characters on either side, where
    ``also`` must stand too.
    """

    literal: str
    left: bool
    right: bool
    endings: frozenset[str] | None = None
    regex: str | None = None
    window: int = 0
    also: str = ""
    checked: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checked", self.regex is not None or self.endings is not None)


@functools.cache
def compiled(regex: str) -> re.Pattern[str]:
    """The expression of a pattern, compiled when its anchor is first found: most never are, and there are thousands."""
    return re.compile(regex)


@functools.cache
def compile_term(term: str, language: str) -> tuple[Pattern, ...]:
    """The patterns of one term (two for a ``~`` term: one per order).

    Raises TermError when the term can never match.
    """
    near = _NEAR.search(term)
    if near:
        return _near(term[: near.start()], term[near.end() :], int(near[1]), language)
    words = _words(term)
    return (_single(words[0], language) if len(words) == 1 else _phrase(words, language),)


def _words(term: str) -> list[str]:
    text = fold(term.strip()).text
    words = [word for word in text.split(" ") if word]
    if not words:
        raise TermError("has no letters")
    return words


@dataclass(frozen=True, slots=True)
class _Word:
    core: str
    open_left: bool
    open_right: bool
    endings: frozenset[str] | None


def _parse(word: str, language: str) -> _Word:
    endings: frozenset[str] | None = None
    if found := _ENDINGS.match(word):
        word, endings = found[1], frozenset(found[2].split("|"))
    core = word.strip("*")
    if not any(char.isalnum() for char in core + "".join(endings or ())):
        raise TermError("has no letters")
    if any(char in "*()|~" for char in core):
        raise TermError(f"has a sign in the middle of a word that can only stand at its edge: {word!r}")
    if _mixes_scripts(core):
        raise TermError(f"mixes Latin and Cyrillic letters in one word: {core!r}")
    unspaced = language in UNSPACED
    open_left, open_right = word.startswith("*") or unspaced, word.endswith("*") or unspaced
    if core and language == "ko" and not open_right and endings is None and "\uac00" <= core[-1] <= "\ud7a3":
        endings = KOREAN_ENDINGS | {""}
    return _Word(core, open_left, open_right, endings)


def _mixes_scripts(word: str) -> bool:
    return bool(re.search("[a-z]", word) and re.search("[а-яіїєґ]", word))


def _single(text: str, language: str) -> Pattern:
    word = _parse(text, language)
    if not word.core:
        raise TermError("has endings but no beginning")
    if _open(word):
        return _anchored([word], _regex(word))
    return Pattern(word.core, not word.open_left, not word.open_right, word.endings)


def _phrase(texts: list[str], language: str) -> Pattern:
    words = [_parse(text, language) for text in texts]
    first, last = words[0], words[-1]
    inner_plain = (
        first.core
        and last.core
        and not _open(last)
        and all(
            (index == 0 or not word.open_left)
            and (index == len(words) - 1 or (not word.open_right and word.endings is None))
            for index, word in enumerate(words)
        )
    )
    if inner_plain or language in UNSPACED:
        return Pattern(" ".join(word.core for word in words), not first.open_left, not last.open_right, last.endings)
    return _anchored(words, " ".join(_regex(word) for word in words))


def _regex(word: _Word) -> str:
    body = re.escape(word.core)
    left = r"\w*" if word.open_left else r"(?<!\w)"
    if word.endings is not None:
        choices = "|".join(map(_ending, sorted(word.endings, key=len, reverse=True)))
        return f"{left}{body}(?:{choices})(?!\\w)"
    return left + body + (r"\w*" if word.open_right else r"(?!\w)")


def _ending(text: str) -> str:
    return re.escape(text[:-1]) + r"\w*" if text.endswith("*") else re.escape(text)


def _open(word: _Word) -> bool:
    """Whether one of its endings is a stem itself."""
    return any(ending.endswith("*") for ending in word.endings or ())


def _anchored(words: list[_Word], regex: str, extra: int = 0) -> Pattern:
    anchor = max(words, key=lambda word: len(word.core.encode()))
    if not anchor.core:
        raise TermError("has endings but no beginning")
    window = sum(len(word.core) + 14 for word in words) + extra
    also = max((word.core for word in words if word is not anchor), key=len, default="")
    return Pattern(anchor.core, not anchor.open_left, False, None, regex, window, also)


def _near(one: str, other: str, distance: int, language: str) -> tuple[Pattern, ...]:
    left = [_parse(text, language) for text in _words(one)]
    right = [_parse(text, language) for text in _words(other)]
    first, second = (" ".join(_regex(word) for word in side) for side in (left, right))
    between = (
        rf"[^.!?]{{0,{distance * 4}}}?"
        if language in UNSPACED
        else rf"[^\w.!?]+(?:\w+(?:\.\d+)?[^\w.!?]+){{0,{distance}}}?"
    )
    reach = distance * 14
    return (
        _anchored([*left, *right], first + between + second, reach),
        _anchored([*left, *right], second + between + first, reach),
    )
