"""A delivery (数据交付包): a folder or files as departments send them, every layer recognised by name *and* fields.

Nothing is taken without being asked for: what is recognised is proposed with role, id and fields,
what is not is said with guesses, and what is no data is listed.
"""

from __future__ import annotations

import os
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import shapely

from geo.basis.errors import CallError, LuodiError
from geo.basis.progress import Progress, silent
from geo.basis.reason import Reason, reason
from geo.rules.spec import Rule
from layers.library import kinds
from layers.library.standards import Code
from layers.sources import gate
from layers.sources.finding import Finding
from layers.sources.formats.contents import DATA, SIDES
from layers.study import catalog, load, packs, spec

How = Literal["name_and_fields", "fields", "name", "nothing"]
_DATA = {*DATA, ".zip", ".kmz", ".dbf", ".tsv", ".geoparquet"}
"""What is data beside an archive as well as in one, and what is only so by itself."""
_BESIDE = {*SIDES, ".sbn", ".sbx", ".qix", ".qmd", ".aih", ".ain", ".atx", ".fbn", ".fbx"}
"""Side files of a shapefile: they travel with it."""
_ENOUGH, _LIKELY = 2, 0.5
"""Fields that back a name; share of the weight of a kind's fields that speaks without a name."""
_GUESSES = 3


@dataclass(frozen=True)
class DeliveredTable:
    """One layer of a delivered file, as far as it could be looked into.

    Parameters
    ----------
    file : Path
    layer : str
        "" where the file holds one only.
    columns : tuple of str
    rows : int
    shape : {"polygon", "line", "point", "table", ""}
        "" for a raster.
    """

    file: Path
    layer: str
    columns: tuple[str, ...]
    rows: int
    shape: str


@dataclass(frozen=True)
class Proposal:
    """What a layer is taken for.

    Parameters
    ----------
    table : DeliveredTable
    how : str
        What speaks for it: name and fields, fields alone, a name alone, or nothing.
    kind : Code or None
        The kind of layer; None where nothing, or nothing alone, speaks for one.
    matched : tuple of str
        Columns that are fields of the kind.
    guesses : tuple of str
        Kinds it may be where none is proposed, the likeliest first.
    fields : mapping
        Our fields with the columns proposed for them.
    class_field : str
    judged_by : tuple of str
        Rules of the study that read a layer of this id.
    """

    table: DeliveredTable
    how: How
    kind: Code | None
    matched: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    fields: Mapping[str, str] | None = None
    class_field: str = ""
    judged_by: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """True when name and fields agree: what ``--take all`` takes."""
        return self.how == "name_and_fields"

    def entry(self) -> dict[str, Any]:
        """Return the ``[[layers]]`` entry that is proposed; empty where no kind is."""
        if self.kind is None:
            return {}
        role = self.kind.role
        made: dict[str, Any] = {"role": role, "id": "parcels" if role == "parcels" else self.kind.code}
        made |= {"layer": self.table.layer, "fields": dict(self.fields or {}), "class": self.class_field}
        made["land_use_scheme"] = self.kind.land_use_scheme if role == "parcels" else ""
        return {k: v for k, v in made.items() if v}

    def call(self, folder: Path) -> str:
        """Return the command that takes it, as it can be typed."""
        words = ["luodi", "add", str(folder), str(self.table.file)]
        entry = self.entry() or {"role": "…", "layer": self.table.layer}
        for key, option in (("role", "--role"), ("id", "--id"), ("layer", "--layer"), ("class", "--class"),
                            ("land_use_scheme", "--scheme")):  # fmt: skip
            words += [option, entry[key]] if entry.get(key) else []
        for ours, theirs in entry.get("fields", {}).items():
            words += ["--field", f"{ours}={theirs}"]
        return " ".join(shlex.quote(w) if w != "…" else w for w in words)


@dataclass(frozen=True)
class Delivery:
    """Everything found in a delivery: what is proposed, and what takes no part with its reason."""

    proposals: tuple[Proposal, ...]
    left: tuple[tuple[Path, Reason], ...]


@dataclass(frozen=True)
class Taken:
    """What became of a proposal that was to be taken: its id with what was found, or why it was not."""

    proposal: Proposal
    id: str
    findings: tuple[Finding, ...]
    refused: tuple[Reason, ...] = ()


def delivery(folder: Path, given: Sequence[Path], progress: Progress = silent) -> Delivery:
    """Look through files and folders and say what each layer is.

    Parameters
    ----------
    folder : Path
        The study they are meant for: its rules say what a layer would be judged by.
    given : sequence of Path
        Files, ``.gdb`` folders, or folders with any of them, however deep.

    Raises
    ------
    CallError
        A path that is not there.
    """
    rules = packs.effective_rules(spec.read(folder), folder)
    if lost := [p for p in given if not p.exists()]:
        raise CallError(reason("file_missing", file=lost[0].name, path=str(lost[0])))
    files, left = _files(given)
    proposals: list[Proposal] = []
    for done, file in enumerate(files):
        progress(done, len(files), "load")
        try:
            proposals += [proposed(t, rules) for t in _tables(file, folder / load.CACHE)]
        except LuodiError as problem:
            left += [(file, r) for r in problem.reasons]
    progress(len(files), len(files), "load")
    return Delivery(tuple(proposals), tuple(left))


def take(folder: Path, chosen: Iterable[Proposal]) -> list[Taken]:
    """Add proposals to the study, each by itself: one that blocks hinders no other, and nothing of it is written."""
    out = []
    for one in chosen:
        if one.kind is None:
            out.append(Taken(one, "", (), (reason("delivery_not_recognised", file=_name(one.table)),)))
            continue
        try:
            made = catalog.added(folder, one.table.file, one.entry())
        except LuodiError as problem:
            out.append(Taken(one, "", (), tuple(problem.reasons)))
        else:
            out.append(Taken(one, made.id, tuple(made.findings)))
    return out


def chosen(found: Delivery, words: str) -> list[Proposal]:
    """Return the proposals named by ``all`` (name and fields agree) or by their numbers, ``1,3,5``.

    Raises
    ------
    CallError
        A word that is no number of the table.
    """
    if words.strip() == "all":
        return [p for p in found.proposals if p.sure]
    named = [w.strip() for w in words.split(",") if w.strip()]
    wrong = [w for w in named if not w.isdigit() or not 1 <= int(w) <= len(found.proposals)]
    if wrong or not named:
        raise CallError(reason("delivery_number_unknown", given=wrong or [words], count=len(found.proposals)))
    return [found.proposals[int(w) - 1] for w in dict.fromkeys(named)]


# --- recognition ------------------------------------------------------------------


def proposed(table: DeliveredTable, rules: Sequence[Rule]) -> Proposal:
    """Return what a layer is taken for; a name alone, or fields several kinds share, propose nothing."""
    own = {_plain(c): c for c in table.columns}
    names = _names(table)
    scored = sorted(((_share(k, own), _called(k, names), k) for k in kinds.kinds().codes),
                    key=lambda s: (-s[1], -s[0], s[2].code))  # fmt: skip
    called = [s for s in scored if s[1] and s[1] == scored[0][1]]
    by_fields = sorted((s for s in scored if s[0] >= _LIKELY), key=lambda s: -s[0])
    if len(called) == 1:
        kind = called[0][2]
        hits = _hits(kind, own)
        backed = len(hits) >= min(_ENOUGH, len(kind.fields)) and bool(kind.fields)
        return _made(table, "name_and_fields" if backed else "name", kind, own, rules)
    if len(by_fields) == 1 or (len(by_fields) > 1 and by_fields[0][0] >= by_fields[1][0] + 0.2):
        return _made(table, "fields", by_fields[0][2], own, rules)
    likely = [s[2].code for s in sorted(scored, key=lambda s: -(s[0] + s[1])) if s[0] or s[1]]
    return Proposal(table, "nothing", None, guesses=tuple(likely[:_GUESSES]))


def _made(table: DeliveredTable, how: How, kind: Code, own: Mapping[str, str], rules: Sequence[Rule]) -> Proposal:
    read = {ours: next((own[_plain(n)] for n in names if _plain(n) in own), "") for ours, names in kind.reads.items()}
    found = {ours: theirs for ours, theirs in read.items() if theirs}
    judged = tuple(r.id for r in rules if r.layer == kind.code) if kind.role == "constraint" else ()
    return Proposal(table, how, kind, _hits(kind, own), (), {k: v for k, v in found.items() if k != "class"},
                    found.get("class", ""), judged)  # fmt: skip


def _hits(kind: Code, own: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(own[_plain(f)] for f in kind.fields if _plain(f) in own)


def _share(kind: Code, own: Mapping[str, str]) -> float:
    """Return how much of a kind's fields a layer has; a field many kinds have says little."""
    weights = _weights()
    whole = sum(weights[_plain(f)] for f in kind.fields)
    return sum(weights[_plain(f)] for f in kind.fields if _plain(f) in own) / whole if whole else 0.0


@cache
def _weights() -> dict[str, float]:
    count = Counter(_plain(f) for kind in kinds.kinds().codes for f in set(kind.fields))
    return {name: 1.0 / n for name, n in count.items()}


def _called(kind: Code, names: tuple[frozenset[str], frozenset[str]]) -> int:
    """Return 2 where a whole name is the kind's, 1 where a word of it is, else 0."""
    own = {_plain(w) for w in (kind.code, kind.title.zh, *kind.aliases)}
    whole, words = names
    return 2 if own & whole else int(bool(own & words))


def _names(table: DeliveredTable) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a layer is called: its own name and its file's, whole and without numbers; and word by word."""
    whole, words = set(), set()
    for name in (table.layer or _stem(table.file), _stem(table.file)):
        bare = re.sub(r"[\d（）()【】\[\]]+", " ", _plain(name))
        whole |= {_plain(name), bare.replace(" ", "").strip("_-")}
        words |= {w for w in re.split(r"[\s_\-.]+", bare) if w}
    return frozenset(whole), frozenset(words)


def _stem(file: Path) -> str:
    return Path(file.name.removesuffix(".zip").removesuffix(".ZIP")).stem if file.suffix else file.name


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _name(table: DeliveredTable) -> str:
    return f"{table.file.name} · {table.layer}" if table.layer else table.file.name


# --- files ------------------------------------------------------------------------


def _files(given: Sequence[Path]) -> tuple[list[Path], list[tuple[Path, Reason]]]:
    """Return the data files of what was given, and everything else with the reason it takes no part."""
    files: list[Path] = []
    left: list[tuple[Path, Reason]] = []
    for path in sorted(f for g in given for f in _walked(g)):
        suffix = path.suffix.lower()
        if suffix in _DATA and not (suffix == ".dbf" and path.with_suffix(".shp").exists()):
            files.append(path)
        elif suffix == ".dwg":
            left.append((path, reason("delivery_dwg", file=path.name)))
        elif suffix not in _BESIDE and not path.name.lower().endswith(".shp.xml"):
            left.append((path, reason("delivery_no_data", file=path.name)))
    return files, left


def _walked(given: Path) -> Iterator[Path]:
    """Return the files under a path; a ``.gdb`` folder is one, links are not followed, hidden things are left."""
    if given.is_file() or given.suffix.lower() == ".gdb":
        yield given
        return
    for top, folders, names in os.walk(given):
        here = Path(top)
        yield from (here / f for f in folders if f.lower().endswith(".gdb"))
        folders[:] = [f for f in folders if not f.startswith(".") and not f.lower().endswith(".gdb")]
        yield from (here / n for n in names if not n.startswith(("~$", ".")) and not (here / n).is_symlink())


def _tables(file: Path, cache_folder: Path) -> list[DeliveredTable]:
    if file.suffix.lower() in (".tif", ".tiff"):
        return [DeliveredTable(file, "", (), 0, "")]
    inside = gate.listing(file, cache_folder)
    return [_table(file, name if len(inside) > 1 else "", cache_folder) for name in inside]


def _table(file: Path, layer: str, cache_folder: Path) -> DeliveredTable:
    try:
        opened = gate.open_vector(file, cache_folder, layer=layer)
    except LuodiError as problem:
        if not any(r.code == "table_without_coordinates" for r in problem.reasons):
            raise
        table = gate.open_table(file, cache_folder, sheet=layer)
        return DeliveredTable(file, layer, tuple(map(str, table.frame.columns)), len(table.frame), "table")
    dimension = shapely.get_dimensions(opened.shapes)
    shape = {2: "polygon", 1: "line", 0: "point"}.get(int(dimension.max()) if len(dimension) else -1, "table")
    return DeliveredTable(
        file, opened.layer if layer else "", tuple(map(str, opened.frame.columns)), len(opened.frame), shape
    )
