"""The watch-list: what to look for, in which words, and what counts as being about the matter.

Terms are written in a small notation, one list per language (``any`` for names that are spelt alike everywhere):

=================  ==================================================================================
``troops``         the word; in Korean also with a particle, in Japanese and Chinese anywhere
``peace talks``    the phrase; each of its words may be written in any of the forms below
``missil*``        a stem: any ending
``ракет(а|ы|у)``   a prefix with its allowed endings (an empty one is allowed: ``war(|s)``); without the prefix in
                   a phrase, any of the words
``*sanctie*``      inside a word: compounds; ``*truppen`` only at its end
``talks ~4 Seoul`` both within four words of each other, in either order
=================  ==================================================================================
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from newswatch.model.strict import Strict


def _split(value: object) -> object:
    """``"a, b,\\n c"`` → ``["a", "b", "c"]``; a list stays as it is."""
    return [part for raw in value.split(",") if (part := raw.strip())] if isinstance(value, str) else value


TermList = Annotated[tuple[str, ...], BeforeValidator(_split)]
Terms = dict[str, TermList]
Sentences = dict[str, tuple[str, ...]]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class TagSpec(Strict):
    """One tag. With ``scoped`` an item gets it only when a scope actor is named."""

    id: Id
    title: str
    scoped: bool = True
    threshold: float = Field(default=0.5, gt=0, lt=1)


class Concept(Strict):
    """One thing that can be reported. Without ``tags`` it only weighs (a context such as sport or film).

    ``weight`` is its pull, in log-odds, on its own tags (on all tags when it has none) unless the trained weights say
    otherwise; a third of it speaks against the tags named in ``against``. ``exclude`` are terms in which its own terms
    do not count. ``require``: ids of concepts or actors one of which the item must also name. ``parties``: of how many
    groups the item must name an actor for the concept to count in full (a visit takes two).
    """

    id: Id
    tags: tuple[Id, ...] = ()
    against: tuple[Id, ...] = ()
    weight: float = 3.0
    terms: Terms
    exclude: Terms = Field(default_factory=dict)
    require: tuple[Id, ...] = ()
    parties: int = Field(default=1, ge=1, le=4)
    should_hit: Sentences = Field(default_factory=dict)
    should_miss: Sentences = Field(default_factory=dict)


class Actor(Strict):
    """Who or where. ``scope`` (0 to 1) is how surely naming it makes an item be about the matter.

    ``require``: ids of actors or concepts one of which the item must name too (for a word such as "the North").
    """

    id: Id
    kind: Literal["state", "leader", "ministry", "force", "company", "place", "ship", "unit", "body"] = "state"
    scope: float = Field(default=0.0, ge=0, le=1)
    group: Id | None = None
    require: tuple[Id, ...] = ()
    terms: Terms
    exclude: Terms = Field(default_factory=dict)


class Background(Strict):
    """Words after which what follows, up to ``reach`` words, is old news and counts only ``factor``."""

    id: Id
    reach: int = Field(default=0, ge=0, le=40)
    factor: float = Field(default=0.3, ge=0, le=1)
    terms: Terms


class Weights(Strict):
    """Trained weights per tag, in log-odds: ``bias`` and one number per feature; the others keep their prior."""

    bias: dict[str, float] = Field(default_factory=dict)
    features: dict[str, dict[str, float]] = Field(default_factory=dict)


class WatchlistFile(Strict):
    """One file of ``config/watchlist/``: any of the parts, merged over all files."""

    tags: tuple[TagSpec, ...] = ()
    concepts: tuple[Concept, ...] = ()
    actors: tuple[Actor, ...] = ()
    masks: Terms = Field(default_factory=dict)
    backgrounds: tuple[Background, ...] = ()
    weights: Weights | None = None


class Watchlist(Strict):
    """The whole watch-list. ``masks`` are phrases inside which nothing counts. ``version`` is a hash of the content."""

    tags: tuple[TagSpec, ...]
    concepts: tuple[Concept, ...]
    actors: tuple[Actor, ...]
    masks: Terms
    backgrounds: tuple[Background, ...]
    weights: Weights
    version: str
