"""The command line of every request: exact, one shell word for each thing, and the same request when it is run."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import (
    AcceptClockRequest,
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    PoolOrder,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    RenameRequest,
    Request,
    ReserveRequest,
    RetireRequest,
    ServiceKind,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
)
from core.domain import requests as domain_requests
from tui.cli import changes, confirmation, queries
from tui.cli.arguments import Misuse, parse
from tui.cli.requests import request_of
from tui.modals.lines import shell_rows
from tui.wording.command_line import command_line, with_reason
from tui.wording.verb import Argument, Kind, Verb
from tui.wording.verbs import VERB_NAMED, VERB_OF, VERBS

IP = "203.0.113.9"
NET = "203.0.113.0/24"
COMMANDS: list[tuple[Any, str]] = [
    (AllocationRequest(), "allocate"),
    (
        AllocationRequest(pool_id="p", region="r", address=IP, name="a b", bandwidth_mbps=5, dry_run=True),
        f"allocate --pool p --region r --address {IP} --name 'a b' --bandwidth 5 --dry-run",
    ),
    (AllocationRequest(default=True, count=3), "allocate --default --count 3"),
    (
        BindRequest(eip=IP, kind=BindingKind.NIC, service_id="nic-1", private_ip="10.0.0.1"),
        f"bind {IP} --nic nic-1 --private-ip 10.0.0.1",
    ),
    (
        BindRequest(eip=IP, kind=BindingKind.SNAT, service_id="nat-1", sources=("10.0.8.0/24", "10.0.9.0/24")),
        f"bind {IP} --snat nat-1 --source 10.0.8.0/24 --source 10.0.9.0/24",
    ),
    (
        BindRequest(
            eip=IP,
            kind=BindingKind.DNAT,
            service_id="nat-2",
            private_ip="10.0.2.20",
            protocol="tcp",
            port="8000-8010",
            to_port="9000-9010",
        ),
        f"bind {IP} --dnat nat-2 --private-ip 10.0.2.20 --protocol tcp --port 8000-8010 --to-port 9000-9010",
    ),
    (
        BindRequest(eip=IP, kind=BindingKind.LOAD_BALANCER, service_id="lb"),
        f"bind {IP} --load-balancer lb",
    ),
    (UnbindRequest(eip=IP), f"unbind {IP}"),
    (UnbindRequest(eip=IP, binding_id="b-1"), f"unbind {IP} --binding b-1"),
    (ReleaseRequest(eips=(IP, "eip-2"), unbind=True), f"release {IP} eip-2 --unbind --yes"),
    (ReleaseRequest(eips=(IP,)), f"release {IP} --yes"),
    (BandwidthRequest(eip=IP, bandwidth_mbps=200), f"bandwidth {IP} 200"),
    (RenameRequest(eip=IP, name="a b"), f"name {IP} 'a b'"),
    (RenameRequest(eip=IP, name=""), f"name {IP} ''"),
    (
        RehomeRequest(eip=IP, pool_id="p", address="192.0.2.1", keep=True),
        f"rehome {IP} --pool p --address 192.0.2.1 --keep --yes",
    ),
    (RecoverRequest(address=IP), f"recover {IP}"),
    (AcceptRequest(finding="f-1", until="2026-01-31T00:00:00Z"), "accept f-1 --until 2026-01-31T00:00:00Z"),
    (
        AddCidrRequest(cidr=NET, isp="x y", asn=64500, pool_id="p", region="r", avoid_edges=True),
        f"cidr add {NET} --isp 'x y' --asn 64500 --pool p --region r --avoid-edges",
    ),
    (ActivateRequest(cidr=NET), f"cidr activate {NET}"),
    (SetAsnRequest(cidr=NET, asn=64501), f"cidr set-asn {NET} 64501"),
    (DrainRequest(cidr=NET), f"cidr drain {NET}"),
    (RetireRequest(cidr=NET), f"cidr retire {NET} --yes"),
    (
        PoolSettingsRequest(pool_id="p", order=PoolOrder.LOWEST, cooldown_seconds=60, warn_percent=80),
        "pool set p --order lowest --cooldown 60 --warn 80",
    ),
    (ReserveRequest(cidr=NET, first=IP, last="203.0.113.12", soft=True), f"reserve {NET} {IP}-203.0.113.12 --soft"),
    (UnreserveRequest(cidr=NET, first=IP), f"unreserve {NET} {IP}"),
    (
        AddServiceRequest(kind=ServiceKind.NIC, service_id="nic-1", name="web", private_ips=("10.0.0.1", "10.0.0.2")),
        "service add nic nic-1 --name web --private-ip 10.0.0.1 --private-ip 10.0.0.2",
    ),
    (RemoveServiceRequest(service_id="lb-1"), "service remove lb-1"),
    (AcceptClockRequest(), "clock accept"),
]


@pytest.mark.parametrize(("request_", "command"), COMMANDS, ids=lambda value: type(value).__name__)
def test_every_request_has_its_command(request_: Any, command: str) -> None:
    assert command_line(request_) == f"eipdeck {command}"


def test_request_id_and_reason_come_last() -> None:
    request = UnbindRequest(eip=IP, reason="it's J-1", request_id="k")
    assert command_line(request) == f"eipdeck unbind {IP} --request-id k --reason 'it'\"'\"'s J-1'"


def test_a_value_that_looks_like_an_option_is_joined_to_its_own() -> None:
    request = AllocationRequest(name="--default", reason="-x")
    assert command_line(request) == "eipdeck allocate --name=--default --reason=-x"


def test_an_argument_that_looks_like_an_option_comes_after_all_options() -> None:
    line = command_line(RenameRequest(eip=IP, name="-new", reason="J-1"))
    assert line == f"eipdeck name --reason J-1 -- {IP} -new"
    assert with_reason(line, "--") == f"eipdeck name --reason=-- -- {IP} -new"
    assert with_reason(line, "") == f"eipdeck name -- {IP} -new"


def test_no_request_is_refused() -> None:
    with pytest.raises(TypeError, match="is not a request"):
        command_line("release")


TEXT = st.text(min_size=1, max_size=60).filter(lambda text: "\0" not in text)


REQUESTS: dict[str, type[Request[object]]] = {
    name: found
    for name in domain_requests.__all__
    if isinstance(found := getattr(core, name), type)
    and issubclass(found, Request)
    and found not in (Request, core.EipRequest)
}
POSITIONAL = (TEXT | TEXT.map("-{}".format)).filter(lambda text: text != "--")
ADDRESS = st.ip_addresses(v=4).map(str)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.SWITCH: st.booleans(),
    Kind.COUNT: st.integers(-(10**17), 10**17),
    Kind.MBPS: st.integers(-(10**17), 10**17),
    Kind.SECONDS: st.integers(0, 10**17),
    Kind.PERCENT: st.integers(0, 99_999).map(lambda hundredths: hundredths / 100),
    Kind.ASN: st.integers(0, 2**32),
    Kind.ORDER: st.sampled_from(PoolOrder),
    Kind.SERVICE: st.sampled_from(ServiceKind),
}


def value_of(argument: Argument) -> st.SearchStrategy[Any]:
    """Any value that the words of an argument can say."""
    if argument.kind is not Kind.TEXT:
        return VALUES[argument.kind]
    if argument.choices:
        return st.sampled_from(argument.choices)
    one = TEXT | st.just("") if argument.is_option else POSITIONAL
    return st.lists(one, min_size=1, max_size=3).map(tuple) if argument.nargs else one


@st.composite
def requests(draw: st.DrawFn, verb: Verb) -> Request[object]:
    """A request that a verb can say, with any of its options."""
    exclusive = [argument for argument in verb.arguments if argument.exclusive]
    chosen = draw(st.sampled_from(exclusive)) if exclusive else None
    target = chosen.when if chosen is not None and chosen.kind is Kind.TARGET else ()
    values: dict[str, Any] = {}
    for argument in verb.arguments:
        if argument.kind is Kind.YES or (argument.exclusive and argument is not chosen):
            continue
        if argument.when and argument.when != target and not set(target) <= set(argument.when):
            continue
        if argument.kind is Kind.RANGE:
            first, last = draw(st.lists(ADDRESS, min_size=2, max_size=2, unique=True))
            values |= {"first": first, "last": draw(st.sampled_from([None, last]))}
        elif argument.kind is Kind.TARGET:
            values |= {"service_id": draw(TEXT), "kind": BindingKind(argument.when[0])}
        elif not argument.is_option or argument.required or draw(st.booleans()):
            values[argument.field] = draw(value_of(argument))
    return REQUESTS[verb.request](**values)


@pytest.mark.parametrize("verb", VERB_OF.values(), ids=lambda verb: verb.name)
@given(st.data())
def test_the_command_line_of_a_request_is_that_request(verb: Verb, data: st.DataObject) -> None:
    request = data.draw(requests(verb))
    program, *words = shlex.split(command_line(request))
    assert program == "eipdeck"
    command = parse(words)
    assert command.verb is verb
    assert command.given.get("yes") in (None, True)
    assert request_of(command) == request


def test_every_request_has_one_verb_that_says_each_of_its_fields() -> None:
    assert set(VERB_OF) == set(REQUESTS)
    assert len(VERB_OF) == sum(bool(verb.request) for verb in VERBS)
    said = {Kind.RANGE: {"first", "last"}, Kind.TARGET: {"service_id", "kind"}, Kind.YES: set()}
    for name, verb in VERB_OF.items():
        named = set().union(*(said.get(argument.kind, {argument.field}) for argument in verb.arguments))
        assert named == {field.name for field in fields(REQUESTS[name])} - {"expected"}, name


def test_a_verb_that_takes_a_yes_asks_for_it() -> None:
    for verb in VERB_OF.values():
        asked = confirmation.asked.dispatch(REQUESTS[verb.request]) is not confirmation.asked.dispatch(object)
        assert asked == any(argument.kind is Kind.YES for argument in verb.arguments), verb.name


def test_what_answers_a_verb_takes_the_arguments_that_it_declares() -> None:
    answers: dict[str, Callable[..., Any]] = {**queries._QUERIES, **changes._TRANSFERS}
    others = {"open", "demo", "doctor"}
    assert set(answers) | others == {verb.name for verb in VERBS if not verb.request}
    for name, answer in answers.items():
        taken = [each.name for each in inspect.signature(answer).parameters.values() if each.kind is each.KEYWORD_ONLY]
        assert sorted(taken) == sorted(argument.dest for argument in VERB_NAMED[name].arguments), name
        assert VERB_NAMED[name].writes == (name in changes._TRANSFERS)


@pytest.mark.parametrize(
    "words",
    [
        "bind --snat nat-1 --source 10.0.8.0/24 203.0.113.1",
        "bind --source 10.0.8.0/24 203.0.113.1 --snat nat-1",
        "bind --snat nat-1 203.0.113.1 --source 10.0.8.0/24",
    ],
)
def test_the_sources_of_a_binding_do_not_swallow_its_eip(words: str) -> None:
    request = request_of(parse(words.split()))
    assert isinstance(request, BindRequest)
    assert (request.eip, request.sources) == ("203.0.113.1", ("10.0.8.0/24",))


def test_without_an_eip_the_sources_stay_sources() -> None:
    with pytest.raises(Misuse, match="required: EIP"):
        parse(["bind", "--snat", "nat-1", "--source", "10.0.8.0/24"])


@given(TEXT, TEXT)
def test_any_text_survives_the_shell(name: str, reason: str) -> None:
    parts = shlex.split(command_line(AllocationRequest(pool_id="p", name=name, reason=reason)))
    joined = [f"--name={name}"] if name.startswith("-") else ["--name", name]
    last = [f"--reason={reason}"] if reason.startswith("-") else ["--reason", reason]
    assert parts == ["eipdeck", "allocate", "--pool", "p", *joined, *last]


@given(TEXT, TEXT, TEXT)
def test_another_reason_changes_nothing_else(name: str, reason: str, other: str) -> None:
    was = command_line(AllocationRequest(name=name, reason=reason))
    assert with_reason(was, other) == command_line(AllocationRequest(name=name, reason=other))
    assert with_reason(was, "") == command_line(AllocationRequest(name=name))
    assert with_reason(with_reason(was, ""), reason) == was


@given(st.text("abcd-= '\"\\", min_size=1, max_size=80), st.integers(30, 120))
def test_a_broken_line_is_the_same_command(name: str, width: int) -> None:
    command = command_line(AllocationRequest(pool_id="hk-spare", name=name, bandwidth_mbps=100, reason="J-902"))
    rows = shell_rows(command, width)
    joined = "\n".join(rows).replace(" \\\n", " ")  # as a shell joins them
    assert shlex.split(joined) == shlex.split(command)


def test_a_row_is_as_long_as_there_is_room_and_keeps_options_with_their_values() -> None:
    command = "eipdeck allocate --pool hk-spare --name web-44 --bandwidth 100 --reason J-902"
    assert shell_rows(command, 60) == [
        "eipdeck allocate --pool hk-spare --name web-44 \\",
        "  --bandwidth 100 --reason J-902",
    ]
    assert shell_rows(command, 200) == [command]
