"""Red lines as named checks: kept whole, never overwritten by another, accepted, answered again."""

import pytest
import shapely

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.ask.redline import RedlineAnswer
from layers.study import checks
from layers.study.checks import RedlineQuestion
from tests import district

X0, Y0 = district.X0, district.Y0


def pasted(*corners):
    return "\n".join(f"J{k},{Y0 + y:.3f},{X0 + x:.3f}" for k, (x, y) in enumerate(corners, 1))


SQUARE = pasted((25, 25), (75, 25), (75, 75), (25, 75))  # half on the farmland of p01
OTHER = pasted((225, 25), (275, 25), (275, 75), (225, 75))  # inside p03, free


def test_answer_of_a_pasted_red_line(own_district):
    answer = RedlineAnswer(checks.check(own_district, SQUARE, RedlineQuestion(name="甲"), silent))
    assert answer.gross_m2 == pytest.approx(2500, abs=0.01)
    assert answer.net_m2 == pytest.approx(1250, abs=0.01)
    assert {c.rule.id: c.outcome for c in answer.constraints if not c.aside} == {
        "farm": "conflict", "edge": "clear", "red": "clear", "flood": "clear",
    }  # fmt: skip
    farm = next(c for c in answer.constraints if c.rule.id == "farm")
    assert (round(farm.low, 2), farm.after_outcome, farm.after_low) == (1250.0, "clear", 0.0)
    assert [(u.code, round(u.before_m2), round(u.after_m2)) for u in answer.uses] == [("0101", 2500, 1250)]
    assert round(answer.quota(True).new_construction_m2) == 1250


def test_another_red_line_of_the_same_name_gets_its_own_place(own_district):
    first = checks.check(own_district, SQUARE, RedlineQuestion(name="甲"), silent)
    second = checks.check(own_district, OTHER, RedlineQuestion(name="甲"), silent)
    same = checks.check(own_district, SQUARE, RedlineQuestion(name="甲"), silent)
    assert (first.check_id, second.check_id, same.check_id) == ("甲", "甲-2", "甲")
    assert {c.check_id for c in checks.listing(own_district)} == {"甲", "甲-2"}


def test_the_accepted_cut_passes_what_it_promised(own_district):
    first = checks.check(own_district, SQUARE, RedlineQuestion(name="甲"), silent)
    cut = checks.accept(own_district, first.check_id, silent)
    answer = RedlineAnswer(cut)
    assert cut.head["parent"] == "甲"
    assert answer.gross_m2 == pytest.approx(1250, abs=0.01)
    assert next(c for c in answer.constraints if c.rule.id == "farm").outcome == "clear"
    assert not answer.needs_cut


def test_a_check_follows_the_study(own_district):
    first = checks.check(own_district, OTHER, RedlineQuestion(name="乙"), silent)
    assert not first.stale()
    (own_district / "inputs" / "red.gpkg").unlink()
    assert checks.open_check(own_district, "乙").stale()
    answer = RedlineAnswer(checks.again(own_district, "乙", silent))
    assert next(c for c in answer.constraints if c.rule.id == "red").outcome == "unknown"
    assert (answer.status, answer.net_m2) == ("unknown", 0.0)


@pytest.mark.parametrize("name", ["../../x", "甲/乙", "", "con:", "a" * 300])
def test_names_never_become_paths(own_district, name):
    made = checks.check(own_district, OTHER, RedlineQuestion(name=name), silent)
    assert made.run.parent == own_district / "checks"
    assert made.run.is_dir()
    with pytest.raises(BlockedError):
        checks.open_check(own_district, "../runs")


def test_a_red_line_outside_the_study_is_told(own_district):
    far = pasted((90_000, 25), (90_050, 25), (90_050, 75))
    with pytest.raises(BlockedError):
        checks.check(own_district, far, RedlineQuestion(), silent)
    assert not (own_district / "checks").exists()


def test_the_cut_line_lies_between_what_is_taken_and_what_is_left(own_district):
    answer = RedlineAnswer(checks.check(own_district, SQUARE, RedlineQuestion(name="甲"), silent))
    line = answer.cut_line
    assert shapely.length(line) == pytest.approx(50, abs=0.1)
