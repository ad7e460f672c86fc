"""Parks and towns as street plats: blocks between streets, plots inside blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from county import exact
from county.curves import MM, polygons
from county.settings import Floats, Frame, part, rng
from geo.basis.units import MU_M2

CUSTOM = "X"
ABSENT = "."


@dataclass(frozen=True)
class Plot:
    """A piece of ground of a park: its class and what the plan and the land office say of it."""

    shape: Any
    land_class: str
    use: str
    state: str
    park: str
    block: str
    planted: str = ""


@dataclass(frozen=True)
class Plat:
    """One park or town on the ground; `outline` minus all plots is street."""

    park_id: str
    name: str
    kind: str
    outline: Any
    plots: tuple[Plot, ...]
    blocks: Mapping[tuple[int, int], Any]
    corner: Floats
    angle_deg: float
    street_m: float


def build(frame: Frame) -> list[Plat]:
    """Lay out every park and town of ``plats.toml``."""
    given = part("plats")
    planted = {(p["park"], *p["block"]): p for p in given["planted"]}
    return [_plat(park, frame, given["legend"], planted) for park in given["parks"]]


def _plat(park: Mapping[str, Any], frame: Frame, legend: Mapping[str, Any], planted: Mapping[Any, Any]) -> Plat:
    corner = frame.metres(park["corner_km"])
    generator = rng(f"plat {park['id']}")
    us, vs = _edges(park["columns_m"], park["street_m"]), _edges(park["rows_m"], park["street_m"])
    blocks: dict[tuple[int, int], Any] = {}
    plots: list[Plot] = []
    pads = []
    for row, col in np.argwhere([[letter != ABSENT for letter in letters] for letters in park["plan"]]):
        letter = park["plan"][row][col]
        quad = np.array([(us[col][0], -vs[row][1]), (us[col][1], -vs[row][1]),
                         (us[col][1], -vs[row][0]), (us[col][0], -vs[row][0])])  # fmt: skip
        cut = _Block(park, int(row), int(col), quad, corner)
        if letter != CUSTOM:
            plots += _common(cut, legend[letter], generator)
        elif (park["id"], row, col) in planted:
            plots += _planted(cut, planted[park["id"], row, col])
        blocks[int(row), int(col)] = cut.ground()
        pads.append(cut.ground(park["street_m"] / 2.0))
    outline = polygons(shapely.set_precision(shapely.union_all(pads), MM))
    return Plat(
        park["id"], park["name"], park["kind"], outline, tuple(plots), blocks, corner, park["angle_deg"],
        park["street_m"],
    )  # fmt: skip


def _edges(sizes: Any, street: float) -> list[tuple[float, float]]:
    starts = np.cumsum([0.0, *[s + street for s in sizes[:-1]]])
    return [(float(a), float(a + s)) for a, s in zip(starts, sizes, strict=True)]


@dataclass(frozen=True)
class _Block:
    park: Mapping[str, Any]
    row: int
    col: int
    quad: Floats  # local: lower left, lower right, upper right, upper left
    corner: Floats

    @property
    def name(self) -> str:
        return f"{self.park['id']}-{self.row + 1:02d}{self.col + 1:02d}"

    def ground(self, pad: float = 0.0) -> Any:
        """Return the block on the ground, widened by `pad` metres on every side."""
        wide = self.quad + pad * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        return shapely.Polygon(exact.turned(wide, self.corner, self.park["angle_deg"]))

    def strips(self, shares: Floats, lean: Floats) -> list[Floats]:
        """Cut the block across its longer side; rings on the ground that share their corners exactly."""
        q = self.quad if np.ptp(self.quad[:, 0]) >= np.ptp(self.quad[:, 1]) else np.roll(self.quad, -1, axis=0)
        at = np.r_[0.0, np.cumsum(shares) / np.sum(shares)]
        low = q[0] + (q[1] - q[0]) * np.clip(at - np.r_[0, lean, 0], 0, 1)[:, None]
        high = q[3] + (q[2] - q[3]) * np.clip(at + np.r_[0, lean, 0], 0, 1)[:, None]
        low, high = (exact.turned(p, self.corner, self.park["angle_deg"]) for p in (low, high))
        return [np.array([low[k], low[k + 1], high[k + 1], high[k]]) for k in range(len(shares))]

    def plot(self, ring: Floats, spec: Mapping[str, Any], land_class: str) -> Plot:
        return Plot(
            shapely.Polygon(ring), land_class, spec["use"], spec["state"], self.park["id"], self.name,
            spec.get("id", ""),
        )  # fmt: skip


def _common(block: _Block, spec: Mapping[str, Any], generator: np.random.Generator) -> list[Plot]:
    low, high = spec["parts"]
    count = int(generator.integers(low, high + 1))
    shares = generator.uniform(0.6, 1.4, count)
    lean = generator.uniform(-0.02, 0.02, count - 1)
    return [block.plot(ring, spec, spec["class"]) for ring in block.strips(shares, lean)]


def _planted(block: _Block, spec: Mapping[str, Any]) -> list[Plot]:
    """Cut a block whose area is exact: its far corner moves, the street beside it takes up the rest."""
    rings = block.strips(np.array(spec["shares"]), np.linspace(-0.012, 0.014, len(spec["shares"]) - 1))
    rest = sum(shapely.area(shapely.Polygon(r)) for r in rings[:-1])

    def area(corner: Floats) -> float:
        ring = rings[-1].copy()
        ring[2] = corner
        return float(rest + shapely.area(shapely.Polygon(ring)))

    rings[-1][2] = exact.meet(area, rings[-1][2], spec["mu"] * MU_M2)
    return [block.plot(r, spec, c) for r, c in zip(rings, spec["classes"], strict=True)]
