"""The shift web maps of the mainland draw with (GCJ-02, BD-09): where they show a place, and which place they show.

Both are functions of longitude and latitude that are widely published; neither is a datum, and nobody in charge
publishes an exact inverse, so places are found again by iteration (to a millimetre). Used to recognise data only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_AXIS_M, _SQUARED = 6_378_245.0, 0.00669342162296594323
"""The ellipsoid of Krassovsky, as the published function has it."""
_ROUNDS = 6


def gcj02(places: Floats) -> Floats:
    """Return where GCJ-02 shows places, rows of longitude and latitude in degrees."""
    x, y = places[:, 0] - 105.0, places[:, 1] - 35.0
    waves = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + waves
    north += _series(y, (20, 40, 160, 320), (1, 3, 12, 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + waves
    east += _series(x, (20, 40, 150, 300), (1, 3, 12, 30))
    latitude = np.radians(places[:, 1])
    bent = 1 - _SQUARED * np.sin(latitude) ** 2
    north_deg = np.degrees(north / (_AXIS_M * (1 - _SQUARED) / bent**1.5))
    east_deg = np.degrees(east / (_AXIS_M / np.sqrt(bent) * np.cos(latitude)))
    out: Floats = places + np.column_stack([east_deg, north_deg])
    return out


def _series(values: Floats, heights: tuple[float, ...], lengths: tuple[float, ...]) -> Floats:
    waves = [h * np.sin(np.pi * values / n) for h, n in zip(heights, lengths, strict=True)]
    return np.asarray(sum(waves) * 2 / 3, np.float64)


def bd09(places: Floats) -> Floats:
    """Return where BD-09 shows places: GCJ-02 once more moved."""
    x, y = gcj02(places).T
    turn = np.pi * 3000 / 180
    far = np.hypot(x, y) + 2e-5 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * turn)
    return np.column_stack([far * np.cos(angle) + 0.0065, far * np.sin(angle) + 0.006])


MAPS: dict[str, Callable[[Floats], Floats]] = {"GCJ-02": gcj02, "BD-09": bd09}
"""Name of a shift: the function that draws with it."""


def found_again(name: str, shown: Floats) -> Floats:
    """Return the places a web map shows there."""
    draw = MAPS[name]
    places = shown.copy()
    for _ in range(_ROUNDS):
        places += shown - draw(places)
    return places
