"""The proof of a whole inventory against reading its rows."""

from __future__ import annotations

from core import Inventory
from tests.benchmarks.bench import Ratio

TABLES = ("eip", "event", "binding", "cidr", "pool", "service", "acceptance", "free_range", "cooling")


def test_a_proof_against_reading_every_row_once(ratio: Ratio, million: Inventory) -> None:
    """Goal 23."""

    def read() -> None:
        with million._store.read() as connection:
            for table in TABLES:
                for _ in connection.stream_dicts(f"SELECT * FROM {table}"):
                    pass

    says = "the proof of 1M EIPs, their history and their rules / every row read once"
    ratio.of(million.verify, read, number=23, says=says, goal=3, rounds=3)
    assert million.verify().ok
