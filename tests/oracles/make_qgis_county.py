"""Make the golden tables of the demonstration county anew: ``python -m tests.oracles.make_qgis_county``.

Needs QGIS's ``qgis_process`` (not part of the project's set-up). The files of the county
are read the plain way, not through Luodi's gate, so reading is compared as well as
measuring; QGIS is told to use no ellipsoid, as the county's study measures planar.
"""

import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from county import county
from geo.basis.layer import Zone
from layers.study.run import runs

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
VERDICTS, REDLINE = GOLDEN / "qgis_county_verdicts.csv", GOLDEN / "qgis_county_redline.csv"
SUMS = GOLDEN / "qgis_county_sums.csv"
OVERLAPS, AREAS = "native:calculatevectoroverlaps", "native:fieldcalculator"
SEED = 2026
PARTLY, OTHERS = 40, 10
"""Verdicts on parcels a layer cuts, and on parcels it covers wholly or not at all."""
RED_LAYERS = ("basic_farmland", "development_boundary", "ecological_redline")


def main():
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        sys.exit("qgis_process is not on this computer")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "county"
        county.write(folder, lambda done, total, stage: None)
        plan = runs.plan(folder)
        rules = [r for r in plan.rules if r.test in ("overlap_m2", "outside_m2") and r.zone == Zone(r.layer)]
        rules = [r for r in rules if r.applies(plan.study.use_class) and plan.study.layer(r.layer)]
        qgis = Qgis(program, Path(place))
        every = values(qgis, plan, rules)
        about = "value of the verdict: overlap, or for outside_m2 the rest"
        save(VERDICTS, drawn(every), qgis, about)
        save(SUMS, sums(every), qgis, f"{about}; summed over all parcels of the county")
        save(REDLINE, red_line(qgis, plan), qgis, "the red line of scene 1 (redline_liren.zip)")


class Qgis:
    """The program, and what is written with it."""

    def __init__(self, program, folder):
        self.program, self.folder, self.calls = program, folder, 0
        self.env = os.environ | {"QT_QPA_PLATFORM": "offscreen"}

    def run(self, algorithm, **given):
        """Run one algorithm without an ellipsoid; return its output as a table."""
        self.calls += 1
        out = self.folder / f"out{self.calls}.gpkg"
        words = [f"{k}={v}" for k, values in given.items() for v in (values if isinstance(values, list) else [values])]
        call = [self.program, "run", algorithm, "--ELLIPSOID=NONE", "--", *words, f"OUTPUT={out}"]
        done = subprocess.run(call, env=self.env, capture_output=True, text=True, check=False)
        if done.returncode or not out.is_file():
            sys.exit(f"QGIS did not finish:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return gpd.read_file(out, ignore_geometry=True)

    def overlaps(self, source, layers):
        """Return the area of every feature of `source` (``own_m2``) and under each named layer, in their order."""
        frame = self.run(OVERLAPS, INPUT=source, LAYERS=list(layers.values()))
        area = [c for c in frame if str(c).endswith("_area")]
        assert len(area) == len(layers), list(frame)
        frame = frame.rename(columns=dict(zip(area, layers, strict=True)))
        formula = {"FIELD_NAME": "own_m2", "FIELD_TYPE": 0, "FIELD_LENGTH": 0, "FIELD_PRECISION": 0}
        own = self.run(AREAS, INPUT=source, **formula, FORMULA="area($geometry)")
        assert len(own) == len(frame)
        return frame.assign(own_m2=own["own_m2"].to_numpy())

    @property
    def version(self):
        asked = subprocess.run([self.program, "--version"], env=self.env, capture_output=True, text=True, check=False)
        return ", ".join(line.strip() for line in asked.stdout.splitlines() if line.startswith(("QGIS 3", "GEOS")))


def path(plan, layer_id, where=None):
    """Return a layer of the study as a file QGIS takes: read the plain way, filtered by pandas, not by Luodi."""
    spec = plan.study.layer(layer_id)
    frame = gpd.read_file(plan.folder / spec.source, **({"layer": spec.layer} if spec.layer else {}))
    if where is None and spec.where:
        field, words = re.match(r"^(\w+)\s*(?:=|in)\s*(.+)$", spec.where).groups()
        where = (field, re.findall(r"'([^']*)'", words))
    if where is not None:
        frame = frame[frame[where[0]].isin(where[1])]
    return written(frame, plan, f"{layer_id}_{'_'.join(where[1]) if where and layer_id == 'parcels' else ''}")


def written(frame, plan, name):
    out = plan.folder.parent / f"{name}.gpkg"
    frame.to_crs(plan.study.crs).to_file(out, layer=name)
    return str(out)


def values(qgis, plan, rules):
    """Return the value of every rule on every parcel, and whether the layer cuts the parcel."""
    sources = {rule.layer: path(plan, rule.layer) for rule in rules}
    found = qgis.overlaps(path(plan, "parcels"), sources).set_index("BSM").sort_index()
    rows = []
    for rule in rules:
        inside = found[rule.layer].fillna(0.0)
        value = found["own_m2"] - inside if rule.test == "outside_m2" else inside
        partly = (inside > 1.0) & (inside < found["own_m2"] - 1.0)
        frame = {"rule_id": rule.id, "area_m2": found["own_m2"], "value_m2": value, "partly": partly}
        rows.append(pd.DataFrame(frame, index=found.index))
    return pd.concat(rows).reset_index(names="parcel_id").sort_values(["parcel_id", "rule_id"], ignore_index=True)


def drawn(every):
    """Return verdicts on parcels a layer cuts, and a few of the others, drawn by seed."""
    rng = np.random.default_rng(SEED)
    cut, rest = np.flatnonzero(every["partly"]), np.flatnonzero(~every["partly"])
    chosen = np.sort(np.r_[rng.choice(cut, PARTLY, replace=False), rng.choice(rest, OTHERS, replace=False)])
    return every.loc[chosen, ["parcel_id", "rule_id", "area_m2", "value_m2"]]


def sums(every):
    """Return parcels, their area and the value of each rule, summed over the county."""
    grouped = every.groupby("rule_id", as_index=False)
    return grouped.agg(parcels=("parcel_id", "size"), area_m2=("area_m2", "sum"), value_m2=("value_m2", "sum"))


def red_line(qgis, plan):
    """Return the area of the red line, under the three lines, and by class of present use."""
    classes = sorted(
        gpd.read_file(plan.folder / plan.study.layer("parcels").source, ignore_geometry=True)["DLBM"].unique()
    )
    layers = {name: path(plan, name) for name in RED_LAYERS}
    layers |= {f"use {code}": path(plan, "parcels", ("DLBM", [code])) for code in classes}
    shape = gpd.read_file(plan.folder / "incoming" / "redline_liren.zip")
    found = qgis.overlaps(written(shape, plan, "red_line"), layers).iloc[0]
    rows = [("own", found["own_m2"]), *((name, found[name]) for name in layers)]
    return pd.DataFrame([(k, v) for k, v in rows if k in ("own", *RED_LAYERS) or v > 0], columns=["what", "area_m2"])


def save(target, frame, qgis, about):
    head = [
        f"# {about}: {qgis.version}, made {datetime.date.today().isoformat()}.",
        f"# qgis_process run {OVERLAPS} --ELLIPSOID=NONE -- INPUT=… LAYERS=… and {AREAS} FORMULA=area($geometry)",
        "# (planar, EPSG:4549, square metres) on the files of the synthetic demonstration county, copied by geopandas;",
        f"# rows drawn by tests/oracles/make_qgis_county.py, seed {SEED}.",
    ]
    body = frame.to_csv(index=False, float_format="%.6f", lineterminator="\n")
    target.write_text("\n".join(head) + "\n" + body, encoding="utf-8")
    print(f"{target.name}: {len(frame)} rows")


if __name__ == "__main__":
    main()
