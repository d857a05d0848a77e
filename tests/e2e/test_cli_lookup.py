"""Verdicts on the command line: as arguments, at a past time, and out of pasted text."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

LOG = """\
2026-11-23T03:12:00Z deny src=203.0.113.0 dst=8.8.8.8
nothing here, only 1.2.3 and 999.1.1.1
abuse from 203[.]0[.]113[.]1, again 203.0.113.1 and 2001:db8::7
"""


def test_exit_0_when_every_address_is_customer_space_and_1_otherwise(deck: Deck) -> None:
    assert deck("lookup", "203.0.113.0", "203.0.113.15", "--json").code == 0
    assert deck("lookup", "203.0.113.0", "8.8.8.8", "--json").code == 1
    assert deck("lookup", "198.18.0.0", "--json").code == 1


def test_each_verdict_says_where_the_fix_lives(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--count", "2")
    deck.done("bind", "203.0.113.0", "--nic", "nic-1", "--private-ip", "10.0.1.1")
    deck.done("allocate", code=3)
    asked = ("203.0.113.0", "203.0.113.1", "203.0.113.2", "198.18.0.0", "198.18.0.1", "8.8.8.8")
    verdicts = deck.done("lookup", *asked, code=1)
    assert [(each["verdict"], each["fix_in"]) for each in verdicts] == [
        ("customer-bound", "customer_cidr"),
        ("customer-unbound", "customer_cidr"),
        ("customer-unallocated", "customer_cidr"),
        ("default-unbound", "zenlayer"),
        ("default-unallocated", "zenlayer"),
        ("not-ours", "elsewhere"),
    ]
    assert verdicts[0]["eip"]["bindings"][0]["service_id"] == "nic-1"
    assert [each["count"] for each in verdicts] == [1] * 6


CIDR_FIELDS = [
    *("cidr", "customer_owned", "pool_id", "state", "total", "allocated", "bound", "idle", "cooling", "reserved"),
    *("free", "problems", "summary", "as_of"),
]


def test_a_cidr_gives_one_object_in_the_same_list_and_counts_for_the_exit_code(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--count", "2")
    deck.done("bind", "203.0.113.0", "--nic", "nic-1", "--private-ip", "10.0.1.1")
    whole, address, part = deck.done("lookup", "203.0.113.0/28", "203.0.113.1/32", "203.0.113.0/29")
    assert list(whole) == list(part) == CIDR_FIELDS
    assert [whole[name] for name in CIDR_FIELDS[:12]] == [
        "203.0.113.0/28",
        True,
        "hk",
        "active",
        16,
        2,
        1,
        1,
        0,
        0,
        14,
        0,
    ]
    assert (address["address"], address["verdict"]) == ("203.0.113.1", "customer-unbound")
    assert (part["cidr"], part["total"], part["free"]) == ("203.0.113.0/29", 8, 6)
    for cidr in ("8.8.8.0/24", "203.0.112.0/23", "198.18.0.0/20", "10.0.0.0/8"):
        assert deck("lookup", "203.0.113.0/28", cidr, "--json").code == 1


def test_a_cidr_in_every_format_and_in_the_past(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk", "--count", "2")
    table = deck("lookup", "203.0.113.0/28").out.splitlines()
    assert table[0].split()[:4] == ["CIDR", "YOURS", "POOL", "STATE"]
    assert table[1].split()[:7] == ["203.0.113.0/28", "yes", "hk", "active", "16", "0", "2"]
    mixed = deck("lookup", "203.0.113.0/28", "203.0.113.1").out.splitlines()
    assert [line.split()[0] for line in mixed] == ["ADDRESS", "203.0.113.0/28", "203.0.113.1"]
    csv = deck("lookup", "203.0.113.0/28", "--format", "csv").out.splitlines()
    assert csv[0].split(",") == CIDR_FIELDS
    both = deck("lookup", "203.0.113.0/28", "203.0.113.1", "--format", "csv").out.splitlines()
    assert both[0].split(",")[:3] == ["address", "at", "verdict"]
    assert set(CIDR_FIELDS) < set(both[0].split(","))
    assert len({line.count(",") for line in deck("lookup", "8.8.8.0/24", "--format", "csv").out.splitlines()}) == 1
    before = deck("lookup", "203.0.113.0/28", "--at", "300d", "--json")
    assert (before.code, before.document[0]["customer_owned"], before.document[0]["problems"]) == (1, None, None)
    assert deck.refused("lookup", "203.0.113.7/24") == ("invalid_cidr", 2)
    assert deck.refused("lookup", "203.0.113.0/255.255.255.0") == ("invalid_cidr", 2)


def test_a_past_time_is_judged_as_it_was(deck: Deck) -> None:
    eip = deck.done("allocate", "--pool", "hk")["eips"][0]
    deck.done("release", eip["id"], "--yes")
    then = deck.done("lookup", eip["address"], "--at", eip["allocated_at"])[0]
    assert (then["verdict"], then["eip"]["id"]) == ("customer-unbound", eip["id"])
    now = deck.done("lookup", eip["address"])[0]
    assert (now["verdict"], now["eip"]) == ("customer-unallocated", None)
    assert eip["id"] in now["summary"]


def test_text_on_stdin_gives_one_verdict_for_each_address_and_time(deck: Deck) -> None:
    said = deck("lookup", "-", "--json", stdin=LOG)
    assert said.code == 1
    assert [(each["address"], each["verdict"], each["count"]) for each in said.document] == [
        ("203.0.113.0", "unknown", 1),
        ("8.8.8.8", "not-ours", 1),
        ("203.0.113.1", "customer-unallocated", 2),
        ("2001:db8::7", "unknown", 1),
    ]
    assert said.document[0]["at"] == "2026-11-23T03:12:00Z"


@pytest.mark.parametrize("text", ["", "nothing\n"])
def test_text_without_an_address_is_said_to_have_none_and_is_no_all_clear(deck: Deck, text: str) -> None:
    said = deck("lookup", "-", stdin=text)
    assert (said.code, said.out) == (1, "")
    assert "no address in the text" in said.err
    said = deck("lookup", "-", "--json", stdin=text)
    assert (said.code, said.document) == (1, [])


def test_a_verdict_is_not_about_a_time_to_come(deck: Deck) -> None:
    for asked in (("203.0.113.0", "--at", "2999-01-01"), ("-", "--at", "9999-12-31T23:59Z")):
        assert deck.refused("lookup", *asked) == ("invalid_time", 2)
    assert deck("lookup", "203.0.113.0", "--at", "0d", "--json").code == 0


def test_an_ipv6_address_is_unknown_and_named(deck: Deck) -> None:
    verdict = deck.done("lookup", "2001:db8::7", code=1)[0]
    assert (verdict["verdict"], verdict["fix_in"]) == ("unknown", None)
    assert "IPv6" in verdict["summary"]


def test_what_else_is_to_be_known_of_an_eip_is_said_beside_the_table(deck: Deck) -> None:
    for pool in (("--pool", "hk"), ("--default",)):
        address = deck.done("allocate", *pool, "--reason", "J-377")["eips"][0]["address"]
        deck.done("bind", address, "--load-balancer", "lb-1")
    said = deck("lookup", "203.0.113.0")
    assert '203.0.113.0: AS64500, allocated by alice "J-377"; history: eipdeck history 203.0.113.0' in said.err
    assert "lb-1 has 198.18.0.0 DEFAULT too" in said.err
    assert "warning: Rehome it to hk" in deck("lookup", "198.18.0.0").err
    assert deck("lookup", "203.0.113.0", "--json").err == ""


def test_what_a_text_comes_to_is_said_beside_the_table(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk")
    deck.done("bind", "203.0.113.0", "--load-balancer", "lb-1")
    text = "203.0.113.0 8.8.8.8\n203.0.113.0 at 23.11.2026 21:14\nNov 20 10:00:00 fw 8.8.8.8\n"
    said = deck("lookup", "-", stdin=text)
    for words in (
        "4 addresses in 3 lines, 4 distinct by address and time",
        "not-ours: 2",
        "unknown: 1",
        "customer-bound: 1 (lb lb-1 1)",
        "? 2 addresses have no time that is known: judged as of now (time_unknown, first on line 1)",
        "(zone_assumed, first on line 2); --zone NAME settles it",
        "? 1 address has a time without a year: the latest such day is taken (year_assumed, first on line 3)",
    ):
        assert words in said.err
    markdown = deck("lookup", "-", "--format", "md", stdin=text).out.splitlines()
    assert markdown[0].startswith("| ADDRESS | VERDICT |")
    assert len(markdown) == 6


DOUBTFUL = "03/04/2026 10:00:00 203.0.113.1:443\nFeb  3 10:00:00 fw 203.0.113.2\nfrom 203.0.113.3\n"


def test_doubts_are_said_in_the_document_and_beside_it(deck: Deck) -> None:
    said = deck("lookup", "-", "--json", stdin=DOUBTFUL)
    assert [(each["line"], each["doubts"], each["port"], each["time_source"]) for each in said.document] == [
        (1, ["zone_assumed", "ambiguous"], 443, "place"),
        (2, ["zone_assumed", "year_assumed"], None, "place"),
        (3, ["time_unknown"], None, "none"),
    ]
    assert [(each["at"], each["also_at"]) for each in said.document[::2]] == [
        ("2026-03-04T10:00:00Z", ["2026-04-03T10:00:00Z"]),
        (None, []),
    ]
    assert "? 2 addresses have a time without a certain zone" in said.err
    assert "(zone_assumed, first on line 1); --zone NAME settles it" in said.err
    table = deck("lookup", "-", stdin=DOUBTFUL).out
    assert "? zone_assumed ambiguous" in table


def test_every_verdict_has_every_field(deck: Deck) -> None:
    alone = deck.done("lookup", "203.0.113.1")[0]
    text = deck("lookup", "-", "--json", stdin="203.0.113.1\n").document[0]
    assert list(alone) == list(text)
    assert (alone["doubts"], alone["line"], alone["time_source"]) == ([], None, None)


def test_what_is_known_of_a_text_settles_doubts_and_stands_in_the_output(deck: Deck) -> None:
    options = ("--zone", "Asia/Shanghai", "--year", "2025", "--day-first", "--at", "2026-11-01")
    said = deck("lookup", "-", *options, "--json", stdin=DOUBTFUL)
    assert [(each["at"], each["doubts"]) for each in said.document] == [
        ("2026-04-03T02:00:00Z", []),
        ("2025-02-03T02:00:00Z", []),
        ("2026-11-01T00:00:00Z", []),
    ]
    assert "read with --zone Asia/Shanghai --year 2025 --day-first --at 2026-11-01T00:00:00Z" in said.err


def test_the_latest_year_of_a_text_is_that_in_which_it_was_written(deck: Deck) -> None:
    said = deck("lookup", "-", "--now", "2020-06-01", "--json", stdin=DOUBTFUL.splitlines()[1])
    assert said.document[0]["at"] == "2020-02-03T10:00:00Z"


@pytest.mark.parametrize(
    "words",
    [("-", "--zone", "CST"), ("-", "--year", "next"), ("-", "--log-format", "mine"), ("203.0.113.1", "--day-first")],
)
def test_an_option_of_text_that_means_nothing_is_refused(deck: Deck, words: tuple[str, ...]) -> None:
    assert deck.refused("lookup", *words) == ("usage", 2)


def test_arguments_are_dressed_as_in_text(deck: Deck) -> None:
    asked = ("203.0.113.1:443", "203[.]0[.]113[.]1", "203.0.113.1/32", "::ffff:cb00:7101")
    assert {each["address"] for each in deck.done("lookup", *asked)} == {"203.0.113.1"}
    assert deck.refused("lookup", "203.0.113.0-203.0.113.9") == ("invalid_address", 2)


def test_a_line_of_many_megabytes_is_read_in_parts_and_no_address_is_cut(deck: Deck) -> None:
    blob = "x" * 6 + " " + " ".join(f"203.0.113.{number % 16}" for number in range(200_000))
    found = deck("lookup", "-", "--json", stdin=blob).document
    assert sum(each["count"] for each in found) == 200_000
    assert len(found) == 16


def test_findings_of_a_severity(deck: Deck) -> None:
    deck.done("allocate", code=3)
    assert [each["severity"] for each in deck.done("findings", "--severity", "warning", code=1)] == ["warning"]
    assert deck.done("findings", "--severity", "critical") == []


def test_a_target_that_was_removed_is_a_finding_while_something_names_it(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk")
    deck.done("bind", "203.0.113.0", "--load-balancer", "lb-1")
    said = deck("service", "remove", "lb-1", "--reason", "gone")
    assert "1 EIP is still bound to it" in said.err
    assert [each["code"] for each in deck.done("findings", code=1)] == ["service_missing"]
    deck.done("unbind", "203.0.113.0")
    assert deck.done("findings") == []
    assert deck.refused("service", "remove", "lb-9") == ("service_not_found", 5)


ODD = 'my "pool";touch /tmp/x is:idle'


def test_a_command_that_an_answer_names_is_one_command_whatever_the_ids_are(deck: Deck) -> None:
    deck.done("cidr", "add", "192.0.2.0/28", "--isp", "bgp-a", "--asn", "64500", "--pool", ODD)
    said = deck("cidr", "activate", "192.0.2.0/28", "--reason", "announced").err
    words = shlex.split(said.partition("next: eipdeck ")[2].splitlines()[0])
    assert words == ["allocate", "--pool", ODD]
    assert [each["pool_id"] for each in deck.done(*words)["eips"]] == [ODD]
    deck.done("service", "add", "load-balancer", ODD)
    deck.done("bind", "192.0.2.0", "--load-balancer", ODD)
    said = deck("service", "remove", ODD, "--reason", "gone").err
    words = shlex.split(said.partition("still bound to it: eipdeck ")[2].splitlines()[0])
    assert [each["address"] for each in deck.done(*words)] == ["192.0.2.0"]
    (missing,) = deck.done("findings", code=1)
    words = shlex.split(missing["remedy"].partition("eipdeck ")[2].partition(" lists them")[0])
    assert [each["address"] for each in deck.done(*words)] == ["192.0.2.0"]


def test_a_remedy_moves_to_the_pool_it_names(deck: Deck) -> None:
    deck.done("cidr", "add", "192.0.2.0/24", "--isp", "bgp-a", "--asn", "64500", "--pool", "-" + ODD)
    deck.done("cidr", "activate", "192.0.2.0/24", "--reason", "announced")
    deck.done("allocate", code=3)
    (landed,) = deck.done("findings", code=1)
    words = shlex.split(landed["remedy"].partition(": eipdeck ")[2].partition("; or accept")[0])
    assert [each["pool_id"] for each in deck.done(*words)["eips"]] == ["-" + ODD]


STREAM = """\
2026-11-23T03:12:00Z deny src=203.0.113.0 dst=8.8.8.8
nothing here
2026-11-23T03:12:01Z deny src=9.9.9.9
"""


def test_ours_leaves_out_what_was_never_ours(deck: Deck) -> None:
    said = deck("lookup", "-", "--ours", "--json", stdin=STREAM)
    assert said.code == 0
    assert [each["address"] for each in said.document] == ["203.0.113.0"]
    said = deck("lookup", "-", "--ours", stdin="from 9.9.9.9\n")
    assert "no address in the text was ever yours" in said.err
    said = deck("lookup", "-", "--ours", "--json", stdin="from 9.9.9.9\n")
    assert (said.code, said.document) == (1, [])


def test_annotate_prints_each_line_with_its_verdicts_behind_it(deck: Deck) -> None:
    said = deck("lookup", "-", "--annotate", stdin=STREAM)
    first, second, third = said.out.splitlines()
    assert said.code == 1
    assert first == f"{STREAM.splitlines()[0]}  <- 203.0.113.0 unknown; 8.8.8.8 not-ours"
    assert second == "nothing here"
    assert third.endswith("  <- 9.9.9.9 not-ours")
    said = deck("lookup", "-", "--annotate", "--ours", stdin=STREAM)
    assert (said.code, len(said.out.splitlines())) == (0, 1)


def test_annotated_text_reaches_the_terminal_harmless(deck: Deck) -> None:
    said = deck("lookup", "-", "--annotate", stdin="\x1b[2J from 203.0.113.0\n")
    assert "\x1b" not in said.out
    assert "203.0.113.0 customer-unallocated" in said.out


def test_a_mode_of_text_is_refused_without_text(deck: Deck) -> None:
    for mode in ("--ours", "--annotate", "--follow"):
        assert deck.refused("lookup", "203.0.113.0", mode) == ("usage", 2)
    assert deck.refused("lookup", "-", "--annotate") == ("usage", 2)


def test_follow_answers_a_line_before_the_next_is_written(deck: Deck) -> None:
    words = [sys.executable, "-m", "tui", "--db", str(deck.path), "lookup", "-", "--follow"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for address, verdict in (("203.0.113.0", "customer-unallocated"), ("9.9.9.9", "not-ours")):
            program.stdin.write(f"seen {address}\n")
            program.stdin.flush()
            line = program.stdout.readline()
            while address not in line:
                assert line
                line = program.stdout.readline()
            assert verdict in line
        program.stdin.close()
        assert program.wait() == 1
