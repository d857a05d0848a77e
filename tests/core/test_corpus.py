"""The corpus as names, reasons and ids, and in every place of the platform's answers; on both databases."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Desk,
    EipdeckError,
    EipQuery,
    ReleaseRequest,
    ServiceKind,
)
from tests.core.audit import audit
from tests.core.kit import ON_POSTGRESQL, customer_cidr, dump, fresh_desk, refused
from tests.core.test_import import ANSWERS
from tests.corpus import REFUSED, TEXTS


def test_every_text_is_kept_as_it_came_and_found_again(desk: Desk) -> None:
    customer_cidr(desk, "203.0.113.0/24")
    for number, text in enumerate(TEXTS):
        service = f"{number}{text}"
        desk.platform.add_service(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id=service, name=text))
        request = AllocationRequest(pool_id="edge", name=text, reason=text, request_id=f"{number}{text}")
        eip = desk.platform.allocate(request).eips[0]
        assert eip.name == text
        assert desk.platform.allocate(request).eips[0].id == eip.id
        desk.platform.bind(
            BindRequest(eip=eip.address, kind=BindingKind.LOAD_BALANCER, service_id=service, reason=text)
        )
        assert {event.reason for event in desk.history(eip.id or eip.address)} == {text}
        assert desk.lookup(eip.address).eip == desk.eip(eip.address)
        if '"' not in text:
            found = desk.page(EipQuery(f'"{text}"'), limit=50).rows
            assert eip.address in {row.eip.address for row in found}
        desk.platform.release(ReleaseRequest(eips=(eip.address,), unbind=True, reason=text))
    audit(desk)
    assert not desk.verify().broken


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_names_nothing_is_refused_everywhere(desk: Desk, text: str) -> None:
    customer_cidr(desk)
    for request in (
        AllocationRequest(pool_id="edge", name=text),
        AllocationRequest(pool_id="edge", request_id=text),
    ):
        with refused(desk, "invalid_name"):
            desk.platform.allocate(request)
    with refused(desk, "invalid_name"):
        desk.platform.add_service(AddServiceRequest(kind=ServiceKind.NIC, service_id=text))
    address = desk.platform.allocate(AllocationRequest(pool_id="edge", reason=text)).eips[0].address
    assert desk.history(address)[0].reason == text.replace("\0", "\\x00").replace("\ud800", "\\ud800"), "readable"


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in a document, by what holds it and its key there."""
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in pairs:
        yield document, key
        if isinstance(value, dict | list):
            yield from places(value)


DOCUMENTS = [json.loads(path.read_text()) for path in ANSWERS]
anything: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([*TEXTS, *REFUSED[:3], "x" * 300]),
    st.sampled_from([None, True, 0, -1, 1 << 64, 10**30, 1.5, "", [], {}, [[]], [None], {"a": None}]),
    st.sampled_from(["203.0.113.7", "203.0.113.0/24", "0.0.0.0/0", "::1", "2026-11-23T03:12:00Z", "BINDED"]),
)


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
    desk = fresh_desk(folder)
    before, refusal = dump(desk), None
    try:
        desk.import_files(paths)
    except EipdeckError as problem:
        refusal = problem
    if refusal is None:
        audit(desk)
    else:
        assert refusal.code == "invalid_import"
        assert dump(desk) == before
    desk.close()
