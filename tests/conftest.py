"""No test reads or writes the inventory, the configuration or the name of whoever runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("eipdeck", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("eipdeck")

_HOMES = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


@pytest.fixture(scope="session", autouse=True)
def a_house_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every default path lies in a folder made for this run."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("EIPDECK_", "SSH_"))]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name in _HOMES:
            patch.setenv(name, str(home / name.lower()))
        yield home
