"""Three worlds of one study: a layer nobody has, the same layer empty, the same layer everywhere."""

import geopandas as gpd

from tests import district

WORLDS = ("missing", "empty", "full")


def without(text, layer):
    """Return study.toml without a layer."""
    head, *parts = text.split("[[layers]]")
    return head + "".join("[[layers]]" + part for part in parts if f'id = "{layer}"' not in part)


def world(folder, layer, source, kind):
    """Leave a layer out of a written study, or make it empty or everywhere."""
    path = folder / "study.toml"
    if kind == "missing":
        path.write_text(without(path.read_text(encoding="utf-8"), layer), encoding="utf-8")
        return folder
    file = folder / "inputs" / source
    shape = district.box(-900, -900, 5_000, 5_000) if kind == "full" else district.box(2_000, 2_000, 2_001, 2_001)
    columns = {"kind": ["deep"], "USE": ["100102"], "LOW": [1.0], "HIGH": [2.0], "TALL": [0]}
    frame = gpd.GeoDataFrame(columns, geometry=[shape], crs=district.CRS)
    file.unlink()
    (frame.to_crs(4326) if source.endswith("geojson") else frame).to_file(file)
    return folder
