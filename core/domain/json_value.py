"""The types of JSON that comes in or goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

__all__ = ["Json", "JsonObject", "UncheckedObject"]

Json: TypeAlias = "str | int | float | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Json]
UncheckedObject: TypeAlias = Mapping[str, Any]
"""A JSON or TOML object as it was read: its reader checks the values, or wrote them itself."""
