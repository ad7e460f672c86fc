"""One record of a layer is corrected by a person, shown wherever the value is printed, and taken back."""

import sqlite3
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from geo.basis.errors import BlockedError, CallError, SpecError
from geo.basis.progress import silent
from layers.outputs import files
from layers.outputs.project import notes, projection
from layers.outputs.told import told
from layers.study import catalog, edits, overrides, spec
from layers.study.correction import Correction
from layers.study.run import runs
from layers.study.run.released import open_results
from layers.text import LANGUAGES
from tests import district

NOTE = Correction(record="", column="", value="", official="", person="周工", reason="外业核实",
                  document="核字〔2026〕7号", on=date(2026, 11, 30))  # fmt: skip


def screened(folder):
    report = runs.update(folder, "screen", silent)
    return report, open_results(folder)


def status(results, parcel):
    found = results.table("candidates").set_index("parcel_id")
    return found.loc[parcel, "status"]


def refused(call):
    with pytest.raises(CallError) as problem:
        call()
    return problem.value.reasons[0].code


def test_a_corrected_value_is_judged_and_told_everywhere_and_undone(own_district, tmp_path):
    before = open_results(own_district)
    row = before.table("problems")
    assert not row["code"].str.startswith("override_").any()
    # p07 is conditional because the class of a flood zone is not filled in: somebody looked
    made = overrides.correct(own_district, "flood", "row:2", {"kind": "shallow"}, NOTE)
    assert [(c.record, c.column, c.official, c.value) for c in made] == [("row:2", "kind", "", "shallow")]
    overrides.correct(own_district, "parcels", "p03", {"land_use": "0102", "legal_m2": "9,990"}, NOTE)
    report, results = screened(own_district)
    assert {"load", "measure", "screen"} <= set(report.built), "what reads a corrected record is made again"
    assert (status(before, "p07"), status(results, "p07")) == ("conditional", "eligible")
    parcel = results.table("parcels").set_index("parcel_id").loc["p03"]
    assert (parcel["land_use"], parcel["legal_m2"]) == ("0102", 9990.0)

    shown = projection(results, "candidates", "zh").frame.set_index("parcel_id")["corrected"]
    assert "“0101” → “0102”" in shown["p03"]
    assert "周工" in shown["p03"]
    assert shown["p04"] == ""
    for language in LANGUAGES:
        text = "\n".join(notes(results, language))
        assert "“0101” → " in text
        assert "核字〔2026〕7号" in text
        assert text.count("周工") == 3
        lines = "\n".join(told(own_district, "p03", None, language)[1])
        assert "DLBM" in lines
        assert "0102" in lines
        assert "kind" in lines
        assert "DLBM" not in "\n".join(told(own_district, "p04", None, language)[1]), "of another parcel's row"
    files.export(results, tmp_path / "list.csv", "candidates", "zh")
    written = pd.read_csv(tmp_path / "list.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert written["人工更正"].str.contains("0102").sum() == 1

    overrides.undo(own_district, "parcels", "p03", ["legal_m2"], "周工", "误记")
    overrides.undo(own_district, "parcels", "p03", [], "周工", "误记")
    overrides.undo(own_district, "flood", "row:2", [], "周工", "误记")
    report, results = screened(own_district)
    pd.testing.assert_frame_equal(results.table("candidates"), before.table("candidates"))
    assert "corrected" not in projection(results, "candidates", "zh").frame
    assert [e.withdrawn for e in edits.history(own_district)] == [False] * 3 + [True] * 3, "the history keeps both"


def test_a_correction_rests_where_the_file_says_something_else(own_district):
    overrides.correct(own_district, "parcels", "p03", {"land_use": "0102"}, NOTE)
    overrides.correct(own_district, "parcels", "p05", {"township": "西村"}, NOTE)
    newer = district.parcels()
    newer["DLBM"] = "0103"
    newer = newer[newer["BSM"] != "p05"]
    newer.to_file(own_district / "inputs" / "parcels.gpkg", layer="parcels")
    _, results = screened(own_district)
    codes = results.table("problems")["code"].tolist()
    assert {"override_overtaken", "override_lost"} <= set(codes)
    assert "override_applied" not in codes
    assert results.table("parcels").set_index("parcel_id").loc["p03", "land_use"] == "0103"
    assert all("未采用" in n for n in notes(results, "zh") if "人工更正" in n)
    assert "corrected" not in projection(results, "candidates", "zh").frame
    found = [f.code for f in catalog.check(own_district)]
    assert {"override_overtaken", "override_lost"} <= set(found)


def test_fields_corrected_together_are_one_decision(own_district, monkeypatch):
    """The second field cannot be written: the first is not there either, and neither is taken back alone."""
    add, calls = edits._add, []

    def failing(base, edit):
        calls.append(edit)
        if len(calls) == 2:
            raise sqlite3.OperationalError("interrupted")
        return add(base, edit)

    both = {"land_use": "0102", "legal_m2": "9990"}
    monkeypatch.setattr(edits, "_add", failing)
    with pytest.raises(BlockedError):
        overrides.correct(own_district, "parcels", "p03", both, NOTE)
    assert (len(calls), edits.history(own_district)) == (2, ())
    monkeypatch.undo()
    overrides.correct(own_district, "parcels", "p03", both, NOTE)
    calls.clear()
    monkeypatch.setattr(edits, "_add", failing)
    with pytest.raises(BlockedError):
        overrides.undo(own_district, "parcels", "p03", [], "周工", "误记")
    assert len(overrides.standing(own_district)["parcels"]) == 2


def test_a_word_rests_where_a_field_has_come_to_hold_figures(own_district):
    """The newer file says the same of the record, but in a field of figures, which takes no word."""
    older = district.parcels()
    older["JZMD"] = ["12.5" if k == "p03" else "约十" for k in older["BSM"]]
    older.to_file(own_district / "inputs" / "parcels.gpkg", layer="parcels")
    overrides.correct(own_district, "parcels", "p03", {"JZMD": "约12"}, NOTE)
    overrides.correct(own_district, "parcels", "p05", {"JZMD": "11"}, NOTE)
    newer = older.assign(JZMD=12.5)
    newer.to_file(own_district / "inputs" / "parcels.gpkg", layer="parcels")
    found = [f for f in catalog.check(own_district) if f.code.startswith("override_")]
    assert sorted(f.code for f in found) == ["override_no_longer_figure", "override_overtaken"]
    assert [f.severity for f in found] == ["warn", "warn"]
    _, results = screened(own_district)
    assert {"override_no_longer_figure"} <= set(results.table("problems")["code"])


def test_what_cannot_be_corrected_is_refused_and_nothing_is_written(own_district):
    def correct(layer, record, values, note=NOTE):
        return refused(lambda: overrides.correct(own_district, layer, record, values, note))

    assert correct("parcels", "p99", {"land_use": "0102"}) == "override_no_record"
    assert correct("parcels", "p03", {"colour": "red"}) == "override_no_field"
    assert correct("parcels", "p03", {"land_use": "0101"}) == "override_same"
    assert correct("parcels", "p03", {"legal_m2": "many"}) == "override_no_figure"
    assert correct("parcels", "p03", {"legal_m2": "inf"}) == "override_no_figure"
    assert correct("nowhere", "p03", {"land_use": "0102"}) == "layer_id_unknown"
    assert correct("parcels", "p03", {"land_use": "0102", "legal_m2": "x"}) == "override_no_figure", "all or nothing"
    blank = NOTE.model_copy(update={"person": " "})
    assert correct("parcels", "p03", {"land_use": "0102"}, blank) == "override_without_ground"
    assert (
        refused(lambda: overrides.undo(own_district, "parcels", "p03", [], "周工", "误记")) == "override_not_standing"
    )
    assert edits.history(own_district) == ()


def test_settings_cannot_carry_corrections_nobody_signed(own_district):
    path = own_district / spec.FILE
    text = path.read_text(encoding="utf-8").replace('id = "farm"', 'id = "farm"\ncorrected = []', 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError):
        spec.read(own_district)


def test_a_table_is_corrected_and_a_use_only_layer_says_nothing(own_district):
    table = pd.DataFrame({"编号": ["甲", "乙", "乙"], "状态": ["已批", "已批", "已供"]})
    path = own_district.parent / "supply.csv"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    fields = {"id": "编号", "supply_status": "状态"}
    catalog.add(own_district, path, {"role": "supply", "id": "supply", "fields": fields})
    assert refused(lambda: overrides.correct(own_district, "supply", "乙", {"supply_status": "x"}, NOTE)) \
        == "override_record_twice"  # fmt: skip
    [made] = overrides.correct(own_district, "supply", "甲", {"supply_status": "已供密"}, NOTE)
    assert made.record == "甲"
    report = runs.update(own_district, "supply", silent)
    assert "supply" in report.built
    assert "measure" in report.kept, "only what reads the layer is made again"
    assert any("已供密" in n for n in notes(open_results(own_district), "zh"))
    text = (own_district / spec.FILE).read_text(encoding="utf-8")
    hidden = text.replace('id = "supply"', 'id = "supply"\nuse_only = true')
    (own_district / spec.FILE).write_text(hidden, encoding="utf-8")
    assert not any("已供密" in n for n in notes(open_results(own_district), "zh"))


def test_a_point_layer_of_shapes_without_an_id_is_called_by_its_row(own_district):
    first = gpd.read_file(own_district / "inputs" / "flood.gpkg").iloc[0]["kind"]
    [made] = overrides.correct(own_district, "flood", "row:1", {"kind": ""}, NOTE)
    assert (made.official, made.value) == (first, "")
    _, results = screened(own_district)
    assert status(results, "p05") == "conditional", "what is not filled in may be"
