"""Keeps the ids that a list has printed, for the shell's completion: mode 0600, offered for a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core import Inventory
from tui.cli.arguments import Settings
from tui.cli.offers import kept_file, profile_database, without_password
from tui.cli.opening import database_of, profile_of
from tui.cli.result import Answer
from tui.terminal.private_file import replace_private

__all__ = ["LISTS", "keeping"]

LISTS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "eips": {"eips": ("address", "id"), "operators": ("allocated_by",)},
    "pools": {"pools": ("id",), "regions": ("region",)},
    "cidrs": {"cidrs": ("cidr",)},
    "services": {"services": ("id",), "nic": ("id",), "nat-gateway": ("id",), "load-balancer": ("id",)},
    "findings": {"findings": ("id",)},
}
"""The kinds of values that each list leaves, with their fields."""
_MOST: Final = 10_000
"""Rows beyond which a list leaves nothing: a part of them would complete to what only that part shares."""


def keeping(verb: str, settings: Settings, inventory: Inventory, answer: Answer) -> Answer:
    """Return the answer of a list; its ids are kept when it has been read, unless the shell finds them in a file."""
    if settings.confined is not None or (inventory.file is not None and verb != "findings"):
        return answer
    profile = profile_of(settings)
    url = database_of(settings) or ("" if profile is None else profile_database(profile))
    if isinstance(answer.value, Iterator):
        return replace(answer, value=_read(answer.value, verb, url))
    _keep(verb, url, answer.value)
    return answer


def _read(items: Iterator[Any], verb: str, url: str) -> Iterator[Any]:
    seen: list[Any] = []
    for item in items:
        if len(seen) <= _MOST:
            seen.append(item)
        yield item
    _keep(verb, url, seen)


def _keep(verb: str, url: str, items: Iterable[Any]) -> None:
    rows = list(items)
    for kind, fields in LISTS[verb].items():
        of_kind = [row for row in rows if kind in (verb, "regions", "operators", getattr(row, "kind", kind))]
        values = {str(value) for row in of_kind for field in fields if (value := getattr(row, field, None))}
        with suppress(OSError):
            _write(Path(kept_file(kind, url)), [without_password(url), *sorted(values if len(rows) <= _MOST else ())])


def _write(path: Path, lines: Sequence[str]) -> None:
    """Write the file anew; a value of several lines is left out."""
    replace_private(path, "\n".join(line for line in lines if "\n" not in line).encode(errors="surrogateescape"))
