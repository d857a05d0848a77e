"""An inventory seeded with an incident, for the demo, the screenshots and many tests.

Three customer CIDRs (hk-edge nearly full, hk-legacy draining, hk-spare roomy) and the default pool of one region;
347 EIPs with two years of history, made by the verbs that an operator uses; three landings in the default pool, one
of them in front of the shop; an SNAT that mixes owners; one idle EIP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from core.domain.config import Config
from core.domain.requests import (
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BindRequest,
    DrainRequest,
    PoolSettingsRequest,
    ReleaseRequest,
    Request,
    ReserveRequest,
    UnbindRequest,
)
from core.domain.values import BindingKind, ServiceKind
from core.operations.executor import Executor
from core.storage.opening import open_store

__all__ = ["seed_demo"]

_DAY: Final = timedelta(days=1)
_SUBNETS: Final = ("10.0.8.0/24", "10.0.9.0/24", "10.0.10.0/24")

_SHARED: Final = tuple(number for number in range(1, 61) if number != 31)
"""The web servers that share the customer addresses; web-31 has only an EIP that landed."""

_Step = Callable[[Executor], object]


@dataclass(frozen=True, slots=True)
class _Moment:
    days_ago: float
    operator: str
    do: _Step


def seed_demo(url: str, now: datetime) -> None:
    """Write the incident into the empty database at `url`, as it stands at `now` (UTC)."""
    store = open_store(url)
    try:
        clock, number = now, count(1)
        people = {
            name: Executor(store, lambda: clock, name, Config(), read_only=False, new_id=lambda: f"demo-{next(number)}")
            for name in ("alice", "bob", "carol")
        }
        for moment in sorted(_story(), key=lambda each: -each.days_ago):
            clock = now - moment.days_ago * _DAY
            moment.do(people[moment.operator])
    finally:
        store.close()


def _story() -> Iterator[_Moment]:
    yield from _services()
    yield from _legacy()
    yield from _edge()
    yield from _spare()
    yield from _default()


def _asked(days: float, operator: str, request: Request[object]) -> _Moment:
    return _Moment(days, operator, lambda who: who.carry_out(request))


def _cidr(days: float, cidr: str, pool: str) -> Iterator[_Moment]:
    add = AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500, pool_id=pool, reason="J-100")
    activate = ActivateRequest(cidr=cidr, reason="J-100: onboarding done, announcement seen")
    yield _asked(days, "carol", add)
    yield _asked(days - 1, "carol", activate)


def _services() -> Iterator[_Moment]:
    targets = [
        AddServiceRequest(
            kind=ServiceKind.NAT_GATEWAY, service_id="nat-1", name="hk-nat", subnets=_SUBNETS, reason="J-101"
        ),
        AddServiceRequest(
            kind=ServiceKind.NAT_GATEWAY,
            service_id="nat-2",
            name="hk-nat-b",
            subnets=("10.0.20.0/24",),
            reason="J-101",
        ),
        _nic("old-01", "old-01", ("10.4.0.20",)),
        _nic("lab-02", "lab-02", ("10.9.0.2",)),
    ]
    balancers = (
        "shop shop-front",
        "pay pay-front",
        "old legacy-api",
        "api api-front",
        "img images",
        "dl downloads",
    )
    for words in balancers:
        name, _, front = words.partition(" ")
        targets.append(
            AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id=f"lb-{name}", name=front, reason="J-101")
        )
    for number in range(1, 61):
        addresses = tuple(f"10.0.{block}.{number}" for block in range(1, 8))
        targets.append(_nic(f"nic-{number:02}", f"web-{number:02}", addresses))
    for target in targets:
        yield _asked(800, "carol", target)


def _nic(service_id: str, name: str, private_ips: tuple[str, ...]) -> AddServiceRequest:
    return AddServiceRequest(
        kind=ServiceKind.NIC, service_id=service_id, name=name, private_ips=private_ips, reason="J-101"
    )


def _held(
    days: float,
    operator: str,
    address: str,
    pool: str | None,
    *,
    name: str,
    reason: str,
    default: bool = False,
    mbps: int = 100,
) -> _Moment:
    request = AllocationRequest(
        pool_id=pool, default=default, address=address, name=name, bandwidth_mbps=mbps, reason=reason
    )
    return _asked(days, operator, request)


def _batch(days: float, pool: str, count: int, reason: str) -> _Moment:
    request = AllocationRequest(pool_id=pool, count=count, name="web-out", bandwidth_mbps=100, reason=reason)
    return _asked(days, "alice", request)


def _on_nic(days: float, address: str, number: int) -> _Moment:
    """Bind to the next private address of the web servers, in turn."""
    server, block = _SHARED[number % len(_SHARED)], number // len(_SHARED) + 1
    return _on(days, "alice", address, f"nic-{server:02}", f"10.0.{block}.{server}")


def _on(days: float, operator: str, address: str, nic: str, private_ip: str) -> _Moment:
    request = BindRequest(eip=address, kind=BindingKind.NIC, service_id=nic, private_ip=private_ip, reason="J-300")
    return _asked(days, operator, request)


def _front(days: float, operator: str, address: str, balancer: str, reason: str) -> _Moment:
    request = BindRequest(eip=address, kind=BindingKind.LOAD_BALANCER, service_id=balancer, reason=reason)
    return _asked(days, operator, request)


def _leaving(days: float, operator: str, address: str, gateway: str, sources: tuple[str, ...]) -> _Moment:
    request = BindRequest(eip=address, kind=BindingKind.SNAT, service_id=gateway, sources=sources, reason="J-377")
    return _asked(days, operator, request)


def _coming(days: float, address: str, gateway: str, port: str, private_ip: str) -> _Moment:
    request = BindRequest(
        eip=address,
        kind=BindingKind.DNAT,
        service_id=gateway,
        private_ip=private_ip,
        protocol="tcp",
        port=port,
        reason="J-410",
    )
    return _asked(days, "alice", request)


def _legacy() -> Iterator[_Moment]:
    yield from _cidr(730, "198.51.100.0/24", "hk-legacy")
    yield _held(702, "carol", "198.51.100.20", "hk-legacy", name="old-01-out", reason="J-110")
    yield _on(701.9, "carol", "198.51.100.20", "old-01", "10.4.0.20")
    yield _held(690, "carol", "198.51.100.21", "hk-legacy", name="legacy-api", reason="J-112")
    yield _front(689.9, "carol", "198.51.100.21", "lb-old", "J-112")
    yield _held(530, "bob", "198.51.100.77", "hk-legacy", name="never-used", reason="J-190")
    yield _batch(600, "hk-legacy", 20, "J-120")
    gone = tuple(f"198.51.100.{last}" for last in range(20))
    release = ReleaseRequest(eips=gone, reason="J-500: moved to hk-edge")
    yield _asked(380, "bob", release)
    drain = DrainRequest(cidr="198.51.100.0/24", reason="J-640")
    yield _asked(12, "bob", drain)


def _edge() -> Iterator[_Moment]:
    """Allocate 253 addresses and release two of them today: two free, two cooling, one reserved."""
    yield from _cidr(400, "203.0.113.0/24", "hk-edge")
    gateway = ReserveRequest(cidr="203.0.113.0/24", first="203.0.113.0", reason="the routers' anycast test")
    yield _asked(398, "carol", gateway)
    cooldown = PoolSettingsRequest(pool_id="hk-edge", cooldown_seconds=86_400, reason="J-202")
    yield _asked(398, "carol", cooldown)
    named = {9, 13, 17}
    yield _held(140, "carol", "203.0.113.9", "hk-edge", name="web-05-out", reason="J-201")
    yield _on(140, "carol", "203.0.113.9", "nic-05", "10.0.7.5")
    yield _asked(139.5, "carol", UnbindRequest(eip="203.0.113.9", reason="J-201"))
    yield _held(211, "alice", "203.0.113.17", "hk-edge", name="hk-nat-out", reason="J-377", mbps=200)
    yield _leaving(211, "alice", "203.0.113.17", "nat-1", _SUBNETS[:2])
    yield _held(211, "alice", "203.0.113.13", "hk-edge", name="hk-nat-in", reason="J-378")
    yield _coming(211, "203.0.113.13", "nat-1", "443", "10.0.8.10")
    plain = [last for last in range(1, 254) if last not in named]
    for place, last in enumerate(plain):
        early = place < len(plain) - 56
        days = 390 - place if early else 28.5 - (place - (len(plain) - 56)) / 2
        address = f"203.0.113.{last}"
        yield _held(days, "alice", address, "hk-edge", name=f"web-{place % 60 + 1:02}-out", reason="J-205")
        yield _on_nic(days, address, place)
    for hours, last in ((6, 252), (3, 253)):
        release = ReleaseRequest(eips=(f"203.0.113.{last}",), unbind=True, reason="J-899")
        yield _asked(hours / 24, "bob", release)


def _spare() -> Iterator[_Moment]:
    yield from _cidr(150, "192.0.2.0/24", "hk-spare")
    for last in range(88):
        early = last < 64
        days = 120 - last * 0.9 if early else 29 - (last - 64) * 1.2
        address = f"192.0.2.{last}"
        yield _held(days, "alice", address, "hk-spare", name=f"spare-{last:02}", reason="J-700")
        if last == 2:
            yield _front(days, "alice", address, "lb-pay", "J-702")
        elif last == 3:
            for port in ("443", "8443", "8000-8010"):
                yield _coming(days, address, "nat-2", port, "10.0.20.20")
        else:
            yield _on_nic(days, address, 260 + last)


def _default() -> Iterator[_Moment]:
    yield _held(88, "bob", "198.18.0.8", None, name="nat-burst", reason="J-600", default=True)
    yield _leaving(88, "bob", "198.18.0.8", "nat-1", ("0.0.0.0/0",))
    yield _held(88, "bob", "198.18.0.7", None, name="lab", reason="J-601", default=True)
    yield _on(88, "bob", "198.18.0.7", "lab-02", "10.9.0.2")
    yield _held(9, "bob", "198.18.0.6", None, name="web-31-b", reason="J-790")
    yield _on(9, "bob", "198.18.0.6", "nic-31", "10.0.3.31")
    yield _held(2, "bob", "198.18.0.5", None, name="shop-front-vip", reason="J-812", mbps=500)
    yield _front(1.99, "bob", "198.18.0.5", "lb-shop", "J-812")
    yield _held(1, "bob", "198.18.0.9", None, name="spare-vip", reason="J-813")
