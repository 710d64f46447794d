"""Newswatch watches the news for an operations team: feeds, watch-list, signals, alerts, digests."""

__version__ = "0.1.0"
