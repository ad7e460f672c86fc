"""The joint argument: every line is what the tables say, what is not known is left to a department, by hand."""

import math
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest

from geo.basis.errors import BlockedError, SpecError
from geo.basis.units import hi
from layers.ask import argued
from layers.ask.rated import rated
from layers.library import argument, office, resources
from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue
from layers.words import argue as words
from tests.counties import made


@pytest.fixture(scope="module")
def county():
    return open_results(made("run"))


@pytest.fixture(scope="module")
def placed(county):
    return argued.argued(county, "XM-02")


def mine(results, table):
    frame = pd.DataFrame(results.table(table))
    return frame[frame["project_id"] == "XM-02"]


def points(found, kind):
    return {p.item: p for p in found.points if p.kind == kind and p.item}


def test_every_line_recomputes_from_the_tables(county, placed):
    match = mine(county, "matches").iloc[0]
    assert (placed.site_id, placed.park_id, match["status"]) == (match["site_id"], match["park_id"], "placed")
    listed, demand = mine(county, "projects").iloc[0], mine(county, "demand").iloc[0]
    for kind, row in (("fact", listed), ("demand", demand)):
        for item, p in points(placed, kind).items():
            if isinstance(row[item], float):
                known = not math.isnan(row[item]) and row.get(hi(item), row[item]) == row[item]
                assert (p.state == "stated") == known, item
                assert p.low == row[item] or math.isnan(row[item])
            else:
                assert (p.text, p.state) == (row[item], "stated" if row[item] else "unknown")
    every = mine(county, "gates").sort_values("park_id", ascending=False)
    gates = every.query("park_id in ('', @placed.park_id)").drop_duplicates("gate_id").set_index("gate_id")
    assert gates.park_id["chemical-park"] == gates.park_id["park-admission"] == placed.park_id
    had = {r.id for r in county.rules}
    for item, p in points(placed, "gate").items():
        if item in gates.index:
            due = (gates.outcome[item], gates.severity[item]) == ("conflict", "procedure")
            assert p.state == ("due" if due else gates.outcome[item])
        else:
            assert p.state == ("none" if item in had else "unknown")
    assert {"due", "clear", "unknown"} <= {p.state for p in points(placed, "gate").values()}
    site = county.table("sites").set_index("site_id").loc[placed.site_id]
    rules = points(placed, "rule")
    assert {i for i, p in rules.items() if p.state == "unknown"} == set(filter(None, site["unknowns"].split("|")))
    assert {i for i, p in rules.items() if p.state == "due"} == set(filter(None, site["conditions"].split("|")))
    judged = mine(county, "site_gates")
    on_site = judged.query("site_id == @placed.site_id").set_index("gate_id")
    assert set(points(placed, "site_gate")) == set(judged["gate_id"])  # every rule that speaks of the project
    for item, p in points(placed, "site_gate").items():
        found = on_site.loc[item] if item in on_site.index else {"outcome": "clear", "severity": ""}
        due = (found["outcome"], found["severity"]) == ("conflict", "procedure")
        assert p.state == ("due" if due else found["outcome"]), item
    assert {"clear", "due"} <= {p.state for p in points(placed, "site_gate").values()}
    left = county.table("capacity").query("park_id == @placed.park_id").set_index("resource")["left"]
    power, water = (points(placed, "capacity")[r] for r in ("power", "water"))
    assert (power.low, power.left, power.state) == (demand["power_kva"] / 1000, left["power"], "clear")
    assert (water.low, water.left, water.state) == (demand["water_m3d"], left["water"], "clear")
    assert points(placed, "capacity")["gas"].state == "unknown"  # neither needed nor left is known
    quota, forest = (points(placed, "capacity")[r] for r in ("new_construction", "forest_quota"))
    drawn = mine(county, "draws").set_index("resource")["amount"]
    # 140 of the 152 亩 of its site are taken, and no forest: what is left is what placing left
    assert (quota.low, quota.left) == (drawn["new_construction"], left["new_construction"])
    assert quota.low == 140.0 < site["quota_m2"] * 3 / 2000
    assert (forest.low, forest.state) == (0.0, "clear")


def test_every_rule_is_asked_once_and_every_department_answers(county, placed):
    lines = [(p.kind, p.item) for p in placed.points if p.kind in ("rule", "site_gate", "gate") and p.item]
    assert len(lines) == len(set(lines))
    assert {p.department for p in placed.points} == {"land", "ecology", "technology", "benefit", "safety"}
    for department in ("land", "ecology", "technology", "benefit", "safety"):
        open_ = placed.open_of(department)
        assert sum(p.kind == "asked" for p in open_) == 1  # what only the department can say
        assert all(p.state in ("due", "unknown", "asked") for p in open_)


def changed(results, **tables):
    """Return the results with tables of the test's own."""
    own = open_results(results.folder)
    own._tables.update(tables)
    return own


def test_a_site_nobody_measured_leaves_its_gates_open(county, placed):
    given = {n: county.table(n) for n in ("sites_measured", "site_gates")}
    own = changed(county, **{n: t[t["site_id"] != placed.site_id] for n, t in given.items()})
    found = points(argued.argued(own, "XM-02"), "site_gate")
    assert set(found) == set(points(placed, "site_gate"))
    assert {p.state for p in found.values()} == {"unknown"}
    assert "site_not_measured" in {p.reason.split('"')[3] for p in found.values()}


@pytest.mark.parametrize(
    ("park", "state", "code"),
    [("B1", "clear", "park_chemical"), ("D1", "conflict", "park_not_chemical"), ("", "clear", "")],
)
def test_a_gate_judged_park_by_park_is_that_of_its_own_park(county, placed, park, state, code):
    matches, projects = county.table("matches"), county.table("projects")
    two = matches["project_id"] == "XM-02"
    own = changed(county, matches=matches.assign(park_id=matches["park_id"].mask(two, park)),
                  projects=projects.assign(wish_park_id=""))  # fmt: skip
    found = points(argued.argued(own, "XM-02"), "gate")["chemical-park"]
    # outside all parks the rule is judged on the ground of the site itself
    assert (found.state, code in found.reason) == (state, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gate_of_a_park_says_why_and_by_which_clause(county, placed, language):
    frame = words.listed(placed, language)
    line = frame[[p.kind == "gate" and p.item == "chemical-park" for p in placed.points]].iloc[0]
    assert "东港化工基地" in line["known"]
    assert line["basis"] == getattr(county.rule("chemical-park").clause, language)


def test_without_a_park_a_gate_of_parks_is_open(county):
    own = changed(county, matches=county.table("matches").assign(status="unplaced"),
                  projects=county.table("projects").assign(wish_park_id=""))  # fmt: skip
    found = points(argued.argued(own, "XM-02"), "gate")["chemical-park"]
    assert (found.state, found.said) == ("unknown", argued.NO_SITE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_to_answer_is_named(placed, language):
    assert sum(len(one.frame) for one in words.sections(placed, language)) == len(placed.points)
    frame = words.listed(placed, language)
    for one, department in zip(words.sections(placed, language), placed.table.departments, strict=True):
        mine, told = one.frame, one.told
        lines = [p for p in placed.points if p.department == department.id]
        for p, item in zip(lines, mine["item"], strict=True):
            assert item in told or p.state not in argued.OPEN
    ids = {r.id for r in placed.results.rules} | {p.item for p in placed.points}
    assert not {i for i in ids if "-" in i or "_" in i} & set(frame["item"])  # words, no codes
    assert not frame.map(lambda t: "nan" in t.lower().split()).any(axis=None)


def test_a_building_has_no_land_to_ask_about(county):
    found = argued.argued(county, "XM-03")
    about_land = [p for p in found.points if p.kind in ("site", "ledger", "rule")]
    assert {p.state for p in about_land} == {"none"}
    assert points(found, "capacity")["new_construction"].state == "none"


@pytest.mark.parametrize(
    ("need", "high", "left", "state"),
    [(3.0, 3.0, 4.0, "clear"), (5.0, 5.0, 4.0, "conflict"), (3.0, 5.0, 4.0, "unknown"), (4.0, 4.0, 4.0, "clear"),
     (math.nan, math.nan, 4.0, "unknown"), (3.0, 3.0, math.nan, "unknown")],
)  # fmt: skip
def test_what_is_needed_is_held_against_what_is_left(need, high, left, state):
    about = SimpleNamespace(match={}, site={}, in_building=False)
    demand = {"water_m3d": need, "water_hi_m3d": high}
    assert argued._left(about, resources.entry("water"), demand, left)["state"] == state
    placed = SimpleNamespace(match={"uncounted": "water"}, site={}, in_building=False)
    assert argued._left(placed, resources.entry("water"), demand, left)["state"] == "unknown"


def test_an_office_asks_its_own_questions(month_end, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(month_end, folder, symlinks=True)
    own = office.own(argument.FILE, folder)
    head = '[head]\nsource = "本县分工"\nconfidence = "local"\n[[departments]]\nid = "a"\ntitle = "甲局"\n'
    asked = '[[departments.questions]]\nid = "q"\ntitle = "问"\nkind = "fact"\nnames = ["tax_wan", "fire_class"]\n'
    own.write_text(head + asked, encoding="utf-8")
    results = open_results(folder)
    found = argued.argued(results, "甲纺织")
    assert [(p.item, p.low, p.state) for p in found.points[:1]] == [("tax_wan", 800.0, "stated")]
    assert [p.item for p in found.open_of("a")] == ["fire_class"]
    assert not found.table.unverified
    with pytest.raises(BlockedError):
        argued.argued(results, "nobody")
    for wrong in (asked + asked, asked.replace('kind = "fact"', 'kind = "asked"'), asked.replace("fact", "guess")):
        own.write_text(head + wrong, encoding="utf-8")
        with pytest.raises(SpecError):
            argued.argued(results, "M1")


@pytest.mark.parametrize(
    ("kind", "names", "wrong", "near"),
    [("fact", ["tax_wan", "tax_wn"], "tax_wn", "tax_wan"), ("demand", ["land_m"], "land_m", "land_m2"),
     ("site", ["net"], "net", ""), ("capacity", ["powr"], "powr", "power"), ("rating", ["jobz"], "jobz", "jobs"),
     ("gate", ["park-admision"], "park-admision", "park-admission"), ("rule", ["water-sorce*"], "water-sorce*", ""),
     ("site_gate", ["chemical-parks"], "chemical-parks", "chemical-park")],
)  # fmt: skip
def test_a_name_nothing_has_is_told_and_leaves_its_question_open(month_end, tmp_path, kind, names, wrong, near):
    folder = tmp_path / "study"
    shutil.copytree(month_end, folder, symlinks=True)
    head = '[head]\nsource = "本县分工"\nconfidence = "local"\n[[departments]]\nid = "a"\ntitle = "甲局"\n'
    asked = f'[[departments.questions]]\nid = "q"\ntitle = "问"\nkind = "{kind}"\nnames = {names}\n'
    office.own(argument.FILE, folder).write_text(head + asked.replace("'", '"'), encoding="utf-8")
    found = argued.argued(open_results(folder), "M1")
    assert [n.name for n in found.lost] == [wrong]
    assert near in (*found.lost[0].near, "")
    assert wrong in [p.item for p in found.open_of("a")]
    for language in LANGUAGES:
        told = words.notes(found, language)[0]
        assert wrong in told
        assert near in told
        assert wrong in words.listed(found, language)["item"].tolist()
    assert words.plain(found)["unknown_names"][0]["name"] == wrong


def test_shipped_questions_read_what_there_is(county, month_end):
    # a name nobody has would be a question that is open for ever
    assert argued.argued(county, "XM-02").lost == ()
    known = {
        "fact": set(county.table("projects").columns), "demand": set(county.table("demand").columns),
        "site": set(county.table("sites").columns), "capacity": {e.id for e in resources.entries()},
    }  # fmt: skip
    rules = {r.id for n in words.packs.shipped() for r in words.packs.pack(n, words.packs.PACKS).rules}
    gates = rules | {k.removeprefix("gate.") for k in catalogue("zh") if k.startswith("gate.")}
    known |= {"gate": gates, "rating": {c.id for c in rated(open_results(month_end)).criteria.criteria}}
    for question in (q for d in argument.table().departments for q in d.questions if q.names):
        for name in question.names:
            if question.kind in known:
                assert name in known[question.kind], (question.id, name)
            elif name != "*":
                assert any(argued.fnmatchcase(r, name) for r in rules), (question.id, name)
