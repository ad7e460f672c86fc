"""Rules that do not judge, in words: grouped by their reason, so that a reason is said once and not per rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from geo.rules.applied import NotApplied, not_applied
from geo.rules.spec import Rule
from layers.study.run.released import released
from layers.study.run.results import Results
from layers.text import Language, say, sentence


def of_land(results: Results) -> tuple[NotApplied, ...]:
    """Return what does not judge the land of a run, or a red line, with the reason."""
    shown = released(results)
    return not_applied(shown.rules, shown.study.use_class)


def lines(found: Sequence[NotApplied], title_of: Callable[[Rule], str], language: Language) -> Iterator[str]:
    """Yield a line per reason with the titles it holds for."""
    groups: dict[str, list[str]] = {}
    for one in found:
        titles = groups.setdefault(sentence(one.why, language), [])
        title = title_of(one.rule)
        if title not in titles:
            titles.append(title)
    for why, titles in groups.items():
        yield say("rulelist.unused", language, why=why, rules=titles)
