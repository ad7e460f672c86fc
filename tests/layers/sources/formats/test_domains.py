"""Domains of geodatabases are read: the words stand beside the codes, and a code the list does not know is named."""

import ctypes
import sqlite3
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.sources import gate

CODES = {"0101": "水田", "0102": "水浇地", "0103": "旱地"}


def rows():
    shapes = [shapely.box(500_000 + 10 * k, 3_000_000, 500_010 + 10 * k, 3_000_010) for k in range(4)]
    return gpd.GeoDataFrame({"DLBM": ["0101", "0103", "0199", None], "DJ": [1, 2, 2, 1]}, geometry=shapes, crs=4549)


def gdal():
    """Return the library pyogrio brings: it writes domains, and has no Python door to it."""
    [path] = (Path(pyogrio.__file__).parents[1] / "pyogrio.libs").glob("libgdal*")
    found = ctypes.CDLL(str(path))
    for name in ("GDALOpenEx", "OGR_CodedFldDomain_Create", "GDALDatasetGetLayerByName", "OGR_L_GetLayerDefn",
                 "OGR_FD_GetFieldDefn", "OGR_Fld_Create"):  # fmt: skip
        getattr(found, name).restype = ctypes.c_void_p
    return found


class Coded(ctypes.Structure):
    _fields_ = [("code", ctypes.c_char_p), ("value", ctypes.c_char_p)]


def with_domain(path, layer, field, codes, kind):
    """Give a field of a dataset a domain (`kind` 0: whole numbers, 4: texts), as a department's software does."""
    lib, void = gdal(), ctypes.c_void_p
    listed = (Coded * (len(codes) + 1))(*(Coded(c.encode(), w.encode()) for c, w in codes.items()))
    domain = lib.OGR_CodedFldDomain_Create(f"dom_{field}".encode(), b"", kind, 0, listed)
    data = void(lib.GDALOpenEx(str(path).encode(), 0x45, None, None, None))
    lib.GDALDatasetAddFieldDomain.restype = ctypes.c_bool
    assert lib.GDALDatasetAddFieldDomain(data, void(domain), None)
    table = void(lib.GDALDatasetGetLayerByName(data, layer.encode()))
    place = lib.OGR_FD_GetFieldIndex(void(lib.OGR_L_GetLayerDefn(table)), field.encode())
    made = void(lib.OGR_Fld_Create(field.encode(), kind))
    lib.OGR_Fld_SetDomainName(made, f"dom_{field}".encode())
    assert lib.OGR_L_AlterFieldDefn(table, place, made, 0x40) == 0  # ALTER_DOMAIN_FLAG
    lib.GDALClose(data)


@pytest.fixture(params=["gpkg", "gdb"])
def coded(request, tmp_path):
    path = tmp_path / f"dltb.{request.param}"
    driver = {"gpkg": "GPKG", "gdb": "OpenFileGDB"}[request.param]
    pyogrio.write_dataframe(rows(), path, layer="DLTB", driver=driver)
    pyogrio.write_dataframe(rows(), path, layer="OTHER", driver=driver, append=True)
    with_domain(path, "DLTB", "DLBM", CODES, 4)
    return path


def test_words_stand_beside_the_codes(coded, tmp_path):
    found = gate.open_vector(coded, tmp_path / "cache", layer="DLTB")
    assert found.frame["DLBM"].tolist()[:3] == ["0101", "0103", "0199"], "codes stay what they are"
    assert found.frame["DLBM_值"].tolist()[:2] == ["水田", "旱地"]
    assert found.frame["DLBM_值"].isna().tolist() == [False, False, True, True]
    assert list(found.frame).index("DLBM_值") == list(found.frame).index("DLBM") + 1
    told = {f.code: f.reason.values for f in found.findings}
    assert (told["domains_read"]["fields"], told["domains_read"]["count"]) == (["DLBM"], 3)
    assert (told["domain_code_unlisted"]["codes"], told["domain_code_unlisted"]["rows"]) == (["0199"], [3])
    assert len(found.frame) == found.total == 4


def test_a_layer_without_domains_is_as_before(coded, tmp_path):
    found = gate.open_vector(coded, tmp_path / "cache", layer="OTHER")
    assert list(found.frame) == ["DLBM", "DJ"]
    assert not [f for f in found.findings if f.code.startswith("domain")]


def test_figures_are_told_by_their_domain(tmp_path):
    path = tmp_path / "grade.gpkg"
    pyogrio.write_dataframe(rows(), path, layer="DLTB", driver="GPKG")
    with sqlite3.connect(path) as base:
        base.executescript(
            """create table gpkg_data_columns (table_name text, column_name text, name text, title text,
                 description text, mime_type text, constraint_name text);
               create table gpkg_data_column_constraints (constraint_name text, constraint_type text, value text,
                 min numeric, min_is_inclusive boolean, max numeric, max_is_inclusive boolean, description text);
               insert into gpkg_data_columns values ('DLTB', 'DJ', null, null, null, null, 'dj');
               insert into gpkg_data_column_constraints values ('dj', 'enum', '1', null, null, null, null, '一等');
               insert into gpkg_data_column_constraints values ('dj', 'enum', '2', null, null, null, null, null);
               insert into gpkg_data_column_constraints values ('dj', 'range', null, 1, 1, 9, 1, 'x');"""
        )
    found = gate.open_vector(path, tmp_path / "cache")
    assert found.frame["DJ_值"].tolist() == ["一等", "2", "2", "一等"]
    assert pd.api.types.is_string_dtype(found.frame["DJ"]) or found.frame["DJ"].dtype == object
