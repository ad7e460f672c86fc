"""Basemaps of a study: kept whole or not at all, refused with the reason, and no run becomes stale by one."""

import tomllib

import pytest

from geo.basis.errors import BlockedError, CallError, LuodiError, SpecError
from layers.outputs import bundle
from layers.study import basemap_look, basemaps
from layers.study.run.released import open_results
from tests.layers.sources import tiles as make
from tests.payloads import ACTS, STARTS, TEXT
from tests.views import studies

INSIDE = "http://10.1.2.3/{z}/{x}/{y}.png"
HERE = (118.5, 28.6, 118.7, 28.8)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("based") / "study", count=12))


@pytest.fixture
def study(run):
    yield run
    for one in basemaps.of_study(run):
        basemaps.drop(run, one.id)


def codes(call):
    with pytest.raises(LuodiError) as told:
        call()
    return [r.code for r in told.value.reasons]


def pictures(path, **more):
    middle = basemap_look._at(118.6, 28.7, 14)
    return make.archive(path, {middle: make.png(), (0, 0, 0): make.png()}, extent=HERE, **more)


def test_a_file_comes_into_the_study_and_goes_with_its_basemap(study, tmp_path):
    made = basemap_look.add(study, {"name": "影像 2025"}, pictures(tmp_path / "a.pmtiles")).basemap
    assert (made.kind, made.zooms, made.extent) == ("pmtiles", (0, 14), HERE)
    assert (study / made.source).is_file()
    again = basemap_look.add(study, {"name": "影像 2025"}, make.geotiff(tmp_path / "a.tif")).basemap
    assert again.id != made.id
    assert again.kind == "raster"
    assert [s.why for s in basemap_look.states(study, basemap_look.home_of(study))] == [None, None]
    assert basemap_look.opened(study, made).tile(0, 0, 0) == make.png()
    basemaps.drop(study, made.id)
    assert not (study / made.source).exists()
    assert [b.id for b in basemaps.of_study(study)] == [again.id]


def test_no_run_becomes_stale_and_no_bundle_holds_one(study, tmp_path):
    basemap_look.add(study, {"name": "a"}, pictures(tmp_path / "a.pmtiles"))
    basemaps.keep(study, {"name": "b", "kind": "tiles", "source": f"{INSIDE}?tk=secret-key"})
    assert not open_results(study).stale()
    newest = (study / "results").resolve()
    names = {u: {n for n, _ in bundle._files(study, newest, tmp_path / "b.zip", u)} for u in (False, True)}
    assert {"basemaps.toml", "basemaps/a.pmtiles"} <= names[True] - names[False]


REFUSED = {
    "gcj": ({"system": "gcj02", "source": INSIDE}, "basemap_shifted"),
    "bd": ({"system": "bd09", "source": INSIDE}, "basemap_shifted"),
    "amap": ({"source": "https://webrd01.is.autonavi.com/{z}/{x}/{y}"}, "basemap_shifted_service"),
    "by name": ({"name": "高德影像", "source": INSIDE}, "basemap_shifted_service"),
    "template": ({"source": "http://10.1.2.3/wmts"}, "basemap_placeholder_missing"),
    "outside": ({"source": "http://114.114.114.114/{z}/{x}/{y}"}, "basemap_outside"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_address_is_refused_with_the_reason(study, case):
    given, code = REFUSED[case]
    assert codes(lambda: basemap_look.add(study, {"name": "x", **given}, None)) == [code]
    assert basemaps.of_study(study) == ()


def test_a_file_is_refused_with_the_reason(study, tmp_path):
    far = make.geotiff(tmp_path / "far.tif", crs="EPSG:4490", corner=(87.0, 43.0), cell=0.001)
    whole = make.geotiff(tmp_path / "cut.tif")
    whole.write_bytes(whole.read_bytes()[:9000])
    (tmp_path / "text.tif").write_text("no image")
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    vector = pictures(tmp_path / "v.pmtiles", kind=1)
    words = make.archive(tmp_path / "w.pmtiles", {basemap_look._at(118.6, 28.7, 14): b"<svg/>"}, extent=HERE)
    cases = {
        far: "basemap_elsewhere", whole: "basemap_broken", tmp_path / "text.tif": "basemap_not_tiff",
        tmp_path / "a.jpg": "basemap_file_kind", tmp_path / "gone.tif": "basemap_file_lost", vector: "basemap_vector",
        words: "basemap_broken", make.geotiff(tmp_path / "old.tif", crs="EPSG:2437"): "basemap_old_datum",
    }  # fmt: skip
    for path, code in cases.items():
        assert codes(lambda path=path: basemap_look.add(study, {"name": "x"}, path)) == [code], path.name
    assert basemaps.of_study(study) == ()
    assert not any((study / basemaps.FOLDER).glob("*"))


def test_a_folder_means_its_only_file(study, tmp_path):
    """A dropped file arrives in a folder; of two nobody may choose in silence."""
    assert codes(lambda: basemap_look.add(study, {"name": "x"}, tmp_path)) == ["basemap_which"]
    pictures(tmp_path / "a.pmtiles")
    long = "长" * 80
    assert [basemap_look.add(study, {"name": long}, tmp_path).basemap.name for _ in range(2)] == [long] * 2
    make.geotiff(tmp_path / "a.tif")
    assert codes(lambda: basemap_look.add(study, {"name": "x"}, tmp_path)) == ["basemap_which"]


def test_a_file_that_vanished_says_so_and_the_others_stay(study, tmp_path):
    made = basemap_look.add(study, {"name": "a"}, pictures(tmp_path / "a.pmtiles")).basemap
    basemaps.keep(study, {"name": "b", "kind": "tiles", "source": INSIDE})
    (study / made.source).unlink()
    assert [s.why and s.why.code for s in basemap_look.states(study, None)] == ["basemap_file_lost", None]
    away = made.model_copy(update={"extent": (87.0, 43.0, 88.0, 44.0)})
    (study / made.source).write_bytes(b"")
    why = basemap_look._state(study, away, HERE).why
    assert why.code == "basemap_elsewhere"
    assert 3000 < why.values["distance_km"] < 4000


def test_settings_written_by_hand_cannot_lead_elsewhere(study):
    text = '[[basemaps]]\nid = "a"\nname = "a"\nkind = "raster"\nsource = "{}"\n'
    for source in (
        "/etc/passwd",
        "../../secret.tif",
        "C:/x.tif",
        "//evil.example/share/x.tif",
        r"\\\\evil\\share\\x.tif",
    ):
        (study / basemaps.FILE).write_text(text.format(source), encoding="utf-8")
        [state] = basemap_look.states(study, None)
        assert state.why.code == "basemap_file_outside", source
        with pytest.raises(CallError):
            basemap_look.opened(study, state.basemap)
    for body in ("[[basemaps]", '[[basemaps]]\nid = "a"\n', text.format("a.tif") + "more = 1\n", text.format("a") * 2):
        (study / basemaps.FILE).write_text(body, encoding="utf-8")
        with pytest.raises((SpecError, BlockedError)):
            basemaps.of_study(study)
    (study / basemaps.FILE).unlink()


def test_texts_come_back_as_they_were_given(study):
    given = [TEXT[:80], ACTS, studies.NASTY[:80], *(s + "x" for s in STARTS)]
    for text in given:
        basemaps.keep(study, {"name": text, "kind": "tiles", "source": INSIDE, "attribution": text})
    tomllib.loads((study / basemaps.FILE).read_text(encoding="utf-8"))
    assert [b.name for b in basemaps.of_study(study)] == [text.strip() for text in given]
    assert len({b.id for b in basemaps.of_study(study)}) == len(given)


def test_what_is_said_of_one_can_be_changed(study):
    one = basemaps.keep(study, {"name": "b", "kind": "tiles", "source": INSIDE, "opacity": 0.5})
    basemaps.keep(study, {**one.model_dump(), "opacity": 0.8, "attribution": "局"})
    [found] = basemaps.of_study(study)
    assert (found.opacity, found.attribution, found.id) == (0.8, "局", one.id)
    assert codes(lambda: basemaps.keep(study, {**one.model_dump(), "opacity": 7})) == ["value_wrong"]
    assert codes(lambda: basemaps.drop(study, "nobody")) == ["basemap_unknown"]
    assert codes(lambda: basemaps.keep(study, {"name": " ", "kind": "tiles", "source": INSIDE})) == [
        "basemap_without_name"
    ]
