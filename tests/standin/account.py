"""An account of the platform in memory: what its API answers, and what its console does."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.standin.changes import Refusal, change, found

__all__ = ["Account", "Refusal", "Row", "stamped"]

Row = dict[str, Any]

_IDS = {"pools": "poolId", "cidrs": "cidrId", "eips": "eipId", "gateways": "natGatewayId", "nics": "nicId"}
_LISTS = {
    "DescribePools": ("pools", "poolIds"),
    "DescribeCidrs": ("cidrs", "cidrIds"),
    "DescribeEips": ("eips", "eipIds"),
    "DescribeNatGateways": ("gateways", "natGatewayIds"),
    "DescribeLoadBalancers": ("balancers", "loadBalancerIds"),
    "DescribeNetworkInterfaces": ("nics", "nicIds"),
}


@dataclass
class Account:
    """Its objects by id, in the order in which pages have them; and how it behaves."""

    pools: dict[str, Row] = field(default_factory=dict)
    cidrs: dict[str, Row] = field(default_factory=dict)
    eips: dict[str, Row] = field(default_factory=dict)
    gateways: dict[str, Row] = field(default_factory=dict)
    details: dict[str, Row] = field(default_factory=dict)
    balancers: dict[str, Row] = field(default_factory=dict)
    nics: dict[str, Row] = field(default_factory=dict)
    group: str = "rg-default"

    denied: set[str] = field(default_factory=set)
    """Actions that the key may not use."""
    recycle_bin: bool = False
    hidden_reads: int = 0
    """Lists that a new EIP is missing from, though a look-up by id has it."""
    shuffled: random.Random | None = None
    """Pages in another order each time."""
    late_reads: int = 0
    """Lists of EIPs until a change shows."""
    gives_up: bool = False
    """A change of bandwidth fails in the background."""
    grants: str | None = None
    """The address that is granted, whichever was asked for, out of no CIDR."""
    elsewhere: set[str] = field(default_factory=set)
    """Addresses that somebody has whom the key does not see."""
    promised: set[str] = field(default_factory=set)
    """Addresses of EIPs that are being made."""
    made: int = 0
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    before_page: Callable[[str, int], None] = lambda *_: None
    """Called before a page is answered: what somebody else does in between."""
    calls: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    """The changes that were made, by action; a repeated one counts again."""
    _hidden: dict[str, int] = field(default_factory=dict)
    _later: list[tuple[int, Callable[[], object]]] = field(default_factory=list)

    def answer(self, action: str, body: Row) -> Row:
        """The response to a call."""
        self.calls[action] += 1
        if action in self.denied:
            raise Refusal(403, "AUTHFAILURE_UNAUTHORIZED_OPERATION")
        if action in _LISTS:
            return self._page(action, body)
        if action == "DescribeNatGatewayDetail":
            detail = self.details.get(body["natGatewayId"])
            if detail is None:
                raise Refusal(404, "INVALID_NAT_NOT_FOUND")
            return detail
        if action == "DescribeResourceGroups":
            return {"resourceGroups": [{"resourceGroupId": self.group, "name": "Default Resource Group"}]}
        answer, make = change(self, action, body)
        self.changed[action] += 1
        if self.late_reads:
            self._later.append((self.late_reads, make))
        else:
            make()
        return answer

    def _page(self, action: str, body: Row) -> Row:
        name, ids = _LISTS[action]
        size, number = body.get("pageSize", 20), body.get("pageNum", 1)
        if not 1 <= size <= 1000:
            raise Refusal(400, "INVALID_PARAMETER_EXCEED_MAXIMUM")
        self.before_page(action, number)
        if action == "DescribeEips":
            self._ripen()
        rows: list[Row] = list(getattr(self, name).values())
        if name == "eips":
            rows = _filtered(rows, body)
        if body.get(ids):
            rows = [row for row in rows if row[_key(name)] in body[ids]]
        elif "ipAddresses" in body:
            pass
        else:
            rows = [row for row in rows if not self._hides(name, row)]
        if body.get("regionId"):
            rows = [row for row in rows if row.get("regionId") == body["regionId"]]
        if self.shuffled is not None:
            self.shuffled.shuffle(rows)
        return {"totalCount": len(rows), "dataSet": rows[(number - 1) * size : number * size]}

    def _ripen(self) -> None:
        """Make the changes whose time has come."""
        waiting, self._later = self._later, []
        for left, make in waiting:
            if left > 1:
                self._later.append((left - 1, make))
            else:
                make()

    def _hides(self, name: str, row: Row) -> bool:
        left = self._hidden.get(row[_key(name)], 0) if name == "eips" else 0
        if left:
            self._hidden[row["eipId"]] = left - 1
        return left > 0

    def _eip(self, eip_id: str) -> Row:
        return found(self, eip_id)

    def stamp(self) -> str:
        """The time now, as the API has it."""
        return stamped(self.clock())

    def cidr(self, cidr_id: str, block: str, **more: Any) -> Row:
        """A customer CIDR in a pool of its own, unless told otherwise."""
        pool = more.get("poolId", f"pool-{cidr_id}")
        row = {
            "cidrId": cidr_id,
            "cidrBlock": block,
            "poolId": pool,
            "regionId": "asia-east-1",
            "source": "BYOIP",
            "networkLineType": "PremiumBGP",
            "asn": 64500,
            "status": "AVAILABLE",
            "createTime": "2026-01-05T08:00:00Z",
            "availableCount": 250,
            **more,
        }
        self.cidrs[cidr_id] = row
        if pool is not None and row["source"] == "BYOIP":
            region = row["regionId"]
            self.pools.setdefault(pool, {"poolId": pool, "name": f"{cidr_id} pool", "regionId": region})
        return row

    def eip(self, eip_id: str, address: str, cidr_id: str | None = None, **more: Any) -> Row:
        """An EIP that is bound to nothing."""
        source = self.cidrs[cidr_id]["source"] if cidr_id else "CONSOLE"
        row = {
            "eipId": eip_id,
            "name": eip_id,
            "regionId": "asia-east-1",
            "status": "UNBIND",
            "publicIpAddresses": [address],
            "prefixLength": 32,
            "cidrId": cidr_id or "",
            "isCustomized": source == "BYOIP",
            "bandwidth": 10,
            "createTime": "2026-02-01T10:00:00Z",
            "associatedType": None,
            "associatedId": None,
            "privateIpAddress": None,
            "operationInfo": None,
            **more,
        }
        self.eips[eip_id] = row
        self._hidden[eip_id] = self.hidden_reads
        return row

    def bind(self, eip_id: str, kind: str, service: str, private_ip: str | None = None) -> None:
        """What the console does with "associate"."""
        self._eip(eip_id).update(
            status="BINDED", associatedType=kind, associatedId=service, privateIpAddress=private_ip
        )

    def unbind(self, eip_id: str) -> None:
        self._eip(eip_id).update(status="UNBIND", associatedType=None, associatedId=None, privateIpAddress=None)

    def gateway(self, gateway_id: str, *, eips: list[str], snats: list[Row], dnats: list[Row]) -> None:
        """A NAT gateway with its entries."""
        row = {"natGatewayId": gateway_id, "name": gateway_id, "regionId": "asia-east-1", "status": "RUNNING"}
        self.gateways[gateway_id] = {**row, "eipIds": eips}
        self.details[gateway_id] = {**row, "snats": snats, "dnats": dnats}
        for eip_id in eips:
            self.bind(eip_id, "NAT", gateway_id)

    def interface(self, nic_id: str, *private_ips: str) -> None:
        row = {"nicId": nic_id, "name": nic_id, "regionId": "asia-east-1", "privateIpList": list(private_ips)}
        self.nics[nic_id] = row

    def balancer(self, balancer_id: str, *addresses: str) -> None:
        self.balancers[balancer_id] = {
            "loadBalancerId": balancer_id,
            "loadBalancerName": "shop",
            "regionId": "asia-east-1",
            "publicIpAddress": list(addresses),
            "privateIpAddress": ["10.0.9.1"],
        }

    def delete(self, eip_id: str) -> None:
        """What the console does with "release": gone, or first into the recycle bin."""
        row = self._eip(eip_id)
        if row["status"] not in ("UNBIND", "RECYCLED"):
            raise Refusal(400, "OPERATION_DENIED_EIP_IS_NOT_UN_ASSIGN")
        if self.recycle_bin and row["status"] == "UNBIND":
            row["status"] = "RECYCLED"
        else:
            del self.eips[eip_id]


def _filtered(rows: list[Row], body: Row) -> list[Row]:
    """The EIPs that the other filters let through; that of names is fuzzy."""
    if "ipAddresses" in body:
        rows = [row for row in rows if row["publicIpAddresses"][0] in body["ipAddresses"]]
    if "cidrIds" in body:
        rows = [row for row in rows if row["cidrId"] in body["cidrIds"]]
    return [row for row in rows if body.get("name", "") in row["name"]]


def _key(name: str) -> str:
    return _IDS.get(name, "loadBalancerId")


def stamped(moment: datetime) -> str:
    """A time as the API has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
