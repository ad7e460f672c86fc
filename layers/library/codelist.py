"""A code list (代码表) as frozen objects: codes, their groups, and what a kind of layer says of itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from geo.basis.age import Aged, Renewal, Text
from geo.basis.figure import Confidence, unverified
from geo.basis.frozen import Frozen


class CodeGroup(Frozen):
    """A group of codes; `flags` are words the program reads (``new_construction``, ``farmland_balance``).

    `of` is the class of the land law it belongs to (三大类): ``agricultural``, ``construction``, ``unused``.
    """

    id: str
    title: Text
    flags: tuple[str, ...] = ()
    of: str = ""


class Look(Frozen):
    """How a kind of layer is drawn, wherever it is drawn: map, picture, legend.

    Parameters
    ----------
    colour : str
        ``#RRGGBB``.
    mark : {"plain", "rising", "falling", "dashes", "road"}
        Hatched one way or the other, a dashed outline, or a line with a rim.
    fill : float
        Share of the colour that covers the ground, 0 to 1.
    line : float
        Width of outlines in pixels of the screen at zoom 15.
    """

    colour: str = Field(pattern="^#[0-9A-F]{6}$")
    mark: Literal["plain", "rising", "falling", "dashes", "road"] = "plain"
    fill: float = Field(0.24, ge=0, le=1)
    line: float = Field(1.4, gt=0)


class Part(Frozen):
    """Which rows of a file a kind of layer is, where one file holds several (按字段拆分).

    Parameters
    ----------
    fields : tuple of str
        Columns that say it, the likeliest first.
    values : tuple of str
        Words of the column that mean this kind.
    land : {"", "agricultural", "construction", "unused"}
        Or the class of the land law, and all codes under it of the list of land uses.
    groups : tuple of str
        Or groups of that list.
    """

    fields: tuple[str, ...]
    values: tuple[str, ...] = ()
    land: Literal["", "agricultural", "construction", "unused"] = ""
    groups: tuple[str, ...] = ()


class Code(Frozen):
    """One code.

    Parameters
    ----------
    code, title, group
    confidence : {"S", "S2", "C", "M", "local"} or None
        Mark of the code and its name; None takes the mark of the list.
    group_confidence : same
        Mark of the assignment to the group; None takes the mark of the code.
    aliases, fields : tuple of str
        Names and fields by which files in the wild are recognised. A name alone is
        never proof: match on name and fields.
    maps_to : tuple of str
        Codes of the newer scheme (`CodeList.maps_to`).
    role : str
        For layers: the role in a study.
    look : Look or None
        For layers: how they are drawn; None takes the look of the role.
    reads : mapping of str to tuple of str
        For layers: fields of ours with the columns that usually hold them, the likeliest first; ``class`` is
        the field a rule breaks the layer down by.
    land_use_scheme : str
        For layers: scheme of the land-use codes.
    part : Part or None
        For layers: the rows of a file that are of this kind; None is all.
    held_by : str
        For layers: kind whose files hold these rows besides their own.
    raster : str
        For rasters: what they show, in the words of a study.
    kept_by : Text
        For layers: where they are usually kept.
    renewal : Renewal or None
        For layers: how often the law has them renewed.
    unit : str
        For columns: the unit taken where a file names none; "" takes none.
    note : Text
    """

    code: str
    title: Text
    group: str = ""
    confidence: Confidence | None = None
    group_confidence: Confidence | None = None
    aliases: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    maps_to: tuple[str, ...] = ()
    role: str = ""
    look: Look | None = None
    reads: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    land_use_scheme: str = ""
    part: Part | None = None
    held_by: str = ""
    raster: str = ""
    kept_by: Text = Text()
    renewal: Renewal | None = None
    unit: str = ""
    note: Text = Text()


class CodeList(Aged):
    """What the codes of one scheme mean.

    Parameters
    ----------
    id, title, scheme
    confidence, verified_by
        Mark of every code that has none of its own; `verified_by` lifts an M.
    maps_to, maps_confidence : str
        Scheme that `Code.maps_to` speaks, and how sure the crosswalk is.
    groups, codes : tuple
    """

    id: str
    title: Text
    scheme: str
    confidence: Confidence
    verified_by: str = ""
    maps_to: str = ""
    maps_confidence: Confidence | None = None
    note: Text = Text()
    groups: tuple[CodeGroup, ...] = ()
    codes: tuple[Code, ...]

    @model_validator(mode="after")
    def _crosswalk(self) -> CodeList:
        if bool(self.maps_to) != any(c.maps_to for c in self.codes) or bool(self.maps_to) != bool(self.maps_confidence):
            raise ValueError("codes_crosswalk_incomplete")
        return self

    def get(self, code: str) -> Code | None:
        """Return a code, or None: an unknown code is for the caller to report, never to guess."""
        return next((c for c in self.codes if c.code == code), None)

    def group_of(self, code: str) -> CodeGroup | None:
        """Return the group of a code; None for an unknown code or one without a group."""
        found = self.get(code)
        return next((g for g in self.groups if found and g.id == found.group), None)

    def unverified(self, code: str) -> bool:
        """Tell whether a code, or its group, rests on memory alone. An unknown code does."""
        found = self.get(code)
        if found is None:
            return True
        own = found.confidence or self.confidence
        return any(unverified(mark, self.verified_by) for mark in (own, found.group_confidence or own))

    def recognised(self, name: str) -> tuple[Code, ...]:
        """Return the codes a name of the wild may mean: equal to a title, a code or an alias, case ignored.

        More than one may answer, and a name alone proves nothing: compare `Code.fields`.
        """
        word = name.strip().casefold()
        return tuple(c for c in self.codes if word in {w.casefold() for w in (c.code, c.title.zh, *c.aliases)})
