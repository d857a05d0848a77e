"""A mirror in PostgreSQL, with the roles of the README."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import EipdeckError, RenameRequest, load_config, open_account, open_inventory
from tests.core.kit import ON_POSTGRESQL
from tests.core.live.conftest import profile_file
from tests.server import server
from tests.standin.server import TOKEN, Standin

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="about PostgreSQL")


def test_an_operator_syncs_and_changes_and_a_reader_looks(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    config = load_config(profile_file(tmp_path, standin.endpoint))
    name = server().create()
    open_inventory(server().url(name), operator="owner").close()
    server().make_roles(name)
    operator = open_account("acme", server().url(name, "eipdeck_operator"), config=config)
    assert operator.sync().created > 4
    operator.execute(RenameRequest(eip="203.0.113.10", name="other"))
    reader = open_account("acme", server().url(name, "eipdeck_reader"), config=config)
    assert reader.read_only
    assert reader.eip("203.0.113.10").name == "other"
    assert reader.findings() == operator.findings()
    with pytest.raises(EipdeckError, match="mirrors"):
        open_inventory(server().url(name, "eipdeck_reader"))
    operator.close()
    reader.close()
    server().drop(name)
