"""The settings of the configuration for people and editors: what each has now and from where, and its JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.domain.config import TYPES, Config, config_path, load_config
from core.domain.config_problems import config_line

__all__ = ["Setting", "config_schema", "config_settings"]

_SAYS: Final = {
    "region": "The region when none is named.",
    "regions": "Further regions, each with the ranges of its default pool.",
    "require_customer_pool": "Refuse an allocation that names no pool.",
    "idle_days": "Days after which an EIP that serves nothing is a finding.",
    "runway_days": "A pool with fewer days left is a finding.",
    "roa_file": "Validated ROA payloads as JSON, beside this file unless absolute.",
    "keys": "Keys of the dashboard, by command.",
    "evidence": "Log formats of your own.",
    "display": "The zone of @local in typed times.",
    "views": "Saved views of the EIPs.",
    "start_view": "The saved view that the dashboard begins with.",
}
_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_SHAPES: Final[dict[str, dict[str, Any]]] = {
    "regions": {"type": "object", "additionalProperties": _TEXTS},
    "keys": {"type": "object", "additionalProperties": {"type": "string"}},
    "evidence": {
        "type": "object",
        "properties": {"format": {"type": "array", "items": {"type": "object", "required": ["name", "sample"]}}},
        "additionalProperties": False,
    },
    "views": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"filter": {"type": "string"}, "sort": {"type": "string"}, "columns": _TEXTS},
            "additionalProperties": False,
        },
    },
    "display": {"type": "object", "properties": {"zone": {"type": "string"}}, "additionalProperties": False},
}
_PLAIN: Final[dict[type, dict[str, Any]]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 1},
    dict: {"type": "object"},
}
_FIELDS: Final = {"evidence": "log_formats", "display": "display_zone"}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, its value and where the value comes from."""

    key: str
    value: Any
    source: str
    line: int | None
    """The line of the file; None: not from the file."""


def config_settings(path: Path | None = None) -> list[Setting]:
    """Return every setting of the configuration at `path`, or at the default path.

    Raises:
        EipdeckError: `usage`, when the configuration cannot be used.

    """
    config = load_config(path)
    text = "" if config.path is None else config.path.read_text(encoding="utf-8")
    return [_setting(key, config, text) for key in TYPES]


def _setting(key: str, config: Config, text: str) -> Setting:
    value = getattr(config, _FIELDS.get(key, key))
    line = config_line(text, (key,))
    shown = value if isinstance(value, (str, bool, int, dict, list, tuple)) or value is None else str(value)
    return Setting(key, shown, "default" if line is None else str(config.path), line)


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of `config.toml`."""
    properties = {
        key: {"description": _SAYS[key], **_SHAPES.get(key, _PLAIN[kind])} if key in _SAYS else _PLAIN[kind]
        for key, kind in TYPES.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"eipdeck {config_path().name}",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
