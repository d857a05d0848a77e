"""Changes of a live account in the dashboard: the review looks again; what the console alone does is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import BindingKind, BindRequest, EipdeckError, load_config, open_account
from tests.core.live.conftest import profile_file
from tests.standin.demo import furnished
from tests.standin.server import TOKEN, Fault, serving
from tests.tui.deck_kit import on_deck


async def test_a_plan_that_is_left_is_told_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    request = BindRequest(
        eip="198.51.100.20",
        kind=BindingKind.SNAT,
        service_id="nat-hk",
        sources=("10.0.9.0/24",),
        request_id="key-1",
    )
    with serving(furnished()) as standin:
        config = load_config(profile_file(tmp_path, standin.endpoint))
        inventory = open_account("acme", f"sqlite:///{tmp_path / 'mirror.db'}", operator="alice", config=config)
        inventory.sync()
        standin.write_faults.extend((None, Fault(400, "OPERATION_DENIED_SNAT_ENTRY_COUNT_LIMIT")))
        with pytest.raises(EipdeckError):
            inventory.execute(request)
        async with on_deck(inventory) as operator:
            await operator.until("1 plan not made to the end: eipdeck plan resume key-1")


async def test_a_review_shows_drift_on_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    account = furnished()
    account.eip("eip-free", "203.0.113.16", "cidr-hk", name="free")
    with serving(account) as standin:
        config = load_config(profile_file(tmp_path, standin.endpoint))
        inventory = open_account("acme", f"sqlite:///{tmp_path / 'mirror.db'}", operator="alice", config=config)
        inventory.sync()
        async with on_deck(inventory) as operator:
            await operator.press("W")
            await operator.confirm()
            await operator.until("203.0.113.16", "[WRITE")
            await operator.press("colon")
            await operator.type("cidr add")
            await operator.press("enter")
            await operator.until("does nothing on a live account")
            account.eips["eip-free"]["name"] = "renamed-meanwhile"
            await operator.press("slash")
            await operator.type("203.0.113.16")
            await operator.press("enter", "R")
            await operator.until("review: release 203.0.113.16", 'is named "renamed-meanwhile" now')
        inventory.close()
