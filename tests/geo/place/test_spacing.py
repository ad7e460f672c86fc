"""No two projects nearer than one of them states: by four ways of searching and by trying everything, and in words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.basis.reason import Reason
from geo.place import greedy, relax, satisfy
from geo.place.anneal import anneal
from geo.place.coarse import coarse, with_sites
from geo.place.improve import improve
from geo.place.match import Wish
from geo.place.miss import nearest
from geo.place.problem import around
from geo.place.rows import far, rows, valid
from geo.place.satisfy import Effort
from geo.place.solve import solve
from geo.place.spacing import Spacing, kept_off
from geo.project import apart as between
from geo.project.gate import Gates
from geo.rules.spec import Rule
from layers.library import uses
from layers.study.packs import PACKS, pack
from layers.text import sentence
from tests.geo.place import exact
from tests.geo.place.cases import apart, best, problem, random_problem
from tests.geo.place.county import PROJECTS, SITES, County
from tests.geo.project import making

# --- the search -------------------------------------------------------------------


def test_every_way_of_searching_keeps_the_distances_and_finds_what_trying_everything_finds():
    bound, felt = 0, 0
    for seed in range(40):
        free = random_problem(seed, projects=6, sites=5, tight=0.9)
        case = apart(free, seed)
        top = best(case)
        felt += top < best(free)
        branched, found, whole = exact.branch(case), satisfy.search(case, Effort(5.0)), solve(case)
        assert case.total(branched.chosen) == case.total(found.chosen) == whole.value == top, seed
        first = greedy.by_value(case)
        ways = [first, greedy.by_density(case), anneal(case, first, 4_000), improve(case, first, 2, Effort(0.5))]
        ways.append(greedy.by_relaxation(case, relax.relax(rows(case))))
        given = coarse(case)
        upper = satisfy.search(given.problem, Effort(2.0))
        assert upper.bound >= top - 1e-6
        ways.append(with_sites(case, given, upper.chosen, Effort(1.0)))
        bound += relax.relax(rows(case)).bound >= top - 1e-6
        for chosen in [branched.chosen, found.chosen, whole.chosen, *ways]:
            assert valid(case, chosen)
            assert far(case, chosen[chosen >= 0])
            assert case.total(chosen) <= top
    assert bound == 40
    assert felt >= 10, "the distances decide in a good share of the cases"


def test_annealing_moves_who_is_too_near_out_of_the_way():
    # 1 is worth more and keeps 0 off; both alone fit
    case = problem([0, 1], [0, 1], [1, 9], [1, 1], [1, 1], np.eye(2), np.zeros((1, 2)), [0], off=[[0, 0], [1, 1]])
    assert anneal(case, np.array([0, -1]), 2_000).tolist() == [-1, 1]
    other = replace(case, off=problem([0, 1], [0, 1], [1, 9], [1, 1], [1, 1], np.eye(2), np.zeros((1, 2)), [0],
                                      off=[[1, 1], [0, 0]]).off)  # fmt: skip
    assert anneal(other, np.array([0, -1]), 2_000).tolist() == [-1, 1]
    assert not valid(case, np.array([0, 1]))
    assert not valid(other, np.array([0, 1]))


def test_a_place_beside_a_project_that_keeps_off_is_no_place_and_the_miss_names_it():
    case = problem([0, 1, 1], [0, 1, 2], [9, 5, 5], [1, 1, 1], [1, 1, 1], np.eye(3), [[0, 0, 3]], [1],
                   off=[[1, 1, 0], [0, 0, 0], [0, 0, 0]])  # fmt: skip
    chosen = np.array([0, -1])
    assert around(case, chosen, np.array([False, True]))[1].tolist() == []
    miss = nearest(case, chosen, 1, np.arange(1))
    assert (miss.option, miss.near, miss.amounts.tolist()) == (2, (), [2]), "an amount can be given, a distance cannot"
    only = nearest(case.keeping(np.array([0, 1])), chosen, 1, np.arange(1))
    assert (only.option, only.near, only.taken_by) == (1, (0,), ())


def test_sites_within_the_distance_stay_shut_and_those_on_the_line_do_not():
    grounds = {name: shapely.box(x, 0, x + 10, 10) for name, x in {"a": 0, "b": 110, "c": 111}.items()}
    options = [("P", "a"), ("Q", "b"), ("Q", "c"), ("Q", "lost")]
    off = kept_off(Spacing({"P": (100.0, 100.5)}, grounds), options, np.array([0, 1, 2, 3]), 4)
    assert off.toarray().tolist() == [[1, 1, 0, 1], [0] * 4, [0] * 4, [0] * 4], "its own, 100 m < 100.5, unmeasured"
    off = kept_off(Spacing({"P": (100.0, 100.0)}, grounds), options, np.array([0, 1, 2, 3]), 4)
    assert off.toarray()[0].tolist() == [1, 0, 0, 1], "at 100 m sharp the distance is kept"
    assert kept_off(Spacing({}, grounds), options, np.array([0, 1, 2, 3]), 4) is None


# --- the answer -------------------------------------------------------------------


def ground(**at):
    """Sites on a line, 10 m wide; those not named lie far away."""
    far_ = {name: 100_000.0 * (k + 1) for k, name in enumerate([*SITES, "P-05"])}
    return {name: shapely.box(x, 0, x + 10, 10) for name, x in (far_ | at).items()}


def county(metres, grounds, **changes):
    return County(spacing=Spacing({"普科": metres}, grounds), **changes)


def row(case, project):
    answer = case.answer()
    return answer, answer.matches().set_index("project_id").loc[project]


def test_two_projects_that_fit_alone_are_not_placed_nearer_than_one_of_them_states():
    free = County().matches()
    assert set(free.loc[["丽人", "普科"], "status"]) == {"placed"}
    near = ground(R1=0.0, PK=300.0)
    answer, left = row(county((500.0, 500.0), near), "普科")
    assert left["status"] == "unplaced"
    assert answer.matches().set_index("project_id").loc["丽人", "status"] == "placed"
    told = Reason.from_json(left["reason"])
    assert (told.code, told.values["projects"], told.values["value"]) == ("unplaced_too_near", ["丽人"], 290.0)
    miss = answer.misses().query("project_id == '普科'").set_index("account").loc["protection-projects"]
    assert (miss["resource"], miss["unit"], miss["site_id"]) == ("distance", "m", "PK")
    assert miss["amount"] == pytest.approx(210.0)
    assert "protection-projects 210 m" in left["missing"]
    for language in ("zh", "en"):
        assert "290" in sentence(left["reason"], language)
    # at the distance itself, and a metre more
    assert row(county((290.0, 290.0), near), "普科")[1]["status"] == "placed"
    assert row(county((291.0, 291.0), near), "普科")[1]["status"] != "placed"


def test_where_the_layout_decides_both_are_not_placed_and_the_one_left_is_open():
    answer, left = row(county((300.0, 300.0), ground(R1=0.0, PK=300.0)), "普科")
    assert (left["status"], Reason.from_json(left["reason"]).code) == ("unknown", "near_layout")
    assert answer.misses().query("project_id == '普科'").empty
    # a range: its lower end is kept, its upper end is not
    _, left = row(county((100.0, 500.0), ground(R1=0.0, PK=300.0)), "普科")
    assert (left["status"], Reason.from_json(left["reason"]).code) == ("unknown", "near_layout")


def test_what_is_not_known_of_a_distance_is_open():
    _, left = row(county((200.0, np.inf), ground()), "普科")
    assert (left["status"], Reason.from_json(left["reason"]).code) == ("unknown", "fit_distance_open")
    lost = ground()
    del lost["PK"]
    _, left = row(county((200.0, 200.0), lost), "普科")
    assert (left["status"], Reason.from_json(left["reason"]).code) == ("unknown", "near_not_measured")
    assert sentence(left["reason"], "zh").count("待核实") == 1


def test_a_pin_beside_a_pin_that_keeps_off_is_told():
    case = county((500.0, 500.0), ground(R1=0.0, PK=300.0), pins={"丽人": Wish(site="R1"), "普科": Wish(site="PK")})
    answer = case.answer()
    states = answer.matches().set_index("project_id")["status"]
    assert sorted(states[["丽人", "普科"]]) == ["placed", "unplaced"]
    out = states[["丽人", "普科"]].ne("placed").idxmax()
    told = Reason.from_json(answer.matches().set_index("project_id").loc[out, "reason"])
    assert told.code == "unplaced_too_near"


# --- the rule ---------------------------------------------------------------------


def listed(*rules: Rule, aside=frozenset()):
    frame = making.projects(*({"project_id": p, "industry": v[0]} for p, v in PROJECTS.items()))
    frame["safety_distance_m"] = [500.0, 0.0, np.nan, 300.0, np.nan, np.nan, 200.0]
    frame["safety_distance_hi_m"] = [500.0, 0.0, np.nan, 800.0, np.nan, np.nan, 200.0]
    return between.protection(frame, Gates(rules, aside, uses=uses.table()))


def test_the_rule_says_who_keeps_whom_off():
    rule = next(r for r in pack("gates-cn", PACKS).rules if r.id == between.GATE)
    made = listed(rule).set_index("project_id")
    assert made["distance_m"].to_dict() == {"丽人": 500.0, "宝耐": 300.0, "力胜": 0.0}, "力胜 has no industry"
    assert made["distance_hi_m"].to_dict() == {"丽人": 500.0, "宝耐": 800.0, "力胜": 200.0}
    assert made["binding"].all()
    for soft in (listed(rule, aside=frozenset({rule.id})), listed(rule.model_copy(update={"confidence": "M"}))):
        assert len(soft) == 3
        assert not soft["binding"].any()
    assert listed().empty
    assert list(listed().columns) == list(made.reset_index().columns)
    assert isinstance(listed(), pd.DataFrame)
