"""Files as departments send them, the same bytes on every run.

Time stamps inside files are set to the study's day: GDAL takes it from a setting for
GeoPackage and shapefile, archives get it here.
"""

from __future__ import annotations

import io
import tempfile
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from county.settings import part

STAMP = "2026-11-23T00:00:00.000Z"
ZIPPED = (2026, 11, 23, 0, 0, 0)
WORKING = ("kind", "use", "state", "park", "block", "planted", "name", "area", "slope")


@contextmanager
def _stamped() -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _plain(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table.drop(columns=[c for c in WORKING if c in table])


def geopackage(path: Path, tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write tables as layers of one GeoPackage."""
    path.unlink(missing_ok=True)
    with _stamped():
        for name, table in tables.items():
            pyogrio.write_dataframe(
                _plain(table), path, layer=name, driver="GPKG", append=path.exists(),
                layer_options={"IDENTIFIER": name, "DESCRIPTION": "演示数据（合成）"},
            )  # fmt: skip


def geodatabase(path: Path, tables: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Write tables as layers of one file geodatabase (a folder)."""
    with _stamped():
        for name, table in tables.items():
            pyogrio.write_dataframe(_plain(table), path, layer=name, driver="OpenFileGDB", append=path.exists())
    _settle_identities(path)


def _settle_identities(path: Path) -> None:
    """Replace the random identities in a geodatabase's catalogue by ones made from its name and their order."""
    swaps: dict[bytes, bytes] = {}
    for catalogue in ("GDB_Items", "GDB_ItemRelationships"):
        found = pyogrio.read_dataframe(path, layer=catalogue, LIST_ALL_TABLES="YES", read_geometry=False)
        for k, text in enumerate(found["UUID"]):
            settled = uuid.uuid5(uuid.NAMESPACE_URL, f"{path.name}/{catalogue}/{k}")
            swaps[uuid.UUID(text).bytes_le] = settled.bytes_le
    for file in path.glob("*.gdbtable"):
        content = file.read_bytes()
        for old, new in swaps.items():
            content = content.replace(old, new)
        file.write_bytes(content)


def shapefile(path: Path, name: str, table: gpd.GeoDataFrame, code_page: bool = True) -> None:
    """Write a zipped shapefile with GBK text; without `code_page` it lacks its .cpg, as so often."""
    with tempfile.TemporaryDirectory() as folder, _stamped():
        pyogrio.write_dataframe(
            _plain(table), Path(folder) / f"{name}.shp", driver="ESRI Shapefile", encoding="GBK",
            layer_options={"DBF_DATE_LAST_UPDATE": STAMP[:10]},
        )  # fmt: skip
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).iterdir()):
                if file.suffix != ".cpg" or code_page:
                    archive.writestr(zipfile.ZipInfo(file.name, ZIPPED), file.read_bytes(), zipfile.ZIP_DEFLATED)


def geojson(path: Path, table: gpd.GeoDataFrame) -> None:
    """Write GeoJSON in longitude and latitude, nine decimals (a tenth of a millimetre)."""
    pyogrio.write_dataframe(
        _plain(table).to_crs("EPSG:4490"), path, driver="GeoJSON",
        layer_options={"COORDINATE_PRECISION": 9, "RFC7946": "NO"},
    )  # fmt: skip


def csv(path: Path, table: pd.DataFrame, encoding: str = "utf-8-sig") -> None:
    """Write a table as CSV with Windows line ends."""
    path.write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode(encoding))


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], title: str) -> None:
    """Write rows of cells as a workbook; its title says that the data are synthetic."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    stamp = part("county")["county"]["as_of"]
    book.set_properties({"title": f"{title}（演示数据，合成）", "created": pd.Timestamp(stamp).to_pydatetime()})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for k, row in enumerate(rows):
            sheet.write_row(k, 0, list(row))
    book.close()
    path.write_bytes(_restamped(buffer.getvalue()))


def _restamped(archive: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, ZIPPED), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def survey_text(path: Path, plots: Sequence[tuple[str, str, shapely.Polygon]], zone: int | None = None) -> None:
    """Write plots (id, name, polygon) as a 报盘 TXT in GBK: X is north, Y is east.

    With `zone` the eastings carry the zone number in front (8 digits).
    """
    shift = 0.0 if zone is None else zone * 1_000_000.0
    lines = [
        "[属性描述]", "格式版本号=1.01版本", "数据产生单位=演示县自然资源局（合成数据）", "数据产生日期=2026-11-23",
        "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米",
        f"带号={40 if zone is None else zone}", "精度=0.001", "转换参数=0,0,0,0,0,0,0", "[地块坐标]",
    ]  # fmt: skip
    for plot_id, name, shape in plots:
        rings = [shape.exterior, *shape.interiors]
        count = sum(len(r.coords) - 1 for r in rings)
        lines.append(f"{count},{shape.area / 10_000:.4f},{plot_id},{name},面,,工业用地,,@")
        first = 1
        for number, ring in enumerate(rings, 1):
            points = list(ring.coords)
            names = [f"J{first + k}" for k in range(len(points) - 1)] + [f"J{first}"]
            first += len(points) - 1
            lines += [f"{j},{number},{y:.3f},{x + shift:.3f}" for j, (x, y) in zip(names, points, strict=True)]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gbk"))
