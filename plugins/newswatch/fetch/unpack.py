"""Packed bodies → bytes, never more than asked for: gzip, deflate (both kinds), brotli, zstd, in any order.

Every decoder is fed or drained in small steps, so a bomb costs neither time nor memory beyond the cap. What a wrong
label says is doubted: a body that is plainly text is taken as it is, one that begins like gzip is unpacked.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard

STEP = 64 * 1024
ZSTD_STEP = 256
ZSTD_WINDOW = 8 * 1024 * 1024
MAX_LAYERS = 3
_PLAIN = {"", "identity", "none", "utf-8", "utf8", "binary", "8bit", "aws-chunked"}


class TooLargeError(Exception):
    """The unpacked body is larger than the cap."""


class BadEncodingError(Exception):
    """The body is not what its Content-Encoding says; the message is one clause."""


def unpack(body: bytes, encoding: str, cap: int) -> tuple[bytes, bool]:
    """``body`` unpacked, and whether it ended before its packing did.

    ``encoding`` is the Content-Encoding header. Raises TooLargeError and BadEncodingError.
    """
    layers = [name for name in (part.strip().lower() for part in encoding.split(",")) if name not in _PLAIN]
    if len(layers) > MAX_LAYERS:
        raise BadEncodingError(f"the body is packed {len(layers)} times")
    cut = False
    for name in reversed(layers):
        if _is_text(body):
            break
        body, short = _layer(body, name, cap)
        cut = cut or short
    if body[:3] == b"\x1f\x8b\x08":
        body, short = _layer(body, "gzip", cap)
        cut = cut or short
    if len(body) > cap:
        raise TooLargeError
    return body, cut


def _layer(body: bytes, name: str, cap: int) -> tuple[bytes, bool]:
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise BadEncodingError("the body is packed in a way that was not asked for")
    if not body:
        return b"", False
    out, size, ended = [], 0, False
    try:
        for piece, done in decoder(body):
            ended = ended or done
            size += len(piece)
            if size > cap:
                raise TooLargeError
            out.append(piece)
    except (zlib.error, brotli.error, zstandard.ZstdError):
        if not out:
            raise BadEncodingError(f"the body is not valid {name}") from None
        return b"".join(out), True
    return b"".join(out), not ended


def _is_text(body: bytes) -> bool:
    """Whether the body begins like XML, HTML or JSON, whatever its label says."""
    head = body[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    return head[:1] in (b"<", b"{", b"[") and b"\x1f\x8b" not in body[:2]


def _zlib(body: bytes, bits: int) -> Iterator[tuple[bytes, bool]]:
    """Members one after the other; what follows the last one is ignored, as browsers do."""
    first = True
    while body:
        decoder = zlib.decompressobj(bits)
        try:
            while not decoder.eof:
                piece = decoder.decompress(body, STEP)
                body = decoder.unconsumed_tail
                if not piece and not decoder.eof:
                    yield b"", False
                    return
                yield piece, False
        except zlib.error:
            if first:
                raise
            yield b"", True
            return
        body, first = decoder.unused_data, False
    yield b"", True


def _gzip(body: bytes) -> Iterator[tuple[bytes, bool]]:
    yield from _zlib(body, 31)


def _deflate(body: bytes) -> Iterator[tuple[bytes, bool]]:
    wrapped = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    yield from _zlib(body, 15 if wrapped else -15)


def _brotli(body: bytes) -> Iterator[tuple[bytes, bool]]:
    decoder = brotli.Decompressor()
    piece = decoder.process(body, output_buffer_limit=STEP)
    yield piece, decoder.is_finished()
    while not decoder.is_finished() and not decoder.can_accept_more_data():
        piece = decoder.process(b"", output_buffer_limit=STEP)
        yield piece, decoder.is_finished()


def _zstd(body: bytes) -> Iterator[tuple[bytes, bool]]:
    decoder = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj(read_across_frames=False)
    for start in range(0, len(body), ZSTD_STEP):
        yield decoder.decompress(body[start : start + ZSTD_STEP]), decoder.eof
        if decoder.eof:
            return


_DECODERS: dict[str, Callable[[bytes], Iterator[tuple[bytes, bool]]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
