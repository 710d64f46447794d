"""The watch-list applied to a text: pure, one pass, with evidence. ``Tagger(watchlist).tag(title, summary)``."""

from newswatch.tag.tagger import Tagger

__all__ = ["Tagger"]
