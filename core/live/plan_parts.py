"""The parts that the plans of the verbs share: the steps of a binding, and the trial by the embedded rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from core.domain.addresses import parse_address
from core.domain.errors import Code, EipdeckError, error
from core.domain.json_value import Json, JsonObject
from core.domain.receipt import CarriedOut
from core.domain.requests import Request
from core.domain.values import Binding, BindingKind, Eip
from core.live.effects import binding_json
from core.operations.free_space import take_addresses
from core.operations.verbs import verb_of
from core.queries.eips import eip_by_key
from core.queries.services import service_by_id
from core.storage.transaction import Transaction
from core.transfer.zenlayer.eip_homes import Homes

__all__ = [
    "NAME",
    "NEW",
    "NothingToDo",
    "Planned",
    "StepToDo",
    "binding_steps",
    "checked_name",
    "of_one",
    "tried",
    "unbinding_steps",
]


class StepToDo(NamedTuple):
    kind: str
    about: JsonObject


@dataclass(slots=True)
class Planned:
    """The steps of a change, and what it is about."""

    steps: list[StepToDo] = field(default_factory=list)
    eips: list[Eip] = field(default_factory=list)
    """The EIPs that are there before."""
    holds: set[str] = field(default_factory=set)

    def add(self, kind: str, **about: Json) -> None:
        """Add a step."""
        self.steps.append(StepToDo(kind, {key: value for key, value in about.items() if value is not None}))

    def about(self, eip: Eip) -> None:
        """Say that an EIP is touched."""
        self.eips.append(eip)
        self.holds.add(f"eip:{eip.id}")


class NothingToDo(Exception):  # a way out, not an error
    """The change would change nothing."""

    def __init__(self, done: CarriedOut[Any]) -> None:
        super().__init__("nothing to do")
        self.done = done


NEW: Final = "@"
"""The EIP that a plan creates, in the particulars of its later steps: `@1` is that of the first step."""
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,61}[A-Za-z0-9]", re.ASCII)


def tried(transaction: Transaction, request: Request[Any], avoid: Iterable[str] = ()) -> CarriedOut[Any]:
    """Return what a change would give here, by every rule of the embedded platform; nothing of it stays.

    Addresses to avoid are taken as in use.

    Raises:
        NothingToDo: it would change nothing; the answer to a request id stays.

    """
    transaction.run("SAVEPOINT tried")
    homes = Homes(transaction)
    for address in sorted(map(parse_address, avoid)):
        row = homes.of(address)
        if row is not None:
            take_addresses(transaction, row.pool_id, [address])
    try:
        done = verb_of(request).carry_out(replace(transaction, heads={}), request)
    except EipdeckError:
        transaction.run("ROLLBACK TO SAVEPOINT tried")
        transaction.run("RELEASE SAVEPOINT tried")
        raise
    if done.receipt.events:
        transaction.run("ROLLBACK TO SAVEPOINT tried")
    transaction.run("RELEASE SAVEPOINT tried")
    if not done.receipt.events:
        raise NothingToDo(done)
    return done


def checked_name(name: str) -> str:
    """Refuse what is no name for the platform."""
    if not NAME.fullmatch(name):
        raise error(
            Code.INVALID_NAME,
            f"{name!r} is not a name of the platform; nothing was sent.",
            hint="It has 2 to 63 letters, digits, -, /, _ and ., and begins and ends with a letter or a digit.",
        )
    return name


def of_one(transaction: Transaction, key: str) -> Planned:
    """Return a plan about one EIP, still without steps."""
    plan = Planned()
    plan.about(eip_by_key(transaction.connection, key))
    return plan


def binding_steps(transaction: Transaction, plan: Planned, eip_id: str, wanted: Binding) -> None:
    """Add the steps of one binding."""
    service_id = wanted.service_id
    plan.holds.add(f"service:{service_id}")
    target = _target(transaction, wanted)
    plan.add("associate", eipId=eip_id, **target)
    if "binding" in target:
        return
    kind = "snat_in" if wanted.kind is BindingKind.SNAT else "dnat_in"
    if kind == "snat_in":
        plan.holds.add(f"snat:{service_id}")
    plan.add(kind, eipId=eip_id, natGatewayId=service_id, binding=binding_json(wanted), **_entry(wanted))


def _entry(wanted: Binding) -> JsonObject:
    """Return the fields of the entry of a gateway."""
    if wanted.kind is BindingKind.SNAT:
        return {"sources": sorted(wanted.sources)}
    word = {"tcp": "TCP", "udp": "UDP", "any": "Any"}[str(wanted.protocol)]
    ports: JsonObject = {}
    if wanted.port is not None:
        ports = {"listenerPort": str(wanted.port), "internalPort": str(wanted.to_port or wanted.port)}
    return {"privateIp": wanted.private_ip, "protocol": word, **ports}


def unbinding_steps(transaction: Transaction, plan: Planned, eip: Eip, ending: Sequence[Binding]) -> None:
    """Add the steps that end bindings; the EIP leaves its service with the last one.

    What ends with the last binding is told here when the EIP has left: until then it serves.
    """
    leaves = len(ending) == len(eip.bindings)
    for number, binding in enumerate(ending, 1):
        kind = {BindingKind.SNAT: "snat_out", BindingKind.DNAT: "dnat_out"}.get(binding.kind)
        if kind is None or (binding.kind is BindingKind.SNAT and not binding.sources):
            continue
        if kind == "snat_out":
            plan.holds.add(f"snat:{binding.service_id}")
        ends: list[Json] = [] if leaves and number == len(ending) else [binding.id]
        gateway = binding.service_id
        told = binding_json(binding)
        plan.add(kind, eipId=eip.id, natGatewayId=gateway, ends=ends, binding=told, **_entry(binding))
    if ending:
        plan.holds.add(f"service:{ending[0].service_id}")
    if ending and leaves:
        all_of_them: list[Json] = [binding.id for binding in ending]
        back = _target(transaction, ending[0])
        plan.add("unassociate", eipId=eip.id, ends=all_of_them, back=back, **{"from": ending[0].service_id})


def _target(transaction: Transaction, wanted: Binding) -> JsonObject:
    """Return the field that names the service of a binding, and the binding when the association makes it."""
    told: JsonObject = {"binding": binding_json(wanted)}
    if wanted.kind is BindingKind.LOAD_BALANCER:
        return {"loadBalancerId": wanted.service_id, **told}
    if wanted.kind is BindingKind.NIC:
        service = service_by_id(transaction.connection, wanted.service_id)
        key = "haVipId" if service.name == "HaVip" else "nicId"
        return {key: wanted.service_id, "lanIp": wanted.private_ip, **told}
    return {"natId": wanted.service_id, **({} if wanted.sources or wanted.kind is BindingKind.DNAT else told)}
