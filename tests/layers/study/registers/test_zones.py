import pandas as pd
import pytest

from geo.basis.errors import SpecError
from geo.basis.progress import silent
from layers.outputs.files import export
from layers.study import spec
from layers.study.evaluating import Decided, Evaluation
from layers.study.registers import zones
from layers.study.run import runs
from layers.study.run.released import open_results
from tests.layers.study import pipeline


def leaves(node):
    return [node] if not node.parts else [leaf for part in node.parts for leaf in leaves(part)]


@pytest.mark.parametrize("name", ["a", "b"])
def test_shipped_weights_make_a_whole_tree(name):
    tree = zones.tree(Evaluation(weights=name))
    assert len(leaves(tree)) > 5


def test_a_weight_that_breaks_the_sum_is_refused_and_a_strange_one_named():
    with pytest.raises(SpecError) as refused:
        zones.tree(Evaluation(weight={"a-goal-use": Decided(value=0.8, reason="试")}))
    assert refused.value.reasons[0].values["group"] == "zone/main"
    with pytest.raises(SpecError) as refused:
        zones.tree(Evaluation(weight={"b-goal-use": Decided(value=0.8, reason="试")}))
    assert refused.value.reasons[0].code == "zone_weight_unknown"


def test_ideal_values_are_told_in_the_units_of_indicators():
    best = zones.ideals(Evaluation(kind="economic", ideal={"coefficient": Decided(value=0.5, reason="专家")}))
    assert best["supply-rate"] == pytest.approx(1.0)
    assert best["density"] == pytest.approx(0.42)
    assert best["investment"] == 3344.0
    assert best["tax"] == 25 * 15
    assert best["coefficient"] == 0.5


def test_blank_accounts_make_intervals():
    rows = [
        ("P", "main", "A", 100.0),
        ("P", "main", "D", 110.0),
        ("P", "main", "B21", 10.0),
        ("P", "main", "G", float("nan")),
    ]
    accounts = pd.DataFrame(rows, columns=["park_id", "scope", "account", "amount"]).assign(unit="ha", source="台账")
    made = zones.evaluated(Evaluation(), accounts)
    found = made["zone_scores"].set_index("node")
    assert found.loc["supply-rate", ["low", "high"]].tolist() == [100.0, 100.0]
    assert found.loc["idle-rate", ["low", "high"]].tolist() == [0.0, 100.0]
    assert found.loc["zone", "low"] < found.loc["zone", "high"]
    assert made["zone_potentials"].set_index("potential").loc["management", "amount"] != 0.0


@pytest.mark.parametrize("amounts", [("100", "250"), ("250", "100")])
def test_an_account_stated_twice_is_not_known_whichever_row_comes_first(tmp_path, amounts):
    more = 'fields = { park_id = "园区", A = "已建成", B = "未建成" }'
    made = pipeline.folder(tmp_path, pipeline.LAYER.format(id="z", role="zone", source="z.csv", more=more))
    body = "".join(f"P1,{a},7\n" for a in amounts) + "P2,inf,5\n"
    (made / "inputs" / "z.csv").write_text("园区,已建成,未建成\n" + body, encoding="utf-8")
    accounts, findings = zones.read(spec.read(made), made)
    known = accounts.set_index(["park_id", "account"])["amount"]
    assert known.isna().to_dict() == {("P1", "A"): True, ("P1", "B"): False, ("P2", "A"): True, ("P2", "B"): False}
    assert sorted(f.code for _, f in findings) == ["zone_account_repeats", "zone_account_unreadable"]


def test_an_evaluation_leaves_although_no_land_was_screened(tmp_path):
    more = 'fields = { park_id = "园区", A = "已建成", B = "未建成" }'
    made = pipeline.folder(tmp_path, pipeline.LAYER.format(id="z", role="zone", source="z.csv", more=more))
    (made / "inputs" / "z.csv").write_text("园区,已建成,未建成\nP1,100,7\n", encoding="utf-8")
    runs.update(made, "zones", silent)
    target = tmp_path / "zones.csv"
    assert export(open_results(made), target, "zone_accounts", "zh") > 0
    assert "P1" in target.read_text(encoding="utf-8-sig")
