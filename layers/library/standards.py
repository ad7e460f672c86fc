"""Standards and code lists of ``data/`` as frozen objects; no figure and no code stands in the program.

A standard is a set of sourced figures (`geo/basis/figure.py`), a code list is what a
code means under its scheme. Both name their source and their mark; a code means
nothing without its scheme.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from geo.basis.age import Aged, Text
from geo.basis.errors import CallError, SpecError
from geo.basis.figure import Figure
from geo.basis.frozen import Frozen
from geo.basis.reason import Reason, reason
from layers import toml
from layers.library.codelist import CodeList
from layers.text import Language, both

DATA = Path(__file__).resolve().parents[2] / "data"
STANDARDS, CODES = DATA / "standards", DATA / "codes"
SUM_TOLERANCE = 1e-9
"""Weights of a group are decimals of a document; they add up exactly, or a weight is wrong."""


class Group(Frozen):
    """A set of figures that belong together.

    Parameters
    ----------
    id, title
    binding : {"mandatory", "recommended", ""}
        Whether the document demands the figures or recommends them.
    sums_to : float or None
        What the figures of the group must add up to (weights).
    """

    id: str
    title: Text
    binding: Literal["mandatory", "recommended", ""] = ""
    sums_to: float | None = None


class FigureEntry(Frozen):
    """One figure of a standard.

    Parameters
    ----------
    id, title, group
        `id` is unique within the standard.
    figure : Figure
        Value or range with unit, source, date and mark.
    industries : tuple of str
        Codes of the standard's industry scheme; empty: all.
    note : Text
        What the figure includes, and what it must not be confused with.
    """

    id: str
    title: Text
    group: str
    figure: Figure
    industries: tuple[str, ...] = ()
    note: Text = Text()

    def concerns(self, industry: str) -> bool:
        """Tell whether the figure speaks of an industry: of its code, or of a shorter one above it."""
        return not self.industries or any(industry.startswith(code) for code in self.industries)


class Standard(Aged):
    """A set of sourced figures.

    Parameters
    ----------
    id, title, document, region
    industry_scheme : str
        Scheme of the codes in `FigureEntry.industries`; given when any entry names one.
    sample : bool
        A local document shown as an example of its kind, not a default for other places.
    note : Text
    groups, figures : tuple
    """

    id: str
    title: Text
    document: Text
    region: str
    industry_scheme: str = ""
    sample: bool = False
    note: Text = Text()
    groups: tuple[Group, ...]
    figures: tuple[FigureEntry, ...]

    def figure(self, entry_id: str) -> Figure:
        """Return one figure.

        Raises
        ------
        CallError
            No such entry.
        """
        for entry in self.figures:
            if entry.id == entry_id:
                return entry.figure
        known = [e.id for e in self.figures]
        raise CallError(reason("standard_figure_unknown", name=entry_id, file=f"{self.id}.toml", known=known))

    def of(self, group: str, industry: str = "") -> tuple[FigureEntry, ...]:
        """Return the entries of a group, in file order.

        With an industry (a code of `industry_scheme`) only those that speak of it; without
        one, all.
        """
        taken = (e for e in self.figures if e.group == group)
        return tuple(e for e in taken if not industry or e.concerns(industry))


@cache
def load(name: str) -> Standard:
    """Read one standard of ``data/standards``.

    Raises
    ------
    CallError
        No standard of that name.
    SpecError
        The file is not as it must be; every problem is reported together.
    """
    made = read_standard(_shipped(STANDARDS, name))
    _dated(made)
    return made


@cache
def codes(name: str) -> CodeList:
    """Read one code list of ``data/codes``; errors as in `load`."""
    made = read_codes(_shipped(CODES, name))
    _dated(made)
    return made


def _dated(made: Standard | CodeList) -> None:
    """Refuse a shipped text of which nobody says where it was read and when it was last looked at."""
    if not (made.checked_on and made.source):
        raise SpecError(reason("age_missing", file=f"{made.id}.toml", ids=[made.id]))


TENURE = "QSXZ"
"""Scheme of the tenure codes of the land survey."""


@cache
def of_scheme(scheme: str) -> CodeList | None:
    """Return the shipped code list of a scheme, None where there is none."""
    return next((found for found in lists() if scheme and found.scheme == scheme), None)


def lists() -> tuple[CodeList, ...]:
    """Return every shipped code list. What comes through here changes with each of them."""
    return tuple(codes(name) for name in names(CODES))


def is_cultivated(scheme: str, code: str) -> bool:
    """Tell whether a class is cultivated land (耕地): one whose conversion draws the farmland balance."""
    known = of_scheme(scheme)
    group = known.group_of(code if known.get(code) else code.zfill(4)) if known and code else None
    return group is not None and "farmland_balance" in group.flags


def worded(scheme: str, code: str, language: Language) -> str:
    """Return what a code means; a text that is no code of the scheme stays as it is."""
    known = of_scheme(scheme)
    found = known.get(code) if known else None
    return both(found.title, language) if found else code


def coded(scheme: str, code: str, language: Language) -> str:
    """Return a code with its name (``0101 水田``); an unknown one stays as it is."""
    word = worded(scheme, code, language)
    return code if word == code else f"{code} {word}"


def names(folder: Path = STANDARDS) -> tuple[str, ...]:
    """Return the names of the shipped standards, or with ``CODES`` of the code lists."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def read_standard(path: Path) -> Standard:
    """Read a standard from a file; see `load`."""
    body = toml.read(path)
    made = toml.validated(Standard, _flat(body, "standard", path), path.name)
    problems = _standard_problems(made, path.name)
    if problems:
        raise SpecError(problems)
    return made


def read_codes(path: Path) -> CodeList:
    """Read a code list from a file; see `codes`."""
    body = toml.read(path)
    made = toml.validated(CodeList, _flat(body, "list", path), path.name)
    problems = _ids([c.code for c in made.codes], path.name) + _repeats([g.id for g in made.groups], path.name)
    problems += _strays({c.group for c in made.codes} - {""}, {g.id for g in made.groups}, path.name)
    if problems:
        raise SpecError(problems)
    return made


def _standard_problems(made: Standard, file: str) -> list[Reason]:
    out = _ids([e.id for e in made.figures], file) + _repeats([g.id for g in made.groups], file)
    out += _strays({e.group for e in made.figures}, {g.id for g in made.groups}, file)
    for group in made.groups:
        total = sum(e.figure.low or 0.0 for e in made.of(group.id))
        if group.sums_to is not None and abs(total - group.sums_to) > SUM_TOLERANCE:
            out.append(reason("standard_weights_do_not_sum", file=file, group=group.id, total=total, sum=group.sums_to))
    if not made.industry_scheme and any(e.industries for e in made.figures):
        out.append(reason("standard_scheme_missing", file=file))
    return out


def _ids(ids: list[str], file: str) -> list[Reason]:
    return _repeats(ids, file) if ids else [reason("data_file_empty", file=file)]


def _repeats(ids: list[str], file: str) -> list[Reason]:
    twice = sorted({i for i in ids if ids.count(i) > 1})
    return [reason("data_id_repeats", file=file, ids=twice)] if twice else []


def _strays(used: set[str], known: set[str], file: str) -> list[Reason]:
    lost = sorted(used - known)
    return [reason("data_group_unknown", file=file, groups=lost, known=sorted(known))] if lost else []


def _shipped(folder: Path, name: str) -> Path:
    if name not in names(folder):
        raise CallError(reason("data_file_unknown", name=name, known=list(names(folder))))
    return folder / f"{name}.toml"


def _flat(body: dict[str, Any], section: str, path: Path) -> dict[str, Any]:
    """Lift the head section into the body; its id is the name of the file."""
    head = body.pop(section, None)
    if not isinstance(head, dict):
        raise SpecError(reason("data_section_missing", file=path.name, section=section))
    return {"id": path.stem} | head | body
