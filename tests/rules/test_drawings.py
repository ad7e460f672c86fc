"""Every shipped rule that judges parcels, on a drawing: measured and judged for real, numbers worked by hand."""

import numpy as np
import pytest
import shapely

from geo import study as flow
from geo.basis.inputs import Raster
from geo.basis.layer import Zone
from geo.rules.terms import AREA_TESTS
from geo.screen.setting import Setting
from layers.study.packs import PACKS, pack, shipped
from tests.geo.measure.making import CRS, PLANAR, X, Y, layer, measure, parcels, world
from tests.rules.drawings import DRAWN as LAND
from tests.rules.drawings import FAR, box
from tests.rules.drawings_joint import JOINT, ZONES

DRAWN = LAND | {"joint-review-cn": JOINT, "cn-national": LAND["cn-national"] | ZONES}

RULES = {(name, rule.id): rule for name in shipped() for rule in pack(name, PACKS).rules if not rule.industries}
EVERY = pytest.mark.parametrize("which", list(RULES), ids=[f"{name}:{rule}" for name, rule in RULES])
ANSWERS = ("clear", "conflict", "unknown")
STATUS = {
    ("exclude", "cut"): ("eligible", "conditional", "unknown"),
    ("exclude", "parcel"): ("eligible", "excluded", "unknown"),
    ("restrict", "cut"): ("eligible", "conditional", "conditional"),  # an exclusion from memory
    ("restrict", "parcel"): ("eligible", "conditional", "conditional"),
    ("procedure", "parcel"): ("eligible", "conditional", "eligible"),
    ("prefer", "parcel"): ("eligible", "eligible", "eligible"),
}
"""What the answers lead to when the rule stands alone."""
CELL = 10.0


def placed(points):
    moved = [(X + x, Y + y) for x, y in points]
    return shapely.LineString(moved) if len(moved) == 2 else shapely.Polygon(moved)


def elevation(slopes):
    """Heights in three valleys, each rising east at its slope; a strip of 20 m is missing under the third parcel."""
    west = -100.0 + CELL * np.arange(80) + CELL / 2  # middles of cells, from x = −100 to 700
    rise = np.select([west < 150, west < 350], slopes[:2], slopes[2]) / 100
    heights = np.tile(rise * west, (40, 1))
    heights[:, (west > 440) & (west < 460)] = np.nan
    return Raster("dem", "dem", heights, (CELL, 0.0, X - 100, 0.0, -CELL, Y + 250), CRS)


def tables_of(rule, drawing, with_data=True):
    lands = parcels(*map(placed, drawing.lands), ids=ANSWERS)
    lands["area_m2"] = lands.geometry.area
    rasters = {"dem": elevation(drawing.slopes)} if drawing.slopes and with_data else {}
    layers = []
    if drawing.shapes and with_data:
        known = None if drawing.coverage is None else placed(drawing.coverage)
        shapes = map(placed, drawing.shapes)
        coverage = "complete" if known is None else "partial"
        told = {name: np.array(values, object) for name, values in (drawing.told or {}).items()}
        layers = [
            layer(*shapes, name=rule.layer, maybe=drawing.maybe, coverage=coverage, known=known, attributes=told),
            *(left_out(name, drawing) for name in rule.minus),
        ]
    zones = [rule.zone, *map(Zone, rule.minus)] if rule.test in AREA_TESTS else []
    distances = [rule.layer] if rule.test == "distance_m" else []
    return measure(world(lands, *layers, rasters=rasters), zones, distances, PLANAR) | {"parcels": lands}


def left_out(name, drawing):
    """The layer a rule leaves out: as drawn, or complete and empty."""
    ends = drawing.minus_known_to
    known = None if ends is None else placed(box(-FAR, -FAR, ends, FAR))
    coverage = "complete" if known is None else "partial"
    return layer(*map(placed, drawing.minus), name=name, maybe=drawing.minus_maybe, coverage=coverage, known=known)


def screened(rule, tables):
    use = rule.use_classes[0] if rule.use_classes else "general"
    found = flow.screen(tables, Setting((rule,), use_class=use))
    return found["verdicts"].set_index("parcel_id"), found["candidates"].set_index("parcel_id"), found["ledger"]


def test_every_rule_for_parcels_is_drawn():
    assert {(name, rule) for name, drawings in DRAWN.items() for rule in drawings} == set(RULES)
    assert len(RULES) >= 30


@EVERY
def test_clear_conflict_and_unknown_by_hand(which):
    rule, drawing = RULES[which], DRAWN[which[0]][which[1]]
    tables = tables_of(rule, drawing)
    verdicts, candidates, ledger = screened(rule, tables)
    assert verdicts["outcome"].to_dict() == dict(zip(ANSWERS, ANSWERS, strict=True))
    expected = {"clear": (drawing.clear,) * 2, "conflict": (drawing.conflict,) * 2, "unknown": drawing.unknown}
    for answer, (low, high) in expected.items():
        row = verdicts.loc[answer]
        assert row["value"] == pytest.approx(low, abs=1e-6), answer
        assert np.isnan(row["value_hi"]) if np.isinf(high) else row["value_hi"] == pytest.approx(high, abs=1e-6), answer
    gross = dict(zip(ANSWERS, tables["parcels"]["area_m2"], strict=True))
    status = dict(zip(ANSWERS, STATUS[rule.binding, rule.effect], strict=True))
    if rule.cuts and drawing.conflict == gross["conflict"]:
        status["conflict"] = "excluded"  # all of it is taken: nothing is left to put a condition on
    assert candidates["status"].to_dict() == status
    lost = {"clear": 0.0, "conflict": drawing.conflict, "unknown": drawing.unknown[1]}
    for answer in ANSWERS if rule.cuts else ():
        assert candidates.loc[answer, "net_m2"] == pytest.approx(gross[answer] - lost[answer], abs=1e-6)
    last = ledger.sort_values("step").groupby("parcel_id")["left_m2"].last()
    assert last.reindex(ANSWERS).to_numpy() == pytest.approx(
        candidates.loc[list(ANSWERS), "net_m2"].to_numpy(), abs=0.01
    )


@EVERY
def test_without_the_data_nothing_is_clear(which):
    rule, drawing = RULES[which], DRAWN[which[0]][which[1]]
    verdicts, candidates, _ = screened(rule, tables_of(rule, drawing, with_data=False))
    assert set(verdicts["outcome"]) == {"unknown"}
    assert verdicts[["value", "value_hi"]].isna().all(axis=None)
    assert set(candidates["status"]) == {STATUS[rule.binding, rule.effect][2]}
