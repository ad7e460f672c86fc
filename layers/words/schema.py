"""The page of all tables, printed from their declarations: meaning, kind and unit of every column.

``python -m layers.words.schema`` writes ``docs/zh/schema.md`` and ``docs/en/schema.md`` anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from geo.basis.tables import TABLES, Column, Table
from layers.study.stages import TABLE_STAGE
from layers.text import LANGUAGES, Language, code, say

DOCS = Path(__file__).resolve().parents[2] / "docs"


def page(language: Language) -> str:
    """Return the page as Markdown, tables in the order of their declarations."""
    lines = [f"# {say('schema.title', language)}", "", say("schema.head", language, tables=len(TABLES)), ""]
    for table in TABLES.values():
        lines += _table(table, language)
    return "\n".join(lines).rstrip() + "\n"


def _table(table: Table, language: Language) -> Iterator[str]:
    stage = TABLE_STAGE.get(table.name)
    by = code("stage", stage.name, language) if stage else say("schema.by_check", language)
    row = say("schema.row", language, row=code("table", table.name, language), key=table.key, stage=by)
    heads = [say(f"schema.{name}", language) for name in ("column", "meaning", "kind", "unit")]
    yield from (f"## {table.name}", "", row, "", _cells(heads), "|---|---|---|---|")
    yield from (_cells(_column(column, language)) for column in table.columns)
    yield ""
    if table.open:
        yield from (say("schema.open", language), "")


def _column(column: Column, language: Language) -> list[str]:
    kind = code("columnkind", column.kind, language) + (say("schema.optional", language) if column.optional else "")
    unit = code("unit", column.unit, language) if column.unit else ""
    return [f"`{column.name}`", code("column", column.name, language), kind, unit]


def _cells(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    """Write the page of every language."""
    for language in LANGUAGES:
        (DOCS / language / "schema.md").write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
