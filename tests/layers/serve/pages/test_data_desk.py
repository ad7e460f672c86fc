"""The page of data: layers are checked as a run reads them, again when a file is another one, and nothing is held."""

import gc
import os
import weakref
from datetime import date

import geopandas as gpd

from layers.serve.pages import data_desk
from layers.study import inspection, overrides, spec
from layers.study.correction import Correction
from layers.study.load import Home

NOTE = Correction(record="", column="", value="", official="", person="周工", reason="外业核实",
                  document="核字〔2026〕7号", on=date(2026, 11, 30))  # fmt: skip


def found(folder, layer):
    one = next(s for s in data_desk.layers(folder, spec.read(folder), "zh") if s.spec.id == layer)
    assert one.spec.corrected == (), "what is said of a layer is what its settings say"
    return [f.code for f in one.findings]


def test_a_correction_is_among_the_findings_of_its_layer(own_district):
    assert "override_applied" not in found(own_district, "parcels")
    overrides.correct(own_district, "parcels", "p03", {"land_use": "0102"}, NOTE)
    assert "override_applied" in found(own_district, "parcels")
    overrides.undo(own_district, "parcels", "p03", [], "周工", "误记")
    assert "override_applied" not in found(own_district, "parcels")


def test_a_layer_is_checked_again_when_a_side_file_is_another_one(own_district, monkeypatch):
    inputs = own_district / "inputs"
    gpd.read_file(inputs / "farm.geojson").to_file(inputs / "farm.shp")
    settings = own_district / "study.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("farm.geojson", "farm.shp"), encoding="utf-8")
    study = spec.read(own_district)
    checked, real = [], inspection.check_layer
    monkeypatch.setattr(inspection, "check_layer", lambda one, home: checked.append(one.source) or real(one, home))
    data_desk.layers(own_district, study, "zh")
    assert len(checked) == len(study.layers)
    data_desk.layers(own_district, study, "en")
    assert len(checked) == len(study.layers), "nothing moved"
    os.utime(inputs / "farm.dbf", ns=(1, 1))
    data_desk.layers(own_district, study, "zh")
    assert checked[len(study.layers) :] == ["inputs/farm.shp"]


def test_no_ground_is_kept_once_its_layers_are_checked(own_district, monkeypatch):
    homes, real = [], inspection.ground

    def ground(study, folder):
        made = real(study, folder)
        homes.append(weakref.ref(made))
        return made

    monkeypatch.setattr(inspection, "ground", ground)
    data_desk.layers(own_district, spec.read(own_district), "zh")
    gc.collect()
    assert isinstance(real(spec.read(own_district), own_district), Home)
    assert [home() for home in homes] == [None]
