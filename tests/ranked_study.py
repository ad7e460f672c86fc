"""A run study with sites and their ranking, for the tests of what reads them."""

import geopandas as gpd
import numpy as np

from geo import study as flow
from geo.basis.tables import TABLES
from layers.study.registers import criteria
from layers.study.run import runs, store
from layers.study.run.results import open_results


def sites_of(results):
    """Make a site of every part of the land, with facts drawn by chance and some left unknown."""
    land = gpd.GeoDataFrame(results.table("land")).reset_index(drop=True)
    count, random = len(land), np.random.default_rng(5)
    share = np.round(random.random((count, 4)), 2)
    land["site_id"] = [f"S{k:03}" for k in range(count)]
    buildings = land["net_m2"] * np.round(random.random(count) * 0.1, 3)
    buildings.iloc[::4] = np.nan
    made = land.drop(columns=["parcel_id", "part"]).assign(
        kind="land", outcome="clear", status="eligible", park_id="", township="", tenure="20", parcels=1, townships=1,
        gross_m2=land["net_m2"], net_hi_m2=land["net_m2"], owners=random.integers(1, 8, count),
        owners_hi=random.integers(8, 12, count), compactness_share=share[:, 0], min_width_m=20 + 100 * share[:, 1],
        slope_p90_pct=np.round(15 * share[:, 2], 1),
        access_m=np.round(500 * share[:, 3]), access_hi_m=np.round(500 * share[:, 3]),
        substations_dist_m=1200.0, works_dist_m=900.0, quota_m2=land["net_m2"] * share[:, 0],
        quota_hi_m2=land["net_m2"] * share[:, 0], balance_m2=0.0, balance_hi_m2=0.0, approved_m2=land["net_m2"],
        supply_unknown_m2=0.0, buildings_m2=buildings, buildings_hi_m2=buildings, remnant_m2=0.0, crossings=0,
        rect_length_m=100.0, rect_width_m=50.0,
    )  # fmt: skip
    declared = [c for c in TABLES["sites"].columns if c.name not in made]
    return made.assign(**{c.name: 0 if c.kind in ("int", "float") else "" for c in declared})


def add(folder):
    """Write sites and their ranking into the newest run of a study."""
    results = open_results(folder)
    plan = runs.plan(folder)
    sites = sites_of(results)
    members = results.table("land")[["parcel_id", "part", "net_m2"]].reset_index(drop=True)
    members = members.rename(columns={"net_m2": "area_m2"}).assign(site_id=sites["site_id"], outcome="clear")
    made = {"sites": sites, "members": members[[c.name for c in TABLES["members"].columns]]} | flow.rank(
        sites, plan.criteria, criteria.draws_of(plan.study)
    )
    manifest = store.read_json(results.run / store.MANIFEST)
    entries = {n: e | {"key": "", "stage": "rank"} for n, e in store.write_tables(results.run, [made]).items()}
    tables = manifest["tables"] | entries
    store.write_json(
        results.run, store.MANIFEST, manifest | {"criteria": plan.criteria.model_dump(mode="json"), "tables": tables}
    )
    return open_results(folder)
