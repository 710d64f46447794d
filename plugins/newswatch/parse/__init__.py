"""A feed's bytes → its entries: RSS 0.9x/1.0/2.0, Atom 0.3/1.0 and JSON Feed, whatever the Content-Type says.

Well-formed documents take a strict fast path; what strict parsing refuses is mended and goes to feedparser. Both give
raw values to one cleaner, so a document means the same on either path. Nothing here fetches, resolves or expands.
"""

from __future__ import annotations

from newswatch.model.feed import Failure, ParsedFeed, Refused
from newswatch.parse import charset, entries, jsonfeed, lenient, mend, refusal, strict

__all__ = ["parse"]


def parse(body: bytes, *, content_type: str | None, url: str) -> ParsedFeed | Refused:
    """Read ``body`` as the feed at ``url`` (the final one), served as ``content_type``. Never raises for bad input.

    Damage that could be recovered from is named in ``ParsedFeed.damaged``; ``cut`` is set when the document
    ends early, and then holds the whole entries before its end.
    """
    decoded = charset.decode(body, content_type)
    start = decoded.text.lstrip("\ufeff \t\r\n\0")
    if start[:1] in ("{", "["):
        return _json(start, body, url, decoded)
    if "<" not in start[:20_000]:
        return refusal.other(decoded.text, body)
    if refusal.is_page(start):
        return refusal.page(start, url)
    return _xml(start, body, url, decoded)


def _json(start: str, body: bytes, url: str, decoded: charset.Decoded) -> ParsedFeed | Refused:
    raw, cut = jsonfeed.read(start)
    if raw is None:
        return refusal.other(start, body)
    if cut and not raw.entries:
        return Refused(Failure.CUT_SHORT, "the JSON document is broken before its first whole item")
    faults = ("the JSON document is broken or ends early",) if cut else ()
    return entries.parsed(raw, url, guessed=decoded.guessed, faults=(*_lost(decoded), *faults), cut=cut)


def _xml(start: str, body: bytes, url: str, decoded: charset.Decoded) -> ParsedFeed | Refused:
    text, entities = mend.undoctyped(start)
    try:
        raw = strict.read(text.encode("utf-8", "surrogatepass"))
    except strict.MalformedError:
        return _broken(text, entities, body, url, decoded)
    except strict.OtherRootError as error:
        return refusal.other(text, body, str(error))
    blank = decoded.text[:1].isspace() and start.startswith("<?xml")
    faults = ("blank lines before the document",) if blank else ()
    return entries.parsed(raw, url, guessed=decoded.guessed, faults=(*_lost(decoded), *faults))


def _broken(
    text: str, entities: frozenset[str], body: bytes, url: str, decoded: charset.Decoded
) -> ParsedFeed | Refused:
    mended = mend.mend(text, entities)
    raw = lenient.read(mended.text)
    if not raw.entries and (not raw.format or mended.cut):
        if mended.cut:
            return Refused(Failure.CUT_SHORT, "the document ends before its first whole entry")
        return refusal.other(text, body)
    faults = (*_lost(decoded), *mended.faults) or ("elements that were not closed or nested rightly",)
    return entries.parsed(raw, url, guessed=decoded.guessed, faults=faults, cut=mended.cut)


def _lost(decoded: charset.Decoded) -> tuple[str, ...]:
    return (f"{decoded.damaged} bytes that are not {decoded.charset}",) if decoded.damaged else ()
