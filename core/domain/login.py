"""The name of who uses this host."""

from __future__ import annotations

import getpass
import os

__all__ = ["login_name"]


def login_name() -> str:
    """Return the login name, with the address of the client under SSH."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid-{os.getuid()}"
    client = (os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_CLIENT") or "").split()
    return f"{name}@{client[0]}" if client else name
