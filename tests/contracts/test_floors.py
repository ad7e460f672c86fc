"""The floors of layers: imports point down only, no file needs itself to be loaded first, and each room is small."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ["basis", "library", "sources", "study", "ask", "words", "outputs", "serve"]
"""From the ground up; `text` and `toml` stand beside them and need none."""
BESIDE = {"layers", "layers.text", "layers.toml"}
PACKAGES = ("geo", "layers", "views", "county")


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def files() -> dict[str, Path]:
    return {_module(p): p for package in PACKAGES for p in ROOT.glob(f"{package}/**/*.py")}


@cache
def needs(module: str) -> frozenset[str]:
    """Return the modules of the house a module imports, wherever in its text it does so."""
    found = set()
    for node in ast.walk(ast.parse(files()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & set(files())
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found |= {inner} if inner in files() else {node.module} & set(files())
    above = {package for name in found for package in _packages(name)} & set(files())
    return frozenset((found | above) - {module} - _packages(module))


def _packages(module: str) -> set[str]:
    """Return the packages a module lies in: they are loaded before it."""
    parts = module.split(".")
    return {".".join(parts[:k]) for k in range(1, len(parts))}


def floor(module: str) -> int | None:
    parts = module.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "layers" and len(parts) > 1 and parts[1] in FLOORS else None


LONGEST_FILE, LONGEST_FUNCTION = 400, 45
LAYERS = sorted(m for m in files() if m.split(".")[0] == "layers")


@pytest.mark.parametrize("module", LAYERS)
def test_every_file_of_layers_stands_on_a_floor_and_looks_down(module):
    here = floor(module)
    assert here is not None or module in BESIDE, f"{module} stands on no floor"
    for name in needs(module):
        there = floor(name)
        assert name.split(".")[0] not in ("views", "county"), f"{module} imports {name}"
        assert there is None or (here is not None and there <= here), f"{module} imports {name}"


def _circles(graph: dict[str, frozenset[str]]) -> list[list[str]]:
    """Return the strongly connected parts of more than one file (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(v: str) -> None:
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in graph[v]:
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = stack[stack.index(v) :]
            del stack[stack.index(v) :]
            if len(part) > 1:
                found.append(sorted(part))

    for v in graph:
        if v not in index:
            visit(v)
    return found


def test_no_circle_between_files():
    assert _circles({m: needs(m) for m in files()}) == []


# --- names and sizes ---------------------------------------------------------------------


def _tree(module: str) -> ast.Module:
    return ast.parse(files()[module].read_text(encoding="utf-8"))


def _statements(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's body; its docstring is not counted."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_a_public_class_name_means_one_thing_in_layers():
    where: dict[str, list[str]] = {}
    for module in LAYERS:
        for node in _tree(module).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where.setdefault(node.name, []).append(module)
    assert {name: homes for name, homes in where.items() if len(homes) > 1} == {}


SIZED = sorted(m for m in files() if m.split(".")[0] in ("geo", "layers", "views"))


def test_no_file_is_longer_than_one_can_read_at_once():
    lengths = {m: len(files()[m].read_text(encoding="utf-8").splitlines()) for m in SIZED}
    assert {m: n for m, n in lengths.items() if n > LONGEST_FILE} == {}


def test_the_doors_only_open():
    """What a command does stands in `layers.serve.commands`, what a page does in `views`."""
    for door, most in (("luodi.py", 130), ("app.py", 60)):
        assert len((ROOT / door).read_text(encoding="utf-8").splitlines()) <= most, door


def test_no_function_is_longer_than_one_can_read_at_once():
    lengths = {
        f"{module}.{node.name}": _statements(node)
        for module in SIZED
        for node in ast.walk(_tree(module))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}
