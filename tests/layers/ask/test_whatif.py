from dataclasses import replace

import pytest
import shapely

from geo import study as flow
from geo.basis.area import basis
from geo.basis.errors import CallError, SpecError
from geo.basis.progress import silent
from geo.rules.terms import AREA_TESTS
from layers.ask.whatif import ScreenModel, ScreenTrial, desk
from layers.study import load
from layers.study.run.results import open_results


@pytest.fixture(scope="module")
def table(run_district):
    return desk(open_results(run_district))


def test_as_run_it_says_what_the_run_says(table):
    counts = table.results.table("candidates")["status"].value_counts().to_dict()
    assert {k: v for k, v in table.answer().counts.items() if v} == counts


def test_a_moved_threshold_a_rule_left_out_and_a_severity(table):
    assert (
        table.answer(ScreenTrial({"farm": {"threshold": 20_000.0}})).counts["eligible"]
        > table.answer().counts["eligible"]
    )
    aside = table.answer(ScreenTrial({}, aside=frozenset({"mineral", "edge"})))
    assert aside.counts["excluded"] == 1  # p02, all farmland
    soft = table.answer(ScreenTrial({"farm": {"severity": "restrict", "effect": "parcel"}}))
    assert soft.counts["excluded"] == 4


def test_what_cannot_be_moved_is_told(table):
    for rules, code in (
        ({"nobody": {}}, "rule_unknown"),
        ({"farm": {"layer": "x"}}, "rule_not_movable"),
        ({"farm": {"severity": "ban"}}, "rule_value_wrong"),
    ):
        with pytest.raises(CallError) as caught:
            table.answer(ScreenTrial(rules))
        assert caught.value.reasons[0].code == code


def test_study_ledger_closes(table):
    lines = table.ledger()
    found = table.results.table("candidates")
    assert lines["left_m2"].iloc[0] == pytest.approx(found["gross_m2"].sum())
    assert lines["left_m2"].iloc[-1] == pytest.approx(found["net_m2"].sum(), abs=0.01)
    by = table.ledger("township")
    assert by.groupby("township")["left_m2"].last().sum() == pytest.approx(found["net_m2"].sum(), abs=0.01)


def test_funnel_ends_where_the_run_ends(table):
    last = table.funnel().iloc[-1]
    found = table.results.table("candidates")
    kept = found[found["status"] != "excluded"]
    assert (last.left_parcels, last.left_m2) == (len(kept), pytest.approx(kept["net_hi_m2"].sum()))


def test_a_cut_is_drawn_with_the_area_it_promises(table):
    change = next(c for c in table.changes("p05") if c.kind == "cut")
    drawn = table.drawn("p05", change)
    assert drawn["net_m2"].sum() == pytest.approx(10_000 - change.give_up_m2, abs=0.01)
    assert change.status == "eligible"


def test_a_promised_cut_holds_when_its_drawn_shape_is_measured_and_judged(table):
    """Not the pieces again: the shape that is left becomes a parcel, and everything is measured anew."""
    results = table.results
    inputs = load.inputs(results.study, results.folder)
    planar = basis("planar", results.study.crs, tuple(inputs.parcels.total_bounds))
    zones = [r.zone for r in table.setting.applicable if r.test in AREA_TESTS]
    held = 0
    for parcel_id in results.table("candidates")["parcel_id"]:
        for change in (c for c in table.changes(parcel_id) if c.kind == "cut" and c.promised):
            shape = shapely.union_all(table.drawn(parcel_id, change).geometry.to_numpy())
            plot = inputs.parcels[inputs.parcels["parcel_id"] == parcel_id].reset_index(drop=True)
            plot = plot.set_geometry([shape], crs=results.study.crs).assign(area_m2=shape.area)
            tables = flow.measure(replace(inputs, parcels=plot), zones, [], planar, silent) | {"parcels": plot}
            row = flow.screen(tables, table.setting)["candidates"].iloc[0]
            assert (row["status"], row["net_m2"]) == (change.status, pytest.approx(change.net_m2, abs=0.01))
            held += 1
    assert held >= 3


def test_one_desk_per_run(table):
    assert desk(table.results) is table
    assert isinstance(table, ScreenModel)


def test_other_packs_are_judged_on_the_measured_tables(table):
    """The sample pack alone: its slope and corridor were never measured here, so nothing is certain."""
    answer = table.answer(ScreenTrial({}, packs=("sample-municipal",)))
    assert {k: n for k, n in answer.counts.items() if n} == {"unknown": 12}
    both = table.moved(ScreenTrial({}, packs=(*table.results.study.rules, "sample-municipal")))
    assert [r.id for r in both.rules][:5] == [r.id for r in table.setting.rules]
    with pytest.raises(SpecError):
        table.answer(ScreenTrial({}, packs=("nobody",)))


def test_packs_on_offer_are_those_of_the_study_and_the_shipped_ones_for_land(table):
    offered = table.pack_titles()
    assert next(iter(offered)) == table.results.study.rules[0]
    assert {"cn-national", "yangtze", "yellow-river", "sample-municipal"} <= set(offered)
    assert "gates-cn" not in offered


def test_the_order_moves_ground_between_lines_and_no_status(table):
    run, other = table.answer(), table.answer(ScreenTrial({}, order=("edge", "farm")))
    assert (run.standing.code == other.standing.code).all()
    assert [r.id for r in table.moved(ScreenTrial({}, order=("edge", "farm"))).rules[:2]] == ["edge", "farm"]
    assert table.ledger(trial=ScreenTrial({}, order=("edge", "farm")))["rule_id"].tolist()[1] == "edge"
    with pytest.raises(CallError):
        table.answer(ScreenTrial({}, order=("nobody",)))


def test_a_layer_that_is_there_but_was_not_measured_so_is_told(table, tmp_path):
    body = '[pack]\nid = "wide"\n[[rules]]\nid = "near-red"\nlayer = "red"\ntest = "overlap_m2"\noperator = "<="\n'
    body += 'threshold = 0.0\nbuffer_m = 50\nseverity = "restrict"\nconfidence = "local"\n'
    path = tmp_path / "wide.toml"
    path.write_text(body, encoding="utf-8")
    trial = ScreenTrial({}, packs=(str(path),))
    assert [r.id for r in table.unmeasured(trial)] == ["near-red"]
    assert table.unmeasured(ScreenTrial({})) == ()
    assert table.answer(trial).counts["conditional"] == 12
