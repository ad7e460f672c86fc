"""Status and ledger on pieces written by hand: every number can be checked in the head."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.errors import BlockedError
from geo.rules.evidence import measured
from geo.rules.gather import evidence
from geo.rules.judge import judge
from geo.rules.spec import Rule
from geo.screen import candidates, ledger, status
from geo.screen.remains import deductions
from geo.screen.status import Minimum

BASE = {"test": "overlap_m2", "operator": "<=", "threshold": 0.0, "tolerance_m2": 1.0, "severity": "exclude",
        "effect": "cut", "confidence": "S"}  # fmt: skip
FARM = Rule.model_validate(BASE | {"id": "farm", "layer": "farm"})
OUTSIDE = Rule.model_validate(BASE | {"id": "edge", "layer": "edge", "test": "outside_m2"})
FLOOD = Rule.model_validate(BASE | {"id": "flood", "layer": "flood", "severity": "restrict", "effect": "parcel"})
SCHOOL = Rule.model_validate(BASE | {"id": "school", "layer": "school", "effect": "parcel"})


def zones(**states):
    rows = [(name, 0.0, state, "", coverage, 1, 0) for name, (state, coverage) in states.items()]
    return pd.DataFrame(rows, columns=["layer_id", "buffer_m", "state", "cause", "coverage", "features", "maybe"])


def screened(pieces, rules, aside=(), minimum=Minimum(), **states):  # noqa: B008
    rows = [(p, z, a) for p, parts in pieces.items() for z, a in parts.items()]
    frame = pd.DataFrame(rows, columns=["parcel_id", "zones", "area_m2"])
    parcels = frame.groupby("parcel_id", as_index=False)["area_m2"].sum()
    facts = pd.DataFrame({"parcel_id": parcels["parcel_id"]})
    data = evidence(parcels, zones(**states), frame, facts)
    out = frozenset(aside)
    judged = judge(rules, data.parcel_ids, lambda r: measured(r, data))
    found = deductions([r for r in rules if r.id not in out], data)
    stand = status.standing(judged, found.total, out, minimum)
    cand = candidates.table(stand, judged, found.total, data, out).set_index("parcel_id")
    lines = ledger.table(found, data, stand.code == status.S_EXCLUDED, stand.unsure_whole)
    return cand, lines


OK = {"farm": ("ok", "complete"), "edge": ("ok", "complete"), "flood": ("ok", "complete"), "school": ("ok", "complete")}


def test_scene_one_in_numbers():
    # 160 mu; farmland 8, of which 3 also lies outside the boundary; 9 more outside
    mu = 2000 / 3
    pieces = {"p": {"edge": 143 * mu, "edge|farm": 5 * mu, "farm": 3 * mu, "": 9 * mu}}
    cand, lines = screened(pieces, [FARM, OUTSIDE], **OK)
    assert cand.loc["p", "status"] == "conditional"
    assert cand.loc["p", "net_m2"] == pytest.approx(143 * mu)
    assert list(lines["step"]) == [0, 1, 2]
    assert list(lines["layer_id"]) == ["", "farm", "edge"]
    assert lines["left_m2"].iloc[0] / mu == pytest.approx(160)  # the gross area opens it
    farm, outside = lines[lines["step"] == 1].iloc[0], lines[lines["step"] == 2].iloc[0]
    assert [farm.exclusive_m2 / mu, farm.shared_m2 / mu, farm.left_m2 / mu] == pytest.approx([5, 3, 152])
    assert [outside.exclusive_m2 / mu, outside.shared_m2 / mu, outside.left_m2 / mu] == pytest.approx([9, 3, 143])


def test_first_status_that_applies():
    pieces = {
        "whole": {"edge|school": 10.0, "edge": 90.0},
        "eaten": {"edge|farm": 100.0},
        "open": {"edge|?farm": 40.0, "edge": 60.0},
        "flooded": {"edge|flood": 30.0, "edge": 70.0},
        "free": {"edge": 100.0},
        "sliver": {"edge|farm": 0.9, "edge": 99.1},
    }
    cand, _ = screened(pieces, [FARM, OUTSIDE, FLOOD, SCHOOL], **OK)
    assert cand["status"].to_dict() == {
        "whole": "excluded", "eaten": "excluded", "open": "unknown", "flooded": "conditional", "free": "eligible",
        "sliver": "eligible",
    }  # fmt: skip
    assert cand.loc["open", ["net_m2", "net_hi_m2"]].tolist() == [60.0, 100.0]
    # the tolerance changes the word, never the number
    assert cand.loc["sliver", "net_m2"] == pytest.approx(99.1)
    assert cand.loc["whole", "net_m2"] == 0


def test_unknown_whole_parcel_rule_proves_nothing_usable():
    cand, lines = screened({"p": {"edge|?school": 100.0}}, [OUTSIDE, SCHOOL], **OK)
    assert cand.loc["p", ["status", "net_m2", "net_hi_m2"]].tolist() == ["unknown", 0.0, 100.0]
    last = lines.iloc[-1]
    assert (last.layer_id, last.unknown_m2, last.left_m2) == ("?", 100.0, 0.0)


def test_a_layer_nobody_brought_is_unknown_and_one_set_aside_is_not():
    cand, _ = screened({"p": {"": 100.0}}, [FARM, FLOOD])
    assert cand.loc["p", ["status", "unknowns", "net_m2", "net_hi_m2"]].tolist() == [
        "unknown",
        "farm|flood",
        0.0,
        100.0,
    ]
    cand, _ = screened({"p": {"": 100.0}}, [FARM, FLOOD], aside=["farm"])
    assert cand.loc["p", ["status", "unknowns", "net_m2"]].tolist() == ["conditional", "flood", 100.0]


def test_unknown_on_a_procedure_rule_is_a_note():
    procedure = FLOOD.model_copy(update={"severity": "procedure"})
    cand, _ = screened({"p": {"": 100.0}}, [procedure])
    assert cand.loc["p", ["status", "unknowns"]].tolist() == ["eligible", "flood"]


def test_stale_layer_is_unknown_although_shapes_were_found():
    states = OK | {"farm": ("stale", "unknown")}
    cand, _ = screened({"p": {"edge|?farm": 100.0}}, [FARM, OUTSIDE], **states)
    assert cand.loc["p", "status"] == "unknown"


def test_minimum_area():
    cand, lines = screened({"p": {"edge": 30.0, "edge|farm": 70.0}}, [FARM, OUTSIDE], minimum=Minimum(50.0), **OK)
    assert cand.loc["p", ["status", "net_m2"]].tolist() == ["excluded", 0.0]
    assert lines.iloc[-1][["layer_id", "exclusive_m2", "left_m2"]].tolist() == ["whole", 30.0, 0.0]


@pytest.mark.parametrize(
    ("piece", "line"),
    [("edge|farm", ("exclusive_m2", "farm")), ("farm", ("shared_m2", "farm")), ("edge|?farm", ("unknown_m2", "farm"))],
)
def test_half_a_square_metre_has_its_line(piece, line):
    column, layer = line
    _, lines = screened({"p": {"edge": 1000.0, piece: 0.5}}, [FARM, OUTSIDE], **OK)
    assert lines.loc[lines["layer_id"] == layer, column].tolist() == [0.5]
    assert ("?" in set(lines["layer_id"])) == (column == "unknown_m2")


def test_pieces_that_do_not_add_up_are_a_fault_not_a_ledger():
    frame = pd.DataFrame({"parcel_id": ["p"], "zones": [""], "area_m2": [90.0]})
    parcels = pd.DataFrame({"parcel_id": ["p"], "area_m2": [100.0]})
    with pytest.raises(BlockedError):
        evidence(parcels, zones(), frame, parcels[["parcel_id"]])


LABELS = ["", "farm", "?farm", "edge", "edge|farm", "edge|?farm", "?edge", "?edge|farm", "edge|school", "?school|edge",
          "flood", "edge|flood"]  # fmt: skip
AREAS = st.dictionaries(st.sampled_from(LABELS), st.floats(2, 1e5), min_size=1)


@settings(max_examples=60)
@given(AREAS)
def test_ledger_closes(parts):
    cand, lines = screened({"p": parts}, [FARM, OUTSIDE, FLOOD, SCHOOL], **OK)
    gross = sum(parts.values())
    row = cand.iloc[0]
    own = lines[(lines.step > 0) & (lines.layer_id != "?")]
    taken = -np.diff(np.r_[gross, own["left_m2"]]).sum() if len(own) else 0.0
    unsure = lines.loc[lines.layer_id == "?", "unknown_m2"].sum()
    assert gross - taken - unsure == pytest.approx(row.net_m2, abs=0.01)
    assert lines.iloc[-1].left_m2 == pytest.approx(row.net_m2, abs=0.01)
    assert 0 <= row.net_m2 <= row.net_hi_m2 + 1e-9 <= gross + 0.01


@settings(max_examples=60)
@given(AREAS)
def test_removing_data_never_clears(parts):
    order = ["excluded", "conditional", "eligible"]
    before, _ = screened({"p": parts}, [FARM, OUTSIDE, FLOOD, SCHOOL], **OK)
    blind = {}
    for label, area in parts.items():
        words = [w for w in label.split("|") if w and w.lstrip("?") != "farm"] + ["?farm"]
        blind["|".join(sorted(words))] = blind.get("|".join(sorted(words)), 0) + area
    after, _ = screened({"p": blind}, [FARM, OUTSIDE, FLOOD, SCHOOL], **(OK | {"farm": ("ok", "unknown")}))
    was, now = before.iloc[0], after.iloc[0]
    assert now.net_m2 <= was.net_m2 + 1e-9
    assert now.status == "unknown" or order.index(now.status) <= order.index(
        was.status if was.status != "unknown" else "eligible"
    )
    assert now.status not in ("eligible", "conditional")


@settings(max_examples=60)
@given(AREAS)
def test_an_added_exclusion_never_adds_land(parts):
    fewer, _ = screened({"p": parts}, [OUTSIDE], **OK)
    more, _ = screened({"p": parts}, [OUTSIDE, FARM], **OK)
    assert more.iloc[0].net_m2 <= fewer.iloc[0].net_m2 + 1e-9
    assert more.iloc[0].net_hi_m2 <= fewer.iloc[0].net_hi_m2 + 1e-9


@given(st.permutations([FARM, OUTSIDE, FLOOD, SCHOOL]), AREAS)
@settings(max_examples=30)
def test_rule_order_changes_the_steps_not_the_result(order, parts):
    one, _ = screened({"p": parts}, [FARM, OUTSIDE, FLOOD, SCHOOL], **OK)
    two, _ = screened({"p": parts}, order, **OK)
    assert (
        one.iloc[0][["status", "net_m2", "net_hi_m2"]].tolist()
        == two.iloc[0][["status", "net_m2", "net_hi_m2"]].tolist()
    )


def test_every_parcel_has_the_pattern_of_its_own_outcomes():
    outcome = np.random.default_rng(3).integers(0, 3, (60, 500)).astype(np.uint8)
    outcome[:, 250:] = outcome[:, :250]
    kind, distinct = candidates.patterns(outcome)
    assert (distinct[:, kind] == outcome).all()
    assert distinct.shape[1] == len(np.unique(outcome, axis=1).T)
    assert candidates.patterns(outcome[:0])[1].shape == (0, 1)
    assert candidates.patterns(outcome[:, :0])[1].shape == (60, 0)
