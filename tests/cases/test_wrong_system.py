"""A wrong system on the very first parcels: the codes of their rows say where they lie."""

import geopandas as gpd
import pyproj
import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.library import divisions
from layers.sources.checks import crs, place, series
from layers.study import accept, catalog, load, overrides, spec
from layers.text import LANGUAGES, sentence
from tests.cases import base

RIGHT, NEXT = base.CRS, "EPSG:4548"
"""The system of the parcels of the tests (CM 120°), and that of the zone beside it (CM 117°)."""
COUNTY = "330881"
GIVEN = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "TBBH"}}


def parcels(column="ZLDWDM", code=f"{COUNTY}0010010000000", turned=RIGHT):
    frame = base.parcels().rename(columns={"BSM": "TBBH"})
    return frame.assign(**({column: code} if column else {})).to_crs(turned)


def labelled(path, frame, system):
    """Write numbers under the name of another system."""
    gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=frame.geometry.to_numpy(), crs=system).to_file(path)
    return path


def study(folder, system, name="新"):
    return catalog.new(folder, crs=system, name=name).parent


def found(folder, file, **more):
    return [
        f for f in catalog.checked(folder, file, GIVEN | more) if f.code.startswith(("place_", "crs_by", "study_of"))
    ]


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("XZQDM", COUNTY), ("zldwdm", f"{COUNTY}0010010000000"), ("QSDWDM", f"{COUNTY}001001"),
        ("BSM", f"{COUNTY}211000000123"), ("XJXZQDM", f"{COUNTY}.0"), ("行政区代码", "330800"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("own", [RIGHT, NEXT])
def test_the_zone_beside_is_told_by_the_codes_of_the_rows(tmp_path, column, code, own):
    folder = study(tmp_path / "s", own)
    file = labelled(tmp_path / "p.gpkg", parcels(column, code), NEXT)
    (one,) = [f for f in found(folder, file) if f.code == "place_not_of_codes"]
    assert (one.severity, one.proposal) == ("block", f"crs:{RIGHT}")
    for language in LANGUAGES:
        text = sentence(one.reason, language)
        assert all(word in text for word in (column, one.proposal, place.AS_READ, code[:2])), text
    with pytest.raises(BlockedError) as stopped:
        catalog.add(folder, file, GIVEN)
    assert "place_not_of_codes" in {r.code for r in stopped.value.reasons}
    catalog.add(folder, file, GIVEN | {"accept": [one.proposal]})
    home = load.Home(spec.read(folder), folder)
    there = crs.geographic(tuple(shapely.total_bounds(home.parcels)), pyproj.CRS(own))
    assert (there[0], there[1]) == pytest.approx((118.59, 28.70), abs=0.02)


def test_of_several_systems_that_fit_none_is_proposed_but_the_studys_own(tmp_path):
    file = labelled(tmp_path / "p.gpkg", parcels("adcode", "330000"), NEXT)
    (one,) = found(study(tmp_path / "s", NEXT), file)
    assert (one.code, one.proposal) == ("place_not_of_codes_several", "")
    assert {"EPSG:4549", "EPSG:4550"} <= set(one.reason.values["candidates"])
    (one,) = found(study(tmp_path / "t", RIGHT), file)
    assert (one.code, one.proposal) == ("place_not_of_codes", f"crs:{RIGHT}")


def test_who_says_it_lies_there_all_the_same_is_believed_and_named(tmp_path):
    folder = study(tmp_path / "s", NEXT)
    file = labelled(tmp_path / "p.gpkg", parcels(), NEXT)
    told = found(folder, file, accept=[place.AS_READ])
    assert [(f.code, f.severity) for f in told] == [("place_as_read", "fixed")]


@pytest.mark.parametrize(("own", "numbers"), [(NEXT, RIGHT), (RIGHT, "EPSG:4528"), (NEXT, "EPSG:3857"), (RIGHT, NEXT)])
def test_a_file_that_states_no_system_is_asked_with_the_one_its_codes_speak_for(tmp_path, own, numbers):
    folder = study(tmp_path / "s", own)
    frame = parcels(turned=numbers)
    labelled(tmp_path / "p.shp", frame, None)
    (one,) = [f for f in found(folder, tmp_path / "p.shp") if f.severity == "block"]
    assert (one.code, one.proposal) == ("crs_by_codes", f"crs:{numbers}")
    assert one.proposal in sentence(one.reason, "zh")


def test_an_old_datum_keeps_its_datum_in_the_right_zone(tmp_path):
    folder = study(tmp_path / "s", RIGHT)
    file = labelled(tmp_path / "p.gpkg", parcels(), "EPSG:2436")
    stops = [f for f in catalog.checked(folder, file, GIVEN) if f.severity == "block"]
    assert "crs:EPSG:2437" in [f.proposal for f in stops]
    again = [f for f in catalog.checked(folder, file, GIVEN | {"accept": ["crs:EPSG:2437"]}) if f.severity == "block"]
    assert [f.code for f in again] == ["datum_shift_unknown"]


def test_without_codes_the_sea_and_foreign_land_are_told_of_systems_of_china(tmp_path):
    for system, wanted in (("EPSG:4534", ["place_off_land"]), ("EPSG:4551", ["place_off_land"]), (RIGHT, []),
                           ("EPSG:32646", [])):  # fmt: skip
        folder = study(tmp_path / system.replace(":", ""), system)
        file = labelled(tmp_path / f"{system[5:]}.gpkg", parcels(""), system)
        assert [f.code for f in found(folder, file)] == wanted, system


def test_a_study_in_the_zone_beside_is_told(tmp_path):
    folder = study(tmp_path / "s", "EPSG:4550")
    (one,) = found(folder, labelled(tmp_path / "p.gpkg", parcels(), RIGHT))
    assert (one.code, one.reason.values["better"]) == ("study_of_next_zone", "EPSG:4549")
    assert all("EPSG:4549" in sentence(one.reason, language) for language in LANGUAGES)


def test_a_study_named_after_a_district_elsewhere_is_told(tmp_path):
    file = labelled(tmp_path / "p.gpkg", parcels(""), RIGHT)
    told = [(name, [f.code for f in found(study(tmp_path / name, RIGHT, name), file)])
            for name in ("衢州市工业用地", "昆明市工业用地", "朝阳区", "浙江省")]  # fmt: skip
    assert told == [("衢州市工业用地", []), ("昆明市工业用地", ["place_not_of_name"]), ("朝阳区", []), ("浙江省", [])]


def test_codes_of_the_place_of_all_the_country_and_no_codes_say_nothing(tmp_path):
    folder = study(tmp_path / "s", RIGHT)
    many = [f"{c}0101" for c in ("11", "33", "44", "65") for _ in range(4)]
    for number, (column, code) in enumerate(
        [("XZQDM", COUNTY), ("XZQDM", many), ("XZQDM", "1"), ("XZQDM", "999999"), ("BSM", "4400001"), ("XZQDM", None),
         ("XZQDM", "331100"), ("BSM", "K44"), ("XZQDM", "339900")]
    ):  # fmt: skip
        assert found(folder, labelled(tmp_path / f"{number}.gpkg", parcels(column, code), RIGHT)) == [], code


def test_a_layer_of_a_study_is_asked_too_and_accepts_on_the_page(tmp_path):
    folder = base.study(tmp_path / "s")
    farm = base.farm().assign(XZQDM=COUNTY)
    with pytest.raises(BlockedError):
        catalog.add(folder, labelled(tmp_path / "f.gpkg", farm, NEXT), {"role": "constraint", "id": "farm"})
    catalog.add(folder, labelled(tmp_path / "f.gpkg", farm, NEXT),
                {"role": "constraint", "id": "farm", "accept": [place.AS_READ]})  # fmt: skip
    assert "layer_elsewhere" in base.codes(catalog.check(folder))
    body = (folder / spec.FILE).read_text(encoding="utf-8")
    (folder / spec.FILE).write_text(body.replace(f'"{place.AS_READ}"', ""), encoding="utf-8")
    assert "place_not_of_codes" in base.codes(catalog.check(folder))
    accept.accept(folder, "farm", [f"crs:{RIGHT}"])
    assert not {c for c in base.codes(catalog.check(folder)) if c.startswith(("place_", "layer_elsewhere"))}


def test_both_ways_out_may_be_accepted(tmp_path):
    folder = base.study(tmp_path / "s")
    file = labelled(tmp_path / "f.gpkg", base.farm().assign(XZQDM=COUNTY), NEXT)
    catalog.add(folder, file, {"role": "constraint", "id": "farm", "accept": [f"crs:{RIGHT}"]})
    body = (folder / spec.FILE).read_text(encoding="utf-8")
    (folder / spec.FILE).write_text(body.replace(f'"crs:{RIGHT}"', ""), encoding="utf-8")
    assert accept.accept(folder, "farm", [place.AS_READ]) == [place.AS_READ]


def test_of_two_systems_accepted_the_newer_counts(tmp_path):
    assert crs.accepted(["crs:EPSG:4548", "x", "crs:EPSG:4549"]) == "EPSG:4549"
    folder = study(tmp_path / "s", RIGHT)
    file = labelled(tmp_path / "p.gpkg", parcels(), NEXT)
    catalog.add(folder, file, GIVEN | {"accept": [f"crs:{NEXT}", f"crs:{RIGHT}"]})
    assert load.open_layer(overrides.study(folder).layers[0], spec.read(folder), folder).settled.crs == RIGHT


def test_zones_of_six_degrees_are_used_to_their_edge():
    six = pyproj.CRS("EPSG:4509")
    assert not series.is_of_three(six)
    x, y = pyproj.Transformer.from_crs("EPSG:4490", six, always_xy=True).transform(119.6, 28.5)
    assert crs.settle_box((x, y, x + 100, y + 100), "EPSG:4509") == []


def test_extents_hold_what_is_known_of_a_few_places():
    for lon, lat, code in (
        (116.4, 39.9, "11"),
        (121.47, 31.23, "31"),
        (106.55, 29.56, "50"),
        (118.63, 28.74, "3308"),
        (87.6, 43.8, "6501"),
        (110.3, 20.0, "4601"),
        (114.17, 22.3, "81"),
        (121.5, 25.0, "71"),
    ):
        assert code in divisions.at(lon, lat), (lon, lat)
    assert divisions.at(125.0, 29.0) == ()
    assert divisions.title("330881").model_dump() == {"zh": "浙江省衢州市", "en": "Zhejiang (3308)"}
