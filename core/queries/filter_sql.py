"""Turns a filter into an SQL condition on EIPs with bound values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from core.domain.filters import Filter, Term, spellings
from core.storage.connection import Value

__all__ = ["Condition", "condition_of"]


_Values: TypeAlias = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Condition:
    """A WHERE condition over `eip e JOIN pool p`, and its values."""

    where: str
    values: _Values
    everything: bool
    """Whether it holds for every live EIP."""
    released: bool
    """Whether it holds for released EIPs too, so that an address can come several times."""


_LIVE: Final = "e.released_at IS NULL"
_SHOWN: Final = "b.eip_id = e.id AND (b.unbound_at IS NULL OR b.unbound_at = e.released_at)"
"""The bindings that an EIP shows: the live ones, of a released EIP those it ended with."""


def condition_of(chosen: Filter, now: int, problems: Sequence[int], few: list[int] | None = None) -> Condition:
    """Return the condition of a filter; it holds for live EIPs alone unless the filter names released ones.

    Args:
        chosen: the filter.
        now: microseconds since the epoch, UTC.
        problems: addresses of the EIPs that a finding is about.
        few: the only EIPs (`seq`) that can match, where that is known.

    """
    values: _Values = {}
    parts = [] if chosen.released else [_LIVE]
    for place, term in enumerate(chosen.terms):
        condition = _CONDITIONS[term.key](term, f"t{place}", values, _Given(now, problems))
        parts.append(f"NOT ({condition})" if term.negated else f"({condition})")
    if few is not None:
        values["few"] = few
        parts.append("e.seq IN :few")
    return Condition(" AND ".join(parts) or "TRUE", values, not chosen.terms, chosen.released)


@dataclass(frozen=True, slots=True)
class _Given:
    now: int
    problems: Sequence[int]


def _text(term: Term, name: str, values: _Values, _: _Given) -> str:
    return " OR ".join(
        _like(spelling, f"{name}_{place}", values) for place, spelling in enumerate(spellings(term.value))
    )


def _like(text: str, name: str, values: _Values) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values[name] = f"%{escaped}%"
    like = f"LIKE :{name} ESCAPE '\\'"
    dotted = " || '.' || ".join(f"(e.address >> {bits} & 255)" for bits in (24, 16, 8, 0))
    return (
        f"coalesce(e.name, '') {like} OR e.id {like} OR ({dotted}) {like} OR EXISTS (SELECT 1 FROM binding b"
        f" JOIN service s ON s.id = b.service_id WHERE {_SHOWN}"
        f" AND (s.id {like} OR coalesce(s.name, '') {like}))"
    )


def _within(term: Term, name: str, values: _Values, _: _Given) -> str:
    values[f"{name}a"], values[f"{name}z"] = term.first, term.last
    return f"e.address BETWEEN :{name}a AND :{name}z"


def _state(term: Term, name: str, values: _Values, given: _Given) -> str:
    if term.value == "cooling":
        values[name] = given.now
        return (
            f"e.status = 'released' AND e.ready_at > :{name} AND (EXISTS (SELECT 1 FROM cooling k"
            " WHERE k.pool_id = e.pool_id AND k.address = e.address AND k.ready_at = e.ready_at)"
            " OR EXISTS (SELECT 1 FROM pool o JOIN cooling k ON k.pool_id = o.id"
            " WHERE k.address = e.address AND k.ready_at = e.ready_at))"
        )
    return f"e.status = '{term.value}'"


def _equal(column: str) -> Callable[[Term, str, _Values, _Given], str]:
    def condition(term: Term, name: str, values: _Values, _: _Given) -> str:
        values[name] = term.value
        return f"{column} = :{name}"

    return condition


def _serving(column: str) -> Callable[[Term, str, _Values, _Given], str]:
    def condition(term: Term, name: str, values: _Values, _: _Given) -> str:
        values[name] = list(spellings(term.value))
        return (
            "EXISTS (SELECT 1 FROM binding b JOIN service s ON s.id = b.service_id"
            f" WHERE {_SHOWN} AND {column.replace('?', f':{name}')})"
        )

    return condition


def _age(term: Term, name: str, values: _Values, given: _Given) -> str:
    values[name] = given.now - term.seconds * 1_000_000
    return f"e.allocated_at {'<' if term.value == '>' else '>'} :{name}"


_RECYCLED: Final = (
    "e.released_at IS NULL AND EXISTS (SELECT 1 FROM mirror_row r WHERE r.kind = 'DescribeEips'"
    " AND r.platform_id = e.id AND r.subject = 'RECYCLED')"
)


def _is(term: Term, name: str, values: _Values, given: _Given) -> str:
    if term.value == "landed":
        return "e.landed_in_default AND e.released_at IS NULL"
    if term.value == "idle":
        return "e.status = 'unbound'"
    if term.value == "recycled":
        return _RECYCLED
    values[name] = list(given.problems)
    return f"e.address IN :{name} AND e.released_at IS NULL"


_CONDITIONS: Final[dict[str, Callable[[Term, str, _Values, _Given], str]]] = {
    "text": _text,
    "within": _within,
    "own": lambda term, *_: f"e.customer_owned = {'TRUE' if term.value == 'yes' else 'FALSE'}",
    "state": _state,
    "pool": _equal("e.pool_id"),
    "cidr": _within,
    "region": _equal("p.region"),
    "kind": _serving("b.kind IN ?"),
    "service": _serving("(s.id IN ? OR s.name IN ?)"),
    "age": _age,
    "by": _equal("e.allocated_by"),
    "is": _is,
}
