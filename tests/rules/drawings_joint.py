"""Drawings for the rules of a joint review, worked by hand as in `tests.rules.drawings`.

Rules on classes: the clear parcel bears another class, the conflict one the class the rule names, the third a
shape whose class nobody filled in. All parcels are 100 × 100 m unless a size is given.
"""

from tests.rules.drawings import Drawing, box

ROADS = {"road_class": ("street", "national", ""), "land_width_m": (20.0, 20.0, 20.0)}


def classed(name, other, found, open_, field, **more):
    """A band of the other class, one `found` m wide of the class, one `open_` m wide of no class; each 100 m long."""
    shapes = (box(0, 0, 50, 100), box(200, 0, 200 + found, 100), box(400, 0, 400 + open_, 100))
    told = {field: (other, name, "")}
    return Drawing(shapes=shapes, told=told, conflict=100 * found, unknown=(0, 100 * open_), **more)


def band(found, known):
    """A band `found` m wide over the conflict parcel; of the third only its first `known` m are known."""
    return Drawing(
        shapes=(box(200, 0, 200 + found, 100),), known_to=400 + known, conflict=100 * found,
        unknown=(0, 100 * (100 - known)),
    )  # fmt: skip


ZONES = {
    "development-boundary-flexible": classed("flexible", "concentrated", 50, 30, "zone_class"),
    "development-boundary-special": classed("special", "concentrated", 45, 20, "zone_class"),
}
"""Those of the national pack that read a class."""

JOINT = {
    "farmland-reserve": band(80, 70),
    "high-standard-farmland": band(60, 90),
    "cultivated-target": band(70, 40),
    # collective throughout: of the first all lies in an approved plan, of the second up to x = 230, 70 × 100
    # = 7,000 do not; of the third the plans are known to x = 440, so 60 × 100 = 6,000 may lie in none: but
    # all of it, as none is drawn there
    "land-acquisition-plan": Drawing(
        shapes=(box(-10, -10, 510, 110),), minus=(box(0, 0, 100, 100), box(200, 0, 230, 100), box(400, 0, 440, 100)),
        minus_known_to=440, conflict=7_000, unknown=(0, 6_000)),
    # covered up to x = 260: 40 × 100 = 4,000 are not; the third up to 470, and beyond nobody has looked: 3,000
    "detailed-plan": Drawing(
        shapes=(box(0, 0, 100, 100), box(200, 0, 260, 100), box(400, 0, 470, 100)), known_to=470,
        conflict=4_000, unknown=(0, 3_000)),
    "village-plan": band(30, 50),
    # farm land up to y = 60; the first is converted, of the second the western 50 m: 50 × 60 = 3,000 are not;
    # the third has a batch that only may count: 100 × 60 = 6,000
    "agricultural-conversion": Drawing(
        shapes=(box(-10, 0, 510, 60),), minus=(box(0, 0, 100, 60), box(200, 0, 250, 60), box(400, 0, 500, 60)),
        minus_maybe=(2,), conflict=3_000, unknown=(0, 6_000)),
    "title-dispute": band(20, 95),
    "national-park-core": classed("core", "general", 40, 60, "control_zone"),
    "national-park-general": classed("general", "core", 35, 10, "control_zone"),
    "natural-park": band(55, 45),
    "forest-grade-1": classed("1", "2", 25, 15, "forest_grade"),
    "forest-grade-2": classed("2", "3", 65, 35, "forest_grade"),
    "public-forest-national-1": classed("national_1", "local", 15, 25, "public_forest"),
    "public-forest": classed("local", "none", 85, 5, "public_forest"),
    "control-unit-priority": classed("priority", "general", 90, 80, "control_unit"),
    "control-unit-key": classed("key", "general", 75, 12, "control_unit"),
    "basic-grassland": band(95, 5),
    # road land 20 m wide. A street through the first has no zone. A national road at x = 250 through the
    # second: 10 m of road land and 20 m of zone on either side, 60 × 100 = 6,000. At x = 550 one of unknown
    # class: its land ends at 540, 40 m from the parcel, and no zone reaches that far; at x = 525 one: land to
    # 515, a motorway's zone to 485: 15 × 100 = 1,500
    "road-control-zone": Drawing(
        shapes=(((50, -900), (50, 900)), ((250, -900), (250, 900)), ((525, -900), (525, 900))), told=ROADS,
        conflict=6_000, unknown=(0, 1_500)),
    # 10 m of road land and 100 m: the second lies wholly within, 10,000; the third is 10 m east of the reach
    # of a road of unknown class at x = 600: 600 − 110 = 490, 10 × 100 = 1,000
    "road-dangerous-goods": Drawing(
        shapes=(((50, -900), (50, 900)), ((250, -900), (250, 900)), ((600, -900), (600, 900))), told=ROADS,
        parcels=(box(0, 0, 100, 100), box(200, 0, 300, 100), box(400, 0, 500, 100)),
        clear=0, conflict=10_000, unknown=(0, 1_000)),
    # a railway 20 m wide. Beyond the village (other, 15 m): at x = 250, 2 × (10 + 15) × 100 = 5,000. A line
    # of unknown setting at x = 520: its toe at 510, its zone to 502 at least and, were it a fast line in open
    # country, 490: 1,000
    "rail-safety-zone": Drawing(
        shapes=(((250, -900), (250, 900)), ((520, -900), (520, 900))),
        told={"rail_kind": ("other", ""), "rail_setting": ("elsewhere", ""), "land_width_m": (20.0, 20.0)},
        conflict=5_000, unknown=(0, 1_000)),
    # conductors 12 m apart. 220 kV at x = 250: 2 × (6 + 15) × 100 = 4,200; a line of unknown voltage at x =
    # 530: 6 + 50 at most, to x = 474: 26 × 100 = 2,600
    "power-corridor": Drawing(
        shapes=(((50, -900), (50, 900)), ((250, -900), (250, 900)), ((530, -900), (530, 900))),
        told={"voltage": ("low", "kv_154_330", ""), "land_width_m": (12.0, 12.0, 12.0)},
        conflict=4_200, unknown=(0, 2_600)),
    # 5 m on either side of a line that runs on beyond the parcel: 10 × 100 = 1,000; known to x = 480, so a
    # pipe just beyond could reach in as far as x = 475: 25 × 100 = 2,500
    "oil-gas-pipeline": Drawing(
        shapes=(((250, -900), (250, 900)),), known_to=480, conflict=1_000, unknown=(0, 2_500)),
    "airport-clearance": band(100, 30),
    "military-zone": band(48, 77),
    "reservoir-management": band(58, 66),
    "goaf": band(38, 81),
    "active-fault": band(28, 52),
    "contaminated-land": band(68, 88),
    "historic-core": band(32, 73),
    "historic-control": band(42, 62),
    "urban-lines": band(52, 92),
    "soil-water-zone": band(26, 77),
    "ancient-trees": band(17, 66),
    "defence-plant-zone": band(23, 88),
}  # fmt: skip
