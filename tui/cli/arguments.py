"""The words of the command line: every command with its options, and nothing of what they do.

Nothing of the core is imported here, so that help and version are quick. What a value means is checked by the
core, with its own code; here only what argparse itself can tell.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NoReturn

__all__ = ["Misuse", "parse", "wants_json"]

_GLOBAL = ("--db", "--operator", "--read-only", "--profile", "--config", "--confined", "--version")
_ORDERS = ("lru", "lowest")
_SERVICES = ("nic", "nat-gateway", "load-balancer")
_PROTOCOLS = ("tcp", "udp", "any")
_FORMATS = ("table", "json", "csv", "md")

_EXITS = """\
exit codes: 0 done, or the answer is yes; 1 the answer is no (an address not yours, findings); 2 used wrongly;
3 done, but it landed in the default pool; 4 refused by a rule; 5 no such object; 6 database or platform
unavailable; 7 outcome unknown. After 2, 4, 5 and 6 nothing has changed."""


class Misuse(Exception):  # what the operator did, not a failure of ours
    """The words are no command; one sentence says why."""


class _Parser(argparse.ArgumentParser):
    """argparse without abbreviations, raising `Misuse` where it would print and exit."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        misplaced = [option for option in _GLOBAL if option in message.replace("=", " ").split()]
        if message.startswith("unrecognized arguments") and misplaced:
            message = f"{misplaced[0]} goes before the command word"
        elif any(mark in message for mark in ("://", "@", "password")):  # a database, named with its password
            message = "what stands there is no command or option, and is not repeated; a database goes after --db"
        raise Misuse(f"{message[:1].upper()}{message[1:]}. `{self.prog} --help` says more.")


class _Version(argparse.Action):
    """Prints the version; the metadata is read only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_ignored: object) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # only when asked

        try:
            known = version("eipdeck")
        except PackageNotFoundError:
            known = "(not installed)"
        if sys.stdout is not None:
            sys.stdout.write(f"eipdeck {known}\n")
        parser.exit(0)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command in these words; `command` names it, `format` is `table`, `json` or `csv`.

    Raises:
        Misuse: they are no command.
        SystemExit: help or the version was asked for and has been printed.

    """
    args = _parse(words)
    for name in ("db", "operator", "profile", "config", "confined"):
        if getattr(args, name) == "":
            raise Misuse(f"--{name} is empty.")
    return args


def _parse(words: Sequence[str]) -> argparse.Namespace:
    """With the commands that the words may name: to describe all takes longer than a look-up; help and errors do."""
    named = [build for names, build in _GROUPS.items() if not names.isdisjoint(words)]
    if not {"-h", "--help"}.intersection(words):
        try:
            return _parser(dict.fromkeys((*named, _dashboards))).parse_args(words)
        except Misuse:
            pass
    return _parser(_GROUPS.values()).parse_args(words)


def wants_json(words: Sequence[str]) -> bool:
    """Whether errors are to be JSON, told from words that may not even be a command."""
    asked = any(pair == ("--format", "json") for pair in pairwise(words))
    return asked or "--json" in words or "--format=json" in words


def _parser(groups: Iterable[Callable[[Any], None]]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="eipdeck",
        description="Elastic IPs on your own prefixes: whose address is it, what does it serve, where is the fix.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--db", metavar="URL", help="database URL or file (default: the embedded one; EIPDECK_DB)")
    parser.add_argument("--operator", metavar="NAME", help="who is acting (default: login name; EIPDECK_OPERATOR)")
    parser.add_argument("--read-only", action="store_true", help="refuse every write")
    parser.add_argument("--profile", metavar="NAME", help="which account of the configuration")
    parser.add_argument("--config", metavar="FILE", help="configuration file")
    confined = "for an SSH forced command: files lie in this folder, the command is SSH_ORIGINAL_COMMAND"
    parser.add_argument("--confined", metavar="DIR", help=confined)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and stop")
    parser.set_defaults(command="open", address=None, format="table", writes=False)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for build in groups:
        build(commands)
    return parser


def _command(commands: Any, name: str, says: str, *, full: str | None = None) -> argparse.ArgumentParser:
    """A command word with its help; `full` is its whole name when it is the second word."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=says, description=says)
    made.set_defaults(command=full or name, format="table", writes=False)
    return made


def _printing(command: argparse.ArgumentParser, *, rows: bool = False) -> None:
    how = command.add_mutually_exclusive_group()
    how.add_argument("--json", dest="format", action="store_const", const="json", help="one JSON document")
    if rows:
        how.add_argument("--format", choices=_FORMATS, default="table", help="table, json, csv or md (Markdown)")


def _writing(command: argparse.ArgumentParser, *, reason_required: bool = False) -> None:
    why = "why, kept in the history"
    command.add_argument("--reason", metavar="TEXT", required=reason_required, help=why)
    command.add_argument("--request-id", metavar="KEY", help="sent again with the same key, it happens once")
    command.set_defaults(writes=True)
    _printing(command)


def _confirming(command: argparse.ArgumentParser) -> None:
    command.add_argument("--yes", action="store_true", help="do not ask")


def _dashboards(commands: Any) -> None:
    command = _command(commands, "open", "the dashboard (also without a command); with an address, on its verdict")
    command.add_argument("address", metavar="ADDRESS", nargs="?")
    _command(commands, "demo", "the dashboard on a throw-away inventory that tells an incident")


def _eip_verbs(commands: Any) -> None:
    command = _command(commands, "lookup", "the verdict on addresses: whose, what it serves, where a fix lives")
    command.add_argument("addresses", metavar="ADDRESS", nargs="+", help="an address, or - for text on stdin")
    command.add_argument("--at", metavar="TIME", help="as it was at a past time")
    _printing(command, rows=True)
    _allocate(_command(commands, "allocate", "allocate EIPs from a pool"))
    _bind(_command(commands, "bind", "bind an EIP to one downstream service"))
    command = _command(commands, "unbind", "end one binding of an EIP, or all")
    command.add_argument("eip", metavar="EIP")
    command.add_argument("--binding", metavar="ID", help="only this one")
    _writing(command)
    command = _command(commands, "release", "release EIPs to the pools they came from")
    command.add_argument("eips", metavar="EIP", nargs="+")
    command.add_argument("--unbind", action="store_true", help="end their bindings first")
    _confirming(command)
    _writing(command)
    command = _command(commands, "bandwidth", "change the bandwidth cap of an EIP")
    command.add_argument("eip", metavar="EIP")
    command.add_argument("mbps", metavar="MBPS")
    _writing(command)
    command = _command(commands, "rehome", "move an EIP to a customer pool: allocate, move bindings, release")
    command.add_argument("eip", metavar="EIP")
    command.add_argument("--pool", metavar="ID", required=True, help="the customer pool to move to")
    command.add_argument("--address", metavar="IP", help="this address of it")
    command.add_argument("--keep", action="store_true", help="leave the old EIP until DNS has moved")
    _confirming(command)
    _writing(command)
    command = _command(commands, "recover", "take a released address back, past its cool-down")
    command.add_argument("address", metavar="ADDRESS")
    _writing(command)


def _allocate(command: argparse.ArgumentParser) -> None:
    target = command.add_mutually_exclusive_group()
    target.add_argument("--pool", metavar="ID", help="from this pool")
    target.add_argument("--default", action="store_true", help="from the default pool, on purpose")
    command.add_argument("--region", metavar="R", help="the region whose default pool is meant")
    command.add_argument("--address", metavar="IP", help="this address")
    command.add_argument("--count", metavar="N", default="1", help="how many, 1 to 65,536; all or none")
    command.add_argument("--name", metavar="NAME")
    command.add_argument("--bandwidth", metavar="MBPS", help="the cap")
    command.add_argument("--dry-run", action="store_true", help="say what it would give and change nothing")
    _writing(command)


def _bind(command: argparse.ArgumentParser) -> None:
    command.add_argument("eip", metavar="EIP")
    target = command.add_mutually_exclusive_group(required=True)
    target.add_argument("--nic", metavar="NIC", help="an instance's network interface")
    target.add_argument("--snat", metavar="GATEWAY", help="an SNAT entry of a NAT gateway")
    target.add_argument("--dnat", metavar="GATEWAY", help="a DNAT entry of a NAT gateway")
    target.add_argument("--load-balancer", metavar="LB", help="the front end of a load balancer")
    command.add_argument("--private-ip", metavar="IP", help="of the interface, or where DNAT forwards to")
    command.add_argument("--source", metavar="CIDR", nargs="+", action="extend", default=[], help="SNAT: what leaves")
    command.add_argument("--protocol", choices=_PROTOCOLS, help="DNAT")
    command.add_argument("--port", metavar="P[-Q]", help="DNAT: the public port or range")
    command.add_argument("--to-port", metavar="P[-Q]", help="DNAT: the private one (default: the same)")
    _writing(command)


def _cidr_verbs(commands: Any) -> None:
    verbs = _command(commands, "cidr", "a customer CIDR's life").add_subparsers(metavar="VERB", required=True)
    command = _command(verbs, "add", "register a customer CIDR, with its pool", full="cidr add")
    command.add_argument("cidr", metavar="CIDR")
    command.add_argument("--isp", metavar="LINE", required=True, help="the ISP line that announces it")
    command.add_argument("--asn", metavar="N", required=True, help="the ASN that originates it")
    command.add_argument("--pool", metavar="ID", help="the pool it opens or joins")
    command.add_argument("--region", metavar="R")
    command.add_argument("--avoid-edges", action="store_true", help="withhold its first and last address")
    _writing(command)
    command = _command(verbs, "activate", "open it for allocation: your word that it is done", full="cidr activate")
    command.add_argument("cidr", metavar="CIDR")
    _writing(command, reason_required=True)
    command = _command(verbs, "set-asn", "change the ASN that originates it", full="cidr set-asn")
    command.add_argument("cidr", metavar="CIDR")
    command.add_argument("asn", metavar="N")
    _writing(command)
    command = _command(verbs, "drain", "give out nothing more from it", full="cidr drain")
    command.add_argument("cidr", metavar="CIDR")
    _writing(command)
    command = _command(verbs, "retire", "take it out of its pool, once drained and empty", full="cidr retire")
    command.add_argument("cidr", metavar="CIDR")
    _confirming(command)
    _writing(command)
    verbs = _command(commands, "pool", "a pool's settings").add_subparsers(metavar="VERB", required=True)
    command = _command(verbs, "set", "change a pool's settings", full="pool set")
    command.add_argument("pool", metavar="POOL")
    command.add_argument("--order", choices=_ORDERS, help="which free address is next")
    command.add_argument("--cooldown", metavar="SECONDS", help="how long a released address rests")
    command.add_argument("--warn", metavar="PCT", help="a finding from here on")
    command.add_argument("--critical", metavar="PCT", help="a critical finding from here on")
    _writing(command)


def _lists(commands: Any) -> None:
    _printing(_command(commands, "cidrs", "every CIDR"), rows=True)
    _printing(_command(commands, "pools", "every pool, with its usage"), rows=True)
    command = _command(commands, "eips", "every live EIP, or those that match a filter")
    command.add_argument("filter", metavar="FILTER", nargs="*", help="such as own:no state:bound pool:hk-edge")
    _printing(command, rows=True)
    _printing(_command(commands, "services", "every downstream target"), rows=True)
    command = _command(commands, "findings", "what needs attention; exit 1 when there is something")
    command.add_argument("--severity", choices=("critical", "warning", "info"), help="only this bad, or worse")
    _printing(command, rows=True)
    command = _command(commands, "history", "what happened, newest last")
    command.add_argument("subject", metavar="EIP|ADDRESS|CIDR", nargs="?")
    command.add_argument("--since", metavar="TIME")
    _printing(command, rows=True)


def _space_verbs(commands: Any) -> None:
    for name, says in (("reserve", "withhold addresses of a CIDR"), ("unreserve", "give them free again")):
        command = _command(commands, name, says)
        command.add_argument("cidr", metavar="CIDR")
        command.add_argument("range", metavar="FIRST[-LAST]")
        if name == "reserve":
            command.add_argument("--soft", action="store_true", help="they can still be asked for by address")
        _writing(command)
    command = _command(commands, "accept", "accept a finding, with a reason")
    command.add_argument("finding", metavar="FINDING", help="its id, or the EIP of a landing")
    command.add_argument("--until", metavar="TIME", help="until then; without it, for good")
    _writing(command, reason_required=True)
    verbs = _command(commands, "service", "downstream targets").add_subparsers(metavar="VERB", required=True)
    command = _command(verbs, "remove", "say that a target exists no longer", full="service remove")
    command.add_argument("service_id", metavar="ID")
    _writing(command)
    command = _command(verbs, "add", "register a target, or add to what is known of it", full="service add")
    command.add_argument("kind", metavar="KIND", choices=_SERVICES, help=", ".join(_SERVICES))
    command.add_argument("service_id", metavar="ID")
    command.add_argument("--name", metavar="N")
    command.add_argument("--region", metavar="R")
    command.add_argument("--private-ip", metavar="IP", nargs="+", action="extend", default=[])
    command.add_argument("--subnet", metavar="CIDR", nargs="+", action="extend", default=[])
    _writing(command)


def _transfers(commands: Any) -> None:
    command = _command(commands, "import", "load API responses or an export, all of it or nothing")
    command.add_argument("files", metavar="FILE", nargs="+")
    _writing(command)
    command = _command(commands, "export", "everything as one JSON document that can be imported again")
    command.add_argument("file", metavar="FILE", nargs="?", help="without it: to stdout")
    command.add_argument("--force", action="store_true", help="onto an existing file")
    _printing(command)
    command = _command(commands, "backup", "a copy of the database in a file of its own, while others work")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--force", action="store_true", help="onto an existing file")
    _printing(command)
    command = _command(commands, "restore", "bring a backup back; what happened since is lost, and kept in a file")
    command.add_argument("file", metavar="FILE", help="a backup, of this version or an older one")
    command.add_argument("--reason", metavar="TEXT", help="why, kept in the history")
    command.set_defaults(writes=True)
    _confirming(command)
    _printing(command)
    _printing(_command(commands, "verify", "prove the inventory's laws and the history's chains; exit 1 when broken"))
    _printing(_command(commands, "doctor", "what works here, and what to do about what does not"))


_GROUPS: Final[Mapping[frozenset[str], Callable[[Any], None]]] = {
    frozenset({"open", "demo"}): _dashboards,
    frozenset({"lookup", "allocate", "bind", "unbind", "release", "bandwidth", "rehome", "recover"}): _eip_verbs,
    frozenset({"cidr", "pool"}): _cidr_verbs,
    frozenset({"cidrs", "pools", "eips", "services", "findings", "history"}): _lists,
    frozenset({"reserve", "unreserve", "accept", "service"}): _space_verbs,
    frozenset({"import", "export", "backup", "restore", "verify", "doctor"}): _transfers,
}
"""What describes the commands, by their names."""
