"""The commands that change something; each is one request to the platform."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    Allocation,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    Cidr,
    Code,
    DrainRequest,
    Eip,
    EipStatus,
    Inventory,
    PoolOrder,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    ReserveRequest,
    Restored,
    RetireRequest,
    ServiceKind,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
    error,
    filter_term,
    iso,
    option,
    shell_command,
)
from tui.cli.result import Answer, Verb, confirmed, percent, sure, whole
from tui.wording.tables import CIDRS, EIPS, FINDINGS, IMPORTED, POOLS, RESTORED, SERVICES, served

__all__ = ["WRITES"]

_LANDED: Final = "landed_in_default_pool"
_LANDED_CODE: Final = 3


def _why(args: argparse.Namespace) -> dict[str, Any]:
    return {"reason": args.reason, "request_id": args.request_id}


def _allocation(done: Allocation, *said: str) -> Answer:
    """The answer to what gave new EIPs; a landing has an exit code of its own, and a way out."""
    warnings = tuple(f"warning: {each.message}" for each in done.warnings)
    landed = any(each.code == _LANDED for each in done.warnings)
    if landed:
        said = (*said, f"next: eipdeck rehome {done.eips[0].address} --pool ID --yes")
    return Answer(done, EIPS, done.eips, (*warnings, *said), _LANDED_CODE if landed else 0)


def _count(eips: tuple[Eip, ...] | list[Eip]) -> str:
    return f"{len(eips):,} EIP{'' if len(eips) == 1 else 's'}"


def _allocate(inventory: Inventory, args: argparse.Namespace) -> Answer:
    mbps = None if args.bandwidth is None else whole(args.bandwidth, Code.INVALID_BANDWIDTH, "cap in Mbps")
    request = AllocationRequest(
        pool_id=args.pool,
        default=args.default,
        region=args.region,
        address=args.address,
        count=whole(args.count, Code.INVALID_COUNT, "count"),
        name=args.name,
        bandwidth_mbps=mbps,
        **_why(args),
    )
    if args.dry_run:
        return _allocation(inventory.preview(request), "dry run: nothing was allocated")
    done = inventory.execute(request)
    return _allocation(done, f"allocated {_count(done.eips)} from {done.eips[0].pool_id}")


def _rehome(inventory: Inventory, args: argparse.Namespace) -> Answer:
    seen = None
    if not confirmed(args):
        seen = inventory.eip(args.eip)
        after = "stays until it is released" if args.keep else "is released"
        sure(
            f"Move {seen.address} ({_serving(seen)}) to pool {args.pool}. Its public address changes, so DNS and"
            f" allow-lists must follow; {seen.address} {after}."
        )
    request = RehomeRequest(
        eip=args.eip, pool_id=args.pool, address=args.address, keep=args.keep, expected=seen, **_why(args)
    )
    done = inventory.execute(request)
    new = done.eips[0]
    old = f"{args.eip} was kept" if args.keep else f"{args.eip} was released"
    return _allocation(
        done, f"{new.address} {_serving(new)}; {old}", f"next: point DNS and allow-lists to {new.address}"
    )


def _serving(eip: Eip) -> str:
    if eip.status is EipStatus.RELEASED:
        return "is released"
    return f"serves {served(eip)}" if eip.bindings else "serves nothing"


def _recover(inventory: Inventory, args: argparse.Namespace) -> Answer:
    done = inventory.execute(RecoverRequest(address=args.address, **_why(args)))
    new = done.eips[0]
    return _allocation(done, f"recovered {new.address} as {new.id}, which was {new.previous_eip_id}")


def _eips(eips: list[Eip], *said: str) -> Answer:
    return Answer(eips, EIPS, said=said)


_TARGETS: Final = {
    "nic": (BindingKind.NIC, ("private_ip",)),
    "snat": (BindingKind.SNAT, ("source",)),
    "dnat": (BindingKind.DNAT, ("private_ip", "protocol", "port", "to_port")),
    "load_balancer": (BindingKind.LOAD_BALANCER, ()),
}


def _bind(inventory: Inventory, args: argparse.Namespace) -> Answer:
    target = next(name for name in _TARGETS if getattr(args, name) is not None)
    kind, takes = _TARGETS[target]
    for given in ("private_ip", "source", "protocol", "port", "to_port"):
        if getattr(args, given) and given not in takes:
            words = given.replace("_", "-")
            raise error(Code.USAGE, f"--{words} does not belong to --{target.replace('_', '-')}.", hint="Leave it out.")
    request = BindRequest(
        eip=args.eip,
        kind=kind,
        service_id=getattr(args, target),
        private_ip=args.private_ip,
        sources=tuple(args.source),
        protocol=args.protocol,
        port=args.port,
        to_port=args.to_port,
        **_why(args),
    )
    eips = inventory.execute(request)
    return _eips(eips, *(f"{eip.address} {_serving(eip)}" for eip in eips))


def _unbind(inventory: Inventory, args: argparse.Namespace) -> Answer:
    eips = inventory.execute(UnbindRequest(eip=args.eip, binding_id=args.binding, **_why(args)))
    return _eips(eips, *(f"{eip.address} {_serving(eip)}" for eip in eips))


def _release(inventory: Inventory, args: argparse.Namespace) -> Answer:
    seen: tuple[Eip, ...] = ()
    if not confirmed(args):
        seen = tuple(inventory.eip(key) for key in args.eips)
        lines = "; ".join(f"{eip.address} ({_serving(eip)})" for eip in seen)
        sure(f"Release {_count(seen)}: {lines}.")
    request = ReleaseRequest(eips=tuple(args.eips), unbind=args.unbind, expected=seen, **_why(args))
    eips = inventory.execute(request)
    pools = ", ".join(sorted({eip.pool_id for eip in eips}))
    return _eips(eips, f"released {_count(eips)}, back to {pools}")


def _bandwidth(inventory: Inventory, args: argparse.Namespace) -> Answer:
    mbps = whole(args.mbps, Code.INVALID_BANDWIDTH, "cap in Mbps")
    eips = inventory.execute(BandwidthRequest(eip=args.eip, bandwidth_mbps=mbps, **_why(args)))
    return _eips(eips, *(f"{eip.address} is capped at {eip.bandwidth_mbps} Mbps" for eip in eips))


def _cidr(cidr: Cidr, *said: str) -> Answer:
    return Answer(cidr, CIDRS, said=(f"{cidr.cidr} is {cidr.state.value}", *said))


def _asn(words: str) -> int:
    return whole(words[2:] if words[:2].upper() == "AS" else words, Code.USAGE, "AS number")


def _cidr_add(inventory: Inventory, args: argparse.Namespace) -> Answer:
    asn = _asn(args.asn)
    request = AddCidrRequest(
        cidr=args.cidr,
        isp=args.isp,
        asn=asn,
        pool_id=args.pool,
        region=args.region,
        avoid_edges=args.avoid_edges,
        **_why(args),
    )
    cidr = inventory.execute(request)
    cautions = (f"warning: {sentence}" for sentence in inventory.cautions(cidr.cidr, asn))
    return _cidr(cidr, *cautions, f"next: eipdeck cidr activate {cidr.cidr} --reason TEXT")


def _cidr_activate(inventory: Inventory, args: argparse.Namespace) -> Answer:
    cidr = inventory.execute(ActivateRequest(cidr=args.cidr, **_why(args)))
    return _cidr(cidr, f"next: {shell_command('allocate', *option('--pool', cidr.pool_id))}")


def _cidr_set_asn(inventory: Inventory, args: argparse.Namespace) -> Answer:
    return _cidr(inventory.execute(SetAsnRequest(cidr=args.cidr, asn=_asn(args.asn), **_why(args))))


def _cidr_drain(inventory: Inventory, args: argparse.Namespace) -> Answer:
    cidr = inventory.execute(DrainRequest(cidr=args.cidr, **_why(args)))
    left = (
        f"{cidr.allocated:,} live EIPs are left; `{shell_command('eips', filter_term('cidr', cidr.cidr))}` lists them"
    )
    ready = f"next: eipdeck cidr retire {cidr.cidr} --yes"
    return _cidr(cidr, left if cidr.allocated else ready)


def _cidr_retire(inventory: Inventory, args: argparse.Namespace) -> Answer:
    if not confirmed(args):
        cidr = inventory.cidr(args.cidr)
        sure(f"Retire {cidr.cidr} ({cidr.state.value}, {cidr.allocated:,} live EIPs) of pool {cidr.pool_id}.")
    return _cidr(inventory.execute(RetireRequest(cidr=args.cidr, **_why(args))))


def _pool_set(inventory: Inventory, args: argparse.Namespace) -> Answer:
    request = PoolSettingsRequest(
        pool_id=args.pool,
        order=None if args.order is None else PoolOrder(args.order),
        cooldown_seconds=None if args.cooldown is None else whole(args.cooldown, Code.USAGE, "number of seconds"),
        warn_percent=percent(args.warn, "--warn"),
        critical_percent=percent(args.critical, "--critical"),
        **_why(args),
    )
    pool = inventory.execute(request)
    return Answer(pool, POOLS, said=(f"pool {pool.id} is set",))


def _reserve(inventory: Inventory, args: argparse.Namespace) -> Answer:
    first, last = _range(args)
    request = ReserveRequest(cidr=args.cidr, first=first, last=last, soft=args.soft, **_why(args))
    return _cidr(inventory.execute(request), f"{args.range} is withheld")


def _unreserve(inventory: Inventory, args: argparse.Namespace) -> Answer:
    first, last = _range(args)
    request = UnreserveRequest(cidr=args.cidr, first=first, last=last, **_why(args))
    return _cidr(inventory.execute(request), f"{args.range} is not withheld")


def _range(args: argparse.Namespace) -> tuple[str, str | None]:
    first, dash, last = args.range.partition("-")
    return first, last if dash else None


def _accept(inventory: Inventory, args: argparse.Namespace) -> Answer:
    finding = inventory.execute(AcceptRequest(finding=args.finding, until=args.until, **_why(args)))
    return Answer(finding, FINDINGS, said=(f"accepted {finding.id}",))


def _service_add(inventory: Inventory, args: argparse.Namespace) -> Answer:
    request = AddServiceRequest(
        kind=ServiceKind(args.kind),
        service_id=args.service_id,
        name=args.name,
        region=args.region,
        private_ips=tuple(args.private_ip),
        subnets=tuple(args.subnet),
        **_why(args),
    )
    service = inventory.execute(request)
    return Answer(service, SERVICES, said=(f"{service.kind.value} {service.id} is registered",))


def _service_remove(inventory: Inventory, args: argparse.Namespace) -> Answer:
    service = inventory.execute(RemoveServiceRequest(service_id=args.service_id, **_why(args)))
    left = inventory.service_eips(service.id)
    count = f"{len(left):,} EIP{' is' if len(left) == 1 else 's are'}"
    listed = shell_command("eips", filter_term("service", service.id))
    still = f"; {count} still bound to it: {listed}" if left else ""
    return Answer(service, SERVICES, said=(f"{service.kind.value} {service.id} exists no longer{still}",))


def _import(inventory: Inventory, args: argparse.Namespace) -> Answer:
    done = inventory.import_files([Path(file) for file in args.files], **_why(args))
    return Answer(done, IMPORTED, said=(f"imported {len(args.files)} file{'' if len(args.files) == 1 else 's'}",))


def _restore(inventory: Inventory, args: argparse.Namespace) -> Answer:
    def agreed(what: Restored) -> None:
        sure(f"Restore {args.file}{_as_of(what)} into {inventory.url}. {_lost(what)}")

    done = inventory.restore(Path(args.file), reason=args.reason, agreed=None if confirmed(args) else agreed)
    kept = f"as it was, the database is in {done.kept}"
    if done.lost_since is not None:
        told = shell_command("--db", str(done.kept), "history", "--since", iso(done.lost_since))
        kept += f"; {told} tells what is lost"
    return Answer(done, RESTORED, said=(f"restored {args.file}{_as_of(done).rstrip(',')}", _lost(done), kept))


def _as_of(what: Restored) -> str:
    return "" if what.as_of is None else f", as of {iso(what.as_of)} with {what.eips:,} live EIPs,"


def _lost(what: Restored) -> str:
    if what.lost_since is None:
        return "Nothing is lost."
    events = f"{what.lost:,} event{'' if what.lost == 1 else 's'}"
    return f"Lost: {events} since {iso(what.lost_since)}, and what they changed."


WRITES: Final[dict[str, Verb]] = {
    "allocate": _allocate,
    "bind": _bind,
    "unbind": _unbind,
    "release": _release,
    "bandwidth": _bandwidth,
    "rehome": _rehome,
    "recover": _recover,
    "cidr add": _cidr_add,
    "cidr activate": _cidr_activate,
    "cidr set-asn": _cidr_set_asn,
    "cidr drain": _cidr_drain,
    "cidr retire": _cidr_retire,
    "pool set": _pool_set,
    "reserve": _reserve,
    "unreserve": _unreserve,
    "accept": _accept,
    "service add": _service_add,
    "service remove": _service_remove,
    "import": _import,
    "restore": _restore,
}
