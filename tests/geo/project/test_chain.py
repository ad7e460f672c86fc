"""Chain fit worked by hand: partners, distances, missing links, points; nothing known, nothing scored."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.project.chain import Firms, Terms, fit

TERMS = Terms(radius_m=5000.0, joined_share=0.5)
LINKS = pd.DataFrame(
    [("C28", "C17", 0.8), ("C17", "C18", 0.9), ("C26", "C17", 0.3)],
    columns=["from_industry", "to_industry", "strength"],
)
PARK = {"A": shapely.box(0, 0, 1000, 1000)}


def firms(*given, known=True):
    ids, industries, points = zip(*given, strict=True) if given else ((), (), ())
    shapes = np.array([shapely.Point(p) for p in points], object)
    return Firms(np.array(ids, object), np.array(industries, object), shapes, known)


def one(industry, near, links=LINKS):
    projects = pd.DataFrame({"project_id": ["P"], "industry": [industry]})
    return fit(projects, links, near, PARK, TERMS).iloc[0]


def test_a_missing_link_counts_in_full():
    row = one("C1711", firms(("Q1", "C2811", (2000, 500)), ("Q2", "C18", (500, 500)), ("Q3", "", (600, 500))))
    # 28 is 1,000 m away (0.8 × 0.8), 18 inside (0.9 × 1), 26 is nowhere near; the links weigh 2.0
    assert row["points"] == pytest.approx(100 * (0.8 * 0.8 + 0.9) / 2.0)
    assert (row["suppliers"], row["customers"]) == ("Q1", "Q2")
    assert (row["nearest_m"], row["mean_m"]) == (0.0, 500.0)
    assert row["missing"] == "C28|C18"
    assert '"unknown": 1' in row["reason"]


def test_two_links_with_one_partner_count_both():
    # a link speaks of all codes under its own: 28 supplies 17 and 171, alike
    twice = pd.DataFrame([("C28", "C17", 0.8), ("C28", "C171", 0.8)], columns=LINKS.columns)
    row = one("C1711", firms(("Q1", "C2811", (500, 500))), twice)
    assert (row["points"], row["missing"], row["partners"]) == (pytest.approx(100.0), "C28", 1)


def test_where_its_own_industry_is_near_it_joins_by_half():
    row = one("C17", firms(("Q2", "C18", (500, 500)), ("Q4", "C1711", (4000, 500))))
    assert row["points"] == pytest.approx(100 * 0.9 * 0.5 / 2.0)
    assert row["missing"] == ""


def test_partners_beyond_the_radius_count_nothing():
    row = one("C17", firms(("Q2", "C18", (6001, 500))))
    assert (row["partners"], row["points"]) == (0, 0.0)
    assert np.isnan(row["nearest_m"])


@pytest.mark.parametrize(
    ("industry", "near", "code"),
    [("", firms(("Q", "C18", (0, 0))), "chain_industry_unknown"), ("C17", firms(known=False), "chain_no_firms"),
     ("C99", firms(("Q", "C18", (0, 0))), "chain_no_links")],
)  # fmt: skip
def test_what_is_not_known_does_not_score(industry, near, code):
    row = one(industry, near)
    assert np.isnan(row["points"])
    assert code in row["reason"]


def test_a_firm_of_unknown_industry_never_adds_points():
    known = firms(("Q2", "C18", (500, 500)))
    more = firms(("Q2", "C18", (500, 500)), ("Q3", "", (500, 500)))
    assert one("C17", known)["points"] == one("C17", more)["points"]
