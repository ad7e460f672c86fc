"""A delivery as departments send it: every layer is recognised by name and fields, or asked about, never invented."""

import json
import subprocess
import sys
from pathlib import Path

import pyogrio
import pytest
import shapely

from geo.basis.errors import CallError
from layers.library import kinds
from layers.study import catalog, delivery, spec
from layers.study.delivery import DeliveredTable, proposed
from layers.text import LANGUAGES
from layers.words import delivery as words
from tests.layers.sources import make

ROOT = Path(__file__).resolve().parents[3]
DLTB = {
    "YSDM": ["2001010100"] * 3, "TBBH": ["1", "2", "3"], "DLBM": ["0101", "0301", "0601"],
    "DLMC": ["水田", "乔木林地", "工业用地"], "QSXZ": ["30", "30", "20"], "QSDWMC": ["甲村"] * 3,
    "TBMJ": [10000.0, 10000.0, 10000.0], "KCXS": [0.0, 0.0, 0.0], "TBDLMJ": [10000.0] * 3,
}  # fmt: skip
LINE = {"XJXZQDM": ["331100"] * 3, "LHLX": ["水源涵养"] * 3, "LHDM": ["1"] * 3, "MJ": [1.0] * 3}
FARM = {"YJJBNTTBBH": ["1", "2", "3"], "YJJBNTTBMJ": [1.0] * 3, "BHKSSJ": ["2022"] * 3, "DLBM": ["0101"] * 3}
TOWN = {"GHFQDM": ["110"] * 3, "GHFQMC": ["集中建设区"] * 3, "XZQDM": ["331100"] * 3, "MJ": [1.0] * 3}


def sent(folder: Path) -> Path:
    """Write a delivery: nested folders, archives with Chinese names, a geodatabase, decoys."""
    survey, plan, rest = (folder / n for n in ("01 国土变更调查", "02 三区三线", "03 其他"))
    for place in (survey, plan, rest):
        place.mkdir(parents=True)
    make.shapefile(survey, make.squares(**DLTB), "DLTB2025", encoding="GBK")
    aside = folder.parent / "aside"
    aside.mkdir()
    parts = make.shapefile(aside, make.squares(**LINE), "x", encoding="GBK").with_suffix("")
    make.gbk_zip(plan / "生态保护红线.zip", "生态线", sorted(aside.glob(f"{parts.name}.*")))
    pyogrio.write_dataframe(make.squares(**FARM), plan / "规划.gdb", layer="YJJBNTTB", driver="OpenFileGDB")
    pyogrio.write_dataframe(make.squares(**TOWN), plan / "规划.gdb", layer="CZKFBJ", driver="OpenFileGDB", append=True)
    make.gpkg(rest, make.squares(REMARK=["a", "b", "c"]), "图层1", "成果.gpkg")
    make.shapefile(rest, make.squares(NOTE=["a", "b", "c"]), "STBHHX_old")
    make.geojson(rest, *[shapely.geometry.mapping(s) for s in make.squares(2).to_crs(4326).geometry], name="DL.geojson")
    (rest / "总图.dwg").write_bytes(b"AC1032" + bytes(64))
    (rest / "说明.docx").write_bytes(b"PK")
    (rest / ".hidden").mkdir()
    (rest / ".hidden" / "secret.geojson").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs=make.GK)
    return folder


@pytest.fixture
def found(study, tmp_path):
    return delivery.delivery(study, [sent(tmp_path / "交付")])


def by_name(found):
    return {(p.table.file.name, p.table.layer): p for p in found.proposals}


def test_layers_are_known_by_name_and_fields(found):
    got = {name: (p.kind.code if p.kind else None, p.how) for name, p in by_name(found).items()}
    assert got == {
        ("DLTB2025.shp", ""): ("parcels", "name_and_fields"),
        ("生态保护红线.zip", ""): ("ecological_redline", "name_and_fields"),
        ("规划.gdb", "YJJBNTTB"): ("basic_farmland", "name_and_fields"),
        ("规划.gdb", "CZKFBJ"): ("development_boundary", "name_and_fields"),
        ("成果.gpkg", ""): (None, "nothing"),
        ("STBHHX_old.shp", ""): ("ecological_redline", "name"),
        ("DL.geojson", ""): ("roads", "name"),
    }
    parcels = by_name(found)["DLTB2025.shp", ""]
    assert parcels.entry()["fields"] == {"parcel_id": "BSM", "land_use": "DLBM", "tenure": "QSXZ"}
    assert parcels.entry()["land_use_scheme"] == "三调"
    assert by_name(found)["规划.gdb", "CZKFBJ"].entry()["class"] == "GHFQDM"
    assert by_name(found)["规划.gdb", "YJJBNTTB"].judged_by


def test_what_takes_no_part_is_listed_with_its_reason(found):
    assert {(path.name, why.code) for path, why in found.left} == {
        ("总图.dwg", "delivery_dwg"), ("说明.docx", "delivery_no_data"),
    }  # fmt: skip


def test_only_what_name_and_fields_agree_on_is_taken_with_all(study, found):
    made = delivery.take(study, delivery.chosen(found, "all"))
    assert sorted(t.id for t in made) == ["basic_farmland", "development_boundary", "ecological_redline", "parcels"]
    settings = spec.read(study)
    assert {s.id: s.role for s in settings.layers} == {
        "parcels": "parcels", "basic_farmland": "constraint", "development_boundary": "constraint",
        "ecological_redline": "constraint",
    }  # fmt: skip
    assert settings.layer("basic_farmland").coverage == "unknown", "what a layer's silence proves is for people to say"


def test_one_that_blocks_hinders_no_other(study, found):
    again = delivery.take(study, [*delivery.chosen(found, "all"), *delivery.chosen(found, "all")])
    assert [bool(t.refused) for t in again] == [False] * 4 + [True] * 4
    assert {r.code for t in again[4:] for r in t.refused} == {"layer_id_taken"}
    unknown = next(p for p in found.proposals if p.kind is None)
    assert delivery.take(study, [unknown])[0].refused[0].code == "delivery_not_recognised"


@pytest.mark.parametrize("words_", ["0", "8", "x", "", "1,9"])
def test_a_number_that_is_not_in_the_table_is_refused(found, words_):
    with pytest.raises(CallError) as refused:
        delivery.chosen(found, words_)
    assert refused.value.reasons[0].code == "delivery_number_unknown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_says_what_judges_a_layer_and_how_to_take_it(study, found, language):
    text = "\n".join(words.lines(found, study, language))
    assert "DLTB2025.shp" in text
    assert "--role parcels --id parcels --scheme '三调' --field parcel_id=BSM" in text
    assert "总图.dwg" in text
    assert "[" not in text


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("dltb", ("bsm", "dlbm", "tbbh", "qsxz"), "parcels"),  # letters of another case
        ("331102DLTB2024", ("BSM", "DLBM", "TBBH"), "parcels"),  # a division's code before, a year behind
        ("永久基本农田", ("YJJBNTTBBH", "DLBM"), "basic_farmland"),
        ("layer", ("YJJBNTTBBH", "YJJBNTTBMJ", "YJJBNTMJ", "BHKSSJ", "WDGD", "JBNTTBBH", "JBNTLX", "PDJB"),
         "basic_farmland"),  # fields alone, enough of them
        ("layer", ("BSM", "MJ"), None),  # what every layer has proves nothing
        ("road_dl_tl", (), None),  # two kinds are called
    ],
)  # fmt: skip
def test_other_spellings(name, columns, expected):
    made = proposed(DeliveredTable(Path(f"{name}.shp"), "", columns, 1, "polygon"), ())
    assert (made.kind.code if made.kind else None) == expected


def test_a_new_standard_layer_is_one_block_of_data():
    for kind in kinds.kinds().codes:
        made = proposed(DeliveredTable(Path(f"{kind.code}.shp"), "", kind.fields, 1, "polygon"), ())
        assert made.kind == kind
        assert made.how == ("name_and_fields" if kind.fields else "name")


def test_by_commands(study, tmp_path):
    folder = sent(tmp_path / "delivered")

    def called(*more):
        call = [sys.executable, str(ROOT / "luodi.py"), "add", str(study), str(folder), "--json", "--lang", "en", *more]
        done = subprocess.run(call, capture_output=True, text=True, encoding="utf-8", check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    code, events = called()
    assert code == 0
    assert len(next(e for e in events if e["event"] == "result")["proposals"]) == 7
    assert spec.read(study).layers == ()
    code, events = called("--take", "all")
    assert code == 0
    assert len(next(e for e in events if e["event"] == "result")["taken"]) == 4
    code, events = called("--take", "all")
    assert code != 0
    assert {e["reason"]["code"] for e in events if e["event"] == "error"} == {"layer_id_taken"}
