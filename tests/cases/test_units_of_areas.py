"""Areas in the units people write them in, in cells and headings: the right square metres, or the cell is told."""

import pandas as pd
import pytest

from geo.basis.progress import silent
from layers.sources.cells import quantity, recognise
from layers.study import catalog, role_fields
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base

ACRE, FOOT = 4046.8564224, 0.09290304
TEXTS = {
    "5 acres": 5 * ACRE, "5英亩": 5 * ACRE, "10,000 sq ft": 1e4 * FOOT, "10000 sq. ft.": 1e4 * FOOT,
    "10000 ft2": 1e4 * FOOT, "3.2万平方米": 32_000.0, "0.5平方公里": 5e5, "0.5km²": 5e5, "1.2 sq km": 1.2e6,
    "1.2 hectares": 12_000.0, "15畝": 10_000.0, "2万亩": 2e4 * 2000 / 3, "1 500 m²": 1_500.0, "33.3公亩": 3_330.0,
    "７ｈｍ２": 70_000.0,
}  # fmt: skip
HEADINGS = {
    "Land (acres)": ("5", 5 * ACRE), "Land area, sq ft": ("10000", 1e4 * FOOT),
    "用地规模（万平方米）": ("3.2", 32_000.0),
    "用地面积（km²）": ("0.5", 5e5), "Site area (hectares)": ("1.2", 12_000.0), "占地面积（公顷）": ("1.2", 12_000.0),
    "用地（平方公里）": ("0.5", 5e5), "Land area (m²)": ("12,000", 12_000.0),
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_cell_with_its_unit(text):
    assert quantity.read(text, "area").low == pytest.approx(TEXTS[text])
    assert recognise.area_m2(text) == pytest.approx(TEXTS[text])
    assert quantity.number_of(text, "area_ha") == pytest.approx(TEXTS[text] / 1e4)


@pytest.mark.parametrize("text", ["1.5 顷多", "5 acres or so", "半亩", "1 2", "12 furlongs", "100 m"])
def test_what_is_no_area_is_not_read(text):
    assert quantity.read(text, "area").problem
    assert quantity.number_of(text, "area_ha") is None


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """Projects whose land stands under one heading each, read in one run."""
    place = tmp_path_factory.mktemp("units")
    folder = base.study(place / "study")
    for k, (heading, (cell, _)) in enumerate(HEADINGS.items()):
        path = place / f"p{k}.{'xlsx' if k % 2 else 'csv'}"
        frame = pd.DataFrame([{"项目编号": f"X{k}", "项目名称": f"项目{k}", heading: cell}])
        frame.to_excel(path, index=False) if k % 2 else frame.to_csv(path, index=False)
        catalog.add(folder, path, {"role": "project", "id": f"p{k}"})
    runs.update(folder, "project", silent)
    return open_results(folder).table("projects").set_index("project_id")["asked_m2"]


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_with_its_unit(listed, heading):
    assert listed[f"X{list(HEADINGS).index(heading)}"] == pytest.approx(HEADINGS[heading][1])


@pytest.mark.parametrize(
    "heading",
    [
        "面积 (acres)",
        "面积（平方英尺）",
        "面积[sq ft]",
        "面积（亩）",
        "供应面积/亩",
        "供地面积㎡",
        "土地面积_m2",
        "area_ha",
    ],
)
def test_an_area_in_another_unit_is_the_field_and_is_brought_into_hectares(heading):
    assert role_fields.meant("supply", [heading]) == {"area_ha": heading}
    size = {
        "acres": 0.40469,
        "平方英尺": 9.2903e-6,
        "sq ft": 9.2903e-6,
        "亩": 1 / 15,
        "㎡": 1e-4,
        "_m2": 1e-4,
        "_ha": 1.0,
    }
    wanted = next(v for k, v in size.items() if k in heading)
    assert quantity.number_of("30", "area_ha", heading) == pytest.approx(30 * wanted, rel=1e-4)


@pytest.mark.parametrize("heading", ["面积（万元）", "面积（吨）", "alpha", "供应面积（元/亩）"])
def test_a_column_of_another_kind_is_no_area_and_is_told(heading):
    fields, told = role_fields.named("supply", {}, ["电子监管号", heading])
    assert "area_ha" not in fields
    assert ("fields_other_unit" in {f.code for f in told}) == (heading != "alpha")
