"""Cambridge, Massachusetts: 13,116 real parcels against an independent dissolve-then-intersect."""

import numpy as np
import pytest
import shapely

from geo.basis.area import basis
from geo.basis.layer import Zone
from geo.basis.progress import silent
from geo.measure import every
from tests.oracles import places


@pytest.fixture(scope="module")
def city():
    parcels = places.cambridge_parcels()
    layers = [places.cambridge_layer(name) for name in places.CAMBRIDGE]
    planar = basis("planar", places.CAMBRIDGE_CRS, tuple(parcels.total_bounds))
    tables = every.measure(
        places.inputs(parcels, *layers), [Zone(x.layer_id) for x in layers], ["wetlands"], planar, silent
    )
    return parcels, {x.layer_id: x for x in layers}, tables


def dissolved_overlap(parcels, layer):
    """Dissolve the whole layer, then intersect each parcel that touches it: slow, plain, and on its own.

    Coordinates are snapped to 1e-8 m first: without that GEOS itself returns wrong areas
    for a few pairs whose edges nearly coincide.
    """
    whole = shapely.get_parts(shapely.union_all(layer.shapes, grid_size=1e-8))
    parcel, part = shapely.STRtree(whole).query(parcels, predicate="intersects")
    shared = shapely.area(shapely.intersection(parcels[parcel], whole[part], grid_size=1e-8))
    return np.bincount(parcel, weights=shared, minlength=len(parcels))


@pytest.mark.brief("zoning", "open_space", "wetlands")
@pytest.mark.parametrize("name", places.CAMBRIDGE)
def test_overlaps_equal_dissolve_then_intersect(city, name):
    parcels, layers, tables = city
    expected = dissolved_overlap(parcels.geometry.to_numpy(), layers[name])
    rows = tables["overlaps"].query("layer_id == @name").set_index("parcel_id")["area_m2"]
    found = rows.reindex(parcels["parcel_id"], fill_value=0.0).to_numpy()
    assert (expected > 1).sum() > 20
    assert np.abs(found - expected).max() <= 0.01


def test_pieces_close_and_nothing_failed(city):
    parcels, _, tables = city
    summed = tables["pieces"].groupby("parcel_id")["area_m2"].sum().reindex(parcels["parcel_id"]).to_numpy()
    assert np.abs(summed - parcels.geometry.area.to_numpy()).max() < 1e-4
    assert (tables["zones"]["cause"] == "").all()
    assert not tables["pieces"]["zones"].str.contains("?", regex=False).any()


def test_distances_equal_brute_force_on_a_sample(city):
    parcels, layers, tables = city
    sample = np.random.default_rng(7).choice(len(parcels), 150, replace=False)
    shapes = parcels.geometry.to_numpy()[sample]
    expected = shapely.distance(shapes[:, None], layers["wetlands"].shapes[None, :]).min(axis=1)
    found = tables["facts"]["wetlands_dist_m"].to_numpy()[sample]
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_ellipsoid_changes_areas_by_the_scale_of_the_projection(city):
    """Lambert conformal scale in Cambridge is about 0.999966 along lines; area follows its square."""
    parcels, _, _ = city
    made = basis("ellipsoidal", places.CAMBRIDGE_CRS, tuple(parcels.total_bounds))
    shapes = parcels.geometry.to_numpy()
    ratio = made.areas(made.project(shapes)).sum() / shapely.area(shapes).sum()
    assert 1 + 1e-6 < ratio < 1 + 2e-4
