"""The map of every dossier and field sheet: the ground with what lies on it, where in the county it is, a legend.

One picture for a parcel, a site, a project, a red line or idle land: left what overlaps it, right where it lies.
Looks are those of every map of the house (`data/ground.toml`, `data/codes/layers.toml`). What may not leave the
study (use-only layers, and a cut that follows one) is not drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.reason import Reason, reason
from layers.ask.redline import RedlineAnswer
from layers.library import grounds, kinds
from layers.library.colours import TURN
from layers.outputs import fonts
from layers.outputs.picture import Canvas, MapKey, Panel, Shapes
from layers.study.run.layer_rows import rows_used
from layers.study.run.released import masks, refusal
from layers.study.run.results import Results
from layers.study.spec import LayerSpec
from layers.text import Language, both, say
from layers.words.explain import layer_name

WIDTH, HEIGHT = 1640, 470
OVERLAY, LOCATION, LEGEND = (2, 2, 936, 466), (950, 2, 688, 252), (954, 260, 684, 210)
"""Panels of the picture: left, top, width, height in pixels."""
LINES = ("basic_farmland", "ecological_redline", "development_boundary")
"""The three lines (三线), drawn on every map."""
PLAIN_GROUND, EDGE, BUILDING, BUILDING_EDGE = "#F4F3F0", "#C9C4B8", "#B8BEC7", "#8E96A1"
PARK, ROAD, RED, CUT, TAKEN, OTHER = "#1F5FA8", "#77797D", "#D4131B", "#111827", "#3A3A3A", "#9A4A00"
AROUND = 0.45
"""Ground shown around the subject, as a share of its longer side."""
LEAST_M = 150.0
MOST_KEYS = 18
"""Lines a legend has room for."""
MOST_NAMES = 14
"""Parks whose names fit on the map of the county."""
LEAST_TAKEN_M2 = 0.01


Marks = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class GroundPicture:
    """A picture (PNG) and what has to be said of it."""

    png: bytes
    notes: tuple[Reason, ...]


@dataclass(frozen=True)
class MapSubject:
    """What a map is of: its areas, what they are called, what a cut takes of them and its line."""

    shapes: Shapes
    words: str
    taken: Any = None
    cut: Any = None
    others: Marks = ()
    """Alternatives: number and point of each, shown where the county is."""
    notes: tuple[Reason, ...] = field(default=())


def of_check(answer: RedlineAnswer, language: Language, others: Marks = ()) -> GroundPicture:
    """Draw the map of a red line with its cut."""
    plots, land = answer.plots.geometry.to_numpy(), answer.land.geometry.to_numpy()
    secret = answer.secret_cut
    told = (reason("sketch_without_cut", count=len(secret)),) if secret else ()
    taken = None if secret else shapely.difference(shapely.union_all(plots), shapely.union_all(land))
    cut = answer.cut_line if answer.needs_cut and not secret else None
    words = say("dossier.map_red", _spoken(language))
    made = _drawn(answer.check, MapSubject(plots, words, taken, cut, others, told), language)
    assert made is not None
    return made


def of_shape(results: Results, shape: Any, words: str, language: Language, others: Marks = ()) -> GroundPicture | None:
    """Draw the map of a shape (study CRS) called `words`; None for what has no ground."""
    if shape is None or shape.is_empty or shapely.get_dimensions(shape) != 2:
        return None
    called = words if _spoken(language) == language else say("map.subject", _spoken(language))
    return _drawn(results, MapSubject(np.array([shape], object), called, others=others), language)


def _spoken(language: Language) -> Language:
    """Return the language of words in a picture: English where the computer has no Chinese font."""
    return language if fonts.chinese() else "en"


def _drawn(results: Results, subject: MapSubject, language: Language) -> GroundPicture:
    sheet = _Sheet(results, subject, _spoken(language))
    if not fonts.chinese():
        sheet.notes.append(reason("sketch_without_font"))
    sheet.notes += subject.notes
    sheet.overlay()
    sheet.location()
    return GroundPicture(sheet.finished(), tuple(sheet.notes))


class _Sheet:
    """The picture while it is drawn: its two panels and the legend so far."""

    def __init__(self, results: Results, subject: MapSubject, language: Language):
        self.results, self.subject, self.language = results, subject, language
        self.canvas = Canvas(WIDTH, HEIGHT)
        self.keys: list[MapKey] = []
        self.notes: list[Reason] = []
        west, south, east, north = shapely.total_bounds(subject.shapes)
        rim = max(AROUND * max(east - west, north - south), LEAST_M)
        bounds = (west - rim, south - rim, east + rim, north + rim)
        self.near = Panel(self.canvas, OVERLAY, bounds, PLAIN_GROUND)
        held = masks(results).layers
        self.allowed = [s for s in results.study.layers if not s.use_only and s.id not in held]

    # --- what overlaps it -------------------------------------------------------------

    def overlay(self) -> None:
        """Draw from the ground up: present use, other layers, buildings, roads, the three lines, parks, the subject."""
        self._fabric()
        self._others()
        for spec in self._of("building"):
            shown = self._shown(self.near, spec)
            self.near.fill(shown, BUILDING, edge=BUILDING_EDGE)
            self._key(shown, MapKey("fill", BUILDING, self._title(spec)))
        self._ways(self.near, keyed=True)
        for name in LINES:
            self._control_line(name)
        for spec in self._of("park"):
            shown = self._shown(self.near, spec)
            self.near.line(shown, PARK, 1.2, "dash")
            self._key(shown, MapKey("dash", PARK, self._title(spec)))
        self._subject()
        self.near.scale_bar()
        self.near.north(say("dossier.north", self.language))

    def _fabric(self) -> None:
        """Colour the fabric by present use; nothing is drawn that the run or the check did not read."""
        found = self._parcels()
        if found is None:
            self.notes.append(reason("sketch_without_fabric"))
            return
        shapes, codes = found
        seen = self.near.near(shapes)
        scheme = self.results.study.with_role("parcels")[0].land_use_scheme
        places = np.array([grounds.place_of(scheme, str(c)) for c in codes[seen]], int)
        looks, shown = grounds.looks(), shapes[seen]
        for k in sorted(set(places.tolist())):
            self.near.fill(shown[places == k], looks[k].colour)
            self.keys.append(MapKey("fill", looks[k].colour, both(looks[k].title, self.language)))
        self.near.line(shown, EDGE, 0.3)

    def _parcels(self) -> tuple[Shapes, npt.NDArray[np.object_]] | None:
        """Return shapes and land use of the parcels, None where they may not leave or were not kept."""
        known = self.results.study.with_role("parcels")
        if not known or known[0] not in self.allowed:
            return None
        if self.results.of_plots:
            rows = rows_used(self.results, known[0])
            return None if rows is None else (rows.shapes, rows.texts("land_use"))
        if refusal(self.results, "parcels"):
            return None
        frame = gpd.GeoDataFrame(self.results.table("parcels"))
        return frame.geometry.to_numpy(), frame["land_use"].astype(str).to_numpy(object)

    def _others(self) -> None:
        """Dot the other layers that lie on the subject and end in view; classes of the fabric are its colours."""
        whole, view = shapely.union_all(self.subject.shapes), shapely.box(*self.near.view)
        fabric = {s.source for s in self.results.study.with_role("parcels")}
        others = (s for s in self._of("constraint") if s.id not in LINES and s.source not in fabric)
        for turn, spec in enumerate(others):
            shapes = self._shown(self.near, spec)
            if not len(shapes) or not shapely.intersects(shapes, whole).any():
                continue
            if shapely.covers(shapely.union_all(shapes), view):
                continue  # what lies everywhere shows nothing
            look = kinds.look(spec.id, spec.title)
            colour = look.colour if look else TURN[turn % len(TURN)]
            self.near.hatch(shapes, colour, "dots")
            self.near.line(shapes, colour, 0.7)
            self.keys.append(MapKey("dots", colour, self._title(spec)))

    def _control_line(self, name: str) -> None:
        """Hatch farmland and ecological red line, draw the development boundary."""
        spec, look = next((s for s in self.allowed if s.id == name), None), kinds.look(name)
        if spec is None or look is None:
            return
        shown = self._shown(self.near, spec)
        if look.mark == "dashes":
            self.near.line(shown, look.colour, 1.5, "dashes")
        else:
            self.near.hatch(shown, look.colour, look.mark)
            self.near.line(shown, look.colour, 0.5)
        self._key(shown, MapKey(look.mark, look.colour, self._title(spec)))

    def _subject(self) -> None:
        """Draw the subject, what a cut takes of it, and the line of the cut."""
        made = self.subject
        if made.taken is not None and made.taken.area > LEAST_TAKEN_M2:
            self.near.hatch(np.array([made.taken], object), TAKEN, "wash")
            self.keys.append(MapKey("wash", TAKEN, say("dossier.map_taken", self.language)))
        if made.cut is not None:
            self.near.line(np.array([made.cut], object), CUT, 1.7, "dash")
            self.keys.append(MapKey("dash", CUT, say("dossier.map_cut", self.language)))
        self.near.line(made.shapes, "#FFFFFF", 2.8)
        self.near.line(made.shapes, RED, 1.6)
        self.keys.append(MapKey("line", RED, made.words))

    # --- where it lies ---------------------------------------------------------------------

    def location(self) -> None:
        """Draw the county in outline with its ways and parks, and where the other panel lies in it."""
        panel = Panel(self.canvas, LOCATION, self._county(), PLAIN_GROUND)
        edge = next((s for s in self.allowed if s.id == LINES[2]), None)
        look = kinds.look(LINES[2])
        if edge is not None and look is not None:
            panel.fill(self._shown(panel, edge), look.colour, 0.10)
        for spec in self._of("boundary"):
            panel.line(self._shown(panel, spec), CUT, 0.7, "dashes")
        self._ways(panel, keyed=False)
        names = [(s, n) for spec in self._of("park") for s, n in self._named(panel, spec)]
        for shape, _ in names:
            panel.fill(np.array([shape], object), PARK, 0.18, edge=PARK, width=0.6)
        panel.frame(self.near.view, RED)
        for shape, name in names if len(names) <= MOST_NAMES else ():
            at = shape.representative_point()
            panel.label(name, at.x, at.y, 4.6, PARK)
        for number, at in self.subject.others:
            panel.badge(number, at.x, at.y, OTHER)
        if self.subject.others:
            self.keys.append(MapKey("badge", OTHER, say("map.others", self.language)))
        panel.scale_bar()

    def _county(self) -> tuple[float, float, float, float]:
        """Return the bounds of everything that may be shown and is large, the subject among it."""
        bounds = [self.near.view]
        for spec in self.allowed:
            if spec.role in ("boundary", "park", "network"):
                shapes = self.results.layer_shapes(spec.id).geometry.to_numpy()
                bounds += [tuple(shapely.total_bounds(shapes))] if len(shapes) else []
        found = self._parcels()
        bounds += [(p.x, p.y, p.x, p.y) for _, p in self.subject.others]
        bounds += [tuple(shapely.total_bounds(found[0]))] if found is not None and len(found[0]) else []
        west, south, east, north = np.array([b for b in bounds if np.isfinite(b).all()]).T
        rim = 0.03 * max(east.max() - west.min(), north.max() - south.min())
        return (west.min() - rim, south.min() - rim, east.max() + rim, north.max() + rim)

    def _named(self, panel: Panel, spec: LayerSpec) -> list[tuple[Any, str]]:
        rows = rows_used(self.results, spec)
        if rows is None:
            return [(s, "") for s in self._shown(panel, spec)]
        return list(zip(rows.shapes, rows.texts("park_id"), strict=True))

    # --- both ---------------------------------------------------------------------------------

    def _ways(self, panel: Panel, keyed: bool) -> None:
        """Draw roads and railways among the networks."""
        for spec in self._of("network"):
            if kinds.is_way(spec.id, spec.title):
                shown = self._shown(panel, spec)
                panel.line(shown, ROAD, 1.7 if keyed else 0.6)
                if keyed:
                    panel.line(shown, "#FFFFFF", 0.7)
                    self._key(shown, MapKey("line", ROAD, self._title(spec)))

    def _of(self, role: str) -> list[LayerSpec]:
        return [s for s in self.allowed if s.role == role]

    def _shown(self, panel: Panel, spec: LayerSpec) -> Shapes:
        shapes = np.asarray(self.results.layer_shapes(spec.id).geometry.to_numpy())
        return shapes[panel.near(shapes)] if len(shapes) else np.empty(0, object)

    def _key(self, shown: Shapes, key: MapKey) -> None:
        if len(shown):
            self.keys.append(key)

    def _title(self, spec: LayerSpec) -> str:
        return layer_name(spec, self.language)

    def finished(self) -> bytes:
        """Add the legend, the subject first; return the picture."""
        keys = list(dict.fromkeys(reversed(self.keys)))
        if len(keys) > MOST_KEYS:
            self.notes.append(reason("map_keys_left_out", count=len(keys) - MOST_KEYS))
        self.canvas.legend(LEGEND, say("dossier.legend", self.language), keys[:MOST_KEYS])
        return self.canvas.png()
