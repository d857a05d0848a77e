"""A mirror in PostgreSQL, with the roles of the README."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import AllocationRequest, EipdeckError, RenameRequest, load_config, open_account, open_inventory
from core.storage.migrations import upgrade
from tests.core.kit import ON_POSTGRESQL, Clock
from tests.core.live.conftest import profile_file
from tests.core.live.test_changes import patient, refused
from tests.server import server
from tests.standin.account import Account
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


def test_another_role_settles_and_undoes_a_plan(
    standin: Standin, account: Account, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    config = load_config(profile_file(tmp_path, standin.endpoint))
    name = server().create()
    open_inventory(server().url(name), operator="owner").close()
    server().make_roles(name)
    other_role = f"eipdeck_other_{name}"
    server().execute(f"CREATE ROLE {other_role} LOGIN IN ROLE eipdeck_operator")
    asking, other = (
        patient(open_account("acme", server().url(name, role), config=config), clock)
        for role in ("eipdeck_operator", other_role)
    )
    asking.sync()
    account.late_reads = 8
    refused(
        lambda: asking.execute(RenameRequest(eip="203.0.113.10", name="other", request_id="key-1")), "outcome_unknown"
    )
    account.late_reads = 0
    assert other.resume("key-1").state == "done"
    asking.execute(AllocationRequest(pool_id="pool-c-1", name="web", request_id="key-2"))
    assert (other.undo("key-2").operator, other.plan("key-2").operator) == (other_role, "eipdeck_operator")
    assert (other.plan("key-2").state, account.changed["DeleteEip"]) == ("undone", 1)
    asking.close()
    other.close()
    server().drop(name)
    server().execute(f"DROP ROLE {other_role}")


def test_the_roles_of_an_earlier_version_keep_their_rights(
    standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    config = load_config(profile_file(tmp_path, standin.endpoint))
    name = server().create()
    with monkeypatch.context() as until, server().connect(name) as owner:
        steps = ScriptDirectory._upgrade_revs
        until.setattr(ScriptDirectory, "_upgrade_revs", lambda self, _, revision: steps(self, "0008", revision))
        owner.autocommit = False
        upgrade(owner, "SELECT 1")
    server().make_roles(name, {"mirror_plan, mirror_step": "mirror_operation"})
    open_inventory(server().url(name), operator="owner").close()
    operator = open_account("acme", server().url(name, "eipdeck_operator"), config=config)
    operator.sync()
    operator.execute(RenameRequest(eip="203.0.113.10", name="other", request_id="key-1"))
    assert operator.plan("key-1").state == "done"
    reader = open_account("acme", server().url(name, "eipdeck_reader"), config=config)
    assert reader.plan("key-1").state == "done"
    operator.close()
    reader.close()
    server().drop(name)
