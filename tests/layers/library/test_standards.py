import math

import pytest

from geo.basis.errors import CallError, SpecError
from layers.library.crosswalk import through_crosswalk
from layers.library.standards import codes, load, read_codes, read_standard
from layers.text import sentences

HEAD = """
[standard]
title = "t"
document = "d"
region = "CN"
[[groups]]
id = "w"
title = "weights"
sums_to = 1.0
"""
FIGURE = """
[[figures]]
id = "{id}"
title = "f"
group = "{group}"
figure = {{ low = {low}, high = {low}, unit = "1", source = "s", confidence = "S" }}
"""


def write(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def codes_of(error):
    return sorted(r.code for r in error.value.reasons)


def test_the_two_tiers_of_2023_stand_apart():
    standard = load("control-indicators-2023")
    assert {g.id: g.binding for g in standard.groups}["mandatory"] == "mandatory"
    assert [e.id for e in standard.of("mandatory")] == [
        "building-coefficient-pct", "office-land-pct", "office-floor-pct",
    ]  # fmt: skip
    assert standard.of("recommended") == ()
    office = standard.figure("office-land-pct")
    assert (office.low, office.high, office.unverified) == (None, 7.0, False)
    coefficient = standard.figure("building-coefficient-pct")
    assert (coefficient.low, coefficient.high, coefficient.unverified) == (40.0, None, True)


@pytest.mark.parametrize(
    ("industry", "floors"),
    [("C26", [0.6]), ("C2511", [0.5]), ("C17", [0.8]), ("C39", [1.0]), ("C36", [0.7]), ("C37", [0.7]),
     ("C29", [1.0, 0.8]), ("C41", [1.0]), ("C43", []), ("G59", [])],
)  # fmt: skip
def test_far_floors_reach_newer_codes_only_as_unverified(industry, floors):
    found = through_crosswalk(load("control-indicators-2008"), "far-min", industry, codes("industries_2002"))
    assert [e.figure.low for e in found] == floors
    assert all(e.figure.unverified for e in found)


def test_far_floors_on_their_own_codes_were_seen():
    (entry,) = load("control-indicators-2008").of("far-min", industry="26")
    assert (entry.figure.low, entry.figure.confidence) == (0.6, "S")


def test_a_score_per_mu_by_hand():
    """An enterprise exactly at every benchmark of 2022 scores 100; tax at half its benchmark costs 15."""
    standard = load("mu-evaluation")
    points = {e.id.removeprefix("points-"): e.figure.low for e in standard.of("points-large")}
    marks = {e.id.removeprefix("benchmark-2022-"): e.figure.low for e in standard.of("benchmark-2022")}
    assert points.keys() == marks.keys()
    at_mean = {k: marks[k] for k in marks}
    assert math.isclose(sum(at_mean[k] / marks[k] * points[k] for k in points), 100.0)
    at_mean["tax"] = 12.0485
    assert math.isclose(sum(at_mean[k] / marks[k] * points[k] for k in points), 85.0)


def test_idle_land_figures_of_the_measures():
    standard = load("idle-land")
    # 4.2 of 15.0 ha developed (28 %) is below a third, 27 % invested is not below 25 %
    assert standard.figure("developed-share").low > 4.2 / 15.0
    assert not standard.figure("invested-pct").low > 27.0
    # 4,200 万元 × 20 % = 840 万元
    assert 4200 * standard.figure("fee-pct").low / 100 == 840.0
    assert standard.figure("foundation-share").unverified


def test_land_classes_draw_what_they_draw():
    found = codes("landuse_survey")
    drawn = {code: found.group_of(code).flags for code in ("0101", "0307", "203", "201A", "1206", "1006", "1202")}
    assert drawn == {
        "0101": ("new_construction", "farmland_balance"), "0307": ("new_construction",), "203": (), "201A": (),
        "1206": ("new_construction",), "1006": ("new_construction",), "1202": ("new_construction",),
    }  # fmt: skip
    assert {c.code for c in found.codes if c.group == "cultivated"} == {"0101", "0102", "0103"}
    assert found.group_of("9999") is None
    assert found.unverified("0101"), "the assignment to a group is from memory"
    assert not codes("supply_status").unverified("approved")
    assert codes("landuse_plan").unverified("1001")
    assert found.get("1001").title.zh != codes("landuse_plan").get("1001").title.zh


@pytest.mark.parametrize(
    ("name", "layer"),
    [("YJJBNTTB", "basic_farmland"), (" stbhhx ", "ecological_redline"), ("CSKFBJ", "development_boundary"),
     ("KFYQ", "parks"), ("dltb", "parcels"), ("生态保护红线", "ecological_redline")],
)  # fmt: skip
def test_names_of_the_wild_are_recognised(name, layer):
    assert [c.code for c in codes("layers").recognised(name)] == [layer]


def test_an_unknown_name_is_not_guessed():
    assert codes("layers").recognised("LMFW") == ()
    assert codes("layers").recognised("") == ()


def test_an_unknown_standard_or_figure_lists_what_there_is():
    with pytest.raises(CallError) as caught:
        load("../rules/cn-national")
    assert "idle-land" in sentences(caught.value)[0]
    with pytest.raises(CallError) as caught:
        load("idle-land").figure("fee")
    assert "fee-pct" in sentences(caught.value)[0]


def test_weights_that_do_not_sum_are_refused(tmp_path):
    """A public sample had groups of 1.26 and scored 128."""
    good = HEAD + FIGURE.format(id="a", group="w", low=0.7) + FIGURE.format(id="b", group="w", low=0.3)
    assert read_standard(write(tmp_path, good)).id == "mine"
    with pytest.raises(SpecError) as caught:
        read_standard(write(tmp_path, good.replace("0.3", "0.56")))
    assert codes_of(caught) == ["standard_weights_do_not_sum"]
    assert "1.26" in sentences(caught.value)[0]


def test_every_problem_of_a_file_is_told_together(tmp_path):
    bad = HEAD + FIGURE.format(id="a", group="w", low=0.7) + FIGURE.format(id="a", group="lost", low=0.3)
    with pytest.raises(SpecError) as caught:
        read_standard(write(tmp_path, bad))
    assert codes_of(caught) == ["data_group_unknown", "data_id_repeats", "standard_weights_do_not_sum"]
    assert not [s for s in sentences(caught.value, "zh") if s.startswith("[")]
    shape = HEAD.replace('region = "CN"', 'country = "CN"') + FIGURE.format(id="a", group="w", low=0.7).replace(
        'confidence = "S"', 'confidence = "sure"'
    )
    with pytest.raises(SpecError) as caught:
        read_standard(write(tmp_path, shape))
    assert codes_of(caught) == ["choice_unknown", "key_missing", "key_unknown"]


def test_industries_without_a_scheme_are_refused(tmp_path):
    bad = HEAD + FIGURE.format(id="a", group="w", low=1.0) + 'industries = ["26"]\n'
    with pytest.raises(SpecError) as caught:
        read_standard(write(tmp_path, bad))
    assert codes_of(caught) == ["standard_scheme_missing"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[standard", "toml_unreadable"),
        ("x = 1", "data_section_missing"),
        ('standard = "x"', "data_section_missing"),
        ("figures = []\n" + HEAD.replace("sums_to = 1.0", ""), "data_file_empty"),
    ],
)
def test_files_that_are_no_standard(tmp_path, text, code):
    with pytest.raises(SpecError) as caught:
        read_standard(write(tmp_path, text))
    assert codes_of(caught) == [code]


def test_a_crosswalk_is_whole_or_absent(tmp_path):
    head = (
        '[list]\ntitle = "t"\nscheme = "s"\nsource = "s"\nconfidence = "S"\n{more}[[codes]]\ncode = "1"\ntitle = "a"\n'
    )
    assert read_codes(write(tmp_path, head.format(more=""))).get("1")
    with pytest.raises(SpecError) as caught:
        read_codes(write(tmp_path, head.format(more='maps_to = "new"\n')))
    assert codes_of(caught) == ["codes_crosswalk_incomplete"]
