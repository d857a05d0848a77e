"""The account as it is now, for one decision: each object is read once."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple, TypeVar

from core.domain.errors import Code, EipdeckError, error
from core.domain.json_value import Json, JsonObject
from core.live.meanings import Failed, Next, next_step
from core.live.reading import Reader

__all__ = ["Call", "Now", "Sent", "Shown", "World", "id_of", "rows_of", "texts_of"]

T = TypeVar("T")


class Shown(Enum):
    """The state of a step on the account."""

    DONE = auto()
    PENDING = auto()
    """The platform is at work on the object."""
    FAILED = auto()
    """The platform gave up in the background."""


class Call(NamedTuple):
    """The call that a step needs."""

    action: str
    body: JsonObject


class Sent(NamedTuple):
    """The call of a step that was sent."""

    at: int
    """In microseconds."""
    body: JsonObject
    answer: JsonObject


class Now(NamedTuple):
    """The state of a step, or the call that it needs."""

    shown: Shown | Call
    row: JsonObject | None = None
    """The EIP."""
    facts: JsonObject | None = None
    """The particulars that the inventory needs."""


class World:
    """Reads of the account, kept for one decision."""

    def __init__(self, reader: Reader, is_known: Callable[[str], bool]) -> None:
        self._reader = reader
        self.is_known = is_known
        """Whether the inventory has an EIP with this id."""
        self._rows: dict[tuple[str, str], JsonObject | None] = {}

    def eip(self, eip_id: str) -> JsonObject | None:
        """Return an EIP; None: there is none."""
        return self._once("eip", eip_id, lambda: next(iter(self._reader.look("DescribeEips", [eip_id])), None))

    def living(self, eip_id: str) -> JsonObject:
        """Return an EIP that has to be there.

        Raises:
            EipdeckError: `eip_not_found`.

        """
        row = self.eip(eip_id)
        if row is None:
            raise error(Code.EIP_NOT_FOUND, f"The account has no EIP {eip_id} any more.", hint="Sync, and look again.")
        return row

    def at(self, address: str) -> JsonObject | None:
        """Return the EIP of an address."""
        return self._once("address", address, lambda: self._at(address))

    def _at(self, address: str) -> JsonObject | None:
        found = self._find("DescribeEips", {"ipAddresses": [address]})
        return next((row for row in found if address in texts_of(row, "publicIpAddresses")), None)

    def named(self, name: str) -> list[JsonObject]:
        """Return the EIPs of exactly this name."""
        return [row for row in self._find("DescribeEips", {"name": name}) if row.get("name") == name]

    def in_cidr(self, cidr_id: str) -> list[JsonObject]:
        """Return EIPs of a CIDR, whatever their state."""
        return self._find("DescribeEips", {"cidrIds": [cidr_id]})

    def cidr(self, cidr_id: str) -> JsonObject | None:
        return self._once("cidr", cidr_id, lambda: next(iter(self._reader.look("DescribeCidrs", [cidr_id])), None))

    def entries(self, gateway_id: str) -> JsonObject | None:
        """Return a gateway with its entries; None: there is none."""
        return self._once("gateway", gateway_id, lambda: self._entries(gateway_id))

    def _entries(self, gateway_id: str) -> JsonObject | None:
        try:
            return self._reader.read("DescribeNatGatewayDetail", {"natGatewayId": gateway_id})
        except Failed as failed:
            if next_step(failed) is Next.GONE:
                return None
            raise

    def _find(self, name: str, fields: JsonObject) -> list[JsonObject]:
        return rows_of(self._reader.read(name, {**fields, "pageSize": 1000, "pageNum": 1}), "dataSet")

    def _once(self, kind: str, key: str, read: Callable[[], JsonObject | None]) -> JsonObject | None:
        if (kind, key) not in self._rows:
            self._rows[kind, key] = read()
        return self._rows[kind, key]


def rows_of(row: JsonObject, key: str) -> list[JsonObject]:
    """Return the objects of a list in a row."""
    found = row.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def texts_of(row: JsonObject, key: str) -> list[str]:
    """Return the texts of a list in a row."""
    found: Json = row.get(key)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def id_of(about: JsonObject, key: str = "eipId") -> str:
    """Return a text that the particulars of a step have."""
    return str(about[key])


def refused(code: Code, words: str, **details: object) -> EipdeckError:
    """Return a refusal before anything was sent."""
    return error(code, words, hint="Sync, and look at it again.", details=details)
