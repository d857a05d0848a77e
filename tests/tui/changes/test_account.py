"""Changes of a live account in the dashboard: the review looks again; what the console alone does is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import load_config, open_account
from tests.core.live.conftest import profile_file
from tests.standin.demo import furnished
from tests.standin.server import TOKEN, serving
from tests.tui.deck_kit import on_deck


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
            account.eips["eip-free"]["name"] = "renamed-meanwhile"
            await operator.press("slash")
            await operator.type("203.0.113.16")
            await operator.press("enter", "R")
            await operator.until("review: release 203.0.113.16", 'is named "renamed-meanwhile" now')
            await operator.press("escape")
            await operator.until("seen in the account 203.0.113.16")  # it would take the place of the refusal
            await operator.press("colon")
            await operator.type("cidr add")
            await operator.press("enter")
            await operator.until("does nothing on a live account")
        inventory.close()
