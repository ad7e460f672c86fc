"""Files of every format whose names, columns, layers and ids try to be something else; what is said of them is text."""

import sqlite3
import tomllib
import zipfile

import geopandas as gpd
import openpyxl
import pytest
from typer.testing import CliRunner

import luodi
from layers.outputs.plain import ACTING
from layers.study.run.results import open_results
from tests.cases import base

NAME = "{{7*7}}<b>=$x$[red];%41 ~'\x1b[31m\u202e"
COLUMN = "{{7*7}}<img src=x onerror=window.hit=1>\x1b[2J"
ID = "\x1b[2J\x1b[31mA\x07\u202e"


def said(*words):
    done = CliRunner().invoke(luodi.cli, [*map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert [line for line in done.output.splitlines() if ACTING.search(line)] == []
    return done.output


def twice(crs=base.CRS, **columns):
    """Two parcels of one id, one lying on the other: whatever a check says names the id."""
    square = base.box(0, 0, 100, 100)
    return gpd.GeoDataFrame({"BSM": [ID, ID]} | columns, geometry=[square, square], crs=crs)


def shp_zip(folder):
    twice(**{"名{{7*7}}": ["x", "y"]}).to_file(folder / "a.shp")
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.glob("a.*"):
            if file.suffix != ".zip":
                archive.write(file, f"{NAME}/{NAME}{file.suffix}")
    return path


def gpkg(folder):
    """GDAL writes no layer of such a name; a database takes any."""
    path = folder / "a.gpkg"
    twice(**{COLUMN: ["x", "y"]}).to_file(path, layer="plain", SPATIAL_INDEX="NO")
    name = NAME + '</script>"; DROP TABLE gpkg_contents; --'
    with sqlite3.connect(path) as base_:
        for trigger in [n for (n,) in base_.execute("select name from sqlite_master where type = 'trigger'")]:
            base_.execute(f'drop trigger "{trigger}"')
        quoted = name.replace('"', '""')
        base_.execute(f'alter table plain rename to "{quoted}"')
        for table_ in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_ogr_contents"):
            base_.execute(f"update {table_} set table_name = ?", (name,))
        base_.execute("update gpkg_contents set identifier = ?, description = ?", (name, name))
    return path


def geojson(folder):
    twice("EPSG:4549", **{COLUMN: ["x", "y"]}).to_crs(4326).to_file(folder / "a.geojson")
    return folder / "a.geojson"


def kml(folder):
    path = folder / "a.kml"
    shown = "{{7*7}}&lt;b&gt;\u202e"
    ring = " ".join(f"{x},{y}" for x, y in ((112.1, 28.6), (112.2, 28.6), (112.2, 28.7), (112.1, 28.7), (112.1, 28.6)))
    path.write_text(f"""<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
    <Folder><name>{shown}</name><Placemark><name>{shown}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}
    </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
    <NetworkLink><name>{shown}</name><Link><href>http://x.invalid/{shown}</href></Link></NetworkLink>
    </Folder></Document></kml>""", encoding="utf-8")  # fmt: skip
    return path


def dxf(folder):
    path = folder / "a.dxf"
    points = [(363000, 3176000), (363100, 3176000), (363100, 3176100), (363000, 3176100)]
    body = ["0", "SECTION", "2", "ENTITIES", "0", "LWPOLYLINE", "8", "{{7*7}}\x1b[31m", "90", "4", "70", "1"]
    body += [v for x, y in points for v in ("10", str(x), "20", str(y))] + ["0", "ENDSEC", "0", "EOF"]
    path.write_text("\n".join(body) + "\n", encoding="utf-8")
    return path


def xlsx(folder):
    book = openpyxl.Workbook()
    book.active.title = "{{7+7}}<b>=1 $x$"
    book.active.append(["BSM", "{{7*7}}<b>", "=1+1", "WKT"])
    book.create_sheet("'+1 @SUM")
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def table(folder):
    path = folder / "a.csv"
    path.write_text(f'BSM,"{COLUMN}",X,Y\n"{ID}",=1+1,a{ID},b\n', encoding="utf-8")
    return path


def survey(folder):
    path = folder / "a.txt"
    path.write_text(f"[属性描述]\n坐标系={{{{7*7}}}}<b>\u202e\n[地块坐标]\n4,1.0,{{{{7*7}}}},<b>{NAME[:-6]},面,,,,@\n"
                    "J1,1,3176000,363000\nJ2,1,x<b>,363100\n", encoding="utf-8")  # fmt: skip
    return path


FILES = (shp_zip, gpkg, geojson, kml, dxf, xlsx, table, survey)


def placed(folder, make):
    """Write the file under a name of its kind."""
    (folder / "src").mkdir()
    made = make(folder / "src")
    return made.rename(folder / f"{NAME}{made.suffix}")


@pytest.mark.parametrize("make", FILES, ids=lambda m: m.__name__)
def test_what_is_said_of_a_file_is_text(tmp_path, make):
    assert said("check", placed(tmp_path, make), "--lang", "en")


@pytest.mark.parametrize("make", [pytest.param(m, marks=pytest.mark.long if m is not gpkg else ()) for m in FILES])
def test_what_is_said_of_a_file_for_a_study_is_text(tmp_path, make):
    path, study = placed(tmp_path, make), base.study(tmp_path / "study")
    more = ("--role", "constraint", "--id", "y", "--class", COLUMN, "--lang", "zh")
    told = said("check", path, "--study", study, *more) + said("add", study, path, *more)
    told += said("add", study, path, *more, "--layer", NAME)
    told += said("redline", study, path, "--name", NAME, "--layer", NAME)
    assert r"\x1b[" in told


def test_an_id_with_escapes_from_outside(tmp_path):
    study = tmp_path / "study"
    said("new", study, "--crs", base.CRS)
    given = (base.hostile("terminal_escape_id.geojson"), "--role", "parcels", "--field", "parcel_id=BSM")
    told = said("add", study, *given) + said("check", study) + said("run", study)
    assert r"\x1b[2J\x1b[31mA\x07" in told


def test_a_title_that_is_a_program_is_a_title(tmp_path, monkeypatch):
    title = tomllib.loads(base.hostile("ssti_study.toml").read_text(encoding="utf-8"))["layers"]
    found = next(layer["title"] for layer in title if "{{" in layer.get("title", ""))
    folder = base.study(tmp_path / "study")
    base.farm().to_file(tmp_path / "farm.gpkg")
    said("add", folder, tmp_path / "farm.gpkg", "--role", "constraint", "--id", "farm", "--title", found)
    base.statuses(folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUODI_STUDY", str(folder))
    from tests.views import studies

    page = studies.open_page(base.ROOT / "views" / "main.py", "screen").run()
    assert not page.exception
    assert "lu-trouble" not in "".join(h.proto.body for h in page.get("html") if "<style" not in h.proto.body)
    assert open_results(folder).layer("farm").title == found
    assert list(tmp_path.glob("*PWNED*")) == []
