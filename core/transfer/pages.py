"""Responses that are one page of many: rows that the files lack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from core.domain.json_value import Json

__all__ = ["Page", "complete_kinds", "missing_pages", "pages_of"]


class Page(NamedTuple):
    """A response that names the number of rows of its whole answer."""

    kind: str
    """The action of the platform's API."""
    total: int
    rows: frozenset[str]
    """The keys of its rows; pages may overlap."""


_KEYS: Final = ("eipId", "cidrId", "natGatewayId", "loadBalancerId", "poolId")


def pages_of(value: Json, kind: str) -> Iterator[Page]:
    """Yield every response in a JSON document; `kind` is that of its rows."""
    if isinstance(value, list):
        for item in value:
            yield from pages_of(item, kind)
    elif isinstance(value, dict):
        rows, total = value.get("dataSet"), value.get("totalCount")
        if isinstance(rows, list) and type(total) is int:
            yield Page(kind, total, frozenset(map(_key, rows)))
        yield from pages_of(value.get("response"), kind)


def _key(row: Json) -> str:
    named = (row[name] for name in _KEYS if name in row) if isinstance(row, dict) else ()
    return repr(next(iter(named), row))


def missing_pages(pages: Iterable[Page]) -> Iterator[str]:
    """Yield a sentence for each answer of which rows are missing, all files taken together."""
    for (kind, total), found in _answers(pages).items():
        if found < total:
            yield f"{found:,} of {total:,} rows of {kind}: import the other pages too"


def complete_kinds(pages: Iterable[Page]) -> frozenset[str]:
    """Return the kinds of rows of which every answer is complete; an answer without a number of rows is none."""
    answers = _answers(pages)
    return frozenset(kind for kind, _ in answers) - {kind for (kind, total), found in answers.items() if found < total}


def _answers(pages: Iterable[Page]) -> dict[tuple[str, int], int]:
    """Return the number of rows that were found of each answer, by its kind and its total."""
    found: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for page in pages:
        found[page.kind, page.total] |= page.rows
    return {answer: len(rows) for answer, rows in found.items()}
