"""Files that say themselves that they are not whole: drawings, pages of a service, links."""

import json

import pytest

from geo.basis.errors import BlockedError
from layers.study import catalog
from tests.cases import base, drawings
from tests.cases.base import add
from tests.cases.test_coverage import unsaid


@pytest.fixture
def folder(tmp_path):
    return base.study(tmp_path / "study")


def told(folder, file, **given):
    entry = {"role": "constraint", "id": "farm", "coverage": "complete"} | given
    return base.codes(catalog.checked(folder, file, entry))


def of_farm(*more, blocks=()):
    places = list(base.box(0, 0, 100, 100).exterior.coords)[:-1]
    return lambda path: drawings.drawing(path, drawings.polyline(places, "农田"), *more, blocks=blocks)


@pytest.mark.parametrize("share", [0.6, 0.9, -4])
def test_a_cut_drawing_blocks(folder, tmp_path, share):
    file = of_farm(*[drawings.lines([(363_000, 3_176_000), (363_050 + k, 3_176_050)], "农田") for k in range(20)])(
        tmp_path / "data.dxf")  # fmt: skip
    whole = file.read_bytes()
    file.write_bytes(whole[: share if share < 0 else int(len(whole) * share)])
    with pytest.raises(BlockedError) as told:
        add(folder, file, crs=base.CRS)
    assert [r.code for r in told.value.reasons] == ["dxf_cut"]


def xref(name):
    return drawings.pairs(0, "BLOCK", 8, 0, 2, name, 70, 4, 10, 0, 20, 0, 1, "other.dwg", 0, "ENDBLK", 8, 0)


@pytest.mark.parametrize(
    ("more", "blocks"),
    [
        ([drawings.pairs(0, "REGION", 8, "农田")], ()),
        ([drawings.pairs(0, "MPOLYGON", 8, "0", 10, 1, 20, 2)], ()),
        ([drawings.insert("GONE", 363_150, 3_176_050)], ()),
        ([drawings.insert("OTHER", 0, 0)], (xref("OTHER"),)),
    ],
)
def test_what_nobody_reads_of_a_drawing_is_told(folder, tmp_path, more, blocks):
    assert told(folder, of_farm(*more, blocks=blocks)(tmp_path / "data.dxf"), crs=base.CRS)["dxf_unread"] == "warn"


def test_what_nobody_reads_of_a_drawing_clears_nothing(folder, tmp_path):
    file = of_farm(drawings.insert("GONE", 363_150, 3_176_050))(tmp_path / "data.dxf")
    status = unsaid(folder, file, "dxf_unread", "ignore-unread", crs=base.CRS)
    assert (status["p00"], status["p15"]) == ("excluded", "eligible")


def test_a_line_on_the_hole_of_a_hatch_may_be_ground_nobody_hatched(folder, tmp_path):
    places, hole = ([*map(tuple, base.box(*b).exterior.coords)][:-1] for b in ((0, 0, 100, 100), (40, 40, 60, 60)))
    file = drawings.drawing(tmp_path / "data.dxf", drawings.polyline(hole, "注记"), drawings.polyline(hole, "农田"),
                            drawings.hatch(places, "农田", islands=[hole]))  # fmt: skip
    (said,) = [f for f in catalog.checked(folder, file, {"role": "constraint", "crs": base.CRS, "layer": "农田"})
               if f.code == "dxf_hole_outline"]  # fmt: skip
    assert said.reason.values["rows"] == ["2"], "as the drawing counts, other layers among them"
    status = unsaid(folder, file, "dxf_hole_outline", "ignore-hole-outlines", crs=base.CRS, layer="农田")
    assert (status["p00"], status["p15"]) == ("excluded", "eligible")


@pytest.mark.parametrize(
    ("more", "blocks"),
    [
        ([drawings.pairs(0, "REGION", 8, "注记")], ()),
        ([drawings.pairs(0, "VIEWPORT", 8, "农田", 67, 1), drawings.text(363_050, 3_176_050, "基本农田")], ()),
        (
            [drawings.insert("SIGN", 363_050, 3_176_050, "注记")],
            (drawings.block("SIGN", drawings.circle(0, 0, 1, "注记")),),
        ),
    ],
)
def test_a_usual_drawing_is_whole(folder, tmp_path, more, blocks):
    file = of_farm(*more, blocks=blocks)(tmp_path / "data.dxf")
    assert set(told(folder, file, crs=base.CRS, layer="农田").values()) == {"fixed"}


@pytest.mark.parametrize("more", [
    {"exceededTransferLimit": True}, {"numberMatched": 500, "numberReturned": 2}, {"totalFeatures": 3},
    {"links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": "y"}]},
])  # fmt: skip
def test_one_page_of_a_service(folder, tmp_path, more):
    assert told(folder, served(tmp_path, more))["rows_held_back"] == "warn"


def test_one_page_of_a_service_clears_nothing(folder, tmp_path):
    file = served(tmp_path, {"totalFeatures": 3})
    assert unsaid(folder, file, "rows_held_back", "ignore-other-pages")["p15"] == "eligible"


@pytest.mark.parametrize("more", [
    {"exceededTransferLimit": False}, {"numberMatched": 2, "totalFeatures": 2, "links": [{"rel": "prev"}]},
    {"numberMatched": "unknown", "links": None},
])  # fmt: skip
def test_a_whole_answer_of_a_service(folder, tmp_path, more):
    assert set(told(folder, served(tmp_path, more)).values()) == {"fixed"}


def served(tmp_path, more):
    file = tmp_path / "data.geojson"
    file.write_text(json.dumps(json.loads(base.farm().to_crs(4326).to_json()) | more), encoding="utf-8")
    return file


@pytest.mark.parametrize(("tag", "encoding"), [("NetworkLink id='a'", "utf-8"), ("k:NetworkLink", "utf-8"),
                                           ("NetworkLink", "utf-16")])  # fmt: skip
def test_links_however_they_are_written(folder, tmp_path, tag, encoding):
    shape = " ".join(f"{x},{y}" for x, y in base.farm().to_crs(4326).geometry[0].exterior.coords)
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><kml xmlns="http://www.opengis.net/kml/2.2" '
        'xmlns:k="http://www.opengis.net/kml/2.2"><Document><Placemark><Polygon><outerBoundaryIs><LinearRing>'
        f"<coordinates>{shape}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        f"<{tag}><Link><href>http://x/y.kml</href></Link></{tag.split()[0]} ></Document></kml>"
    )
    (tmp_path / "data.kml").write_text(text, encoding=encoding)
    assert told(folder, tmp_path / "data.kml")["kml_link_ignored"] == "warn"


# --- parcels and boundary that lie elsewhere are told what would bring them home -----


@pytest.mark.parametrize("role", ["parcels", "boundary"])
def test_what_would_bring_parcels_and_boundary_home_is_proposed(tmp_path, role):
    folder = base.study(tmp_path / "study", boundary=role == "parcels", with_parcels=role == "boundary")
    frame = base.parcels().to_crs("EPSG:4548").set_crs(base.CRS, allow_override=True)
    frame.to_file(tmp_path / "data.gpkg")
    given = {"role": role, "id": role, "fields": {"parcel_id": "BSM"} if role == "parcels" else {}}
    found = {f.code: f.proposal for f in catalog.checked(folder, tmp_path / "data.gpkg", given)}
    assert found["layer_elsewhere_fits"] == "crs:EPSG:4548"
    given["accept"] = ["crs:EPSG:4548"]
    assert not {"layer_elsewhere_fits", "outside_study"} & set(
        base.codes(catalog.add(folder, tmp_path / "data.gpkg", given))
    )
