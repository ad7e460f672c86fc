"""Links of the chain as offices keep them, with what is supplied and asked for; a weak link by amounts."""

import math

import pytest

from geo.project import chainmap
from layers.study.registers import links
from layers.study.spec import read as read_study
from tests.geo.project.test_chainmap import LISTED, firms
from tests.geo.project.test_chainmap import stations as near
from tests.layers.study.pipeline import LAYER, folder


def opened(place, text):
    made = folder(place, LAYER.format(id="l", role="link", source="l.csv", more=""))
    (made / "inputs" / "l.csv").write_text(text, encoding="utf-8")
    frame, _, found = links.read(read_study(made), made)
    return frame, found


@pytest.mark.parametrize(
    ("head", "row", "supply", "demand", "unit", "code"),
    [
        ("供应量（吨）,需求量（吨）", "800,1200", 800.0, 1200.0, "吨", ""),
        ("供应量,需求量,单位", "0.08,0.12,万吨", 800.0, 1200.0, "吨", ""),
        ("供应量,需求量", "800吨,0.12万吨", 800.0, 1200.0, "吨", ""),
        ("供应量,需求量", "8000kg,12吨", 8.0, 12.0, "吨", ""),
        ("本地供应量（吨）,本地需求量（吨）", "800,", 800.0, math.nan, "吨", ""),
        ("供应量,需求量", "800吨,1200台", math.nan, math.nan, "台", "link_units_differ"),
        ("供应量（吨）,需求量（吨）", "-5,约1200", math.nan, math.nan, "", "link_amount_unreadable"),
    ],
)
def test_amounts_as_they_are_written(tmp_path, head, row, supply, demand, unit, code):
    frame, found = opened(tmp_path, f"上游行业,下游行业,关联强度,{head}\nC28,C17,0.8,{row}\n")
    told = frame.iloc[0]
    assert [told["supply"], told["demand"]] == pytest.approx([supply, demand], nan_ok=True)
    assert told["amount_unit"] == unit
    assert code in ([f.code for _, f in found] or [""])


def test_a_file_without_amounts_has_no_such_columns(tmp_path):
    frame, found = opened(tmp_path, "上游行业,下游行业,关联强度\nC28,C17,0.8\n")
    assert list(frame) == ["from_industry", "to_industry", "strength"]
    assert [f for _, f in found if f.severity == "warn"] == []


def test_supply_below_demand_of_the_county_is_a_weak_link_of_the_county_alone(tmp_path):
    head = "上游行业,下游行业,关联强度,供应量（吨）,需求量（吨）"
    text = f"{head}\nC28,C17,0.8,800,1200\nC26,C28,0.6,50,50\nC17,C18,0.9,,90\n"
    frame, _ = opened(tmp_path, text)
    given = firms("C28", "C28", "C17", "C17", "C26", "C26", "C18", "C18")
    places = {"P1": near.shapely.box(-10, -10, 1000, 10)}
    table = near.table(LISTED, frame, given, places, 150.0)
    county = chainmap.chart(frame, table, LISTED, ())
    assert {s.industry: s.state for s in county.stations} == {
        "C17": "strong",
        "C18": "strong",
        "C26": "strong",
        "C28": "weak",
    }
    assert [(x.giver, x.state, x.lacking) for x in county.links] == [
        ("C17", "strong", 0.0),
        ("C26", "strong", 0.0),
        ("C28", "short", 400.0),
    ]
    assert county.clusters == 1  # a short link still joins its ends
    [gap] = county.fillers
    assert (gap.industry, gap.state, gap.lacking) == ("C28", "weak", (("C17", 400.0, "吨"),))
    park = chainmap.chart(frame, table, LISTED, (), "P1")
    assert {s.state for s in park.stations} == {"strong"}


def test_amounts_of_a_park_count_on_its_map_and_on_no_other(tmp_path):
    text = "上游行业,下游行业,关联强度,园区,供应量,需求量\n"
    text += "C28,C17,0.8,,1200吨,1000吨\nC28,C17,,河东园,300吨,0.05万吨\n"
    text += "C28,C17,0.8,西园,1吨,2吨\nC26,C28,0.6,P1,90台,30台\n"
    text += "C28,C17,0.5,P2,9吨,8吨\nC28,C17,,P1,1吨,1吨\n"
    made = folder(tmp_path, LAYER.format(id="l", role="link", source="l.csv", more=""))
    (made / "inputs" / "l.csv").write_text(text, encoding="utf-8")
    frame, amounts, found = links.read(read_study(made), made, {"P1": "河东园", "P2": "河西园"})
    assert [f.code for _, f in found if f.severity != "fixed"] == [
        "link_park_unknown", "link_strength_differs", "link_repeats",
    ]  # fmt: skip
    told = {tuple(r[:3]): tuple(r[3:]) for r in amounts.to_numpy()}
    assert told == {
        ("P1", "C28", "C17"): (300.0, 500.0, "吨"), ("P1", "C26", "C28"): (90.0, 30.0, "台"),
        ("P2", "C28", "C17"): (9.0, 8.0, "吨"),
    }  # fmt: skip
    assert frame["strength"].tolist() == [0.6, 0.8]
    places = {"P1": near.shapely.box(-10, -10, 1000, 10), "P2": near.shapely.box(-10, -10, 1000, 10)}
    table = near.table(LISTED, frame, firms("C28", "C28", "C17", "C17", "C26"), places, 150.0)

    def lacking(park):
        made = chainmap.chart(frame, table, LISTED, (), park, amounts=amounts)
        return {(x.giver, x.taker): (x.state, x.lacking) for x in made.links}

    assert lacking("")["C28", "C17"] == ("strong", 0.0)
    assert lacking("P1") == {("C26", "C28"): ("strong", 0.0), ("C28", "C17"): ("short", 200.0)}
    assert lacking("P2")["C28", "C17"] == ("strong", 0.0)
