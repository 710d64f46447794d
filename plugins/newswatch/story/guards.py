"""What makes two texts with much the same words two stories: each guard looks at one kind of difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from functools import cache

from newswatch.story import days, figures, hooks, phrases
from newswatch.story.align import Gap, Match, Pair
from newswatch.story.alike import alike, same_word
from newswatch.story.fold import fold
from newswatch.story.marks import Mark, marks
from newswatch.story.reading import Reading, Sentence
from newswatch.story.tokens import Token

#: a correction comes the same day: sooner than this, or by the same date
SAME_DAY = timedelta(hours=18)
SOON = timedelta(hours=9)
#: a periodical report of the same form after this time is of the next period
PERIOD = timedelta(hours=10)
#: so soon the next part of a day can have its report
PART_OF_DAY = timedelta(hours=3)
FUTURE = Mark("tense", "future")
#: what turns a matter by itself, whatever the earlier text said
TURNS = frozenset(
    Mark(*mark)
    for mark in (
        ("stage", "delayed"),
        ("stage", "rejected"),
        ("stage", "inforce"),
        ("rumour", "denied"),
        ("court", "appealed"),
        ("phase", "over"),
        ("again", "again"),
        ("attitude", "for"),
        ("attitude", "against"),
    )
)


class Reason(StrEnum):
    """Why two items are one story or two."""

    COPY = "copy"
    LIVE = "live page"
    LANGUAGE = "another language"
    WINDOW = "too far apart in time"
    WORDS = "other words"
    LEAD = "another lead"
    DAY = "another day"
    SERIES = "another number of a series"
    FIGURES = "new figures for a new period"
    NAMES = "other names"
    STAGE = "another stage, decision or target"
    EDITION = "another edition"

    @property
    def guarded(self) -> bool:
        """Whether a guard found a difference that tells two facts apart, in texts with much the same words."""
        return self in (Reason.DAY, Reason.SERIES, Reason.FIGURES, Reason.NAMES, Reason.STAGE, Reason.EDITION)


def objection(pair: Pair) -> Reason | None:
    """The first guard that holds the two apart; None when none does."""
    return next((reason for reason, guard in GUARDS if guard(pair)), None)


def same_day(pair: Pair) -> bool:
    """Whether the later item can be a correction of the earlier one's day."""
    gap = pair.later.time - pair.earlier.time
    return gap <= SOON or (gap <= SAME_DAY and pair.later.time.date() == pair.earlier.time.date())


def _leads(pair: Pair) -> Iterable[Match]:
    """The leads beside each other, and every pair of sentences that agree."""
    seen = {match.number for match in pair.pairs}
    yield from pair.pairs
    if 0 not in seen and pair.backward:
        yield pair.backward[0]


def another_day(pair: Pair) -> bool:
    """Sentences that agree name other days."""
    return any(
        days.clash(match.mine, match.theirs, pair.later.time, pair.earlier.time) for match in _leads(pair)
    ) or _titles_clash(pair)


def _titles_clash(pair: Pair) -> bool:
    one, other = ({token.key for token in reading.title} for reading in (pair.earlier, pair.later))
    alike_else = len(one & other) >= min(len(one), len(other)) / 2
    return alike_else and days.clash(pair.later.title, pair.earlier.title, pair.later.time, pair.earlier.time)


def another_number(pair: Pair) -> bool:
    """Sentences that agree name other members of a series."""
    language = pair.later.language
    for match in pair.pairs:
        mine, theirs = (figures.serials(line, language) for line in (match.mine, match.theirs))
        if mine and theirs and mine.isdisjoint(theirs):
            return True
    return bool(pair.pairs) and pair.pairs[0].number == 0 and _one_more(pair)


def _one_more(pair: Pair) -> bool:
    """Whether the later lead tells of a second or third where the earlier text told of the first."""
    return any(
        token.kind == "ordinal" and token.value > 1 and token.key not in pair.earlier.keys
        for token in pair.backward[0].mine
    )


def new_figures(pair: Pair) -> bool:
    """Figures differ, and not because those of the same day were put right."""
    altered = figures.changed(pair)
    if not altered:
        return False
    if not same_day(pair) or figures.summed(pair, altered):
        return True
    gap = pair.later.time - pair.earlier.time
    if not (pair.earlier.periodic or pair.later.periodic):
        return False
    if gap >= PERIOD:
        return len(altered) >= figures.unchanged(pair)
    return gap >= PART_OF_DAY and figures.all_lower(pair, altered)


def other_names(pair: Pair) -> bool:
    """In one place of sentences that agree each has a name, or what its headline is about, that the other lacks."""
    return any(_exchanged(pair, gap) for match in pair.pairs for gap in match.gaps)


def _exchanged(pair: Pair, gap: Gap) -> bool:
    mine = [token for token in gap.mine if _says(token, pair.later) and not pair.has(pair.earlier, token)]
    theirs = [token for token in gap.theirs if _says(token, pair.earlier) and not pair.has(pair.later, token)]
    if not mine or not theirs or _one_land(gap, pair.later.language) or _short_for(gap.mine, gap.theirs):
        return False
    if _named(mine, pair.later) and _named(theirs, pair.earlier):
        # two first words with capitals need not be names
        names = [word for word in (*mine, *theirs) if word.name]
        return not names or not all(word.first for word in names)
    return _headlined(mine, pair.later) and _headlined(theirs, pair.earlier)


def _one_land(gap: Gap, language: str) -> bool:
    """Whether both name the same country or bloc, such as the EU and the European Union, and nothing else."""
    mine, theirs = (
        {mark for mark in marks(" ".join(token.form for token in line), language) if mark.family == "land"}
        for line in (gap.mine, gap.theirs)
    )
    return bool(mine) and mine == theirs


def _short_for(one: Sentence, other: Sentence) -> bool:
    """Whether a word of the one is made of the first letters of the other, such as IAEA."""
    return any(
        token.name and 2 <= len(token.form) <= 6 and token.form in "".join(word.form[:1] for word in long)
        for short, long in ((one, other), (other, one))
        for token in short
    )


def _headlined(words: Iterable[Token], reading: Reading) -> bool:
    return any(
        same_word(word.key, other.key) or alike(word.form, other.form) for word in words for other in reading.title
    )


def _says(token: Token, reading: Reading) -> bool:
    """Whether a word can be what a sentence is about."""
    if token.kind != "word" or token.form in _houses() or token.form in reading.own:
        return False
    if reading.language == "ko":
        return len(token.key) >= 2 and not token.form.endswith(_KOREAN_VERBS)
    return (token.name and not (token.first and token.form in _ARTICLES)) or len(token.form) >= 4


def _named(words: Iterable[Token], reading: Reading) -> bool:
    """Whether a proper noun is among them; Korean has no capitals, but headlines name what matters."""
    return any(word.name for word in words) or (reading.language == "ko" and _headlined(words, reading))


_ARTICLES = frozenset(("the", "das", "der", "die", "den", "les", "une", "het", "een", "dat"))
_KOREAN_VERBS = tuple("다고며해한된될할인히게던면서져여려운는은적들했됐")


def other_marks(pair: Pair) -> bool:
    """The leads tell of other stages, decisions, directions, targets, countries."""
    earlier, later = pair.earlier, pair.later
    if any(mark in TURNS for mark in (later.lead - earlier.all)) and pair.backward[0].paired:
        return True
    return (
        _clash(later.lead - earlier.all, earlier.all - later.all)
        or _clash(earlier.lead - later.all, later.all - earlier.all)
        or _clash(_steps(later.lead - earlier.all), _steps(earlier.lead))
        or _clash(_steps(earlier.lead - later.all), _steps(later.lead))
    )


def _clash(one: Iterable[Mark], other: Iterable[Mark]) -> bool:
    families = {mark.family: mark.kind for mark in other if mark.family != "tense"}
    return any(families.get(mark.family, mark.kind) != mark.kind for mark in one)


def _steps(found: Iterable[Mark]) -> set[Mark]:
    """What follows one upon the other: a text on the next step carries the words of the last one on."""
    return {mark for mark in found if mark.family in ("stage", "court", "rumour")}


def before_and_after(pair: Pair) -> bool:
    """Of two leads that agree the one tells what is to come, the other what came."""
    lead = next((match for match in pair.pairs if match.number == 0), None)
    if lead is None or lead.theirs is not pair.earlier.body[0] or pair.earlier.cut or pair.later.cut:
        return False
    return (FUTURE in pair.earlier.lead) != (FUTURE in pair.later.lead)


def another_edition(pair: Pair) -> bool:
    """Round-ups, columns and live pages of other days."""
    both = pair.earlier.edition and pair.later.edition
    return both and pair.earlier.time.date() != pair.later.time.date()


GUARDS: tuple[tuple[Reason, Callable[[Pair], bool]], ...] = (
    (Reason.EDITION, another_edition),
    (Reason.DAY, another_day),
    (Reason.SERIES, another_number),
    (Reason.FIGURES, new_figures),
    (Reason.STAGE, other_marks),
    (Reason.STAGE, before_and_after),
    (Reason.STAGE, hooks.reaction),
    (Reason.NAMES, other_names),
)


@cache
def _houses() -> frozenset[str]:
    """Names of agencies, which say where a text came from and not what it is about."""
    return frozenset(word for name in phrases.AGENCIES.split("|") for word in fold(name.replace("\\.", "")).split())
