"""The chain map by hand: states of stations and links, clusters, who fills a gap; and fast when it is large."""

import time

import numpy as np
import pandas as pd
import shapely

from geo.project import chainmap, stations
from geo.project.chain import Firms


def links(*pairs):
    return pd.DataFrame(pairs, columns=["from_industry", "to_industry", "strength"])


def firms(*industries, known=True, doubtful=None):
    points = np.array([shapely.Point(100.0 * k, 0.0) for k in range(len(industries))], object)
    ids = np.array([f"F{k}" for k in range(len(industries))], object)
    return Firms(ids, np.array(industries, object), points, known, None if doubtful is None else np.array(doubtful))


def projects(*rows):
    return pd.DataFrame(rows, columns=["project_id", "industry"])


LINKS = links(("C26", "C28", 0.6), ("C28", "C17", 0.8), ("C17", "C18", 0.9), ("C34", "C35", 0.5))
LISTED = projects(("M1", "C171"), ("M2", "C17"), ("M3", "C26"), ("M4", ""))
PLACES = {"P1": shapely.box(-10, -10, 10, 10)}


def charted(given, park="", rejected=("M2",), radius=150.0):
    near = stations.table(LISTED, LINKS, given, PLACES, radius)
    return chainmap.chart(LINKS, near, LISTED, rejected, park)


def test_stations_links_clusters_and_fillers():
    made = charted(firms("C28", "C18", "C181", "C34", "C352"))
    states = {s.industry: s.state for s in made.stations}
    assert states == {"C17": "missing", "C18": "strong", "C26": "missing", "C28": "weak", "C34": "weak", "C35": "weak"}
    assert [x.state for x in made.links] == ["half", "half", "half", "strong"]
    assert made.clusters == 1
    assert {s.industry for s in made.stations if s.cluster} == {"C34", "C35"}
    first, second = made.fillers[:2]
    # 纺织 would join 化纤 (0.8) and 服装 (0.9); of the two projects one fails its gate
    assert (first.industry, first.projects, first.partners) == ("C17", ("M1",), ("C18", "C28"))
    assert round(first.gain, 9) == 1.7
    assert (second.industry, second.projects, second.partners, second.gain) == ("C26", ("M3",), ("C28",), 0.6)
    assert [f.state for f in made.fillers] == ["missing", "missing", "weak", "weak", "weak"]


def test_industries_that_supply_each_other_are_two_links_of_one_partner():
    both = links(("C28", "C17", 0.8), ("C17", "C28", 0.3), ("C17", "C18", 0.9), ("C17", "C17", 0.5))
    near = stations.table(LISTED, both, firms("C28", "C18"), {}, 1.0)
    gap = next(f for f in chainmap.chart(both, near, LISTED, ()).fillers if f.industry == "C17")
    assert gap.partners == ("C18", "C28")
    assert round(gap.gain, 9) == 2.0  # 0.8 + 0.3 + 0.9; what it would give itself joins nobody


def test_a_park_counts_what_is_within_reach():
    made = {s.industry: s for s in charted(firms("C28", "C18", "C181"), "P1").stations}
    assert made["C18"].named == ("F1",)  # F2 is 190 m from the ground of the park
    assert made["C18"].state == "weak"


def test_what_is_not_known_is_open_never_missing():
    one = {s.industry: s.state for s in charted(firms("C28", "")).stations}
    assert (one["C28"], one["C17"]) == ("weak", "open")
    assert {s.state for s in charted(firms(known=False)).stations} == {"open"}
    doubtful = {s.industry: s.state for s in charted(firms("C28", doubtful=[True])).stations}
    assert set(doubtful.values()) == {"open"}


def test_givers_stand_left_of_takers_and_rings_do_not_hang():
    places = {s.industry: (s.column, s.row) for s in charted(firms()).stations}
    assert [places[c][0] for c in ("C26", "C28", "C17", "C18")] == [0, 1, 2, 3]
    assert len(set(places.values())) == len(places)
    ring = links(("C1", "C2", 1.0), ("C2", "C1", 1.0), ("C2", "C3", 1.0))
    near = stations.table(LISTED, ring, firms("C1"), {}, 1.0)
    assert {s.industry: s.column for s in chainmap.chart(ring, near, LISTED, ()).stations} == {
        "C1": 0,
        "C2": 0,
        "C3": 1,
    }


def test_300_firms_135_links_160_projects_within_a_second():
    rng = np.random.default_rng(7)
    codes = [f"C{k}" for k in range(130, 210)]
    pairs = sorted({tuple(sorted(rng.choice(codes, 2, replace=False))) for _ in range(400)})[:135]
    many = links(*((a, b, float(rng.uniform(0.1, 1.0))) for a, b in pairs))
    given = firms(*rng.choice(codes, 300))
    listed = projects(*((f"M{k}", c) for k, c in enumerate(rng.choice(codes, 160))))
    parks = {f"P{k}": shapely.box(3000.0 * k, 0, 3000.0 * k + 500, 500) for k in range(10)}
    began = time.perf_counter()
    near = stations.table(listed, many, given, parks, 5000.0)
    made = [chainmap.chart(many, near, listed, (), p) for p in ("", *parks)]
    assert time.perf_counter() - began < 1.0 * len(made)
    alone = time.perf_counter()
    chainmap.chart(many, near, listed, ())
    assert time.perf_counter() - alone < 1.0
    assert len(made[0].links) == 135
    assert len({(s.column, s.row) for s in made[0].stations}) == len(made[0].stations)
