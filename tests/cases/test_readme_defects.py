"""Defects the READMEs of the shared bundles name are named by the product, with their counts: `luodi check FOLDER`."""

import pytest

from layers.study import audit
from tests.scenes.shared import real

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def told():
    """Return what is said of a bundle: (file, code) to the values of each finding."""
    known = {}

    def of(name):
        if name not in known:
            found = {}
            for f in audit.of_folder(real(name)):
                found.setdefault((f.reason.values["layer"], f.code), []).append(f)
            known[name] = found
        return known[name]

    return of


def columns(found, file, code):
    [one] = found[file, code]
    return set(one.reason.values["columns"])


def test_cambridge(told):
    found = told("cambridge_ma")
    parcels = "ASSESSING_ParcelsFY2014.topojson"
    assert found[parcels, "crs_missing"][0].severity == "block"
    repaired = [f for code in ("geometry_repaired", "geometry_repaired_much") for f in found.get((parcels, code), ())]
    assert len(repaired) == 37
    [overlap] = found[parcels, "shapes_overlap"]
    assert 90 <= overlap.reason.values["count"] <= 105
    assert overlap.reason.values["area_m2"] / 1e4 == pytest.approx(0.63, abs=0.07)
    assert "ML (80 + 1)" in columns(found, parcels, "columns_nearly")
    [join] = [f.reason.values for f in found[parcels, "folder_join"] if f.reason.values["field"] == "ML"]
    assert (join["rows"], join["other"]) == (133, "TaxFY14.csv")
    assert join["several"] > 2000, "several rows of one lot: condominiums"
    [area] = [f.reason.values for f in found[parcels, "folder_join_area"]]
    assert (area["field"], area["unit"]) == ("LandArea", "ft²")
    assert area["count"] == pytest.approx(237, abs=3)
    assert {"LandArea 14497", "TotalAppraisedParcelValue 1503"} <= columns(found, "TaxFY14.csv", "columns_zero")
    assert "GrossArea 345" in columns(found, "TaxFY14.csv", "columns_blank")
    [zones] = [f.reason.values for f in found["CDD_ZoningDistricts.geojson", "folder_join"]]
    assert set(zones["values"]) == {"MAS-6", "MAS-12", "MAS-12A", "MAS-18", "CAM-6", "CAM-10", "CAM-12"}
    assert found["INFRA_Drainage.geojson", "shapes_repeat"][0].reason.values["count"] == 81
    for year in ("FEMA_FloodPlains100Year.geojson", "FEMA_FloodPlains500Year.geojson"):
        fields = {c.split(" ")[0] for c in columns(found, year, "columns_sentinel")}
        assert {"static_bfe", "depth", "velocity"} <= fields
    [flood] = [f.reason.values for f in found["FEMA_FloodPlains100Year.geojson", "folder_shapes_shared"]]
    assert (flood["count"], round(flood["area_m2"] / 1e4)) == (21, 179)
    [years] = [f.reason.values for f in found["", "folder_years"]]
    assert any("2014" in line for line in years["files"])
    assert years["without"] > 10


def test_aachen(told):
    found = told("aachen_de")
    [classes] = found["clc-aachen_clipped.tif", "raster_unnamed"]
    assert classes.reason.values["count"] == 24
    [systems] = found["", "folder_systems"]
    assert systems.reason.values["count"] == 3
    [heights] = found["elevation.tif", "raster_values"]
    assert (heights.reason.values["below"], round(heights.reason.values["low"], 1)) == (666, -53.5)
    assert found["", "folder_grids"]
    [overlap] = found["Natura2000_aachenClipped.shp", "shapes_overlap"]
    assert overlap.reason.values["area_m2"] / 1e4 == pytest.approx(22_839 - 18_938, abs=5)
    assert "maxspeed 6986" in columns(found, "aachenRoads.shp", "columns_blank")


def test_chinese_samples(told):
    found = told("cn_samples")
    records = "landchina_2018-12_records_gbk.json"
    assert {"time4commencement_reality = –", "time4completion_reality = –"} <= columns(found, records, "columns_alike")
    assert {"price 22", "time4commencement_plan 27"} <= columns(found, records, "columns_blank")
    assert columns(found, records, "columns_zero") == {"price 30"}
    assert columns(found, records, "columns_reversed") == {"plot_ratio_maximum < plot_ratio_minimum 1"}
    counties = "chinese_encoding.shp"
    assert found[counties, "crs_missing"][0].severity == "block"
    assert found[counties, "shapes_overlap"][0].reason.values["count"] == pytest.approx(189, abs=5)
    assert "PRO_NAME = 安徽" in columns(found, counties, "columns_alike"), "read as GBK, as its language byte says"
    for raster in ("ywzdem30m.tif", "ywzlanduse30m_upd.tif", "ywzsoil30m.tif"):
        assert found[raster, "datum_shift_unknown"][0].severity == "block"
    assert found["outlet_beijing1954.shp", "datum_shift_unknown"]
    [use] = found["ywzlanduse30m_upd.tif", "raster_values"]
    assert use.reason.values["share"] == pytest.approx(0.31, abs=0.01)
    assert found["ywzlanduse30m_upd.tif", "raster_unnamed"][0].reason.values["values"][:2] == ["4", "6"]
    assert found["", "folder_grids"]
