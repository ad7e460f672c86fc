"""The map of funds by hand: who can still give, who needs what, and what is not known stays open."""

from datetime import date

import numpy as np
import pandas as pd

from geo.project import fundmap

NAN = float("nan")
DAY = date(2026, 12, 1)


def entries(*funds):
    names = ["entry_id", "name", "industries", "amount_wan", "left_wan", "expires_on"]
    frame = pd.DataFrame(funds, columns=names).assign(library="fund")
    return frame.assign(expires_on=pd.to_datetime(frame["expires_on"]))


def projects(*listed):
    names = ["project_id", "industry", "investment_wan", "investment_total_wan", "paid_wan", "stage"]
    frame = pd.DataFrame(listed, columns=names)
    days = [f"{s}_on" for s in ("reserved", "talks", "signed", "prepared", "started", "completed", "producing")]
    return frame.assign(**dict.fromkeys(days, pd.NaT))


def links(*pairs):
    return pd.DataFrame(pairs, columns=["library", "entry_id", "kind", "target"])


FUNDS = entries(
    ("F1", "引导", "C38|C42", 50000.0, 18000.0, "2031-12-31"),
    ("F2", "贷款", "C13", 20000.0, NAN, None),
    ("F3", "到期", "C42", 9000.0, 9000.0, "2026-11-30"),
    ("F4", "用完", "C14", 9000.0, 0.0, None),
)
LISTED = projects(
    ("P1", "C3825", 26000.0, 32000.0, 9000.0, "started"),  # needs 17,000: linked with F1, 18,000 left
    ("P2", "C42", 17000.0, NAN, NAN, "talks"),  # fits F1; needs at most 17,000; linked with F3, which is over
    ("P3", "C3841", 30000.0, NAN, 0.0, "talks"),  # fits F1, 18,000 are not enough
    ("P4", "C1391", NAN, 6500.0, NAN, "talks"),  # fits F2, of which nobody says what is left
    ("P5", "C1411", 5000.0, NAN, 0.0, "talks"),  # its fund is spent
    ("P6", "", 1000.0, NAN, 0.0, "talks"),  # may be of any industry
    ("P7", "C38", 1000.0, NAN, 0.0, "completed"),
    ("P8", "C38", 1000.0, NAN, 0.0, "talks"),  # fails a gate
)
LINKS = links(("fund", "F1", "project", "P1"), ("project", "P2", "fund", "F3"), ("fund", "F4", "project", "P5"),
              ("investor", "K1", "project", "P5"))  # fmt: skip


def charted(funds=FUNDS, listed=LISTED, brought=True):
    return fundmap.chart(funds, LINKS, listed, ("P8",), DAY, brought)


def test_who_backs_whom_and_with_how_much():
    made = charted()
    assert [f.state for f in made.funds] == ["live", "untold", "expired", "spent"]
    told = {n.project_id: (n.state, n.linked, n.fits, n.gone, n.enough) for n in made.needs}
    assert told == {
        "P1": ("backed", ("F1",), (), (), "yes"), "P2": ("fits", (), ("F1",), ("F3",), "yes"),
        "P3": ("fits", (), ("F1",), (), "no"), "P4": ("fits", (), ("F2",), (), "unknown"),
        "P5": ("none", (), (), ("F4",), "unknown"), "P6": ("open", (), (), (), "unknown"),
    }  # fmt: skip
    needs = {n.project_id: n.need_wan for n in made.needs}
    assert (needs["P1"], needs["P3"]) == (17000.0, 30000.0)
    assert np.isnan(needs["P2"])
    assert np.isnan(needs["P4"])
    assert [n.project_id for n in made.needs][:2] == ["P5", "P6"]  # who has nobody comes first
    assert made.apart == 2
    left = {n.project_id: (n.left_wan, n.untold) for n in made.needs}
    assert left["P1"] == (18000.0, 0)
    assert np.isnan(left["P4"][0]), "nobody states what is left: that is not nought"
    assert left["P4"][1] == 1


def test_without_a_library_nobody_is_said_to_be_without_a_fund():
    made = charted(FUNDS.iloc[:0], brought=False)
    assert {n.state for n in made.needs} == {"open"}
    assert charted(FUNDS.iloc[:0]).needs[0].state == "none"


def test_a_coarse_industry_and_a_fund_for_all_are_open():
    given = entries(("F1", "细", "C3825", 1.0, 1.0, None))
    assert {n.project_id: n.state for n in charted(given).needs}["P1"] == "backed"
    one = projects(("P", "C38", 1.0, NAN, 0.0, "talks"), ("Q", "C13", 1.0, NAN, 0.0, "talks"))
    assert {n.project_id: n.state for n in charted(given, one).needs} == {"P": "open", "Q": "none"}
    every = entries(("F1", "普", "", 1.0, 1.0, None))
    assert {n.state for n in charted(every, one).needs} == {"open"}
