"""Documents of any index: read in real time, written under guard, in bulk. Everything above is made of these."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
from elasticsearch import ConflictError, NotFoundError

from newswatch.errors import StoreError, StoreUnavailableError
from newswatch.index.client import BUSY, Store, asking, body

CHUNK = 500
CHUNK_BYTES = 4_000_000
#: a request as large as a server takes: it refuses what is over a tenth of its heap, for good (512 MB at the least)
WHOLE = (200_000, 24_000_000)
IN_FLIGHT = 2
TRIES = 4
PAGE = 1000

Source = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A document as read, with what guards its next write."""

    id: str
    index: str
    source: Source
    seq_no: int
    primary_term: int


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a bulk: ``op`` is ``create``, ``index``, ``update`` (with a partial document) or ``delete``.

    With ``guard`` it is applied only to the document as it was found.
    """

    op: str
    index: str
    id: str
    source: Source | None = None
    guard: Found | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one write: HTTP status and, unless it was applied, the reason in one line."""

    write: Write
    status: int
    reason: str = ""

    @property
    def applied(self) -> bool:
        """Whether the store now holds it."""
        return self.status < 300

    @property
    def unfit(self) -> bool:
        """Whether the document itself is at fault: the mapping refuses it now and will refuse it again."""
        return self.status == 400

    @property
    def conflict(self) -> bool:
        """Whether the document was there already, or had changed."""
        return self.status == 409


def get(store: Store, index: str, name: str) -> Found | None:
    """One document in real time, None when there is none."""
    with asking(store):
        try:
            return _found(body(store, store.client.get(index=index, id=name)))
        except NotFoundError as error:
            # a page of a proxy is no word of Elasticsearch's: what it does not know may be there
            body(store, error.body)
            return None


def mget(store: Store, pairs: Sequence[tuple[str, str]], *, source: bool | Sequence[str] = True) -> dict[str, Found]:
    """Documents by (index, id) in real time, in one request; missing ones and missing indices are left out."""
    if not pairs:
        return {}
    docs = [{"_index": index, "_id": name} for index, name in pairs]
    chosen = source if isinstance(source, bool) else list(source)
    with asking(store):
        answer = body(store, store.client.mget(docs=docs, source=chosen))
    return {doc["_id"]: _found(doc) for doc in answer["docs"] if doc.get("found")}


def create(store: Store, index: str, name: str, source: Source) -> bool:
    """Write a document that must not exist; False when it does."""
    with asking(store):
        try:
            body(store, store.client.create(index=index, id=name, document=source))
        except ConflictError:
            return False
        return True


def put(store: Store, index: str, name: str, source: Source, guard: Found | None = None) -> bool:
    """Replace the document that ``guard`` found, or make it when there was none. False: somebody else was first."""
    if guard is None:
        return create(store, index, name, source)
    with asking(store):
        try:
            answer = store.client.index(
                index=index, id=name, document=source, if_seq_no=guard.seq_no, if_primary_term=guard.primary_term
            )
            body(store, answer)
        except ConflictError:
            return False
        return True


def bulk(store: Store, writes: Iterable[Write], *, whole: bool = False) -> list[Outcome]:
    """Apply many writes, two requests in flight; those that met a busy server are tried again.

    ``whole``: as few requests as the server can take, one after the other, so that what comes last is applied last.
    A write that was applied while its answer was lost comes back as a conflict when repeated. Raises
    StoreUnavailableError when the store stays busy or away: then nothing is known of the rest.
    """
    chunks = list(_chunks(writes, WHOLE if whole else (CHUNK, CHUNK_BYTES)))
    if whole or len(chunks) <= 1:
        return [outcome for chunk in chunks for outcome in _send(store, chunk)]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        return [outcome for outcomes in pool.map(lambda chunk: _send(store, chunk), chunks) for outcome in outcomes]


def pages(store: Store, search: Mapping[str, Any], index: str, size: int = PAGE) -> Iterator[list[Found]]:
    """All hits of a search, page by page, in the order of its ``sort`` (which must end in a unique field)."""
    after: list[Any] | None = None
    while True:
        request = {**search, "size": size, "seq_no_primary_term": True, "track_total_hits": False}
        if after:
            request["search_after"] = after
        with asking(store):
            answer = body(store, store.client.search(index=index, body=request, ignore_unavailable=True))
        hits = answer["hits"]["hits"]
        if not hits:
            return
        yield [_found(hit) for hit in hits]
        if len(hits) < size:
            return
        after = hits[-1]["sort"]


def search(store: Store, index: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The raw answer of one search."""
    with asking(store):
        return body(store, store.client.search(index=index, body=dict(request), ignore_unavailable=True))


def multi(store: Store, searches: Sequence[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The raw answers of several searches (index name, request), in one request. The first refusal is raised."""
    lines: list[Mapping[str, Any]] = []
    for index, request in searches:
        lines += [{"index": index, "ignore_unavailable": True}, request]
    with asking(store):
        answers: list[dict[str, Any]] = body(store, store.client.msearch(searches=lines))["responses"]
    for answer in answers:
        if "error" in answer:
            cause = next(iter(answer["error"].get("root_cause") or []), answer["error"])
            kind = StoreUnavailableError if answer.get("status") in BUSY else StoreError
            raise kind(f"Elasticsearch refused ({answer.get('status')}): {str(cause.get('reason'))[:300]}")
    return answers


def refresh(store: Store, *indices: str) -> None:
    """Make what was written visible to searches."""
    with asking(store):
        body(store, store.client.indices.refresh(index=list(indices), ignore_unavailable=True))


def _found(doc: Mapping[str, Any]) -> Found:
    return Found(
        doc["_id"], doc["_index"], doc.get("_source") or {}, doc.get("_seq_no", -1), doc.get("_primary_term", -1)
    )


def _chunks(writes: Iterable[Write], most: tuple[int, int]) -> Iterator[list[tuple[Write, bytes]]]:
    chunk: list[tuple[Write, bytes]] = []
    size = 0
    for write in writes:
        line = _lines(write)
        if chunk and (len(chunk) >= most[0] or size + len(line) > most[1]):
            yield chunk
            chunk, size = [], 0
        chunk.append((write, line))
        size += len(line)
    if chunk:
        yield chunk


def _lines(write: Write) -> bytes:
    action: Source = {"_index": write.index, "_id": write.id}
    if write.guard:
        action |= {"if_seq_no": write.guard.seq_no, "if_primary_term": write.guard.primary_term}
    lines = orjson.dumps({write.op: action}) + b"\n"
    if write.op == "delete":
        return lines
    source = {"doc": write.source} if write.op == "update" else write.source
    return lines + orjson.dumps(source, option=orjson.OPT_UTC_Z) + b"\n"


def _send(store: Store, chunk: list[tuple[Write, bytes]]) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    waiting = list(range(len(chunk)))
    for attempt in range(TRIES):
        if attempt:
            time.sleep(0.2 * 4**attempt)
        # joined bytes pass the client's serialiser untouched
        payload = b"".join(chunk[number][1] for number in waiting)
        with asking(store):
            raw: Any = payload
            answer = body(store, store.client.bulk(operations=raw, filter_path="items.*.status,items.*.error"))
        for number, result in zip(waiting, answer["items"], strict=True):
            outcomes[number] = _outcome(chunk[number][0], next(iter(result.values())))
        waiting = [number for number in waiting if outcomes[number].status in BUSY]
        if not waiting:
            return [outcomes[number] for number in range(len(chunk))]
    raise StoreUnavailableError(f"Elasticsearch stayed too busy for {len(waiting)} documents")


def _outcome(write: Write, result: Mapping[str, Any]) -> Outcome:
    error = result.get("error") or {}
    cause = error.get("caused_by") or {}
    reason = " ".join(f"{error.get('reason', '')} {cause.get('reason', '')}".split())[:500]
    return Outcome(write, int(result["status"]), reason)
