"""A coordinate system without a name is called by what it is: never "The data is in unknown"."""

import geopandas as gpd
import pyproj
import pytest
import shapely

from layers.sources.checks.crs_name import titled
from layers.study import catalog
from layers.text import sentence
from tests.cases import base

XIAN = (
    'PROJCS["{name}",GEOGCS["{geo}",DATUM["{datum}",SPHEROID["Xian_1980",6378140,298.257]],PRIMEM["Greenwich",0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],'
    'PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",120],PARAMETER["Scale_Factor",1],'
    'PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
)


@pytest.mark.grid
@pytest.mark.parametrize("name", ["unknown", "unnamed", "Unknown based on Xian_1980", "custom"])
@pytest.mark.parametrize("kind", ["shp", "gpkg"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_of_a_nameless_system_is_named_by_datum_and_meridian(tmp_path, name, kind, language):
    study = base.study(tmp_path / "study")
    text = XIAN.format(name=name, geo="unknown", datum="Xian_1980")
    frame = gpd.GeoDataFrame({"MC": ["甲"]}, geometry=[shapely.box(360_000, 3_176_000, 361_000, 3_177_000)], crs=text)
    frame.to_file(tmp_path / f"f.{kind}", encoding="utf-8")
    found = catalog.checked(study, tmp_path / f"f.{kind}", {"role": "constraint", "id": "farm"})
    said = [sentence(f.reason, language) for f in found]
    (datum,) = [s for f, s in zip(found, said, strict=True) if f.code == "datum_shift_unknown"]
    assert "Xian" in datum
    assert "120" in datum
    assert not [s for s in said if "unknown" in s.lower().replace("crs:unknown", "")]


def test_an_old_datum_is_known_by_its_own_name_without_a_study(tmp_path):
    text = XIAN.format(name="unknown", geo="unknown", datum="Xian_1980")
    frame = gpd.GeoDataFrame({"MC": ["甲"]}, geometry=[shapely.box(360_000, 3_176_000, 361_000, 3_177_000)], crs=text)
    frame.to_file(tmp_path / "f.gpkg")
    assert "datum_shift_unknown" in base.codes(catalog.check(tmp_path / "f.gpkg"))


@pytest.mark.parametrize(
    ("system", "holds"),
    [("EPSG:4549", "CGCS2000 / 3-degree Gauss-Kruger CM 120E"), ("+proj=tmerc +lon_0=117 +datum=WGS84", "117°"),
     ("+proj=longlat +a=6378140 +rf=298.257", "6378140"),
     ("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80", "Albers")],
)  # fmt: skip
def test_every_system_has_words(system, holds):
    said = titled(pyproj.CRS.from_user_input(system))
    assert holds in said
    assert "unknown" not in said.lower()
