"""Rating: by hand, apart what passes from what is open, and nothing taken away ever raises a project."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.reason import reason
from geo.basis.units import MU_M2
from geo.rank import facts, rating
from geo.rank.rating import Score
from layers.study.registers.criteria import FOLDER, named

ANKANG, LANZHOU = (named(n, FOLDER) for n in ("ankang", "lanzhou"))
LINKS = pd.DataFrame({"from_industry": ["C28", "C17", "C26"], "to_industry": ["C17", "C18", "C28"],
                      "strength": [0.8, 0.9, 0.6]})  # fmt: skip
COLUMNS = ("asked_m2", "investment_wan", "output_wan", "tax_wan", "tax_wan_mu", "staff", "energy_tce", "emissions_t",
           "research_pct")  # fmt: skip
ITEMS = ("technology_rating", "environment_rating", "sustainability_rating")


def table(*rows):
    frame = pd.DataFrame(rows)
    return frame.reindex(columns=["project_id", "industry", *COLUMNS]).assign(
        industry=frame.get("industry", pd.Series([""] * len(frame))).fillna("")
    )


def results(**by):
    why = reason("gates_not_judged").to_json()
    return pd.DataFrame([(p, r, why) for p, r in by.items()], columns=["project_id", "result", "reason"])


def rated(projects, gates, scores=(), criteria=ANKANG):
    return rating.rate(rating.scored(facts.of_projects(projects, LINKS), scores), gates, criteria)


A = {"project_id": "A", "industry": "C17", "asked_m2": 100 * MU_M2, "investment_wan": 15000.0, "output_wan": 20000.0,
     "tax_wan": 800.0, "staff": 250.0, "energy_tce": 4000.0, "emissions_t": 100.0, "research_pct": 1.51}  # fmt: skip
SAID = [Score("A", item, who, points, "评审会", date(2026, 11, 30)) for item, who, points in (
    ("technology", "王", 80.0), ("technology", "李", 60.0), ("environment", "王", 50.0), ("sustainability", "王", 90.0),
)]  # fmt: skip


def test_by_hand():
    found = rated(table(A), results(A="clear"), SAID).ranking.iloc[0]
    # (0.25 + 0.35) + 1 + 0.9 + 0.5 + (0.25 + 0.25) + 0.8 + 0.9 = 5.2 of seven
    assert found["score"] == pytest.approx(520 / 7)
    assert (found["by_facts"], found["by_people"]) == pytest.approx((370 / 7, 150 / 7))
    assert found["score_high"] == pytest.approx(found["score"])


def test_what_nobody_scored_or_stated_is_no_score_of_nothing():
    nil = [Score("B", "technology", "王", 0.0, "评审会", date(2026, 11, 30))]
    some = table(A, {"project_id": "B"}, A | {"project_id": "C"})
    found = rated(some, results(A="clear", B="clear", C="clear"), [*SAID, *nil]).ranking.set_index("project_id")
    assert found["by_people"].isna().to_dict() == {"A": False, "B": False, "C": True}
    assert found.loc["B", ["by_people", "score"]].tolist() == [0.0, 0.0]  # scored, with nothing
    assert np.isnan(found.loc["B", "by_facts"])
    assert found.loc["C", "score"] == pytest.approx(370 / 7)


def test_in_lanzhou_the_chain_counts_the_links_through_an_industry():
    lines = rated(table(A), results(A="clear"), SAID, LANZHOU).lines.set_index("criterion_id")
    # C26 → C28 → C17 → C18: three links of four
    assert lines.loc["chain", ["value", "scaled"]].tolist() == [3.0, 0.75]
    assert lines.loc["tax", "scaled"] == 0.8
    assert lines.loc["employment", "scaled"] == 0.5


def test_what_fails_a_gate_stands_apart_and_what_is_open_too():
    some = [A | {"project_id": p} for p in "ABCD"]
    made = rated(table(*some), results(A="conflict", B="clear", C="unknown"), SAID).ranking.set_index("project_id")
    assert made.index.tolist() == ["B", "C", "D", "A"]
    assert made["state"].tolist() == ["ranked", "open", "open", "rejected"]
    assert made["rank"].tolist()[:1] == [1.0]
    assert made["rank"].isna().tolist() == [False, True, True, True]
    assert made.loc["C", "place"] == made.loc["D", "place"] == 1.0  # alike: they share it
    assert np.isnan(made.loc["A", ["score", "score_high", "by_facts", "place"]].astype(float)).all()


def test_what_is_not_stated_earns_nothing_and_says_what_it_would_bring():
    made = rated(table({"project_id": "A"}), results(A="clear"))
    assert made.ranking.iloc[0][["score", "score_high"]].tolist() == [0.0, 100.0]
    assert made.raises["gain"].sum() == pytest.approx(100.0)
    assert dict(made.raises[["criterion_id", "way"]].to_numpy())["sustainability"] == "have_scored"
    known = rated(table(A), results(A="clear"), SAID)
    best = known.raises.iloc[0]
    assert (best["criterion_id"], best["way"], best["wanted"]) == ("jobs", "improve", 5.0)
    assert best["value"] == pytest.approx(2.5)
    assert best["gain"] == pytest.approx(50 / 7)


def test_tax_stated_twice_counts_as_the_greater():
    both = facts.of_projects(table(A | {"tax_wan_mu": 5.0, "tax_wan": 800.0}))
    assert both.loc[0, ["tax_wan", "tax_wan_mu"]].tolist() == pytest.approx([800.0, 8.0])
    per_mu = facts.of_projects(table(A | {"tax_wan_mu": 9.0, "tax_wan": 800.0}))
    assert per_mu.loc[0, ["tax_wan", "tax_wan_mu"]].tolist() == pytest.approx([900.0, 9.0])


@st.composite
def a_table(draw):
    number = st.one_of(st.none(), st.floats(0.01, 60000.0))
    rows = [{"project_id": f"P{k}", "industry": draw(st.sampled_from(["", "C17", "C26", "G59"])),
             **{c: draw(number) for c in COLUMNS}} for k in range(draw(st.integers(1, 4)))]  # fmt: skip
    gates = {r["project_id"]: draw(st.sampled_from(["clear", "unknown"])) for r in rows}
    scores = [Score(r["project_id"], i.removesuffix("_rating"), "王", draw(st.floats(0.0, 100.0)), "x",
                    date(2026, 1, 1)) for r in rows for i in ITEMS if draw(st.booleans())]  # fmt: skip
    return rows, gates, scores


@settings(max_examples=60, deadline=None)
@given(a_table(), st.data(), st.sampled_from([ANKANG, LANZHOU]))
def test_blanking_a_fact_or_a_score_never_raises_a_project(given_, data, criteria):
    rows, gates, scores = given_
    before = rated(table(*rows), results(**gates), scores, criteria).ranking.set_index("project_id")
    row = data.draw(st.sampled_from(rows))
    if scores and data.draw(st.booleans()):
        lost = data.draw(st.sampled_from(scores))
        row, scores = next(r for r in rows if r["project_id"] == lost.project_id), [s for s in scores if s != lost]
        less = row
    else:
        column = data.draw(st.sampled_from([*COLUMNS, "industry"]))
        less = row | {column: "" if column == "industry" else None}
    after = rated(
        table(*[less if r is row else r for r in rows]), results(**gates), scores, criteria
    ).ranking.set_index("project_id")
    p = row["project_id"]
    assert after.loc[p, "score"] <= before.loc[p, "score"] + 1e-9
    assert after.loc[p, "place"] >= before.loc[p, "place"]
    assert after.loc[p, "score_high"] >= after.loc[p, "score"] - 1e-9
    rest = [q for q in before.index if q != p]
    assert after.loc[rest, "score"].tolist() == before.loc[rest, "score"].tolist()
