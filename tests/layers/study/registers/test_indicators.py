"""Tables of control indicators: which one holds on a day, for which industry, and what is refused."""

from datetime import date

import pytest

from geo.basis.errors import SpecError
from layers.study.registers import indicators
from layers.study.spec import Standards, Study

DAY = date(2026, 11, 30)
HEAD = """
[standard]
title = "省控制指标"
document = { zh = "省控制指标（2024）", en = "Indicators of the province (2024)" }
region = "某省"
industry_scheme = "GB/T 4754-2017"
in_force = 2024-01-01
EXPIRES
[[groups]]
id = "far-min"
title = "容积率"
[[groups]]
id = "investment"
title = "投资强度"
[[groups]]
id = "site"
title = "场地"
"""
BODY = """
[[figures]]
id = "far-26"
title = "化工"
group = "far-min"
figure = { low = 0.65, unit = "1", confidence = "local" }
industries = ["C26"]
[[figures]]
id = "far-2614"
title = "有机化工"
group = "far-min"
figure = { low = 0.75, unit = "1", confidence = "local" }
industries = ["C2614"]
[[figures]]
id = "far-rest"
title = "其他"
group = "far-min"
figure = { low = 1.1, unit = "1", confidence = "local" }
[[figures]]
id = "invest-26"
title = "化工"
group = "investment"
figure = { low = 3000.0, unit = "万元/公顷", confidence = "local" }
industries = ["C26"]
[[figures]]
id = "green-pct"
title = "绿地率"
group = "site"
figure = { high = 15.0, unit = "%", confidence = "local" }
"""


def study_with(folder, body=BODY, expires="", name="local.toml"):
    (folder / "local.toml").write_text(HEAD.replace("EXPIRES", expires) + body, encoding="utf-8")
    made = Study(name="试", crs="EPSG:4546", as_of=DAY, standards=Standards(indicators=name))
    return indicators.own(made, folder)


def test_the_place_comes_first_and_the_longest_code_answers(tmp_path):
    of = indicators.limits(study_with(tmp_path), DAY)
    lows = {i: (of(i)["far"].low, of(i)["far"].high) for i in ("C2614", "C2611", "C17", "C26", "")}
    assert lows["C2614"] == (0.75, 0.75)
    assert lows["C2611"] == (0.65, 0.65)
    assert lows["C17"] == (1.1, 1.1)
    assert lows["C26"] == (0.65, 0.75), "C26 may be C2614"
    assert lows[""] == (0.65, 1.1)
    assert of("C26")["green"].high == 15.0
    assert of("C26")["office-land"].document["zh"].startswith("工业项目建设用地控制指标（自然资发")
    assert indicators.demanded(study_with(tmp_path), DAY, "C2611")["investment"].low == pytest.approx(200.0)


def test_without_a_table_the_floors_of_2008_are_superseded_and_never_relabelled():
    of = indicators.limits(None, DAY)
    assert of("C26")["far"].low == 0.6
    assert of("C26")["far"].superseded == "2023-06-24"
    assert "2008" in of("C26")["far"].document["zh"]
    assert of("C26")["green"].superseded
    assert (of("C26")["coefficient"].low, of("C26")["coefficient"].superseded) == (40.0, "")
    assert of("C26")["coefficient"].unverified


def test_before_2023_the_tables_of_2008_hold():
    of = indicators.limits(None, date(2023, 6, 24))
    assert (of("C26")["coefficient"].low, of("C26")["far"].superseded, of("C26")["green"].superseded) == (30.0, "", "")
    assert "office-floor" not in of("C26"), "the share of floor came with 2023"


def test_a_local_table_out_of_force_gives_way(tmp_path):
    table = study_with(tmp_path, expires="expires = 2026-11-29")
    assert indicators.demanded(table, DAY, "C26") == {}
    assert indicators.limits(table, DAY)("C26")["far"].superseded == "2026-11-29"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('[[figures]]\nid = "x"\ntitle = "x"\ngroup = "site"\nfigure = { low = 1.0, unit = "1", confidence = "M" }',
         "indicators_none"),
        (BODY.replace('"万元/公顷"', '"元/m2"'), "indicators_figure"),
        (BODY.replace("high = 15.0", "low = 15.0"), "indicators_figure"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path, body, code):
    with pytest.raises(SpecError) as error:
        study_with(tmp_path, body)
    assert code in [r.code for r in error.value.reasons]
    with pytest.raises(SpecError):
        study_with(tmp_path, name="nowhere.toml")
