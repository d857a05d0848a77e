"""The command line on a database whose newest event is ahead of the clock."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

from core import AllocationRequest, open_inventory
from tests.e2e.conftest import Deck


def test_a_clock_that_was_ahead_is_told_refused_and_accepted(deck: Deck) -> None:
    ahead = datetime.now(UTC) + timedelta(days=2500)
    with closing(open_inventory(f"sqlite:///{deck.path}", operator="alice", clock=lambda: ahead)) as inventory:
        (eip,) = inventory.execute(AllocationRequest(pool_id="hk")).eips
    before = deck.dump()
    assert deck.refused("allocate", "--pool", "hk") == ("clock_doubtful", 4)
    assert deck.refused("clock", "accept") == ("usage", 2)
    assert "eipdeck clock accept" in deck("allocate", "--pool", "hk").err
    assert "ahead of the clock" in deck("verify").err
    assert "ahead of the clock" in deck("doctor").out
    assert deck.dump() == before
    accepted = deck.done("clock", "accept", "--reason", "the RTC was wrong", "--request-id", "k-1")
    assert accepted["was"][:10] == ahead.date().isoformat()
    assert deck.done("clock", "accept", "--reason", "the RTC was wrong", "--request-id", "k-1") == accepted
    assert deck.done("lookup", eip.address)[0]["verdict"] == "customer-unbound"
    assert deck.done("allocate", "--pool", "hk")["warnings"] == []
    assert deck("verify").err == ""
