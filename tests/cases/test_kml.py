"""A KML is its shapes: the frame of a picture is no ground, and a nameless document is called after its file."""

import zipfile

import pytest

from layers.sources import gate
from layers.sources.redline.read import read
from tests.cases import base

PLACE = (
    "<Placemark><name>A</name><Polygon><outerBoundaryIs><LinearRing><coordinates>118.6,28.7 118.602,28.7 "
    "118.602,28.702 118.6,28.702 118.6,28.7</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
)
PICTURE = (
    "<{p}GroundOverlay><{p}name>o</{p}name><{p}Icon><{p}href>x.png</{p}href></{p}Icon><{p}LatLonBox><{p}north>29</{p}north>"
    "<{p}south>28.9</{p}south><{p}east>119</{p}east><{p}west>118.9</{p}west></{p}LatLonBox></{p}GroundOverlay>"
)
KML = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">{body}</kml>'


def written(folder, body, name="地块.kml"):
    path = folder / name
    text = KML.format(body=body)
    if name.endswith("kmz"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def codes(opened):
    return {f.code: f.severity for f in opened.findings}


@pytest.mark.parametrize("name", ["地块.kml", "b.kmz"])
@pytest.mark.parametrize(
    "body",
    [
        "<Document>" + PICTURE.format(p="") + PLACE + "</Document>",
        "<Document><name>甲</name><Folder>" + PICTURE.format(p="") + PLACE + "</Folder></Document>",
        PLACE + PICTURE.format(p=""),
    ],
)
def test_the_frame_of_a_picture_is_no_ground_and_is_told(tmp_path, name, body):
    opened = gate.open_vector(written(tmp_path, body, name), tmp_path / ".cache")
    assert opened.frame["Name"].tolist() == ["A"]
    assert codes(opened)["kml_picture_ignored"] == "warn"


def test_a_layer_with_a_picture_proves_nothing_by_absence_until_accepted(tmp_path):
    study = base.study(tmp_path / "study")
    path = written(tmp_path, "<Document>" + PICTURE.format(p="") + PLACE + "</Document>")
    found = base.add(study, path, accept=["layer-elsewhere", "rows-far-away"])
    assert found["kml_picture_ignored"] == "warn"
    assert set(base.statuses(study).values()) == {"unknown"}


@pytest.mark.parametrize(
    "body", [PLACE, f"<Document>{PLACE}</Document>", f"<Document><name> </name>{PLACE}</Document>"]
)
def test_a_nameless_document_is_called_after_its_file(tmp_path, body):
    opened = gate.open_vector(written(tmp_path, body), tmp_path / ".cache")
    assert (opened.layer, opened.layers) == ("地块", ("地块",))
    assert "kml_picture_ignored" not in codes(opened)


def test_a_study_that_wrote_the_old_name_down_still_opens(tmp_path):
    assert len(gate.open_vector(written(tmp_path, PLACE), tmp_path / ".cache", layer="data").frame) == 1


def test_a_named_document_keeps_its_name(tmp_path):
    opened = gate.open_vector(written(tmp_path, f"<Document><name>甲</name>{PLACE}</Document>"), tmp_path / ".cache")
    assert opened.layer == "甲"


def test_a_red_line_takes_no_picture_for_a_plot(tmp_path):
    path = written(tmp_path, "<Document>" + PICTURE.format(p="") + PLACE + "</Document>")
    line = read(path, "EPSG:4549", cache=tmp_path / ".cache", bounds=None)
    assert len(line.plots) == 1
    assert any(f.code == "kml_picture_ignored" for f in line.findings)
