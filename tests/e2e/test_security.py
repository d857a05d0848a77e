"""What SECURITY.md says of each kind of person: each sentence has its test, and those that had none have it here."""

from __future__ import annotations

import os
import re
import stat
from itertools import product
from pathlib import Path

import pytest

from tests.core.kit import ROOT
from tests.e2e.conftest import Deck
from tui.cli.arguments import Misuse, Settings
from tui.cli.forced_command import asked_for

TOLD = (ROOT / "SECURITY.md").read_text()
ROWS = [line.split("|")[1:-1] for line in TOLD.splitlines() if line.startswith("| can")]
OURS = Settings(db="/srv/deck.db", operator="alice", confined="/srv/alice", time_limit="60")
LINE = ("--db", "/srv/deck.db", "--operator", "alice", "--confined", "/srv/alice", "--time-limit", "60")
STOLEN = (
    *("--db /tmp/x", "--db=/tmp/x", "--operator bob", "--operator=bob", "--config /tmp/x", "--config=/tmp/x"),
    *("--profile acme", "--profile=acme", "--confined /", "--confined=/", "--time-limit 9999", "--time-limit=9999"),
)
SPELT = (
    "{} eips",
    "eipdeck {} eips",
    "eips {}",
    "'{}' eips",
    '"{}" eips',
    "--read-only {} eips",
    "{} --read-only eips",
)
SHELL = (
    *(
        "sh -c id",
        "/bin/sh",
        "bash -i",
        "eipdeck; id",
        "eips; id",
        "eips && id",
        "eips || id",
        "eips | id",
        "eips & id",
    ),
    *("$(id)", "`id`", "eips $(id)", "eips `id`", "eips > /tmp/x", "eips < /etc/passwd", "eips >> /tmp/x", "eips\nid"),
    *("eips\rid", "eips\x00id", "X=1 eips", "env eips", "exec eips", "sudo eips", "scp -t /tmp", "sftp-server"),
    *(
        "/usr/lib/openssh/sftp-server",
        "internal-sftp",
        "rsync --server . /",
        "git-upload-pack x",
        "eipdeck eipdeck eips",
    ),
    *(
        "/usr/bin/eipdeck eips",
        "./eipdeck eips",
        "@/etc/passwd",
        "eips @/etc/passwd",
        "-- sh",
        "--",
        "-",
        "''",
        "\\eips",
    ),
    *(
        "e\\ips",
        "'eips",
        '"eips',
        "--help;id",
        "watch --exec /bin/sh",
        "watch --exec=/bin/sh",
        "~/x",
        "eips *",
        "{eips,id}",
    ),
)


def test_each_sentence_names_a_test_that_is_there() -> None:
    assert len(ROWS) > 20
    for kind, sentence, tests in ROWS:
        assert kind.strip() in ("can", "cannot")
        named = re.findall(r"`(\S+?)::(\w+)`", tests)
        assert named, sentence
        for path, name in named:
            assert f"def {name}(" in (ROOT / "tests" / path).read_text(), (path, name)


@pytest.mark.parametrize("asked", [spelt.format(stolen) for stolen, spelt in product(STOLEN, SPELT)])
def test_no_form_of_an_option_changes_what_the_line_says(asked: str) -> None:
    """Where the words are no option any more, they are words of a filter."""
    assert _settings(asked) in (None, OURS, OURS._replace(read_only=True))


@pytest.mark.parametrize("asked", SHELL)
def test_no_form_of_a_command_is_read_by_a_shell(asked: str) -> None:
    """It is a command of eipdeck under the line's own options, or none."""
    assert _settings(asked) in (None, OURS)


def _settings(asked: str) -> Settings | None:
    try:
        return asked_for(LINE, {"SSH_ORIGINAL_COMMAND": asked}).settings
    except (Misuse, SystemExit):
        return None


def test_no_file_is_for_others_whatever_the_umask(deck: Deck, tmp_path: Path, home: Path) -> None:
    """Exports, backups, bundles, logs, the state of the program; figures alone are for a collector."""
    before = os.umask(0)
    try:
        for words in ("export e.json", "backup b.db", "doctor --bundle d.json", "verify", "metrics --out m.prom"):
            verb, *rest = words.split()
            said = deck(verb, *(str(tmp_path / word) if "." in word else word for word in rest))
            assert said.code in (0, 1), (words, said.err)
    finally:
        os.umask(before)
    made = [path for folder in (tmp_path, home) for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in made} > {"e.json", "b.db", "d.json", "m.prom"}
    loose = {path.name for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077}
    assert loose <= {"m.prom", deck.path.name}
