"""Twenty parcels of the county reckoned again from its files, with pandas and shapely and nothing of the product.

Ledger, usable area, net cultivated land, quota and balance must be what the product writes.
"""

import tomllib

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.basis.progress import silent
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.scenes.shared import ROOT

CULTIVATED = ("01",)
STOCK = ("05", "06", "07", "08", "09", "10", "20")
"""First two digits of the land survey's construction classes; 1006, 1109 and 1201 are told apart below."""


@pytest.fixture(scope="module")
def county(fresh_county):
    runs.update(fresh_county, "supply", silent)
    return fresh_county


@pytest.fixture(scope="module")
def tables(county):
    results = open_results(county)
    return {name: results.table(name) for name in ("ledger", "candidates", "supply", "land")}


@pytest.fixture(scope="module")
def patches(county):
    return gpd.read_file(county / "inputs" / "DLTB.gpkg", layer="DLTB").set_index("BSM")


def layer(county, layer_id):
    """Read the ground of one layer as its file has it, in the CRS of the study."""
    spec = tomllib.loads((county / "study.toml").read_text(encoding="utf-8"))
    entry = next(e for e in spec["layers"] if e["id"] == layer_id)
    source = county / entry["source"]
    path = f"zip://{source}" if source.suffix == ".zip" else source
    frame = gpd.read_file(path, layer=entry["layer"]) if "layer" in entry else gpd.read_file(path)
    if "where" in entry:
        field, value = (w.strip() for w in entry["where"].split("="))
        frame = frame[frame[field] == value.strip("'")]
    return shapely.make_valid(shapely.union_all(shapely.force_2d(frame.to_crs(spec["study"]["crs"]).geometry)))


def rules():
    pack = tomllib.loads((ROOT / "data" / "rules" / "cn-national.toml").read_text(encoding="utf-8"))
    return {r["id"]: r for r in pack["rules"]}


@pytest.fixture(scope="module")
def chosen(tables, patches):
    """Twenty parcels: those most layers cut, of as many uses as possible, none of them unsure."""
    lines = tables["ledger"]
    unsure = set(lines.loc[lines["layer_id"].isin(["?", "whole"]), "parcel_id"])
    open_ = set(tables["supply"].loc[tables["supply"]["balance_m2"].isna(), "parcel_id"])
    # widths by class and classes of a layer are reckoned again in tests/properties/test_parts.py
    other = set(lines.loc[~lines["rule_id"].isin(["", *rules()]) & (lines["step"] > 0), "parcel_id"])
    taken = lines[(lines["step"] > 0) & (lines["exclusive_m2"] + lines["shared_m2"] > 1.0)]
    kept = taken[~taken["parcel_id"].isin(unsure | open_ | other)]
    count = kept.groupby("parcel_id").size()
    net = tables["candidates"].set_index("parcel_id")["net_m2"]
    frame = pd.DataFrame({"count": count, "net": net.reindex(count.index), "use": patches["DLBM"].reindex(count.index)})
    frame = frame[frame["net"] > 100.0].sort_values(["count", "net"], ascending=False)
    first = frame.groupby("use").head(5).head(12)
    tilled = frame[frame["use"].str.startswith("01") & ~frame.index.isin(first.index)].head(20 - len(first))
    return pd.concat([first, tilled]).index.tolist()


def test_there_are_twenty_of_several_uses(chosen, patches):
    assert len(chosen) == len(set(chosen)) == 20
    uses = patches.loc[chosen, "DLBM"]
    assert uses.nunique() >= 4
    assert uses.str.startswith("01").sum() >= 5


def test_ledger_and_usable_area(county, chosen, tables, patches):
    known, packs = {}, rules()
    for parcel in chosen:
        left = shapely.make_valid(patches.geometry[parcel])
        lines = tables["ledger"].query("parcel_id == @parcel").sort_values("step")
        assert lines["left_m2"].iloc[0] == pytest.approx(left.area, abs=0.01)
        for line in lines.iloc[1:].itertuples():
            known.setdefault(line.layer_id, layer(county, line.layer_id))
            outside = packs[line.rule_id]["test"] == "outside_m2"
            near = shapely.clip_by_rect(known[line.layer_id], *shapely.bounds(shapely.buffer(left, 50)))
            left = left.intersection(near) if outside else left.difference(near)
            assert line.left_m2 == pytest.approx(left.area, abs=0.05), (parcel, line.rule_id)
        row = tables["candidates"].set_index("parcel_id").loc[parcel]
        if row["status"] != "excluded":
            assert row["net_m2"] == pytest.approx(left.area, abs=0.05)


def test_net_cultivated_land_quota_and_balance(chosen, tables, patches):
    net = tables["candidates"].set_index("parcel_id")["net_m2"]
    supply = tables["supply"].set_index("parcel_id")
    drew = 0
    for parcel in chosen:
        row, use = patches.loc[parcel], patches.loc[parcel, "DLBM"]
        # the survey's own areas, not its coefficient: 图斑地类面积 over 图斑面积
        cultivated = net[parcel] * row["TBDLMJ"] / row["TBMJ"] if use.startswith(CULTIVATED) else 0.0
        stock = (use.startswith(STOCK) and use != "1006") or use in ("1109", "1201")
        draws = not stock and supply.loc[parcel, "supply_status"] not in ("approved", "supplied", "built")
        assert supply.loc[parcel, "cultivated_net_m2"] == pytest.approx(cultivated, rel=2e-4, abs=0.01)
        assert supply.loc[parcel, "new_construction_m2"] == pytest.approx(net[parcel] if draws else 0.0, abs=0.01)
        assert supply.loc[parcel, "balance_m2"] == pytest.approx(cultivated if draws else 0.0, rel=2e-4, abs=0.01)
        drew += draws and cultivated > 0
    assert drew >= 3
