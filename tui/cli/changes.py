"""The verbs that write: each is one request, but for import and restore."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from pathlib import Path
from typing import Final

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    Allocation,
    AllocationRequest,
    BandwidthRequest,
    BindRequest,
    Cidr,
    ClockAccepted,
    DrainRequest,
    Eip,
    EipStatus,
    Finding,
    Inventory,
    Pool,
    PoolSettingsRequest,
    Receipt,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    Request,
    ReserveRequest,
    Restored,
    RetireRequest,
    Service,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
    filter_term,
    full_time,
    iso,
    option,
    shell_command,
)
from tui.cli import exit_codes
from tui.cli.arguments import Command
from tui.cli.confirmation import ask_to_go_on, asked, confirmed, serving
from tui.cli.main import run
from tui.cli.plans import resume_plan, undo_plan
from tui.cli.requests import request_of
from tui.cli.result import Answer
from tui.cli.sync import sync
from tui.cli.times import moment_of
from tui.wording.columns import Layout
from tui.wording.finding_tables import FINDINGS
from tui.wording.losses import loss_lines
from tui.wording.phrases import count_of
from tui.wording.reports import CLOCK, IMPORTED, RESTORED
from tui.wording.tables import CIDRS, EIPS, POOLS, SERVICES
from tui.wording.verb import Format

__all__ = ["change"]

_LAYOUTS: Final[Mapping[type, Layout]] = {
    list: EIPS,
    Cidr: CIDRS,
    Pool: POOLS,
    Service: SERVICES,
    Finding: FINDINGS,
    ClockAccepted: CLOCK,
}
"""How the answer of a request is shown; a list is one of EIPs."""


def change(command: Command) -> int:
    """Run a verb that writes; return the exit code.

    Raises:
        EipdeckError: it was refused; nothing has been printed on stdout.

    """
    return run(command, lambda inventory: _with_losses(_changed(command, inventory), inventory))


def _with_losses(answer: Answer, inventory: Inventory) -> Answer:
    """Return the answer with what the change found lost."""
    loss = inventory.noticed()
    return answer if loss is None else replace(answer, doubts=(*loss_lines(loss), *answer.doubts))


def _changed(command: Command, inventory: Inventory) -> Answer:
    transfer = _TRANSFERS.get(command.verb.name)
    if transfer is not None:
        return transfer(inventory, command.format, **command.given)
    request = request_of(command)
    if isinstance(request, AcceptRequest) and request.until is not None:
        moment_of(inventory, request.until, command.format, ahead=True)
    if "yes" in command.given and not confirmed(command.verb.name, yes=bool(command.given["yes"])):
        request = asked(request, inventory)
    if isinstance(request, AllocationRequest) and request.dry_run:
        would_be = _allocation(inventory.preview(request), "dry run: nothing was allocated")
        return replace(would_be, receipt=Receipt(None, ()))
    done, receipt = inventory.carry_out(request)
    return replace(_answer(request, done, inventory), receipt=receipt)


@singledispatch
def _answer(_request: Request[object], done: object, _inventory: Inventory) -> Answer:
    """Return the answer of a verb that was carried out. One with sentences of its own registers itself below."""
    return Answer(done, _LAYOUTS[type(done)])


@_answer.register
def _(_request: AllocationRequest, done: Allocation, _inventory: Inventory) -> Answer:
    return _allocation(done, f"allocated {count_of(len(done.eips), 'EIP')} from {done.eips[0].pool_id}")


@_answer.register
def _(request: RehomeRequest, done: Allocation, _inventory: Inventory) -> Answer:
    new = done.eips[0]
    old = f"{request.eip} was kept" if request.keep else f"{request.eip} was released"
    return _allocation(
        done, f"{new.address} {serving(new)}; {old}", f"next: point DNS and allow-lists to {new.address}"
    )


@_answer.register
def _(_request: RecoverRequest, done: Allocation, _inventory: Inventory) -> Answer:
    new = done.eips[0]
    return _allocation(done, f"recovered {new.address} as {new.id}, which was {new.previous_eip_id}")


def _allocation(done: Allocation, *said: str) -> Answer:
    """Answer with new EIPs; a landing has an exit code of its own, and a next step unless it is a dry run."""
    warnings = tuple(f"warning: {each.message}" for each in done.warnings)
    code = exit_codes.of_allocation(done)
    if code == exit_codes.LANDED and done.eips[0].id is not None:
        said = (*said, f"next: eipdeck rehome {done.eips[0].address} --pool ID --yes")
    return Answer(done, EIPS, done.eips, (*warnings, *said), code)


@_answer.register(BindRequest)
@_answer.register(UnbindRequest)
def _(_request: BindRequest | UnbindRequest, eips: list[Eip], _inventory: Inventory) -> Answer:
    return Answer(eips, EIPS, said=tuple(f"{eip.address} {serving(eip)}" for eip in eips))


@_answer.register
def _(_request: ReleaseRequest, eips: list[Eip], _inventory: Inventory) -> Answer:
    binned = [eip.address for eip in eips if eip.status is not EipStatus.RELEASED]
    if binned:
        said = f"{', '.join(binned)} went to the recycle bin of the account, and keeps its address"
        return Answer(eips, EIPS, said=(said,))
    pools = ", ".join(sorted({eip.pool_id for eip in eips}))
    return Answer(eips, EIPS, said=(f"released {count_of(len(eips), 'EIP')}, back to {pools}",))


@_answer.register
def _(_request: BandwidthRequest, eips: list[Eip], _inventory: Inventory) -> Answer:
    return Answer(eips, EIPS, said=tuple(f"{eip.address} is capped at {eip.bandwidth_mbps} Mbps" for eip in eips))


def _cidr(cidr: Cidr, *said: str) -> Answer:
    return Answer(cidr, CIDRS, said=(f"{cidr.cidr} is {cidr.state.value}", *said))


@_answer.register
def _(request: AddCidrRequest, cidr: Cidr, inventory: Inventory) -> Answer:
    cautions = (f"warning: {sentence}" for sentence in inventory.cautions(cidr.cidr, request.asn))
    return _cidr(cidr, *cautions, f"next: eipdeck cidr activate {cidr.cidr} --reason TEXT")


@_answer.register
def _(_request: ActivateRequest, cidr: Cidr, _inventory: Inventory) -> Answer:
    return _cidr(cidr, f"next: {shell_command('allocate', *option('--pool', cidr.pool_id))}")


@_answer.register(SetAsnRequest)
@_answer.register(RetireRequest)
def _(_request: SetAsnRequest | RetireRequest, cidr: Cidr, _inventory: Inventory) -> Answer:
    return _cidr(cidr)


@_answer.register
def _(_request: DrainRequest, cidr: Cidr, _inventory: Inventory) -> Answer:
    listed = shell_command("eips", filter_term("cidr", cidr.cidr))
    left = f"{cidr.allocated:,} live EIPs are left; `{listed}` lists them"
    return _cidr(cidr, left if cidr.allocated else f"next: eipdeck cidr retire {cidr.cidr} --yes")


@_answer.register
def _(_request: PoolSettingsRequest, pool: Pool, _inventory: Inventory) -> Answer:
    return Answer(pool, POOLS, said=(f"pool {pool.id} is set",))


@_answer.register(ReserveRequest)
@_answer.register(UnreserveRequest)
def _(request: ReserveRequest | UnreserveRequest, cidr: Cidr, _inventory: Inventory) -> Answer:
    addresses = request.first if request.last is None else f"{request.first}-{request.last}"
    return _cidr(cidr, f"{addresses} is {'' if isinstance(request, ReserveRequest) else 'not '}withheld")


@_answer.register
def _(request: AcceptRequest, finding: Finding, _inventory: Inventory) -> Answer:
    if request.withdraw:
        return Answer(finding, FINDINGS, said=(f"{finding.id} is open again",))
    until = "" if finding.accepted_until is None else f" until {full_time(finding.accepted_until)}"
    return Answer(finding, FINDINGS, said=(f"accepted {finding.id}{until}",))


@_answer.register
def _(_request: AddServiceRequest, service: Service, _inventory: Inventory) -> Answer:
    return Answer(service, SERVICES, said=(f"{service.kind.value} {service.id} is registered",))


@_answer.register
def _(_request: RemoveServiceRequest, service: Service, inventory: Inventory) -> Answer:
    left = inventory.service_eips(service.id)
    count = count_of(len(left), "EIP is", "EIPs are")
    listed = shell_command("eips", filter_term("service", service.id))
    still = f"; {count} still bound to it: {listed}" if left else ""
    return Answer(service, SERVICES, said=(f"{service.kind.value} {service.id} no longer exists{still}",))


def _import(
    inventory: Inventory, _how: Format, *, files: Sequence[str], reason: str | None, request_id: str | None
) -> Answer:
    done = inventory.import_files([Path(file) for file in files], reason=reason, request_id=request_id)
    return Answer(
        done, IMPORTED, said=(f"imported {count_of(len(files), 'file')}", *(f"! {note}" for note in done.notes))
    )


def _restore(inventory: Inventory, _how: Format, *, file: str, reason: str | None, yes: bool) -> Answer:
    def ask(what: Restored) -> None:
        ask_to_go_on(f"Restore {file}{_as_of(what)} into {inventory.url}. {_lost(what)}")

    done = inventory.restore(Path(file), reason=reason, agreed=None if confirmed("restore", yes=yes) else ask)
    kept = f"as it was, the database is in {done.kept}"
    if done.lost_since is not None:
        told = shell_command("--db", str(done.kept), "history", "--since", iso(done.lost_since))
        kept += f"; {told} lists what is lost"
    return Answer(done, RESTORED, said=(f"restored {file}{_as_of(done).rstrip(',')}", _lost(done), kept))


def _as_of(what: Restored) -> str:
    return "" if what.as_of is None else f", as of {iso(what.as_of)} with {what.eips:,} live EIPs,"


def _lost(what: Restored) -> str:
    if what.lost_since is None:
        return "Nothing is lost."
    return f"Lost: {count_of(what.lost, 'event')} since {iso(what.lost_since)}, and what they changed."


_TRANSFERS: Final[Mapping[str, Callable[..., Answer]]] = {
    "import": _import,
    "restore": _restore,
    "sync": sync,
    "plan resume": resume_plan,
    "plan undo": undo_plan,
}
"""The functions of the verbs that are not requests; the keyword arguments are those of the verb's declaration."""
