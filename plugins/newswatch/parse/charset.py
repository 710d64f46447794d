"""Bytes → text: byte order mark, HTTP header, XML prolog, in this order of trust, and evidence over all but the first.

Valid UTF-8 with anything beyond ASCII in it is UTF-8, whatever was declared: no text in a legacy charset looks like
that by accident. Where nothing declared fits the bytes, the charset is guessed, and the caller says so on each item.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_PROLOG = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s*([A-Za-z]{2})|xml:lang\s*=\s*[\"']([A-Za-z]{2})", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: labels as browsers understand them (WHATWG Encoding, section 4.2): the superset that is really in use
_SUPERSETS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252", "gb2312": "gb18030",
    "gbk": "gb18030", "euc_kr": "cp949", "johab": "cp949", "shift_jis": "cp932", "iso8859-9": "cp1254",
    "tis-620": "cp874", "big5": "big5hkscs", "utf-16": "utf-16-le", "utf-32": "utf-32-le",
}  # fmt: skip
_WIDE = ("utf-16", "utf-32")
#: never taken at their word: not text encodings, or not safe to decode from strangers
_REFUSED = {"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
#: how common letters of a script tell its charsets apart: KOI8 read as Windows-1251 turns lower case into upper
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшіїєґ"
_CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžőűăâîșțäöüß"
_EASTERN = (("cp949", "\uac00", "\ud7a3"), ("cp932", "\u3040", "\u30ff"), ("gb18030", "\u4e00", "\u9fff"))
_CENTRAL_LANGUAGES = {b"pl", b"cs", b"sk", b"hu", b"ro", b"sl", b"hr"}
_SAMPLE = 40_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """``text`` without byte order mark; ``guessed`` when no declared charset fitted; ``damaged`` counts lost bytes."""

    text: str
    charset: str
    guessed: bool = False
    damaged: int = 0


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Decode ``body``, whatever it takes; never raises."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _forced(body[len(mark) :], name)
    if wide := _wide(body):
        return _forced(body, wide)
    declared = _declared(body, content_type)
    if not any(name.startswith("iso2022") or name == "hz" for name in declared):
        try:
            return Decoded(body.decode("utf-8"), "utf-8", guessed=bool(declared) and _contradicts(body, declared))
        except UnicodeDecodeError:
            pass
    for name in declared:
        if name != "utf-8":
            try:
                return Decoded(body.decode(name), name)
            except (UnicodeDecodeError, LookupError):
                if name == "cp1252":
                    return Decoded(_western(body), name)
    return _guessed(body)


def _contradicts(body: bytes, declared: list[str]) -> bool:
    return "utf-8" not in declared and not body.isascii()


def _declared(body: bytes, content_type: str | None) -> list[str]:
    names: list[str] = []
    header = _HEADER.search(content_type or "")
    prolog = _PROLOG.search(body, 0, 1_000)
    for label in (header and header[1], prolog and prolog[1].decode("ascii")):
        name = _codec(label) if label else None
        if name and name not in names and not name.startswith(_WIDE):
            names.append(name)
    return names


def _codec(label: str) -> str | None:
    try:
        info = codecs.lookup(label)
    except LookupError:
        return None
    if not info._is_text_encoding or info.name in _REFUSED:
        return None
    return _SUPERSETS.get(info.name, info.name)


def _wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, seen by where the zeros lie around the first two characters."""
    head = body[:8]
    if head[:4] in (b"<\0\0\0", b"{\0\0\0"):
        return "utf-32-le"
    if head[:4] in (b"\0\0\0<", b"\0\0\0{"):
        return "utf-32-be"
    if len(head) >= 4 and head[1] == head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    if len(head) >= 4 and head[0] == head[2] == 0 and head[1] and head[3]:
        return "utf-16-be"
    return None


def _forced(body: bytes, name: str) -> Decoded:
    try:
        return Decoded(body.decode(name), name)
    except UnicodeDecodeError:
        text = body.decode(name, "replace")
        return Decoded(text.replace("\ufffd", ""), name, damaged=text.count("\ufffd"))


def _western(body: bytes) -> str:
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _guessed(body: bytes) -> Decoded:
    """Mostly UTF-8 with some broken bytes, else the legacy charset whose reading looks most like its language."""
    text = body.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    if sum(char > "\x7f" for char in text[:_SAMPLE]) - text[:_SAMPLE].count("\ufffd") >= lost:
        return Decoded(_patched(body), "utf-8", guessed=True, damaged=lost)
    name = _eastern(body) or _likeliest(body)
    text = _western(body) if name == "cp1252" else body.decode(name, "replace")
    return Decoded(text, name, guessed=True)


def _patched(body: bytes) -> str:
    """UTF-8, with the bytes that are none read as Windows-1252 when they can be letters, else left out."""

    def fallback(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        lone = error.object[error.start : error.end]
        kept = lone.decode("cp1252", "ignore") if len(lone) == 1 else ""
        return kept, error.end

    codecs.register_error("newswatch-cp1252", fallback)
    return body.decode("utf-8", "newswatch-cp1252")


def _eastern(body: bytes) -> str | None:
    sample = _beyond_ascii(body)
    runs = re.findall(rb"[\x80-\xff]+", body[:_SAMPLE])
    # Western words have their accented letters apart from each other, characters of two bytes hang together
    if 2 * sum(len(run) == 1 and run >= b"\xc0" for run in runs) >= max(1, len(runs)):
        return None
    for name, first, last in _EASTERN:
        try:
            text = body.decode(name)
        except UnicodeDecodeError:
            continue
        letters = [char for char in text if char > "\x7f"]
        inside = sum(first <= char <= last for char in letters)
        if letters and len(sample) >= 2 and inside > (0.6 if name == "gb18030" else 0.3) * len(letters):
            return name
    return None


def _likeliest(body: bytes) -> str:
    """Windows-1251, KOI8 or Windows-1250 when the letters beyond ASCII are mostly theirs, else Windows-1252.

    Adjacent bytes beyond ASCII decide between Cyrillic and Western: Cyrillic words are made of nothing else.
    """
    sample = _beyond_ascii(body)
    scores = {name: _share(sample, name, _CYRILLIC) for name in ("cp1251", "koi8_u", "iso8859_5", "cp866")}
    best = max(scores, key=lambda name: scores[name])
    runs = re.findall(rb"[\x80-\xff]+", body[:_SAMPLE])
    if scores[best] > 0.6 and sum(map(len, runs)) > 2 * len(runs):
        return best
    match = _LANGUAGE.search(body, 0, 4_000)
    language = (match[1] or match[2]).lower() if match else b""
    if language in _CENTRAL_LANGUAGES:
        names = ("cp1250", "iso8859_2")
        return max(names, key=lambda name: _share(sample, name, _CENTRAL))
    return "cp1252"


def _beyond_ascii(body: bytes) -> bytes:
    return b"".join(re.findall(rb"[\x80-\xff]+", body[:_SAMPLE]))


def _share(sample: bytes, name: str, letters: str) -> float:
    text = sample.decode(name, "replace")
    return sum(char in letters for char in text) / max(1, len(text))
