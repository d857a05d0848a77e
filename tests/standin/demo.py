"""`make demo-live`: the dashboard on a live account that is a stand-in; somebody works on its console meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Thread
from time import monotonic, sleep

from tests.standin.account import Account, stamped
from tests.standin.server import TOKEN, serving

EVERY = 10.0
"""Seconds between two things that happen on the console; a sync follows each."""


def furnished() -> Account:
    """An account with a customer CIDR that serves a shop, and one EIP of Zenlayer's."""
    account = Account()
    account.cidr("cidr-hk", "203.0.113.0/24")
    for number, name in enumerate(("web-01", "web-02", "shop", "out"), 17):
        account.eip(f"eip-{name}", f"203.0.113.{number}", "cidr-hk", name=name)
    for number in (1, 2):
        account.interface(f"nic-web-0{number}", f"10.0.1.{number}")
        account.bind(f"eip-web-0{number}", "NIC", f"nic-web-0{number}", f"10.0.1.{number}")
    account.balancer("lb-shop", "203.0.113.19")
    account.bind("eip-shop", "LB", "lb-shop")
    snat = {"snatEntryId": "s-1", "cidrs": ["10.0.8.0/24"], "eipIds": ["eip-out"], "isAllEip": False}
    account.gateway("nat-hk", eips=["eip-out"], snats=[snat], dnats=[])
    account.eip("eip-old", "198.51.100.20", name="old")
    return account


def console(account: Account) -> Sequence[Callable[[], object]]:
    """What somebody does on the console, one after the other."""
    return (
        lambda: account.eip("eip-oops", "198.51.100.21", name="oops", createTime=stamped(datetime.now(UTC))),
        lambda: account.bind("eip-oops", "LB", "lb-shop"),
        lambda: account.unbind("eip-web-02"),
        lambda: account.eip("eip-web-03", "203.0.113.40", "cidr-hk", name="web-03"),
        lambda: account.delete("eip-web-02"),
    )


def work(account: Account, sync: Callable[[], object], ended: Event) -> None:
    for act in console(account):
        if ended.wait(EVERY):
            return
        act()
        sync()
    while not ended.wait(EVERY):
        sync()


@contextmanager
def folder() -> Iterator[str]:
    """A folder that is gone at the end, also when a sync that outlives the dashboard still writes in it."""
    name = mkdtemp(prefix="eipdeck-live-")
    try:
        yield name
    finally:
        until = monotonic() + 10
        while Path(name).exists() and monotonic() < until:
            shutil.rmtree(name, ignore_errors=True)
            sleep(0.1)


def main() -> int:
    """Serve the account, sync once, and run the dashboard until the operator leaves."""
    account, ended = furnished(), Event()
    for ending in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(ending, lambda number, _frame: sys.exit(128 + number))
    with folder() as name, serving(account) as standin:
        config = Path(name) / "config.toml"
        profile = {"endpoint": standin.endpoint, "token": "env:EIPDECK_DEMO_TOKEN", "database": f"{name}/demo.db"}
        config.write_text("\n".join(("[profiles.demo]", *(f'{key} = "{value}"' for key, value in profile.items()))))
        words = [sys.executable, "-m", "tui", "--config", str(config), "--profile", "demo"]
        environment = {**os.environ, "EIPDECK_DEMO_TOKEN": TOKEN, "XDG_STATE_HOME": name}

        def sync() -> None:
            subprocess.run([*words, "sync"], env=environment, capture_output=True, check=False)

        subprocess.run([*words, "sync"], env=environment, check=True)
        worker = Thread(target=work, args=(account, sync, ended), daemon=True)
        worker.start()
        try:
            return subprocess.run(words, env=environment, check=False).returncode
        finally:
            ended.set()
            worker.join()


if __name__ == "__main__":
    sys.exit(main())
