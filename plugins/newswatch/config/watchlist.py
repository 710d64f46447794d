"""``config/watchlist/*.yaml`` → one checked Watchlist."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from newswatch.config.loader import Key, Lines, load
from newswatch.errors import ConfigError
from newswatch.model.watchlist import Terms, Watchlist, WatchlistFile, Weights
from newswatch.tag.check import Fault, check_sentences
from newswatch.tag.terms import TermError, compile_term


@dataclass(slots=True)
class _Parts:
    files: list[tuple[WatchlistFile, Lines]] = field(default_factory=list)
    seen: dict[tuple[str, str], Path] = field(default_factory=dict)


def load_watchlist(folder: Path) -> Watchlist:
    """Read and check all files of ``folder`` (or the folder ``watchlist`` in it).

    Raises ConfigError with file, line and key: a term that can never match, a concept without a should-hit sentence,
    one id twice, an unknown tag, an unknown name in ``require``. The sentences themselves are tried by
    ``check_watchlist``.
    """
    paths = _paths(folder)
    if not paths:
        raise ConfigError(folder, 0, "", "has no watch-list files (*.yaml)")
    parts = _Parts()
    for path in paths:
        parts.files.append(load(path, WatchlistFile))
    _refuse_twice(parts)
    _check_references(parts)
    for content, lines in parts.files:
        _check_terms(content, lines)
    return _merge([content for content, _ in parts.files])


def check_watchlist(folder: Path) -> Watchlist:
    """``load_watchlist``, and every should-hit and should-miss sentence tried.

    Raises ConfigError at the first sentence that comes out wrong.
    """
    watchlist = load_watchlist(folder)
    for fault in check_sentences(watchlist):
        raise _where(folder, fault)
    return watchlist


def _where(folder: Path, fault: Fault) -> ConfigError:
    for path in _paths(folder):
        content, lines = load(path, WatchlistFile)
        for number, concept in enumerate(content.concepts):
            if concept.id == fault.concept:
                return lines.error(("concepts", number, *fault.key), f"{fault.sentence!r} {fault.message}")
    return ConfigError(folder, 0, fault.concept, f"{fault.sentence!r} {fault.message}")


def _paths(folder: Path) -> list[Path]:
    inner = folder / "watchlist"
    folder = inner if inner.is_dir() else folder
    return sorted(folder.glob("*.yaml")) if folder.is_dir() else []


def _merge(files: list[WatchlistFile]) -> Watchlist:
    masks: dict[str, tuple[str, ...]] = {}
    for content in files:
        for language, terms in content.masks.items():
            masks[language] = (*masks.get(language, ()), *terms)
    weights = [content.weights for content in files if content.weights is not None]
    watchlist = Watchlist(
        tags=tuple(tag for content in files for tag in content.tags),
        concepts=tuple(concept for content in files for concept in content.concepts),
        actors=tuple(actor for content in files for actor in content.actors),
        backgrounds=tuple(background for content in files for background in content.backgrounds),
        masks=masks,
        weights=weights[0] if weights else Weights(),
        version="",
    )
    digest = hashlib.blake2b(watchlist.model_dump_json().encode(), digest_size=8).hexdigest()
    return watchlist.model_copy(update={"version": digest})


def _refuse_twice(parts: _Parts) -> None:
    weights_in: Path | None = None
    for content, lines in parts.files:
        for kind in ("tags", "concepts", "actors", "backgrounds"):
            for number, part in enumerate(getattr(content, kind)):
                before = parts.seen.setdefault((kind, part.id), lines.file)
                if before != lines.file or _number_of(content, kind, part.id) != number:
                    raise lines.error((kind, number, "id"), f"{part.id!r} is already the id of one in {before}")
        if content.weights is not None:
            if weights_in is not None:
                raise lines.error(("weights",), f"weights are already given in {weights_in}")
            weights_in = lines.file


def _number_of(content: WatchlistFile, kind: str, identity: str) -> int:
    return [part.id for part in getattr(content, kind)].index(identity)


def _check_references(parts: _Parts) -> None:
    tags = {identity for kind, identity in parts.seen if kind == "tags"}
    names = {identity for kind, identity in parts.seen if kind in ("concepts", "actors")}
    for content, lines in parts.files:
        for number, concept in enumerate(content.concepts):
            key = ("concepts", number)
            _check_known(concept.tags, tags, "tag", lines, (*key, "tags"))
            _check_known(concept.against, tags, "tag", lines, (*key, "against"))
            _check_known(concept.require, names, "concept or actor", lines, (*key, "require"))
            if not any(concept.should_hit.values()):
                raise lines.error(("concepts", number), f"concept {concept.id!r} has no should_hit sentence")
        for number, actor in enumerate(content.actors):
            _check_known(actor.require, names, "concept or actor", lines, ("actors", number, "require"))
        for tag in (*content.weights.bias, *content.weights.features) if content.weights else ():
            if tag not in tags:
                raise lines.error(("weights", "features", tag), f"there is no tag {tag!r}{_list(tags)}")


def _check_known(given: tuple[str, ...], known: set[str], what: str, lines: Lines, key: Key) -> None:
    for at, name in enumerate(given):
        if name not in known:
            raise lines.error((*key, at), f"there is no {what} {name!r}{_list(known) if len(known) < 20 else ''}")


def _list(names: Iterable[str]) -> str:
    return f" (there are: {', '.join(sorted(names))})"


def _check_terms(content: WatchlistFile, lines: Lines) -> None:
    _check("", content.masks, lines, ("masks",))
    for kind in ("concepts", "actors", "backgrounds"):
        for number, part in enumerate(getattr(content, kind)):
            if not any(part.terms.values()):
                raise lines.error((kind, number, "terms"), f"{part.id!r} has no terms")
            _check(part.id, part.terms, lines, (kind, number, "terms"))
            _check(part.id, getattr(part, "exclude", {}), lines, (kind, number, "exclude"))


def _check(owner: str, terms: Terms, lines: Lines, key: Key) -> None:
    for language, texts in terms.items():
        for at, text in enumerate(texts):
            try:
                compile_term(text, language)
            except TermError as error:
                raise lines.error((*key, language, at), f"the term {text!r} can never match: it {error}") from error
