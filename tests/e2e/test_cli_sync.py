"""`eipdeck sync` and a live account on the command line, through the real SDK against a stand-in."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from tests.e2e.conftest import Deck
from tests.e2e.terminal import terminal
from tests.standin.account import Account, stamped
from tests.standin.demo import console, furnished
from tests.standin.server import TOKEN, Fault, Standin, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def account() -> Account:
    return furnished()


@pytest.fixture
def standin(account: Account, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    """The account, and the configuration that names it `acme`."""
    with serving(account) as found:
        folder = home / ".config/eipdeck"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(
            f'[profiles.acme]\nendpoint = "{found.endpoint}"\ntoken = "env:ZC_TOKEN"\nrate = 10000\n'
        )
        monkeypatch.setenv("ZC_TOKEN", TOKEN)
        monkeypatch.setenv("EIPDECK_PROFILE", "acme")
        yield found


@pytest.fixture
def live(empty: Deck, standin: Standin) -> Deck:
    """The command line after the first sync."""
    assert standin.port
    assert empty("sync").code == 0
    return empty


def test_a_sync_tells_its_figures_and_in_a_pipe_no_progress(empty: Deck, standin: Standin) -> None:
    said = empty("sync")
    assert said.code == 0
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["eipdeck"]
    assert "7 calls" in said.err
    assert said.out.splitlines()[0].split() == ["AS", "OF", "CREATED", "CHANGED", "ENDED", "MISSING", "ASIDE"]
    assert len(standin.seen) == 7


@pytest.mark.usefixtures("standin")
def test_a_sync_shows_its_progress_on_a_terminal_alone() -> None:
    """The work is made to look slow by a clock that runs fast."""
    fast = "import time, itertools; ticks = itertools.count(); time.monotonic = lambda: next(ticks)"
    for env in ({}, {"ACCESSIBLE": "1"}):
        with terminal("sync", begun=fast, env=env) as deck_:
            assert deck_.ended() == 0
            assert (b"sync: DescribeEips: 5" in deck_.sent) == (not env)
            assert "DescribeEips" not in deck_.text(), "the line is gone"


def test_a_sync_as_json(live: Deck, account: Account) -> None:
    account.eips["eip-out"]["name"] = "egress"
    dry = live.done("sync", "--dry-run")
    assert [(each["action"], each["address"]) for each in dry["events"]] == [("observed", "203.0.113.20")]
    done = live.done("sync")
    assert (done["profile"], done["changed"], done["events"], done["dry_run"]) == ("acme", 1, [], False)
    assert {each["kind"] for each in done["kinds"]} >= {"DescribeEips", "DescribeNatGatewayDetail"}


def test_a_dry_run_shows_the_differences(live: Deck, account: Account) -> None:
    account.eips["eip-out"]["name"] = "egress"
    said = live("sync", "--dry-run")
    assert "203.0.113.20" in said.out
    assert "would be changed" in said.err
    assert live.done("eips", "203.0.113.20")[0]["name"] == "out"


def test_the_lists_and_verdicts_are_those_of_the_account(live: Deck) -> None:
    assert [each["address"] for each in live.done("eips", "own:no")] == ["198.51.100.20"]
    (verdict,) = live.done("lookup", "203.0.113.19")
    assert (verdict["verdict"], verdict["eip"]["bindings"][0]["service_id"]) == ("customer-bound", "lb-shop")


def test_a_landing_on_the_console_is_a_finding_after_the_next_sync(live: Deck, account: Account) -> None:
    for act in console(account)[:2]:
        act()
    account.eips["eip-oops"]["createTime"] = stamped(datetime.now(UTC) + timedelta(seconds=1))
    live.done("sync")
    found = live.done("findings", code=1)
    assert [each["subject"] for each in found if each["code"] == "landed_in_default_pool"] == ["198.51.100.21"]


@pytest.mark.parametrize(
    "words",
    [
        "cidr add 192.0.2.0/24 --isp a --asn 64500",
        "cidr activate 203.0.113.0/24 --reason again",
        "cidr set-asn 203.0.113.0/24 64501",
        "service add nic nic-9",
        "import nothing.json",
        "restore nothing.db --yes",
    ],
)
def test_a_change_of_the_account_is_refused_with_where_it_is_done(live: Deck, standin: Standin, words: str) -> None:
    sent = len(standin.seen)
    said = live(*words.split(), "--json")
    assert (said.error["code"], said.code) == ("platform_refused", 4)
    assert len(standin.seen) == sent


def test_a_name_a_cap_and_a_release_are_made_on_the_account(live: Deck, account: Account) -> None:
    assert live.done("name", "198.51.100.20", "spare", "--reason", "J-1")[0]["name"] == "spare"
    assert live.done("bandwidth", "198.51.100.20", "70")[0]["bandwidth_mbps"] == 70
    assert (account.eips["eip-old"]["name"], account.eips["eip-old"]["bandwidth"]) == ("spare", 70)
    assert "back to default" in live("release", "198.51.100.20", "--yes").err
    assert "eip-old" not in account.eips
    assert [each["operator"] for each in live.done("history", "198.51.100.20")[1:]] == ["alice"] * 6


def test_a_release_into_the_recycle_bin_is_told(live: Deck, account: Account) -> None:
    account.recycle_bin = True
    assert "recycle bin" in live("release", "198.51.100.20", "--yes").err
    assert live.done("eips", "198.51.100.20")[0]["status"] == "unbound"


def test_an_outcome_that_is_not_known_exits_with_7_until_it_is_settled(
    live: Deck, account: Account, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.account.sleep", lambda _seconds: None)
    account.late_reads = 50
    standin.faults.append(Fault(kind="cut_after"))
    said = live("name", "198.51.100.20", "spare", "--request-id", "key-1", "--json")
    assert (said.code, said.error["code"], said.error["details"]["request_id"]) == (7, "outcome_unknown", "key-1")
    assert live("settle", "key-1").code == 7
    account.late_reads = 0
    account._later = [(1, change) for _, change in account._later]
    assert live.done("settle", "key-1")["made"]
    assert live.done("name", "198.51.100.20", "spare", "--request-id", "key-1")[0]["name"] == "spare"
    assert account.changed["ModifyEipAttribute"] == 1


def test_a_held_picture_is_refused_with_its_number(live: Deck, account: Account) -> None:
    for number in range(50):
        account.eip(f"n-{number}", f"203.0.113.{100 + number}", "cidr-hk")
    live.done("sync")
    for number in range(30):
        del account.eips[f"n-{number}"]
    said = live("sync", "--json")
    assert (said.code, said.error["code"], said.error["details"]["losses"]) == (4, "conflict", 30)
    assert "mirror_held" in [each["code"] for each in live.done("findings", code=1)]
    assert live.done("sync", "--accept-losses", "30")["ended"] == 30
    assert live("sync", "--accept-losses", "many", "--json").error["code"] == "invalid_count"


def test_doctor_asks_the_account_and_tells_the_age_of_each_kind(live: Deck, standin: Standin) -> None:
    found = live.done("doctor")["platform"]
    assert (found["kind"], found["profile"], found["reachable"], found["held"]) == ("live", "acme", True, None)
    assert found["DescribeEips"].startswith("5 rows at 2")
    standin.always = Fault(401, "AUTHFAILURE_SIGNATURE_FAILURE")
    found = live.done("doctor")
    assert (found["platform"]["reachable"], "does not answer" in " ".join(found["advice"])) == (False, True)


def test_doctor_advises_about_a_kind_that_was_not_read_and_a_picture_that_is_held(live: Deck, account: Account) -> None:
    account.denied = {"DescribeCidrs"}
    live.done("sync")
    found = live.done("doctor")
    assert found["platform"]["unread"] == {"DescribeCidrs": "AUTHFAILURE_UNAUTHORIZED_OPERATION"}
    assert "could not read DescribeCidrs" in " ".join(found["advice"])
    assert found["platform"]["DescribeCidrs"].startswith("1 row at 2")
    assert re.search(r"^  DescribeNatGatewayDetail 1 row at", live("doctor").out, re.MULTILINE)
    account.denied = set()
    for rows in (account.eips, account.cidrs):
        rows.clear()
    assert live("sync").code == 4
    assert "The last picture is held" in " ".join(live.done("doctor")["advice"])


def test_doctor_tries_a_key_before_the_first_sync_and_makes_nothing(
    empty: Deck, standin: Standin, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = empty.done("doctor")
    assert (found["platform"]["reachable"], found["database"]["state"]) == (True, "made by the first sync")
    assert "eipdeck sync" in " ".join(found["advice"])
    monkeypatch.setenv("ZC_TOKEN", "another")
    assert not empty.done("doctor")["platform"]["reachable"]
    assert len(standin.seen) == 2
    assert not (home / ".local/share/eipdeck").exists()


def test_a_backup_of_a_mirror_is_proved_by_the_command_that_it_tells(live: Deck, tmp_path: Path) -> None:
    told = live("backup", str(tmp_path / "copy.db")).err.split("`")[1]
    assert live(*shlex.split(told)[1:]).code == 0


def test_the_history_tells_what_was_seen(live: Deck, account: Account) -> None:
    account.eips["eip-out"]["name"] = "egress"
    account.unbind("eip-shop")
    live.done("sync")
    text = live("history").out
    assert re.search(r"zenlayer +observed +203\.0\.113\.20 .* name +observed", text)
    assert "unbound lb lb-shop" in text


@pytest.mark.parametrize("words", ["sync", "lookup 203.0.113.17"])
def test_an_unknown_profile_is_refused(live: Deck, words: str) -> None:
    said = live("--profile", "nobody", *words.split(), "--json")
    assert (said.error["code"], said.code) == ("usage", 2)
    assert "acme" in said.error["message"]


def test_the_embedded_platform_has_no_account(deck: Deck) -> None:
    said = deck("sync", "--json")
    assert (said.error["code"], said.code) == ("usage", 2)


def test_a_database_that_is_typed_comes_before_the_profile_of_the_environment(live: Deck, prepared: Path) -> None:
    assert live("--db", str(prepared), "cidrs", "--json").document[-1]["cidr"] == "203.0.113.0/28"
    assert live("--db", str(prepared), "--profile", "acme", "cidrs", "--json").error["code"] == "usage"


def test_a_mirror_is_not_opened_without_its_profile(live: Deck, home: Path) -> None:
    said = live("--db", str(home / ".local/share/eipdeck/acme.db"), "eips", "--json")
    assert (said.error["code"], said.error["details"]) == ("usage", {"profile": "acme"})


def test_without_the_sdk_the_extra_is_named(live: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "core.live.client")
    monkeypatch.setitem(sys.modules, "zenlayercloud", None)
    monkeypatch.setitem(sys.modules, "zenlayercloud.common.abstract_client", None)
    said = live("sync", "--json")
    assert said.error["code"] == "usage"
    assert "eipdeck[zenlayer]" in said.error["message"]
    assert live("lookup", "203.0.113.17", "--json").code == 0


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_token_is_named_by_its_variable(
    live: Deck, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv("ZC_TOKEN")
    else:
        monkeypatch.setenv("ZC_TOKEN", value)
    said = live("sync", "--json")
    assert (said.code, "ZC_TOKEN" in said.error["message"]) == (2, True)


def test_ctrl_c_ends_a_sync_with_130_and_the_picture_stands(live: Deck, standin: Standin) -> None:
    standin.always = Fault(kind="drip")
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "sync"], cwd=ROOT, env=dict(os.environ), stderr=subprocess.PIPE, text=True
    )
    while len(standin.seen) == 7:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in err) == (130, False)
    assert live.done("lookup", "203.0.113.17")[0]["verdict"] == "customer-bound"


def test_a_lookup_on_an_account_imports_neither_the_sdk_nor_requests() -> None:
    program = (
        "import sys; from tui.__main__ import main; main(['lookup', '203.0.113.17', '--json']);"
        " print(sorted({name.partition('.')[0] for name in sys.modules} & {'requests', 'zenlayercloud'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.usefixtures("deck")
def test_the_embedded_platform_imports_nothing_of_the_live_account() -> None:
    program = (
        "import sys; from tui.__main__ import main; main(['lookup', '203.0.113.1']);"
        " live = ('core.live', 'core.account', 'core.queries.mirror');"
        " print([name for name in sys.modules if name.startswith(live)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_plan_that_is_refused_in_the_middle_is_shown_resumed_and_undone(
    live: Deck, account: Account, standin: Standin
) -> None:
    bind = ("bind", "198.51.100.20", "--snat", "nat-hk", "--source", "10.0.9.0/24", "--request-id", "key-1")
    standin.write_faults.extend((None, Fault(400, "OPERATION_DENIED_SNAT_ENTRY_COUNT_LIMIT")))
    said = live(*bind, "--json")
    details = said.error["details"]
    assert (said.code, said.error["code"], details["request_id"]) == (7, "unfinished", "key-1")
    assert [each["kind"] for each in (*details["done"], *details["left"])] == ["associate", "snat_in"]
    assert details["cause"]["code"] == "quota_exceeded"
    assert "eipdeck plan resume key-1" in said.error["message"]
    (plan,) = live.done("plan", "list", "--state", "unfinished")
    assert (plan["id"], plan["verb"], plan["done"], plan["operator"]) == ("key-1", "bind", 1, "alice")
    assert "eipdeck plan resume key-1" in " ".join(live.done("doctor")["advice"])
    shown = live("plan", "show", "key-1").out
    assert re.search(r"2 +snat_in +eip-old +refused +CreateSnatEntry .*COUNT_LIMIT", shown)
    assert live.done("plan", "resume", "key-1")["state"] == "done"
    assert live.done(*bind)[0]["bindings"][0]["sources"] == ["10.0.9.0/24"]
    assert live("plan", "undo", "key-1", "--json").error["code"] == "confirmation_required"
    assert live.done("plan", "undo", "key-1", "--yes")["verb"] == "plan undo"
    assert (account.eips["eip-old"]["status"], live.done("plan", "show", "key-1")["state"]) == ("UNBIND", "undone")
    assert "plans_left" not in live.done("doctor")["platform"]
    assert live("plan", "resume", "key-1", "--json").error["code"] == "conflict"
    assert live("plan", "show", "key-2", "--json").code == 5
    live.done("sync")
    assert live.done("eips", "198.51.100.20")[0]["status"] == "unbound"


def test_the_embedded_platform_has_no_plan(deck: Deck) -> None:
    assert deck.done("plan", "list") == []
    assert deck("plan", "show", "key-1", "--json").error["code"] == "plan_not_found"
