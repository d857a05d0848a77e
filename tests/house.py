"""Measure the house rules of core and tui, and exit with 1 when one is broken: `make house`.

Read the source with `ast`; nothing of the product is imported. Migrations do not count. The layers are those of
pyproject.toml.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median, quantiles

__all__ = ["Import", "Measure", "back_arrows", "circles", "imports_of", "main", "measure", "unused_doors"]

PACKAGES = ("core", "tui")
MIGRATIONS = "core/storage/migrations/"
FILE_LINES = 300
FUNCTION_LINES = 40
FLAT_FILES = 3
ENTRIES = ("__init__", "__main__")
"""Modules at the top of a package that do not count as flat files."""
DOORS = {
    ("tui.__main__", "tui.cli"): "each verb imports what it needs; help and version import no more",
    ("tui.__main__", "tui.wording"): "a completion of the shell does without",
    ("tui.cli.main", "tui.wording.paint"): "a pipe gets no colours",
    ("tui.cli.main", "tui.cli.keep"): "a look-up and a change leave nothing for the completion",
    ("tui.cli.launch", "core"): "the first paint does without the core; here it words a refusal",
    ("tui.cli.launch", "tui.app"): "Textual reads its environment when it is imported",
    ("tui.cli.launch", "tui.cli.dashboard"): "it imports the core, which the first paint does without",
    ("tui.cli.doctor", "core"): "the embedded platform is examined without the live account",
    ("tui.cli.sync", "core"): "the changes import its declaration, and do without the live account",
    ("tui.app", "tui.screen"): "the splash screen is painted before the main screen is imported",
    ("tui.screen.command_table", "tui.session.actions"): "the first page is painted before a modal is imported",
    ("tui.screen", "tui.changes"): "the first page is painted before a change or a modal is imported",
    ("tui.changes.flow", "tui.modals"): "the first page is painted before a modal is imported",
    ("core.inventory", "core.operations"): "a reading session imports no operation",
    ("core.inventory", "core.storage.lease"): "a watch alone holds it, and it imports psycopg",
    ("core.account", "core.storage.lease"): "a dashboard alone holds it, and it imports psycopg",
    ("tui.cli.dashboard", "tui.cli.background"): "a dashboard on the embedded platform starts without the live account",
    (
        "core.queries.basis",
        "core.queries.picture_doubts",
    ): "the embedded platform starts without an account",
    ("core.queries.findings", "core.queries.finding_rules_mirror"): "as above",
    ("core.live.account", "core.live.client"): "the SDK is imported for the first call",
    ("tui.cli.opening", "tui.session.memory"): "a lookup in a file remembers nothing",
    ("core.inventory", "core.transfer"): "SQLModel is imported for whole inventories alone",
    ("core.domain.config", "core.domain.config_problems"): "a right configuration has no problem",
    ("core.queries.history_reads", "core.queries.integrity"): "a verdict does without the proof",
    ("core.queries.lookups", "core.queries.cidr_summary"): "most lookups are of addresses",
    ("core.queries.lookups", "core.domain.evidence.own_formats"): "the scanner of text is imported for text alone",
    ("core.queries.lookups", "core.queries.log_verdicts"): "the scanner of text is imported for text alone",
    ("core.queries.reads", "core.queries.figures"): "figures are for monitoring alone",
    ("core.storage", "core.storage.migrations"): "a database of the present schema opens without Alembic",
    ("core.storage.opening", "core.storage.postgres"): "SQLite starts without psycopg",
}
"""Imports inside a function that save start time: importer, imported, and why."""


@dataclass(frozen=True, slots=True)
class Import:
    """One module of ours that imports another."""

    importer: str
    imported: str
    line: int
    late: bool = False
    typing_only: bool = False

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} -> {self.imported}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure, and the places that break its rule."""

    name: str
    value: float
    breaches: tuple[str, ...] = ()


def modules_in(root: Path) -> dict[str, Path]:
    """Return every module of both packages by its dotted name, migrations apart."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            place = path.relative_to(root)
            if not place.as_posix().startswith(MIGRATIONS) or place.name == "__init__.py":
                found[".".join(place.with_suffix("").parts).removesuffix(".__init__")] = path
    return found


def imports_of(module: str, tree: ast.AST, known: Mapping[str, object]) -> Iterator[Import]:
    """Yield the imports of our own modules, those inside functions and under TYPE_CHECKING too."""

    def walk(node: ast.AST, *, late: bool, typing_only: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            for target in _targets(child, known):
                if target != module:
                    yield Import(module, target, getattr(child, "lineno", 0), late, typing_only)
            guard = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            yield from walk(child, late=inside, typing_only=typing_only or guard)

    return walk(tree, late=False, typing_only=False)


def _targets(node: ast.AST, known: Mapping[str, object]) -> set[str]:
    """Return the modules an import statement names; a name of a package may be a module in it."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names if alias.name in known}
    if isinstance(node, ast.ImportFrom) and node.module in known:
        package = node.module or ""
        return {name if (name := f"{package}.{alias.name}") in known else package for alias in node.names}
    return set()


def circles(imports: Sequence[Import]) -> list[str]:
    """Return import circles, one by one; each found circle is opened before the next is sought."""
    graph: dict[str, set[str]] = {}
    for each in imports:
        graph.setdefault(each.importer, set()).add(each.imported)
    found = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as problem:
            circle = problem.args[1][::-1]
            found.append(" -> ".join(circle))
            graph[circle[0]].discard(circle[1])
        else:
            return found


def back_arrows(imports: Sequence[Import], layers: Sequence[Sequence[str]]) -> list[str]:
    """Return imports of a layer above, and of a neighbour in the same layer."""
    rank = {part: place for place, layer in enumerate(layers) for part in layer}

    def part_of(module: str) -> str | None:
        return next((part for part in rank if module == part or module.startswith(f"{part}.")), None)

    found = []
    for each in imports:
        above, below = part_of(each.importer), part_of(each.imported)
        if above and below and above != below and rank[below] <= rank[above]:
            found.append(str(each))
    return found


def outside_layers(modules: Mapping[str, Path], layers: Sequence[Sequence[str]]) -> list[str]:
    """Return modules that no layer names; their imports would escape the contract."""
    parts = [part for layer in layers for part in layer]
    return [
        module
        for module in modules
        if module not in PACKAGES and not any(module == part or module.startswith(f"{part}.") for part in parts)
    ]


def layers_in(pyproject: Path) -> list[list[list[str]]]:
    """Return the layers of each contract, highest first."""
    contracts = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return [
        [[part.strip() for part in layer.split("|")] for layer in contract["layers"]]
        for contract in contracts
        if contract["type"] == "layers"
    ]


def functions_in(tree: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Yield name, first line and length of each function, from `def` to its last line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def _sizes(modules: Mapping[str, Path], trees: Mapping[str, ast.AST]) -> Iterator[Measure]:
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in modules.items()}
    big = tuple(f"{module} {count}" for module, count in lines.items() if count > FILE_LINES)
    yield Measure(f"files over {FILE_LINES} lines", len(big), big)
    functions = [(module, *function) for module, tree in trees.items() for function in functions_in(tree)]
    lengths = [length for *_, length in functions]
    long = tuple(f"{module}:{line} {name} {n}" for module, name, line, n in functions if n > FUNCTION_LINES)
    yield Measure(f"functions over {FUNCTION_LINES} lines", len(long), long)
    yield Measure("function length, median", median(lengths))
    yield Measure("function length, p90", round(quantiles(lengths, n=10)[-1]))
    for package in PACKAGES:
        flat = tuple(
            module
            for module, path in modules.items()
            if path.parent.name == package and module.count(".") == 1 and path.stem not in ENTRIES
        )
        yield Measure(f"flat files in {package}", len(flat), flat if len(flat) > FLAT_FILES else ())


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _passes(each: Import, door: tuple[str, str]) -> bool:
    return _is_within(each.importer, door[0]) and _is_within(each.imported, door[1])


def unused_doors(root: Path) -> list[tuple[str, str]]:
    """Return the doors that no late import of the source under `root` passes."""
    modules = modules_in(root)
    late = [
        each
        for module, path in modules.items()
        for each in imports_of(module, ast.parse(path.read_text(encoding="utf-8")), modules)
        if each.late
    ]
    return [door for door in DOORS if not any(_passes(each, door) for each in late)]


def measure(root: Path) -> list[Measure]:
    """Return every figure of the source under `root`."""
    modules = modules_in(root)
    trees = {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in modules.items()}
    imports = [each for module, tree in trees.items() for each in imports_of(module, tree, modules)]
    contracts = layers_in(root / "pyproject.toml")
    every = [layer for layers in contracts for layer in layers]
    upward = [arrow for layers in contracts for arrow in back_arrows(imports, layers)]
    plain = circles([each for each in imports if not each.typing_only])
    hidden = tuple(circle for circle in circles(imports) if circle not in plain)
    late = tuple(str(each) for each in imports if each.late and not any(_passes(each, door) for door in DOORS))
    outside = tuple(outside_layers(modules, every))
    return [
        Measure("circles", len(plain), tuple(plain)),
        Measure("circles hidden under TYPE_CHECKING", len(hidden), hidden),
        Measure("back-arrows", len(upward), tuple(upward)),
        Measure("modules outside the layers", len(outside), outside),
        Measure("late imports that are not doors", len(late), late),
        *_sizes(modules, trees),
    ]


def main(root: Path = Path(__file__).parents[1]) -> int:
    """Print `name: value` for each figure, the breaches below; return 1 when there are any."""
    found = measure(root)
    for each in found:
        print(f"{each.name}: {each.value:g}")
    for each in found:
        for breach in each.breaches:
            print(f"  {each.name}: {breach}", file=sys.stderr)
    return int(any(each.breaches for each in found))


if __name__ == "__main__":
    sys.exit(main())
