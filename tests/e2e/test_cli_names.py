"""Names from a CSV: what a list wrote comes back, edited, through the installed program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck


@pytest.mark.parametrize("how", ["csv", "excel"])
def test_a_written_list_changes_nothing_until_it_is_edited(deck: Deck, tmp_path: Path, how: str) -> None:
    for name in ("=1+1", "-x", "+49", "@home", "12345678901234567890", 'two, "quoted"', "naïve"):
        deck.done("allocate", "--pool", "hk", f"--name={name}")
    file = tmp_path / "names.csv"
    file.write_text(deck("eips", "--format", how).out)
    assert deck.done("import", str(file)) == {"created": 0, "changed": 0, "unchanged": 7} | noted(None)
    file.write_text(file.read_text().replace("naïve", "plain"))
    done = deck.done("import", str(file), "--request-id", "K")
    assert (done["changed"], done["unchanged"], done["request_id"]) == (1, 6, "K")
    assert [eip["name"] for eip in deck.done("eips", "plain")] == ["plain"]
    assert deck("verify").code == 0


def noted(event: object) -> dict[str, object]:
    return {"notes": [], "request_id": None, "event": event}


def test_a_wrong_row_is_named_and_nothing_changes(deck: Deck, tmp_path: Path) -> None:
    deck.done("allocate", "--pool", "hk")
    file = tmp_path / "names.csv"
    file.write_text("address,name\n203.0.113.0,web\n192.0.2.1,db\n")
    assert deck.refused("import", str(file)) == ("invalid_import", 2)
    assert "line 3: 192.0.2.1 has no live EIP" in deck("import", str(file)).err
