"""What two runs were made from and the other was not, in words: rules, data, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers.study.edits import KINDS
from layers.study.run.results import Results
from layers.text import Language, say
from layers.words.explain import rule_title

MOST = 8
"""Names in a line; the count tells of all."""
_OF_PROJECTS = ("pin", "ban", "project")
_COVERAGE = "coverage "


def causes(one: Results, two: Results, language: Language) -> Iterator[str]:
    """Yield a line for the rules, the layers and each kind of decision in which the two runs differ."""
    for name, found in (("rules", _rules(one, two, language)), ("data", _data(one, two, language))):
        if found:
            yield say(f"beside.{name}", language, count=len(found), names=found[:MOST])
    before, after = (r.manifest.get("edits", {}) for r in (one, two))
    for kind in KINDS:
        found = _differ(before.get(kind, {}), after.get(kind, {}))
        if not found:
            continue
        word = say(f"editkind.{kind}", language)
        if kind in _OF_PROJECTS:
            names = [_project(s, (one, two)) for s in found[:MOST]]
            yield say("beside.decisions", language, kind=word, count=len(found), names=names)
        else:  # what it is about may be a record of a use-only layer
            yield say("beside.decided", language, kind=word, count=len(found))


def _differ(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))


def _rules(one: Results, two: Results, language: Language) -> list[str]:
    before, after = ({r.id: r for r in results.rules} for results in (one, two))
    ids = [i for i in before.keys() | after.keys() if before.get(i) != after.get(i)]
    sides = [(two, after[i]) if i in after else (one, before[i]) for i in sorted(ids)]
    return list(dict.fromkeys(rule_title(results, rule, language) for results, rule in sides))


def _data(one: Results, two: Results, language: Language) -> list[str]:
    """Return the titles of layers that rest on other files; a use-only layer is not named."""
    found = _differ(one.manifest.get("inputs", {}), two.manifest.get("inputs", {}))
    specs = [two.layer(i) or one.layer(i) for i in found if not i.startswith(_COVERAGE)]
    hidden = say("word.sensitive", language)
    return list(dict.fromkeys(hidden if s is None or s.use_only else s.title or s.id for s in specs))


def _project(subject: str, sides: tuple[Results, Results]) -> str:
    """Return the name of a project, its id where no run knows it."""
    for results in reversed(sides):
        if results.has("projects"):
            rows = results.table("projects")
            name = rows.loc[rows["project_id"] == subject, "name"]
            if len(name):
                return str(name.iloc[0])
    return subject
