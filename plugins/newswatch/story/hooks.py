"""A new main clause that an earlier report hangs on: *Seoul voiced regret after Russia's parliament ratified ...*."""

from __future__ import annotations

from collections.abc import Sequence

from newswatch.story import phrases
from newswatch.story.align import Match, Pair
from newswatch.story.marks import Mark, marks
from newswatch.story.reading import Reading

#: share of the old lead that hangs on the new clause, and of the new lead that this makes
HANGING, MADE = 0.5, 0.4
#: words before the hook that make a clause
CLAUSE = 3
#: what a clause that is no attribution is about
ACTORS = ("land", "body", "direction", "attitude")


def reaction(pair: Pair) -> bool:
    """Whether the one's lead is the other's, hung on a clause about an actor whom the other does not name."""
    return _hung(pair.backward, pair.later, pair.earlier) or _hung(pair.forward, pair.earlier, pair.later)


def _hung(matches: Sequence[Match], reading: Reading, other: Reading) -> bool:
    match = matches[0]
    if not match.gaps or match.share < MADE or match.back < HANGING or match.theirs is not other.body[0]:
        return False
    first = match.gaps[0]
    if first.theirs or first.mine[0] is not match.mine[0]:
        return False
    words = [token.form for token in first.mine]
    hooks = phrases.HOOKS.get(reading.language, frozenset())
    if reading.language == "ko":
        # the hook stands behind what hangs on it, and a particle marks who reacts
        behind = [token.form for gap in match.gaps[1:] for token in gap.mine]
        if any(word in hooks or word.endswith("하자") for word in behind) and words[-1].endswith(("은", "는")):
            return not any(token.key == first.mine[-1].key for line in other.body for token in line)
        return False
    hung = len(words) > CLAUSE and not hooks.isdisjoint(words[-2:])
    return hung and bool(_actors(" ".join(words), reading.language) - other.all)


def _actors(clause: str, language: str) -> set[Mark]:
    return {mark for mark in marks(clause, language) if mark.family in ACTORS}
