"""A proposal of a check is accepted by name: the decision stands in the settings, and nothing else may be accepted."""

import geopandas as gpd
import pytest

from geo.basis.errors import CallError
from layers.outputs import findings_list, lists
from layers.study import catalog, spec
from layers.study.accept import accept
from layers.text import LANGUAGES
from tests.cases import base


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
