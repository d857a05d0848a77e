"""Settling: the request id of a change tells later what the answer to it told."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    AllocationRequest,
    BandwidthRequest,
    EipdeckError,
    Inventory,
    PoolSettingsRequest,
    ReleaseRequest,
    RenameRequest,
    Request,
    ReserveRequest,
)
from tests.core.kit import another, customer_cidr, dump, fresh_desk, many, refused

FREE = "203.0.113.13"

REQUESTS: st.SearchStrategy[Request[object]] = st.one_of(
    st.builds(AllocationRequest, pool_id=st.just("edge"), count=st.integers(1, 3)),
    st.builds(BandwidthRequest, eip=st.sampled_from(("eip-1", "eip-9")), bandwidth_mbps=st.integers(1, 3)),
    st.builds(RenameRequest, eip=st.just("eip-2"), name=st.sampled_from(("web", "dns", ""))),
    st.builds(PoolSettingsRequest, pool_id=st.just("edge"), warn_percent=st.integers(50, 52)),
    st.builds(ReserveRequest, cidr=st.just("203.0.113.0/28"), first=st.just(FREE)),
    st.builds(ReleaseRequest, eips=st.sampled_from((("eip-1",), ("eip-1", "eip-2"), ("eip-9",)))),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=6))
def test_a_settled_change_has_the_receipt_that_its_answer_had(requests: list[Request[object]]) -> None:
    with TemporaryDirectory() as folder, closing(fresh_desk(Path(folder))) as desk:
        customer_cidr(desk)
        many(desk, 3)
        receipts, refused = [], 0
        for request in requests:
            try:
                receipts.append(desk.carry_out(request).receipt)
            except EipdeckError:
                refused += 1
        assert len(receipts) + refused == len(requests)
        before = dump(desk)
        with closing(another(desk)) as other:
            for receipt in receipts:
                kept = receipt if receipt.events else None
                assert other.settle(str(receipt.request_id)) == kept
        assert dump(desk) == before


@pytest.mark.parametrize("named", ["k-1", None])
def test_a_change_of_nothing_is_kept_only_under_an_id_that_was_given(inventory: Inventory, named: str | None) -> None:
    customer_cidr(inventory)
    (eip,) = many(inventory, 1)
    receipt = inventory.carry_out(RenameRequest(eip=eip.address, name="", request_id=named)).receipt
    assert (receipt.request_id is not None, receipt.events) == (True, ())
    assert inventory.settle(str(receipt.request_id)) == (receipt if named else None)


def test_a_repeated_request_has_the_receipt_of_the_first_and_another_request_is_refused(inventory: Inventory) -> None:
    customer_cidr(inventory)
    first = inventory.carry_out(AllocationRequest(pool_id="edge", request_id="k-1"))
    many(inventory, 2)
    again = inventory.carry_out(AllocationRequest(pool_id="edge", request_id="k-1"))
    assert again == first
    with refused(inventory, "request_mismatch"):
        inventory.carry_out(AllocationRequest(pool_id="edge", count=2, request_id="k-1"))
    assert inventory.settle("k-1") == first.receipt
