"""Reads the fields of a row by name and type; refuses a wrong one by file, row and field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from core.domain.errors import InvalidInput
from core.domain.json_value import Json, JsonObject
from core.domain.validation import checked_name
from core.domain.values import to_micros
from core.transfer.documents import Position, ResponseRow

__all__ = ["Fields"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object of a row. A field that is missing, null or empty text reads as None."""

    place: Position
    """The row."""
    data: JsonObject
    path: str = ""
    """The path of this object in the row."""

    @classmethod
    def of(cls, row: ResponseRow) -> Fields:
        return cls(row.place, row.data)

    def wrong(self, key: str, why: str) -> NoReturn:
        """Raise `invalid_import` for this field."""
        self.place.refuse(f"{self.path}{key} {why}")

    def text(self, key: str) -> str | None:
        """Return text of 1 to 255 characters."""
        return self._checked_text(key, self.data.get(key))

    def required(self, key: str) -> str:
        """Return text; refuse the row without it."""
        found = self.text(key)
        if found is None:
            self.wrong(key, "is missing")
        return found

    def flag(self, key: str) -> bool | None:
        found = self.data.get(key)
        if found is not None and not isinstance(found, bool):
            self.wrong(key, f"is true or false, not {_shown(found)}")
        return found

    def number(self, key: str) -> int | None:
        found = self.data.get(key)
        if found is not None and type(found) is not int:
            self.wrong(key, f"is a whole number, not {_shown(found)}")
        return found

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Return a list of text."""
        found = self._list(key)
        if found is None:
            return None
        words = (self._checked_text(f"{key}[{index}]", item) for index, item in enumerate(found))
        return tuple(word for word in words if word is not None)

    def objects(self, key: str) -> tuple[Fields, ...] | None:
        """Return a list of objects."""
        found = self._list(key)
        if found is None:
            return None
        objects: list[Fields] = []
        for index, item in enumerate(found):
            if not isinstance(item, dict):
                self.wrong(f"{key}[{index}]", f"is an object, not {_shown(item)}")
            objects.append(Fields(self.place, item, f"{self.path}{key}[{index}]."))
        return tuple(objects)

    def word(self, key: str, meanings: Mapping[str, _T]) -> _T | None:
        """Return the meaning of one of the platform's words."""
        found = self.text(key)
        if found is not None and found not in meanings:
            self.wrong(key, f"is one of {', '.join(meanings)}, not {found!r}")
        return None if found is None else meanings[found]

    def parsed(self, key: str, words: str, parse: Callable[[str], _T]) -> _T:
        """Parse an address, a prefix or ports."""
        try:
            return parse(words)
        except ValueError as problem:
            self.wrong(key, str(problem))

    def moment(self, key: str) -> int | None:
        """Return an ISO-8601 time in microseconds since the epoch, UTC."""
        found = self.text(key)
        if found is None:
            return None
        try:
            moment = datetime.fromisoformat(found)
            return to_micros(moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            self.wrong(key, f"is a time like 2026-03-02T09:11:40Z, not {found!r}")

    def _list(self, key: str) -> list[Json] | None:
        found = self.data.get(key)
        if found is not None and not isinstance(found, list):
            self.wrong(key, f"is a list, not {_shown(found)}")
        return found

    def _checked_text(self, key: str, found: object) -> str | None:
        if found is not None and not isinstance(found, str):
            self.wrong(key, f"is text, not {_shown(found)}")
        try:
            return checked_name(found or None, key)
        except InvalidInput as problem:
            self.wrong(key, f"is refused: {problem.reason}")


def _shown(value: object) -> str:
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:60]}..."
