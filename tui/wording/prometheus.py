"""Figures in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from core import EipStatus, Figures, FindingCode, Pool, Severity
from tui.wording.sanitize import visible

__all__ = ["Sample", "Verified", "metric_samples", "metric_text"]


class Verified(NamedTuple):
    """The last run of `verify` by this operator."""

    at: datetime
    sound: bool


class Sample(NamedTuple):
    """One value of a metric; every metric is a gauge."""

    name: str
    labels: Mapping[str, str]
    value: float


_HELP: Final = {
    "eipdeck_pool_size": "Addresses of a pool.",
    "eipdeck_pool_allocated": "Addresses of a pool that an EIP holds.",
    "eipdeck_pool_free": "Addresses of a pool that can be allocated now.",
    "eipdeck_pool_cooling": "Addresses of a pool that were released lately and cannot be allocated yet.",
    "eipdeck_pool_reserved": "Addresses of a pool that are withheld.",
    "eipdeck_pool_held": "Free addresses of a pool in CIDRs that are not active.",
    "eipdeck_pool_runway_days": "Days that a pool lasts at its trend; absent without a trend.",
    "eipdeck_eips": "Live EIPs by state and owner.",
    "eipdeck_landings": "Live EIPs that landed in a default pool unasked.",
    "eipdeck_findings": "Open findings by code and severity.",
    "eipdeck_last_event_timestamp_seconds": "The time of the newest event.",
    "eipdeck_last_event_age_seconds": "Seconds since the newest event.",
    "eipdeck_last_verify_timestamp_seconds": "The time of the last verify of this operator on this host.",
    "eipdeck_last_verify_age_seconds": "Seconds since the last verify of this operator on this host.",
    "eipdeck_last_verify_sound": "Whether the last verify found every rule kept: 1, or 0.",
    "eipdeck_data_age_seconds": "Seconds by which the data is behind; 0 for the database that is written.",
}


def metric_text(samples: Iterable[Sample]) -> Iterator[str]:
    """Yield the lines of samples, each metric with its help and its type."""
    for name, each in groupby(samples, key=lambda sample: sample.name):
        yield f"# HELP {name} {_HELP[name]}\n# TYPE {name} gauge\n"
        for sample in each:
            labels = ",".join(f'{label}="{_escaped(value)}"' for label, value in sample.labels.items())
            yield f"{name}{f'{{{labels}}}' if labels else ''} {sample.value:.15g}\n"


def _escaped(value: str) -> str:
    """Return a label's value, which may be hostile."""
    return visible(value).replace("\\", r"\\").replace('"', r"\"")


def metric_samples(figures: Figures, verified: Verified | None) -> Iterator[Sample]:
    """Yield every sample, those of one metric together."""
    yield from _of_pools(figures.pools)
    yield from _of_eips(figures)
    yield from _of_findings(figures)
    yield from _moment("eipdeck_last_event", figures.last_event, figures.now)
    if verified is not None:
        yield from _moment("eipdeck_last_verify", verified.at, figures.now)
        yield Sample("eipdeck_last_verify_sound", {}, int(verified.sound))
    yield Sample("eipdeck_data_age_seconds", {}, (figures.now - figures.as_of).total_seconds())


def _of_pools(pools: tuple[Pool, ...]) -> Iterator[Sample]:
    values: dict[str, list[float | None]] = {
        "size": [pool.total for pool in pools],
        "allocated": [pool.allocated for pool in pools],
        "free": [pool.available for pool in pools],
        "cooling": [pool.cooling for pool in pools],
        "reserved": [pool.reserved for pool in pools],
        "held": [pool.held for pool in pools],
        "runway_days": [pool.runway_days for pool in pools],
    }
    for name, each in values.items():
        for pool, value in zip(pools, each, strict=True):
            if value is not None:
                labels = {"pool": pool.id, "kind": pool.kind.value, "region": pool.region}
                yield Sample(f"eipdeck_pool_{name}", labels, value)


def _of_eips(figures: Figures) -> Iterator[Sample]:
    counted = {(each.status, each.customer_owned): each.count for each in figures.eips}
    for status in (EipStatus.BOUND, EipStatus.UNBOUND):
        for owner, customer_owned in (("customer", True), ("default", False)):
            count = counted.get((status.value, customer_owned), 0)
            yield Sample("eipdeck_eips", {"state": status.value, "owner": owner}, count)
    yield Sample("eipdeck_landings", {}, figures.landings)


def _of_findings(figures: Figures) -> Iterator[Sample]:
    """Yield a sample for each code and severity, those that nothing has too: a series that ends is no zero."""
    counted = Counter((each.code, each.severity) for each in figures.findings)
    for code in FindingCode:
        for severity in Severity:
            labels = {"code": code.value, "severity": severity.value}
            yield Sample("eipdeck_findings", labels, counted[code, severity])


def _moment(name: str, at: datetime | None, now: datetime) -> Iterator[Sample]:
    if at is not None:
        yield Sample(f"{name}_timestamp_seconds", {}, at.timestamp())
        yield Sample(f"{name}_age_seconds", {}, max((now - at).total_seconds(), 0))
