"""The chain map of the month's end: one gap a project fills; told, drawn and listed in both languages."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from geo.basis.errors import CallError
from layers.ask import chained
from layers.outputs import chain_picture
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words import chain_map as words


@pytest.fixture(scope="module")
def found(month_end):
    return chained.chained(open_results(month_end))


def test_one_missing_station_is_filled_by_a_project(found):
    states = {s.industry: (s.state, s.firms) for s in found.found.stations}
    assert states == {"C17": ("missing", 0), "C18": ("strong", 2), "C26": ("missing", 0), "C28": ("weak", 1)}
    first = found.found.fillers[0]
    # 甲纺织 between 化纤厂 (0.8) and two makers of clothes (0.9)
    assert (first.industry, first.projects, first.partners) == ("C17", ("M1",), ("C18", "C28"))
    assert first.gain == pytest.approx(1.7)
    assert found.parks == ("P1",)
    assert chained.chained(found.results, "P1").found.fillers[0] == first
    with pytest.raises(CallError):
        chained.chained(found.results, "P9")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_drawn_and_listed(found, language, tmp_path):
    assert "[" not in "\n".join(words.text(found, language))
    for ending in ("svg", "csv", "xlsx"):
        assert chain_picture.write(found, tmp_path / f"c.{ending}", language) == 3
    root = ET.parse(tmp_path / "c.svg").getroot()
    assert len([e for e in root.iter() if e.tag.endswith("path")]) == 3
    assert float(root.get("height")) < 700
    assert len(pd.read_csv(tmp_path / "c.csv", comment="#")) >= 3
