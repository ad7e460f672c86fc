"""A proposal of a check is accepted by name: the decision stands in the settings, and nothing else may be accepted."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.basis.errors import CallError
from layers.outputs import findings_list, lists
from layers.study import catalog, load, spec
from layers.study.accept import accept
from layers.text import LANGUAGES
from tests.cases import base
from tests.geo.measure.test_drift import fabric
from tests.layers.sources import make


@pytest.fixture
def study(tmp_path):
    """A study with a layer far away: its check proposes to take it as it is."""
    folder = base.study(tmp_path / "study")
    path = tmp_path / "far.gpkg"
    base.farm(dx=50_000.0).to_file(path)
    catalog.add(folder, path, {"role": "constraint", "id": "farm", "coverage": "complete"})
    return folder


def proposals(folder):
    return {f.proposal for f in catalog.check(folder) if f.proposal and f.reason.values.get("layer") == "farm"}


def test_an_accepted_proposal_stands_in_the_settings(study):
    offered = proposals(study)
    assert offered, "the layer lies elsewhere, and the check says what can be done about it"
    name = sorted(offered)[0]
    assert accept(study, "farm", [name]) == [name]
    assert spec.read(study).layer("farm").accept == (name,)
    assert accept(study, "farm", [name]) == [name], "accepted once"


@pytest.mark.parametrize(("layer", "names"), [("nowhere", ["x"]), ("farm", ["all-fine"]), ("farm", [])])
def test_what_nobody_proposed_is_refused(study, layer, names):
    before = spec.read(study)
    with pytest.raises(CallError) as refused:
        accept(study, layer, names)
    assert refused.value.reasons[0].code in ("layer_id_unknown", "accept_not_proposed")
    assert spec.read(study) == before


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ending", lists.KINDS)
def test_the_list_names_layer_row_and_call(study, tmp_path, language, ending):
    found = catalog.check(study)
    listed = findings_list.frame(found, study, language)
    assert len(listed) == len(found)
    mine = listed[(listed["layer"] == "farm") & (listed["remedy"] != "")]
    assert all(f"accept {study} farm " in call for call in mine["remedy"])
    assert not listed["text"].str.contains(r"^\[", regex=True).any()
    findings_list.write(listed, tmp_path / f"found.{ending}", language, study)
    assert (tmp_path / f"found.{ending}").stat().st_size > 0


def test_a_bare_file_names_its_option(tmp_path):
    path = tmp_path / "empty.gpkg"
    gpd.GeoDataFrame(geometry=[], crs=base.CRS).to_file(path, engine="pyogrio")
    found = catalog.check(path)
    listed = findings_list.frame(found, path, "en")
    assert set(listed["layer"]) <= {"empty.gpkg"}
    assert [bool(f.proposal) for f in found] == [r.startswith("--accept ") for r in listed["remedy"]]


def test_a_layer_shifted_as_a_whole_is_named_and_moved_as_accepted(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs=make.GK)
    land = shapely.transform(fabric(1), lambda xy: xy + np.array([make.X, make.Y]))
    ids = [str(k) for k in range(len(land))]
    whole = gpd.GeoDataFrame({"BSM": ids}, geometry=land, crs=make.GK)
    whole.to_file(tmp_path / "parcels.gpkg")
    whole[::4].to_file(tmp_path / "right.gpkg")
    moved = whole[::4].set_geometry(whole[::4].translate(-63.2, 88.7))
    moved.to_file(tmp_path / "old.gpkg")
    catalog.add(folder, tmp_path / "parcels.gpkg", {"role": "parcels", "fields": {"parcel_id": "BSM"}})
    assert "layer_drifted" not in {f.code for f in catalog.add(folder, tmp_path / "right.gpkg", {"role": "constraint"})}
    found = catalog.add(folder, tmp_path / "old.gpkg", {"role": "constraint"})
    (drifted,) = [f for f in found if f.code == "layer_drifted"]
    assert (drifted.severity, drifted.proposal) == ("warn", "shift:63.2,-88.7")
    assert drifted.reason.values["distance_m"] == pytest.approx(np.hypot(63.2, 88.7), abs=0.2)
    assert accept(folder, "old", [drifted.proposal]) == [drifted.proposal]
    study = spec.read(folder)
    item = load.open_layer(study.layer("old"), study, folder)
    assert max(shapely.distance(shapely.centroid(item.shapes), shapely.centroid(land[::4]))) < 0.1
    told = {f.code: f for f in catalog.check(folder) if str(f.reason.values.get("layer")) == "old"}
    assert "layer_drifted" not in told
    assert told["layer_shifted"].severity == "warn"
