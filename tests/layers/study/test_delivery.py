"""A delivery as departments send it: every layer is recognised by name and fields, or asked about, never invented."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

import luodi
from geo.basis.errors import CallError
from layers.library import kinds
from layers.sources import gate
from layers.study import catalog, delivery, packs, role_fields, spec
from layers.study.proposal import DeliveredTable
from layers.study.recognition import RECORDS, proposed
from layers.text import LANGUAGES
from layers.words import delivery as words
from tests import counties
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


def test_a_zip_in_a_zip_gives_its_layers(tmp_path, study):
    """Townships' zips in an office's zip: every layer is a line, those of one name are told apart, and one is taken."""
    aside, folder = tmp_path / "aside", tmp_path / "delivery"
    aside.mkdir()
    folder.mkdir()
    one = make.shapefile(aside, make.squares(**DLTB), "x", encoding="GBK").with_suffix("")
    inner = make.gbk_zip(aside / "甲镇.zip", "地类图斑", sorted(aside.glob(f"{one.name}.*")))
    make.zipped(folder / "外.zip", {"二季度/甲镇.zip": inner.read_bytes()})
    make.zipped(folder / "各镇.zip", {f"{n}.zip": inner.read_bytes() for n in ("甲镇", "乙镇")})
    found = delivery.delivery(study, [folder])
    assert found.left == ()
    whole = [p for p in found.proposals if p.how != "part"]
    assert [p.kind.code for p in whole] == ["parcels"] * 3
    titles = sorted(p.table.title for p in whole)
    assert [t.split("地类图斑")[0] for t in titles] == ["各镇.zip · 乙镇/", "各镇.zip · 甲镇/", "外.zip"]
    assert all(p.how == "name_and_fields" and p.again for p in whole)
    for one in whole:
        assert gate.open_vector(one.table.file, tmp_path / "cache", layer=one.table.layer).total == 3
    (taken,) = delivery.take(study, whole[:1])
    assert (taken.id, taken.refused) == ("parcels", ())


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs=make.GK)
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sent")
    catalog.new(folder / "study", crs=make.GK)
    return delivery.delivery(folder / "study", [sent(folder / "交付")])


def by_name(found):
    return {(p.table.file.name, p.table.layer): p for p in found.proposals if p.how != "part"}


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
    assert parcels.entry()["fields"] == {
        "parcel_id": "BSM", "land_use": "DLBM", "tenure": "QSXZ", "legal_m2": "TBMJ",
    }  # fmt: skip
    assert parcels.entry()["land_use_scheme"] == "三调"
    assert by_name(found)["规划.gdb", "CZKFBJ"].entry()["class"] == "GHFQDM"
    assert by_name(found)["规划.gdb", "YJJBNTTB"].judged_by


def test_what_takes_no_part_is_listed_with_its_reason(found):
    assert {(path.name, why.code) for path, why in found.left} == {
        ("总图.dwg", "delivery_dwg"), ("说明.docx", "delivery_no_data"),
    }  # fmt: skip


def test_only_what_name_and_fields_agree_on_is_taken_with_all(study, found):
    made = delivery.take(study, delivery.chosen(found, "all"))
    parts = ["agricultural_land", "collective_land", "construction_land", "cultivated_land", "forest_land"]
    whole = ["basic_farmland", "development_boundary", "ecological_redline"]
    assert sorted(t.id for t in made) == sorted([*parts, *whole, "parcels"])
    settings = spec.read(study)
    assert {s.id: s.role for s in settings.layers} == {"parcels": "parcels"} | dict.fromkeys(
        [*parts, *whole], "constraint"
    )
    assert settings.layer("forest_land").where == "DLBM = '0301'"
    assert settings.layer("basic_farmland").coverage == "unknown", "what a layer's silence proves is for people to say"


def test_one_that_blocks_hinders_no_other(study, found):
    again = delivery.take(study, [*delivery.chosen(found, "all"), *delivery.chosen(found, "all")])
    assert [bool(t.refused) for t in again] == [False] * 9 + [True] * 9
    assert {r.code for t in again[9:] for r in t.refused} == {"layer_id_taken"}
    unknown = next(p for p in found.proposals if p.kind is None)
    assert delivery.take(study, [unknown])[0].refused[0].code == "delivery_not_recognised"


@pytest.mark.parametrize("words_", ["0", "13", "x", "", "1,14"])
def test_a_number_that_is_not_in_the_table_is_refused(found, words_):
    with pytest.raises(CallError) as refused:
        delivery.chosen(found, words_)
    assert refused.value.reasons[0].code == "delivery_number_unknown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_says_what_judges_a_layer_and_how_to_take_it(study, found, language):
    text = "\n".join(words.lines(found, study, language))
    assert "DLTB2025.shp" in text
    assert "--role network --id roads" in text, "what is not sure is to be looked at, and its call stands there"
    parcels = next(p for p in found.proposals if p.kind and p.kind.code == "parcels")
    assert "--role parcels --id parcels --scheme '三调' --field parcel_id=BSM" in parcels.call(study)
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
    made = proposed(DeliveredTable(Path(f"{name}.shp"), "", columns, 1, "polygon"), ())[0]
    assert (made.kind.code if made.kind else None) == expected


def test_a_new_standard_layer_is_one_block_of_data():
    """Every kind is known by its own name with its own fields; a raster by its name and values."""
    for kind in kinds.kinds().codes:
        shape = "raster" if kind.role == "raster" else "polygon"
        columns = kind.fields or role_fields.names(kind.role) if kind.role in RECORDS else kind.fields
        table = DeliveredTable(Path(f"{kind.code}.shp"), "", columns, 1, shape, shows=(kind.raster,))
        made = proposed(table, ())[0]
        assert made.kind == kind
        known = kind.fields or kind.raster or columns
        assert made.how == ("name_and_fields" if known else "name")


REGISTERS = {
    "supply": ("行政区", "电子监管号", "项目名称", "面积(公顷)", "成交价格(万元", "土地使用权人", "约定交地时间",
               "约定开工时间", "约定竣工时间", "实际开工时间", "实际竣工时间", "批准单位", "合同签定日期"),
    "project": ("序号", "项目名称", "总投资（亿元）", "用地面积（亩）", "行业代码", "建设内容", "责任单位"),
    "signal": ("企业编号", "月份", "用电量（kWh）", "用水量（m³）", "参保人数（人）"),
    "zone": ("园区编码", "已建成城镇建设用地（公顷）", "不可建设（公顷）", "闲置（公顷）", "总建筑面积（㎡）"),
    "enterprise": ("企业编号", "企业名称", "行业代码", "园区代码", "登记状态"),
    "building": ("房屋编号", "房屋名称", "层数", "基底面积", "建筑面积", "空置面积"),
    "facility": ("设施编号", "设施名称", "资源类型", "能力上限", "已用量", "服务园区", "投运日期"),
}  # fmt: skip


@pytest.mark.parametrize("role", REGISTERS)
def test_a_register_is_known_by_its_columns_alone(role):
    made = proposed(DeliveredTable(Path("Sheet1.xlsx"), "", REGISTERS[role], 5, "table"), ())[0]
    assert (made.kind.role, made.how, made.sure) == (role, "fields", False)


def test_a_register_without_a_column_it_needs_is_offered_as_needing_it(tmp_path):
    named = Path("变电站.xlsx")
    whole = proposed(DeliveredTable(named, "", REGISTERS["facility"], 5, "table"), ())[0]
    assert (whole.kind.role, whole.sure, whole.asks) == ("facility", True, ())
    columns = tuple(c for c in REGISTERS["facility"] if c != "资源类型")
    one = proposed(DeliveredTable(named, "", columns, 5, "table"), ())[0]
    assert (one.kind.role, one.sure, one.asks) == ("facility", False, ("--field resource=…",))
    assert one.call(tmp_path).endswith(" --field resource=…")
    assert (
        "--field month=…"
        in proposed(
            DeliveredTable(
                Path("用电.xlsx"),
                "",
                ("企业编号", "用电量（kWh）", "用水量（m³）", "参保人数（人）", "税收"),
                5,
                "table",
            ),
            (),
        )[0].asks
    )


@pytest.mark.parametrize(
    "columns", [("FCODE", "NAME", "OSCODE", "RCODE"), ("Location", "UseCode", "LandArea", "TotalAppraisedLandValue")]
)
def test_a_table_of_names_and_codes_is_no_project_list(columns):
    assert proposed(DeliveredTable(Path("Sheet1.csv"), "", columns, 5, "table"), ())[0].kind is None


def test_a_heading_in_another_unit_is_the_field_only_where_its_cells_are_read_as_numbers():
    assert role_fields.meant("supply", ["电子监管号", "供应面积（公顷）", "出让价款（万元）"]).keys() >= {
        "area_ha",
        "price_wan",
    }
    assert role_fields.meant("supply", ["电子监管号", "供应面积（亩）", "出让价款（元）", "总投资（亩）"]) == {
        "id": "电子监管号", "area_ha": "供应面积（亩）", "price_wan": "出让价款（元）",
    }  # fmt: skip
    assert role_fields.meant("signal", ["用电量（万kWh）"]) == {"power_kwh": "用电量（万kWh）"}
    assert role_fields.meant("zone", ["未建成（亩）"]) == {}
    fields, told = role_fields.named("zone", {}, ["园区代码", "未建成（亩）"])
    assert (fields, [f.code for f in told]) == ({"park_id": "园区代码"}, ["fields_taken", "fields_other_unit"])


def test_headings_of_two_rows_are_fields():
    """Merged headings are joined by a stroke; a register under them lost all its days and nobody was told."""
    two = [
        "电子监管号",
        "项目情况/用地单位",
        "供应面积/（公顷）",
        "时间/合同签订日期",
        "约定/开工时间",
        "实际/开工时间",
    ]
    assert role_fields.meant("supply", two) == {
        "id": "电子监管号", "holder": "项目情况/用地单位", "area_ha": "供应面积/（公顷）",
        "contract": "时间/合同签订日期", "start_by": "约定/开工时间", "started": "实际/开工时间",
    }  # fmt: skip
    assert role_fields.meant("supply", ["电子监管号", "规划/面积", "实测/面积"]) == {"id": "电子监管号"}, "two say it"
    assert role_fields.meant("supply", ["电子监管号", "供应面积/（亩）"])["area_ha"] == "供应面积/（亩）"
    three = ["编号", "土地/情况/供应面积（亩）", "时间/合同/签订日期", "时间/动工/约定开工时间"]
    assert role_fields.meant("supply", three) == {
        "id": "编号", "area_ha": three[1], "contract": three[2], "start_by": three[3],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("衢江区永久基本农田储备区2023", "polygon", "farmland_reserve"),  # the longer name wins over the shorter in it
        ("江山市永久基本农田保护图斑", "polygon", "basic_farmland"),
        ("FEMA_FloodPlains100Year", "polygon", "flood_zone"),
        ("HYDRO_Wetlands", "polygon", "wetland_other"),
        ("TRANS_MajorRoads", "line", "roads"),
        ("ASSESSING_ParcelsFY2014", "polygon", "parcels"),
        ("开发区道路", "line", None),  # two kinds are called
        ("数字高程DEM_30m", "raster", "dem"),
        ("dem_slope", "raster", None),
    ],
)
def test_names_in_the_wild(name, shape, expected):
    made = proposed(DeliveredTable(Path(f"{name}.x"), "", (), 1, shape), ())[0]
    assert (made.kind.code if made.kind else None) == expected
    assert not made.sure, "a name alone is never taken by itself"


def test_ground_without_shapes_is_not_taken():
    made = proposed(DeliveredTable(Path("DLTB.dbf"), "", ("BSM", "DLBM", "TBBH"), 1, "table"), ())[0]
    assert (made.kind.code, made.fits, made.sure) == ("parcels", False, False)


def test_a_file_of_several_kinds_gives_one_line_for_each(study):
    rules = packs.effective_rules(spec.read(study), study)
    table = DeliveredTable(Path("饮用水水源保护区.shp"), "", ("BHQJB",), 3, "polygon", {"BHQJB": ("一级", "准保护区")})
    assert [(p.kind.code, p.where) for p in proposed(table, rules)] == [
        ("water_source_1", "BHQJB = '一级'"), ("water_source_quasi", "BHQJB = '准保护区'"),
    ]  # fmt: skip
    land = DeliveredTable(Path("DLTB.shp"), "", ("BSM", "DLBM", "TBBH", "QSXZ"), 3, "polygon",
                          {"DLBM": ("0101", "0301", "0601"), "QSXZ": ("20", "30")})  # fmt: skip
    where = {p.kind.code: p.where for p in proposed(land, rules)[1:]}
    assert where["cultivated_land"] == "DLBM = '0101'"
    assert where["forest_land"] == "DLBM = '0301'"
    assert where["construction_land"] == "DLBM = '0601'"
    assert where["agricultural_land"] == "DLBM in ('0101', '0301')"
    assert where["collective_land"] == "QSXZ = '30'"


@pytest.mark.long
def test_the_county_moves_in(tmp_path):
    """The inputs of the demonstration county as they lie there: what they are is found without being told."""
    told, inputs = spec.read(counties.made("written")), counties.made("written") / "inputs"
    folder = tmp_path / "moved"
    catalog.new(folder, crs=told.crs, as_of=told.as_of)
    found = delivery.delivery(folder, [inputs])
    known = {(p.kind.code, p.table.layer) for p in found.proposals if p.kind}
    named = {(kinds.kind(s.id, s.title).code, s.layer) for s in told.layers if kinds.kind(s.id, s.title)}
    lost = {code for code, _ in named} - {code for code, _ in known}
    assert lost == set()
    assert sum(p.kind is None for p in found.proposals) == 2, "the two files of query ranges are nothing we know"
    made = delivery.take(folder, delivery.chosen(found, "all"), {"coverage": "complete"})
    assert [t.refused for t in made if t.refused] == []
    moved = spec.read(folder)
    assert moved.layer("basic_farmland").coverage == "complete"
    assert moved.layer("projects").coverage == "unknown", "a list of projects covers no ground"
    assert {s.role for s in moved.layers} >= {"parcels", "supply", "project", "zone", "budget", "earmark", "raster"}


def test_by_commands(study, tmp_path):
    folder = sent(tmp_path / "delivered")

    def called(*more):
        call = [sys.executable, str(ROOT / "luodi.py"), "add", str(study), str(folder), "--json", "--lang", "en", *more]
        done = subprocess.run(call, capture_output=True, text=True, encoding="utf-8", check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    code, events = called()
    assert code == 0
    assert len(next(e for e in events if e["event"] == "result")["proposals"]) == 12
    assert spec.read(study).layers == ()
    code, events = called("--take", "all")
    assert code == 0
    assert len(next(e for e in events if e["event"] == "result")["taken"]) == 9
    code, events = called("--take", "all")
    assert code != 0
    assert {e["reason"]["code"] for e in events if e["event"] == "error"} == {"layer_id_taken"}


def test_people_say_what_a_line_is(tmp_path):
    study = tmp_path / "study"
    catalog.new(study, crs=make.GK)
    (tmp_path / "sent").mkdir()
    make.gpkg(tmp_path / "sent", make.squares(REMARK=["a", "b", "c"]), "图层1", "成果.gpkg")
    found = delivery.delivery(study, [tmp_path / "sent"])
    assert not found.proposals[0].sure
    said = delivery.corrected(study, found, {1: "river_management"})
    assert (said.proposals[0].entry()["id"], said.proposals[0].sure) == ("river_management", True)
    assert said.proposals[0].judged_by
    [taken] = delivery.take(study, said.proposals)
    assert (taken.id, taken.refused) == ("river_management", ())
    for wrong in ({2: "river_management"}, {1: "castle"}):
        with pytest.raises(CallError):
            delivery.corrected(study, found, wrong)


def test_a_scheme_is_proposed_only_where_its_codes_are(study, tmp_path):
    """Parcels of another country have no codes of the land survey: nothing says 三调 of them."""
    rows = make.squares(150, ML=["7-0", "7-0", "", *(f"7-{k}" for k in range(3, 150))]).rename(columns={"BSM": "OBJ"})
    make.gpkg(tmp_path, rows, "parcels", "parcels.gpkg")
    (one,) = delivery.delivery(study, [tmp_path / "parcels.gpkg"]).proposals
    assert "land_use_scheme" not in one.entry()
    assert "--scheme" not in one.call(study)
    assert one.fields == {"parcel_id": "OBJ"}
    assert one.table.nearly == (("ML", 1, 1),)
    for language in LANGUAGES:
        said = words.why(one, language)
        assert "OBJ" in said
        assert "ML" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_refused_says_the_call_that_takes_it(study, tmp_path, language):
    where = make.squares(2).to_crs(4326).set_crs(None, allow_override=True)
    file = make.gpkg(tmp_path, where, "FloodPlains100Year", "FloodPlains100Year.gpkg")
    (one,) = delivery.delivery(study, [file]).proposals
    said = {"coverage": "complete", "owner": "水利 局"}
    (refused,) = delivery.take(study, [one], said)
    (line,) = words.remedies(refused, study, said, language)
    call = shlex.split(line[line.index("luodi add") :])
    assert call[-2] == "--accept"
    assert call[call.index("--owner") + 1] == "水利 局"
    done = CliRunner().invoke(luodi.cli, call[1:])
    assert done.exit_code == 0, done.output
    (refused,) = delivery.take(study, [one], said | {"accept": (call[-1],)})
    (line,) = words.remedies(refused, study, said | {"accept": (call[-1],)}, language)
    done = CliRunner().invoke(luodi.cli, shlex.split(line[line.index("luodi add") :])[1:])
    assert done.exit_code == 0, done.output
    assert {layer.id for layer in spec.read(study).layers} == {one.entry()["id"], f"{one.entry()['id']}_2"}


def test_a_layer_nobody_knows_is_given_a_name_and_the_roles_of_its_shapes(study, tmp_path):
    rows = make.squares(NAME=["a", "b", "c"], OWNER=["x", "y", "z"])
    make.gpkg(tmp_path, rows, "RECREATION_OpenSpace", "RECREATION_OpenSpace.gpkg")
    (one,) = delivery.delivery(study, [tmp_path / "RECREATION_OpenSpace.gpkg"]).proposals
    assert one.kind is None
    assert "projects" not in one.guesses
    assert "--role … --id recreation_open_space" in one.call(study)
    assert "constraint" in words.why(one, "en")
