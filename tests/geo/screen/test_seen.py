"""Screening in blocks of parcels: what is said of one does not depend on who is judged with it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.basis.batches import joined
from geo.basis.tables import settled
from geo.rules.gather import evidence
from geo.rules.spec import Rule
from geo.screen import seen
from geo.screen.setting import Setting
from geo.screen.status import Minimum

BASE = {"test": "overlap_m2", "operator": "<=", "threshold": 0.0, "tolerance_m2": 1.0, "severity": "exclude",
        "effect": "cut", "confidence": "S"}  # fmt: skip
RULES = (
    Rule.model_validate(BASE | {"id": "farm", "layer": "farm"}),
    Rule.model_validate(BASE | {"id": "school", "layer": "school", "effect": "parcel"}),
    Rule.model_validate(BASE | {"id": "river", "layer": "river", "use_classes": ["chemical"], "effect": "parcel"}),
)
ZONES = pd.DataFrame(
    [(n, 0.0, "ok", "", "complete", 1, 0) for n in ("farm", "school", "river")],
    columns=["layer_id", "buffer_m", "state", "cause", "coverage", "features", "maybe"],
)


def land(count):
    rng = np.random.default_rng(3)
    labels = np.array(["", "farm", "farm|river", "school", "river", "?farm"], object)
    pieces = pd.DataFrame({
        "parcel_id": np.repeat([f"p{k:03d}" for k in range(count)], 3),
        "zones": [z for _ in range(count) for z in rng.choice(labels, 3, replace=False)],
        "area_m2": rng.uniform(10, 900, 3 * count).round(2),
    })  # fmt: skip
    parcels = pieces.groupby("parcel_id", as_index=False)["area_m2"].sum()
    # whoever wrote them: pieces need not come in the order of the parcels
    return evidence(parcels, ZONES, pieces.sample(frac=1, random_state=1), parcels[["parcel_id"]])


def tables(data, setting):
    none = np.zeros(len(data.parcel_ids), bool)
    parts = [seen.screened(d, setting, none[rows], ~none[rows]) for d, rows in seen.in_blocks(data)]
    made = joined(parts)
    return len(parts), {name: settled(name, frame) for name, frame in made.items()}


@pytest.mark.parametrize("size", [1, 7, 39, 40, 41])
def test_blocks_change_no_row(monkeypatch, size):
    data, setting = land(40), Setting(RULES)
    _, whole = tables(data, setting)
    monkeypatch.setattr(seen, "BLOCK", size)
    blocks, parted = tables(data, setting)
    assert blocks == -(-40 // size)
    assert len(whole["verdicts"]) == 2 * 40
    assert len(whole["use_status"]) > 5
    for name, frame in whole.items():
        other = parted[name].astype(frame.dtypes.astype(str).replace("category", "object").to_dict())
        pd.testing.assert_frame_equal(frame.astype(other.dtypes), other, check_dtype=False)


def test_no_parcel_still_gives_every_table():
    parts = [seen.screened(d, Setting(RULES), *[np.zeros(0, bool)] * 2) for d, _ in seen.in_blocks(land(0))]
    assert [set(p) for p in parts] == [{"verdicts", "candidates", "ledger", "use_status"}]
    assert not any(len(frame) for frame in parts[0].values())


def test_another_use_reads_what_was_read_and_no_other_rule():
    data = land(40)
    own, chemical = Setting(RULES), Setting(RULES, use_class="chemical")
    like = seen.seen(data, own)
    pd.testing.assert_frame_equal(
        seen.seen(data, chemical, like).candidates(None), seen.seen(data, chemical).candidates(None)
    )
    # a rule of the same name with another layer is another rule
    other = Setting((RULES[0].model_copy(update={"layer": "river"}), *RULES[1:]))
    pd.testing.assert_frame_equal(
        seen.seen(data, other, like).candidates(None), seen.seen(data, other).candidates(None)
    )


def test_a_park_of_many_ponds_is_wide_by_its_ground_and_not_by_its_perimeter():
    """Area ÷ perimeter bounds the largest circle only where there are no holes: specks add next to no perimeter."""
    x, y = np.meshgrid(np.arange(5.0, 100, 10), np.arange(5.0, 100, 10))
    specks = [shapely.box(a, b, a + 1e-3, b + 1e-3).exterior for a, b in zip(x.ravel(), y.ravel(), strict=True)]
    park, open_ = shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, specks), shapely.box(0, 0, 100, 100)
    frame = pd.DataFrame({"parcel_id": ["ponds", "open"], "part": 1, "net_m2": [park.area, open_.area]})
    found = seen.holding(
        np.array(["open", "ponds", "none"], object), gpd.GeoDataFrame(frame, geometry=[park, open_]), Minimum(100, 20)
    )
    assert found.tolist() == [True, False, False]
