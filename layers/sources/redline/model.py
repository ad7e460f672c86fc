"""What a red line is, as written (`RawPlot`) and as read (`RedLine`), and the notes taken on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.basis.reason import Reason, reason
from layers.sources.finding import Finding, finding

Axes = Literal["xy_north_first", "east_first"]
Source = Literal["boundary_txt", "coordinate_list", "table", "vector"]
SHOWN = 8
"""Problems of one kind that are spelled out; the lines of the rest are listed in one more reason."""


@dataclass(frozen=True)
class Plot:
    """One plot (地块) of a red line.

    Parameters
    ----------
    plot_id, name : str
        As written; without an id the position in the file, from 1. The name may be "".
    shape : shapely Polygon or MultiPolygon
        Study CRS, two-dimensional, valid.
    points : int
        Boundary points as read, closing points not counted.
    stated_ha : float or None
        Area the file states, in hectares; None when it states none.
    attributes : Mapping of str to str
        What else the file says of the plot (图幅号, 地块用途, 地类编码 …), as written.
    """

    plot_id: str
    name: str
    shape: Any
    points: int
    stated_ha: float | None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RedLine:
    """A red line in the study CRS, with what the user should confirm before trusting it.

    Parameters
    ----------
    plots : tuple of Plot
        At least one.
    crs : str
        CRS the coordinates were read in, for example ``"EPSG:4549"``.
    axes : {"xy_north_first", "east_first"}
        Order of the two coordinate columns.
    confirmations : tuple of Reason
        What was recognised rather than stated: zone, datum, axis order.
    findings : tuple of Finding
        What was mended (fixed) or looks odd (warn); ``row`` is the line of the file.
    source : {"boundary_txt", "coordinate_list", "table", "vector"}
    attributes : Mapping of str to str
        Keys and values of the blocks before the plots ([属性描述], [项目信息] …) as written.
    """

    plots: tuple[Plot, ...]
    crs: str
    axes: Axes
    confirmations: tuple[Reason, ...]
    findings: tuple[Finding, ...]
    source: Source
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """One boundary point: its label, the two columns as numbers, and its line in the file (``"#3"``: shape 3)."""

    label: str
    first: float
    second: float
    line: int | str

    @property
    def place(self) -> tuple[float, float]:
        """The two columns, for comparing points exactly."""
        return self.first, self.second


@dataclass(frozen=True)
class Ring:
    """Boundary points in order, the closing point dropped; `closed` tells whether it was written."""

    points: tuple[Point, ...]
    number: int
    closed: bool


@dataclass(frozen=True)
class RawPlot:
    """One plot as written, before its system and shape are known; `step_ha` is a unit of the area's last digit."""

    plot_id: str
    name: str
    line: int | str
    rings: tuple[Ring, ...]
    stated_ha: float | None = None
    stated_points: int | None = None
    step_ha: float = 0.0
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What the plot is called in messages."""
        return self.name or self.plot_id


@dataclass(frozen=True)
class StatedSystem:
    """What a file says about its coordinates.

    Parameters
    ----------
    datum : str
        As written, "" when not stated.
    band, zone : int or None
        几度分带 and 带号 (a central meridian counts as given in `zone` too).
    unit : {"", "m", "deg"}
    order : {"", "xy", "lonlat", "latlon", "east_first"}
        What the columns are called: X then Y as surveyors write them (X is north),
        longitude and latitude, or east first as in map files.
    projection : str
        投影类型 as written, "" when not stated.
    """

    datum: str = ""
    band: int | None = None
    zone: int | None = None
    unit: Literal["", "m", "deg"] = ""
    order: Literal["", "xy", "lonlat", "latlon", "east_first"] = ""
    projection: str = ""


@dataclass
class Notes:
    """Everything noticed while reading; problems are raised together at the end."""

    problems: list[Reason] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    confirmations: list[Reason] = field(default_factory=list)
    tidied: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def problem(self, code: str, /, **values: Any) -> None:
        """Note something that keeps the red line from being used."""
        self.problems.append(reason(code, **values))

    def fixed(self, code: str, /, line: object = "", **values: Any) -> None:
        """Note something that was mended without a doubt."""
        self.findings.append(finding("fixed", code, row=_row(line), line=line, **values))

    def warn(self, code: str, /, line: object = "", **values: Any) -> None:
        """Note something the user should look at."""
        self.findings.append(finding("warn", code, row=_row(line), line=line, **values))

    def tidy(self, code: str, /, **values: Any) -> None:
        """Note a number read although it was written oddly; told once per kind, with the first one."""
        self.tidied.setdefault(code, []).append(values)

    def all_findings(self) -> tuple[Finding, ...]:
        """Return the findings, the tidied numbers last."""
        told = [
            finding("fixed", code, row=_row(given[0]["line"]), count=len(given), **given[0])
            for code, given in self.tidied.items()
        ]
        return (*self.findings, *told)

    def confirm(self, code: str, /, **values: Any) -> None:
        """Note something that was recognised and should be confirmed."""
        self.confirmations.append(reason(code, **values))

    def shown_problems(self) -> list[Reason]:
        """Return the problems, long series of one kind cut and counted."""
        seen: Counter[str] = Counter()
        shown, rest = [], Counter[str]()
        lines: dict[str, list[str]] = {}
        for problem in self.problems:
            seen[problem.code] += 1
            if seen[problem.code] <= SHOWN:
                shown.append(problem)
                continue
            rest[problem.code] += 1
            lines.setdefault(problem.code, []).append(str(problem.values.get("line", "?")))
        return shown + [reason("redline_more", count=n, lines=lines[code][:20]) for code, n in rest.items()]


def _row(line: object) -> str:
    """Return the number of a line or shape, as findings name rows."""
    return str(line).removeprefix("#")
