"""From the pieces of a stream to its lines."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_GZIP: Final = b"\x1f\x8b"
_LONGEST: Final = 4 << 20
"""Characters of a line that are given at once."""
_ENDS: Final = re.compile(r"\r\n|\n|\r")


class Line(NamedTuple):
    """A line, or a part of a very long one."""

    number: int
    text: str
    goes_on: bool = False
    """Whether the next part belongs to the same line."""


def read_lines(pieces: Iterable[bytes | str]) -> Iterator[Line]:
    r"""Give the lines of a text: UTF-8, UTF-16 by its mark or its zero bytes, gzip; ended by \n, \r\n or \r."""
    number, rest = 1, ""
    for text in _decoded(pieces):
        rest += text
        if len(rest) < _LONGEST and "\n" not in text and "\r" not in text:
            continue
        held = rest.endswith("\r")  # a \n can follow
        lines = _ENDS.split(rest[:-1] if held else rest)
        rest = lines.pop() + ("\r" if held else "")
        for each in lines:
            yield Line(number, each)
            number += 1
        while len(rest) > _LONGEST:
            cut = _cut(rest)
            yield Line(number, rest[:cut], goes_on=True)
            rest = rest[cut:]
    for each in _ENDS.split(rest.removesuffix("\r")):
        yield Line(number, each)
        number += 1


def _cut(text: str) -> int:
    """Return a place in a long line that does not split an address."""
    for place in range(_LONGEST, _LONGEST - 4096, -1):
        if text[place - 1] in " \t,;{}[]":
            return place
    return _LONGEST


def _decoded(pieces: Iterable[bytes | str]) -> Iterator[str]:
    decoder: codecs.IncrementalDecoder | None = None
    unzip = None
    first = True
    for piece in pieces:
        if isinstance(piece, str):
            yield piece.removeprefix("\ufeff") if first else piece
            first = False
            continue
        if first and piece.startswith(_GZIP):
            unzip = zlib.decompressobj(47)
        data = piece if unzip is None else _unzipped(unzip, piece)
        if decoder is None and data:
            decoder = codecs.getincrementaldecoder(_encoding(data))("replace")
        first = False
        if decoder is not None:
            yield decoder.decode(data).replace("\x00", "")
    if decoder is not None:
        yield decoder.decode(b"", final=True)


def _unzipped(unzip: zlib._Decompress, piece: bytes) -> bytes:
    try:
        return unzip.decompress(piece)
    except zlib.error:
        return b""


def _encoding(data: bytes) -> str:
    """Return the encoding of a text by its first bytes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:4096]
    if sample.count(0) * 3 > len(sample):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    return "utf-8-sig"
