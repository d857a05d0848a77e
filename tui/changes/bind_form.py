"""The form of a binding: to an interface, a NAT gateway's SNAT or DNAT, or a load balancer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from core import (
    EIPS_A_PRIVATE_ADDRESS,
    BindingKind,
    BindRequest,
    Eip,
    Service,
    ServiceKind,
    short_kind,
)
from tui.changes.batch import named
from tui.changes.occupancy import (
    addresses_with_owner,
    leaving,
    mixes_owners,
    name_of,
    on_private_ip,
    service_cells,
)
from tui.changes.register_service import BindToNew, NewService
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError, parse_address, parse_ports, parse_prefix, size_of
from tui.modals.lines import Line, Shell
from tui.modals.picker import Picker
from tui.widgets.field import Field
from tui.wording.sanitize import safe

__all__ = ["BindModal"]

_KINDS: Final = {
    BindingKind.NIC: (ServiceKind.NIC, "interface"),
    BindingKind.SNAT: (ServiceKind.NAT_GATEWAY, "gateway"),
    BindingKind.DNAT: (ServiceKind.NAT_GATEWAY, "gateway"),
    BindingKind.LOAD_BALANCER: (ServiceKind.LOAD_BALANCER, "balancer"),
}
_ALONE: Final = (BindingKind.NIC, BindingKind.LOAD_BALANCER)
_PROTOCOLS: Final = ("tcp", "udp", "any")


_NEW: Final = "\n"
"""The choice to register a service; no service has this id."""


class BindModal(Form["BindRequest | None"]):
    """Asks what an EIP is to serve."""

    def __init__(
        self, eips: Sequence[Eip], services: Sequence[Service], occupants: Mapping[str, Sequence[Eip]]
    ) -> None:
        """Offer the services of the EIPs' region.

        Args:
            eips: the EIPs to bind alike; the request names the first.
            services: all services.
            occupants: the live EIPs of each service, by its id.

        """
        eip = eips[0]
        super().__init__(f"bind {named(eips)}")
        self._eip = eip
        self._more = len(eips) - 1
        self._services = {service.id: service for service in services if service.region == eip.region}
        self._occupants = occupants
        holder = eip.bindings[0].kind if eip.bindings else BindingKind.NIC
        kinds = [Option(kind, (short_kind(kind),)) for kind in BindingKind]
        self._kind = Choice(kinds, chosen=holder, across=True)
        self._pickers = {kind: self._picker(kind) for kind in BindingKind}
        self._nic_ips: Choice[str] = Choice(rows=3, empty="choose the interface first")
        self._nic_ip = Field(placeholder="the interface's address")
        self._sources: Choice[str] = Choice(rows=4, several=True, empty="no subnets known: type them below")
        self._more_sources = Field(placeholder="other CIDRs, with blanks between")
        self._dnat_ip = Field(classes="short")
        self._protocol = Choice([Option(word, (word,)) for word in _PROTOCOLS], chosen="tcp", across=True)
        self._port = Field(classes="short")
        self._to_port = Field(classes="short")
        self._reason = Field()

    def _picker(self, kind: BindingKind) -> Picker:
        served_by, _label = _KINDS[kind]
        services = [service for service in self._services.values() if service.kind is served_by]
        options = [Option(service.id, service_cells(kind, service, self._at(service))) for service in services]
        only = services[0].id if len(services) == 1 else None
        new = Option(_NEW, (f"+ register {'an' if served_by is ServiceKind.NIC else 'a'} {_label} ...",))
        return Picker(options, chosen=only, where=self._eip.region, otherwise=new)

    def _at(self, service: Service) -> tuple[Eip, ...]:
        return tuple(self._occupants.get(service.id, ()))

    def rows(self) -> ComposeResult:
        eip = self._eip
        owned = "yes" if eip.customer_owned else "NO (DEFAULT)"
        more = f" and {self._more:,} more, alike" if self._more else ""
        details = f"{eip.address}{more}   customer-owned: {owned}   {eip.region}   {eip.status.value}"
        yield Row("EIP", Static(safe(details), classes="form-text", markup=False))
        yield Row("to", self._kind)
        for kind, (_served_by, label) in _KINDS.items():
            with Vertical(classes=f"bind-kind -{kind.value}"):
                yield Row(label, self._pickers[kind])
                yield from self._details(kind)
        yield Row("reason", self._reason)

    def _details(self, kind: BindingKind) -> ComposeResult:
        match kind:
            case BindingKind.NIC:
                yield Row("private IP", self._nic_ips, self._nic_ip)
            case BindingKind.SNAT:
                yield Row("sources", self._sources)
                yield Row("", self._more_sources, hint="space marks")
            case BindingKind.DNAT:
                yield Row("private IP", self._dnat_ip)
                yield Row("protocol", self._protocol)
                yield Row("port", self._port, hint="or a range: 8000-8010")
                yield Row("to port", self._to_port, hint="as long as the range; empty: the same")
            case BindingKind.LOAD_BALANCER:
                pass

    def keys(self) -> Sequence[str]:
        return ("tab next", "up down choose", "type to narrow", "enter review", "esc cancel", "F1 help")

    # what is chosen

    @property
    def kind(self) -> BindingKind:
        """The kind of binding that is chosen."""
        return self._kind.value or BindingKind.NIC

    @property
    def service(self) -> Service | None:
        """The chosen service, or None."""
        return self._services.get(self._pickers[self.kind].value or "")

    def refresh_info(self) -> None:
        for kind in BindingKind:
            self.query_one(f".-{kind.value}").display = kind is self.kind
        service = self.service
        if self.kind is BindingKind.NIC:
            self._offer_private_ips(service)
        elif self.kind is BindingKind.SNAT:
            self._offer_sources(service)
        super().refresh_info()

    def _offer_private_ips(self, service: Service | None) -> None:
        options = [
            Option(ip, (ip, f"{on_private_ip(service, ip, self._at(service))} of {EIPS_A_PRIVATE_ADDRESS} EIPs"))
            for ip in (service.private_ips if service else ())
            if service is not None
        ]
        free = [option.value for option in options if option.cells[1].startswith("0 ")]
        typed = service is not None and not options
        self._nic_ip.display = typed
        self._nic_ips.display = not typed
        if tuple(options) != self._nic_ips.options:
            self._nic_ips.offer(options, free[0] if free else options[0].value if options else None)

    def _offer_sources(self, service: Service | None) -> None:
        options = []
        for subnet in service.subnets if service else ():
            through = leaving(service, subnet, self._at(service)) if service else []
            today = f"leaves by {addresses_with_owner(through)}" if through else "leaves by no EIP today"
            options.append(Option(subnet, (subnet, today)))
        if tuple(options) != self._sources.options:
            self._sources.offer(options, options[0].value if options else None)

    # the consequences

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        service = self.service
        if service is not None:
            yield from self._consequences(service)
        yield from self.command_info()

    def _consequences(self, service: Service) -> Iterable[Line]:
        address, name = self._eip.address, name_of(service)
        others = [eip for eip in self._at(service) if eip.id != self._eip.id]
        match self.kind:
            case BindingKind.NIC:
                yield Line("then", f"{name} sends and receives as {address}")
                yield Line("exclusive", "this EIP can serve nothing else while it is bound to a NIC")
            case BindingKind.SNAT:
                sources = " and ".join(self._chosen_sources()) or "what is marked"
                through = {eip.address for source in self._chosen_sources() for eip in leaving(service, source, others)}
                also = "".join(f" or {other}" for other in sorted(through))
                yield Line("then", f"{sources} can leave through {address}{also}")
            case BindingKind.DNAT:
                yield Line("then", self._forwards())
                yield Line("in use", self._in_use())
            case BindingKind.LOAD_BALANCER:
                also = f" as well as {addresses_with_owner(others)}" if others else ""
                yield Line("then", f"clients reach {name} on {address}{also}")
                yield Line("exclusive", "this EIP can serve nothing else while a load balancer has it")
        mixed = mixes_owners(self._eip, others)
        if mixed and self.kind is not BindingKind.NIC:
            whose = "DEFAULT" if self._eip.customer_owned else "customer"
            yield Line("", f"{name} also uses {mixed[0].address} ({whose}): it mixes owners then", problem=True)

    def _forwards(self) -> str:
        ip = self._dnat_ip.text or "the private IP"
        if self._protocol.value == "any":
            return f"all of {self._eip.address} comes in at {ip}"
        port = self._port.text or "the port"
        return f"{self._eip.address}:{port}/{self._protocol.value} comes in at {ip}:{self._to_port.text or port}"

    def _in_use(self) -> str:
        used = [f"{b.port or 'all'}/{b.protocol}" for b in self._eip.bindings if b.kind is BindingKind.DNAT]
        here = ", ".join(used) if used else "none on this EIP"
        return f"{here}; any would exclude SNAT and other DNAT on it"

    def _chosen_sources(self) -> list[str]:
        marked = [option.value for option in self._sources.options if option.value in self._sources.marked]
        return [*(source for source in marked if source), *self._more_sources.value.split()]

    # the request

    def _entered(self, field: Widget) -> None:
        """Leave for the registration of a service when that is chosen; the entries stay."""
        picker = self._pickers[self.kind]
        if field is not picker.field or picker.value != _NEW:
            super()._entered(field)
            return
        self.filled = [each.entry for each in self._fields()]
        new = NewService(_KINDS[self.kind][0], picker.field.text or "", self._eip.region)
        self.finish(BindToNew(eip=self._eip.address, kind=self.kind, service_id=_NEW, new=new))

    def request(self) -> BindRequest:
        kind, service = self.kind, self.service
        _served_by, label = _KINDS[kind]
        if service is None:
            raise FormError(f"Choose the {label}: type to narrow, up and down choose.", self._pickers[kind].field)
        self._check_holder(kind, service)
        request = self._of_kind(kind, service)
        if request.private_ip is None and kind is BindingKind.NIC:
            raise FormError("Name the interface's private address.", self._nic_ip)
        return request

    def _check_holder(self, kind: BindingKind, service: Service) -> None:
        """Refuse a second service. Only a gateway takes further bindings of an EIP that serves it."""
        for held in self._eip.bindings:
            alone = held.kind in _ALONE or kind in _ALONE
            if held.service_id != service.id or (alone and held.kind is not kind):
                serves = f"{self._eip.address} serves {short_kind(held.kind)} {held.service_id}"
                raise FormError(
                    f"{serves}, and that alone: {key_of('unbind')} ends it first (holder_conflict).", self._kind
                )

    def _of_kind(self, kind: BindingKind, service: Service) -> BindRequest:
        eip, reason = self._eip.address, self._reason.text
        match kind:
            case BindingKind.NIC:
                private_ip = self._nic_ips.value if service.private_ips else parse_address(self._nic_ip)
                return BindRequest(eip=eip, kind=kind, service_id=service.id, private_ip=private_ip, reason=reason)
            case BindingKind.SNAT:
                sources = tuple(self._parsed_sources())
                return BindRequest(eip=eip, kind=kind, service_id=service.id, sources=sources, reason=reason)
            case BindingKind.DNAT:
                return self._dnat(service)
            case BindingKind.LOAD_BALANCER:
                return BindRequest(eip=eip, kind=kind, service_id=service.id, reason=reason)

    def _parsed_sources(self) -> list[str]:
        sources = self._chosen_sources()
        if not sources:
            raise FormError("Mark a source with space, or type one.", self._sources)
        return list(dict.fromkeys(parse_prefix(source, self._more_sources) for source in sources))

    def _dnat(self, service: Service) -> BindRequest:
        private_ip = parse_address(self._dnat_ip)
        if private_ip is None:
            raise FormError("Name the private address that it forwards to.", self._dnat_ip)
        protocol = self._protocol.value or "tcp"
        ports = (None, None) if protocol == "any" else (parse_ports(self._port), parse_ports(self._to_port))
        if protocol != "any" and ports[0] is None:
            raise FormError(f"{protocol} forwards a port or a range: name it.", self._port)
        if ports[0] and ports[1] and size_of(ports[0]) != size_of(ports[1]):
            raise FormError(f"{ports[0]} and {ports[1]} are ranges of unequal size.", self._to_port)
        return BindRequest(
            eip=self._eip.address,
            kind=BindingKind.DNAT,
            service_id=service.id,
            private_ip=private_ip,
            protocol=protocol,
            port=ports[0],
            to_port=ports[1],
            reason=self._reason.text,
        )
