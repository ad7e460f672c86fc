"""Files of a delivery that are one layer (分乡镇、分幅交来的图层): of one kind, with the same fields, side by side.

Two editions of a layer, or the county's own beside those of its towns, lie on each other: they are no parts, and
people choose between them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.rules.spec import Rule
from layers.library.codelist import Code
from layers.sources import gate
from layers.sources.checks import crs
from layers.study import parts, raster_sheets
from layers.study.delivered import described
from layers.study.layer_part import may_be_kept
from layers.study.names import slug
from layers.study.proposal import DeliveredTable, Proposal, TablePart, stem
from layers.study.recognition import RECORDS, proposed
from layers.study.years import years

ASKED = 400
"""Shapes of a file that are looked for on another: enough to tell neighbours from two editions."""
APART = 0.3
"""Share of them found there from which two files are no parts of one layer."""
NEAR_M = {0: 0.01, 1: 5.0, 2: 0.01}
"""Points, lines and areas this near are the same: two drawings of one road are a few metres apart."""
ALIKE, READ = 0.5, 2
"""Share of the columns two files must have in common, or of the fields that are read as many, to be of one layer."""
_BREAK = re.compile(r"[\s_\-·.,，、()（）\[\]【】/\\]+")


@dataclass(frozen=True)
class PartFile:
    """A file that may be a part: what it is taken for, and its shapes in the study CRS (None where nobody can tell)."""

    table: DeliveredTable
    proposal: Proposal
    frame: pd.DataFrame
    shapes: npt.NDArray[np.object_] | None

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the shapes."""
        return shapely.STRtree([] if self.shapes is None else self.shapes)

    def share_on(self, other: PartFile) -> float:
        """Return the share of shapes that lie on those of another file."""
        if self.shapes is None or other.shapes is None or not len(self.shapes) or not len(other.shapes):
            return 0.0
        some = self.shapes[:: max(1, len(self.shapes) // ASKED)]
        inside = shapely.point_on_surface(some)
        near = NEAR_M[int(shapely.get_dimensions(other.shapes).max())]
        on, _ = other.tree.query(inside, predicate="dwithin", distance=near)
        return len(np.unique(on)) / len(some)

    def alike(self, other: PartFile) -> bool:
        """Tell whether two files have the same columns, whatever their case, or the same fields under other names."""
        mine, theirs = ({c.casefold() for c in f.table.columns} for f in (self, other))
        fields = set(_read(self.proposal)) & set(_read(other.proposal))
        return len(mine & theirs) >= ALIKE * len(mine | theirs) or len(fields) >= READ


def joined(
    tables: Sequence[DeliveredTable], rules: Sequence[Rule], study_crs: str, cache: Path
) -> list[DeliveredTable]:
    """Return the layers of a delivery, those that arrive in several files as one each, where the first of them stood.

    Parameters
    ----------
    tables : sequence of DeliveredTable
    rules : sequence of Rule
        Of the study.
    study_crs : str
        System in which files are held against each other.
    cache : Path
        Where parsed copies lie.
    """
    alike: dict[tuple[str, str], list[tuple[DeliveredTable, Proposal]]] = {}
    for table in tables:
        main = proposed(table, rules)[0]
        if main.kind and main.how != "part" and main.fits and _in_parts(main.kind):
            alike.setdefault((main.kind.code, table.shape), []).append((table, main))
    made: dict[int, DeliveredTable] = {}
    gone: set[int] = set()
    for (_, shape), several in alike.items():
        if len(several) > 1 and shape == "raster":
            found = _sheets([t for t, _ in several], cache)
        else:
            groups = _groups([_opened(t, p, study_crs, cache) for t, p in several]) if len(several) > 1 else []
            found = [([g.table for g in group], one_layer(group)) for group in groups]
        made |= {id(mine[0]): whole for mine, whole in found}
        gone |= {id(t) for mine, _ in found for t in mine[1:]}
    return [made.get(id(t), t) for t in tables if id(t) not in gone]


def _in_parts(kind: Code) -> bool:
    return may_be_kept(kind.role, kind.raster) and kind.role not in RECORDS


def _sheets(tables: Sequence[DeliveredTable], cache: Path) -> list[tuple[list[DeliveredTable], DeliveredTable]]:
    """Return rasters that are sheets of one grid, beside each other, with the one they are; else nothing."""
    files = [gate.open_raster(t.file, cache) for t in tables]
    pairs = combinations(files, 2)
    if raster_sheets.differing([("", f) for f in files]) or any(raster_sheets.overlap(*p) > APART for p in pairs):
        return []
    return [(list(tables), of_sheets(tables))]


def of_sheets(tables: Sequence[DeliveredTable]) -> DeliveredTable:
    """Return rasters as the one they are sheets of: it shows what all of them may show."""
    shows = tuple(s for s in tables[0].shows if all(s in t.shows for t in tables))
    made = tuple(TablePart(n, t) for n, t in zip(labels(tables), tables, strict=True))
    return replace(tables[0], shows=shows, parts=made)


def of_one(tables: Sequence[DeliveredTable], rules: Sequence[Rule], study_crs: str, cache: Path) -> DeliveredTable:
    """Return files people say are one layer as that layer, whatever they are called."""
    if len(tables) == 1:
        return tables[0]
    if all(t.shape == "raster" for t in tables):
        return of_sheets(tables)
    return one_layer([_opened(t, proposed(t, rules)[0], study_crs, cache) for t in tables])


def _opened(table: DeliveredTable, main: Proposal, study_crs: str, cache: Path) -> PartFile:
    file = gate.open_vector(table.file, cache, layer=table.layer)
    settled = crs.settle(file.shapes, file.crs, study_crs, ())
    ways = [f.proposal for f in settled.findings if f.severity == "block" and f.proposal.startswith("crs:")]
    if not settled.usable and ways:  # to hold it against the others only: people say what it is
        settled = replace(settled, crs=ways[0].removeprefix("crs:"), findings=())
    if not settled.usable:
        return PartFile(table, main, file.frame, None)
    shapes, finite = crs.transformed(file.shapes, settled, study_crs)
    return PartFile(table, main, file.frame, shapes[finite])


def _groups(files: Sequence[PartFile]) -> list[list[PartFile]]:
    """Return files that are parts of one layer; several sets that could be it are left to people."""
    files = [f for f in files if f.shapes is not None]
    for key in (lambda f: "", _year):
        several: dict[str, list[list[PartFile]]] = {}
        for one in sorted(files, key=lambda f: -f.table.rows):
            of_key = several.setdefault(key(one), [])
            fitting = next((g for g in of_key if all(one.alike(o) and not _on(one, o) for o in g)), None)
            of_key.append([one]) if fitting is None else fitting.append(one)
        found = [g for groups in several.values() for g in groups if len(g) > 1]
        if all(sum(len(g) > 1 for g in groups) <= 1 for groups in several.values()) and len(found) <= len(several):
            order = {id(f): k for k, f in enumerate(files)}
            return [sorted(g, key=lambda f: order[id(f)]) for g in found]
    return []


def _year(file: PartFile) -> str:
    return " ".join(years(f"{file.table.file.parent.name} {file.table.title}"))


def _on(one: PartFile, other: PartFile) -> bool:
    return max(one.share_on(other), other.share_on(one)) > APART


# --- the layer they are ------------------------------------------------------------


def one_layer(group: Sequence[PartFile]) -> DeliveredTable:
    """Return files as one layer: the columns of the file most of whose columns are read, as most call them."""
    same = Counter(frozenset(f.table.columns) for f in group)
    base = max(group, key=lambda f: (len(_read(f.proposal)), same[frozenset(f.table.columns)], f is group[0]))
    names = labels([g.table for g in group])
    made = []
    for file, name in zip(group, names, strict=True):
        met = tuple(n for o, n in zip(group, names, strict=True) if o is not file and file.share_on(o) > 0)
        made.append(TablePart(name, file.table, *_called(file, base), met))
    frames = [f.frame.rename(columns={v: k for k, v in p.columns.items()}) for f, p in zip(group, made, strict=True)]
    first = group[0].table
    whole = described(first.file, base.table.layer, parts.stacked(frames), first.shape)
    return replace(whole, layer=first.layer, inner=base.table.inner, parts=tuple(made))


def _read(of: Proposal) -> dict[str, str]:
    """Return our fields with the columns that are read for them; those of the kind besides."""
    return dict(of.fields) | ({"class": of.class_field} if of.class_field else {})


def _called(file: PartFile, base: PartFile) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return what a file calls the columns of another, and which of those that are read it has not."""
    own = {c.casefold(): c for c in file.table.columns}
    here = set(file.table.columns)
    called = {c: own[c.casefold()] for c in base.table.columns if c not in here and c.casefold() in own}
    mine, lacking = _read(file.proposal), []
    for ours, column in _read(base.proposal).items():
        if column in here or column in called:
            continue
        theirs = mine.get(ours, "")
        if theirs and theirs not in called.values() and theirs not in base.table.columns:
            called[column] = theirs
        else:
            lacking.append(column)
    return called, tuple(lacking)


def labels(tables: Sequence[DeliveredTable]) -> list[str]:
    """Return what tells files of one layer apart: words of their names, else of their folders; numbered if need be."""
    out = _telling([_words(stem(t.file), t.layer) for t in tables])
    if "" in out or len(set(out)) < len(out):
        out = _telling([_words(*t.file.parent.parts[-3:], stem(t.file), t.layer) for t in tables])
    named: list[str] = []
    for number, name in enumerate(out, 1):
        named.append(name if name and name not in named else f"{name}_{number}".strip("_"))
    return named


def _telling(words: Sequence[Sequence[str]]) -> list[str]:
    """Return what is left of names without the words they have in common."""
    common = set.intersection(*map(set, words))
    return [slug("_".join(w for w in mine if w not in common), "") for mine in words]


def _words(*texts: str) -> list[str]:
    return list(dict.fromkeys(w for text in texts for w in _BREAK.split(text) if w))
