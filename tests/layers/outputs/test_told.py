"""An id is taken as it is written in a list: with a blank beside it, or as the site placing made of a building."""

from types import SimpleNamespace

import pandas as pd
import pytest

from geo.basis.errors import BlockedError
from layers.outputs import told


@pytest.mark.parametrize(("given", "found"), [(" B-P-05 ", "P-05"), ("P-05", "P-05"), ("S01 ", "S01"), ("", "")])
def test_the_building_behind_a_site_of_placing(monkeypatch, tmp_path, given, found):
    sites = pd.DataFrame({"site_id": ["B-P-05"], "building_id": ["P-05"]})
    results = SimpleNamespace(has=lambda name: name == "building_sites", table=lambda name: sites)
    monkeypatch.setattr(told, "open_results", lambda folder: results)
    assert told._asset(tmp_path, given) == found
    monkeypatch.setattr(told, "open_results", lambda folder: None)
    assert told._asset(tmp_path, given) == given.strip()


def test_an_id_nobody_knows_is_no_parcel_only(run_district, tmp_path):
    told.report(run_district, " p06 ", tmp_path / "a.docx", None, "zh")
    with pytest.raises(BlockedError) as problem:
        told.report(run_district, "无此", tmp_path / "b.docx", None, "zh")
    assert problem.value.reasons[0].code == "parcel_unknown"
    assert not (tmp_path / "b.docx").exists()
