"""The map that leaves: one file, nothing asked of anybody, texts as texts and nothing else."""

import html
import re

import pytest

import luodi
from geo.basis.errors import BlockedError
from layers.outputs import web_map
from layers.outputs.plain import visible
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say

PAYLOADS = (
    "{{cycler.__init__.__globals__.os.system('echo hit')}}", "{{ 'text' }}", "{%for%}", "{% raw %}", "{# away #}",
    "{{", "}}", "{%", "#}", "</script><script>window.hit=1</script>", '<img src=x onerror="window.hit=1">', "`${1}`",
    "\\", '"', "'", "&lt;b&gt;", "alert(coords);", "a\u2028b", "\x1b[31m", "\u202egnp", "甲&#60;b", "//-->",
)  # fmt: skip


@pytest.mark.parametrize("text", PAYLOADS)
def test_an_inert_text_is_shown_and_is_nothing_else(text):
    made = web_map.inert(text)
    assert re.fullmatch(r"([\w ]|&#\d+;)*", made)
    assert html.unescape(made) == visible(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_file_holds_it_all(run_district, tmp_path, language, monkeypatch):
    monkeypatch.setattr(web_map, "_words", lambda row, language: [*PAYLOADS, str(row["parcel_id"])])
    made = luodi.open(run_district).map(language)
    made.save(str(tmp_path / "map.html"))
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "Leaflet 1.9" in page
    assert not re.search(r"<(script|link|img|iframe)[^>]*\s(src|href)=", page), "nothing is fetched"
    own = page.split("</head>")[1]
    assert not re.search(r"\{\{|\{%|onerror=\"|<img|</script><script>w|url\(", own)
    found = open_results(run_district).table("candidates")
    shown = set(found.loc[found["status"] != "excluded", "parcel_id"])
    told = set(re.findall(r"\\u003cbr\\u003e([^\\\"]+?)\"|<br>([^<\"]+)\"", page))
    assert {html.unescape("".join(t)) for t in told} >= shown
    count = int((found["status"] == "excluded").sum())
    assert web_map.inert(f"{count:,}") in page or str(count) in html.unescape(page)


def test_what_is_left_out_is_named(run_district, monkeypatch):
    results = open_results(run_district)
    monkeypatch.setattr(web_map, "MOST", 1)
    page = html.unescape(web_map.study_map(results, "en").get_root().render())
    sizes = results.table("candidates")["status"].value_counts()
    status = next(s for s in web_map.SHOWN if sizes.get(s, 0) > 1)
    assert say("uimap.not_shown", "en", status=code("status", status, "en"), parcels=int(sizes[status])) in page


def test_parcels_that_are_use_only_do_not_leave(run_district, monkeypatch):
    def refuse(results, table, kind):
        raise BlockedError([])

    monkeypatch.setattr(web_map, "leaving", refuse)
    with pytest.raises(BlockedError):
        luodi.open(run_district).map()
