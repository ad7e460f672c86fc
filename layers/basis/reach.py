"""What a function can reach: the key of its code, from the code itself.

From a function on, definition by definition, everything it names is followed through the
modules of the program: functions, classes, constants, imports inside functions. Comments,
docstrings and whatever is not reached do not count, so a new page or a new format
changes no key, and a changed figure deep in the core changes the keys of those it serves.

A class that is built or called counts as a whole. One that is only named as the type of a
value counts member by member, as far as the code reached uses names of that kind: the
settings of a study are such a class, and what they say stands in the key by value.
`getattr` names the members its own texts spell; the parsing process has to be given as a root.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ("geo", "layers")
"""Packages that are followed; of every other one only the name counts (`layers.basis.keys`)."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ALWAYS = ("validator", "serializer")
"""Decorators of members that nobody names and that work all the same."""
_WORD = 60
"""A text constant longer than this is no name of a shipped file."""


@dataclass(frozen=True)
class Reached:
    """What a function reaches.

    Parameters
    ----------
    digest : str
        Of the code, without comments and docstrings.
    names : frozenset of str
        Definitions, as ``module:name``; members of a class as ``module:Class.member``.
    packages : frozenset of str
        Packages of others that are used.
    words : frozenset of str
        Short text constants of the definitions reached.
    """

    digest: str
    names: frozenset[str]
    packages: frozenset[str]
    words: frozenset[str]


@dataclass
class _Module:
    """A module's definitions, what its names are bound to by imports, and the statements that stand loose."""

    name: str
    defined: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    loose: list[ast.stmt] = field(default_factory=list)


@dataclass(frozen=True)
class _Use:
    """A name that is used: with the attribute asked of it, and whether only as a type."""

    name: str
    attribute: str
    as_type: bool


# --- modules ----------------------------------------------------------------------


def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    found = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return found if found.is_file() else None


@cache
def is_own(module: str) -> bool:
    """Tell whether a module belongs to the program."""
    return module.split(".")[0] in OWN and _file(module) is not None


@cache
def _module(name: str) -> _Module:
    file = _file(name)
    assert file is not None
    return _sorted(name, file.read_bytes())


@cache
def _sorted(name: str, source: bytes) -> _Module:
    """Return the module of a source; the same source is read once."""
    out = _Module(name)
    _sort(_bare(ast.parse(source)).body, out)
    return out


def _bare(tree: ast.Module) -> ast.Module:
    """Take the docstrings out."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS)):
            kept = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
            node.body = kept or [ast.Pass()]
    return tree


def _sort(body: list[ast.stmt], out: _Module) -> None:
    """Sort the statements of a module; those under a condition belong to it as the others do."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            out.imported |= _bound(node)
        elif isinstance(node, (ast.ClassDef, *_FUNCTIONS)):
            out.defined.setdefault(node.name, []).append(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in (t for one in targets for t in ast.walk(one) if isinstance(t, ast.Name)):
                out.defined.setdefault(target.id, []).append(node)
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            _sort(node.body, out)
        elif isinstance(node, (ast.If, ast.Try)):
            _sort([n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)], out)
            for handler in getattr(node, "handlers", ()):
                _sort(handler.body, out)
        elif not isinstance(node, ast.Pass):
            out.loose.append(node)


def _bound(node: ast.Import | ast.ImportFrom) -> dict[str, tuple[str, str]]:
    """Return what an import binds: a name to a module, and to a name in it ("" for the module itself)."""
    if isinstance(node, ast.Import):
        return {(a.asname or a.name.split(".")[0]): (a.name if a.asname else a.name.split(".")[0], "")
                for a in node.names}  # fmt: skip
    out = {}
    for alias in node.names:
        inside = f"{node.module}.{alias.name}"
        here = (inside, "") if is_own(inside) else (str(node.module), alias.name)
        out[alias.asname or alias.name] = here
    return out


# --- names ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Piece:
    """A definition or a member of a class, read once: its digest, the names it uses, its attributes and texts.

    A piece that only names types (an alias, a field without a value) computes nothing: its names are
    followed as types, and its digest is empty.
    """

    digest: str
    uses: frozenset[_Use]
    attributes: frozenset[str]
    texts: frozenset[str]
    inside: Mapping[str, tuple[str, str]]


_pieces: dict[tuple[int, bool], tuple[ast.AST, _Piece]] = {}


def _piece(node: ast.stmt, as_type: bool) -> _Piece:
    """Read a piece of code, once."""
    bare = (as_type and isinstance(node, ast.Assign)) or (isinstance(node, ast.AnnAssign) and node.value is None)
    known = _pieces.get((id(node), bare))
    if known is None:
        told = [n for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom, ast.Attribute, ast.Constant))]
        inside = {k: v for n in told if isinstance(n, (ast.Import, ast.ImportFrom)) for k, v in _bound(n).items()}
        attributes = frozenset(n.attr for n in told if isinstance(n, ast.Attribute))
        texts = frozenset(n.value for n in told if isinstance(n, ast.Constant) and isinstance(n.value, str))
        if any(isinstance(n, ast.Name) and n.id == "getattr" for n in ast.walk(node)):
            attributes |= {t for t in texts if t.isidentifier()}
        digest = "" if bare else hashlib.sha256(ast.dump(node).encode()).hexdigest()
        made = _Piece(digest, frozenset(_uses(node, bare)), attributes, frozenset() if bare else texts, inside)
        known = _pieces[id(node), bare] = (node, made)
    return known[1]


def _uses(node: ast.AST, as_type: bool) -> Iterator[_Use]:
    """Yield every name a piece of code uses."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield _Use(node.value.id, node.attr, as_type)
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield _Use(node.id, "", as_type)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield _Use(node.target.id, "", as_type)
    for name, value in ast.iter_fields(node):
        typed = as_type or name in ("annotation", "returns")
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _uses(child, typed)


def _always(member: ast.stmt) -> bool:
    """Tell whether a member works without being named: ``__post_init__``, a validator."""
    if not isinstance(member, _FUNCTIONS):
        return False
    told = [d.func if isinstance(d, ast.Call) else d for d in member.decorator_list]
    names = [d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in told]
    return member.name.startswith("__") or any(n.endswith(_ALWAYS) for n in names)


def _member_names(member: ast.stmt) -> frozenset[str]:
    if isinstance(member, (ast.ClassDef, *_FUNCTIONS)):
        return frozenset([member.name])
    targets = [member.target] if isinstance(member, ast.AnnAssign) else getattr(member, "targets", [])
    return frozenset(t.id for t in targets if isinstance(t, ast.Name))


# --- the walk ---------------------------------------------------------------------


class _Walk:
    """Follows names until nothing new is reached."""

    def __init__(self, without: frozenset[str]) -> None:
        self.without = without
        self.found: dict[str, str] = {}
        self.done: set[tuple[str, str, bool]] = set()
        self.packages: set[str] = set()
        self.texts: set[str] = set()
        self.attributes: set[str] = set()
        self.members: list[tuple[str, ast.stmt, frozenset[str]]] = []

    def function(self, module: str, name: str) -> None:
        """Take a definition and all it reaches."""
        self._definition(module, name, as_type=False)
        while self._named_members():
            pass

    def _definition(self, module: str, name: str, as_type: bool) -> None:
        if (module, name, as_type) in self.done:
            return
        self.done.add((module, name, as_type))
        here = _module(module)
        if name not in here.defined:
            if name in here.imported:
                self._bound(here.imported[name], "", as_type)
            return
        for node in here.defined[name]:
            if isinstance(node, ast.ClassDef) and as_type:
                self._typed(module, node)
            else:
                self._take(f"{module}:{name}", node, module, as_type)
        for k, node in enumerate(here.loose):
            self._take(f"{module}:#{k}", node, module)

    def _typed(self, module: str, node: ast.ClassDef) -> None:
        """Keep the members of a class that is only known as a type, for when the code names them."""
        for base in node.bases:
            for use in _uses(base, as_type=True):
                self._use(use, module)
        for member in node.body:
            names = _member_names(member)
            label = f"{module}:{node.name}.{'/'.join(sorted(names)) or '_'}"
            self.members.append((label, member, frozenset() if _always(member) else names))

    def _named_members(self) -> bool:
        """Take the kept members that the code names, or that work unnamed; tell whether there was any."""
        named = [m for m in self.members if not m[2] or m[2] & self.attributes]
        self.members = [m for m in self.members if m not in named]
        for label, member, _ in named:
            self._take(label, member, label.split(":")[0])
        return bool(named)

    def _take(self, name: str, node: ast.stmt, module: str, as_type: bool = False) -> None:
        if name in self.without:
            return
        piece = _piece(node, as_type)
        key = f"{name} {piece.digest}"
        if key in self.found:
            return
        if piece.digest:
            self.found[key] = name
        self.attributes |= piece.attributes
        self.texts |= piece.texts
        for use in piece.uses:
            if use.name in piece.inside:
                self._bound(piece.inside[use.name], use.attribute, use.as_type)
            else:
                self._use(use, module)

    def _use(self, use: _Use, module: str) -> None:
        here = _module(module)
        if use.name in here.defined:
            self._definition(module, use.name, use.as_type)
        elif use.name in here.imported:
            self._bound(here.imported[use.name], use.attribute, use.as_type)

    def _bound(self, to: tuple[str, str], attribute: str, as_type: bool) -> None:
        """Follow an imported name: into a module of ours, or to the package of others it stands for."""
        module, name = to
        if not is_own(module):
            self.packages.add(module.split(".")[0])
        elif name:
            self._definition(module, name, as_type)
        elif attribute:
            if attribute in _module(module).defined or not is_own(f"{module}.{attribute}"):
                self._definition(module, attribute, as_type)
        else:  # the module itself is handed on: anything in it may be used
            for each in list(_module(module).defined):
                self._definition(module, each, as_type)


@cache
def reached(roots: tuple[str, ...], without: frozenset[str] = frozenset()) -> Reached:
    """Return what functions reach.

    Parameters
    ----------
    roots : tuple of str
        Each as ``module:name``.
    without : frozenset of str
        Definitions, or members as ``module:Class.member``, that are not entered: what they
        decide stands in the key by value.

    Raises
    ------
    LookupError
        There is no such module or definition.
    """
    walk = _Walk(without)
    for root in roots:
        module, name = root.split(":")
        if not is_own(module) or name not in _module(module).defined:
            raise LookupError(root)
        walk.function(module, name)
    digest = hashlib.sha256("\n".join(sorted(walk.found)).encode()).hexdigest()
    words = frozenset(t for t in walk.texts if len(t) <= _WORD and not t.isspace())
    return Reached(digest, frozenset(walk.found.values()), frozenset(walk.packages), words)
