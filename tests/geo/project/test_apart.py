"""Distances between projects: told from both sides, sure only where no layout can keep them."""

import shapely

from geo.project import apart


def box(west, size=100.0):
    return shapely.box(west, 0, west + size, size)


def test_who_stands_too_near():
    placed = {"A": box(0), "B": box(400), "C": box(2000)}
    (one,) = apart.too_near(placed, {"A": (700.0, 700.0)})
    assert (one.project, one.other, one.distance_m, one.limit_m, one.sure) == ("A", "B", 300.0, 700.0, True)
    assert apart.too_near(placed, {"A": (300.0, 300.0)}) == (), "exactly the distance stated is kept"
    assert apart.too_near(placed, {}) == ()
    (open_,) = apart.too_near(placed, {"A": (400.0, 400.0)})
    assert not open_.sure, "the layout of two sites of 100 m may keep 400 m"


def test_a_range_is_open_between_its_ends():
    (one,) = apart.too_near({"A": box(0), "B": box(400)}, {"A": (200.0, 1000.0)})
    assert not one.sure


def test_sites_against_pinned_projects():
    names = {"A": "甲", "B": "乙", "C": "丙"}
    sites = {"S0": box(0), "S1": box(5000)}
    found = apart.site_rows({"B": (700.0, 700.0)}, sites, {"B": box(300)}, names)
    assert found[["project_id", "site_id", "outcome", "severity"]].to_numpy().tolist() == [
        ["A", "S0", "conflict", "restrict"], ["C", "S0", "conflict", "restrict"],
    ]  # fmt: skip
    assert "乙" in found["reason"].iloc[0]
    own = apart.site_rows({"A": (700.0, 700.0)}, sites, {"B": box(300)}, names)
    assert own["project_id"].tolist() == ["A"], "only A states one"
    assert apart.site_rows({"B": (700.0, 700.0)}, sites, {}, names).empty
