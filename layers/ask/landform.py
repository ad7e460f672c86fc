"""Areas of a red line by unit of ownership × land class (地类面积表), spread so that what is printed adds up (平差).

The red line's own area, rounded once, is the control. Every cell is rounded down to the last digit
printed and what is missing goes, one last digit each, to the cells that lost most: no cell moves by
a whole last digit from its area, and sums of cells are sums of what is printed. Geometry stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.area import basis
from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from geo.basis.units import HA_M2
from geo.measure import ridges
from geo.measure.fabric import composition
from layers.ask.redline import RedlineAnswer
from layers.library import standards
from layers.study.run.released import refusal, require
from layers.study.run.results import Results

TENURES = ("collective", "state", "")
"""Groups of tenure in the order of the form; "" is ground whose tenure is not known."""
CLASSES = ("agricultural", "construction", "unused", "")
"""Classes of the land law in the order of the form; "" is ground whose class is not known."""
SAME_M2 = 0.05
"""The areas here and those the check keeps are the same within this."""
KEYS = ("tenure", "unit", "place", "of", "group", "scheme", "code")


@dataclass(frozen=True)
class LandForm:
    """The cells of the form.

    Parameters
    ----------
    cells : DataFrame
        `KEYS`, ``area_m2`` measured, ``units`` printed, in last digits; sorted as the form is.
    control_m2 : float
        Area of the red line on the study's basis.
    digit_m2 : float
        What one last digit is.
    units_named : bool
        The parcels have a field for their owner (权属单位); else the place stands for it.
    ridges_with_fields : bool
        Field ridges (田坎) are counted with the cultivated land.
    """

    cells: pd.DataFrame
    control_m2: float
    digit_m2: float
    units_named: bool
    ridges_with_fields: bool

    @property
    def spread_m2(self) -> float:
        """What the measured cells lack to the control before they are rounded."""
        return self.control_m2 - float(self.cells["area_m2"].sum())


def land_form(answer: RedlineAnswer, decimals: int, tolerance_m2: float, with_fields: bool) -> LandForm:
    """Return the areas of a red line by unit of ownership and land class.

    Parameters
    ----------
    answer : RedlineAnswer
    decimals : int
        Of hectares.
    tolerance_m2 : float
        What the cells may lack to the red line before the form is refused.
    with_fields : bool
        Count field ridges with their fields, as submissions do; else they are a class of their own.

    Raises
    ------
    BlockedError
        The parcels may not leave, the check is older than the land, or the cells do not add up.
    """
    if why := refusal(answer.check, "composition"):
        raise BlockedError(why)
    found = require(answer.check.folder, "parcels")
    parcels = gpd.GeoDataFrame(found.table("parcels"))
    rows = _measured(answer.check, answer.plots, parcels)
    _agrees(answer, rows)
    asked = (answer.check.head["name"], answer.gross_m2, decimals, tolerance_m2)
    return _form(_cells(rows, with_fields), asked, _named(parcels), with_fields)


def of_ground(results: Results, name: str, ground: gpd.GeoDataFrame, decimals: int, tolerance_m2: float) -> LandForm:
    """Return the areas of any ground of a run, field ridges as a class of their own.

    Parameters
    ----------
    results : Results
    name : str
        Of the ground, for what is refused.
    ground : GeoDataFrame
        ``parcel_id`` and shapes, study CRS.
    decimals, tolerance_m2
        As `land_form` takes them; raises as it does.
    """
    if why := refusal(results, "parcels"):
        raise BlockedError(why)
    parcels = gpd.GeoDataFrame(results.table("parcels"))
    study = results.study
    measured = basis(study.area, study.crs, tuple(parcels.total_bounds))
    control = float(measured.areas(ground.geometry.to_numpy()).sum())
    cells = _cells(_measured(results, ground, parcels), False)
    return _form(cells, (name, control, decimals, tolerance_m2), _named(parcels), False)


def _form(cells: pd.DataFrame, asked: tuple[str, float, int, float], named: bool, with_fields: bool) -> LandForm:
    """Round cells to the control they have to add up to."""
    name, control, decimals, tolerance_m2 = asked
    digit = HA_M2 / 10**decimals
    lack = control - float(cells["area_m2"].sum())
    if not abs(lack) <= tolerance_m2:
        raise BlockedError(reason("form_not_adding", name=name, area_m2=abs(lack), most_m2=tolerance_m2))
    units = spread(cells["area_m2"].to_numpy(np.float64), control, digit)
    return LandForm(cells.assign(units=units), control, digit, named, with_fields)


def spread(areas: npt.NDArray[np.float64], control: float, digit: float) -> npt.NDArray[np.int64]:
    """Return areas in whole last digits that add up to the control, rounded once (largest remainder).

    Parameters
    ----------
    areas : float array
        Each at least 0, in their order: where two lost the same, the larger one is first, then the earlier.
    control : float
        What they add up to but for the noise of an overlay, which is spread by area.
    digit : float

    Returns
    -------
    int array
    """
    whole = int(np.floor(control / digit + 0.5))
    total = float(areas.sum())
    if not len(areas) or total <= 0:
        return np.zeros(len(areas), np.int64)
    exact = areas / total * (control / digit)
    low = np.floor(exact + 1e-9).astype(np.int64)
    lost = exact - low
    order = np.lexsort((np.arange(len(areas)), -areas, -np.round(lost, 9)))
    missing = whole - int(low.sum())
    low[order[: max(missing, 0)]] += 1
    if missing < 0:  # all cells lie on whole digits but for noise
        low[order[::-1][:-missing]] -= 1
    return low


def _named(parcels: pd.DataFrame) -> bool:
    return "owner" in parcels and bool((parcels["owner"].fillna("").astype(str) != "").any())


def _texts(parcels: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    if name not in parcels:
        return np.full(len(parcels), "", object)
    given = parcels[name].astype(object)
    return given.where(given.notna(), "").astype(str).str.strip().to_numpy(object)


def _measured(results: Results, plots: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the present use of some ground by owner and place, with ridges as rows of their own."""
    names = ("land_use", "land_use_scheme", "tenure", "owner", "township", "village")
    attributes = {name: _texts(parcels, name) for name in names}
    share = ridges.shares(parcels)
    attributes["ridge_share"] = np.array(["" if np.isnan(v) else repr(float(v)) for v in share], object)
    attributes["ridge_use"] = ridges.classes(parcels)
    sure = _texts(parcels, "may_belong") == ""  # a row that only may be a parcel vouches for no present use
    attributes = {name: np.where(sure, values, "") for name, values in attributes.items()}
    study = results.study
    measured = basis(study.area, study.crs, tuple(parcels.total_bounds))
    rows = composition(
        plots["parcel_id"].to_numpy(object), plots.geometry.to_numpy(), parcels.geometry.to_numpy(), attributes,
        measured,
    )  # fmt: skip
    return ridges.apart(rows, standards.is_cultivated)


def _agrees(answer: RedlineAnswer, rows: pd.DataFrame) -> None:
    """Hold the rows against what the check keeps: a check of other land is asked again first."""
    keys = ["land_use", "land_use_scheme", "tenure"]
    kept = answer.check.table("composition")
    before = kept[kept["phase"] == "before"].groupby(keys)["area_m2"].sum()
    apart = rows.groupby(keys)["area_m2"].sum().subtract(before, fill_value=0.0).abs()
    if answer.check.stale() or not bool((apart <= SAME_M2).all()):
        raise BlockedError(reason("form_check_old", name=answer.check.head["name"]))


def _cells(rows: pd.DataFrame, with_fields: bool) -> pd.DataFrame:
    """Return the cells of the form from the measured rows, in the order of the form."""
    places = [" ".join(p for p in pair if p) for pair in zip(rows["township"], rows["village"], strict=True)]
    uses = [_class(s, c) for s, c in zip(rows["land_use_scheme"], rows["land_use"], strict=True)]
    frame = pd.DataFrame(
        {"tenure": [_tenure(t) for t in rows["tenure"]], "unit": rows["owner"], "place": places,
         "of": [u[0] for u in uses], "group": [u[1] for u in uses], "scheme": rows["land_use_scheme"],
         "code": rows["land_use"], "area_m2": rows["gross_m2"] if with_fields else rows["area_m2"]}
    )  # fmt: skip
    cells = frame.groupby(list(KEYS), sort=True)[["area_m2"]].sum().reset_index()
    return cells[cells["area_m2"] > 0].sort_values(list(KEYS), key=_in_order, ignore_index=True)


def _in_order(column: pd.Series) -> pd.Series:
    orders: dict[object, Sequence[str]] = {"tenure": TENURES, "of": CLASSES}
    known = orders.get(column.name)
    return column.map({v: k for k, v in enumerate(known)}) if known else column


def _tenure(value: str) -> str:
    known = standards.of_scheme("QSXZ")
    group = known.group_of(value) if known and value else None
    return group.id if group else ""


def _class(scheme: str, value: str) -> tuple[str, str]:
    known = standards.of_scheme(scheme)
    group = known.group_of(value) if known and value else None
    return (group.of, group.id) if group else ("", "")
