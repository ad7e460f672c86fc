"""Keys that are put together from data: whatever the data can name has its word, in both languages."""

from typing import get_args

import pytest

from geo.assemble.spec import OBJECTIVES
from geo.basis import area, tables
from geo.basis.units import DECIMALS
from geo.idle import arable, clock, days, grounds, inefficient, reuse, signals, terms
from geo.measure import topology
from geo.project import stages as project_stages
from geo.project.demand import RESOURCES
from geo.rank.spec import Weighting
from geo.rules.judge import OUTCOMES
from geo.rules.terms import Effect, Severity, UseClass
from geo.screen import handover, headline, records
from geo.screen.counterfactual import USE_CLASSES
from geo.screen.counterfactual import Kind as Change
from geo.screen.status import STATUSES
from layers.library import kinds, resources, standards
from layers.outputs import bundle, field_sheet, ranking_book, rule_list, signoff, summary
from layers.serve.draw.idle_symbols import GROUPS
from layers.serve.pages import capacity_desk
from layers.sources.redline.model import Axes
from layers.study import edits
from layers.study.registers import zones
from layers.study.spec import Role
from layers.study.stages import STAGES
from layers.text import LANGUAGES, catalogue
from layers.words import place_lines

IDLE_STATES = set(get_args(clock.State))
NAMED: dict[str, set[str]] = {
    "aim": {"tax", "output", "investment", "jobs"},
    "arable": set(get_args(arable.State)) - {""},
    "area": set(get_args(area.Kind)),
    "bundlepart": set(bundle.PARTS),
    "clock": IDLE_STATES,
    "column": {c.name for t in tables.TABLES.values() for c in t.columns},
    "columnkind": set(get_args(tables.Kind)),
    "consequence": set(get_args(clock.Consequence)),
    "dossier": {f"department_{d}" for d in signoff.DEPARTMENTS},
    "editkind": set(edits.KINDS),
    "evidence": set(get_args(signals.Status)),
    "explain": set(),
    "fieldsheet": {f"signer_{s}" for s in field_sheet.SIGNERS},
    "flaw": set(topology.KINDS),
    "finding": set(summary.SEVERITIES),
    "gateresult": set(OUTCOMES),
    "handover": set(get_args(handover.Needed)),
    "idlecause": set(get_args(terms.Cause)),
    "idlegroup": set(GROUPS),
    "inefficientmet": set(inefficient.WORDS),
    "landkind": set(headline.KINDS),
    "objective": set(OBJECTIVES),
    "outcome": set(OUTCOMES),
    "placestatus": set(place_lines.ORDER),
    "preferred": set(OUTCOMES),
    "projectstage": set(project_stages.STAGES),
    "rank": set(get_args(Weighting)),
    "rankbook": {f"sheet_{s}" for s in ranking_book.SHEETS},
    "recognition": set(get_args(grounds.Recognition)),
    "redlineaxes": set(get_args(Axes)),
    "resource": {r.id for r in resources.entries()},
    "reuse": {a.name for a in reuse.ATTRIBUTES},
    "rulelist": set(rule_list.COLUMNS),
    "says": set(get_args(signals.Says)),
    "severity": set(get_args(Severity)),
    "stage": {s.name for s in STAGES},
    "startbasis": set(get_args(days.Basis)),
    "status": set(STATUSES),
    "supply": set(headline.LANDABLE) | {"built"},
    "supplyevent": set(records.EVENTS),
    "table": set(tables.TABLES),
    "uicapacity": {f"part_{p}" for p in (*capacity_desk.PARTS, "free", "unknown")},
    "uihome": {f"role_{r}" for r in get_args(Role)},
    "uitrial": {f"effect_{e}" for e in get_args(Effect)},
    "unit": set(DECIMALS),
    "use": set(get_args(UseClass)) | set(USE_CLASSES),
}
"""Namespace: everything the data can name in it."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("namespace", sorted(NAMED))
def test_everything_the_data_can_name_has_its_word(namespace, language):
    known = catalogue(language)
    assert [v for v in sorted(NAMED[namespace]) if f"{namespace}.{v}" not in known] == []


def test_every_change_of_an_answer_has_its_words():
    known = catalogue("zh")
    assert [c for c in get_args(Change) if f"change.{c}_then" not in known] == []
    assert RESOURCES


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_of_layers_and_figures_have_names(language):
    named = [*kinds.kinds().codes, *standards.load(zones.STANDARD).figures]
    assert [one for one in named if not getattr(one.title, language).strip()] == []
