"""The proof of a whole inventory against reading its rows."""

from __future__ import annotations

from core import Inventory
from tests.benchmarks.bench import Ratio


def test_a_proof_against_reading_every_row_once(ratio: Ratio, million: Inventory) -> None:
    def read() -> None:
        with million._store.read() as connection:
            for table in ("eip", "event", "binding", "cidr", "pool", "service", "acceptance", "free_range", "cooling"):
                for _ in connection.stream_dicts(f"SELECT * FROM {table}"):
                    pass

    ratio(
        23,
        "the proof of 1M EIPs, their history and their rules, against reading every row once",
        3,
        million.verify,
        read,
    )
