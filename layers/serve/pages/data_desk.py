"""What the page of data shows: layers with what was found in them, a delivery line by line, kinds to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from geo.basis.errors import LuodiError
from layers.library import kinds, roles
from layers.serve.held import Held
from layers.sources.finding import GRAVITY, Finding, gravest_first
from layers.study import ageing, delivery, edits, inspection, overrides, packs
from layers.study.delivery import COVERED, Delivery
from layers.study.proposal import Proposal
from layers.study.run.masks import WORD, Masks
from layers.study.spec import LayerSpec, Study
from layers.text import Language, both, sentence
from layers.words import delivery as words

LOUD = ("block", "warn", "rejected")


@dataclass(frozen=True)
class LayerState:
    """A layer of a study as it is now: what it was said to be, what was found in it, which rules read it.

    `title` is the name shown to people; that of a use-only layer is its place among the layers. `lies` is where
    it lies, study CRS: None for a table, a file that cannot be placed, and a use-only layer.
    """

    spec: LayerSpec
    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    age_days: int | None
    title: str
    lies: tuple[float, float, float, float] | None = None

    @property
    def worst(self) -> str:
        """Severity of the gravest finding, "" without one."""
        found = {f.severity for f in self.findings}
        return next((s for s in GRAVITY if s in found), "")

    @property
    def open(self) -> tuple[Finding, ...]:
        """Findings somebody should decide about: those with a proposal that was not accepted yet."""
        return tuple(f for f in self.findings if f.proposal and f.proposal not in self.spec.accept)

    @property
    def covers(self) -> bool:
        """True where it matters whether the layer is complete."""
        return self.spec.role in COVERED


def layers(folder: Path, study: Study, language: Language) -> tuple[LayerState, ...]:
    """Return the layers of a study with what their check finds now; a use-only layer's findings stay with it.

    Layers are checked as a run reads them, with the corrections that stand.
    """
    rules = packs.effective_rules(study, folder)
    read = overrides.laid_over(study, edits.current(folder))
    home, ground = inspection.ground(read, folder), inspection.named_ground(read, folder)
    out = []
    for place, (layer, corrected) in enumerate(zip(study.layers, read.layers, strict=True), 1):
        title = f"{both(WORD, language)} {place}" if layer.use_only else layer.title or layer.id
        name = (*inspection.named(corrected, folder), *ground, study.as_of, ageing.limits(corrected, rules))
        seen = _looked_at.get(name, partial(inspection.looked, corrected, home))
        found, lies = ((), None) if layer.use_only else (seen.findings, seen.lies)
        by = tuple(r.id for r in rules if r.layer == layer.id)
        age = (study.as_of - layer.vintage).days if layer.vintage else None
        out.append(LayerState(layer, found, () if layer.use_only else by, age, title, lies))
    return tuple(out)


_looked_at: Held[inspection.Looked] = Held(512)
"""What the check of a layer came to, by settings, files and ground; shapes are kept for nobody."""


def fields(folder: Path, layer: LayerState) -> dict[str, str]:
    """Return the fields of a layer's file that may be corrected, each with the name of ours it has ("": none)."""
    name = inspection.named(layer.spec, folder)
    return _fields.get((str(folder), *name), partial(_fields_of, layer.spec, folder))


def _fields_of(spec: LayerSpec, folder: Path) -> dict[str, str]:
    try:
        columns = overrides.columns(spec, folder)
    except LuodiError:  # a file that cannot be read says so among the findings
        return {}
    ours = {theirs: name for name, theirs in spec.fields.items()}
    return {column: ours.get(column, "") for column in columns}


_fields: Held[dict[str, str]] = Held(256)


def told(folder: Path, study: Study, layer: LayerState, language: Language) -> list[tuple[Finding, str]]:
    """Return the findings of a layer in words, gravest first, one for each kind and proposal."""
    hidden = Masks(study, packs.effective_rules(study, folder))
    seen: dict[tuple[str, str, str], tuple[Finding, str]] = {}
    for one in gravest_first(layer.findings):
        text = sentence(hidden.told(one.reason), language, layer=layer.title)
        one_by_one = one.proposal or "text" in one.reason.values
        seen.setdefault((one.code, one.proposal, text if one_by_one else one.row), (one, text))
    return list(seen.values())


# --- a delivery -------------------------------------------------------------------


_looked: Held[Delivery] = Held(2)


def looked(folder: Path, given: Sequence[Path], stamp: float, said: Mapping[int, str]) -> Delivery:
    """Return a delivery a job has looked through already (its files are parsed), with what people said of its lines."""
    found = _looked.get((folder, tuple(given), stamp), lambda: delivery.delivery(folder, given))
    return delivery.corrected(folder, found, said) if said else found


def choices(found: Proposal) -> tuple[str, ...]:
    """Return the kinds a line can be said to be: those it may be first, then every one its shapes allow."""
    raster = found.table.shape == "raster"
    fitting = [k.code for k in kinds.kinds().codes if (k.role == "raster") == raster]
    if found.table.shape != "polygon":
        areas = set(roles.polygons())
        fitting = [c for c in fitting if (k := kinds.kinds().get(c)) and k.role not in areas]
    first = ([found.kind.code] if found.kind else []) + list(found.guesses)
    return tuple(dict.fromkeys([*first, *fitting]))


def kind_title(code: str, language: Language) -> str:
    """Return what a kind is called."""
    kind = kinds.kinds().get(code)
    return both(kind.title, language) if kind else code


def lines(found: Delivery, language: Language) -> pd.DataFrame:
    """Return a delivery as rows: number, file, what it is, how many rows, what speaks for it, whether it is sure."""
    rows = [
        (n, p.table.title, p.kind.code if p.kind else "", p.table.bands or p.table.rows, words.why(p, language), p.sure)
        for n, p in enumerate(found.proposals, 1)
    ]
    return pd.DataFrame(rows, columns=["number", "file", "kind", "size", "why", "sure"])


def asked_of_people(found: Delivery) -> tuple[int, ...]:
    """Return the lines that need more than a kind: bands of an image, the unit of a slope, a column of a register."""
    return tuple(n for n, p in enumerate(found.proposals, 1) if p.asks)


def missing(folder: Path, study: Study) -> tuple[str, ...]:
    """Return the kinds of layers the rules of a study read and it has not, those that exclude first."""
    have = {s.id for s in study.layers}
    aside = {n.rule for n in study.not_examined}
    rules = [r for r in packs.effective_rules(study, folder) if r.layer and r.layer not in have and r.id not in aside]
    rules = [r for r in rules if not r.stood_for and not r.industries and r.missing == "unknown"]
    ordered = sorted(rules, key=lambda r: r.binding != "exclude")
    return tuple(dict.fromkeys(r.layer for r in ordered))


def only(folder: Path) -> Path:
    """Return the one dataset in a folder of dropped files, or the folder itself where there are several."""
    found = delivery.data_files([folder])
    return found[0] if len(found) == 1 else folder
