"""Why: an alert's or an item's story in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from newswatch.index import documents
from newswatch.index.client import Store
from newswatch.pipeline import alerts

WORDS = {
    "sent": "it was sent",
    "grouped": "it waits for its group's next message, or was a further match of a story that does",
    "throttled": "its alert had been told already",
    "held": "it is held until quiet hours end, or left to the digest",
    "silenced": "a silence muted it",
    "inhibited": "a firing state muted it",
    "acknowledged": "its alert had been acknowledged, and it changed nothing that matters",
    "cleared": "it ended before anybody was told",
    "not-live": "it is no live news, and only live news alerts",
    "failed": "every recipient refused it for good",
}


def tell(store: Store, name: str) -> list[str]:
    """What became of an alert, a signal, an item or a story; empty when nothing is known of it."""
    documents.refresh(store, *(store.index(one) for one in ("signals", "ledger")))
    lines = [line for one in _signals(store, name) for line in _signal_lines(store, one)]
    for one in alerts.history(store, name):
        lines += _alert_lines(one)
    return lines or _item_lines(store, name)


def _signals(store: Store, name: str) -> list[dict[str, Any]]:
    """The signals of an alert's key, a signal's own id, or a story, oldest first."""
    rule, _, key = name.partition("/")
    fits: list[dict[str, Any]] = [{"ids": {"values": [name]}}, {"term": {"story": name}}]
    if key:
        both = ({"term": {"story": key}}, {"term": {"key": key}})
        fits += [{"bool": {"filter": [{"term": {"rule.id": rule}}, one]}} for one in both]
    request = {"query": {"bool": {"should": fits}}, "sort": [{"@timestamp": "asc"}], "size": 50}
    hits = documents.search(store, store.index("signals"), request)["hits"]["hits"]
    return [{**hit["_source"], "id": hit["_id"]} for hit in hits]


def _signal_lines(store: Store, one: Mapping[str, Any]) -> Iterator[str]:
    """What a rule found, on which evidence, and what became of it."""
    rule, evidence = one["rule"], one.get("value", {})
    against = (
        f": {one['observed']:g} where {one['expected']:g} were expected" if one.get("expected") is not None else ""
    )
    ended = " no longer held" if one["kind"] == "state-under" else " matched"
    found = f"Rule {rule['id']}, version {rule['version']},{ended} ({one['severity']}){against}."
    yield f"{_when(one['@timestamp'])}  {found}"
    if evidence.get("note"):
        yield f"  It says: {evidence['note']}."
    for story in evidence.get("stories", [])[:3]:
        yield f"  Evidence: {story['publisher']}, {story['language']}: {story['title']} (item {story['item']})."
    entry = documents.get(store, store.index("ledger"), one["id"])
    if entry is not None:
        word = entry.source["word"]
        yield f"  {word}: {WORDS.get(word, word)}."
        for to, answer in sorted(entry.source.get("channels", {}).items()):
            yield f"    {to}: {answer}."


def _alert_lines(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"Alert {one['alert']} ({one['severity']}):"
    for step in one["steps"]:
        yield f"  {_when(step['at'])}  {step['what']}{' ' if step['detail'] else ''}{step['detail']}."
    for sent in one["deliveries"]:
        error = f": {sent['error']}" if sent["error"] else ""
        tries = f"{sent['attempts']} {'try' if sent['attempts'] == 1 else 'tries'}"
        yield f"  {_when(sent['at'])}  {sent['kind']} to {sent['to']}: {sent['state']} after {tries}{error}."


def _item_lines(store: Store, name: str) -> list[str]:
    documents.refresh(store, store.index("items"))
    request = {"query": {"ids": {"values": [name]}}}
    hits = documents.search(store, store.index("items"), request)["hits"]["hits"]
    if not hits:
        return []
    item = hits[0]["_source"]
    tags = ", ".join(item.get("tags", [])) or "no tag"
    lines = [f"{item['title']}", f"  {item['origin']}, {tags}, story {item['story']['id']}."]
    if item["origin"] != "live":
        return [*lines, f"  No rule looked at it: {WORDS['not-live']}."]
    story = item["story"]["id"]
    more = tell(store, story) if story != name else []
    return lines + (more or ["  No rule matched it."])


def _when(text: str) -> str:
    return text[:16].replace("T", " ")
