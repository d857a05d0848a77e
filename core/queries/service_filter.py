"""Turns a filter of services into an SQL condition with bound values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from core.domain.errors import Code, error
from core.domain.filters import InvalidFilter, Word, filter_words
from core.domain.values import ServiceKind
from core.storage.connection import Value

__all__ = ["service_condition"]

_KINDS: Final = {
    **dict.fromkeys(("nic", "interface"), ServiceKind.NIC),
    **dict.fromkeys(("nat-gateway", "nat_gateway", "gateway", "snat", "dnat"), ServiceKind.NAT_GATEWAY),
    **dict.fromkeys(("load-balancer", "load_balancer", "balancer", "lb"), ServiceKind.LOAD_BALANCER),
}
_STATES: Final = {
    "missing": "s.missing_since IS NOT NULL",
    "idle": "NOT EXISTS (SELECT 1 FROM binding b WHERE b.service_id = s.id AND b.unbound_at IS NULL)",
    "problem": "s.id IN :troubled",
}


def service_condition(words: str, troubled: Collection[str]) -> tuple[str, dict[str, Value]]:
    """Return the WHERE condition of a filter over `service s`, and its values.

    Raises:
        EipdeckError: `invalid_filter`.

    """
    values: dict[str, Value] = {"troubled": list(troubled)}
    parts = []
    try:
        for place, word in enumerate(filter_words(words)):
            part = _PARTS.get(word.key or "", _unknown)(word, f"t{place}", values)
            parts.append(f"NOT ({part})" if word.negated else f"({part})")
    except InvalidFilter as problem:
        raise error(Code.INVALID_FILTER, str(problem)) from problem
    return " AND ".join(parts) or "TRUE", values


def _text(word: Word, name: str, values: dict[str, Value]) -> str:
    escaped = word.value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values[name] = f"%{escaped}%"
    columns = ("s.id", "coalesce(s.name, '')", "s.private_ips", "s.subnets")
    return " OR ".join(f"{column} LIKE :{name} ESCAPE '\\'" for column in columns)


def _kind(word: Word, name: str, values: dict[str, Value]) -> str:
    if word.value not in _KINDS:
        raise InvalidFilter(f"kind: takes {', '.join(_KINDS)}, not {word.value}.")
    values[name] = _KINDS[word.value].value
    return f"s.kind = :{name}"


def _region(word: Word, name: str, values: dict[str, Value]) -> str:
    values[name] = word.value
    return f"s.region = :{name}"


def _is(word: Word, _name: str, _values: dict[str, Value]) -> str:
    if word.value not in _STATES:
        raise InvalidFilter(f"is: takes {', '.join(_STATES)}, not {word.value}.")
    return _STATES[word.value]


def _unknown(word: Word, _name: str, _values: dict[str, Value]) -> str:
    raise InvalidFilter(f"{word.key}: is not a key of the Services; known here: kind:, region:, is:.")


_PARTS: Final[Mapping[str, Callable[[Word, str, dict[str, Value]], str]]] = {
    "": _text,
    "kind": _kind,
    "region": _region,
    "is": _is,
}
