"""The five libraries: messy files in, linked, searched, noted; nothing personal in any table, list or page."""

import json
import shutil
from datetime import date

import openpyxl
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from layers.ask import chained, library
from layers.outputs import bundle, library_list
from layers.serve.pages import drive_library
from layers.study import edits
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words import chain_map
from layers.words import library as words

INVESTORS = """客商编号,客商名称,意向行业,投资意向,意向投资,意向用地（亩）,意向园区,关联项目,联系人,联系电话
K01,甲集团,C17,二期 13800138000,3.1亿元,160,,{one},王小二,13900001111
K02,乙公司,C26;C30,试剂,2.5-3亿元,,无此园,没有的项目,李四光,13900002222
K03,丙公司,,,1000,12亩,,,赵六,
K03,丁公司,,,800万元,,,,,
K01,甲集团,C17,二期 13800138000,3.1亿元,160,,{one},王小二,13900001111
,,,,,,,,,
"""
TALENT = """人才编号,姓名,专业,工作单位,服务产业,手机,身份证号
T01,张三丰,印染,纺织学院,C17,13912345678,330881197001011234
,孙悟空,试剂,化工所,C26,13912345679,330881197001011235
"""
FUNDS = (
    "基金编号,基金名称,投资方向,基金规模（亿元）,可投余额（万元）,管理机构,联系人\nF01,母基金,C26,5,12000,国投,钱老板\n"
)
PERSONAL = ("13800138000", "13900001111", "13900002222", "13912345678", "13912345679", "330881197001011234",
            "330881197001011235", "王小二", "李四光", "赵六", "张三丰", "孙悟空", "钱老板", "13711112222")  # fmt: skip


def luodi_(*words_):
    return CliRunner().invoke(luodi.cli, [str(w) for w in words_])


@pytest.fixture(scope="module")
def run(month_end, tmp_path_factory):
    place = tmp_path_factory.mktemp("library")
    folder = place / "study"
    shutil.copytree(month_end, folder, symlinks=True)
    one = open_results(folder).table("projects")["name"].iloc[0]
    for role, text in (("investor", INVESTORS.format(one=one)), ("talent", TALENT), ("fund", FUNDS)):
        (place / f"{role}.csv").write_text(text, encoding="utf-8")
        made = luodi_("add", folder, place / f"{role}.csv", "--role", role, "--lang", "zh")
        assert made.exit_code == 0, made.output
    runs.update(folder, "libraries", silent)
    return folder


@pytest.fixture
def folder(run, tmp_path):
    made = tmp_path / "study"
    shutil.copytree(run, made, symlinks=True)
    return made


def test_files_as_they_are_kept(run):
    results = open_results(run)
    frame = results.table("library_entries")
    mine = frame[frame["library"] == "investor"].set_index("entry_id")
    assert list(mine.index) == ["K01", "K02", "K03", "K03#2"]
    assert mine["amount_wan"].fillna(-1).tolist() == [31000.0, -1, -1, 800.0]  # a range and a bare 1000 are not known
    assert mine.loc["K01", "asked_m2"] == pytest.approx(160 * 2000 / 3)
    assert mine.loc["K02", "industries"] == "C26|C30"
    fund = frame[frame["library"] == "fund"].iloc[0]
    assert (fund["amount_wan"], fund["left_wan"]) == (50000.0, 12000.0)
    told = results.table("library_problems")
    codes = told[told["layer_id"] == mine["layer_id"].iloc[0]]["code"].tolist()
    for code in ("library_amount_unreadable", "library_unit_missing", "library_link_unknown", "library_id_repeats",
                 "library_repeated", "project_phone_left_out"):  # fmt: skip
        assert code in codes, code
    assert codes.count("library_link_unknown") == 2  # a project and a park of no such name
    counts = library.found(results).counts()
    assert counts["enterprise"] > 0
    assert counts["project"] == len(results.table("projects"))
    assert (counts["investor"], counts["talent"], counts["fund"]) == (4, 2, 1)
    assert library.found(results, "fund").counts() == {"fund": 1}, "of the others nothing is said"


@pytest.mark.parametrize(("language", "said"), [("zh", "客商库未提供"), ("en", "Investors not brought")])
def test_a_library_nobody_brought_is_not_an_empty_one(month_end, tmp_path, language, said):
    folder = tmp_path / "study"
    shutil.copytree(month_end, folder, symlinks=True)
    runs.update(folder, "libraries", silent)
    found = library.found(open_results(folder))
    assert found.counts()["investor"] is None
    assert said in words.notes(found, language)[0]
    assert " 0 " not in words.notes(found, language)[0]


def test_links_stand_both_ways_and_words_find_them(run):
    results = open_results(run)
    whole = library.found(results)
    project = results.table("projects")["project_id"].iloc[0]
    assert ("investor", "K01") in set(library.linked(whole, "project", project)[["kind", "target"]].itertuples(
        index=False, name=None))  # fmt: skip
    assert ("station", "C17") in set(library.linked(whole, "talent", "T01")[["kind", "target"]].itertuples(
        index=False, name=None))  # fmt: skip
    found = library.found(results, text=f"甲集团 {project}").entries
    assert found[["library", "entry_id"]].to_numpy().tolist() == [["investor", "K01"]]
    assert library.found(results, "fund", "没有这个").entries.empty
    with pytest.raises(CallError):
        library.found(results, "nobody")


def test_nothing_personal_leaves(folder, tmp_path):
    results = open_results(folder)
    library.note(results, ("investor", "K01"), "来访，电话13711112222", "周")
    told = ["\n".join(words.text(library.found(results), language)) for language in LANGUAGES]
    told += ["\n".join(words.card(library.found(results), library.one(results, "talent", "T01"), "zh"))]
    told += [drive_library.view(results, "", "", "zh").frame.to_csv()]
    told += [str(drive_library.card(results, ("investor", "K01"), "zh")), str(drive_library.targets(results, "zh"))]
    told += [json.dumps(words.plain(library.found(results)), ensure_ascii=False)]
    for name in ("all.xlsx", "all.csv"):
        library_list.write(library.found(results), tmp_path / name, "zh")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert len(book.sheetnames) == 6
    told += [str([[c.value for c in r] for r in sheet.rows]) for sheet in book]
    told += [(tmp_path / "all.csv").read_text(encoding="utf-8-sig")]
    for table in results.manifest["tables"]:
        told.append(results.table(table).astype(str).to_csv() if table.startswith("library") else "")
    told += [(e.value.get("text", "") + e.reason) for e in edits.history(folder)]
    for text in told:
        assert [p for p in PERSONAL if p in text] == []
    asked = luodi_("library", folder, "talent", "T01", "--contacts", "--lang", "zh")
    assert "张三丰" in asked.output
    assert "13912345678" in asked.output
    assert "孙悟空" not in asked.output
    assert luodi_("library", folder, "talent", "T01", "--contacts", "--out", tmp_path / "x.csv").exit_code == 2
    assert not (tmp_path / "x.csv").exists()


def test_the_history_keeps_who_did_what(folder):
    results = open_results(folder)
    at = "investor", "K01"
    library.note(results, at, "第一次来访", "周", "11月会议")
    library.note(results, at, "第二次来访", "吴")
    library.bind(results, at, "fund:F01", "吴", "专题会")
    whole = library.found(results)
    assert ("fund", "F01") in set(library.linked(whole, *at)[["kind", "target"]].itertuples(index=False, name=None))
    library.unbind(results, at, "fund:F01", "周", "记错")
    row = library.one(results, *at)
    made = luodi_(
        "override", folder, row["layer_id"], f"row:{row['row']}", "name=甲集团公司", "--person", "郑", "--why", "更名"
    )
    assert made.exit_code == 0, made.output
    phone = (
        "override",
        folder,
        row["layer_id"],
        f"row:{row['row']}",
        "phone=13700000000",
        "--person",
        "郑",
        "--why",
        "换号",
    )
    assert luodi_(*phone).exit_code == 0
    told = library.history(results, library.one(results, *at))
    assert [(e.what, e.person) for e in told] == [
        ("note", "周"),
        ("note", "吴"),
        ("link", "吴"),
        ("unlink", "周"),
        ("corrected", "郑"),
    ]  # the corrected telephone number is not told
    lines = words.events(told, "zh")
    assert "第一次来访" in lines[0]
    assert "11月会议" in lines[0]
    links = library.linked(library.found(results), *at)
    assert not (links["kind"] == "fund").any()


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda r: library.bind(r, ("investor", "K01"), "fund:F99", "周", "会"), BlockedError),
        (lambda r: library.bind(r, ("investor", "K01"), "F01", "周", "会"), CallError),
        (lambda r: library.bind(r, ("investor", "K01"), "station:Z99", "周", "会"), CallError),
        (lambda r: library.bind(r, ("investor", "K01"), "fund:F01", "", "会"), CallError),
        (lambda r: library.note(r, ("investor", "K01"), " 13711112222 ", "周"), CallError),
        (lambda r: library.note(r, ("investor", "K99"), "x", "周"), BlockedError),
    ],
)
def test_what_cannot_be_kept_is_refused(run, act, error):
    with pytest.raises(error):
        act(open_results(run))


@pytest.mark.parametrize("language", LANGUAGES)
def test_gaps_of_the_chain_name_the_funds_and_investors_of_their_industry(run, language):
    frame = chain_map.fillers(chained.chained(open_results(run)), language)
    gaps = frame.set_index(frame["industry"].str[:3])[["fund", "investor"]]
    assert gaps.loc["C26"].tolist() == ["母基金", "乙公司"]
    assert gaps.loc["C17"].tolist() == ["", "甲集团"]


def test_a_library_may_come_in_several_files_with_the_same_numbers(folder, tmp_path):
    (tmp_path / "more.csv").write_text("客商编号,客商名称\nK01,己公司\n=1+1,<b>庚</b>\nK01,己公司\n", encoding="utf-8")
    assert luodi_("add", folder, tmp_path / "more.csv", "--role", "investor").exit_code == 0
    runs.update(folder, "libraries", silent)
    mine = library.found(open_results(folder), "investor").entries
    assert sorted(mine["entry_id"]) == ["=1+1", "K01", "K01#2", "K02", "K03", "K03#2"]
    library_list.write(library.found(open_results(folder)), tmp_path / "all.xlsx", "zh")
    cells = [c for r in openpyxl.load_workbook(tmp_path / "all.xlsx")["客商库"].rows for c in r]
    assert all(c.data_type != "f" for c in cells), "no text of a study becomes a formula"


def test_a_bundle_with_files_about_people_stays_in_the_office(folder, tmp_path):
    out = tmp_path / "study.zip"
    refused = luodi_("bundle", folder, out, "--lang", "zh")
    assert refused.exit_code != 0
    assert "个人信息" in refused.output
    for layer in ("fund", "investor", "talent"):
        assert layer in refused.output
    assert not out.exists()
    assert luodi_("bundle", folder, out, "--inside", "--lang", "zh").exit_code == 0
    with pytest.raises(BlockedError) as stopped:
        bundle.contents(folder)
    assert [r.code for r in stopped.value.reasons] == ["bundle_personal"]


def test_what_newer_files_changed_is_kept_with_day_and_file(folder, tmp_path):
    one = open_results(folder).table("projects")["name"].iloc[0]
    newer = INVESTORS.format(one=one).replace("K01,甲集团,C17", "K01,甲集团,C26").replace("3.1亿元", "3.5亿元")
    newer = newer.replace("K02,乙公司", "K09,乙公司").replace("王小二,13900001111", "新人,13900009999")
    given = tmp_path / "investor-december.csv"
    given.write_text(newer, encoding="utf-8")
    assert luodi_("library", folder, "--changes", "--lang", "zh").output.startswith("五库的文件没有更换过")
    assert luodi_("add", folder, given, "--replace", "investor", "--lang", "zh").exit_code == 0
    done = luodi_("library", folder, "investor", "--changes", "--lang", "zh")
    assert done.exit_code == 0, done.output
    day = date.today().isoformat()
    assert f"{day} investor.csv 换为 investor-december.csv：新增 1 条、去掉 1 条、改动 1 条" in done.output
    assert "金额（万元）由“31,000.00 万元”改为“35,000.00 万元”" in done.output
    assert "客商库 K02 乙公司：去掉" in done.output
    for language in LANGUAGES:
        card = luodi_("library", folder, "investor", "K01", "--lang", language).output
        assert "35,000.00" in card.split("investor-december.csv")[2]
        results = open_results(folder)
        assert len(drive_library.changes(results, "", language)[1]) == 4
        assert any(
            "investor-december.csv" in e for e in drive_library.card(results, ("investor", "K01"), language).events
        )
    out = tmp_path / "five.xlsx"
    assert luodi_("library", folder, "--out", out, "--lang", "zh").exit_code == 0
    told = [str(c) for row in openpyxl.load_workbook(out)["变化"].iter_rows(values_only=True) for c in row if c]
    assert "K09" in told
    for text in (done.output, *told):
        assert not any(secret in text for secret in (*PERSONAL, "新人", "13900009999"))
    (folder / "inputs" / "investor.csv").unlink()
    assert "变化不明" in luodi_("library", folder, "--changes", "--lang", "zh").output
