"""From the pieces of a stream to its lines."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

_GZIP: Final = b"\x1f\x8b"
_WITH_HEADER: Final = 47
"""The window of zlib that takes the header of gzip."""
_AT_ONCE: Final = 1 << 20
"""Bytes that are unpacked together."""
_PACKED: Final = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xfd7zXZ", "xz"),
    (tuple(b"BZh%d1AY&SY" % level for level in range(1, 10)), "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"%PDF-", "a PDF"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
)
"""The first bytes of data that holds no text before something else unpacks it."""
_ZEROS: Final = 7
"""Zero bytes of the shortest address in UTF-16; with fewer, bytes that look like its mark are not one."""
_MAGIC: Final = 10
"""Bytes by which data is known."""
_LONGEST: Final = 4 << 20
"""Characters of a line that are given at once."""
_ENDS: Final = re.compile(r"\r\n|\n|\r")


class Unreadable(ValueError):
    """The bytes are not text; one sentence says what they are."""


class Line(NamedTuple):
    """A line, or a part of a very long one."""

    number: int
    text: str
    goes_on: bool = False
    """Whether the next part belongs to the same line."""


class Block(NamedTuple):
    """Lines that came together."""

    number: int
    """Number of the first line, from 1."""
    lines: list[str]
    text: str
    """The lines in one text."""
    goes_on: bool = False
    """Whether its only line goes on in the next block."""


def read_lines(pieces: Iterable[bytes | str]) -> Iterator[Line]:
    """Give the lines of a text one by one; see `read_blocks`."""
    for block in read_blocks(pieces):
        for number, text in enumerate(block.lines, block.number):
            yield Line(number, text, block.goes_on)


def read_blocks(pieces: Iterable[bytes | str]) -> Iterator[Block]:
    r"""Give the lines of a text: UTF-8, UTF-16 by its mark or its zero bytes, gzip; ended by \n, \r\n or \r.

    Lines come as soon as their piece is read.

    Raises:
        Unreadable: the bytes are packed in another way, or damaged.

    """
    number, rest = 1, ""
    for text in _decoded(pieces):
        rest += text
        if len(rest) < _LONGEST and "\n" not in text and "\r" not in text:
            continue
        held = rest.endswith("\r")  # a \n can follow
        whole = rest[:-1] if held else rest
        lines = _split(whole)
        rest = lines.pop() + ("\r" if held else "")
        if lines:
            yield Block(number, lines, whole)
            number += len(lines)
        while len(rest) > _LONGEST:
            cut = _cut(rest)
            yield Block(number, [rest[:cut]], rest[:cut], goes_on=True)
            rest = rest[cut:]
    whole = rest.removesuffix("\r")
    yield Block(number, _split(whole), whole)


def _split(text: str) -> list[str]:
    return _ENDS.split(text) if "\r" in text else text.split("\n")


def _cut(text: str) -> int:
    """Return a place in a long line that does not split an address."""
    for place in range(_LONGEST, _LONGEST - 4096, -1):
        if text[place - 1] in " \t,;{}[]":
            return place
    return _LONGEST


def _decoded(pieces: Iterable[bytes | str]) -> Iterator[str]:
    rest = iter(pieces)
    first = next(rest, "")
    if isinstance(first, str):
        yield first.removeprefix("\ufeff")
        for piece in rest:
            yield piece if isinstance(piece, str) else piece.decode("utf-8", "replace")
        return
    data = (piece for piece in rest if isinstance(piece, bytes))
    while len(first) < _MAGIC and (more := next(data, b"")):
        first += more
    decoder: codecs.IncrementalDecoder | None = None
    for each in _unpacked(first, chain([first], data)):
        if decoder is None and each:
            decoder = codecs.getincrementaldecoder(_encoding(each))("replace")
        if decoder is not None:
            yield decoder.decode(each).replace("\x00", "")
    if decoder is not None:
        yield decoder.decode(b"", final=True)


def _unpacked(first: bytes, data: Iterable[bytes]) -> Iterable[bytes]:
    for magic, kind in _PACKED:
        if first.startswith(magic):
            raise Unreadable(f"The text is {kind}, which is not read.")
    return _unzipped(data) if first.startswith(_GZIP) else data


def _unzipped(data: Iterable[bytes]) -> Iterator[bytes]:
    """Give what gzip packs: one member or several behind each other."""
    unzip = zlib.decompressobj(_WITH_HEADER)
    begun = False
    for piece in data:
        left = piece if begun else piece.lstrip(b"\0")
        while left:
            begun = True
            try:
                yield unzip.decompress(left, _AT_ONCE)
            except zlib.error as problem:
                raise Unreadable("The gzip data is damaged.") from problem
            left = unzip.unconsumed_tail
            if unzip.eof:
                left = unzip.unused_data.lstrip(b"\0")
                unzip, begun = zlib.decompressobj(_WITH_HEADER), bool(left)
    if begun:
        yield unzip.flush()
    if begun and not unzip.eof:
        raise Unreadable("The gzip data ends early.")


def _encoding(data: bytes) -> str:
    """Return the encoding of a text by its first bytes."""
    sample = data[:4096]
    wide = sample.count(0) * 3 > len(sample) or sample.count(0) >= _ZEROS
    if wide and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.count(0) * 3 > len(sample):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    return "utf-8-sig"
