"""Rows that are refused: the whole import with them, or each alone, while the others go on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from core.domain.errors import EipdeckError, InvalidInput
from core.transfer.documents import Position
from core.transfer.zenlayer.fields import Fields
from core.transfer.zenlayer.given import GivenCidr, GivenEip, GivenPool, GivenService

__all__ = ["Refusals", "SetAside"]

_G = TypeVar("_G", GivenPool, GivenCidr, GivenEip, GivenService)
_K = TypeVar("_K", bound=Hashable)
_T = TypeVar("_T")


class SetAside(NamedTuple):
    """A row that is refused while the others go on."""

    place: Position
    why: str


@dataclass(frozen=True, slots=True)
class Refusals:
    """What becomes of a row that is refused."""

    aside: list[SetAside] | None
    """None: the whole import is refused."""

    def read(self, reading: Callable[[Fields], _T], rows: Iterable[Fields]) -> Iterator[_T]:
        """Yield what the rows say."""
        for row in rows:
            try:
                yield reading(row)
            except InvalidInput as problem:
                self._put(row.place, problem)

    def once(self, given: Iterable[_G], same: str, key: Callable[[_G], _K]) -> dict[_K, _G]:
        """Return each object once. Pages may overlap; two rows of one object must be equal."""
        found: dict[_K, _G] = {}
        for each in given:
            before = found.setdefault(key(each), each)
            if before != each:
                problem = each.place.wrong(f"it contradicts {before.place}, which has the same {same}")
                self._put(each.place, problem)
        return found

    def _put(self, place: Position, problem: EipdeckError) -> None:
        if self.aside is None:
            raise problem
        self.aside.append(SetAside(place, problem.reason.removeprefix(f"{place}: ")))
