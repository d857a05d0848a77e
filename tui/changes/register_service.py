"""Register a service: an interface, a gateway or a balancer that EIPs can serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult

from core import AddServiceRequest, BindRequest, Inventory, NotFound, ServiceKind, ServiceRow
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError, address_of, parse_prefix
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import NOTHING, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.widgets.field import Field
from tui.wording.phrases import quoted
from tui.wording.services import KIND_WORDS

__all__ = ["BindToNew", "NewService", "RegisterModal", "register_service", "register_wanted", "review_register"]


@dataclass(frozen=True, slots=True)
class NewService:
    """A service that a form misses: its kind, and what was typed to find it."""

    kind: ServiceKind
    typed: str = ""
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BindToNew(BindRequest):
    """A binding to a service that is registered first."""

    new: NewService


async def register_service(flow: Flow, _selection: Selection | None) -> None:
    """Register a service, and select it."""
    done = await register_wanted(flow, NewService(ServiceKind.NIC))
    if done is not None:
        flow.host.take(Selection(SelectionKind.SERVICE, done))


async def register_wanted(flow: Flow, wanted: NewService) -> str | None:
    """Register a service through its form; return its id, or None if nothing was sent."""
    made: list[str] = []

    async def go(request: AddServiceRequest) -> Outcome:
        outcome, done = await _register(flow, request)
        made.extend([] if done is None else [done])
        return outcome

    regions = _regions(flow, wanted)
    await flow.ask_until_sent(lambda: RegisterModal(wanted, regions), go)
    return made[0] if made else None


def _regions(flow: Flow, wanted: NewService) -> Sequence[str]:
    """Return the known regions, the likeliest first."""
    snapshot = flow.host.snapshot
    known = () if snapshot is None else (pool.region for pool in snapshot.pools)
    return list(dict.fromkeys([wanted.region or flow.host.inventory.config.region, *known]))


async def _register(flow: Flow, request: AddServiceRequest) -> tuple[Outcome, str | None]:
    request = replace(request, request_id=new_request_id())
    title = f"register {request.service_id}"
    known = await flow.read(title, lambda inventory: [_known(inventory, request.service_id)])
    if known is None:
        return Outcome.REFUSED, None
    review = review_register(request, known[0], reread=_unchanged(flow, request.service_id, known[0]))
    outcome, done = await flow.carry_out(title, request, review)
    if done is not None:
        flow.host.say(f"{KIND_WORDS[done.kind]} {done.id} is registered: {key_of('bind')} on an EIP binds it")
    return outcome, None if done is None else done.id


def _known(inventory: Inventory, service_id: str) -> ServiceRow | None:
    try:
        return inventory.service_row(service_id)
    except NotFound:
        return None


def _unchanged(flow: Flow, service_id: str, seen: ServiceRow | None) -> Reread:
    async def reread() -> list[str]:
        now = await flow.host.ask(lambda inventory: _known(inventory, service_id))
        same = (seen and (seen.service, seen.missing_since)) == (now and (now.service, now.missing_since))
        return [] if same else [f"{service_id} was registered, changed or removed since you looked."]

    return reread


class RegisterModal(Form["AddServiceRequest | None"]):
    """Asks for a service."""

    def __init__(self, wanted: NewService, regions: Sequence[str]) -> None:
        super().__init__("register a service")
        kinds = [Option(kind, (word,)) for kind, word in KIND_WORDS.items()]
        self._kind = Choice(kinds, chosen=wanted.kind, across=True)
        self._service_id = Field(wanted.typed)
        self._named = Field(placeholder="no name")
        self._region = Choice([Option(region, (region,)) for region in regions], chosen=regions[0], rows=3)
        self._ips = Field(placeholder="none known")
        self._subnets = Field(placeholder="none known")
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row("kind", self._kind)
        yield Row("id", self._service_id, hint="as the platform has it")
        yield Row("name", self._named)
        yield Row("region", self._region)
        yield Row("private IPs", self._ips, hint="with blanks between")
        yield Row("subnets", self._subnets, hint="of a gateway")
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("then", "EIPs can be bound to it; of a known service this adds to what is known")
        yield from self.command_info()

    def request(self) -> AddServiceRequest:
        kind, service_id = self._kind.value or ServiceKind.NIC, self._service_id.text
        if service_id is None:
            raise FormError("Name the id of the service.", self._service_id)
        subnets = self._subnets.value.split()
        if subnets and kind is not ServiceKind.NAT_GATEWAY:
            raise FormError("Only a gateway has subnets: empty the field, or choose gateway.", self._subnets)
        return AddServiceRequest(
            kind=kind,
            service_id=service_id,
            name=self._named.text,
            region=self._region.value,
            private_ips=tuple(address_of(words, self._ips) for words in self._ips.value.split()),
            subnets=tuple(parse_prefix(words, self._subnets) for words in subnets),
            reason=self._reason.text,
        )


def review_register(request: AddServiceRequest, known: ServiceRow | None, reread: Reread) -> Review:
    """Return the review of a registration; `known` is the service when it is registered already."""
    name = f"   {quoted(request.name)}" if request.name else ""
    given = " ".join((*request.private_ips, *request.subnets)) or "none"
    if known is None:
        before = "not registered"
    elif known.missing_since is not None:
        before = "registered, and gone: this brings it back"
    else:
        before = "registered already: this adds to what is known of it"
    return review_of(
        request,
        reread,
        title=f"register {request.service_id}",
        target_copy=request.service_id,
        sections=(
            (
                Line("target", f"{KIND_WORDS[request.kind]} {request.service_id}{name}"),
                Line("region", request.region or "the configured one"),
                Line("addresses", given),
                Line("before", before),
                NOTHING,
            ),
        ),
        tier=Tier.PLAIN,
        closing=f"Reversible: {key_of('service_remove')} in {key_of('services')} notes that it is gone.",
    )
