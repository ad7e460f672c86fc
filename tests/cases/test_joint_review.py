"""Law by classes in a user's own study: zones of the boundary, grades of forest; what nobody has is said once."""

from datetime import date

import geopandas as gpd
import pytest
import shapely

from geo.basis.progress import silent
from geo.rules.applied import not_applied
from layers.outputs import redline_files
from layers.outputs.page import explanation_text
from layers.outputs.project import projection
from layers.study import catalog, checks, packs
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words import law
from layers.words.explain import explain
from tests.cases.base import CRS, box, parcels

LINE = "J1,1,3176110,363110\nJ2,1,3176110,363190\nJ3,1,3176190,363190\nJ4,1,3176190,363110\n"


def frame(fields, shapes):
    return gpd.GeoDataFrame(fields, geometry=shapes, crs=CRS)


NATIONAL = (packs.PACKS / "cn-national.toml").read_text(encoding="utf-8").split("\n[[rules]]\n")
ZONES = "\n[[rules]]\n".join(['[pack]\nid = "zones"\n', *(r for r in NATIONAL if 'id = "development-boundary-' in r)])
"""The rules of the national pack on the zones of the boundary, without the others."""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Sixteen parcels of 100 m (p00 … p33 by row and column): two thirds of what a joint review asks is not there."""
    base = tmp_path_factory.mktemp("joint")
    folder = base / "study"
    catalog.new(folder, crs=CRS, name="联审", as_of=date(2026, 11, 23), rules=("joint-review-cn", "inputs/zones.toml"))
    (folder / "inputs" / "zones.toml").write_text(ZONES, encoding="utf-8")
    parcels().to_file(base / "parcels.gpkg")
    catalog.add(folder, base / "parcels.gpkg", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    zones = frame({"GHFQMC": ["集中建设区", "特别用途区", "弹性发展区", None, "某某区"]},
                  [box(-50, -50, 450, 100), box(0, 100, 100, 200), box(100, 100, 200, 200), box(200, 100, 300, 200),
                   box(300, 100, 400, 200)])  # fmt: skip
    zones.to_file(base / "zones.gpkg")
    grades = ["Ⅰ级", "二级", "3", "", "Ⅱ级"]
    wood = frame({"保护等级": grades, "林种": [*["商品林"] * 4, "一级国家级公益林"]},
                 [box(0, 200, 100, 250), box(100, 200, 200, 250), box(200, 200, 300, 250), box(300, 200, 400, 250),
                  box(0, 300, 100, 350)])  # fmt: skip
    wood.to_file(base / "wood.gpkg")
    own = {"role": "constraint", "coverage": "complete"}
    catalog.add(folder, base / "zones.gpkg", own | {"id": "development_boundary"})
    fields = {"forest_grade": "保护等级", "public_forest": "林种"}
    catalog.add(folder, base / "wood.gpkg", own | {"id": "forest_map", "fields": fields})
    runs.update(folder, "screen", silent)
    (base / "line.txt").write_text(LINE, encoding="utf-8")
    return folder, base / "line.txt"


def outcomes(study, rule):
    verdicts = open_results(study[0]).table("verdicts")
    rows = verdicts[verdicts["rule_id"] == rule].set_index("parcel_id")["outcome"]
    return {word: sorted(rows.index[rows == word]) for word in ("conflict", "unknown")}


def ids(study, *centres):
    """Parcels by the position of their middle, so that the order of the file does not matter."""
    lands = gpd.GeoDataFrame(open_results(study[0]).table("parcels")).set_index("parcel_id")
    middles = [shapely.centroid(box(x, y, x + 100, y + 100)) for x, y in centres]
    return sorted(next(i for i, g in lands.geometry.items() if g.contains(m)) for m in middles)


def test_the_zone_of_the_boundary_decides(study):
    """The field is taken by its name in the wild; a word nobody knows and an empty cell leave it open."""
    unnamed = ids(study, (200, 100), (300, 100))
    assert outcomes(study, "development-boundary-special") == {"conflict": ids(study, (0, 100)), "unknown": unnamed}
    assert outcomes(study, "development-boundary-flexible") == {"conflict": ids(study, (100, 100)), "unknown": unnamed}
    problems = open_results(study[0]).table("problems")
    assert problems.loc[problems["code"] == "class_words_unknown", "layer_id"].tolist() == ["development_boundary"]


def test_a_site_in_the_special_use_zone_is_not_eligible(study):
    status = open_results(study[0]).table("candidates").set_index("parcel_id")["status"]
    assert set(status[ids(study, (0, 100), (100, 100), (200, 100), (300, 100))]) == {"conditional"}
    assert set(status[ids(study, (0, 0), (100, 0), (200, 0), (300, 0))]) == {"eligible"}


def test_the_grade_of_a_wood_decides(study):
    first, second, third, open_ = (ids(study, (x, 200)) for x in (0, 100, 200, 300))
    strict = ids(study, (0, 300))
    assert outcomes(study, "forest-grade-1") == {"conflict": first, "unknown": open_}
    assert outcomes(study, "forest-grade-2") == {"conflict": sorted(second + strict), "unknown": open_}
    assert outcomes(study, "public-forest-national-1") == {"conflict": strict, "unknown": []}
    found = open_results(study[0]).table("candidates").set_index("parcel_id")
    half = pytest.approx(5_000.0, rel=1e-3)  # of a parcel; areas are ellipsoidal
    assert [found["net_m2"][k[0]] for k in (first, strict, open_)] == [half, half, half]
    assert found["net_hi_m2"][open_[0]] == pytest.approx(10_000.0, rel=1e-3)
    assert [found["status"][k[0]] for k in (first, second, third, open_)] == [
        "conditional", "conditional", "eligible", "unknown",
    ]  # fmt: skip


def test_what_the_study_has_no_layer_for_is_said_once(study):
    results = open_results(study[0])
    listed = {n.rule.id: n.why.code for n in not_applied(results.rules, "general") if not n.version}
    judged = set(results.table("verdicts")["rule_id"])
    assert judged | set(listed) == {r.id for r in results.rules}
    assert not judged & set(listed)
    absent = {k for k, why in listed.items() if why == "applied_absent"}
    assert {"road-control-zone", "military-zone", "land-acquisition-plan", "farmland-reserve"} <= absent
    assert not absent & {"forest-grade-1", "development-boundary-special"}
    for language, title in (("zh", "永久基本农田储备区"), ("en", "Reserve of permanent basic farmland")):
        said = [n for n in law.notices(results, language) if n.reason.code == "law_absent"]
        assert len(said) == 1
        assert any(title in line for line in law.lines(results, language, "candidates"))
        assert any(title in note for note in projection(results, "candidates", language).notes)
        parcel = str(results.table("candidates")["parcel_id"].iloc[0])
        assert title in "\n".join(explanation_text(explain(results, parcel, language), language))


def test_a_red_line_lists_them_once(study):
    folder, line = study
    found = redline_files.answer_of(checks.check(folder, line, checks.RedlineQuestion("线"), silent))
    rows = {c.rule.id: c.outcome for c in found.constraints}
    assert rows["development-boundary-flexible"] == "conflict"
    assert "farmland-reserve" not in rows
    assert "farmland-reserve" in {n.rule.id for n in found.not_applied}
    assert "永久基本农田储备区" in "\n".join(redline_files.as_text(found, "zh"))


def test_a_layer_whose_file_is_lost_is_not_said_away(study, tmp_path):
    """It was declared: that it cannot be read leaves every parcel open."""
    import shutil

    folder = tmp_path / "study"
    shutil.copytree(study[0], folder, symlinks=True)
    next((folder / "inputs").glob("wood*")).unlink()
    runs.update(folder, "screen", silent)
    found = open_results(folder).table("verdicts")
    assert set(found.loc[found["rule_id"] == "forest-grade-1", "outcome"]) == {"unknown"}
    assert set(open_results(folder).table("candidates")["status"]) == {"unknown"}
