"""What chain fit is made of: enterprises of a study, where parks lie, and the terms of the count."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.basis.errors import LuodiError
from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.project.chain import Firms, Terms
from layers.library import standards
from layers.sources import gate
from layers.sources.cells import recognise
from layers.sources.checks import preflight
from layers.sources.finding import Finding, finding
from layers.study import load
from layers.study.placed import placed
from layers.study.registers.industry import industry_code
from layers.study.spec import LayerSpec, Study

STANDARD = "chain-fit"
Findings = list[tuple[str, Finding]]


def terms() -> Terms:
    """Return the terms of the shipped standard."""
    found = standards.load(STANDARD)
    radius, share = found.figure("radius-km"), found.figure("joined-share")
    return Terms(float(radius.low or 0.0) * 1000.0, float(share.low or 0.0))


def left_open(fit: pd.DataFrame, parks: Collection[str]) -> pd.DataFrame:
    """Take back what is said of parks whose ground only may be theirs: distances to them are not known."""
    open_ = fit["park_id"].isin(list(parks))
    fit.loc[open_, ["points", "nearest_m", "mean_m"]] = np.nan
    fit.loc[open_, "reason"] = [reason("park_may_belong", park=p).to_json() for p in fit.loc[open_, "park_id"]]
    return fit


def firms(study: Study, folder: Path) -> tuple[Firms, gpd.GeoDataFrame, Findings]:
    """Read every layer of role ``enterprise`` that has shapes; one that cannot be read makes the rest unknown.

    Returns
    -------
    Firms, GeoDataFrame, findings
        A firm's place is a point on its shape. An industry that is no code of the list is unknown. The frame is the
        table `firms`; it has the firms that were read even where the rest is unknown.
    """
    none = np.empty(0, object)
    specs = study.with_role("enterprise")
    parts: list[tuple[np.ndarray, ...]] = []
    found: Findings = []
    for spec in specs:
        part = _firms(spec, study, folder, found)
        if part is None:
            return Firms(none, none, none, False), _table(parts, study), found
        parts.append(part)
    if not parts:
        return Firms(none, none, none, False), _table(parts, study), found
    ids, industries, points, doubtful = (np.concatenate([p[k] for p in parts]) for k in range(4))
    return Firms(ids, industries, points, True, doubtful), _table(parts, study), found


COLUMNS = ("enterprise_id", "industry", "geometry", "may_belong", "name", "park_id", "layer_id", "row")


def _table(parts: list[tuple[np.ndarray, ...]], study: Study) -> gpd.GeoDataFrame:
    """Return the table `firms`; an id that stands twice is numbered."""
    if not parts:
        return gpd.GeoDataFrame(empty("firms"), geometry="geometry", crs=study.crs)
    frame = pd.DataFrame({c: np.concatenate([p[k] for p in parts]) for k, c in enumerate(COLUMNS)})
    ids = frame["enterprise_id"].astype(str)
    again = ids.groupby(ids).cumcount()
    frame["enterprise_id"] = np.where(again > 0, ids + "#" + (again + 1).astype(str), ids)
    frame["may_belong"] = frame["may_belong"].astype(bool)
    columns = [c for c in empty("firms").columns if c != "geometry"]
    return gpd.GeoDataFrame(frame[[*columns, "geometry"]], geometry="geometry", crs=study.crs)


def _firms(spec: LayerSpec, study: Study, folder: Path, found: Findings) -> tuple[np.ndarray, ...] | None:
    source = load.source_path(folder, spec)
    if not source.exists():
        found.append((spec.id, finding("warn", "layer_file_missing", layer=spec.id, file=spec.source)))
        return None
    try:
        item = placed(
            gate.open_vector(source, folder / load.CACHE, layer=spec.layer, crs=spec.crs, encoding=spec.encoding),
            spec, study.crs,
        )  # fmt: skip
    except LuodiError as error:
        found += [(spec.id, Finding("", r.code, "warn", "", r)) for r in error.reasons]
        return None
    found += [(spec.id, f) for f in item.findings]
    if item.state != "ok":
        return None
    texts, names, parks = (_texts(spec, item.frame, name) for name in ("industry", "name", "park_id"))
    codes = np.array([industry_code(t) if t else "" for t in texts], object)
    lost = [str(r) for r, t, c in zip(item.rows, texts, codes, strict=True) if t and not c]
    if lost:
        found.append((spec.id, finding("warn", "firm_industry_unknown", count=len(lost), rows=lost[:5])))
    points = np.asarray(shapely.point_on_surface(item.shapes), object)
    more = (names, parks, [spec.id] * len(codes), item.rows.astype(str))
    return item.names, codes, points, item.maybe, *(np.asarray(m, object) for m in more)


def _texts(spec: LayerSpec, frame: pd.DataFrame, ours: str) -> list[str]:
    theirs = spec.fields.get(ours, "")
    values = frame[theirs] if theirs in frame else [""] * len(frame)
    return [recognise.visible(preflight.id_text(v)) if v is not None and v == v else "" for v in values]
