"""Parks out of their layer: a negative list that is not read whole says so, and refuses what can be read of it."""

from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from geo.basis.layer import Layer
from geo.project import gate
from layers.study.registers import parks
from layers.study.spec import LayerSpec


def read(negative: str) -> gate.Park:
    spec = LayerSpec(id="park", role="park", source="p.gpkg")
    attributes = {"industries": np.array(["C17、C26"], object), "negative": np.array([negative], object)}
    layer = Layer("park", np.array([shapely.box(0, 0, 1, 1)], object), np.array(["A"], object),
                  np.array([False]), None, None, "complete", "ok", "", attributes)  # fmt: skip
    study = SimpleNamespace(with_role=lambda *roles: (spec,))
    return parks.read(study, SimpleNamespace(layers={"park": layer})).parks[0]


def test_a_park_of_two_layers_is_one_park_and_certain_where_one_of_them_is():
    specs = [LayerSpec(id=i, role="park", source="p.gpkg") for i in ("old", "new")]
    shape = np.array([shapely.box(0, 0, 1, 1)], object)
    layers = {
        spec.id: Layer(spec.id, shape, np.array(["A"], object), np.array([maybe]), None, None, "complete", "ok", "",
                       {"name": np.array([which], object)})
        for spec, maybe, which in zip(specs, (True, False), ("旧名", "新名"), strict=True)
    }  # fmt: skip
    made = parks.read(SimpleNamespace(with_role=lambda *roles: specs), SimpleNamespace(layers=layers)).parks
    assert [(p.park_id, p.doubtful, p.name) for p in made] == [("A", False, "新名")]


@pytest.mark.parametrize(
    ("cell", "refused", "unread"),
    [("", (), False), ("C26", ("C26",), False), ("C26、高耗能项目", ("C26",), True), ("高耗能项目", (), True)],
)
def test_a_cell_nobody_can_read_leaves_the_others_on_the_list(cell, refused, unread):
    park = read(cell)
    assert (park.refused, park.refused_unread) == (refused, unread)
    outcome, why = gate.admission("C17", park)
    assert outcome == (gate.UNKNOWN if unread else gate.CLEAR), why
