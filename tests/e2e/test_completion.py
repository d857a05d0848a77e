"""Completion: what a shell offers at a key press, from the declarations and from the database."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect  # type: ignore[import-untyped]
import pytest

from core import (
    FILTER_KEYS,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    ServiceKind,
    default_path,
    open_inventory,
)
from tests.corpus import register_as_older_versions_did
from tests.server import server
from tui.cli.offers import CALL, FILTERS, KINDS, database_file, kept_file, without_password
from tui.wording.verbs import VERBS

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck, Said

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
Offered = Callable[..., list[str]]


@pytest.fixture
def offered(program: Callable[..., Said]) -> Offered:
    """The values that the installed program offers."""

    def ask(kind: str, typed: str = "", *line: str, env: dict[str, str] | None = None) -> list[str]:
        said = program(CALL, kind, typed, "eipdeck", *line, env=env)
        assert (said.code, said.err) == (0, "")
        return said.out.split()

    return ask


@pytest.mark.usefixtures("demo")
def test_every_kind_has_its_values(offered: Offered) -> None:
    assert offered("pools", "hk-") == ["hk-edge", "hk-legacy", "hk-spare"]
    assert offered("regions") == ["asia-east-1"]
    assert "203.0.113.0/24" in offered("cidrs")
    assert offered("load-balancer", "lb-s") == ["lb-shop"]
    assert offered("nic", "lb-") == []
    assert "198.18.0.5" in offered("eips", "198.18.0.")
    assert offered("eips", "eip-365") == ["eip-365"]
    assert offered("findings", "landed")[0].startswith("landed_in_default_pool:eip-")
    assert offered("operators", "al") == ["alice"]
    for kind in set(KINDS) - {"views", "profiles"}:
        assert offered(kind), kind


def test_the_views_and_profiles_of_the_configuration_are_offered(offered: Offered, home: Path) -> None:
    assert offered("views") == []
    config = home / ".config/eipdeck/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[views.ours]  # [views.no]\n[views."two"]\n[profiles.acme]\ntoken = "env:T"\n#[views.off]\n')
    assert offered("views") == ["ours", "two"]
    assert offered("views", "t") == ["two"]
    assert offered("profiles") == ["acme"]
    other = home / "other.toml"
    other.write_text("[views.elsewhere]\n")
    assert offered("views", "", "--config", str(other)) == ["elsewhere"]


def test_the_database_of_a_profile_is_meant(demo: Deck, offered: Offered, home: Path) -> None:
    data = home / ".local/share/eipdeck"
    data.mkdir(parents=True)
    shutil.move(demo.path, data / "acme.db")
    assert offered("pools", "hk-e") == []
    assert offered("pools", "hk-e", "--profile", "acme") == ["hk-edge"]
    assert offered("pools", "hk-e", env={"EIPDECK_PROFILE": "acme"}) == ["hk-edge"]
    assert offered("pools", "hk-e", "--db", "none.db", env={"EIPDECK_PROFILE": "acme"}) == []


def test_the_findings_of_a_file_are_offered_as_they_are_now(demo: Deck, offered: Offered) -> None:
    with closing(sqlite3.connect(demo.path)) as connection:  # the demo has no service that is gone
        row = connection.execute("SELECT service_id FROM binding WHERE unbound_at IS NULL LIMIT 1").fetchone()
        connection.execute("UPDATE service SET missing_since = 1 WHERE id = ?", row)
        connection.commit()
    told = {each["id"] for each in demo("findings", "--json").document}
    shutil.rmtree(Path(kept_file("findings", "")).parent)
    elsewhere = ("snat_mixes_owners", "default_on_customer_service", "pool_near_exhaustion", "pool_runway_short")
    known = {each for each in told if each.partition(":")[0] not in elsewhere}
    assert {each.partition(":")[0] for each in known} >= {"landed_in_default_pool", "eip_idle", "service_missing"}
    assert set(offered("findings")) == known
    assert offered("findings", "service_missing:") == [f"service_missing:{row[0]}"]


@pytest.mark.usefixtures("demo")
def test_a_filter_offers_its_keys_and_their_values(offered: Offered) -> None:
    assert offered("filter", "ow") == ["own:"]
    assert offered("filter", "!own:") == ["!own:yes", "!own:no"]
    assert offered("filter", "pool:hk-e") == ["pool:hk-edge"]
    assert offered("filter", "by:") == ["by:alice", "by:bob", "by:carol"]
    assert offered("filter", "nothing:x") == []


def test_the_keys_of_a_filter_are_those_of_the_grammar() -> None:
    assert FILTERS.keys() == FILTER_KEYS.keys()
    for key, values in FILTERS.items():
        assert values in KINDS if isinstance(values, str) else values == FILTER_KEYS[key]


def test_the_embedded_database_is_the_one_of_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    assert database_file("") == str(default_path())
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    assert database_file("") == str(default_path())


def test_many_values_are_offered_step_by_step(deck: Deck, offered: Offered) -> None:
    deck.done("cidr", "add", "44.0.0.0/16", "--isp", "bgp-a", "--asn", "64500", "--pool", "wide")
    deck.done("cidr", "activate", "44.0.0.0/16", "--reason", "announced")
    deck.done("allocate", "--pool", "wide", "--count", "600")
    deck.done("allocate", "--pool", "hk")
    assert offered("eips") == ["44.", "203."]
    assert offered("eips", "4") == ["44.0.0.", "44.0.1.", "44.0.2."]
    assert offered("eips", "44.0.2.8") == ["44.0.2.8", *(f"44.0.2.8{last}" for last in range(8))]
    assert len(offered("eips", "44.0.0.")) == 256
    assert all(each.startswith("eip-") and len(each) == 5 for each in offered("eips", "e"))


def test_a_value_that_a_shell_would_interpret_is_not_offered(deck: Deck, offered: Offered) -> None:
    for name in (
        "$(touch gone)",
        "`touch gone`",
        "a b",
        "a;b",
        "-x",
        "it's",
        "a\\b",
        "a*",
        "~root",
        "é",
    ):
        assert deck("service", "add", "nic", "--", name).code == 0
    register_as_older_versions_did(deck.path, {"a\nb": "x", "\x1b[2J": "x"})
    assert offered("services") == ["lb-1", "nat-1", "nic-1"]


def test_the_database_that_is_typed_is_meant(demo: Deck, offered: Offered, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    shutil.move(demo.path, other)
    assert offered("pools", "hk-e") == []
    assert offered("pools", "hk-e", "--db", str(other)) == ["hk-edge"]
    assert offered("pools", "hk-e", f"--db='{other}'") == ["hk-edge"]
    assert offered("pools", "hk-e", f"--db=sqlite:///{other}") == ["hk-edge"]
    assert offered("pools", "hk-e", "--db", "~/o.db", env={"HOME": str(tmp_path)}) == []
    shutil.move(other, tmp_path / "o.db")
    assert offered("pools", "hk-e", "--db", "~/o.db", env={"HOME": str(tmp_path)}) == ["hk-edge"]


def test_a_database_that_is_gone_slow_or_none_offers_nothing_and_leaves_nothing(deck: Deck, offered: Offered) -> None:
    assert offered("pools") != []
    folder = deck.path.parent
    before = sorted(folder.iterdir())
    with closing(sqlite3.connect(deck.path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        offered("pools")
    assert sorted(folder.iterdir()) == before
    deck.path.write_bytes(b"no database" * 1000)
    assert offered("pools") == []
    deck.path.unlink()
    assert offered("pools") == []
    os.mkfifo(deck.path)
    assert offered("pools") == []
    assert offered("pools", "", "--db", "postgresql://nobody@nowhere.invalid/x") == []


@pytest.mark.parametrize("words", [(), ("pools",), ("no-such-kind", "x"), ("filter", "\udcff"), ("eips", "999.1")])
def test_words_that_mean_nothing_offer_nothing(program: Callable[..., Said], words: tuple[str, ...]) -> None:
    said = program(CALL, *words)
    assert (said.code, said.out, said.err) == (0, "", "")


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("kind", ["pools", "eips", "filter", "findings"])
def test_it_imports_neither_argparse_nor_core(kind: str) -> None:
    report = f"import sys; from tui.__main__ import main; main(['{CALL}', '{kind}', '']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"argparse", "core", "pathlib", "json", "enum", "rich"}


class TestOnAServer:
    URL = "postgresql+psycopg://alice:geheim@db.example/deck?password=geheim&sslmode=require"

    def test_a_password_is_kept_nowhere(self) -> None:
        assert without_password(self.URL) == "postgresql+psycopg://alice@db.example/deck?sslmode=require"
        assert kept_file("pools", self.URL) == kept_file("pools", without_password(self.URL))

    def test_a_printed_list_is_offered_for_a_minute(
        self, offered: Offered, program: Callable[..., Said], home: Path
    ) -> None:
        name = server().create()
        url = server().url(name)
        env = {"EIPDECK_DB": url}
        with closing(open_inventory(url, operator="alice")) as inventory:
            inventory.execute(AddCidrRequest(cidr="203.0.113.0/28", isp="a", asn=64500, pool_id="hk"))
            inventory.execute(AddServiceRequest(kind=ServiceKind.NIC, service_id="nic-1"))
            inventory.execute(AllocationRequest())
        assert offered("pools", env=env) == []
        for listed in ("pools", "eips", "services", "findings", "cidrs"):
            program(listed, env=env)
        folder = home / ".cache" / "eipdeck"

        def just_printed(kind: str, typed: str = "") -> list[str]:
            for file in folder.iterdir():
                os.utime(file)
            return offered(kind, typed, env=env)

        assert just_printed("pools", "h") == ["hk"]
        assert just_printed("eips", "198") == ["198.18.0.0"]
        assert just_printed("nic") == ["nic-1"]
        assert just_printed("load-balancer") == []
        assert just_printed("filter", "region:") == ["region:asia-east-1"]
        assert just_printed("findings")[0].startswith("landed_in_default_pool:")
        assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for each in folder.iterdir():
            then = each.stat().st_mtime - 61
            os.utime(each, (then, then))
        assert offered("pools", env=env) == []
        server().drop(name)

    def test_the_list_of_another_database_is_not_offered(self, home: Path, offered: Offered) -> None:
        env = {"EIPDECK_DB": self.URL}
        file = Path(kept_file("pools", self.URL))
        assert file.is_relative_to(home)
        file.parent.mkdir(parents=True)
        file.write_text(f"{without_password(self.URL)}\nhk")
        assert offered("pools", env=env) == ["hk"]
        file.write_text("postgresql://other/x\nhk")
        assert offered("pools", env=env) == []


SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
POSIX = """
eipdeck() { if [ "$1" = CALL ]; then command eipdeck "$@"; else printf 'got<%s>\\n' "$*"; fi; }
"""
SET_UP = {
    "bash": f"{POSIX}bind 'set enable-bracketed-paste off'\nPS1='rea''dy '\n",
    "zsh": f"autoload -U compinit\ncompinit -u -D\n{POSIX}PS1='rea''dy '\n",
    "fish": """
function eipdeck
  if test "$argv[1]" = CALL
    command eipdeck $argv
  else
    printf 'got<%s>\\n' "$argv"
  end
end
function fish_prompt
  echo -n 'rea''dy '
end
""",
}


@pytest.fixture(params=[name for name in SHELLS if shutil.which(name)])
def shell(request: pytest.FixtureRequest, program: Callable[..., Said], tmp_path: Path) -> Iterator[Any]:
    """A shell on a terminal that completes for the program and prints the words that the program would get."""
    said = program("completion", request.param)
    assert (said.code, said.err) == (0, "")
    script = tmp_path / "script"
    script.write_text(SET_UP[request.param].replace("CALL", CALL) + said.out)
    environ = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "TERM": "xterm"}
    first, *words = SHELLS[request.param]
    child = pexpect.spawn(first, words, env=environ, cwd=tmp_path, dimensions=(40, 200), encoding="utf-8", timeout=20)
    child.sendline(f'eval "$(cat {script})"' if first == "zsh" else f". {script}")
    child.expect_exact("ready ")
    yield child
    child.close(force=True)


LINES = {
    "allo": "allocate X",
    "allocate --pool hk-s": "allocate --pool hk-spare X",
    "allocate --pool=hk-s": "allocate --pool=hk-spare X",
    "cidr dr": "cidr drain X",
    "cidr drain 203.": "cidr drain 203.0.113.0/24 X",
    "bind 198.18.0.5 --load-balancer lb-sh": "bind 198.18.0.5 --load-balancer lb-shop X",
    "eips own:n": "eips own:no X",
    "eips ow": "eips own:X",
    "eips own:no pool:hk-s": "eips own:no pool:hk-spare X",
    "findings --severity crit": "findings --severity critical X",
    "accept landed_in_default_pool:eip-34": "accept landed_in_default_pool:eip-344 X",
    "service add load": "service add load-balancer X",
    "completion zs": "completion zsh X",
    "--db=elsewhere.db allocate --pool hk-s": "--db=elsewhere.db allocate --pool hk-sX",
}


@pytest.mark.usefixtures("demo")
def test_a_tab_completes_the_word(shell: Any) -> None:
    for line, becomes in LINES.items():
        shell.sendline(f"eipdeck {line}\tX")
        shell.expect(r"got<([^>\r\n]*)>")
        assert shell.match[1] == becomes
        shell.expect_exact("ready ")


def test_every_command_is_in_every_script(program: Callable[..., Said]) -> None:
    for name in SHELLS:
        script = program("completion", name).out
        for verb in VERBS:
            assert re.search(rf"\b{re.escape(verb.name.split()[-1])}\b", script), (name, verb.name)
