"""Equal stays equal in a ranking, and what is rejected is in no order."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.order import places
from geo.basis.reason import reason
from geo.rank.answer import tables
from geo.rank.robust import Draws, stability
from geo.rank.scale import scaled
from geo.rank.topsis import closeness
from geo.rules.judge import CLEAR, CONFLICT, UNKNOWN, outcome
from layers.study import catalog
from layers.study.run.results import open_results
from tests.cases import base
from tests.geo.rank.making import criterion, shares


def ranked(values, weights, draws):
    """Return the table `ranking` of units with these shares."""
    names = list("abcdef")[: len(weights)]
    criteria = [criterion(n, weight=w) for n, w in zip(names, weights, strict=True)]
    units = shares(len(values), a=1.0)[1].drop(columns="a")
    units = units.assign(**{n: np.asarray(values)[:, k] for k, n in enumerate(names)})
    found = scaled(units, criteria, "site_id")
    return tables(found, dict(zip(names, weights, strict=True)), draws)["ranking"].set_index("site_id")


@pytest.mark.parametrize("count", [0, 1, 400])
def test_units_that_differ_where_nothing_weighs_are_tied(count):
    made = ranked([[0.7, 0.1], [0.7, 0.9], [0.2, 0.5]], [1.0, 0.0], Draws(count=count, top=1))
    assert made["rank"].tolist() == made["rank_low"].tolist() == made["rank_high"].tolist() == [1.0, 1.0, 3.0]
    assert made["top_share"].tolist() == [1.0, 1.0, 0.0]


def test_no_weightings_leave_the_rank_itself():
    values = [[0.6, 0.2, 0.4], [0.2, 0.6, 0.4], [0.4, 0.4, 0.4], [0.1, 0.1, 0.1], [0.3, 0.3, 0.6]]
    made = ranked(values, [0.25, 0.25, 0.5], Draws(count=0, top=2))
    assert made["rank_low"].tolist() == made["rank_high"].tolist() == made["rank"].tolist()
    assert made["top_share"].tolist() == (made["rank"] <= 2).astype(float).tolist()
    assert sorted(made["rank"]) == [1.0, 2.0, 2.0, 2.0, 5.0]


def test_near_is_not_equal():
    values = [[0.500001, 0.0], [0.5, 0.0], [0.5, 1.0]]
    made = ranked(values, [1.0, 0.0], Draws(count=0, top=1))
    assert made["rank_low"].tolist() == made["rank"].tolist() == [1.0, 2.0, 2.0]


def test_intervals_are_those_of_double_precision_on_a_grid_full_of_ties():
    random = np.random.default_rng(3)
    values, weights = np.round(random.random((200, 4)), 1), np.array([0.25, 0.25, 0.25, 0.25])
    draws = Draws(count=60, kind="each", spread=0.0, top=10)  # every weighting is the given one
    got, want = stability(values, weights, draws), places(np.round(values @ weights * 100, 6), np.ones(200, bool))
    assert got.low.tolist() == got.high.tolist() == want.tolist()
    assert got.top_share.tolist() == (want <= 10).astype(float).tolist()


@pytest.mark.parametrize("how", ["value_functions", "vector", "minmax"])
def test_topsis_of_equals_is_a_tie(how):
    matrix, weights = np.full((4, 3), 0.5), np.array([0.5, 0.3, 0.2])
    close = closeness(matrix, weights, [True, False, True], how)
    assert np.unique(close).tolist() == [0.5]
    assert places(close, np.ones(4, bool)).tolist() == [1.0] * 4
    nothing = closeness(np.zeros((3, 3)), weights, [True] * 3, "minmax")
    assert nothing.tolist() == [0.5] * 3


def test_topsis_where_nothing_weighs():
    assert closeness(np.eye(3), np.zeros(3), [True] * 3, "value_functions").tolist() == [0.5] * 3


@pytest.mark.parametrize("operator", ["<=", ">="])
@pytest.mark.parametrize("tolerance", [0.0, 2.0])
def test_exactly_at_its_limit_a_rule_holds(operator, tolerance):
    limit = 100.0 + (tolerance if operator == "<=" else -tolerance)
    step = np.spacing(limit) * (1 if operator == "<=" else -1)
    at, beyond = np.array([limit]), np.array([limit + step])
    assert outcome(at, at, operator, 100.0, tolerance).tolist() == [CLEAR]
    assert outcome(beyond, beyond, operator, 100.0, tolerance).tolist() == [CONFLICT]
    ends = (at, beyond) if operator == "<=" else (beyond, at)
    assert outcome(*ends, operator, 100.0, tolerance).tolist() == [UNKNOWN]


def test_a_barred_unit_has_no_rank_and_moves_nobody():
    criteria, units = shares(5, a=0.6, b=0.4)
    found = scaled(units, criteria, "site_id")
    best = int(np.argmax(found.low @ [0.6, 0.4]))
    why = np.full(5, None, object)
    why[best] = reason("gates_conflict", gates=["restricted"])
    made = tables(replace(found, barred=why), {"a": 0.6, "b": 0.4}, Draws(count=20))["ranking"].set_index("site_id")
    row = made.loc[found.unit_ids[best]]
    assert row["state"] == "infeasible"
    assert row[["score", "rank", "rank_low", "top_share", "topsis"]].isna().all()
    assert json.loads(row["reason"])["code"] == "gates_conflict"
    assert made["rank"].dropna().tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two projects: the larger is of a kind the catalogue eliminates."""
    folder = base.study(tmp_path_factory.mktemp("rank") / "study")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace('["inputs/rules.toml"]', '["inputs/rules.toml", "gates-cn"]'),
                                       encoding="utf-8")  # fmt: skip
    rows = [("X1", "甲", "C26", 90_000, 100, 400, "淘汰类"), ("X2", "乙", "C35", 3_000, 20, 30, "鼓励类")]
    heads = ["项目编号", "项目名称", "行业", "总投资（万元）", "用地（亩）", "用工人数", "产业目录"]
    pd.DataFrame(rows, columns=heads).to_csv(folder.parent / "projects.csv", index=False)
    catalog.add(folder, folder.parent / "projects.csv", {"role": "project", "id": "projects"})
    return folder


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rejected_project_is_not_ranked(study, language):
    told = CliRunner().invoke(luodi.cli, ["rank", str(study), "--set", "ankang", "--lang", language, "--json"])
    last = json.loads(told.stdout.splitlines()[-1])
    ranking = {r["project_id"]: r for r in last["ranking"]}
    found = open_results(study).table("gate_results").set_index("project_id")["result"]
    assert (found["X1"], found["X2"] == "conflict") == ("conflict", False)
    assert (ranking["X1"]["rank"], ranking["X1"]["state"], ranking["X2"]["rank"]) == (None, "infeasible", 1.0)
    shown = CliRunner().invoke(luodi.cli, ["rank", str(study), "--set", "ankang", "--lang", language]).stdout
    assert {"zh": "未通过", "en": "Does not pass"}[language] in shown
