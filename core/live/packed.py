"""Rows of the account that wait to be taken over, compressed: a hundred thousand take 10 MiB in place of 300."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from zlib import compress, decompress

from core.domain.json_value import JsonObject

__all__ = ["Packed", "PackedRows"]

_QUICK = 1
"""The level of the compression: a page takes 10 ms."""


class Packed(NamedTuple):
    """A row, and the hash of the fields that are read."""

    row: JsonObject
    digest: str


class PackedRows:
    """Rows by id, as they were added last."""

    def __init__(self) -> None:
        self._pages: list[bytes] = []
        self._page_of: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._page_of)

    def __contains__(self, row_id: str) -> bool:
        return row_id in self._page_of

    def __iter__(self) -> Iterator[str]:
        return iter(self._page_of)

    def add(self, rows: Mapping[str, Packed]) -> None:
        """Add rows, in place of those with the same ids."""
        if rows:
            self._page_of.update(dict.fromkeys(rows, len(self._pages)))
            self._pages.append(compress(json.dumps(rows).encode(), _QUICK))

    def some(self, most: int) -> Iterator[dict[str, Packed]]:
        """Yield all rows, about `most` at a time."""
        found: dict[str, Packed] = {}
        for number in range(len(self._pages)):
            found.update(self._newest(number))
            if len(found) >= most:
                yield found
                found = {}
        if found:
            yield found

    def of(self, ids: Iterable[str]) -> dict[str, Packed]:
        """Return the rows with these ids, as far as they are here."""
        wanted = self._page_of.keys() & set(ids)
        pages = sorted({self._page_of[row_id] for row_id in wanted})
        return {key: row for number in pages for key, row in self._newest(number) if key in wanted}

    def _newest(self, number: int) -> Iterator[tuple[str, Packed]]:
        """Yield the rows of a page that no later page has."""
        page: Mapping[str, tuple[JsonObject, str]] = json.loads(decompress(self._pages[number]))
        return ((key, Packed(*row)) for key, row in page.items() if self._page_of[key] == number)
