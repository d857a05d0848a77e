"""Every verb of the command line, declared once.

The parser (`cli/arguments.py`), the request (`cli/requests.py`) and the command line shown in a review
(`wording/command_line.py`) follow from `VERBS`. This module imports nothing of the core, so that help is quick.
"""

from __future__ import annotations

from typing import Final

from tui.wording.verb import Argument, Kind, Verb
from tui.wording.verbs_about_itself import ABOUT_ITSELF
from tui.wording.verbs_lists import LISTS, MONITORING, PLANS, rows

__all__ = ["GROUPS", "KIND_NAMES", "VERBS", "VERB_NAMED", "VERB_OF"]


def _switch(name: str, says: str) -> Argument:
    return Argument(name, help=says, kind=Kind.SWITCH)


_YES: Final = Argument("--yes", help="do not ask", kind=Kind.YES)
_REASON: Final = Argument("--reason", "TEXT", "why, kept in the history")
_REQUEST_ID: Final = Argument("--request-id", "KEY", "a retry with the same key changes nothing more")
_EIP: Final = Argument("eip", "EIP", offers="eips")
_CIDR: Final = Argument("cidr", "CIDR", offers="cidrs")
_RANGE: Final = Argument("range", "FIRST[-LAST]", kind=Kind.RANGE)
_REGION: Final = Argument("--region", "R", offers="regions")
_FORCE: Final = _switch("--force", "replace an existing file")
_SERVICE_KINDS: Final = ("nic", "nat-gateway", "load-balancer")
KIND_NAMES: Final = {
    "interface": "nic",
    "gateway": "nat-gateway",
    "snat": "nat-gateway",
    "dnat": "nat-gateway",
    "nat_gateway": "nat-gateway",
    "balancer": "load-balancer",
    "lb": "load-balancer",
    "load_balancer": "load-balancer",
}
"""Other names of the kinds of services, as bindings, screens and JSON have them."""


def _change(name: str, request: str, says: str, *arguments: Argument, needs_reason: bool = False) -> Verb:
    """A verb that writes; each takes a reason and a request id."""
    reason = _REASON._replace(required=needs_reason)
    return Verb(name, says, (*arguments, reason, _REQUEST_ID), request, writes=True)


def _target(name: str, metavar: str, kind: str, says: str, offers: str) -> Argument:
    """One of the services that an EIP can be bound to."""
    return Argument(
        name, metavar, says, Kind.TARGET, "service_id", required=True, exclusive=True, when=(kind,), offers=offers
    )


VERBS: Final = (
    Verb(
        "open",
        "the dashboard (also without a command); with an address, on its verdict",
        (Argument("address", "ADDRESS", nargs="?", offers="eips"),),
        formats=(),
    ),
    Verb("demo", "the dashboard on a throw-away inventory with an incident", formats=()),
    rows(
        "lookup",
        "the verdict on addresses: whose, what it serves, where changes are made; of a CIDR a summary",
        Argument("addresses", "ADDRESS", "an address, a CIDR, or - for text on stdin", nargs="+", offers="subjects"),
        Argument("--at", "TIME", "as it was at a past time; of a text, where it names none"),
        Argument("--zone", "NAME", "of a text: the zone of clocks that name none"),
        Argument("--year", "N", "of a text: the year of dates that name none"),
        _switch("--day-first", "of a text: 03/04/2026 is 3 April"),
        Argument("--now", "TIME", "of a text: it was written by then"),
        Argument("--log-format", "NAME", "of a text: the format that is tried first"),
        _switch("--ours", "of a text: only what was ours at any time; exit 1 when nothing was"),
        _switch("--annotate", "print the text, each line with the verdicts on its addresses behind it"),
        _switch("--follow", "of a text that goes on: the verdicts on each line when it is read"),
    ),
    _change(
        "allocate",
        "AllocationRequest",
        "allocate EIPs from a pool",
        Argument("--pool", "ID", "from this pool", sets="pool_id", exclusive=True, offers="pools"),
        Argument("--default", help="from the default pool, on purpose", kind=Kind.SWITCH, exclusive=True),
        Argument("--region", "R", "the region whose default pool is meant", offers="regions"),
        Argument("--address", "IP", "this address"),
        Argument("--count", "N", "how many, 1 to 65,536; all or none", Kind.COUNT),
        Argument("--name", "NAME"),
        Argument("--bandwidth", "MBPS", "the cap", Kind.MBPS, sets="bandwidth_mbps"),
        _switch("--dry-run", "show the result and change nothing"),
    ),
    _change(
        "bind",
        "BindRequest",
        "bind an EIP to one downstream service",
        _EIP,
        _target("--nic", "NIC", "nic", "an instance's network interface", "nic"),
        _target("--snat", "GATEWAY", "snat", "an SNAT entry of a NAT gateway", "nat-gateway"),
        _target("--dnat", "GATEWAY", "dnat", "a DNAT entry of a NAT gateway", "nat-gateway"),
        _target("--load-balancer", "LB", "load_balancer", "the front end of a load balancer", "load-balancer"),
        Argument("--private-ip", "IP", "of the interface, or where DNAT forwards to", when=("nic", "dnat")),
        Argument("--source", "CIDR", "SNAT: source subnets", sets="sources", nargs="+", when=("snat",)),
        Argument("--protocol", help="DNAT", choices=("tcp", "udp", "any"), when=("dnat",)),
        Argument("--port", "P[-Q]", "DNAT: the public port or range", when=("dnat",)),
        Argument("--to-port", "P[-Q]", "DNAT: the private one (default: the same)", when=("dnat",)),
    ),
    _change(
        "unbind",
        "UnbindRequest",
        "end one binding of an EIP, or all",
        _EIP,
        Argument("--binding", "ID", "only this one", sets="binding_id"),
    ),
    _change(
        "release",
        "ReleaseRequest",
        "release EIPs to the pools they came from",
        Argument("eips", "EIP", nargs="+", offers="eips"),
        _switch("--unbind", "end their bindings first"),
        _YES,
    ),
    _change(
        "bandwidth",
        "BandwidthRequest",
        "change the bandwidth cap of an EIP",
        _EIP,
        Argument("mbps", "MBPS", kind=Kind.MBPS, sets="bandwidth_mbps"),
    ),
    _change(
        "name",
        "RenameRequest",
        "rename an EIP",
        _EIP,
        Argument("name", "NAME", "empty: it has no name"),
    ),
    _change(
        "rehome",
        "RehomeRequest",
        "move an EIP to a customer pool: allocate, move bindings, release",
        _EIP,
        Argument("--pool", "ID", "the customer pool to move to", sets="pool_id", required=True, offers="pools"),
        Argument("--address", "IP", "this address of the pool"),
        _switch("--keep", "keep the old EIP until DNS has moved"),
        _YES,
    ),
    _change(
        "recover", "RecoverRequest", "take a released address back, past its cool-down", Argument("address", "ADDRESS")
    ),
    _change(
        "cidr add",
        "AddCidrRequest",
        "register a customer CIDR, with its pool",
        _CIDR,
        Argument("--isp", "LINE", "the ISP line that announces it", required=True),
        Argument("--asn", "N", "the ASN that originates it", Kind.ASN, required=True),
        Argument("--pool", "ID", "the pool it opens or joins", sets="pool_id", offers="pools"),
        _REGION,
        _switch("--avoid-edges", "keep its first and last address back"),
    ),
    _change(
        "cidr activate",
        "ActivateRequest",
        "activate a CIDR after onboarding",
        _CIDR,
        needs_reason=True,
    ),
    _change(
        "cidr set-asn", "SetAsnRequest", "change the ASN that originates it", _CIDR, Argument("asn", "N", kind=Kind.ASN)
    ),
    _change("cidr drain", "DrainRequest", "stop allocating from it", _CIDR),
    _change("cidr retire", "RetireRequest", "take it out of its pool, once drained and empty", _CIDR, _YES),
    _change(
        "pool set",
        "PoolSettingsRequest",
        "change a pool's settings",
        Argument("pool", "POOL", sets="pool_id", offers="pools"),
        Argument("--order", help="which free address is next", kind=Kind.ORDER, choices=("lru", "lowest")),
        Argument(
            "--cooldown",
            "SECONDS",
            "how long a released address cools: seconds, or 90m, 24h, 7d",
            Kind.SECONDS,
            sets="cooldown_seconds",
        ),
        Argument("--warn", "PCT", "used share that is a finding", Kind.PERCENT, sets="warn_percent"),
        Argument("--critical", "PCT", "used share that is a critical finding", Kind.PERCENT, sets="critical_percent"),
    ),
    *LISTS,
    _change(
        "reserve",
        "ReserveRequest",
        "keep addresses of a CIDR back from allocation",
        _CIDR,
        _RANGE,
        _switch("--soft", "they can still be asked for by address"),
    ),
    _change("unreserve", "UnreserveRequest", "return reserved addresses to the pool", _CIDR, _RANGE),
    _change(
        "accept",
        "AcceptRequest",
        "accept a finding, with a reason, or withdraw that",
        Argument("finding", "FINDING", "its id, or the EIP that is in the default pool", offers="findings"),
        Argument("--until", "TIME", "the end of the acceptance (default: none)"),
        _switch("--withdraw", "end the acceptance: the finding is open again"),
        needs_reason=True,
    ),
    _change(
        "clock accept",
        "AcceptClockRequest",
        "go on by the clock after it was ahead; verdicts between stay doubtful",
        needs_reason=True,
    ),
    _change(
        "service remove",
        "RemoveServiceRequest",
        "note that a target no longer exists",
        Argument("service_id", "ID", offers="services"),
    ),
    _change(
        "service add",
        "AddServiceRequest",
        "register a target, or add to what is known of it",
        Argument("kind", "KIND", ", ".join(_SERVICE_KINDS), Kind.SERVICE, choices=_SERVICE_KINDS),
        Argument("service_id", "ID"),
        Argument("--name", "N"),
        _REGION,
        Argument("--private-ip", "IP", sets="private_ips", nargs="+"),
        Argument("--subnet", "CIDR", sets="subnets", nargs="+"),
    ),
    _change(
        "import",
        "",
        "load API responses, an export, or a CSV of addresses and names, all of it or nothing",
        Argument("files", "FILE", nargs="+", offers="files"),
    ),
    Verb(
        "sync",
        "read the live account of the profile; exit 4 when its picture is held",
        (
            _switch("--dry-run", "show the differences and change nothing"),
            Argument("--accept-losses", "N", "exactly so many EIPs are gone"),
            _switch("--accept-account", "the account shows nothing of what is here, and is right"),
            _switch("--background", "at half the pace, as the dashboard does"),
        ),
        writes=True,
    ),
    Verb(
        "export",
        "everything as one JSON document that can be imported again",
        (Argument("file", "FILE", "without it: to stdout", nargs="?", offers="files"), _FORCE),
    ),
    Verb(
        "backup",
        "a copy of the database in a file of its own, while others work",
        (Argument("file", "FILE", offers="files"), _FORCE),
    ),
    Verb(
        "restore",
        "restore a backup; later changes are lost, and the old database stays in a file",
        (Argument("file", "FILE", "a backup, of this version or an older one", offers="files"), _REASON, _YES),
        writes=True,
    ),
    *PLANS,
    *MONITORING,
    Verb(
        "verify",
        "check all integrity rules of the inventory and its history; exit 1 when broken",
        (Argument("--since", "HEAD", "a head that was kept: has anything before it been rewritten, or cut off?"),),
    ),
    Verb("head", "the end of the history, to keep elsewhere and compare with verify --since"),
    Verb(
        "settle",
        "whether a change was made, by its request id; exit 1 when not, 7 when that is not known yet",
        (Argument("request_id", "ID"),),
    ),
    *ABOUT_ITSELF,
)

GROUPS: Final = {
    "cidr": "add, activate, drain and retire customer CIDRs",
    "clock": "the clock that events go by",
    "config": "the configuration",
    "plan": "changes of a live account",
    "pool": "a pool's settings",
    "service": "downstream targets",
}
"""The help of the first word of the verbs that have two."""

VERB_NAMED: Final = {verb.name: verb for verb in VERBS}
VERB_OF: Final = {verb.request: verb for verb in VERBS if verb.request}
"""The verb of a class of request, by its name."""
