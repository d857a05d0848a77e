"""Onboarding a prefix."""

from __future__ import annotations

from core import Desk
from tests.benchmarks.bench import Ratio, onboard

ROUNDS = 60


def test_adding_a_slash_8_against_a_slash_24(ratio: Ratio, desk: Desk) -> None:
    """Add, settle and activate; every prefix opens a pool of its own."""
    large = iter(range(11, 11 + ROUNDS))
    small = iter(range(ROUNDS))

    def add(first: int) -> None:
        onboard(desk, f"{first}.0.0.0/8", f"large-{first}")

    ratio.of(
        lambda: add(next(large)),
        lambda: onboard(desk, f"203.0.{(place := next(small))}.0/24", f"small-{place}"),
        number=2,
        says="onboarding a /8 / a /24",
        goal=1.15,
        rounds=ROUNDS,
    )
    sizes = {pool.total for pool in desk.pools() if pool.kind == "customer"}
    assert sizes == {1 << 24, 1 << 8}
