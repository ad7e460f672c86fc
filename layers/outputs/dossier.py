"""The dossier of a red line (DOCX): verdict, map, tables for the review, a block per department.

Everything users or files say goes in as text: no field codes, no links. The same check
gives the same bytes, so a file can be compared with the one that was signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import shapely

from layers.ask.redline import RedlineAnswer
from layers.outputs import dossier_rows as rows
from layers.outputs import office_pages, sheet_tables, signoff, word
from layers.outputs.page_head import PageHead, Values
from layers.outputs.word import WordTable
from layers.text import Language, say, sentence

PAPER = "dossier-redline"
"""Its name among templates."""


def write(answer: RedlineAnswer, path: Path, language: Language) -> None:
    """Write the dossier of a check.

    Parameters
    ----------
    answer : RedlineAnswer
    path : Path
        Replaced when it exists.
    language : {"en", "zh"}
    """
    path.write_bytes(document(answer, language))


def document(answer: RedlineAnswer, language: Language) -> bytes:
    """Return the dossier as the bytes of a DOCX file: by the template of the office where there is one."""
    from layers.outputs import ground_map  # the library that draws is loaded where something is drawn

    grids = (*rows.grids(answer, language), *_beside(answer, language))
    run = sheet_tables.run_with(answer.check.folder, "ranking")
    sketch = ground_map.of_check(answer, language, sheet_tables.marks(run, grids))
    notes = [*rows.notes_below(answer, language), *(sentence(n, language) for n in sketch.notes)]
    head = PageHead(_title(answer, language), answer.check, _written(answer), language)

    def values() -> Values:
        lines = (rows.conclusion(answer, language), *rows.origin_lines(answer, language))
        return {"lines": lines, "notes": notes} | office_pages.tables(grids)

    if (own := office_pages.filled(PAPER, head, values, sketch.png)) is not None:
        return own
    page = head.page(rows.origin_lines(answer, language))
    said = rows.conclusion(answer, language)
    word.tight(word.line(page, said, word.HEAD_PT, None, bold=True, face=word.HEI), after=2)
    word.picture(page, sketch.png)
    (signed,) = word.sections(page, grids, language, (say("sheet.signoff", language),))
    signoff.block(page, signed, language)
    signoff.notes(page, notes)
    return word.fixed(page, _written(answer))


def _beside(answer: RedlineAnswer, language: Language) -> Iterator[WordTable]:
    """Yield what the newest run adds to a check: utilities, accounts, the sites beside it, and what it rests on."""
    ground = shapely.union_all(answer.plots.geometry.to_numpy())
    folder = answer.check.folder
    ranked, ran = (sheet_tables.run_with(folder, t) for t in ("ranking", "candidates"))
    over = sheet_tables.sites_over(ranked, ground)
    park = sheet_tables.park_of(ran, ground)
    yield sheet_tables.utilities(ran, ground, park, language)
    yield sheet_tables.headroom(sheet_tables.run_with(folder, "capacity"), park, language)
    yield sheet_tables.score(ranked, over[0] if over else "", language)
    yield sheet_tables.other_sites(
        ranked or ran, {*over, *sheet_tables.parcels_on(ran, ground)}, answer.net_m2, language
    )
    yield sheet_tables.sources(answer.check, language)
    yield sheet_tables.corners(ground, language)


def _title(answer: RedlineAnswer, language: Language) -> str:
    return say("dossier.title", language, name=answer.check.head["name"])


def _written(answer: RedlineAnswer) -> datetime:
    """Return when the check was answered: the one time a dossier speaks of."""
    return datetime.fromisoformat(answer.check.manifest["written"]).replace(tzinfo=None)
