"""What a command leaves out is asked for by the name of its option and of the file, not by a line of study.toml."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from typer.testing import CliRunner

import luodi
from tests.cases import base


@pytest.fixture
def raster(tmp_path):
    place = from_origin(base.X0, base.Y0 + 500, 10, 10)
    with rasterio.open(tmp_path / "d.tif", "w", driver="GTiff", width=50, height=50, count=1, dtype="float32",
                       crs=base.CRS, transform=place) as out:  # fmt: skip
        out.write(np.random.default_rng(1).uniform(10, 60, (1, 50, 50)).astype("float32"))
    return tmp_path / "d.tif"


@pytest.mark.grid
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("kind", "option"),
    [("dem", "--vertical-unit m"), ("slope", "--vertical-unit pct"), ("imagery", "--band red=1"), ("", "--kind dem")],
)
@pytest.mark.parametrize("command", ["check", "add"])
def test_the_option_is_named(tmp_path, raster, language, kind, option, command):
    study = str(base.study(tmp_path / "study"))
    head = ["check", str(raster), "--study", study] if command == "check" else ["add", study, str(raster)]
    given = [*head, "--role", "raster", *(["--kind", kind] if kind else []), "--lang", language]
    said = CliRunner().invoke(luodi.cli, given)
    assert said.exit_code == 1
    assert option in said.output
    assert "d.tif" in said.output
    assert "study.toml" not in said.output


def test_a_large_drawing_is_searched_to_its_end(tmp_path):
    from layers.sources import gate

    path = tmp_path / "big.dxf"
    with path.open("w", encoding="ascii") as out:
        out.write("0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\nA\n90\n4\n70\n1\n")
        out.write("".join(f"10\n{x}\n20\n{y}\n" for x, y in ((0, 0), (9, 0), (9, 9), (0, 9))))
        out.write("999\nx\n" * 5_000_100)
        out.write("0\nREGION\n8\nA\n0\nENDSEC\n0\nEOF\n")
    found = {f.code for f in gate.open_vector(path, tmp_path / ".cache", crs=base.CRS).findings}
    assert "dxf_unread" in found
