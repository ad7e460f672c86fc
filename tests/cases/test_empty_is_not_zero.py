"""A number nobody knows is an empty cell (待核实), never 0: in every format, list and line.

`tests/contracts/test_unknown_numbers.py` walks over all tables; here are the cases as they were met.
"""

import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.progress import silent
from layers.outputs.files import export
from layers.outputs.project import projection
from layers.serve.pages.trial import trial
from layers.study.run import runs
from layers.study.run.results import open_results
from tests import district, worlds
from views.parts.funnel import ledger_by


@pytest.fixture(scope="module")
def farm_less(tmp_path_factory):
    """The district without its farmland layer."""
    folder = worlds.world(district.write(tmp_path_factory.mktemp("d") / "study"), "farm", "", "missing")
    runs.update(folder, "supply", silent)
    return open_results(folder)


def cells(path):
    """Return what a written file says, by header."""
    if path.suffix == ".csv":
        return pd.read_csv(path, index_col=0)
    if path.suffix == ".xlsx":
        rows = [[c.value for c in row] for row in openpyxl.load_workbook(path).active.iter_rows()]
        head = next(k for k, row in enumerate(rows) if row[1])
        return pd.DataFrame(rows[head + 1 :], columns=rows[head]).set_index(rows[head][0])
    frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    return frame.set_index("parcel_id")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "gpkg", "geojson", "parquet"])
def test_taken_by_a_layer_nobody_has_is_empty(farm_less, tmp_path, kind):
    path = tmp_path / f"list.{kind}"
    export(farm_less, path, "candidates", "en")
    frame = cells(path)
    farm = next(c for c in frame if "farm" in c.lower() and ("Taken" in c or c.startswith("cut_")))
    edge = next(c for c in frame if ("boundary" in c.lower() or "edge" in c) and c != farm)
    assert frame[farm].isna().all()
    assert frame[edge].astype(float).tolist() == [0.0] * 8 + [1.0] * 3 + [0.96]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_for_the_meeting_says_so(farm_less, tmp_path, language):
    path = tmp_path / "meeting.xlsx"
    export(farm_less, path, "candidates", language, layout="meeting")
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(path).active.iter_rows()]
    title = {"en": "Farmland", "zh": "永久基本农田"}[language]
    column = next(row.index(title) for row in rows if title in row)
    said = [row[column] for row in rows if str(row[1]).startswith("p")]
    assert len(said) == 8
    assert set(said) == {{"en": "not known / to be verified", "zh": "未知/待核实"}[language]}


def test_the_explanation_and_the_ledgers_say_so(farm_less, tmp_path):
    told = CliRunner().invoke(luodi.cli, ["explain", str(farm_less.folder), "p03", "--json"])
    ledger = json.loads(told.stdout.splitlines()[-1])
    line = next(x for x in _of(ledger, "ledger") if x["title"] == "Farmland")
    assert (line["taken_m2"], line["shared_m2"], line["unknown_m2"]) == (None, None, 10_000.0)
    frame = projection(farm_less, "ledger").frame
    mine = frame[(frame["rule_id"] == "farm") & (frame["unknown_m2"] > 0)]
    assert len(mine) == 8
    assert mine[["exclusive_m2", "shared_m2"]].isna().all().all()
    wide = ledger_by(trial(farm_less), "township", "en")
    column = next(c for c in wide if c.startswith("Farmland"))
    assert wide[column].isna().all()


def _of(found, name):
    """Return the value of a key anywhere in what was said."""
    if isinstance(found, dict):
        return found[name] if name in found else next((v for x in found.values() if (v := _of(x, name))), None)
    return None


def test_known_in_part_is_a_lower_end_with_the_upper_beside_it(tmp_path):
    folder = district.write(tmp_path / "study")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    kept = gpd.GeoDataFrame(geometry=[district.box(-50, -50, 75, 500)], crs=district.CRS)
    kept.to_file(folder / "inputs" / "known.gpkg")
    old = 'source = "inputs/farm.geojson"\ncoverage = "complete"'
    text = text.replace(old, old.replace("complete", "inputs/known.gpkg"))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    runs.update(folder, "screen", silent)
    frame = projection(open_results(folder), "candidates", "zh").frame.set_index("parcel_id")
    mu = 10_000 * 3 / 2000
    row = frame.loc["p01"]
    assert (row["cut_farm_mu"], row["cut_farm_hi_mu"]) == pytest.approx((mu / 2, mu * 0.75))
    assert np.isnan(frame.loc["p05", "cut_farm_mu"])
    assert frame.loc["p05", "cut_farm_hi_mu"] == pytest.approx(mu * 0.25)
    assert (row["gross_mu"] - row["cut_farm_mu"] - row["net_hi_mu"]) == pytest.approx(0.0, abs=0.01)
