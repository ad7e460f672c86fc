"""What leaves speaks one language: sheets, headings, layers of a drawing and pages say nothing of ours in the other."""

import csv
import re
import zipfile
from io import StringIO
from xml.etree import ElementTree

import ezdxf
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from layers.outputs import lists
from layers.outputs.formats import FORMATS
from layers.outputs.projected import Projection
from layers.text import LANGUAGES, Language
from tests.district import CRS, box

LATIN, CHINESE = re.compile(r"[A-Za-z]{3,}"), re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A list of two rows, one without a place where a format takes that, by language and ending."""
    folder, out = tmp_path_factory.mktemp("one"), {}
    shapes = gpd.GeoSeries([box(0, 0, 10, 10), box(20, 0, 30, 10)], crs=CRS)
    for language in LANGUAGES:
        frame = pd.DataFrame({"id": ["1", "2"], "why": ["x" * 300, "2"]})
        made = Projection(frame, {"id": "1", "why": "2"}, ("3", "4", "5"), language)
        for kind in FORMATS:
            path = folder / f"{language}.{kind}"
            lists.write(made, path, "offer_list", folder, shapes)
            out[language, kind] = path
    return out


def strange(texts: list[str], language: Language) -> list[str]:
    """Return what is in the other language."""
    other = LATIN if language == "zh" else CHINESE
    return [t for t in texts if other.search(t.replace("GBK", "").replace("UTF-8", "").replace("x" * 10, ""))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_sheets_and_layers_are_in_the_language_asked_for(written, language):
    book = openpyxl.load_workbook(written[language, "xlsx"])
    assert strange(book.sheetnames, language) == []
    head = next(csv.reader(StringIO(written[language, "csv"].read_text(encoding="utf-8-sig"))))
    assert len(head) == 3
    assert strange(head, language) == []
    drawing = ezdxf.readfile(written[language, "dxf"])
    assert strange([x.dxf.name for x in drawing.layers if x.dxf.name not in ("0", "Defpoints")], language) == []
    for name in ("fields.csv", "long_texts.csv"):
        with zipfile.ZipFile(written[language, "shp.zip"]) as archive:
            rows = list(csv.reader(StringIO(archive.read(name).decode("utf-8-sig"))))
        assert strange([*rows[0], *(r[0] for r in rows[1:] if r[0] not in ("id", "why"))], language) == [], name
    root = ElementTree.parse(written[language, "kml"]).getroot()
    named = [e.text or "" for e in root.iter() if e.tag.endswith("}name")]
    named += [e.get("name") for e in root.iter() if e.tag.endswith("}Data")]
    assert strange(named, language) == []
    page = written[language, "html"].read_text(encoding="utf-8")
    shown = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert strange(shown.split(), language) == []
    assert f'lang="{language}"' in page
