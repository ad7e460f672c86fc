"""The study at a glance: what the Home page says of a run, worked out once per run."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.basis.errors import LuodiError
from geo.basis.reason import Reason, reason
from geo.basis.tables import rows
from layers.ask.whatif import desk
from layers.outputs.project import missing_layers
from layers.outputs.summary import ORDER, by_kind, by_status
from layers.serve.draw.mercator import lonlat, unit_square, zoom_for
from layers.serve.draw.places import View
from layers.serve.held import Held
from layers.serve.pages.parks import park_names
from layers.study.run.results import Results
from layers.study.spec import LayerSpec
from layers.text import Language
from layers.words import once, told
from layers.words.explain import marked_title

LOUD = ("block", "rejected", "warn")
"""Findings that ask for somebody's attention; mended things do not."""


@dataclass(frozen=True)
class ParkLand:
    """A park and the land in it, m²; `name` is "" where the park layer names none.

    `by_status` is its usable area by the status of the parcels.
    """

    park_id: str
    name: str
    parcels: int
    gross_m2: float
    net_m2: float
    net_hi_m2: float
    by_status: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class LayerLine:
    """A layer as the run used it; `state` is "" for layers no rule measures.

    `withheld` says why the declared coverage does not count, None where it does.
    """

    spec: LayerSpec
    state: str
    cause: Reason | None
    age_days: int | None
    withheld: Reason | None = None


@dataclass(frozen=True)
class FindingCount:
    """Findings of one kind in one layer: how many, how grave, and the first of them."""

    layer: str
    severity: str
    count: int
    reason: Reason


@dataclass(frozen=True)
class Question:
    """A rule to find out about: parcels it leaves open and what is at stake there (m²)."""

    rule_id: str
    parcels: int
    open_m2: float
    alone_m2: float


@dataclass(frozen=True)
class Glance:
    """What the Home page shows of one run."""

    status: pd.DataFrame
    total: pd.Series
    parks: tuple[ParkLand, ...]
    layers: tuple[LayerLine, ...]
    findings: tuple[FindingCount, ...]
    questions: tuple[Question, ...]
    missing: tuple[str, ...]
    kinds: pd.DataFrame | None = None

    def missing_titles(self, results: Results, language: Language) -> list[str]:
        """Return the titles of rules whose layer nobody has handed in."""
        return [marked_title(results, results.rule(r), language) for r in self.missing]


def _glance(results: Results) -> Glance:
    return Glance(
        by_status(results), once.total(results, results.table("candidates")), _parks(results),
        tuple(_layer(results, s) for s in results.study.layers),
        _findings(results), _questions(results), tuple(missing_layers(results)), by_kind(results),
    )  # fmt: skip


def _parks(results: Results) -> tuple[ParkLand, ...]:
    """Return land by park, largest usable area first; ground outside every park is not a park."""
    about = pd.DataFrame(results.table("parcels")[["parcel_id", "park_id"]])
    found = results.table("candidates").merge(about, on="parcel_id", validate="1:1")
    found["park_id"] = found["park_id"].fillna("").astype(str)
    summed = once.areas(results, found, found["park_id"], sorted(set(found["park_id"]) - {""}))
    names = park_names(results)
    pairs = [f"{s} {p}" for p in summed.index for s in ORDER]
    parted = once.areas(results, found, found["status"].astype(str) + " " + found["park_id"], pairs)["net_m2"]
    lines = [
        ParkLand(
            park,
            names.get(park, ""),
            int(r["parcels"]),
            float(r["gross_m2"]),
            float(r["net_m2"]),
            float(r["net_hi_m2"]),
            by_status=tuple((s, float(parted[f"{s} {park}"])) for s in ORDER),
        )
        for park, r in zip(map(str, summed.index), rows(summed), strict=True)
    ]
    return tuple(sorted(lines, key=lambda r: (-r.net_m2, r.park_id)))


def _layer(results: Results, spec: LayerSpec) -> LayerLine:
    zones = results.table("zones")
    own = zones[zones["layer_id"] == spec.id]
    bad = own[own["state"] != "ok"]
    state = str((bad if len(bad) else own)["state"].iloc[0]) if len(own) else ""
    cause = reason(str(bad["cause"].iloc[0])) if len(bad) and bad["cause"].iloc[0] else None
    age = (results.study.as_of - spec.vintage).days if spec.vintage else None
    return LayerLine(spec, state, cause, age, _withheld(spec, own))


def _withheld(spec: LayerSpec, own: pd.DataFrame) -> Reason | None:
    """Return what took the declared coverage of a layer away."""
    lost = own[(own["state"] == "ok") & (own["coverage"] == "unknown") & (own["cause"] != "")]
    if spec.coverage == "unknown" or lost.empty:
        return None
    return reason(str(lost["cause"].iloc[0]))


def _findings(results: Results) -> tuple[FindingCount, ...]:
    problems = told.found(results)
    loud = problems[problems["severity"].isin(LOUD)]
    rows = [
        FindingCount(str(layer), str(severity), len(some), Reason.from_json(str(some["reason"].iloc[0])))
        for (layer, _, severity), some in loud.groupby(["layer_id", "code", "severity"], observed=True)
    ]
    return tuple(sorted(rows, key=lambda f: (LOUD.index(f.severity), -f.count, f.layer)))


def _questions(results: Results) -> tuple[Question, ...]:
    try:
        frame = desk(results).to_find_out()
    except LuodiError:
        return ()  # the Screen page says what is wrong with the tables
    return tuple(
        Question(str(r["rule_id"]), int(r["parcels"]), float(r["open_m2"]), float(r["alone_m2"])) for r in rows(frame)
    )


_glances: Held[Glance] = Held(4)


def glance(results: Results) -> Glance:
    """Return the study at a glance, worked out once per run for all visitors."""
    return _glances.get(results.name(), lambda: _glance(results))


def whole_view(results: Results, pixels: tuple[int, int]) -> View:
    """Return latitude, longitude and zoom at which all parcels fit into a map of so many pixels."""
    box = shapely.box(*gpd.GeoDataFrame(results.table("parcels")).total_bounds)
    if box.is_empty or not np.isfinite(box.bounds).all():
        return 35.0, 105.0, 4
    west, north, east, south = unit_square(np.array([box], object), results.study.crs)[0].bounds
    lon, lat = lonlat((west + east) / 2, (north + south) / 2)
    return lat, lon, zoom_for((west, north, east, south), *pixels)


def share(part: float, whole: float) -> float:
    """Return a share of 100 for drawing a bar; nothing of nothing is 0."""
    return float(np.clip(100.0 * part / whole, 0.0, 100.0)) if whole > 0 else 0.0
