"""A KML is its shapes: the frame of a picture is no ground, and a nameless document is called after its file."""

import zipfile

import pytest

from geo.basis.errors import BlockedError
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


@pytest.mark.grid
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


CHINESE = (
    '<Document><name>地块</name><Placemark><name>甲地</name><ExtendedData><Data name="地类"><value>耕地</value></Data>'
    '<Data name="权属"><value>某村</value></Data><Data name="name"><value>乙</value></Data></ExtendedData>'
    f"{PLACE.split('</name>')[1]}</Document>"
)


def encoded(folder, declared, encoding, name="地块.kml"):
    head = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    data = (head + KML.split("\n")[1].format(body=CHINESE)).encode(encoding)
    path = folder / name
    if name.endswith("kmz"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", data)
    else:
        path.write_bytes(data)
    return path


@pytest.mark.grid
@pytest.mark.parametrize("name", ["a.kml", "a.kmz"])
@pytest.mark.parametrize(
    ("declared", "encoding", "said"),
    [("GB2312", "gb2312", None), ("gbk", "gbk", None), ("GB18030", "gb18030", None), ("UTF-8", "utf-8-sig", None),
     ("UTF-16", "utf-16", None), ("", "gbk", ("encoding_found", "fixed")),
     ("UTF-8", "gbk", ("encoding_guessed", "warn")),
     ("ISO-8859-1", "utf-8", ("encoding_guessed", "warn")), ("GB2312", "utf-8", ("encoding_guessed", "warn"))],
)  # fmt: skip
def test_a_kml_is_read_in_the_encoding_it_is_in(tmp_path, declared, encoding, said, name):
    opened = gate.open_vector(encoded(tmp_path, declared, encoding, name), tmp_path / ".cache")
    assert opened.frame["Name"].tolist() == ["甲地"]
    assert codes(opened) == (dict([said]) if said else {})
    line = read(encoded(tmp_path, declared, encoding, name), "EPSG:4549", cache=tmp_path / ".cache", bounds=None)
    assert [p.name for p in line.plots] == ["甲地"]


def test_the_encoding_that_is_named_is_taken(tmp_path):
    path = encoded(tmp_path, "UTF-8", "gbk")
    assert codes(gate.open_vector(path, tmp_path / ".cache", encoding="gbk")) == {}
    with pytest.raises(BlockedError) as told:
        gate.open_vector(path, tmp_path / ".cache", encoding="utf-8")
    assert [r.code for r in told.value.reasons] == ["encoding_wrong"]


def test_chinese_fields_keep_their_names_and_their_values(tmp_path):
    """Two fields of two characters each used to be one, called by underscores, with the value of the last."""
    frame = gate.open_vector(encoded(tmp_path, "UTF-8", "utf-8"), tmp_path / ".cache").frame
    assert (frame["地类"].tolist(), frame["权属"].tolist()) == (["耕地"], ["某村"])
    assert (frame["Name"].tolist(), frame["name_2"].tolist()) == (["甲地"], ["乙"])
    assert not [c for c in frame.columns if "__" in c or c.startswith("luodi")]


def test_a_field_called_name_is_the_name_where_nothing_else_is(tmp_path):
    body = CHINESE.replace("<name>甲地</name>", "")
    frame = gate.open_vector(written(tmp_path, body), tmp_path / ".cache").frame
    assert frame["name"].tolist() == ["乙"]
    assert "Name" not in frame
