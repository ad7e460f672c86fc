"""No step grows faster than its data: the scale suite on small counts and thin layers."""

import pytest

from benchmarks import edges, land, scale

CELL = {"mb": 300.0, "wall": 1.0, "load": 2.0}


def test_the_exponent_is_that_of_the_two_largest_counts():
    found = {n: {"measure": CELL | {"cpu": cost}} for n, cost in ((1000, 9.0), (4000, 2.0), (16_000, 32.0))}
    assert scale.exponents(found) == {"measure": pytest.approx(2.0)}
    told = {"counts": found, "exponents": {"measure": 2.0}}
    assert scale.table(told, ("step", "exponent")).splitlines() == [
        "| step | 1,000 | 4,000 | 16,000 | exponent |",
        "|---|---|---|---|---|",
        "| `measure` | 9.0 s, 300 MB | 2.0 s, 300 MB | 32.0 s, 300 MB | 2.00 |",
    ]


def test_each_density_has_files_of_its_own(tmp_path, monkeypatch):
    assert scale.asked(["F", "1000", "--density", "2", "4000"]) == (scale.Path("F"), [1000, 4000], 2.0)
    assert scale.asked(["F", "1000", "--docs"]) == (scale.Path("F"), [1000], 1.0)
    places = []
    monkeypatch.setattr(scale, "drawn", lambda place, *_: places.append(place))
    cells = {"measure": CELL | {"cpu": 1.0}}
    monkeypatch.setattr(scale, "measured", lambda place, count: places.append(place / "land") or cells)
    for density in (1.0, 0.2):
        scale.suite(tmp_path, [1000, 4000], density)
    assert len(set(places)) == 2
    assert len(places) == 6


@pytest.mark.long
def test_nothing_grows_faster_than_its_data(tmp_path):
    told = scale.suite(tmp_path, [1000, 4000, 16_000], density=0.1)
    assert {name: e for name, e in told["exponents"].items() if e > scale.LIMIT} == {}


@pytest.mark.long
def test_four_times_the_vertices_cost_less_than_six_times_as_much_and_overlays_agree(tmp_path):
    land.write(tmp_path, [2000], density=0.2)
    told = edges.measured(tmp_path, 2000)
    assert told["worst_m2"] <= 1e-4
    assert told["off_m2"] <= 1e-6
    assert {name: r for name, r in told.items() if name.startswith("ratio x4") and r > edges.MOST} == {}
