"""Responses that are one page of many: rows that the files lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core.domain.json_value import Json

__all__ = ["Page", "missing_pages", "pages_of"]


class Page(NamedTuple):
    """A response that names the number of rows of its whole answer."""

    kind: str
    """The action of the platform's API."""
    total: int
    rows: int


def pages_of(value: Json, kind: str) -> Iterator[Page]:
    """Yield every response in a JSON document; `kind` is that of its rows."""
    if isinstance(value, list):
        for item in value:
            yield from pages_of(item, kind)
    elif isinstance(value, dict):
        rows, total = value.get("dataSet"), value.get("totalCount")
        if isinstance(rows, list) and type(total) is int:
            yield Page(kind, total, len(rows))
        yield from pages_of(value.get("response"), kind)


def missing_pages(pages: Iterable[Page]) -> Iterator[str]:
    """Yield a sentence for each answer of which rows are missing, all files taken together."""
    found: Counter[tuple[str, int]] = Counter()
    for page in pages:
        found[page.kind, page.total] += page.rows
    for (kind, total), rows in found.items():
        if rows < total:
            yield f"{rows:,} of {total:,} rows of {kind}: import the other pages too"
