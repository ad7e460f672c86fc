"""Weights of a trial become those of the study, by name and ground, and comments stay."""

import pytest

from geo.basis.errors import CallError, SpecError
from layers.study import catalog, spec, weights
from tests.layers.sources import make


def test_kept_with_ground_and_put_back(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs=make.GK)
    weights.keep(folder, {"net_area": 0.75, "slope": 0.25}, "周工", "县规委会纪要")
    ranking = spec.read(folder).ranking
    assert ranking.weights == {"net_area": 0.75, "slope": 0.25}
    assert ranking.decided.startswith("周工：县规委会纪要")
    weights.keep(folder, {}, "周工", "按熵权", "entropy")
    assert (spec.read(folder).ranking.weights, spec.read(folder).ranking.weighting) == ({}, "entropy")
    before = (folder / spec.FILE).read_bytes()
    with pytest.raises(CallError):
        weights.keep(folder, {"slope": 1.0}, "", "x")
    with pytest.raises(SpecError):
        weights.keep(folder, {}, "甲", "乙", "dice")
    assert (folder / spec.FILE).read_bytes() == before
