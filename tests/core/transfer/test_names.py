"""CSV files of addresses and names: all EIPs are renamed, each with its event, or none."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import AllocationRequest, EipdeckError, Inventory, ReleaseRequest, RenameRequest
from tests.core.audit import audit
from tests.core.kit import customer_cidr, unchanged

Load = Callable[..., tuple[int, int]]


@pytest.fixture
def load(inventory: Inventory, tmp_path: Path) -> Load:
    """Imports a text as a CSV file; tells how many EIPs were changed and unchanged."""
    customer_cidr(inventory)
    inventory.execute(AllocationRequest(pool_id="edge", count=3))

    def loaded(text: str | bytes, name: str = "names.csv", **options: str) -> tuple[int, int]:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = inventory.import_files([path], **options)
        assert done.created == 0
        return done.changed, done.unchanged

    return loaded


def names(inventory: Inventory) -> list[str | None]:
    return [eip.name for eip in inventory.eips()]


def test_every_eip_is_renamed_with_its_event(inventory: Inventory, load: Load) -> None:
    assert load("address,name\n203.0.113.0,web\n203.0.113.2,db\n", reason="J-1") == (2, 0)
    assert names(inventory) == ["web", None, "db"]
    first, second = (event for event in inventory.history() if event.action == "rename")
    assert (first.reason, first.before, first.after) == ("J-1", {"name": None}, {"name": "web"})
    assert (second.eip_id, second.pool_id, second.cidr) == ("eip-3", "edge", "203.0.113.0/28")
    assert first.request_id == second.request_id
    assert inventory.verify().ok
    audit(inventory)


def test_the_same_again_changes_nothing_and_an_empty_name_takes_it_away(inventory: Inventory, load: Load) -> None:
    load("address,name\n203.0.113.0,web\n203.0.113.1,app\n")
    assert load("address,name\n203.0.113.0,web\n203.0.113.0,web\n203.0.113.1,\n") == (1, 1)
    assert names(inventory) == ["web", None, None]
    assert [event.reason for event in inventory.history("203.0.113.1")][-1] == "names.csv"


def test_a_repeated_request_id_gets_the_first_answer(inventory: Inventory, load: Load) -> None:
    text = "address,name\n203.0.113.0,web\n"
    assert load(text, request_id="K") == load(text, request_id="K") == (1, 0)
    assert len([event for event in inventory.history() if event.action == "rename"]) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("address,name\n203.0.113.0,web\n203.0.113.9,db\n", "line 3: 203.0.113.9 has no live EIP"),
        ("address,name\n203.0.113.0,web\n203.0.113.0,db\n", "line 3: it contradicts"),
        ("address,name\n203.0.113.0,web\nx,db\n", "line 3: 'x'"),
        ("address,name\n203.0.113.0,web\n203.0.113.1," + "n" * 256 + "\n", "line 3: A name has 1 to 255"),
        (
            "id,address,name\neip-1,203.0.113.0,web\neip-9,203.0.113.1,db\n",
            "line 3: 203.0.113.1 is eip-2 now, not eip-9",
        ),
        ("address,name\n203.0.113.0,web\n203.0.113.1\n", "line 3 has 1 cells"),
        ("address,name\n203.0.113.0,web\n203.0.113.1,a\0b\n", "line 3"),
        ('address,name\n203.0.113.0,web\n203.0.113.1,"a\n', "is not CSV"),
        ("ip,name\n203.0.113.0,web\n", "address and name are not among them"),
        ("", "address and name are not among them"),
        ("address,name,name\n203.0.113.0,web,x\n", "address and name are not among them"),
        (b"address,name\n203.0.113.0,\xff\n", "not UTF-8"),
    ],
)
def test_one_wrong_row_renames_none(inventory: Inventory, load: Load, text: str, why: str) -> None:
    with unchanged(inventory), pytest.raises(EipdeckError) as caught:
        load(text)
    assert caught.value.code == "invalid_import"
    assert why in caught.value.reason
    assert "names.csv" in caught.value.reason


def test_a_released_eip_is_not_renamed(inventory: Inventory, load: Load) -> None:
    inventory.execute(ReleaseRequest(eips=("203.0.113.1",)))
    with unchanged(inventory), pytest.raises(EipdeckError, match="no live EIP"):
        load("address,name\n203.0.113.1,web\n")


@pytest.mark.parametrize(
    "text",
    [
        "address;name\r\n203.0.113.0;web\r\n",
        "\ufeffaddress,name\n203.0.113.0,web\n",
        "NAME\tid\tAddress\nweb\teip-1\t 203.0.113.0\n",
        '"address","name","more"\n"203.0.113.0","web",""\n\n',
    ],
)
def test_the_tables_of_spreadsheets_are_read(inventory: Inventory, load: Load, text: str) -> None:
    assert load(text) == (1, 0)
    assert load(text, "no-ending") == (0, 1)
    assert names(inventory) == ["web", None, None]


plain_names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40
).filter(lambda name: not name.startswith(("'", '="')))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=plain_names)
def test_any_name_is_read_as_a_list_or_a_spreadsheet_writes_it(inventory: Inventory, load: Load, name: str) -> None:
    out = io.StringIO(newline="")
    guarded = f"'{name}" if name.startswith(("=", "+", "-", "@", "\t")) else name
    csv.writer(out).writerows([("address", "name"), ("203.0.113.0", guarded)])
    load(out.getvalue())
    assert names(inventory)[0] == name


def test_a_name_that_stands_there_already_is_left_alone(inventory: Inventory, load: Load) -> None:
    inventory.execute(RenameRequest(eip="203.0.113.0", name="'=x"))
    assert load("address,name\n203.0.113.0,'=x\n") == (0, 1)
