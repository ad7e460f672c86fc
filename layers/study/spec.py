"""`study.toml` as frozen objects: what can change a result, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pyproj
from pydantic import ConfigDict, Field, field_validator, model_validator

from geo.basis.errors import BlockedError, SpecError
from geo.basis.frozen import Frozen
from geo.basis.reason import reason
from geo.place.worth import TERMS
from geo.rank.spec import Criterion, Weighting
from geo.rules.terms import UseClass
from geo.screen.status import CANDIDATE_MIN_M2, CANDIDATE_MIN_WIDTH_M
from layers import toml
from layers.library.roles import Role
from layers.sources.checks import scale
from layers.study import formats, layer_part
from layers.study.correction import Correction
from layers.study.evaluating import Evaluation
from layers.study.not_examined import NotExamined

RasterKind = Literal["dem", "slope", "classes", "index", "imagery"]
BANDS = ("red", "green", "blue", "nir", "swir", "cloud")
READ_BANDS = frozenset({"red", "nir"})
"""What an image needs to be read for signs of use."""
SEEN_BANDS = frozenset({"red", "green", "blue"})
"""What an image needs to be seen under the map (底图)."""
FILE = "study.toml"
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def _answers_for(bands: set[str]) -> bool:
    """Tell whether the bands of an image are known ones, and enough of them to be read or to be seen."""
    return bands <= set(BANDS) and (bands >= READ_BANDS or bands >= SEEN_BANDS)


class _Named(Frozen):
    model_config = ConfigDict(populate_by_name=True)


class Screen(_Named):
    """What is left of a parcel must reach the minimum, or the parcel is excluded.

    A part that does not reach the measures of a candidate is a remnant (零星地块): it keeps its status, may be
    assembled with its neighbours, and is no candidate by itself.
    """

    min_area_m2: float = Field(0.0, ge=0)
    min_width_m: float = Field(0.0, ge=0)
    candidate_min_m2: float = Field(CANDIDATE_MIN_M2, ge=0)
    candidate_min_width_m: float = Field(CANDIDATE_MIN_WIDTH_M, ge=0)


class Standards(_Named):
    """Local standards a project is held against (地方用地标准), with where they come from.

    Parameters
    ----------
    investment_wan_mu : float or None
        Minimum fixed-asset investment, 万元/亩.
    investment_wan_mu_by_industry : mapping
        Industry code (GB/T 4754-2017, ``C26`` or longer) → 万元/亩; the longest match counts.
    source : str
        Document, with its date.
    indicators : str
        File of the folder with the place's own control indicators (控制指标), in the form of a standard; it comes
        before the shipped tables. "" for none.
    """

    investment_wan_mu: float | None = Field(None, gt=0)
    investment_wan_mu_by_industry: dict[str, float] = Field(default_factory=dict)
    source: str = ""
    indicators: str = ""

    def investment(self, industry: str = "") -> float | None:
        """Return the minimum investment for an industry, None where the place has none."""
        fitting = [code for code in self.investment_wan_mu_by_industry if industry.startswith(code)]
        if fitting:
            return self.investment_wan_mu_by_industry[max(fitting, key=len)]
        return self.investment_wan_mu


class Assembly(_Named):
    """How sites are assembled from neighbouring land (拼地); metres and square metres.

    Parameters
    ----------
    area_min_m2 : float
        Least area of a block that is kept without a demand.
    min_width_m, rect_length_m, rect_width_m, min_compactness : float
        Every site must keep these; a project may ask for more.
    max_owners, max_townships, max_parks : int or None
    tenures : tuple of str
        Ownership codes admitted; empty: all.
    statuses, supply_statuses : tuple of str
        Status of the candidate and supply status of land that may be assembled.
    plan_uses, barriers, roads : mapping of scheme to codes, or None
        Planned uses that may be assembled, with all codes below them; present uses that are
        neither assembled nor crossed; those whose boundary is frontage. None: as shipped.
    crossings : mapping of scheme to (code → metres), or None
        Present uses a site may stride over, up to that width. None: as shipped.
    tolerance_m, shared_m : float
        Boundaries no further apart are one; least length of a shared boundary.
    cut : bool
        Sites may be cut (切地).
    remnant_min_m2, remnant_min_width_m : float
        What is left must reach both, or it is lost.
    objective : str
        What comes first among sites that meet a demand.
    keep : int
        Sites kept for each demand.
    access : tuple of str
        Network layers to which the access of a site is measured.
    """

    area_min_m2: float = Field(20_000.0, gt=0)
    min_width_m: float = Field(20.0, ge=0)
    rect_length_m: float = Field(0.0, ge=0)
    rect_width_m: float = Field(0.0, ge=0)
    min_compactness: float = Field(0.0, ge=0, le=1)
    max_owners: int | None = Field(None, ge=1)
    max_townships: int | None = Field(None, ge=1)
    max_parks: int | None = Field(1, ge=1)
    tenures: tuple[str, ...] = ()
    statuses: tuple[Literal["eligible", "conditional", "unknown"], ...] = ("eligible", "conditional", "unknown")
    supply_statuses: tuple[Literal["unapproved", "approved", "supplied", "built", "suspected_idle", "unknown"], ...] = (
        "unapproved", "approved", "unknown",
    )  # fmt: skip
    plan_uses: dict[str, tuple[str, ...]] | None = None
    barriers: dict[str, tuple[str, ...]] | None = None
    roads: dict[str, tuple[str, ...]] | None = None
    crossings: dict[str, dict[str, Annotated[float, Field(gt=0)]]] | None = None
    tolerance_m: float = Field(0.05, gt=0, le=1)
    shared_m: float = Field(10.0, gt=0)
    cut: bool = True
    remnant_min_m2: float = Field(5_000.0, ge=0)
    remnant_min_width_m: float = Field(20.0, ge=0)
    objective: Literal["loss", "owners", "net_share", "compactness", "quota"] = "loss"
    keep: int = Field(5, ge=1, le=100)
    access: tuple[str, ...] = ("roads",)


class Ranking(_Named):
    """How sites are ranked.

    Parameters
    ----------
    criteria : str
        A shipped criteria set by its name, or a file of the study folder. Criteria of the
        section ``[[criteria]]`` replace those of the same id, and others follow.
    weights : mapping of criterion to weight
        Instead of those of the set; with any, all weights become shares of their sum.
    weighting, judgements
        given · ahp (out of judgements: first, second, how many times more the first
        matters) · entropy (out of the sites); None: as the set says.
    top : int
        k of "share of the weightings in which a site is among the best k".
    draws : int
        Weightings to try.
    around : {"dirichlet", "each", "any"}
        How weightings are drawn (`geo.rank.robust.Draws`).
    decided : str
        Who set the weights, and on what ground.
    """

    criteria: str = "sites-default"
    weights: dict[str, float] = Field(default_factory=dict)
    weighting: Weighting | None = None
    judgements: tuple[tuple[str, str, float], ...] = ()
    top: int = Field(5, ge=1)
    draws: int = Field(1000, ge=0, le=100_000)
    around: Literal["dirichlet", "each", "any"] = "dirichlet"
    decided: str = ""


class LayerSpec(_Named):
    """One input file and what it means.

    Parameters
    ----------
    id, role : str
        Plain name by which rules refer to the layer; what it is used for.
    source, layer : str
        File (relative to the study folder) and the layer inside it.
    parts, earlier, origin
        Of a layer in several files: all of them, the first with the same `source`. Of a library (五库): the files that
        were in its place before, the oldest first. Of a copy of a table of a database: which, and what it held then.
    crs, encoding : str
        Given only when the file does not say, or says it wrongly.
    fields : mapping
        Our name → field of the file, for example ``parcel_id = "BSM"``.
    coverage : str
        ``complete`` (absence means absence inside the study boundary), ``unknown``, or the path of a polygon file.
    class : str
        Field by which the overlap is broken down.
    where : str
        Filter on the file's fields (own small grammar); a null field leaves the shape as "may belong".
    stale_after_days : int or None
        Data older than this on the study's day is unknown, whatever it shows.
    accept : tuple of str
        Proposals of the preflight the user has accepted, by name.
    bands : mapping
        Of imagery: name (`BANDS`) → number of the band in the file, counted from 1. ``cloud``
        is a mask: anything but 0 may be cloud. It has `READ_BANDS` (for signs of use), `SEEN_BANDS` (seen), or both.
    provenance, licence : str
        Where the data comes from (letter, portal, contract) and what may be done with it.
    sensitivity : {"", "public", "internal", "restricted"}
        Who may see it (密级); "" is not stated. ``restricted`` makes the layer use-only.
    use_only : bool
        Usable in the analysis, never exported (敏感图层).
    corrected : tuple of Correction
        Values people corrected (`layers.study.overrides`): of the study as it is run, never written in the file.
    """

    id: str
    role: Role
    source: str
    title: str = ""
    layer: str = ""
    parts: tuple[layer_part.LayerPart, ...] = ()
    earlier: tuple[layer_part.EarlierFile, ...] = ()
    origin: layer_part.Origin | None = None
    crs: str = ""
    encoding: str = ""
    vintage: date | None = None
    owner: str = ""
    provenance: str = ""
    licence: str = ""
    sensitivity: Literal["", "public", "internal", "restricted"] = ""
    fields: dict[str, str] = Field(default_factory=dict)
    land_use_scheme: str = ""
    parcel_kind: Literal["", "patch", "plot", "lot"] = ""
    coverage: str = "unknown"
    class_field: str = Field("", alias="class")
    where: str = ""
    kind: RasterKind | Literal[""] = ""
    vertical_unit: Literal["", "m", "ft", "pct", "deg"] = ""
    bands: dict[str, int] = Field(default_factory=dict)
    stale_after_days: int | None = Field(None, ge=1)
    accept: tuple[str, ...] = ()
    use_only: bool = False
    corrected: tuple[Correction, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _kept_inside(cls, body: Any) -> Any:
        if isinstance(body, Mapping) and body.get("sensitivity") == "restricted":
            return {**body, "use_only": True}
        return body

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not _NAME.match(value):
            raise ValueError("name_not_plain")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> LayerSpec:
        if (self.role == "raster") != bool(self.kind):
            raise ValueError("raster_needs_kind")
        if self.role == "raster" and self.where:
            raise ValueError("raster_without_rows")
        layer_part.hold_together(self.parts, self.source, self.role, self.kind)
        if self.kind == "dem" and self.vertical_unit not in ("m", "ft"):
            raise ValueError("dem_needs_vertical_unit")
        if self.kind == "slope" and self.vertical_unit not in ("pct", "deg"):
            raise ValueError("slope_needs_unit")
        if (self.kind == "imagery") != bool(self.bands):
            raise ValueError("imagery_needs_bands")
        if self.bands and not (_answers_for(set(self.bands)) and min(self.bands.values()) >= 1):
            raise ValueError("imagery_bands_wrong")
        if self.kind == "imagery" and self.vintage is None:
            raise ValueError("imagery_needs_vintage")
        return self


class Law(_Named):
    """When the age of a rule, a standard or a code list is worth a note.

    Parameters
    ----------
    check_days : int
        A text last looked at longer ago than this is named on every list.
    ahead_days : int
        Changes that come into force within this many days of the study day are named.
    """

    check_days: int = Field(365, ge=1)
    ahead_days: int = Field(365, ge=0)


class Study(_Named):
    """The whole study as read from `study.toml`."""

    format: int = formats.FORMAT
    name: str
    crs: str
    area: Literal["ellipsoidal", "planar"] = "ellipsoidal"
    as_of: date
    use_class: UseClass = "general"
    rules: tuple[str, ...] = ("cn-national",)
    inefficient: tuple[str, ...] = ()
    mu: tuple[str, ...] = ()
    demonstration: bool = False
    screen: Screen = Screen()
    law: Law = Law()
    standards: Standards = Standards()
    assembly: Assembly = Assembly()
    ranking: Ranking = Ranking()
    criteria: tuple[Criterion, ...] = ()
    objective: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=lambda: {"tax": 1.0}, min_length=1)
    evaluation: Evaluation = Evaluation()
    not_examined: tuple[NotExamined, ...] = ()
    layers: tuple[LayerSpec, ...] = ()

    @field_validator("crs")
    @classmethod
    def _metres(cls, value: str) -> str:
        try:
            system = pyproj.CRS.from_user_input(value)
        except pyproj.exceptions.CRSError:
            raise ValueError("crs_unreadable") from None
        if not system.is_projected:
            raise ValueError("study_crs_geographic")
        if any(abs(axis.unit_conversion_factor - 1.0) > 1e-12 for axis in system.axis_info):
            raise ValueError("study_crs_not_metres")
        if distorted(value):
            raise ValueError("study_crs_scale")
        return value

    @field_validator("objective")
    @classmethod
    def _known_terms(cls, value: dict[str, float]) -> dict[str, float]:
        if set(value) - set(TERMS):
            raise ValueError("objective_term_unknown")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Study:
        ids = [spec.id for spec in self.layers]
        if len(ids) != len(set(ids)):
            raise ValueError("layer_id_repeats")
        if sum(spec.role == "parcels" for spec in self.layers) > 1:
            raise ValueError("two_parcel_layers")
        return self

    def with_role(self, *roles: str) -> tuple[LayerSpec, ...]:
        """Return the layers of these roles, in file order."""
        return tuple(spec for spec in self.layers if spec.role in roles)

    @property
    def land_source(self) -> tuple[str, date | None]:
        """Name and day of the layer the land of the parks is counted from."""
        parcels = self.with_role("parcels")[0]
        return parcels.title or parcels.id, parcels.vintage

    def layer(self, layer_id: str) -> LayerSpec | None:
        """Return the layer of this id, or None."""
        return next((spec for spec in self.layers if spec.id == layer_id), None)


@cache
def distorted(system: str) -> bool:
    """Tell whether lengths of a projected system are wrong on most of the ground it is made for (Web Mercator)."""
    return scale.scale_off_share(pyproj.CRS.from_user_input(system), scale.SCALE_OFF) > 0.5


def require(folder: Path) -> None:
    """Refuse a folder that is no study, before anything is made in it."""
    if not (folder / FILE).is_file():
        raise BlockedError(reason("not_a_study", path=str(folder)))


def read(folder: Path) -> Study:
    """Read `study.toml` of a study folder.

    Raises
    ------
    BlockedError
        No such file.
    SpecError
        Not TOML, unknown keys, missing or wrong values: all reported together; or of a newer Luodi.
    """
    require(folder)
    body = toml.read(folder / FILE)
    if not isinstance(body.get("study"), dict):
        raise SpecError(reason("study_section_missing", file=FILE))
    formats.brought_up(body, FILE)
    if any("corrected" in layer for layer in body.get("layers", ()) if isinstance(layer, dict)):
        raise SpecError(reason("key_unknown", file=FILE, where="layers.corrected", given="corrected", expected=""))
    return toml.validated(Study, body.pop("study") | body, FILE)
