"""Red lines as named checks (压占分析): read, answered, kept beside the study, never in its fabric.

A check is a folder ``checks/<id>/`` with its tables, the plots as they were read and
``check.json``. Like a run it appears whole or not at all. Accepting the cut line makes a
further check out of the net shapes, with its parent named.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import plots as plots_room
from geo.basis.area import basis, statutory_m2
from geo.basis.errors import BlockedError, CallError, DamagedError
from geo.basis.progress import Progress
from geo.basis.reason import Reason, reason
from geo.basis.tables import TABLES
from geo.measure.every import area_shapes
from geo.project.facts import NO, YES
from geo.project.uses import GENERAL, USES, speaks
from geo.rules.spec import Rule
from layers.basis import postgis
from layers.library import standards, uses
from layers.sources.redline import read as redline
from layers.sources.redline import shape as redline_shape
from layers.sources.redline.model import RedLine
from layers.study import layer_tables, load, spec
from layers.study.changes import commit
from layers.study.lock import WAIT_S, writing
from layers.study.names import alike, undeviced
from layers.study.registers import industry as industries
from layers.study.run import manifest, released, runs, store
from layers.study.run.results import Results

FOLDER = "checks"
HEAD = "check.json"


@dataclass(frozen=True)
class RedlineQuestion:
    """What the user says beside the red line itself.

    Parameters
    ----------
    name : str
        Of the check; the plots' own names otherwise.
    crs, axes : str
        Decided by the user; "" recognises them.
    investment_wan : float or None
        Fixed-asset investment in 万元, to hold against the land it would take.
    industry : str
        One industry of GB/T 4754-2017, by code or name; kept as its code. For the local standard, and for
        rules of some industries or uses.
    use : str
        One of `geo.project.uses.USES`, where the industry does not tell it.
    """

    name: str = ""
    crs: str = ""
    axes: str = ""
    layer: str = ""
    investment_wan: float | None = None
    industry: str = ""
    use: str = ""

    def __post_init__(self) -> None:
        if self.use and self.use not in USES:
            raise CallError(reason("use_unknown", given=self.use, known=list(USES)))
        found = industries.industry_code(self.industry)
        if self.industry.strip() and not found:  # a rule of one of several would fall silent
            raise CallError(reason("redline_industry", given=self.industry))
        object.__setattr__(self, "industry", found)


class RedlineCheck(Results):
    """One answered red line: the tables of a run, about its plots instead of parcels."""

    of_plots: ClassVar[bool] = True

    @cached_property
    def head(self) -> dict[str, Any]:
        """Name, source, what was recognised and found while reading, parent.

        Raises
        ------
        DamagedError
            It is not what was written.
        """
        try:
            found = store.read_json(self.run / HEAD)
            _ = found["id"], found["name"], found["parent"], found["digest"], found["asked"]
        except (OSError, ValueError, KeyError, RecursionError):
            raise self.damage(HEAD) from None
        return found

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the check was made from: study, rules, inputs, versions, tables."""
        try:
            return manifest.read(self.run)
        except DamagedError:
            raise self.damage(store.MANIFEST) from None

    def damage(self, file: str) -> DamagedError:
        """Return the error that says a file of the check is not what was written."""
        return DamagedError(reason("check_damaged", name=self.check_id, file=file))

    @property
    def check_id(self) -> str:
        """Name of the folder."""
        return self.run.name

    @property
    def run_id(self) -> str:
        """Key of the land the answer rests on; no run is named so (words call it a state of the land)."""
        return str(self.manifest["run_id"])

    def stale(self) -> dict[str, Reason]:
        """Return the tables that no longer follow from the study folder."""
        fresh = runs.plan(self.folder).land_id == self.run_id
        late = reason("check_stale", name=self.head["name"])
        return {} if fresh else dict.fromkeys(self.manifest["tables"], late)


def check(folder: Path, source: Path | str, asked: RedlineQuestion, progress: Progress) -> RedlineCheck:
    """Answer for a red line and keep it as a named check.

    Parameters
    ----------
    folder : Path
        The study folder.
    source : Path or str
        A file; a string is pasted text.
    asked : RedlineQuestion
    progress : Progress

    Raises
    ------
    BlockedError
        The red line or the study cannot be used; every problem is told.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    spec.require(folder)
    if isinstance(source, Path):
        postgis.only_files(source)
    with writing(folder, "redline", WAIT_S):
        plan = runs.plan(folder)
        inputs = load.inputs(plan.study, folder, progress)
        line = redline.read(
            source, plan.study.crs, crs=asked.crs, axes=asked.axes, bounds=_bounds(inputs),
            cache=folder / load.CACHE, layer=asked.layer,
        )  # fmt: skip
        named = source.name if isinstance(source, Path) else ""
        head = _head(line, asked, named, parent="")
        head["id"] = _own_id(folder, head["id"], head["digest"])
        return _answered(plan, inputs, _plots(line, plan.study.crs), head, progress)


def _bounds(inputs: Any) -> tuple[float, float, float, float] | None:
    """Return the extent of boundary and parcels together; None while a study has neither."""
    ground = [shapely.box(*inputs.parcels.total_bounds)] if len(inputs.parcels) else []
    ground += [inputs.boundary] if inputs.boundary is not None else []
    west, south, east, north = shapely.total_bounds(ground) if ground else (0.0,) * 4
    return (float(west), float(south), float(east), float(north)) if ground else None


def again(folder: Path, check_id: str, progress: Progress) -> RedlineCheck:
    """Answer for the plots of a check once more, on the study as it is now."""
    with writing(folder, "redline", WAIT_S):
        old = open_check(folder, check_id)
        plan = runs.plan(folder)
        inputs = load.inputs(plan.study, folder, progress)
        shapes = gpd.GeoDataFrame(old.table("parcels"))[["parcel_id", "geometry"]]
        return _answered(plan, inputs, shapes, old.head, progress)


def accept(folder: Path, check_id: str, progress: Progress) -> RedlineCheck:
    """Take the drawn cut line: the net shapes become the plots of a further check."""
    with writing(folder, "redline", WAIT_S):
        old = open_check(folder, check_id)
        if found := released.touched(released.released(old)):
            raise BlockedError(reason("land_reveals_sensitive", count=len(found)))
        plots = _net_shapes(old)
        head = old.head | {"parent": check_id, "name": f"{old.head['name']} ✂", "findings": [], "confirmations": []}
        plan = runs.plan(folder)
        inputs = load.inputs(plan.study, folder, progress)
        return _answered(plan, inputs, plots, head | {"id": f"{check_id}-cut"}, progress)


def _net_shapes(check: RedlineCheck) -> gpd.GeoDataFrame:
    """Return what is left of a check after the cut, as plots."""
    land = gpd.GeoDataFrame(check.table("land"))
    if land.empty:
        raise BlockedError(reason("nothing_left_to_accept", name=check.head["name"]))
    many = land["part"].nunique() > 1
    ids = [f"{p}-{k}" if many else p for p, k in zip(land["parcel_id"], land["part"], strict=True)]
    return gpd.GeoDataFrame({"parcel_id": ids}, geometry=land.geometry.to_numpy(), crs=land.crs)


def open_check(folder: Path, check_id: str) -> RedlineCheck:
    """Open one check.

    Raises
    ------
    BlockedError
        There is none of that id. One that is damaged says so when it is read.
    """
    path = folder / FOLDER / check_id
    if _slug(check_id) != check_id or not path.is_dir():
        raise BlockedError(reason("check_unknown", name=check_id, known=[c.check_id for c in listing(folder)]))
    return RedlineCheck(folder, path)


def listing(folder: Path) -> list[RedlineCheck]:
    """Return the checks of a study, newest first; damaged ones are among them and say so when they are read."""
    found = [p for p in (folder / FOLDER).glob("*") if p.is_dir() and not p.name.startswith(".")]
    return [RedlineCheck(folder, p) for p in sorted(found, key=_age)]


def _age(place: Path) -> float:
    head = place / HEAD
    return -(head if head.is_file() else place).stat().st_mtime


def _head(line: RedLine, asked: RedlineQuestion, source: str, parent: str) -> dict[str, Any]:
    name = asked.name or next((p.name for p in line.plots if p.name), "") or Path(source).stem or "redline"
    return {
        "id": _slug(name),
        "name": name,
        "source": source,
        "digest": store.digest([shapely.to_wkt(p.shape, rounding_precision=4) for p in line.plots]),
        "kind": line.source,
        "crs": line.crs,
        "axes": line.axes,
        "parent": parent,
        "asked": asdict(asked),
        "attributes": dict(line.attributes),
        "plots": [
            {"id": i, "name": p.name, "points": p.points, "stated_ha": p.stated_ha, "attributes": dict(p.attributes)}
            for i, p in zip(_ids(line), line.plots, strict=True)
        ],
        "confirmations": [json.loads(r.to_json()) for r in line.confirmations],
        "findings": [
            {"row": str(f.row), "severity": f.severity, "reason": json.loads(f.reason.to_json())} for f in line.findings
        ],
    }


def _own_id(folder: Path, wanted: str, content: str) -> str:
    """Return the wanted id, or the next free one when another red line already has that name."""
    known = [p.name for p in (folder / FOLDER).glob("*")]
    for k in range(1, 1000):
        name = wanted if k == 1 else f"{wanted}-{k}"
        place = folder / FOLDER / name
        if any(alike(name, other) and name != other for other in known):
            continue  # where case makes no difference the two would be one folder
        if not place.exists() or _digest_of(RedlineCheck(folder, place)) == content:
            return name
    raise BlockedError(reason("check_names_used_up", name=wanted))


def _digest_of(check: RedlineCheck) -> str:
    """Return which red line a check answers; "" for one whose head is damaged: it is never overwritten."""
    try:
        return str(check.head["digest"])
    except DamagedError:
        return ""


def _ids(line: RedLine) -> list[str]:
    """Return one id per plot, told apart where the file has one twice."""
    ids = [p.plot_id for p in line.plots]
    return ids if len(set(ids)) == len(ids) else [f"{p}-{k}" for k, p in enumerate(ids, 1)]


def _plots(line: RedLine, crs: str) -> gpd.GeoDataFrame:
    """Return the plots as ground: what several cover belongs to the first of them, and is counted once."""
    shapes = np.array([p.shape for p in line.plots], dtype=object)
    own = list(shapes)
    for k, j, _ in redline_shape.overlaps(shapes):
        own[j] = _area(shapely.difference(own[j], shapes[k]))
    ground = gpd.GeoDataFrame({"parcel_id": _ids(line)}, geometry=own, crs=crs)
    return ground[[shape.area > redline_shape.OVERLAP_M2 for shape in own]].reset_index(drop=True)


def _area(shape: Any) -> Any:
    """Return the areas of a shape, without lines and points."""
    return shapely.union_all([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])


def _answered(
    plan: runs.RunPlan, inputs: Any, plots: gpd.GeoDataFrame, head: dict[str, Any], progress: Progress
) -> RedlineCheck:
    study = plan.study
    measured = basis(study.area, study.crs, tuple(inputs.parcels.total_bounds))
    shapes = plots.geometry.to_numpy()
    filled = plots.assign(
        area_m2=measured.areas(area_shapes(shapes, measured)), area_statutory_m2=statutory_m2(shapes, study.crs)
    )
    texts = [c.name for c in TABLES["parcels"].columns if c.kind in ("code", "text")]
    filled = filled.assign(**dict.fromkeys(texts, ""), legal_m2=np.nan)
    setting = replace(plan.setting, rules=speaking(plan.rules, head["asked"], study.use_class))
    tables = plots_room.check(inputs, filled, plan.zones, setting, measured, progress)
    tables = plots_room.net_of_ridges(tables, standards.is_cultivated)
    drawn = layer_tables.drawn(inputs.layers, study.crs)
    drawn |= layer_tables.fabric(study.with_role("parcels")[0].id, inputs.parcels, plots)
    return _kept(plan, tables | drawn | {"problems": inputs.problems}, head, setting.rules)


def speaking(rules: Sequence[Rule], asked: Mapping[str, Any], use_class: str) -> tuple[Rule, ...]:
    """Return the rules with whether each speaks of a red line, by the use and the industry stated for it.

    What is not stated is not known: a rule of some uses or industries then only may speak. Rules that
    read facts of a project wait for one.
    """
    industry, use = str(asked.get("industry", "")), str(asked.get("use", ""))
    known = uses.table().all_of(industry)
    if use:
        known = {u: YES if u == use else NO for u in known}
    elif not industry and use_class != GENERAL:
        known |= {use_class: YES}
    words: tuple[Literal["no", "maybe", "yes"], ...] = ("no", "maybe", "yes")
    return tuple(
        r if r.industries and not r.layer else r.model_copy(update={"speaks": words[speaks(r, industry, known)]})
        for r in rules
    )


def _kept(
    plan: runs.RunPlan, tables: dict[str, pd.DataFrame], head: dict[str, Any], rules: Sequence[Rule]
) -> RedlineCheck:
    """Write the check beside its place, then swap it in."""
    place = plan.folder / FOLDER / head["id"]
    part, gone = (place.with_name(f".{head['id']}.{word}") for word in ("part", "gone"))
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        entries = store.write_tables(part, [tables])
        told = {"rules": [r.model_dump(mode="json") for r in rules], "run_id": plan.land_id, "tables": entries}
        store.write_json(part, store.MANIFEST, runs.header(plan) | told)
        store.write_json(part, HEAD, head)
        with commit(f"check {head['id']}", "did_check", name=head["name"], id=head["id"]):
            _swap(part, place, gone)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(gone, ignore_errors=True)
    return RedlineCheck(plan.folder, place)


def _swap(part: Path, place: Path, gone: Path) -> None:
    """Put a check in its place; the former one comes back when that fails."""
    if place.exists():
        os.replace(place, gone)
    try:
        os.replace(part, place)
    except OSError:
        if gone.exists():
            os.replace(gone, place)
        raise


def _slug(name: str) -> str:
    """Return a file name for a check: letters of any script, digits, - and _; never a path."""
    text = unicodedata.normalize("NFC", name).strip()
    plain = re.sub(r"[^\w-]+", "-", text).strip("-_")[:60].strip("-_")
    return undeviced(plain) or "redline"
