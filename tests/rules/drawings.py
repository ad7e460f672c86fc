"""A small drawing for every rule that judges parcels, with the numbers worked by hand beside it.

Metres. Unless a drawing says otherwise, three parcels of one size stand in a row with a
gap of their own width between them: `clear` from x = 0, `conflict` from x = 2w, `unknown`
from x = 4w, all from y = 0. What the layer knows ends at the x given by `known_to`, and
reaches far beyond the parcels on the other sides. Numbers are low … high.
"""

from dataclasses import dataclass

FAR = 2_000.0


def box(west, south, east, north):
    return ((west, south), (east, south), (east, north), (west, north))


@dataclass(frozen=True)
class Drawing:
    """Parcels, shapes of one layer, how far it is known, and what each parcel measures.

    `told` are fields of the shapes, in their order; `minus` the shapes of the layer the rule leaves out, with the
    x up to which that one is known.
    """

    size: tuple[float, float] = (100, 100)
    shapes: tuple = ()
    known_to: float | None = None
    conflict: float = 0.0
    unknown: tuple[float, float] = (0.0, 0.0)
    clear: float = 0.0
    maybe: tuple[int, ...] = ()
    known: tuple | None = None
    parcels: tuple | None = None
    slopes: tuple[float, float, float] | None = None
    told: dict | None = None
    minus: tuple = ()
    minus_known_to: float | None = None
    minus_maybe: tuple[int, ...] = ()

    @property
    def lands(self):
        """Outlines of the three parcels."""
        w, h = self.size
        return self.parcels or tuple(box(k * w, 0, k * w + w, h) for k in (0, 2, 4))

    @property
    def coverage(self):
        """Ground the layer speaks for; None: everywhere."""
        if self.known is not None:
            return self.known
        return None if self.known_to is None else box(-FAR, -FAR, self.known_to, FAR)


CN = {
    # 100 × 200: farmland over the western 40 m, 40 × 200 = 8,000; nobody looked at the last 30 m, 30 × 200 = 6,000
    "basic-farmland": Drawing(
        (100, 200), (box(200, 0, 240, 200),), 470, conflict=8_000, unknown=(0, 6_000)),
    # 100 × 100: the triangle south-west of the diagonal, 100 × 100 / 2 = 5,000; last 10 m, 10 × 100 = 1,000
    "ecological-redline": Drawing(
        shapes=(((200, 0), (300, 0), (200, 100)),), known_to=490, conflict=5_000, unknown=(0, 1_000)),
    # 80 × 125: two boxes of 40 m that share 20 m, together 60 × 125 = 7,500, counted once; last 40 m, 40 ×
    # 125 = 5,000
    "nature-reserve-core": Drawing(
        (80, 125), (box(160, 0, 200, 125), box(180, 0, 220, 125)), 360, conflict=7_500, unknown=(0, 5_000)),
    # 50 × 40: wholly inside, 50 × 40 = 2,000; last 5 m, 5 × 40 = 200
    "nature-reserve-experimental": Drawing(
        (50, 40), (box(90, -10, 160, 50),), 245, conflict=2_000, unknown=(0, 200)),
    # 60 × 50: the western 20 m, 20 × 50 = 1,000; last 6 m, 6 × 50 = 300
    "nature-reserve-general": Drawing(
        (60, 50), (box(110, -10, 140, 60),), 294, conflict=1_000, unknown=(0, 300)),
    # must lie inside. 100 × 150: the boundary stops 25 m before the east edge, 25 × 150 = 3,750 outside;
    # the third is inside up to x = 460, and beyond nobody has drawn: 40 × 150 = 6,000 may be outside
    "development-boundary": Drawing(
        (100, 150), (box(-10, -10, 110, 160), box(200, 0, 275, 150), box(400, 0, 460, 150)), 460,
        conflict=3_750, unknown=(0, 6_000)),
    # 60 × 60: a frame 10 m wide, 60 × 60 − 40 × 40 = 3,600 − 1,600 = 2,000; last 10 m, 10 × 60 = 600
    "water-source-1": Drawing(
        (60, 60), (box(120, 0, 180, 10), box(120, 50, 180, 60), box(120, 10, 130, 50), box(170, 10, 180, 50)), 290,
        conflict=2_000, unknown=(0, 600)),
    # 100 × 100: a band from y = 30 to 55, 100 × 25 = 2,500; known only to x = 425, 75 × 100 = 7,500
    "water-source-2": Drawing(
        shapes=(box(200, 30, 300, 55),), known_to=425, conflict=2_500, unknown=(0, 7_500)),
    # 100 × 100: a river across the corner to corner; two triangles of 80 × 80 / 2 = 3,200 stay dry:
    # 10,000 − 2 × 3,200 = 3,600; last metre, 1 × 100 = 100
    "river-management": Drawing(
        shapes=(((200, 0), (220, 0), (300, 80), (300, 100), (280, 100), (200, 20)),), known_to=499,
        conflict=3_600, unknown=(0, 100)),
    # 40 × 50: a box that reaches 20 m into it from the west, half way up, 20 × 25 = 500; last 20 m, 20 × 50 = 1,000
    "wetland-national": Drawing(
        (40, 50), (box(60, 25, 100, 75),), 180, conflict=500, unknown=(0, 1_000)),
    # 200 × 100: a strip of 10 m on either side, 2 × 10 × 100 = 2,000; last 50 m, 50 × 100 = 5,000
    "scenic-core": Drawing(
        (200, 100), (box(400, 0, 410, 100), box(590, 0, 600, 100)), 950, conflict=2_000, unknown=(0, 5_000)),
    # 30 × 30: a monument of 1.5 × 1 = 1.50, beyond the tolerance of 1; last 10 cm, 0.1 × 30 = 3.00, which may be too
    "relic-protection": Drawing(
        (30, 30), (box(75, 15, 76.5, 16),), 149.9, conflict=1.5, unknown=(0, 3.0)),
    # 100 × 100: a parallelogram of base 50 and height 100, 5,000; second half not known, 50 × 100 = 5,000
    "relic-control-polluting": Drawing(
        shapes=(((200, 0), (250, 0), (300, 100), (250, 100)),), known_to=450, conflict=5_000, unknown=(0, 5_000)),
    # 100 × 100: a triangle of 50 × 50 / 2 = 1,250 in the corner; last 20 m, 20 × 100 = 2,000
    "geohazard-danger": Drawing(
        shapes=(((250, 0), (300, 0), (300, 50)),), known_to=480, conflict=1_250, unknown=(0, 2_000)),
    # 150 × 100: the lower 60 m, 150 × 60 = 9,000, less the permanent farmland in its western 50 m, 50 × 60 =
    # 3,000; last 50 m of the third, 50 × 100 = 5,000
    "cultivated-land": Drawing(
        (150, 100), (box(300, 0, 450, 60),), 700, minus=(box(290, 0, 350, 70),), conflict=6_000, unknown=(0, 5_000)),
    # 120 × 80: a wood that starts outside and reaches 10 m in, 10 × 80 = 800; last 30 m, 30 × 80 = 2,400
    "forest-land": Drawing(
        (120, 80), (box(210, -5, 250, 85),), 570, conflict=800, unknown=(0, 2_400)),
    # 100 × 100: exactly the parcel, 10,000; of the third nothing is known, 10,000
    "black-soil": Drawing(
        shapes=(box(200, 0, 300, 100),), known_to=400, conflict=10_000, unknown=(0, 10_000)),
    # planes of 10 % and 20 %: nine tenths of the parcel are not steeper than 10 (20); under the third lies a plane of
    # 10 % with a strip of 20 m without heights: more than a tenth is not known, so it may be any steepness
    "slope-natural": Drawing(slopes=(10, 20, 10), clear=10, conflict=20, unknown=(10, float("inf"))),
    # 100 × 50: an L, 100 × 10 + 10 × 50 − 10 × 10 = 1,400; known to x = 440, 60 × 50 = 3,000
    "flood-zone": Drawing(
        (100, 50), (box(200, 0, 300, 10), box(200, 0, 210, 50)), 440, conflict=1_400, unknown=(0, 3_000)),
    # 70 × 100: the eastern half, 35 × 100 = 3,500; known to the middle of the third, 35 × 100 = 3,500
    "water-source-quasi": Drawing(
        (70, 100), (box(175, 0, 210, 100),), 315, conflict=3_500, unknown=(0, 3_500)),
    # 100 × 100: a trapezium, (100 + 60) / 2 × 50 = 4,000; last 5 m, 5 × 100 = 500
    "wetland-other": Drawing(
        shapes=(((200, 0), (300, 0), (280, 50), (220, 50)),), known_to=495, conflict=4_000, unknown=(0, 500)),
    # 100 × 100: the upper half, 5,000; known everywhere, but a strip of 20 × 100 = 2,000 may or may not belong
    "scenic-area": Drawing(
        shapes=(box(200, 50, 300, 100), box(400, 0, 420, 100)), maybe=(1,), conflict=5_000, unknown=(0, 2_000)),
    # 50 × 50: a triangle, 50 × 50 / 2 = 1,250; known for the first 10 m, 40 × 50 = 2,000
    "relic-control": Drawing(
        (50, 50), (((100, 0), (150, 0), (100, 50)),), 210, conflict=1_250, unknown=(0, 2_000)),
    # 100 × 100: a field that covers the western half and ground beside it, 50 × 100 = 5,000; all but a metre, 9,900
    "mineral-overlay": Drawing(
        shapes=(box(190, -10, 250, 110),), known_to=401, conflict=5_000, unknown=(0, 9_900)),
    # 90 × 100: a tenth, 9 × 100 = 900; second half, 45 × 100 = 4,500
    "buried-relics": Drawing(
        (90, 100), (box(180, 0, 189, 100),), 405, conflict=900, unknown=(0, 4_500)),
    # 100 × 100: 40 × 40 = 1,600 in a corner; known for the first tenth, 90 × 100 = 9,000
    "geohazard-prone": Drawing(
        shapes=(box(260, 60, 300, 100),), known_to=410, conflict=1_600, unknown=(0, 9_000)),
    # stock land must be all of it. 100 × 100: built up to y = 70, 100 × 30 = 3,000 is not;
    # the third is built to x = 480, and beyond nobody has looked: 20 × 100 = 2,000 may not be
    "stock-land": Drawing(
        shapes=(box(0, 0, 100, 100), box(200, 0, 300, 70), box(400, 0, 480, 100)), known_to=480,
        conflict=3_000, unknown=(0, 2_000)),
}  # fmt: skip

SAMPLE = {
    # stricter than the nation's 15: a plane of 14 % passes there and fails here
    "slope-natural": Drawing(slopes=(10, 14, 12), clear=10, conflict=14, unknown=(12, float("inf"))),
    # at least 300 m. Houses from x = 400: 400 − 100 = 300, just enough; 400 − 250 = 150; the third is 4,550 m
    # from them (5,000 − 450), but what is known ends 5,350 − 5,100 = 250 m east of it, and a house may stand
    # there
    "residential-setback": Drawing(
        parcels=(box(0, 0, 100, 100), box(150, 0, 250, 100), box(5_000, 0, 5_100, 100)),
        shapes=(box(400, 0, 450, 100),), known_to=5_350, clear=300, conflict=150, unknown=(250, 4_550)),
    # at least 200 m. A school at x = 300, its yard 10 m wide: 300 − 100 = 200; from x = 310 to 360 are 50 m;
    # 5,000 − 310 = 4,690 to the third, known for 5,220 − 5,100 = 120 m around it
    "school-setback": Drawing(
        parcels=(box(0, 0, 100, 100), box(360, 0, 460, 100), box(5_000, 0, 5_100, 100)),
        shapes=(box(300, 40, 310, 60),), known_to=5_220, clear=200, conflict=50, unknown=(120, 4_690)),
    # 20 m on either side of a line at x = 250, which runs on beyond the parcel: 40 × 200 = 8,000; what is known ends
    # at x = 480, so a line beyond could reach in as far as x = 460: 40 × 200 = 8,000
    "power-line-corridor": Drawing(
        (100, 200), (((250, -500), (250, 700)),), 480, conflict=8_000, unknown=(0, 8_000)),
}  # fmt: skip

YANGTZE = {
    # at least 1,000 m from the shoreline x = 0, which is known from y = −5,000 to 500 and to x = 2,500: the
    # first two begin at x = 1,000 and 999.5, far from the edges; the third is 2,000 m from it, but 500 − 100
    # = 400 m from the northern edge of what is known
    "yangtze-chemical": Drawing(
        parcels=(box(1_000, -3_000, 1_100, -2_900), box(999.5, -3_300, 1_099.5, -3_200), box(2_000, 0, 2_100, 100)),
        shapes=(((0, -5_000), (0, 5_000)),), known=box(-1_000, -5_000, 2_500, 500),
        clear=1_000, conflict=999.5, unknown=(400, 2_000)),
}  # fmt: skip

YELLOW_RIVER = {
    # 100 × 100: a gable, 10,000 − 2 × (50 × 50 / 2) = 7,500; known for the first 30 m, 70 × 100 = 7,000
    "yellow-river-chemical": Drawing(
        shapes=(((200, 0), (300, 0), (300, 50), (250, 100), (200, 50)),), known_to=430,
        conflict=7_500, unknown=(0, 7_000)),
}  # fmt: skip

DRAWN = {"cn-national": CN, "sample-municipal": SAMPLE, "yangtze": YANGTZE, "yellow-river": YELLOW_RIVER}
