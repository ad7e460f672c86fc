"""The boundary TXT (报盘 TXT): ``[属性描述]``, ``[地块坐标]``, a header line per plot, ``J1,1,X,Y`` lines.

Header lines come in the layouts of the receiving systems (`redline_layouts`), point lines with the ring before
or behind the coordinates. X is north and Y is east, as surveyors write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from layers.sources.redline.chars import Line, number
from layers.sources.redline.layouts import Head, head, kind_at
from layers.sources.redline.model import Notes, Point, RawPlot, Ring, StatedSystem
from layers.sources.redline.rings import rings

ATTRIBUTES, PLOTS = "属性描述", "地块坐标"
_PAIR = re.compile(r"^\s*([^\d\s=:,][^=:,]*?)\s*[=:]\s*(.*?)\s*$")
_ALIASES = {"分带": "几度分带", "坐标系统": "坐标系", "坐标单位": "计量单位", "单位": "计量单位", "投影带号": "带号"}
_SYSTEM = ("坐标系", "几度分带", "带号", "计量单位")
_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*,\s*\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_AREA_UNITS = {"": 1.0, "公顷": 1.0, "ha": 1.0, "hm2": 1.0, "hm²": 1.0, "亩": 1 / 15, "平方米": 1e-4, "m2": 1e-4,
               "m²": 1e-4, "㎡": 1e-4}  # fmt: skip


def is_boundary_txt(lines: list[Line]) -> bool:
    """Tell a boundary TXT from a plain coordinate list: it has a section, or a header line ending in @."""
    if any(_section(line) in (ATTRIBUTES, PLOTS) for line in lines):
        return True
    return any(line.plain.rstrip(" ,").endswith("@") and "," in line.plain for line in lines)


def _section(line: Line) -> str:
    """Return the name between brackets on a line of its own, else ""."""
    text = line.plain.replace(" ", "").replace("\t", "").rstrip(",")
    return text[1:-1] if text.startswith("[") and text.endswith("]") else ""


def _fields(line: Line) -> list[str]:
    """Split a line at commas; 、 parts fields only where it stands for the comma throughout."""
    commas = sum(c in ",，" for c in line.written) >= 3
    pairs = zip(line.written, line.plain, strict=True)
    text = "".join(w if commas and w == "、" else p for w, p in pairs)
    return [f.strip() for f in text.rstrip(" ,\t").split(",")]


@dataclass
class _Draft:
    """A plot while its lines are being read."""

    header: Line | None
    names: list[str] = field(default_factory=list)
    numbered: list[tuple[int, Point]] = field(default_factory=list)
    written: int = 0
    line: int = 0
    bare: bool = True


def parse(lines: list[Line], notes: Notes) -> tuple[StatedSystem, list[RawPlot], Mapping[str, str]]:
    """Read a boundary TXT.

    Parameters
    ----------
    lines : list of Line
        All lines of the file.
    notes : Notes
        Takes every problem with its line; nothing is raised here.

    Returns
    -------
    StatedSystem, list of RawPlot, Mapping of str to str
        What the file says of its system; its plots; the attribute block as written.
    """
    attributes, body = _sections(lines, notes)
    plots = [_plot(draft, k, notes) for k, draft in enumerate(_drafts(body, notes), 1)]
    if body and not plots and not notes.problems:
        notes.problem("redline_no_points", line=body[0].number)
    stated = _stated(attributes, plots, notes)
    return stated, _unique(plots, notes), {key: value for key, (value, _) in attributes.items()}


def _sections(lines: list[Line], notes: Notes) -> tuple[dict[str, tuple[str, int]], list[Line]]:
    """Return the attributes (value, line) and the lines below ``[地块坐标]``."""
    attributes: dict[str, tuple[str, int]] = {}
    body: list[Line] = []
    section = ""
    for line in filter(lambda one: one.plain.strip(" ,"), lines):
        found = _section(line)
        if found:
            section = found
        elif section == PLOTS:
            body.append(line)
        elif pair := _PAIR.match(line.plain):
            _keep(pair[1].replace(" ", ""), pair[2], line, attributes, notes)
        elif section in (ATTRIBUTES, "") and "," in line.plain:
            body.append(line)  # plots without their section: told below, and read so that all problems show
    if not any(_section(line) == PLOTS for line in lines):
        notes.problem("redline_no_plot_section", line=body[0].number if body else len(lines))
    elif not body:
        notes.problem("redline_no_points", line=len(lines))
    return attributes, body


def _keep(key: str, value: str, line: Line, attributes: dict[str, tuple[str, int]], notes: Notes) -> None:
    """Keep a key and its value; one that comes again must say the same of the system."""
    key = _ALIASES.get(key, key)
    text = value if key == "转换参数" else value.strip(" ,")
    before = attributes.get(key, (text, 0))
    if before[0] == text or not before[0]:
        attributes[key] = (text, line.number)
    elif text and key in _SYSTEM:
        notes.problem("redline_heads_differ", line=line.number, key=key, given=text, before=before[1], first=before[0])
    elif text:
        notes.fixed("redline_head_repeats", line.number, key=key, given=text, first=before[0])


def _stated(attributes: Mapping[str, tuple[str, int]], plots: list[RawPlot], notes: Notes) -> StatedSystem:
    unit, unit_line = attributes.get("计量单位", ("", 0))
    units = {"": "", "米": "m", "m": "m", "metre": "m", "meter": "m", "度": "deg", "°": "deg", "度分秒": "deg"}
    if unit.lower() not in units:
        notes.problem("redline_unit_unknown", line=unit_line, given=unit)
    parameters, line = attributes.get("转换参数", ("", 0))
    if any(re.fullmatch(r"[+-]?\d*\.?\d+", p.strip()) and float(p) for p in parameters.split(",")):
        notes.warn("redline_parameters_unused", line, given=parameters)
    return StatedSystem(
        datum=attributes.get("坐标系", ("", 0))[0],
        band=_whole("几度分带", attributes, notes),
        zone=_whole("带号", attributes, notes),
        unit=units.get(unit.lower(), ""),  # type: ignore[arg-type]
        order="" if not unit and _only_degrees(plots) and "投影类型" not in attributes else "xy",
        projection=attributes.get("投影类型", ("", 0))[0],
    )


def _only_degrees(plots: list[RawPlot]) -> bool:
    """Tell whether all numbers can only be degrees: without a head nothing says that they are metres."""
    points = [p for plot in plots for ring in plot.rings for p in ring.points]
    return bool(points) and all(max(abs(p.first), abs(p.second)) <= 180 for p in points)


def _whole(key: str, attributes: Mapping[str, tuple[str, int]], notes: Notes) -> int | None:
    """Read 几度分带 or 带号: ``3``, ``3度``, ``三度带``, ``40带``, ``120°``."""
    text, line = attributes.get(key, ("", 0))
    if not text:
        return None
    digits = re.search(r"\d+", text.translate(str.maketrans("三六", "36")))
    value = int(digits[0]) if digits else None
    if value is None or (key == "几度分带" and value not in (3, 6)):
        notes.problem("redline_attribute_wrong", line=line, key=key, given=text)
        return None
    return value


def _drafts(body: list[Line], notes: Notes) -> Iterator[_Draft]:
    draft: _Draft | None = None
    for line in body:
        fields = _fields(line)
        if _is_header(fields):
            if draft:
                yield draft
            if not fields[-1].endswith("@"):
                notes.warn("redline_at_missing", line.number)
            draft = _Draft(line, fields, line=line.number)
            continue
        if draft is None:
            notes.warn("redline_header_missing", line.number)
            draft = _Draft(None, line=line.number)
        draft.written += 1
        draft.bare = len(fields) == 3 and draft.bare  # rings are left out of all lines of a plot, or of none
        found = _point(line, fields, draft.bare, notes)
        if found:
            draft.numbered.append(found)
    if draft:
        yield draft


def _is_header(fields: list[str]) -> bool:
    """A header ends in @, or has five fields or more of which one is a kind or a text."""
    if fields[-1].endswith("@"):
        return True
    kinds = kind_at(fields[:7]) is not None
    texts = [f for f in fields[2:] if f and not re.fullmatch(r"[\d.eE+\- ]+", f)]
    return len(fields) >= 5 and bool(re.fullmatch(r"\d+", fields[0])) and (kinds or len(texts) >= 2)


def _point(line: Line, fields: list[str], bare: bool, notes: Notes) -> tuple[int, Point] | None:
    """Read ``J1,1,X,Y`` (a height may follow), ``J1,X,Y,,1`` or, without a ring, ``J1,X,Y``."""
    if len(fields) > 5 and _GROUPS.fullmatch(",".join(fields[2:])):
        notes.problem("redline_commas_inside", line=line.number, text=line.written.strip()[:80])
        return None
    behind = (bare or len(fields) == 5) and _large(fields[1]) and _large(fields[2]) and not any(fields[3:4])
    if len(fields) not in (4, 5) and not behind:
        notes.problem("redline_fields_wrong", line=line.number, count=len(fields), text=line.written.strip()[:80])
        return None
    written, first = (fields[4] if len(fields) == 5 else "1", 1) if behind else (fields[1], 2)
    ring = re.fullmatch(r"(\d+)(?:\.0+)?", written)
    if not ring:
        notes.problem("redline_ring_wrong", line=line.number, given=written)
    pair = [_coordinate(text, line, axis, notes) for text, axis in zip(fields[first : first + 2], "XY", strict=True)]
    if not ring or pair[0] is None or pair[1] is None:
        return None
    return int(ring[1]), Point(fields[0] or f"#{line.number}", pair[0], pair[1], line.number)


def _large(text: str) -> bool:
    """Tell a coordinate from a ring number."""
    read = number(text)
    return not read.wrong and (abs(read.value) > 1_000 or read.value != int(read.value))


def _coordinate(text: str, line: Line, column: str, notes: Notes) -> float | None:
    read = number(text)
    if read.wrong:
        notes.problem(read.wrong, line=line.number, given=text[:40], column=column)
        return None
    if read.mended:
        notes.tidy(read.mended, line=line.number, given=text[:40], value=read.value)
    return read.value


def _plot(draft: _Draft, position: int, notes: Notes) -> RawPlot:
    line, said = draft.line, _head(draft)
    name = said.name
    plot_id = said.plot_id or str(position)
    if said.kind in ("点", "线"):
        notes.problem("redline_not_an_area", line=line, plot=name or plot_id, kind=said.kind)
    label = name or plot_id
    failed = draft.written - len(draft.numbered)
    if draft.written == 0:
        notes.problem("redline_plot_without_points", line=line, plot=label)
    built = rings(draft.numbered, label, notes) if not failed else ()
    stated_points = _count(said.count, line, notes)
    if stated_points is not None and draft.written:
        _check_count(stated_points, draft, built, label, notes)
    area, step = _area(said.area, line, label, notes)
    return RawPlot(plot_id, name, line, built, area, stated_points, step, said.attributes)


def _head(draft: _Draft) -> Head:
    """Read the header line, texts with their own characters."""
    if draft.header is None:
        return Head()
    plain = draft.names[:-1] if draft.names[-1].endswith("@") else draft.names
    written = (_as_written(draft.header) + [""] * len(plain))[: len(plain)]
    said, named = head(plain, draft.written), head(written, draft.written)
    return replace(said, name=named.name, attributes=named.attributes)


def _as_written(line: Line) -> list[str]:
    """Return the fields of a header with their own characters; positions are those of the plain line."""
    commas = sum(c in ",，" for c in line.written) >= 3
    return re.split("[,，]" if commas else "[,，、]", line.written)


def _count(text: str, line: int, notes: Notes) -> int | None:
    if not re.fullmatch(r"\d{1,9}", text):
        if text:
            notes.warn("redline_count_unreadable", line, given=text[:40])
        return None
    return int(text) or None  # 0: programs that do not count


def _check_count(stated: int, draft: _Draft, built: tuple[Ring, ...], label: str, notes: Notes) -> None:
    """Files count the closing points or not, may leave them out or count one more: all are taken as right."""
    distinct = len({point.place for _, point in draft.numbered})
    line = draft.line
    closed = bool(built) and all(ring.closed for ring in built)
    most = max(draft.written + closed, distinct + len(built))
    if distinct <= stated <= most:
        return
    if stated > most:
        notes.problem("redline_points_missing", line=line, plot=label, stated=stated, count=draft.written)
    else:
        notes.warn("redline_points_more", line, plot=label, stated=stated, count=draft.written)


def _area(text: str, line: int, label: str, notes: Notes) -> tuple[float | None, float]:
    """Return the stated area (a unit may be written) and one unit of its last digit, in hectares; None: not stated."""
    found = re.fullmatch(r"(\d*\.?\d+)\s*(\D*)", text)
    if not text or (found and not float(found[1])):
        return None, 0.0
    if not found or found[2].strip().lower() not in _AREA_UNITS:
        notes.warn("redline_area_unreadable", line, plot=label, given=text[:40])
        return None, 0.0
    size = _AREA_UNITS[found[2].strip().lower()]
    return float(found[1]) * size, size * 10.0 ** -len(found[1].partition(".")[2])


def _unique(plots: list[RawPlot], notes: Notes) -> list[RawPlot]:
    """Give plots with the same id different ones, and say so."""
    taken: set[str] = set()
    out = []
    for plot in plots:
        name, k = plot.plot_id, 2
        while name in taken:
            name, k = f"{plot.plot_id}-{k}", k + 1
        if name != plot.plot_id:
            notes.warn("redline_plot_id_repeats", plot.line, plot=plot.plot_id, now=name)
        taken.add(name)
        out.append(replace(plot, plot_id=name))
    return out
