"""`verify` and `head` on the command line, and the head that they keep."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from core.storage.history import event_hash
from tests.e2e.conftest import Deck


def renamed(path: Path, name: str) -> None:
    """Put another operator into the whole history, consistently, with every rule in its place again."""
    columns = "at, operator, action, eip_id, address, pool_id, cidr, reason, request_id, before, after, claimed"
    with closing(sqlite3.connect(path)) as connection:
        rules = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for rule, _ in rules:
            connection.execute(f"DROP TRIGGER {rule}")
        connection.execute("UPDATE event SET operator = ?", (name,))
        connection.execute("UPDATE eip SET allocated_by = ?", (name,))
        links: dict[str, bytes] = {}
        for seq, *values in connection.execute(f"SELECT seq, {columns} FROM event ORDER BY seq").fetchall():
            row = dict(zip(columns.split(", "), values, strict=True))
            chain = row["pool_id"] or ""
            links[chain] = event_hash(links.get(chain, b""), row)
            connection.execute("UPDATE event SET hash = ? WHERE seq = ?", (links[chain], seq))
        for chain, link in links.items():
            connection.execute("UPDATE chain SET hash = ? WHERE pool_id = ?", (link, chain))
        for _, sql in rules:
            connection.execute(sql)
        connection.commit()


def test_a_forged_history_is_told_once_by_the_head_that_was_kept(deck: Deck, home: Path) -> None:
    made = deck.done("allocate", "--pool", "hk")["event"]
    head = deck("head").out.strip()
    said = deck("verify")
    assert (said.code, said.err) == (0, "")
    assert f"head {head}\n" in said.out
    assert "the operator is a claim" in said.out
    (kept,) = home.rglob("heads.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert deck("verify", "--since", head).code == 0
    renamed(deck.path, "mallory")
    assert deck("verify", "--since", f"{made['chain']}:{made['length']}:{made['hash']}").code == 1
    kept.unlink()
    assert deck("verify").code == 0, "nothing but a head tells"
    again = deck("verify", "--since", head)
    assert again.code == 1
    assert "were rewritten" in again.out
    renamed(deck.path, "alice")
    assert "of pool hk" in deck("verify").out
    assert deck("verify").code == 0


def test_the_head_is_json_too(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk")
    found = deck.done("head")
    assert found["head"] == f"{found['events']}:{found['hash']}" == deck("head").out.strip()
    assert {end["chain"] for end in found["chains"]} >= {"hk", ""}
    proof = deck.done("verify")
    assert proof["head"]["hash"] == found["hash"]
    assert deck.refused("verify", "--since", "yesterday") == ("usage", 2)


def test_one_is_one(deck: Deck) -> None:
    deck.done("allocate", "--pool", "hk")
    assert "sound: 1 EIP, " in deck("verify").out


def test_a_kept_file_that_is_none_harms_nothing(deck: Deck, home: Path) -> None:
    deck("verify")
    (kept,) = home.rglob("heads.json")
    for content in ("", "[]", "{", json.dumps({f"sqlite:///{deck.path}": [["hk"]]})):
        kept.write_text(content)
        assert deck("verify").code == 0
    kept.unlink()
    kept.symlink_to(home / "elsewhere")
    assert deck("verify").code == 0
    assert not (home / "elsewhere").exists()
