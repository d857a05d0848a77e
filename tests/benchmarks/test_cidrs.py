"""Onboarding a prefix."""

from __future__ import annotations

from itertools import count
from time import perf_counter

from core import ActivateRequest, DrainRequest, Inventory, ReleaseRequest
from tests.benchmarks.bench import Ratio, Told, allocate, onboard

ROUNDS = 60


def test_reopening_a_slash_19_against_a_slash_22(ratio: Ratio, inventory: Inventory) -> None:
    """Activate after a drain, with every second address live: the time of one address."""
    large = _reopening(inventory, "44.0.0.0/19", ratio.size(8192, 64))
    small = _reopening(inventory, "44.0.64.0/22", ratio.size(1024, 64))
    says = "an address of a /19 with gaps reopened / of a /22"
    ratio.told(large, small, number=2, says=says, goal=1.15, rounds=5)


def _reopening(inventory: Inventory, cidr: str, size: int) -> Told:
    onboard(inventory, cidr, cidr)
    inventory.execute(ReleaseRequest(eips=allocate(inventory, cidr, size)[::2]))
    times = count(1)

    def told() -> float:
        inventory.execute(DrainRequest(cidr=cidr))
        begun = perf_counter()
        inventory.execute(ActivateRequest(cidr=cidr, reason=f"back, {next(times)}"))
        return (perf_counter() - begun) / size

    return told


def test_adding_a_slash_8_against_a_slash_24(ratio: Ratio, inventory: Inventory) -> None:
    """Add, settle and activate; every prefix opens a pool of its own."""
    large = iter(range(11, 11 + ROUNDS))
    small = iter(range(ROUNDS))

    def add(first: int) -> None:
        onboard(inventory, f"{first}.0.0.0/8", f"large-{first}")

    ratio.of(
        lambda: add(next(large)),
        lambda: onboard(inventory, f"203.0.{(place := next(small))}.0/24", f"small-{place}"),
        number=2,
        says="onboarding a /8 / a /24",
        goal=1.15,
        rounds=ROUNDS,
    )
    sizes = {pool.total for pool in inventory.pools() if pool.kind == "customer"}
    assert sizes == {1 << 24, 1 << 8}
