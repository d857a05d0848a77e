"""Text to verdicts: many addresses at many moments are judged as each of them alone is."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    ActivateRequest,
    AddCidrRequest,
    Config,
    DrainRequest,
    EipdeckError,
    Inventory,
    RetireRequest,
    TextFacts,
    UnbindRequest,
    Verdict,
)
from core.queries import log_verdicts
from tests.core.kit import START, Clock, balancer, customer_cidr, dnat, fresh_desk, nic, one, release, services, snat

CIDR = "203.0.113.0/30"
MICROSECOND = timedelta(microseconds=1)
LAB = Config(region="lab", regions={"lab": ("198.18.64.0/30",)})
ASKED = (
    *(f"203.0.113.{octet}" for octet in range(6)),
    *(f"198.18.64.{octet}" for octet in range(3)),
    "203.0.112.255",
    "8.8.8.8",
    "0.0.0.1",
    "255.255.255.255",
)

VERBS: dict[str, Callable[[Inventory], object]] = {
    "allocate": one,
    "allocate again": one,
    "land": lambda inventory: one(inventory, None),
    "balancer": lambda inventory: inventory.execute(balancer(next(inventory.eips("state:unbound")).address)),
    "nic": lambda inventory: inventory.execute(nic(next(inventory.eips("state:unbound")).address)),
    "snat": lambda inventory: inventory.execute(snat(next(inventory.eips()).address)),
    "unbind": lambda inventory: inventory.execute(UnbindRequest(eip=next(inventory.eips("state:bound")).address)),
    "release": lambda inventory: release(inventory, next(inventory.eips()).address, unbind=True),
    "release the last": lambda inventory: release(inventory, list(inventory.eips())[-1].address, unbind=True),
    "drain": lambda inventory: inventory.execute(DrainRequest(cidr=CIDR)),
    "activate": lambda inventory: inventory.execute(ActivateRequest(cidr=CIDR, reason="back")),
    "retire": lambda inventory: inventory.execute(RetireRequest(cidr=CIDR)),
    "add": lambda inventory: inventory.execute(AddCidrRequest(cidr=CIDR, isp="bgp-b", asn=64501, pool_id="edge")),
    "a neighbour": lambda inventory: customer_cidr(inventory, "203.0.113.4/31", pool="other"),
}


def lived(folder: Path, deeds: list[str], cooldown: int) -> tuple[Inventory, list[datetime]]:
    """A desk on which these things were tried, a minute apart; and when."""
    clock = Clock()
    inventory = fresh_desk(folder, clock=clock, config=LAB)
    moments = [clock.now - MICROSECOND, clock.now]
    customer_cidr(inventory, CIDR, cooldown=cooldown)
    services(inventory)
    for deed in deeds:
        moments.append(clock.advance(60))
        with suppress(EipdeckError, StopIteration, IndexError):
            VERBS[deed](inventory)
    moments += [clock.now - MICROSECOND, clock.advance(30), clock.now + timedelta(days=1)]
    return inventory, sorted(set(moments))


def bare(verdict: Verdict) -> Verdict:
    """The verdict without what only a text has."""
    return verdict._replace(line=None, time_source=None, doubts=())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(st.sampled_from(sorted(VERBS)), max_size=25), cooldown=st.sampled_from([0, 90, 86_400]))
def test_many_at_once_are_judged_as_each_alone(deeds: list[str], cooldown: int) -> None:
    with TemporaryDirectory() as folder:
        inventory, moments = lived(Path(folder), deeds, cooldown)
        lines = [f"{moment.isoformat()} {address}" for moment in moments for address in ASKED]
        text = [*lines, *ASKED]
        asked = [(address, moment) for moment in moments for address in ASKED]
        alone = [inventory.lookup(address, moment) for address, moment in asked]
        present = [inventory.lookup(each) for each in ASKED]
        found = inventory.lookup_text(text)
        assert [bare(each) for each in found[: len(alone)]] == alone
        assert [(each.address, each.verdict, each.eip) for each in found[len(alone) :]] == [
            (each.address, each.verdict, each.eip) for each in present
        ]
        inventory.close()


def test_an_address_is_counted_once_a_moment_in_order_of_appearance(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    text = [
        "2026-11-20T10:00:00Z 8.8.8.8 to 203.0.113.7",
        "2026-11-20T10:00:00Z 203[.]0[.]113[.]7 again",
        "no time: 8.8.8.8, 2001:db8::1",
    ]
    found = [(each.address, each.at, each.count) for each in inventory.lookup_text(text)]
    then = START.replace(day=20, hour=10)
    assert found == [("8.8.8.8", then, 1), ("203.0.113.7", then, 2), ("8.8.8.8", None, 1), ("2001:db8::1", None, 1)]


def test_more_than_fits_in_one_statement(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    customer_cidr(inventory, "203.0.112.0/21")
    eip = one(inventory)
    text = [f"203.0.{high}.{low}" for high in range(112, 120) for low in range(256)]
    found = inventory.lookup_text(text)
    assert [each.address for each in found] == text
    assert [each.eip.id for each in found if each.eip is not None] == [eip.id]
    assert (found[700].verdict, found[700].line) == (inventory.lookup(text[700]).verdict, 701)


def test_progress_is_told(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path)
    heard: list[int] = []
    found = inventory.evidence(("8.8.8.8" for _ in range(12_000)), on_progress=heard.append)
    assert heard == [0, 5_000, 10_000]
    assert (found.lines, found.mentions, len(found.verdicts)) == (12_000, 12_000, 1)


def test_doubts_are_counted_by_kind_with_the_first_line(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    text = ["2026-11-20T10:00Z 8.8.8.8", "2026-11-20 10:00 8.8.8.8", "2026-11-20 11:00 none", "now 8.8.8.8 8.8.4.4"]
    found = inventory.evidence(text)
    assert (found.lines, found.mentions) == (4, 4)
    assert found.doubts == (("time_unknown", 2, 4), ("zone_assumed", 1, 2))
    assert [(each.address, each.count, each.line, each.doubts) for each in found.verdicts] == [
        ("8.8.8.8", 2, 1, ("zone_assumed",)),
        ("8.8.8.8", 1, 4, ("time_unknown",)),
        ("8.8.4.4", 1, 4, ("time_unknown",)),
    ]


def test_no_moment_is_never_a_silent_now(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    (verdict,) = inventory.lookup_text(["yesterday 21:14:07 from 8.8.8.8"])
    assert (verdict.at, verdict.as_of, verdict.time_source) == (None, START, "none")
    assert verdict.summary.endswith("The text names no moment: this is as of 2026-11-23 12:00:00Z.")
    (verdict,) = inventory.lookup_text(["from 8.8.8.8"], START - timedelta(days=1))
    assert (verdict.at, verdict.doubts, verdict.time_source) == (START - timedelta(days=1), (), "asked")


def test_what_the_operator_knows_of_a_text_settles_its_doubts(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    text = ["03/04/2026 10:00:00 8.8.8.8", "Feb 03 10:00:00 host 8.8.4.4"]
    facts = TextFacts(zone="Asia/Shanghai", year=2025, day_first=True)
    found = [(each.at, each.doubts) for each in inventory.evidence(text, facts=facts).verdicts]
    assert found == [
        (START.replace(month=4, day=3, hour=2, minute=0, second=0, microsecond=0), ()),
        (START.replace(year=2025, month=2, day=3, hour=2, minute=0, second=0, microsecond=0), ()),
    ]


@pytest.mark.parametrize(
    "facts", [TextFacts(zone="CST"), TextFacts(zone="Moon/Base"), TextFacts(year=26), TextFacts(log_format="x")]
)
def test_facts_that_mean_nothing_are_refused(tmp_path: Path, facts: TextFacts) -> None:
    with pytest.raises(EipdeckError) as refused:
        fresh_desk(tmp_path).evidence(["8.8.8.8"], facts=facts)
    assert refused.value.code == "usage"


def two_tenancies(tmp_path: Path) -> tuple[Inventory, str, datetime, datetime]:
    """An address that one EIP held in March and another one in April; and a moment of each."""
    clock = Clock()
    clock.now = START.replace(month=3, day=1)
    inventory = fresh_desk(tmp_path, clock=clock)
    customer_cidr(inventory, CIDR, cooldown=0)
    first = one(inventory)
    clock.now = START.replace(month=3, day=20)
    release(inventory, first.address)
    while one(inventory).address != first.address:
        pass
    clock.now = START
    return inventory, first.address, START.replace(month=3, day=4), START.replace(month=4, day=3)


def test_both_readings_of_a_time_are_judged(tmp_path: Path) -> None:
    inventory, address, march, april = two_tenancies(tmp_path)
    (verdict,) = inventory.lookup_text([f"03/04/2026 {march:%H:%M:%S} {address}"])
    other = inventory.lookup(address, april)
    assert verdict.at == march.replace(microsecond=0)
    assert verdict.also_at == (april.replace(microsecond=0),)
    assert verdict.eip is not None
    assert other.eip is not None
    assert verdict.eip.id != other.eip.id
    assert f"The time can mean another moment: as of {april:%Y-%m-%d %H:%M:%S}Z it is {other.eip.id}" in verdict.summary


def test_the_same_holder_under_each_reading_is_an_answer(tmp_path: Path) -> None:
    inventory, address, _, _ = two_tenancies(tmp_path)
    (verdict,) = inventory.lookup_text([f"04/05/2026 10:00:00 {address}"])
    assert verdict.eip is not None
    assert f"Either way {verdict.eip.id}: the time can also mean 2026-05-04 10:00:00Z." in verdict.summary
    assert "ambiguous" in verdict.doubts


def test_a_reading_that_lies_in_the_future_is_said_to(tmp_path: Path) -> None:
    inventory, address, _, _ = two_tenancies(tmp_path)
    (verdict,) = inventory.lookup_text([f"12/11/2026 10:00:00 {address}"])
    assert verdict.at == START.replace(day=12, hour=10)
    assert "the time can also mean 2026-12-11 10:00:00Z (in the future)." in verdict.summary


def test_the_port_names_the_one_host(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    customer_cidr(inventory, CIDR)
    services(inventory)
    address = one(inventory).address
    inventory.execute(dnat(address, "tcp", "25", to_port="2525"))
    dnat_only = [f"{address}:25", f"{address}:80"]
    said = [inventory.lookup(each).summary for each in dnat_only]
    assert "Port 25 comes in to 10.0.8.10:2525 by dnat nat-1." in said[0]
    assert said[1].endswith("No DNAT entry forwards port 80: nothing listens there.")
    inventory.execute(snat(address))
    assert "the log there tells which host" in inventory.lookup(f"{address}:80").summary
    assert inventory.lookup_text([f"SRC={address} SPT=25 PROTO=UDP"])[0].port == 25


@pytest.mark.parametrize(
    "words",
    ["203.0.113.7:443", "203[.]0[.]113[.]7", "203.0.113.7/32", "::ffff:203.0.113.7", "::ffff:cb00:7107", "203.0.113.7"],
)
def test_a_lookup_takes_an_address_in_any_dress(tmp_path: Path, words: str) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    assert inventory.lookup(words).address == "203.0.113.7"
    assert inventory.lookup(f"{words} @ 2d").at == START - timedelta(days=2)


@pytest.mark.parametrize("words", ["", "203.0.113.0/24", "203.0.113.7 203.0.113.8", "2026-11-20T10:00Z 203.0.113.7"])
def test_a_lookup_takes_nothing_but_one_address(tmp_path: Path, words: str) -> None:
    with pytest.raises(EipdeckError) as refused:
        fresh_desk(tmp_path).lookup(words)
    assert refused.value.code == "invalid_address"


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        ("10.0.0.12", "Private,"),
        ("127.0.0.1", "Loopback, "),
        ("224.0.0.1", "Multicast, "),
        ("240.0.0.1", "Reserved, "),
    ],
)
def test_space_that_is_never_routed_has_no_place_to_fix(tmp_path: Path, address: str, begins: str) -> None:
    verdict = fresh_desk(tmp_path).lookup(address)
    assert (verdict.verdict, verdict.fix_in) == ("not-ours", None)
    assert verdict.summary.startswith(begins)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gzip"])
def test_bytes_are_read_whatever_they_are(tmp_path: Path, encoding: str) -> None:
    text = "2026-11-20T10:00Z 203.0.113.7\r\n2026-11-20T10:00Z 203.0.113.7\r\n"
    data = gzip.compress(text.encode()) if encoding == "gzip" else text.encode(encoding)
    found = fresh_desk(tmp_path).evidence([data[:7], data[7:]])
    assert [(each.address, each.count) for each in found.verdicts] == [("203.0.113.7", 2)]
    assert found.lines == 2


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_gzip_is_read_to_its_end(tmp_path: Path, piece: int) -> None:
    packed = gzip.compress(b"8.8.8.8 ") + gzip.compress(b"203.0.113.7\n") + b"\0\0"
    cut = [packed[at : at + piece] for at in range(0, len(packed), piece)]
    found = fresh_desk(tmp_path).evidence(cut)
    assert [each.address for each in found.verdicts] == ["8.8.8.8", "203.0.113.7"]


def test_what_unpacks_to_much_more_is_read_to_its_end(tmp_path: Path) -> None:
    packed = gzip.compress(b" " * 3_000_000 + b" 203.0.113.7")
    found = fresh_desk(tmp_path).evidence([packed])
    assert [each.address for each in found.verdicts] == ["203.0.113.7"]


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"203.0.113.7\n" * 99, mtime=0)[:-9],
        gzip.compress(b"203.0.113.7\n", mtime=0)[:10] + b"\xff" * 20,
        bz2.compress(b"203.0.113.7"),
        lzma.compress(b"203.0.113.7"),
    ],
    ids=["gzip cut off", "gzip damaged", "bzip2", "xz"],
)
def test_bytes_that_are_not_text_are_never_said_to_have_no_address(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(EipdeckError) as refused:
        fresh_desk(tmp_path).evidence([data])
    assert refused.value.code == "usage"


def many_lines(count: int, line: str) -> Iterator[bytes]:
    """Give lines of distinct addresses, each at its own second of 3 or 4 September, in pieces."""
    for first in range(0, count, 1000):
        yield "".join(
            line.format(
                address=f"9.{number >> 16}.{number >> 8 & 255}.{number & 255}",
                clock=f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}",
            )
            for number in range(first, min(first + 1000, count))
        ).encode()


def test_an_address_and_moment_is_held_in_200_bytes(inventory: Inventory) -> None:
    line = '{address} - - [04/Sep/2026:{clock} +0000] "GET / HTTP/1.1" 200 1\n'
    fresh = 10_923
    """Entries that make a dictionary grow to its next size."""
    inventory.evidence(many_lines(10, line))
    tracemalloc.start()
    try:
        found = inventory.text_verdicts(many_lines(fresh, line))
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < 200 * fresh
    assert sum(1 for _ in found.verdicts) == fresh


@pytest.mark.parametrize("line", ["2026-09-04T{clock}Z drop {address}\n", "03/04/2026 {clock} UTC drop {address}\n"])
def test_more_than_is_held_is_refused_with_the_limit(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(log_verdicts, "MOST_HELD", 2_000)
    with pytest.raises(EipdeckError, match="More than 2,000 distinct addresses and moments") as refused:
        inventory.text_verdicts(many_lines(100_000, line))
    assert refused.value.code == "usage"
    assert int(refused.value.details["line"]) < 10_000, "it is refused while the text still comes"
    ours = inventory.text_verdicts(many_lines(4_000, line), ours=True)
    assert list(ours.verdicts) == []
    assert sum(len(lines) for lines in inventory.follow(many_lines(4_000, line))) == 4_000
