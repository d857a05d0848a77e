from __future__ import annotations

from tests.core.kit import ROOT
from tui.changes import start
from tui.changes.start import ON_EIP, ON_EIPS, ON_SELECTION
from tui.commands.bindings import bindings_for
from tui.commands.key_table import grouped, readme_table
from tui.commands.registry import BY_ID, COMMANDS, NEVER_BOUND, Scope, Takes, View, key_text
from tui.widgets.map_view import MapView
from tui.widgets.rows import RowTable
from tui.wording.glossary import GLOSSARY, readme_glossary


def test_ids_and_keys_are_each_used_once() -> None:
    assert len(BY_ID) == len(COMMANDS)
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)


def test_lower_case_never_changes_anything_and_every_change_is_a_capital() -> None:
    for command in COMMANDS:
        for key in command.keys:
            assert not (command.changes and not (len(key) == 1 and key.isupper())), command.id
    capitals = {key for command in COMMANDS for key in command.keys if len(key) == 1 and key.isupper()}
    assert capitals == set("ABURFKZCDMESXWG")


def test_keys_that_terminals_keep_are_never_bound() -> None:
    bound = {key for command in COMMANDS for key in command.keys}
    assert not bound & NEVER_BOUND
    assert not any(key.startswith("alt+") for key in bound)


def test_every_command_is_bound_and_does_something() -> None:
    bound = sum(len(bindings_for(scope)) for scope in (Scope.SCREEN, Scope.TABLE, Scope.MAP))
    assert bound == sum(command.scope is not Scope.PALETTE for command in COMMANDS)
    for command in COMMANDS:
        if command.scope is Scope.TABLE:
            assert hasattr(RowTable, f"action_{command.id}")
        if command.scope in (Scope.TABLE, Scope.MAP):
            assert hasattr(MapView, f"action_{command.id}")
        elif command.changes:
            assert command.id in {**start.ON_EIP, **start.ON_EIPS, **start.ON_SELECTION}


def test_a_view_has_the_key_its_line_shows() -> None:
    keys = {View.EIPS: "e", View.POOLS: "p", View.CIDRS: "c", View.SERVICES: "l", View.FINDINGS: "f"}
    for view, key in keys.items():
        assert BY_ID[view.name.lower()].keys == (key,)


def test_the_readme_has_this_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.partition("<!-- keys: begin -->\n")[2].partition("<!-- keys: end -->")[0] == readme_table()


def test_the_table_of_the_readme_names_every_key() -> None:
    table = readme_table()
    for command in COMMANDS:
        for key in command.keys:
            assert f"`{key_text(key)}`" in table
        assert command.help in table
    assert table.startswith("| key | does |\n| --- | --- |\n")


def test_the_readme_explains_the_words_of_the_field() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.partition("<!-- words: begin -->\n")[2].partition("<!-- words: end -->")[0] == readme_glossary()
    assert len(GLOSSARY) == 6
    assert all(len(meaning) <= 61 for meaning in GLOSSARY.values()), "a line of the help at 80 columns"


def test_every_command_is_in_one_group_and_ten_keys_come_first() -> None:
    groups = grouped()
    assert sorted(command.id for commands in groups.values() for command in commands) == sorted(BY_ID)
    assert len(next(iter(groups.values()))) + 1 == 10, "the digits are the tenth"
    assert all(groups.values())


def test_a_change_is_started_with_what_it_takes() -> None:
    changes = {command.id: command.takes for command in COMMANDS if command.changes}
    started = dict.fromkeys(ON_SELECTION, Takes.SELECTION) | dict.fromkeys(ON_EIP, Takes.EIP)
    assert changes == started | dict.fromkeys(ON_EIPS, Takes.EIPS)


def test_a_change_has_its_subject_behind_its_name() -> None:
    subjects = {command.id: command.argument for command in COMMANDS if command.changes}
    assert {name for name, subject in subjects.items() if not subject} == {"cidr_add", "service_add"}
    assert set(subjects.values()) == {"", "EIP", "ADDRESS", "POOL", "CIDR", "SERVICE", "FINDING"}
