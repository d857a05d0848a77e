"""JSON types of the values that leave the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from inspect import get_annotations
from typing import TYPE_CHECKING, Final, overload

from core.domain.json_value import Json
from core.domain.ports import PortRange
from core.domain.values import Eip, Finding, Verdict, iso

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["FINDING_FIELDS", "json_fields", "to_json"]

FINDING_FIELDS: Final = (
    "id",
    "code",
    "severity",
    "subject",
    "message",
    "remedy",
    "since",
    "accepted_reason",
    "accepted_until",
)
"""The fields of a finding that its JSON has."""


def json_fields(kind: type) -> tuple[str, ...]:
    """Return the names of the fields that the JSON objects of a core type have."""
    return FINDING_FIELDS if kind is Finding else tuple(get_annotations(kind))


@overload
def to_json(value: DataclassInstance | Eip | Verdict) -> dict[str, Json]: ...
@overload
def to_json(value: object) -> Json: ...
def to_json(value: object) -> Json:
    """Return a core value, or a list, tuple or mapping of them, in JSON types."""
    if value is None or type(value) is str or isinstance(value, (int, float)):
        return value
    if isinstance(value, Finding):
        return {name: to_json(getattr(value, name)) for name in FINDING_FIELDS}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (Eip, Verdict)):
        return {name: to_json(item) for name, item in value._asdict().items()}
    if isinstance(value, PortRange):
        return value.first if value.first == value.last else str(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, str):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON")
