"""`eipdeck metrics`, read by the parser of Prometheus itself."""

from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core import FindingCode, Severity, open_inventory
from tests.core.kit import customer_cidr, one
from tests.corpus import TEXTS, obeyed
from tests.server import server

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

Labels = dict[str, str]


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """The samples of the text; a sample that comes twice is refused by the parser's reader."""
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    assert all(family.type == "gauge" and family.documentation for family in families)
    found = [
        (each.name, tuple(sorted(each.labels.items())), each.value) for family in families for each in family.samples
    ]
    assert len({(name, labels) for name, labels, _ in found}) == len(found)
    return {(name, labels): value for name, labels, value in found}


def value(text: str, name: str, **labels: str) -> float:
    (found,) = [
        each
        for (known, given), each in samples(text).items()
        if known == name and labels.items() <= dict(given).items()
    ]
    return found


def test_the_metrics_are_the_figures_of_the_lists(demo: Deck) -> None:
    text = demo("metrics").out
    for pool in demo.done("pools"):
        for name, field in (("size", "total"), ("free", "available"), ("cooling", "cooling"), ("held", "held")):
            assert value(text, f"eipdeck_pool_{name}", pool=pool["id"], kind=pool["kind"]) == pool[field]
        if pool["runway_days"] is not None:
            assert value(text, "eipdeck_pool_runway_days", pool=pool["id"]) == pytest.approx(
                pool["runway_days"], rel=0.01
            )
    for own, owner in (("yes", "customer"), ("no", "default")):
        for state in ("bound", "unbound"):
            eips = demo.done("eips", f"own:{own}", f"state:{state}")
            assert value(text, "eipdeck_eips", state=state, owner=owner) == len(eips)
    assert value(text, "eipdeck_landings") == len(demo.done("eips", "is:landed"))
    findings = demo.done("findings", code=1)
    for code in FindingCode:
        for severity in Severity:
            wanted = [each for each in findings if (each["code"], each["severity"]) == (code, severity)]
            assert value(text, "eipdeck_findings", code=code, severity=severity) == len(wanted)
    assert value(text, "eipdeck_data_age_seconds") == 0
    assert value(text, "eipdeck_last_event_age_seconds") >= 0


def test_the_json_has_the_same_samples(deck: Deck) -> None:
    def key(name: str, labels: Labels) -> tuple[str, tuple[tuple[str, str], ...]]:
        return name, tuple(sorted(labels.items()))

    document = deck.done("metrics")["metrics"]
    assert {key(each["name"], each["labels"]) for each in document} == set(samples(deck("metrics").out))


def test_the_last_verify_is_told_with_its_result(deck: Deck) -> None:
    assert "last_verify" not in deck("metrics").out
    deck.done("verify")
    text = deck("metrics").out
    assert (value(text, "eipdeck_last_verify_sound"), value(text, "eipdeck_last_verify_age_seconds") < 60) == (1, True)
    assert value(text, "eipdeck_last_verify_timestamp_seconds") > 1_700_000_000


def test_the_file_is_replaced_whole_and_everybody_may_read_it(deck: Deck, tmp_path: Path) -> None:
    out = tmp_path / "eipdeck.prom"
    out.write_text("old")
    before = out.stat().st_ino
    said = deck("metrics", "--out", str(out))
    assert (said.code, said.out) == (0, "")
    assert value(out.read_text(), "eipdeck_eips", state="bound", owner="customer") == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
    assert out.stat().st_ino != before, "renamed into its place, not written in it"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".eipdeck")] == []


def test_metrics_of_a_confined_login_stay_in_its_folder(deck: Deck, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    assert deck("--confined", str(inside), "metrics", "--out", str(tmp_path / "x")).code == 2
    assert deck("--confined", str(inside), "metrics", "--out", str(inside / "x")).code == 0
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_pool_is_one_label(deck: Deck, name: str) -> None:
    made = deck("cidr", "add", "198.51.100.0/28", "--isp", "x", "--asn", "64500", f"--pool={name}", "--json")
    if made.code:
        return
    out = deck("metrics").out
    assert obeyed(out) == []
    assert len([1 for found, _ in samples(out) if found == "eipdeck_pool_size"]) == 3


def test_metrics_of_a_server(deck: Deck) -> None:
    name = server().create()
    url = server().url(name)
    with closing(open_inventory(url, operator="alice")) as inventory:
        customer_cidr(inventory)
        one(inventory)
        one(inventory, None)
    text = deck("--db", url, "--read-only", "metrics").out
    assert value(text, "eipdeck_pool_free", pool="edge") == 15
    assert value(text, "eipdeck_landings") == 1
    server().drop(name)
