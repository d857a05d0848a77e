"""Declares which columns a kind of row reads; a test compares the declarations with the tables.

A field is the column of its name in the first of the row's tables that has it. A field of another name, or one whose
NULLs the statement adds or excludes, names its column: `Annotated[str, "cidr.cidr"]`. `COMPUTED` marks an expression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

__all__ = ["COMPUTED", "ROWS", "reads"]

R = TypeVar("R", bound=type[NamedTuple])

COMPUTED: Final = "computed"
ROWS: Final[dict[type[NamedTuple], tuple[str, ...]]] = {}
"""Every kind of row that has been imported, with its tables."""


def reads(*tables: str) -> Callable[[R], R]:
    """Declare the tables that a kind of row reads."""

    def declare(row: R) -> R:
        ROWS[row] = tables
        return row

    return declare
