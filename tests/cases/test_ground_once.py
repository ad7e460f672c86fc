"""Ground that lies in several parcels counts once in every total, and the parcels that share it are named.

Parcels of 100 × 100 m. `stacked`: case 24, two records on one lot. `crossed`: three parcels of which
each overlaps the next, one spot lies in all three; farmland on part of what they share.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import luodi
from geo.basis.progress import silent
from layers.ask.whatif import ScreenTrial, desk
from layers.outputs.files import export
from layers.outputs.project import projection
from layers.outputs.summary import by_status
from layers.serve.pages.glance import glance
from layers.serve.pages.trial import trial
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cases"
MU, HA = 2000.0 / 3.0, 10_000.0
STACKED = {"P1": (0, 0, 100, 100), "P2": (0, 0, 100, 100), "P3": (100, 0, 200, 100), "P4": (300, 0, 400, 100)}
CROSSED = {"A": (0, 0, 100, 100), "B": (50, 0, 150, 100), "C": (80, 50, 180, 150), "D": (300, 300, 400, 400)}
UNION = {"stacked": 30_000.0, "crossed": 31_500.0}
SUM = 40_000.0


def written(folder, rows, kind="gpkg", farm=(0, 0, 60, 100)):
    """Write a study of some parcels with farmland that is cut, and return its results."""
    planar(base.study(folder, with_parcels=False))
    rules = folder / "inputs" / "rules.toml"
    rules.write_text(base.RULES.replace('effect = "parcel"', 'effect = "cut"'), encoding="utf-8")
    frame = gpd.GeoDataFrame(
        {"BSM": list(rows), "XZ": ["K1"] * len(rows)}, geometry=[base.box(*b) for b in rows.values()], crs=base.CRS
    )
    path = folder.parent / f"parcels.{kind}"
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM", "park_id": "XZ"}}
    if kind == "csv":
        pd.DataFrame(frame.drop(columns="geometry")).assign(WKT=frame.geometry.to_wkt()).to_csv(path, index=False)
        given |= {"crs": base.CRS}
    else:
        frame.to_file(path)
    catalog.add(folder, path, given)
    gpd.GeoDataFrame({"MC": ["甲"]}, geometry=[base.box(*farm)], crs=base.CRS).to_file(folder.parent / "farm.gpkg")
    base.add(folder, folder.parent / "farm.gpkg")
    runs.update(folder, "screen", silent)
    return open_results(folder)


def planar(folder):
    """Areas in the plane of the study, so that they can be worked out by hand."""
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert 'area = "ellipsoidal"' in text
    path.write_text(text.replace('area = "ellipsoidal"', 'area = "planar"'), encoding="utf-8")


def usable(rows, farm=(0, 0, 60, 100)):
    """Usable ground by union of shapes, the way nobody here computes it."""
    return shapely.union_all([shapely.box(*b) for b in rows.values()]).difference(shapely.box(*farm)).area


@pytest.fixture(scope="module", params=["stacked", "crossed"])
def made(request, tmp_path_factory):
    rows = {"stacked": STACKED, "crossed": CROSSED}[request.param]
    return request.param, rows, written(tmp_path_factory.mktemp(request.param) / "study", rows)


def test_totals_are_by_union(made):
    name, rows, results = made
    whole, net = UNION[name], usable(rows)
    assert results.table("candidates")["gross_m2"].sum() == pytest.approx(SUM)
    seen = glance(results)
    assert (seen.total["gross_m2"], seen.total["net_m2"], seen.total["net_hi_m2"]) == pytest.approx((whole, net, net))
    assert (seen.parks[0].gross_m2, seen.parks[0].net_m2) == pytest.approx((whole, net))
    drawn = trial(results)
    assert drawn.total["net_m2"] == pytest.approx(net)
    told = drawn.funnel.iloc[0]
    assert (told["taken_m2"], told["left_m2"]) == pytest.approx((whole - net, net))
    bound = drawn.binding.iloc[0]
    assert (bound["taken_m2"], bound["exclusive_m2"]) == pytest.approx((whole - net, whole - net))


@pytest.mark.grid
@pytest.mark.parametrize("by", ["", "park_id"])
@pytest.mark.parametrize(
    "moved", [ScreenTrial({}), ScreenTrial({"farm": {"effect": "parcel"}}), ScreenTrial({}, min_area_m2=5_000.0)]
)
def test_the_ledger_of_the_whole_closes_on_ground_that_is_there(made, by, moved):
    _, rows, results = made
    lines = desk(results).ledger(by, moved)
    found = trial(results, moved)
    assert lines["left_m2"].iloc[0] == pytest.approx(UNION[made[0]])
    last = lines["left_m2"].iloc[-1] - lines.loc[lines["layer_id"] == "?", "unknown_m2"].sum()
    assert last == pytest.approx(found.total["net_m2"], abs=1e-3)
    kept = found.found.loc[found.found["status"] != "excluded", "parcel_id"]
    shapes = shapely.union_all([shapely.box(*rows[p]) for p in kept])
    taken = shapely.box(0, 0, 60, 100) if not moved.rules else shapely.Polygon()
    assert found.total["net_hi_m2"] == pytest.approx(shapes.difference(taken).area, abs=1e-3)


def test_a_status_counts_what_its_own_parcels_share(made):
    _, rows, results = made
    counts = by_status(results)
    status = results.table("candidates").set_index("parcel_id")["status"]
    for word, row in counts.iterrows():
        mine = [shapely.box(*rows[p]) for p in status.index[status == word]]
        assert row["gross_m2"] == pytest.approx(shapely.union_all(mine).area)
    assert counts["parcels"].sum() == 4


@pytest.mark.grid
@pytest.mark.parametrize("kind", ["csv", "gpkg", "xlsx", "geojson"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_names_them(made, tmp_path, kind, language):
    name, _, results = made
    export(results, tmp_path / f"a.{kind}", "candidates", language)
    pair = "P1 × P2" if name == "stacked" else "A × B"
    if kind in ("csv", "geojson"):
        assert pair in (tmp_path / f"a.{kind}").read_text(encoding="utf-8")
    frame = projection(results, "candidates", language).frame.set_index("parcel_id")
    size, unit = (MU, "mu") if language == "zh" else (HA, "ha")
    own = {"stacked": {"P1": 10_000.0, "P4": 0.0}, "crossed": {"A": 5_000.0, "B": 7_500.0, "C": 3_500.0, "D": 0.0}}[
        name
    ]
    for parcel, area in own.items():
        assert frame.loc[parcel, f"shared_{unit}"] == pytest.approx(area / size, abs=0.01)
    assert frame.loc[list(own)[-1], "shared_with"] == ""
    if kind == "xlsx":
        export(results, tmp_path / "m.xlsx", "candidates", language, layout="meeting")
        cells = pd.read_excel(tmp_path / "m.xlsx", header=None).astype(str)
        assert cells.apply(lambda c: c.str.contains(pair, regex=False)).to_numpy().any()


def test_the_commands_name_them(made):
    _, rows, results = made
    run = CliRunner().invoke(luodi.cli, ["run", str(results.folder), "--lang", "zh"])
    first = next(iter(rows))
    assert "合计中只计一次" in run.stdout
    told = CliRunner().invoke(luodi.cli, ["explain", str(results.folder), first, "--lang", "zh"])
    assert f"{list(rows)[1]}" in told.stdout
    assert "重叠" in told.stdout


def test_case_24_counts_forty_thousand(tmp_path):
    source = CASES / "24-stacked-duplicate-parcels" / "parcels.gpkg"
    if not source.exists():
        pytest.skip("shared data is not here")
    frame = gpd.read_file(source)
    frame["BSM"] = [f"{b}-{k}" if b == "COMMON AREA" else b for k, b in enumerate(frame["BSM"])]
    rows = {
        b: tuple(np.array(g.bounds) - [500_100, 3_180_000] * 2)
        for b, g in zip(frame["BSM"], frame.geometry, strict=True)
    }
    results = written(tmp_path / "study", rows, farm=(900, 900, 901, 901))
    assert glance(results).total["gross_m2"] == pytest.approx(40_000.0)


def test_case_22_counts_a_doubled_constraint_once(tmp_path):
    folder = CASES / "22-overlapping-constraint-multipart"
    if not folder.exists():
        pytest.skip("shared data is not here")
    study = tmp_path / "study"
    farm, parcels = (gpd.read_file(folder / f"{n}.gpkg") for n in ("farm", "parcels"))
    planar(base.study(study, boundary=False, with_parcels=False))
    parcels.assign(BSM="P1").to_file(tmp_path / "p.gpkg")
    catalog.add(study, tmp_path / "p.gpkg", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    farm.to_file(tmp_path / "f.gpkg")
    base.add(study, tmp_path / "f.gpkg")
    runs.update(study, "measure", silent)
    found = open_results(study).table("overlaps")
    assert found["area_m2"].iloc[0] == pytest.approx(5_030.0, abs=1e-3)


def test_csv_and_many_stacks_agree_with_the_union(tmp_path):
    draw = np.random.default_rng(7)
    corners = draw.integers(0, 300, (25, 2))
    rows = {f"R{k:02d}": (int(x), int(y), int(x) + 80, int(y) + 60) for k, (x, y) in enumerate(corners)}
    results = written(tmp_path / "study", rows, kind="csv", farm=(100, 0, 200, 400))
    union = shapely.union_all([shapely.box(*b) for b in rows.values()])
    seen = glance(results)
    assert seen.total["gross_m2"] == pytest.approx(union.area, abs=1e-2)
    assert seen.total["net_m2"] == pytest.approx(union.difference(shapely.box(100, 0, 200, 400)).area, abs=1e-2)
