"""The JSON Schema of the configuration, with what the dashboard and the profiles know beside the core."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from core import config_schema, profile_settings
from tui.commands.registry import BY_ID
from tui.panes.eips import ORDERS
from tui.screen.keymap import remappable
from tui.wording.columns import Around
from tui.wording.tables import EIPS

__all__ = ["full_schema"]

_JSON_TYPES: Final[dict[type, dict[str, Any]]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 1},
}


def full_schema() -> dict[str, Any]:
    """Return the schema: an editor completes the settings of profiles, the commands, the orders and the columns."""
    schema = deepcopy(config_schema())
    properties = schema["properties"]
    properties["profiles"] |= {"additionalProperties": _profile()}
    properties["keys"] |= {
        "properties": {name: {"type": "string", "description": BY_ID[name].help} for name in remappable()},
        "additionalProperties": False,
    }
    view = properties["views"]["additionalProperties"]["properties"]
    titles = [column.title for column in EIPS.pane(Around())]
    view["sort"] = {"enum": list(ORDERS)}
    view["columns"] = {"type": "array", "items": {"enum": titles}}
    return schema


def _profile() -> dict[str, Any]:
    settings: dict[str, Any] = {name: dict(_JSON_TYPES[kind]) for name, kind in profile_settings().items()}
    for name in ("key", "token", "proxy"):
        settings[name] |= {"pattern": "^(env|file|keyring):.", "description": "Where it is, not the secret itself."}
    either = [{"required": ["token"]}, {"required": ["key", "key_id"]}]
    return {"type": "object", "properties": settings, "additionalProperties": False, "oneOf": either}
