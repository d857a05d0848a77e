"""A database that was taken back to an earlier state, as the command line tells it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.e2e.conftest import Deck

_MOMENT = re.compile(r" at \S+( \S+)? \(")


def test_the_next_change_tells_what_is_lost_and_gives_nothing_of_it_again(deck: Deck, tmp_path: Path) -> None:
    first = deck.done("allocate", "--pool", "hk")["eips"][0]
    shutil.copy(deck.path, tmp_path / "kept.db")
    lost = [deck.done("allocate", "--pool", "hk", "--request-id", f"r-{number}")["eips"][0] for number in (1, 2)]
    shutil.copy(tmp_path / "kept.db", deck.path)

    said = deck("allocate", "--pool", "hk", "--json")
    assert said.code == 0
    given = said.document["eips"][0]
    assert int(given["id"].removeprefix("eip-")) > 1 << 20
    assert given["address"] not in [each["address"] for each in (first, *lost)]
    told, *own = (line.removeprefix("eipdeck: ") for line in said.err.splitlines())
    assert told.startswith("! the history is not the one that was seen here. Lost: changes since ")
    assert re.search(f"{first['allocated_at'][11:19]}Z?, 2 of them made here", told)
    expected = [f"lost: allocate {each['address']} by alice (request r-{n})" for n, each in enumerate(lost, 1)]
    assert [_MOMENT.sub(" (", line) for line in own] == expected
    for number in (1, 2):
        assert deck("settle", f"r-{number}").code == 1
    (event,) = [each for each in deck.done("history") if each["action"] == "failover"]
    assert event["before"] == {"as_of": first["allocated_at"]}
    assert event["after"]["cause"] == "history_lost"
    assert deck("verify").code == 0
    assert deck("allocate", "--pool", "hk", "--json").err == ""


def test_a_database_that_begins_anew_is_not_a_loss(deck: Deck) -> None:
    """Another history at the same place."""
    deck.done("allocate", "--pool", "hk")
    for end in ("", "-wal", "-shm"):
        deck.path.with_name(f"{deck.path.name}{end}").unlink(missing_ok=True)
    said = deck("cidr", "add", "198.51.100.0/24", "--isp", "bgp-a", "--asn", "64500", "--pool", "hk", "--json")
    assert (said.code, said.err) == (0, "")
