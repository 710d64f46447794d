"""The values that pass between stages: frozen, one type per stage. Imports nothing of newswatch but errors.

``item``: entry → item → tagged item.  ``feed``: what is configured, known and learnt about a feed.
Import from the submodules: ``from newswatch.model.item import Item``.
"""
