"""Ground of several parcels is in one site once, and once in the land of a park; who shares it is named.

Parcels of 100 × 100 m: `stacked` two records on one lot, `crossed` three of which each overlaps the
next, `said` two records on one lot of which the register calls one built.
"""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import luodi
from geo.basis.progress import silent
from geo.place.land import park_land
from layers.outputs.project import projection
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base
from tests.cases.test_ground_once import CROSSED, HA, MU, STACKED, planar

UNION = {"stacked": 30_000.0, "crossed": 31_500.0}
ASSEMBLY = '\n[assembly]\narea_min_m2 = 1000.0\nstatuses = ["eligible"]\nsupply_statuses = ["unapproved", "unknown"]\n'


def written(folder, rows, uses=(), kind="gpkg", order=1, holders=()):
    """Write a study of some parcels in one park with a plan over all, and return its results."""
    planar(base.study(folder, with_parcels=False))
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + ASSEMBLY, encoding="utf-8")
    names = list(rows)[::order]
    state = dict(zip(rows, [*uses, *["0301"] * len(rows)], strict=False))
    held = dict(zip(rows, [*holders, *[""] * len(rows)], strict=False))
    frame = gpd.GeoDataFrame(
        {"BSM": names, "XZ": "K1", "DLBM": [state[n] for n in names], "QSR": [held[n] for n in names]},
        geometry=[base.box(*rows[n]) for n in names], crs=base.CRS,
    )  # fmt: skip
    file = folder.parent / f"parcels.{kind}"
    fields = {"parcel_id": "BSM", "park_id": "XZ", "land_use": "DLBM"} | ({"owner": "QSR"} if holders else {})
    frame.to_file(file)
    catalog.add(folder, file, {"role": "parcels", "id": "parcels", "fields": fields, "land_use_scheme": "三调"})
    gpd.GeoDataFrame({"MC": ["甲"]}, geometry=[base.box(590, 590, 591, 591)], crs=base.CRS).to_file(
        folder.parent / "farm.gpkg"
    )
    base.add(folder, folder.parent / "farm.gpkg")
    runs.update(folder, "place", silent)
    return open_results(folder)


@pytest.fixture(scope="module", params=["stacked", "crossed"])
def made(request, tmp_path_factory):
    rows = {"stacked": STACKED, "crossed": CROSSED}[request.param]
    return request.param, rows, written(tmp_path_factory.mktemp(request.param) / "study", rows)


def union(rows):
    return shapely.union_all([base.box(*b) for b in rows.values()])


def test_no_ground_is_in_two_parts(made):
    name, rows, results = made
    parts = results.table("availability")
    assert parts["area_m2"].sum() == pytest.approx(UNION[name], abs=1e-3)
    sites = results.table("sites")
    for row in sites.itertuples():
        assert row.net_hi_m2 == pytest.approx(row.geometry.area, abs=1e-3)
        assert row.net_hi_m2 <= row.gross_m2 + 1e-6
    assert sites["net_hi_m2"].sum() == pytest.approx(shapely.union_all(sites.geometry.to_numpy()).area, abs=1e-3)
    assert sites["net_hi_m2"].sum() == pytest.approx(union(rows).area, abs=1e-3)


def test_members_and_sites_name_who_shares(made):
    name, _, results = made
    one, other = {"stacked": ("P1", "P2"), "crossed": ("A", "B")}[name]
    members = projection(results, "members", "zh").frame.set_index("parcel_id")
    assert other in members.loc[[one], "shared_with"].iloc[0]
    sites = projection(results, "sites", "en").frame
    assert sites["shared_with"].str.contains(one).any()
    assert any(f"{one} × {other}" in note for note in projection(results, "sites", "en").notes)


def test_the_land_of_a_park_counts_once(made):
    name, _, results = made
    land = results.table("park_land").set_index("park_id").loc["K1"]
    assert land["limit"] * MU == pytest.approx(UNION[name], abs=1e-2)
    whole = land["used"] + land["committed"] + land["reserved"] + land["free"]
    assert whole == pytest.approx(land["limit"])
    assert land["free"] + land["open_unknown"] == pytest.approx(UNION[name] / MU, abs=1e-4)


def test_what_another_record_says_otherwise_is_not_proved(tmp_path):
    results = written(tmp_path / "study", STACKED, uses=("0301", "0601"))
    parts = results.table("availability").set_index("parcel_id")
    assert parts.loc["P1", ["area_m2", "disputed_m2"]].tolist() == pytest.approx([10_000.0, 10_000.0])
    sites = results.table("sites")
    assert sites["net_hi_m2"].max() == pytest.approx(20_000.0, abs=1e-3)
    assert sites["net_m2"].tolist() == pytest.approx([10_000.0, 10_000.0])  # P3 and P4
    land = results.table("park_land").set_index("park_id").loc["K1"]
    assert (land["free"], land["limit"] * MU) == pytest.approx((0.0, 30_000.0))


@pytest.mark.parametrize(
    ("states", "used", "committed"),
    [(("built", "supplied"), 15.0, 0.0), (("supplied", "built"), 15.0, 0.0), (("built", "built"), 15.0, 0.0),
     (("supplied", "unapproved"), 0.0, 15.0), (("unapproved", "unapproved"), 0.0, 0.0)],
)  # fmt: skip
def test_ground_two_records_hold_is_built_before_it_is_handed_over(states, used, committed):
    parcels = pd.DataFrame({"parcel_id": ["P1", "P2"], "park_id": "K1", "area_m2": 10_000.0})
    supply = pd.DataFrame({"parcel_id": ["P1", "P2"], "supply_status": states})
    stacks = pd.DataFrame({"stack_id": "1", "parcel_id": ["P1", "P2"], "area_m2": 10_000.0})
    open_ = pd.DataFrame({"parcel_id": [], "area_m2": [], "disputed_m2": [], "outcome": []})
    land = park_land(parcels, supply, open_, {}, stacks).iloc[0]
    assert (land["limit"], land["used"], land["committed"]) == pytest.approx((15.0, used, committed))
    assert land["used"] + land["committed"] + land["reserved"] + land["free"] == pytest.approx(15.0)


@pytest.mark.brief("geojson")
@pytest.mark.parametrize("kind", ["geojson", "gpkg"])
def test_the_order_of_rows_changes_nothing(tmp_path, kind):
    one = written(tmp_path / "a" / "study", CROSSED, kind=kind)
    two = written(tmp_path / "b" / "study", CROSSED, kind=kind, order=-1)
    for table in ("availability", "members", "park_land"):
        keys = [c for c in ("site_id", "parcel_id", "part", "park_id") if c in one.table(table)]
        a, b = (r.table(table).sort_values(keys, ignore_index=True) for r in (one, two))
        pd.testing.assert_frame_equal(a, b)


def test_the_commands_name_them(made):
    name, _, results = made
    pair = {"stacked": "P1 × P2", "crossed": "A × B"}[name]
    for command in ("assemble", "capacity"):
        told = CliRunner().invoke(luodi.cli, [command, str(results.folder), "--lang", "zh"])
        assert pair in told.stdout, (command, told.stdout)
    assert HA > MU


@pytest.mark.parametrize(
    ("holders", "most"),
    [
        (("甲", "乙", "甲", "甲"), 2),
        (("甲", "甲", "甲", "甲"), 1),
        (("甲", "", "甲", "甲"), 2),
        (("", "乙", "甲", "甲"), 3),
    ],
)
def test_who_holds_ground_by_another_record_counts_among_the_most(tmp_path, holders, most):
    """P1 and P2 are two records of one lot: whoever the other record names may have to be asked."""
    results = written(tmp_path / "study", STACKED, holders=holders)
    sites, members = results.table("sites").set_index("site_id"), results.table("members")
    largest = members.loc[members["parcel_id"].isin(["P1", "P2"]), "site_id"]
    assert sites.loc[largest, "owners_hi"].max() == most
    assert (sites["owners"] <= sites["owners_hi"]).all()
