"""What bad input gets: a code, an exit code, a sentence, and a database equal to what it was."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck, Said

ADD = ("--isp", "bgp-a", "--asn", "64500")
TCP = ("bind", "203.0.113.0", "--dnat", "nat-1", "--private-ip", "10.0.8.5", "--protocol", "tcp")


@pytest.fixture
def held(deck: Deck) -> Deck:
    """203.0.113.0 is held by `eip-1`."""
    deck.done("allocate", "--pool", "hk")
    return deck


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("cidr", "add", "203.0.113.0/33", *ADD), "invalid_cidr", 2),
        (("cidr", "add", "203.0.112.1/24", *ADD), "invalid_cidr", 2),
        (("cidr", "add", "192.0.2.0", *ADD), "invalid_cidr", 2),
        (("cidr", "add", "192.0.2.0/255.255.255.0", *ADD), "invalid_cidr", 2),
        (("cidr", "add", "10.0.0.0/24", *ADD), "invalid_cidr", 2),
        (("cidr", "add", "224.0.0.0/24", *ADD), "invalid_cidr", 2),
        (("cidr", "add", "2001:db8::/32", *ADD), "invalid_cidr", 2),
        (("cidr", "add", "203.0.113.0/24", *ADD), "cidr_overlap", 4),
        (("cidr", "add", "192.0.2.0/24", "--isp", "bgp-a", "--asn", "64512"), "asn_not_supported", 4),
        (("cidr", "add", "192.0.2.0/24", "--isp", "bgp-a", "--asn", "-1"), "asn_not_supported", 4),
        (("cidr", "add", "192.0.2.0/24", "--isp", "bgp-a", "--asn", "abc"), "usage", 2),
        (("cidr", "add", "192.0.2.0/24", *ADD, "--region", "atlantis", "--pool", "default-asia-east-1"), None, 4),
        (("cidr", "activate", "203.0.113.0/28"), "usage", 2),
        (("cidr", "activate", "203.0.113.0/28", "--reason", ""), "usage", 2),
        (("cidr", "activate", "192.0.2.0/24", "--reason", "x"), "cidr_not_found", 5),
        (("cidr", "drain", "192.0.2.0/24"), "cidr_not_found", 5),
        (("cidr", "retire", "203.0.113.0/28"), "confirmation_required", 2),
        (("cidr", "retire", "203.0.113.0/28", "--yes"), "cidr_not_drained", 4),
        (("cidr", "set-asn", "203.0.113.0/28", "x"), "usage", 2),
        (("cidr",), "usage", 2),
        (("lookup", "203.0.113.07"), "invalid_address", 2),
        (("lookup", "203.0.113.256"), "invalid_address", 2),
        (("lookup", "203.0.113.1", "--at", "yesterday-ish"), "invalid_time", 2),
        (("lookup", "203.0.113.1", "-"), "usage", 2),
        (("lookup",), "usage", 2),
        (("allocate", "--count", "-1"), "invalid_count", 2),
        (("allocate", "--count", "0"), "invalid_count", 2),
        (("allocate", "--count", "65537"), "invalid_count", 2),
        (("allocate", "--count", "9" * 5000), "invalid_count", 2),
        (("allocate", "--count", "abc"), "invalid_count", 2),
        (("allocate", "--count", "1_0"), "invalid_count", 2),
        (("allocate", "--count", "1.5"), "invalid_count", 2),
        (("allocate", "--count", "2", "--address", "203.0.113.1", "--pool", "hk"), "invalid_count", 2),
        (("allocate", "--bandwidth", "abc"), "invalid_bandwidth", 2),
        (("allocate", "--bandwidth", "0"), "invalid_bandwidth", 2),
        (("allocate", "--name", "x" * 300), "invalid_name", 2),
        (("allocate", "--name", ""), "invalid_name", 2),
        (("allocate", "--name", "\udcff"), "invalid_name", 2),
        (("allocate", "--pool", "no-such"), "pool_not_found", 5),
        (("allocate", "--region", "atlantis"), "pool_not_found", 5),
        (("allocate", "--pool", "hk", "--default"), "usage", 2),
        (("allocate", "--pool", "hk", "--address", "203.0.113.0"), "address_in_use", 4),
        (("allocate", "--pool", "hk", "--address", "192.0.2.1"), "address_not_in_pool", 4),
        (("allocate", "--pool", "hk", "--address", "2001:db8::1"), "invalid_address", 2),
        (("bind", "203.0.113.0"), "usage", 2),
        (("bind", "203.0.113.0", "--nic", "nic-1", "--load-balancer", "lb-1"), "usage", 2),
        (("bind", "203.0.113.0", "--load-balancer", "lb-1", "--port", "80"), "usage", 2),
        (("bind", "203.0.113.0", "--snat", "nat-1"), "usage", 2),
        (("bind", "203.0.113.0", "--snat", "nat-1", "--source", "10.0.8.1/24"), "invalid_cidr", 2),
        (("bind", "203.0.113.0", "--load-balancer", "lb-9"), "service_not_found", 5),
        (("bind", "203.0.113.9", "--load-balancer", "lb-9"), "eip_not_found", 5),
        (("bind", "eip-99", "--load-balancer", "lb-1"), "eip_not_found", 5),
        (("bind", "2001:db8::1", "--load-balancer", "lb-1"), "invalid_address", 2),
        ((*TCP, "--port", "0"), "invalid_port", 2),
        ((*TCP, "--port", "70000"), "invalid_port", 2),
        ((*TCP, "--port", "abc"), "invalid_port", 2),
        ((*TCP, "--port", "8000-8010", "--to-port", "9000-9009"), "invalid_port", 2),
        ((*TCP,), "invalid_port", 2),
        (("unbind", "203.0.113.0", "--binding", "b-99"), "binding_not_found", 5),
        (("release", "203.0.113.0"), "confirmation_required", 2),
        (("release", "203.0.113.0", "203.0.113.9", "--yes"), "eip_not_found", 5),
        (("bandwidth", "203.0.113.0", "abc"), "invalid_bandwidth", 2),
        (("bandwidth", "203.0.113.0", "-5"), "invalid_bandwidth", 2),
        (("name", "203.0.113.0", "x" * 256), "invalid_name", 2),
        (("name", "203.0.113.0", "\udcff"), "invalid_name", 2),
        (("name", "203.0.113.0"), "usage", 2),
        (("name", "203.0.113.9", "web"), "eip_not_found", 5),
        (("rehome", "203.0.113.0", "--pool", "hk"), "confirmation_required", 2),
        (("rehome", "203.0.113.0", "--pool", "no-such", "--yes"), "pool_not_found", 5),
        (("rehome", "203.0.113.0", "--pool", "default-asia-east-1", "--yes"), "customer_pool_required", 4),
        (("recover", "203.0.113.0"), "address_in_use", 4),
        (("recover", "203.0.113.9"), "eip_not_found", 5),
        (("reserve", "203.0.113.0/28", "203.0.113.9-203.0.113.2"), "invalid_address", 2),
        (("reserve", "203.0.113.0/28", "203.0.113.2-"), "invalid_address", 2),
        (("reserve", "203.0.113.0/28", "203.0.113.14-203.0.113.17"), "address_not_in_pool", 4),
        (("accept", "203.0.113.0", "--reason", "x"), "finding_not_found", 5),
        (("accept", "203.0.113.0"), "usage", 2),
        (("pool", "set", "no-such", "--cooldown", "1"), "pool_not_found", 5),
        (("pool", "set", "hk", "--cooldown", "-1"), "usage", 2),
        (("pool", "set", "hk", "--cooldown", "long"), "usage", 2),
        (("pool", "set", "hk", "--warn", "nan"), "usage", 2),
        (("pool", "set", "hk", "--order", "random"), "usage", 2),
        (("service", "add", "router", "r-1"), "usage", 2),
        (("service", "add", "nic", "nic-2", "--private-ip", "10.0.0.999"), "invalid_address", 2),
        (("service", "add", "nat-gateway", "nat-2", "--subnet", "10.0.0.1/24"), "invalid_cidr", 2),
        (("eips", "colour:red"), "invalid_filter", 2),
        (("history", "203.0.113.0/33"), "invalid_cidr", 2),
        (("history", "--since", "soon"), "invalid_time", 2),
        (("history", "eip-99"), "eip_not_found", 5),
        (("no-such-command",), "usage", 2),
        (("eips", "--db", "x"), "usage", 2),
        (("eips", "--form", "csv"), "usage", 2),
    ],
)
def test_a_refusal_has_its_code_and_changes_nothing(
    held: Deck, words: tuple[str, ...], code: str | None, exit_code: int
) -> None:
    found, ended = held.refused(*words)
    assert (found if code else None, ended) == (code, exit_code)


def test_in_words_a_refusal_says_code_why_and_what_to_do(held: Deck) -> None:
    said = held("allocate", "--pool", "no-such")
    assert (said.code, said.out) == (5, "")
    assert said.err.startswith("eipdeck: pool_not_found: ")
    assert len(said.err.splitlines()) == 1


def test_an_option_in_the_wrong_place_is_named(held: Deck) -> None:
    assert "--db goes before the command word" in held("eips", "--db", "x").err


def test_a_request_id_happens_once_and_only_for_its_request(deck: Deck) -> None:
    words = ("allocate", "--pool", "hk", "--count", "2", "--request-id", "k-1")
    first = deck.done(*words)
    before = deck.dump()
    assert deck.done(*words) == first
    assert deck.dump() == before
    assert deck.refused("allocate", "--pool", "hk", "--request-id", "k-1") == ("request_mismatch", 4)
    deck.done("release", first["eips"][0]["id"], "--yes")
    assert [eip["status"] for eip in deck.done(*words)["eips"]] == ["released", "unbound"]


def test_a_repeated_landing_has_its_first_exit_code(deck: Deck) -> None:
    first = deck.done("allocate", "--request-id", "k-2", code=3)
    assert deck.done("allocate", "--request-id", "k-2", code=3) == first


@pytest.mark.parametrize(
    "words",
    [
        "allocate --pool hk",
        "bind 203.0.113.0 --load-balancer lb-1",
        "unbind 203.0.113.0",
        "release 203.0.113.0 --yes",
        "bandwidth 203.0.113.0 5",
        "name 203.0.113.0 web",
        "rehome 203.0.113.0 --pool hk --yes",
        "recover 203.0.113.0",
        "cidr add 192.0.2.0/24 --isp x --asn 64500",
        "cidr activate 203.0.113.0/28 --reason x",
        "cidr set-asn 203.0.113.0/28 64501",
        "cidr drain 203.0.113.0/28",
        "cidr retire 203.0.113.0/28 --yes",
        "pool set hk --cooldown 5",
        "reserve 203.0.113.0/28 203.0.113.3",
        "unreserve 203.0.113.0/28 203.0.113.3",
        "accept 203.0.113.0 --reason x",
        "service add nic nic-7",
        "import none.json",
    ],
)
def test_read_only_refuses_every_write(held: Deck, words: str) -> None:
    before = held.dump()
    said = held("--read-only", *words.split(), "--json")
    assert (said.error["code"], said.code) == ("read_only", 4)
    assert held.dump() == before


def test_read_only_still_reads(held: Deck) -> None:
    assert held("--read-only", "eips", "--json").document[0]["address"] == "203.0.113.0"
    assert held("--read-only", "findings", "--json").code == 0


def test_a_database_from_a_newer_version_is_left_alone(deck: Deck) -> None:
    with closing(sqlite3.connect(deck.path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert deck.refused("eips") == ("schema_newer", 6)


def test_a_file_that_is_no_database_is_left_alone(empty: Deck) -> None:
    empty.path.write_text("a shopping list\n" * 400)
    said = empty("allocate", "--json")
    assert (said.error["code"], said.code) == ("store_unavailable", 6)
    assert empty.path.read_text() == "a shopping list\n" * 400


def test_another_programs_database_is_left_alone(empty: Deck) -> None:
    with closing(sqlite3.connect(empty.path)) as connection, connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
    assert empty.refused("eips") == ("store_unavailable", 6)


def test_a_folder_that_cannot_be_written_is_told(empty: Deck, program: Callable[..., Said]) -> None:
    folder = empty.path.parent / "locked"
    folder.mkdir(mode=0o500)
    # root may write anywhere but in /proc
    place = folder / "deck.db" if os.geteuid() else Path("/proc/deck.db")
    said = program("eips", "--json", env={"EIPDECK_DB": str(place)})
    assert (said.error["code"], said.code) == ("store_unavailable", 6)


def test_a_database_of_another_kind_or_a_broken_url_is_told(empty: Deck) -> None:
    said = empty("--db", "postgresql+psycopg://me:secret@host/db", "eips", "--json")
    assert (said.error["code"], said.code) == ("store_unavailable", 6)
    assert "secret" not in said.err
    assert empty("--db", "", "eips", "--json").error["code"] == "usage"
    assert empty("--db", "sqlite://", "eips", "--json").error["code"] == "usage"


def test_a_profile_nobody_configured_never_falls_back_to_the_embedded_database(deck: Deck) -> None:
    before = deck.dump()
    said = deck("--profile", "production", "allocate", "--json")
    assert (said.error["code"], said.code) == ("usage", 2)
    assert deck.dump() == before


def test_a_configuration_that_is_wrong_is_named(deck: Deck, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    said = deck("--config", str(file), "eips", "--json")
    assert (said.error["code"], said.code) == ("usage", 2)
    file.write_text("colour = 'red'\n")
    assert "colour" in deck("--config", str(file), "eips").err
    file.write_text("require_customer_pool = true\n")
    said = deck("--config", str(file), "allocate", "--json")
    assert (said.error["code"], said.code) == ("customer_pool_required", 4)


def test_an_empty_environment_variable_counts_as_unset(
    empty: Deck, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EIPDECK_DB", "")
    monkeypatch.setenv("EIPDECK_OPERATOR", "")
    monkeypatch.setenv("LOGNAME", "bob")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22")
    assert empty.done("allocate", "--default")["eips"][0]["allocated_by"] == "bob@192.0.2.7"
    file = home / ".local/share/eipdeck/eipdeck.db"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    said = empty("--operator", "carol", "allocate", "--default", "--json")
    assert said.document["eips"][0]["allocated_by"] == "carol"


def test_a_wrong_file_to_import_is_refused_whole(deck: Deck, tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text("{")
    assert deck.refused("import", str(file)) == ("invalid_import", 2)
    assert deck.refused("import", str(tmp_path / "missing.json")) == ("invalid_import", 2)
