"""The order of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Order"]


class Order(NamedTuple):
    """An order by its name, and whether it is reversed."""

    name: str
    reverse: bool = False

    def words(self, orders: Mapping[str, str]) -> str:
        """Return it as a sentence says it; `orders` has the words of each name."""
        words = orders.get(self.name, "")
        return f"{words}, reversed" if self.reverse else words
