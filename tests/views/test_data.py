"""Data, Rules and Outputs of a small study: the answer first, nothing raw, no text of a study read as markup."""

import io
import zipfile
from datetime import date

import pytest

from layers.outputs import bundle
from layers.serve.pages import bundle_desk
from layers.study import may
from layers.text import LANGUAGES, code, say
from tests.views import studies
from views.parts import map


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("data") / "study", count=5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_data_says_what_there_is_and_what_is_missing(study, monkeypatch, language):
    page = studies.visitor(monkeypatch, "data")(study, language, "layer:ecological_redline")
    shown = studies.words(page)
    assert "ld-answer" in shown
    assert "<img" not in shown, "a title of the study is text"
    assert say("uidata.said", language) in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_and_outputs(study, monkeypatch, language):
    shown = studies.words(studies.visitor(monkeypatch, "rules")(study, language, "rule:farm"))
    assert say("uirules.change", language) in shown
    page = studies.visitor(monkeypatch, "outputs")(study, language)
    assert say("uioutputs.what_candidates", language) in studies.words(page)
    assert not page.button(key="make-candidates-xlsx").disabled
    assert page.button(key="make-matches-xlsx").disabled, "nothing was placed"


def test_what_nobody_may_do_cannot_be_pressed(study, monkeypatch):
    monkeypatch.setattr(may, "may", lambda person, action, folder: action == "see")
    page = studies.visitor(monkeypatch, "outputs")(study, "zh")
    assert page.button(key="make-candidates-xlsx").disabled


def test_a_file_is_offered_only_as_long_as_it_is_what_the_button_would_make(study, monkeypatch):
    page = studies.visitor(monkeypatch, "outputs")(study, "zh")
    page.button(key="make-rules-csv").click().run()
    assert say("uioutputs.what_rules", "zh") in studies.words(studies.whole(page))
    offered = [d.proto.label.replace("\\", "") for d in page.get("download_button")]
    assert offered == [f"luodi-rules-{date.today():%Y%m%d}.csv"]
    assert not page.button(key="make-rules-csv").disabled, "it can be made again"
    page.query_params["lang"] = "en"
    assert not page.run().get("download_button"), "a Chinese file is no English one"
    page.query_params["lang"] = "zh"
    assert page.run().get("download_button")
    settings = study / "study.toml"
    before = settings.read_text(encoding="utf-8")
    try:
        settings.write_text(before.replace("as_of = 2026-11-23", "as_of = 2026-11-24"), encoding="utf-8")
        assert not page.run().get("download_button"), "the study is another one now"
    finally:
        settings.write_text(before, encoding="utf-8")


def test_a_share_is_at_most_the_whole_wherever_a_rule_is_moved(monkeypatch, tmp_path):
    folder = studies.write(tmp_path / "study", count=3)
    pack = folder / "inputs" / "small.toml"
    head, minerals = pack.read_text(encoding="utf-8").split('id = "mineral"')
    minerals = minerals.replace("overlap_m2", "overlap_share", 1).replace("threshold = 0.0", "threshold = 0.1", 1)
    pack.write_text(f'{head}id = "mineral"{minerals.replace("tolerance_m2 = 1.0", "", 1)}', encoding="utf-8")
    studies.run(folder)
    pages = [studies.visitor(monkeypatch, "rules")(folder, "zh", "rule:mineral")]
    page = studies.visitor(monkeypatch, "screen")(folder)
    page.segmented_control(key="side").set_value("trial").run()
    pages.append(page.selectbox(key="trial-rule").set_value("mineral").run())
    for page in pages:
        [limit] = [n for n in page.number_input if n.key.endswith("-threshold")]
        assert (limit.value, limit.proto.min, limit.proto.max) == (10.0, 0.0, 100.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bundle_says_what_it_holds_and_is_written(study, monkeypatch, language):
    page = studies.visitor(monkeypatch, "outputs")(study, language)
    shown = studies.words(page)
    for part in ("settings", "inputs", "run"):
        assert code("bundlepart", part, language) in shown
    page.button(key="make-bundle").click().run()
    [file] = studies.whole(page).get("download_button")
    assert file.proto.label.replace("\\", "").startswith("luodi-bundle-")
    made = bundle_desk.made(study, "x")
    names = zipfile.ZipFile(io.BytesIO(made.content)).namelist()
    assert made.rows == len(names) - 2 == sum(p.files for p in bundle.contents(study))
    settings = study / "study.toml"
    before = settings.read_text(encoding="utf-8")
    try:
        title = before.index("[[layers]]")
        settings.write_text(before[: title + 10] + "\nuse_only = true" + before[title + 10 :], encoding="utf-8")
        page = studies.visitor(monkeypatch, "outputs")(study, language)
        assert page.button(key="make-bundle").disabled, "a layer would leave that may not"
        assert "--inside" in studies.words(page)
    finally:
        settings.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_and_forms_are_written_on_the_page_of_outputs(study, monkeypatch, language):
    page = studies.visitor(monkeypatch, "outputs")(study, language, "parcel:HOLED")
    assert page.selectbox(key="paper-about-dossier").value == "HOLED", "what is selected elsewhere comes first"
    page.button(key="paper-docx").click().run()
    shown = studies.words(studies.whole(page))
    assert "SHA-256" in shown
    [file] = page.get("download_button")
    assert file.proto.label.replace("\\", "").startswith("luodi-dossier-HOLED-")
    page.selectbox(key="paper").set_value("standard-land").run()
    assert not studies.whole(page).get("download_button"), "another document, another file"
    assert not page.button(key="paper-xlsx").disabled
    for kind, none in (("three-lines", "none_redline"), ("idle-05-fee", "none_idle"), ("land-classes", "none_redline")):
        page.selectbox(key="paper").set_value(kind).run()
        studies.whole(page)
        assert page.button(key="paper-xlsx").disabled, kind
        assert page.selectbox(key=f"paper-about-{kind}").proto.placeholder == say(f"uioutputs.{none}", language)


def test_where_a_layer_does_not_hold_together_is_marked_when_it_is_asked(study, monkeypatch):
    drawn = []
    monkeypatch.setattr(map.chart, "show", lambda drawing, *_: drawn.append(drawing.told()))
    page = studies.visitor(monkeypatch, "data")(study, "zh", "layer:parcels")
    before = len(drawn[-1]["shapes"])
    page.toggle(key="show-flaws-parcels").set_value(True).run()
    shown = studies.words(page)
    none = say("uidata.no_flaws", "zh", layer="parcels") in shown
    assert none or len(drawn[-1]["shapes"]) > before
    assert page.selectbox(key="record-parcels-field").options, "the fields are those of the file"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_lies_on_a_map(study, monkeypatch, language):
    drawn = []
    monkeypatch.setattr(map.chart, "show", lambda drawing, *_: drawn.append(drawing.told()))
    visit = studies.visitor(monkeypatch, "data")
    visit(study, language)
    assert len(drawn[-1]["shapes"]) == 7, "each layer has its extent"
    visit(study, language, "layer:river_management")
    told = drawn[-1]
    assert [line["text"] for line in told["legend"]] == [
        say("uidata.map_extent", language), say("uidata.map_covered", language)
    ]  # fmt: skip
    assert [layer["id"] for layer in told["layers"] if layer["shown"]] == ["fabric", "river_management"]
