"""Go through the checklist of a release, and exit with 1 when a point fails: `make release`.

The wheel and the sdist are built into `dist`. The wheel is then tried in clean environments: with pip on every Python
from 3.11 to 3.14 that is on the PATH, with pipx, with `uv tool` and with uvx. Each runs the first session of the
README, the demo on a terminal, and what a shell needs. A Python that is not there is told as such and fails nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect  # type: ignore[import-untyped]

__all__ = ["POINTS", "Failed", "Skipped", "main"]

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


class Failed(Exception):
    """A point of the list is not as it has to be."""


class Skipped(Exception):
    """A point that cannot be tried on this machine."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of this run, with a home of its own."""

    folder: Path

    def run(self, *words: str | Path, codes: Sequence[int] = (0,), path: Path | None = None) -> str:
        """Run a program; return what it printed."""
        done = subprocess.run(
            list(map(str, words)),
            cwd=self.folder,
            env=self.environ(path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if done.returncode not in codes:
            told = (done.stderr or done.stdout).strip().splitlines()[-3:]
            raise Failed(f"{' '.join(map(str, words))} ended with {done.returncode}: {' | '.join(told)}")
        return done.stdout

    def environ(self, path: Path | None = None) -> Mapping[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("EIPDECK_", "XDG_", "PYTHON"))
        }
        first = "" if path is None else f"{path}{os.pathsep}"
        return {**kept, "HOME": str(self.folder), "PATH": f"{first}{kept['PATH']}", "TERM": "xterm-256color"}

    def fresh(self, name: str) -> Place:
        folder = self.folder / name
        folder.mkdir()
        return Place(folder)


def is_told(place: Place) -> None:
    """The changelog has a dated section of this version, and nothing is unreleased."""
    del place
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## {re.escape(VERSION)} - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        raise Failed(f"CHANGELOG.md has no dated section {VERSION}")
    if re.search(r"^## Unreleased\n+(?!## )\S", changelog, re.MULTILINE):
        raise Failed("CHANGELOG.md has unreleased changes; give them a version")


def is_committed(place: Place) -> None:
    """Nothing is uncommitted, and the version has no tag yet."""
    if changed := place.run("git", "-C", ROOT, "status", "--porcelain"):
        raise Failed(f"not committed: {', '.join(changed.split()[1::2][:5])}")
    if place.run("git", "-C", ROOT, "tag", "--list", f"v{VERSION}"):
        raise Failed(f"the tag v{VERSION} exists; raise the version")


def is_built(place: Place) -> None:
    """The wheel and the sdist are built, and the sdist builds the same wheel."""
    shutil.rmtree(DIST, ignore_errors=True)
    place.run("sh", "-c", f"cd '{ROOT}' && '{sys.executable}' -m hatchling build -d '{DIST}'")
    again = place.fresh("from-sdist")
    with tarfile.open(next(DIST.glob("*.tar.gz"))) as sdist:
        sdist.extractall(again.folder, filter="data")
    (source,) = again.folder.iterdir()
    again.run("sh", "-c", f"cd '{source}' && '{sys.executable}' -m hatchling build -t wheel -d '{again.folder}'")
    first, second = (zipfile.ZipFile(next(folder.glob("*.whl"))).namelist() for folder in (DIST, again.folder))
    if sorted(first) != sorted(second):
        raise Failed(f"the wheels differ: {', '.join(sorted(set(first) ^ set(second))[:5])}")


def wheel() -> Path:
    return next(DIST.glob("*.whl"))


def tried(place: Place, program: Path) -> None:
    """Run the first session of the README, the demo, and what a shell needs, with an installed program."""
    if place.run(program, "--version").split() != ["eipdeck", VERSION]:
        raise Failed(f"{program} is another version")
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A first session")[2].partition("\n## ")[0]
    session = [line.removeprefix("$ ") for line in readme.splitlines() if line.startswith("$ ")]
    for line in session:
        place.run("sh", "-c", line, codes=(0, 1, 3), path=program.parent)
    for words in (
        "findings",
        "verify",
        "doctor",
        "interface --json",
        "config schema",
        "completion bash",
        "completion zsh",
    ):
        place.run(program, *words.split())
    child = pexpect.spawn(
        str(program), ["demo"], env=place.environ(), cwd=place.folder, dimensions=(24, 80), timeout=60
    )
    child.expect_exact("198.18.0.5")
    for _ in range(60):
        child.send("q")
        if child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:  # each q has to stand alone
            break
    child.close()
    if child.exitstatus != 0:
        raise Failed(f"the demo ended with {child.exitstatus}")


def on_python(version: str) -> Callable[[Place], None]:
    """Return the trial of the wheel in a clean environment of a Python."""

    def trial(place: Place) -> None:
        python = shutil.which(f"python{version}")
        probe = [python or "false", "-c", "import venv"]
        if python is None or subprocess.run(probe, capture_output=True, check=False).returncode:
            raise Skipped(f"there is no Python {version}")
        place.run(python, "-m", "venv", "venv")
        place.run(place.folder / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel())
        tried(place, place.folder / "venv/bin/eipdeck")
        if not (place.folder / "venv/share/man/man1/eipdeck.1").is_file():
            raise Failed("the wheel brings no manual page")

    trial.__doc__ = f"The wheel works with pip on Python {version}."
    return trial


def tool_named(place: Place, name: str, package: str) -> str:
    """Return a tool of the PATH, or one that is installed for this trial."""
    found = shutil.which(name)
    if found is not None:
        return found
    place.run(sys.executable, "-m", "venv", "tool")
    try:
        place.run(place.folder / "tool/bin/python", "-m", "pip", "install", "--quiet", package)
    except Failed as problem:
        raise Skipped(f"{package} is not to be had") from problem
    return str(place.folder / "tool/bin" / name)


def with_pipx(place: Place) -> None:
    """The wheel works with pipx."""
    tool = tool_named(place, "pipx", "pipx")
    folders = f"PIPX_HOME='{place.folder}/pipx' PIPX_BIN_DIR='{place.folder}/bin'"
    place.run("sh", "-c", f"{folders} '{tool}' install --quiet '{wheel()}'")
    tried(place, place.folder / "bin/eipdeck")


def with_uv_tool(place: Place) -> None:
    """The wheel works with uv tool."""
    tool = tool_named(place, "uv", "uv")
    folders = f"UV_TOOL_DIR='{place.folder}/tools' UV_TOOL_BIN_DIR='{place.folder}/bin'"
    place.run("sh", "-c", f"{folders} '{tool}' tool install --quiet '{wheel()}'")
    tried(place, place.folder / "bin/eipdeck")


def with_uvx(place: Place) -> None:
    """The wheel works with uvx."""
    uvx = tool_named(place, "uvx", "uv")
    (place.folder / "bin").mkdir()
    program = place.folder / "bin/eipdeck"
    program.write_text(f"#!/bin/sh\nexec '{uvx}' --quiet --from '{wheel()}' eipdeck \"$@\"\n", encoding="utf-8")
    program.chmod(0o700)
    tried(place, program)


POINTS: tuple[Callable[[Place], Any], ...] = (
    is_told,
    is_committed,
    is_built,
    *map(on_python, PYTHONS),
    with_pipx,
    with_uv_tool,
    with_uvx,
)


def gone_through(place: Place) -> Iterator[bool]:
    """Print the result of every point; yield whether it holds."""
    for number, point in enumerate(POINTS):
        says = " ".join((point.__doc__ or "").split())
        try:
            point(place.fresh(str(number)))
        except Skipped as why:
            print(f"skipped  {says} ({why})", flush=True)
        except (Failed, OSError, StopIteration, pexpect.ExceptionPexpect) as why:
            print(f"FAILED   {says} {str(why).splitlines()[0] if str(why) else type(why).__name__}", flush=True)
            yield False
        else:
            print(f"ok       {says}", flush=True)
        yield True


def main() -> int:
    """Go through the list; return 1 when a point fails."""
    with tempfile.TemporaryDirectory(prefix="eipdeck-release-") as folder:
        return int(not all(list(gone_through(Place(Path(folder))))))


if __name__ == "__main__":
    sys.exit(main())
