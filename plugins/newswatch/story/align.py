"""Two readings side by side: how much of each the other carries, and what differs where they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from rapidfuzz.distance import LCSseq

from newswatch.story.alike import alike, same_word, sound
from newswatch.story.reading import Reading, Sentence
from newswatch.story.tokens import Token

#: sentences that agree this far say the same, or the same of something else
PAIRED = 0.5
#: a sentence that is so much the same was not split
WHOLE = 0.9


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands in one place of two aligned sentences: words of the one where the other has others (or none)."""

    mine: Sentence
    theirs: Sentence


@dataclass(frozen=True)
class Match:
    """A sentence, what it is like in the other text, and the share (0-1) of its weight that is carried there.

    ``equal`` are the runs that both have, in order: where each begins in the one and in the other, and its length.
    """

    mine: Sentence
    theirs: Sentence
    share: float
    back: float
    equal: tuple[tuple[int, int, int], ...]
    number: int

    @property
    def paired(self) -> bool:
        """Whether the two say the same (of the same, or of something else)."""
        return self.share >= PAIRED and self.back >= PAIRED / 2

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What stands before, between and after the runs that both have."""
        found, left, right = [], 0, 0
        for mine, theirs, length in (*self.equal, (len(self.mine), len(self.theirs), 0)):
            if mine > left or theirs > right:
                found.append(Gap(self.mine[left:mine], self.theirs[right:theirs]))
            left, right = mine + length, theirs + length
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence, or two that follow each other: the keys that compare, and the weight of so many first tokens."""

    tokens: Sentence
    keys: list[str]
    weights: list[float]


class Pair:
    """An earlier and a later reading."""

    def __init__(self, earlier: Reading, later: Reading) -> None:
        self.earlier, self.later = earlier, later
        self.common = _common(earlier, later)

    @cached_property
    def forward(self) -> list[Match]:
        """The earlier text's sentences in the later one."""
        return [_best(at, one, self._lines[1]) for at, one in enumerate(self._lines[0].single)]

    @cached_property
    def backward(self) -> list[Match]:
        """The later text's sentences in the earlier one."""
        return [_best(at, one, self._lines[0]) for at, one in enumerate(self._lines[1].single)]

    @cached_property
    def _lines(self) -> tuple[_Lines, _Lines]:
        same = _renamed(self.earlier, self.later)
        return _Lines(self.earlier.body, {}), _Lines(self.later.body, same)

    @cached_property
    def pairs(self) -> list[Match]:
        """Sentences of the later text that have a counterpart; ``mine`` is the later one's."""
        return [match for match in self.backward if match.paired]

    def has(self, reading: Reading, token: Token) -> bool:
        """Whether ``reading`` has this word somewhere, in whatever spelling; an unchanged headline says nothing."""
        if token.key in reading.keys or token.kind != "word":
            return token.key in reading.keys
        return any(
            other.kind == "word" and (same_word(other.form, token.form) or same_word(other.key, token.key))
            for line in reading.body
            for other in line
        )


class _Lines:
    """A body's sentences, and its pairs of sentences: editors join and split them."""

    def __init__(self, body: Sequence[Sentence], same: Mapping[str, str]) -> None:
        self.single = [_line(line, [same.get(token.key, token.key) for token in line]) for line in body]

    @cached_property
    def double(self) -> list[_Line]:
        """Every two sentences that follow each other."""
        return [_line([*one.tokens, *other.tokens], one.keys + other.keys) for one, other in pairwise(self.single)]


def _line(tokens: Sentence, keys: list[str]) -> _Line:
    return _Line(tokens, keys, list(accumulate([token.weight for token in tokens], initial=0.0)))


def _best(at: int, mine: _Line, lines: _Lines) -> Match:
    best, shared = _nearest(mine, lines.single)
    if shared < len(mine.keys) * WHOLE and len(lines.single) > 1:
        double, more = _nearest(mine, lines.double)
        best = double if more > shared else best
    return _match(at, mine, best)


def _nearest(mine: _Line, lines: Sequence[_Line]) -> tuple[_Line, int]:
    """The first of the lines that share most words in order, and how many."""
    counts = [LCSseq.similarity(mine.keys, line.keys) for line in lines]
    most = max(counts)
    return lines[counts.index(most)], most


def _match(at: int, mine: _Line, theirs: _Line) -> Match:
    blocks = LCSseq.opcodes(mine.keys, theirs.keys).as_matching_blocks()
    equal = tuple((one.a, one.b, one.size) for one in blocks if one.size)
    carried = sum([mine.weights[start + length] - mine.weights[start] for start, _, length in equal])
    share_of_mine, share_of_theirs = (
        carried / whole if whole else 0.0 for whole in (mine.weights[-1], theirs.weights[-1])
    )
    return Match(mine.tokens, theirs.tokens, share_of_mine, share_of_theirs, equal, at)


def _total(line: Sentence) -> float:
    return sum([token.weight for token in line])


def share(matches: Sequence[Match]) -> float:
    """Share (0-1) of the weight of all sentences that the other text carries."""
    weights = [_total(match.mine) for match in matches]
    whole = sum(weights)
    return sum(match.share * weight for match, weight in zip(matches, weights, strict=True)) / whole if whole else 0.0


def weigh(reading: Reading) -> float:
    """How much a body says."""
    return sum(_total(line) for line in reading.body)


def _common(one: Reading, other: Reading) -> float:
    """Share of the exact words of the shorter text that the longer has too, in whatever order: a quick look."""
    return len(one.keys & other.keys) / max(1, min(len(one.keys), len(other.keys)))


def _renamed(earlier: Reading, later: Reading) -> dict[str, str]:
    """Keys of the later text's words that are spelled otherwise in the earlier one → the key there."""
    known = {token.key: token.form for line in earlier.body for token in line if token.kind == "word"}
    fresh = {token.key: token.form for line in later.body for token in line if token.kind == "word"}
    by_letter: dict[str, list[tuple[str, str]]] = {}
    for key, form in known.items():
        if key not in fresh:
            by_letter.setdefault(sound(form)[:1], []).append((key, form))
    renamed = {}
    for key, form in fresh.items():
        if key in known:
            continue
        match = next((old for old, was in by_letter.get(sound(form)[:1], ()) if alike(form, was)), None)
        if match:
            renamed[key] = match
    return renamed
