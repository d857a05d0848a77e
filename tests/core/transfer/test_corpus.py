"""The corpus as names, reasons and ids, and in every place of the platform's answers; on both databases."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    AcceptRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    EipdeckError,
    EipQuery,
    Inventory,
    PoolOrder,
    RecoverRequest,
    ReleaseRequest,
    ReserveRequest,
    ServiceKind,
    to_json,
)
from core.storage.history import event_hash
from tests.core.audit import audit
from tests.core.kit import (
    ON_POSTGRESQL,
    Clock,
    balancer,
    customer_cidr,
    dnat,
    dump,
    fresh_desk,
    many,
    nic,
    refused,
    services,
    snat,
)
from tests.core.transfer.test_import import ANSWERS
from tests.corpus import REFUSED, TEXTS, VALUES


def test_every_text_is_kept_as_it_came_and_found_again(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    for number, text in enumerate(TEXTS):
        service = f"{number}{ascii(text)[:200]}"
        inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id=service, name=text))
        request = AllocationRequest(pool_id="edge", name=text, reason=text, request_id=f"{number}{text}")
        eip = inventory.execute(request).eips[0]
        assert eip.name == text
        assert inventory.execute(request).eips[0].id == eip.id
        inventory.execute(BindRequest(eip=eip.address, kind=BindingKind.LOAD_BALANCER, service_id=service, reason=text))
        assert {event.reason for event in inventory.history(eip.id or eip.address)} == {text}
        assert inventory.lookup(eip.address).eip == inventory.eip(eip.address)
        if '"' not in text:
            found = inventory.page(EipQuery(f'"{text}"'), limit=50).rows
            assert eip.address in {row.eip.address for row in found}
        inventory.execute(ReleaseRequest(eips=(eip.address,), unbind=True, reason=text))
    audit(inventory)
    assert not inventory.verify().broken


UNSEEN = (
    "a\nb",
    "a\x1b[201~b",
    "a\tb",
    "a\x7f",
    "a\x9b31m",
    "a\u202eb",
    "a\u200bb",
    "a\u2028b",
    "\ufeffa",
    "\U000e0041a",
)


@pytest.mark.parametrize("text", UNSEEN)
def test_a_new_id_has_no_character_that_nobody_sees(inventory: Inventory, text: str) -> None:
    for request in (
        AddServiceRequest(kind=ServiceKind.NIC, service_id=text),
        AddCidrRequest(cidr="192.0.2.0/24", isp="bgp-a", asn=64500, pool_id=text),
        AddCidrRequest(cidr="192.0.2.0/24", isp="bgp-a", asn=64500, pool_id="p", region=text),
    ):
        with refused(inventory, "invalid_name"):
            inventory.execute(request)


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_names_nothing_is_refused_everywhere(inventory: Inventory, text: str) -> None:
    customer_cidr(inventory)
    for request in (
        AllocationRequest(pool_id="edge", name=text),
        AllocationRequest(pool_id="edge", request_id=text),
    ):
        with refused(inventory, "invalid_name"):
            inventory.execute(request)
    with refused(inventory, "invalid_name"):
        inventory.execute(AddServiceRequest(kind=ServiceKind.NIC, service_id=text))
    address = inventory.execute(AllocationRequest(pool_id="edge", reason=text)).eips[0].address
    assert inventory.history(address)[0].reason == text.replace("\0", "\\x00").replace("\ud800", "\\ud800"), "readable"


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in a document, by what holds it and its key there."""
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in pairs:
        yield document, key
        if isinstance(value, dict | list):
            yield from places(value)


DOCUMENTS = [json.loads(path.read_text()) for path in ANSWERS]
anything: st.SearchStrategy[Any] = st.sampled_from([*TEXTS, *REFUSED[:3], *VALUES])


@settings(max_examples=15 if ON_POSTGRESQL else 120)
@given(st.data())
def test_with_anything_in_any_place_answers_are_imported_whole_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    documents = copy.deepcopy(DOCUMENTS)
    holder, key = data.draw(st.sampled_from(list(places(documents))))
    holder[key] = data.draw(anything)
    paths = [folder / f"{number}.json" for number in range(len(documents))]
    for path, document in zip(paths, documents, strict=True):
        path.write_text(json.dumps(document))
    inventory = fresh_desk(folder)
    before, refusal = dump(inventory), None
    try:
        inventory.import_files(paths)
    except EipdeckError as problem:
        refusal = problem
    if refusal is None:
        audit(inventory)
    else:
        assert refusal.code == "invalid_import"
        assert dump(inventory) == before
    inventory.close()


@cache
def an_export() -> str:
    """The export of an inventory with a little of everything."""
    folder = Path(mkdtemp())
    clock = Clock()
    inventory = fresh_desk(folder, clock=clock)
    customer_cidr(inventory, cooldown=3600)
    customer_cidr(inventory, "198.51.100.0/28", pool="old")
    customer_cidr(inventory, "192.0.2.0/28", pool="old", order=PoolOrder.LRU, cooldown=7, active=False)
    services(inventory)
    many(inventory, 5)
    many(inventory, 2, "old")
    inventory.execute(AllocationRequest(name="landed", reason="J-1", request_id="key"))
    for request in (balancer("203.0.113.0"), snat("203.0.113.1"), dnat("203.0.113.1", "tcp", "80-90")):
        inventory.execute(request)
    inventory.execute(nic("198.51.100.1"))
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.8", last="203.0.113.9"))
    inventory.execute(AcceptRequest(finding="198.18.0.0", reason="known", request_id="other"))
    clock.advance(60)
    inventory.execute(ReleaseRequest(eips=("203.0.113.0", "203.0.113.3", "198.51.100.0"), unbind=True))
    inventory.execute(RecoverRequest(address="203.0.113.0"))
    inventory.execute(DrainRequest(cidr="198.51.100.0/28"))
    inventory.import_files(ANSWERS)
    whole = "".join(inventory.export_text())
    inventory.close()
    shutil.rmtree(folder)
    return whole


def chained_anew(tables: Any) -> None:
    """As somebody would who knows how: the hashes fit what the events say."""
    ends: dict[str, tuple[int, bytes]] = {}
    for event in tables["event"]:
        length, link = ends.get(event["pool_id"] or "", (0, b""))
        link = event_hash(link, event)
        event["hash"] = link.hex()
        ends[event["pool_id"] or ""] = length + 1, link
    tables["chain"] = [
        {"pool_id": pool, "at": tables["event"][-1]["at"], "length": length, "hash": link.hex()}
        for pool, (length, link) in ends.items()
    ]


def everything_works(inventory: Inventory) -> None:
    """Every read answers, what it answers can be written down, and every pool gives or says why not."""
    assert not inventory.verify().broken
    found: list[Any] = [
        inventory.history(),
        inventory.pools(),
        inventory.cidrs(),
        inventory.services(),
        inventory.findings(accepted=True),
    ]
    eips = [*inventory.eips(), *inventory.eips("state:released")]
    for eip in eips:
        found += [eip, inventory.lookup(eip.address), inventory.lookup(eip.address, at=eip.allocated_at)]
        found += [inventory.tenancies(eip.address), inventory.history(eip.address)]
    json.dumps(to_json(found), allow_nan=False)
    json.loads("".join(inventory.export_text()))
    for pool in inventory.pools():
        try:
            (eip,) = inventory.execute(AllocationRequest(pool_id=pool.id)).eips
        except EipdeckError as refusal:
            assert refusal.code in ("pool_exhausted", "no_active_cidr"), refusal.message  # noqa: PT017
        else:
            inventory.execute(ReleaseRequest(eips=(eip.address,)))


@settings(max_examples=25 if ON_POSTGRESQL else 250)
@given(st.data())
def test_with_anything_in_any_place_an_export_is_restored_whole_and_works_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    document = json.loads(an_export())
    tables = document["tables"]
    table = data.draw(st.sampled_from([name for name in tables if tables[name]]))
    row = data.draw(st.sampled_from(tables[table]))
    column = data.draw(st.sampled_from(list(row)))
    others = st.sampled_from([each[column] for each in tables[table]])
    row[column] = data.draw(st.one_of(anything, others))
    with suppress(TypeError):
        if data.draw(st.booleans()):
            chained_anew(tables)
    path = folder / "export.json"
    path.write_text(json.dumps(document))
    inventory = fresh_desk(folder, clock=Clock())
    before = dump(inventory)
    try:
        inventory.import_files([path])
    except EipdeckError as refusal:
        assert refusal.code == "invalid_import"  # noqa: PT017
        assert "export.json" in refusal.message  # noqa: PT017
        assert dump(inventory) == before
    else:
        everything_works(inventory)
    inventory.close()
