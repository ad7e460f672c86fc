"""Mutation run: one small fault at a time is put into the figures that decide, and the tests have to notice.

    python -m tests.mutants [rules|screen|accounts|rank|clock …]

Every comparison, sum, bound, word and constant inside the functions of a room is changed in turn. The
changed code runs in a fork of one warm process, so a fault costs what its tests cost. A fault no test
notices is a survivor: it is killed by a test, or stands in ``tests/mutants.toml`` with the reason why it
changes nothing. Anything else fails the run.
"""

from __future__ import annotations

import ast
import copy
import functools
import importlib
import io
import os
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXPLAINED = Path(__file__).with_name("mutants.toml")
PLACE = "tests/geo/place/test_"
ROOMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rules": (("geo.rules.judge", "geo.rules.verdicts"), ("tests/geo/rules",)),
    "screen": (("geo.screen.status", "geo.screen.remains", "geo.screen.ledger"), ("tests/geo/screen",)),
    "accounts": (
        ("geo.place.accounts", "geo.place.headroom"),
        tuple(f"{PLACE}{name}.py" for name in ("headroom", "accounts", "capacity", "nothing")),
    ),
    "rank": (("geo.rank.score", "geo.rank.topsis", "geo.rank.weights"), ("tests/geo/rank",)),
    "clock": (("geo.idle.clock", "geo.idle.days"), ("tests/geo/idle/test_clock.py",)),
}
"""Room: modules that are changed, and the tests that have to notice."""
PATIENCE = 10
"""A fault that makes its tests run so many times as long as without it is noticed: they would run for ever."""
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip
PAIRS = (("less", "less_equal"), ("greater", "greater_equal"), ("minimum", "maximum"), ("min", "max"), ("any", "all"),
         ("floor", "ceil"))  # fmt: skip
GUARDS = ("strict", "copy", "ignore_index")
"""Arguments that guard or tidy and decide no figure."""
NAMES = dict(PAIRS) | {b: a for a, b in PAIRS}


@dataclass(frozen=True)
class Fault:
    """One change of a module: where, and what stands there before and after."""

    module: str
    function: str
    line: int
    before: str
    after: str
    place: int
    nth: int

    @property
    def name(self) -> str:
        """How a fault is named in the list of explained ones: it does not move with its line."""
        return f"{self.module}:{self.function}: {self.before} -> {self.after}"


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in place of a node."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in SWAPS:
        yield _with(node, ops=[SWAPS[type(node.ops[0])]()])
    elif isinstance(node, (ast.BoolOp, ast.BinOp)) and type(node.op) in SWAPS:
        yield _with(node, op=SWAPS[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert, ast.USub)):
        yield copy.deepcopy(node.operand)
    elif isinstance(node, ast.IfExp):
        yield _with(node, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)) and node.value is not None:
        value: Any = node.value
        yield ast.Constant(not value if isinstance(value, bool) else value + 1)
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield _with(node, attr=NAMES[node.attr])
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield _with(node, id=NAMES[node.id])


def _with(node: Any, **changes: Any) -> Any:
    made = copy.deepcopy(node)
    for name, value in changes.items():
        setattr(made, name, copy.deepcopy(value))
    return made


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the functions and methods of a module by qualified name."""
    for node in tree.body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef):
                yield f"{node.name}.{inner.name}" if isinstance(node, ast.ClassDef) else inner.name, inner


def _nodes(function: ast.FunctionDef) -> list[ast.AST]:
    """Return what of a function is changed: its body, but not what only guards it (`strict=True`, assertions)."""
    whole = [n for statement in function.body for n in ast.walk(statement)]
    spared = [k.value for n in whole if isinstance(n, ast.Call) for k in n.keywords if k.arg in GUARDS]
    spared += [n for n in whole if isinstance(n, ast.Assert)]
    left_out = {id(inner) for node in spared for inner in ast.walk(node)}
    return [n for n in whole if id(n) not in left_out]


def faults(module: str) -> list[Fault]:
    """Return every fault of a module, in order."""
    tree = ast.parse(_source(module))
    return [
        Fault(module, name, node.lineno, ast.unparse(node), ast.unparse(made), place, nth)
        for name, function in functions(tree)
        for place, node in enumerate(_nodes(function))
        for nth, made in enumerate(variants(node))
    ]


def _source(module: str) -> str:
    return (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


class _Changed(ast.NodeTransformer):
    def __init__(self, node: ast.AST, made: ast.AST):
        self.node, self.made = node, made

    def visit(self, node: ast.AST) -> Any:
        return ast.copy_location(self.made, node) if node is self.node else super().generic_visit(node)


def put(fault: Fault) -> None:
    """Put a fault into the running program: everybody who holds the function runs the changed code."""
    tree = ast.parse(_source(fault.module))
    function = dict(functions(tree))[fault.function]
    node = _nodes(function)[fault.place]
    made = list(variants(node))[fault.nth]
    changed = ast.fix_missing_locations(_Changed(node, made).visit(tree))
    module = importlib.import_module(fault.module)
    space: dict[str, Any] = {"__name__": fault.module, "__file__": module.__file__}
    exec(compile(changed, str(module.__file__), "exec"), space)
    old, new = _function(vars(module), fault.function), _function(space, fault.function)
    old.__code__ = new.__code__


def _function(space: dict[str, Any], name: str) -> FunctionType:
    head, *rest = name.split(".")
    found = space[head] if not rest else vars(space[head])[rest[0]]
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, functools.cached_property):
        found = found.func
    elif isinstance(found, (classmethod, staticmethod)):
        found = found.__func__
    return getattr(found, "__wrapped__", found)


def noticed(fault: Fault | None, tests: tuple[str, ...], seconds: float) -> bool:
    """Tell whether the tests fail with a fault, in a fork of this process."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if fault is not None:
                put(fault)
            with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
                code = int(_tests(tests))
        finally:
            os._exit(code)
    return _waited(child, seconds)


def _tests(tests: tuple[str, ...]) -> int:
    quiet = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0", "-m", "not long"]
    return pytest.main([*quiet, *tests])


def _waited(child: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status != 0
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return True


def explained() -> dict[str, str]:
    """Return the survivors that change nothing, with the reason."""
    return dict(tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["survivors"])


def main(rooms: list[str]) -> int:
    """Run the rooms; return how many survivors nobody has explained."""
    known, left, met, count = explained(), [], set[str](), 0
    for room in rooms or list(ROOMS):
        modules, tests = ROOMS[room]
        start = time.monotonic()
        with redirect_stdout(io.StringIO()):
            whole = _tests(tests)  # once here, so that every fork starts warm
        if whole:
            print(f"{room}: its tests fail without any fault")
            return 1
        limit = PATIENCE * max(time.monotonic() - start, 10.0)
        if noticed(None, tests, limit):
            print(f"{room}: its tests fail in a fork without any fault; nothing would be proved")
            return 1
        start, survivors = time.monotonic(), list[Fault]()
        found = [f for m in modules for f in faults(m)]
        for fault in found:
            if not noticed(fault, tests, limit):
                survivors.append(fault)
                if fault.name not in known:
                    print(f"    {fault.module.replace('.', '/')}.py:{fault.line}  {fault.name}", flush=True)
        met |= {f.name for f in survivors}
        open_ = [f for f in survivors if f.name not in known]
        left += open_
        count += len(found)
        took = time.monotonic() - start
        print(f"{room}: {len(found)} faults, {len(found) - len(survivors)} noticed, "
              f"{len(survivors) - len(open_)} explained, {len(open_)} open, {took:.0f} s", flush=True)  # fmt: skip
    asked = {m for room in rooms or list(ROOMS) for m in ROOMS[room][0]}
    for name in sorted(n for n in set(known) - met if n.split(":")[0] in asked):
        print(f"    no survivor any more, take it out of {EXPLAINED.name}: {name}")
    print(f"{count} faults, {len(left)} open")
    return len(left)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
