"""Text → tags with their evidence: fold, identify the language, match once, extract features, score."""

from __future__ import annotations

from newswatch.model.item import Evidence, Tagging
from newswatch.model.watchlist import Watchlist
from newswatch.tag.features import Features, FieldHits, Support, clean, extract, passages
from newswatch.tag.fold import Folded, fold
from newswatch.tag.language import rank
from newswatch.tag.matcher import Matcher, terms_of
from newswatch.tag.score import Scored, Scorer

#: only the lead of a body says what an item reports; the rest is not read
BODY = 8_000
HEADLINE = 4_000
LONG = 2_000
SURE = 0.8
_CYRILLIC = frozenset({"ru", "uk"})
_EVIDENCE_PER_FEATURE = 2
_EVIDENCE_FEATURES = 6


class Tagger:
    """A watch-list ready to tag. Immutable after construction: share one between threads.

    Raises ``terms.TermError`` when a term can never match.
    """

    def __init__(self, watchlist: Watchlist) -> None:
        self.watchlist = watchlist
        self._matcher = Matcher(terms_of(watchlist))
        self._scorer = Scorer(watchlist)

    def tag(self, title: str, summary: str, content: str = "", language: str | None = None) -> Tagging:
        """The tags of one text. ``language`` is what the feed declares (ISO 639-1), a prior only.

        Any strings will do; offsets in the evidence are those of the strings given.
        """
        folded, languages = self._read(title, summary, content, language)
        fields = self._match(folded, languages)
        features = extract(self.watchlist, fields)
        scores = self._scores(features)
        sources = dict.fromkeys(scores, features)
        for part in fields:
            if part.field == "content" and len(part.text) >= LONG:
                self._read_passages(part, scores, sources)
        tags = tuple(
            sorted(
                spec.id
                for spec in self.watchlist.tags
                if spec.id in scores and scores[spec.id].probability >= spec.threshold
            )
        )
        evidence = tuple(
            part
            for tag in tags
            for part in _Explainer(self.watchlist, folded, sources[tag], languages[0]).explain(tag, scores[tag])
        )
        concepts = {item.concept for item in evidence if item.tag and not item.concept.startswith("actor:")}
        actors = {name.removeprefix("actor:") for name in features.best if name.startswith("actor:")}
        return Tagging(
            tags, tuple(sorted(concepts)), tuple(sorted(actors)), languages[0], evidence, self.watchlist.version
        )

    def features(self, title: str, summary: str, content: str = "", language: str | None = None) -> Features:
        """The features alone, for training and evaluation."""
        return extract(self.watchlist, self._match(*self._read(title, summary, content, language)))

    def scores(self, features: Features) -> dict[str, Scored]:
        """Probability of every tag that the scope allows."""
        return self._scores(features)

    def _read(
        self, title: str, summary: str, content: str, declared: str | None
    ) -> tuple[dict[str, Folded], tuple[str, ...]]:
        texts = {"title": title[:HEADLINE], "summary": summary[:HEADLINE], "content": content[:BODY]}
        head = f"{texts['title']} {texts['summary'][:300]}" if title or summary else texts["content"]
        return {name: fold(text) for name, text in texts.items() if text}, rank(head, declared)

    def _match(self, folded: dict[str, Folded], languages: tuple[str, ...]) -> list[FieldHits]:
        wanted = frozenset(languages)
        if wanted & _CYRILLIC:
            wanted |= _CYRILLIC
        return [
            clean(self.watchlist, name, part.text, self._matcher.find(part.text, wanted))
            for name, part in folded.items()
        ]

    def _read_passages(self, body: FieldHits, scores: dict[str, Scored], sources: dict[str, Features]) -> None:
        """A long body treats several matters: a tag that one of its passages surely has is the item's too."""
        for passage in passages(body):
            features = extract(self.watchlist, [passage])
            for tag, scored in self._scores(features).items():
                if scored.probability >= SURE and scored.probability > scores[tag].probability:
                    scores[tag], sources[tag] = scored, features

    def _scores(self, features: Features) -> dict[str, Scored]:
        return {
            spec.id: self._scorer.score(spec.id, features.values)
            for spec in self.watchlist.tags
            if features.scope > 0 or not spec.scoped
        }


class _Explainer:
    def __init__(self, watchlist: Watchlist, folded: dict[str, Folded], features: Features, language: str) -> None:
        self._watchlist, self._folded, self._features, self._language = watchlist, folded, features, language

    def explain(self, tag: str, scored: Scored) -> tuple[Evidence, ...]:
        """The hits that spoke for ``tag``, strongest first, then the scope actors."""
        evidence: list[Evidence] = []
        speaking = [(share, name) for name, share in scored.parts.items() if share > 0 and name.startswith("concept:")]
        for share, name in sorted(speaking, reverse=True)[:_EVIDENCE_FEATURES]:
            for support in self._distinct(self._features.best[name])[:_EVIDENCE_PER_FEATURE]:
                evidence.append(self._evidence(tag, name.removeprefix("concept:"), support, share, scored))
        evidence.extend(self._scope(tag))
        return tuple(evidence)

    def _distinct(self, supports: list[Support]) -> list[Support]:
        """One support per place of the text: of terms that share it, one in the item's own language."""
        found: dict[tuple[str, int], Support] = {}
        for support in supports:
            there = found.setdefault((support.field, support.hit.start), support)
            if there.hit.term.language != self._language == support.hit.term.language:
                found[support.field, support.hit.start] = support
        return list(found.values())

    def _scope(self, tag: str) -> list[Evidence]:
        out = []
        for name, supports in self._features.best.items():
            if name.startswith("actor:") and self._watchlist.actors[supports[0].hit.term.owner].scope > 0:
                out.append(self._evidence(tag, name, supports[0], 0.0, None))
        return out

    def _evidence(self, tag: str, concept: str, support: Support, share: float, scored: Scored | None) -> Evidence:
        hit = support.hit
        field = "content" if support.field == "passage" else support.field
        start, end = self._folded[field].span(hit.start, hit.end)
        language = hit.term.language if hit.term.language != "any" else self._language
        detail: dict[str, object] = dict(support.parts)
        if scored is not None:
            detail["probability"] = round(scored.probability, 4)
        return Evidence(tag, concept, hit.term.text, field, start, end, language, round(share, 3), detail)
