"""What others may import, and the codes they rely on."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest

import core
from core import CODES, Code, EipdeckError, error
from core.domain import requests as domain_requests
from core.operations.verbs import VERBS
from tests.core.kit import ROOT

EXIT_CODES = {
    2: "usage invalid_address invalid_cidr invalid_count invalid_name invalid_port invalid_bandwidth invalid_time"
    " invalid_filter invalid_import confirmation_required",
    5: "cidr_not_found pool_not_found eip_not_found binding_not_found service_not_found finding_not_found"
    " plan_not_found",
    4: "cidr_overlap cidr_not_active cidr_not_drained pool_exhausted no_active_cidr address_in_use address_not_in_pool"
    " address_cooling address_reserved eip_bound eip_not_bound holder_conflict port_in_use anyport_conflict"
    " quota_exceeded region_mismatch conflict request_mismatch customer_pool_required asn_not_supported rpki_not_valid"
    " clock_doubtful read_only platform_refused",
    6: "store_busy store_unavailable schema_newer platform_unavailable history_lost time_limit",
    7: "outcome_unknown unfinished",
}
"""Section 2 of the interface, by exit code."""


def test_all_is_sorted() -> None:
    """Constants, then classes, then functions, each by the alphabet, as ruff sorts them."""

    def place(name: str) -> tuple[int, str]:
        return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)

    assert core.__all__ == sorted(core.__all__, key=place)


def test_all_is_everything_that_can_be_imported_from_there() -> None:
    assert all(hasattr(core, name) for name in core.__all__)
    ours = {name for name, value in vars(core).items() if str(getattr(value, "__module__", "")).startswith("core")}
    assert {name for name in ours if not name.startswith("_")} <= set(core.__all__)
    assert not hasattr(core, "anything_else")


def test_every_function_of_the_front_door_says_what_it_does() -> None:
    functions = [getattr(core, name) for name in core.__all__ if inspect.isfunction(getattr(core, name))]
    assert [each.__name__ for each in functions if not each.__doc__] == []


def test_importing_the_core_loads_nothing_of_the_terminal() -> None:
    program = "import core, json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "core" in loaded
    assert not loaded & {"textual", "rich", "typer", "tui", "alembic"}


@pytest.mark.parametrize(("exit_code", "codes"), EXIT_CODES.items())
def test_every_code_of_the_interface_is_known_with_its_exit_code(exit_code: int, codes: str) -> None:
    assert {code: CODES[Code(code)].exit_code for code in codes.split()} == dict.fromkeys(codes.split(), exit_code)


def test_there_are_no_other_codes() -> None:
    assert set(CODES) == {code for codes in EXIT_CODES.values() for code in codes.split()}


@pytest.mark.parametrize("code", CODES)
def test_an_error_has_a_document_and_one_base(code: Code) -> None:
    made = error(code, "Why.", hint="What to do.", details={"pool_id": "edge"})
    assert isinstance(made, EipdeckError)
    assert (made.code, str(made)) == (code, "Why. What to do.")
    assert made.document() == {"error": {"code": code, "message": "Why. What to do.", "details": {"pool_id": "edge"}}}


def test_an_unknown_code_is_a_defect() -> None:
    with pytest.raises(KeyError):
        error("no_such_code", "Why.")  # type: ignore[arg-type]  # the defect


def test_every_request_of_the_front_door_is_carried_out_by_the_embedded_database() -> None:
    requests = {getattr(core, name) for name in domain_requests.__all__} - {core.Request, core.EipRequest}
    assert len(requests) == 20
    assert set(VERBS) == requests
