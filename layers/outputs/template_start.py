"""The template an office begins with: our own page with every field in its place, and the list of fields in words.

It is made by code from the declarations, so it always names what `layers.outputs.template` fills.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from layers.library import papers
from layers.library.papers import TemplateField
from layers.outputs import argument_sheet, field_sheet, signoff, word
from layers.outputs.target import ending, replaced
from layers.text import Language, both, has, say

MOMENT = datetime(2000, 1, 1)
"""The time a template carries: the same call gives the same file."""


def write(paper: str, path: Path, language: Language) -> None:
    """Write the template of a document, to be edited in Word and put into the administrator's folder.

    Raises
    ------
    CallError
        No such document, or another ending than ``.docx``.
    BlockedError
        The folder is not there, or the file cannot be written.
    """
    ending(path, (papers.ENDING,))
    body = document(paper, language)
    replaced(path, lambda part: part.write_bytes(body))


def document(paper: str, language: Language) -> bytes:
    """Return the bytes of the template of a document."""
    fields = papers.fields(paper)
    page = word.blank(paper, MOMENT, language)
    first = page.add_paragraph()
    first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.tight(word.run(first, _tag("title"), word.TITLE_PT, bold=True, face=word.HEI), after=2)
    origin = say("template.origin", language, study=_tag("study"), on=_tag("as_of"), run=_tag("run"), crs=_tag("crs"))
    word.tight(word.line(page, origin, word.SMALL_PT, word.GREY))
    _only_if(page, "demonstration", lambda: _strong(page, _tag("demonstration")))
    own = [f for f in fields if f.id not in _PLACED]
    pairs = [f for f in own if f.kind == "text"]
    if pairs:
        _pairs(page, pairs, language)
    for field in (f for f in own if f.kind != "text"):
        _field(page, field)
    if paper in papers.DOSSIERS:
        signoff.block(page, say("sheet.signoff", language), language)
    elif paper == argument_sheet.PAPER:
        _opinions(page, language)
    else:
        _signs(page, paper, language)
    _lines(page, "notes", word.SMALL_PT)
    return word.fixed(page, MOMENT)


_PLACED = ("title", "study", "as_of", "run", "crs", "demonstration", "notes")
"""Fields with a place of their own at the head and the foot of the page."""


def _tag(name: str) -> str:
    return f"{{{{ {name} }}}}"


def _strong(page: Document, text: str) -> None:
    word.tight(word.line(page, text, word.BODY_PT, word.RED, bold=True))


def _only_if(page: Document, name: str, work: Callable[[], object]) -> None:
    _step(page, f"{{%p if {name} %}}")
    work()
    _step(page, "{%p endif %}")


def _step(page: Document, tag: str) -> None:
    """Add a paragraph that holds a step of the template; it is gone in what is made."""
    word.tight(word.line(page, tag, word.SMALL_PT, word.GREY))


def _lines(page: Document, name: str, size: float) -> None:
    _step(page, f"{{%p for line in {name} %}}")
    word.tight(word.line(page, _tag("line"), size, word.GREY if size == word.SMALL_PT else None))
    _step(page, "{%p endfor %}")


def _pairs(page: Document, fields: list[TemplateField], language: Language) -> None:
    """Add the fields of a form beside their titles."""
    made = word.table_of(page, len(fields), (1.3, 3.0))
    for row, field in zip(made.rows, fields, strict=True):
        word.fill(row.cells, (both(field.title, language), _tag(field.id)))
    word.whole(made)


def _field(page: Document, field: TemplateField) -> None:
    if field.kind == "picture":
        _only_if(page, field.id, lambda: word.line(page, _tag(field.id), word.BODY_PT, None))
    elif field.kind == "lines":
        _lines(page, field.id, word.BODY_PT)
    else:
        _only_if(page, f"{field.id}.rows", lambda: _table(page, field))
        _only_if(page, f"{field.id}.below", lambda: _below(page, field))


def _signs(page: Document, paper: str, language: Language) -> None:
    """Add the line of those who sign: who was on the spot, or who made and checked a form."""
    names = [f"fieldsheet.signer_{n}" for n in field_sheet.SIGNERS] if paper == field_sheet.PAPER else [
        f"officeform.sign_{n}" for n in ("maker", "checker", "office")]  # fmt: skip
    signs = [say(name, language).rstrip("：: ") + say("sheet.colon", language) for name in names]
    told = "        ".join((*signs, say("officeform.sign_day", language)))
    word.tight(word.line(page, told, word.BODY_PT, None), before=14, after=10)


def _opinions(page: Document, language: Language) -> None:
    """Add a row for every department to write its opinion and to sign."""
    word.heading(page, say("sheet.signoff", language))
    made = word.table_of(page, 4, (1.5, 3.0, 1.0, 1.0))
    heads, begin, row, end = made.rows
    blanks = [say(f"dossier.{n}", language) for n in ("opinion", "signature", "date")]
    word.fill(heads.cells, (say("answerlist.department", language), *blanks), bold=True, shade=word.SHADE)
    word.put(begin.cells[0], "{%tr for row in departments.rows %}", word.SMALL_PT)
    word.put(row.cells[0], _tag("row.department"), word.BODY_PT)
    word.put(end.cells[0], "{%tr endfor %}", word.SMALL_PT)
    word.repeat(made)


def _below(page: Document, field: TemplateField) -> None:
    word.tight(word.line(page, _tag(f"{field.id}.below"), word.SMALL_PT, word.GREY))


def _table(page: Document, field: TemplateField) -> None:
    """Add a table: heads, a row that begins the loop, the row that is repeated, a row that ends it."""
    word.heading(page, _tag(f"{field.id}.title"))
    made = word.table_of(page, 4, field.widths or (1.0,) * len(field.columns))
    heads, begin, row, end = made.rows
    word.fill(heads.cells, [_tag(f"{field.id}.head.{c}") for c in field.columns], bold=True, shade=word.SHADE)
    word.put(begin.cells[0], f"{{%tr for row in {field.id}.rows %}}", word.SMALL_PT)
    word.fill(row.cells, [_tag(f"row.{c}") for c in field.columns])
    word.put(end.cells[0], "{%tr endfor %}", word.SMALL_PT)
    word.repeat(made)


def told(paper: str, language: Language) -> Iterator[str]:
    """Yield the fields of a document in words, for the command line: name, kind, meaning, columns of a table."""
    for field in papers.fields(paper):
        kind = say(f"template.kind_{field.kind}", language)
        yield say("template.field", language, name=field.id, kind=kind, title=both(field.title, language))
        for column in field.columns:
            key = f"{field.words}{column}"
            title = say(key, language, scheme="…") if has(key) else column
            yield say("template.column", language, name=f"{field.id}.rows … {column}", title=title)


def plain(paper: str, language: Language) -> list[dict[str, object]]:
    """Return the fields of a document as plain values, for programs."""
    return [
        {"name": f.id, "kind": f.kind, "title": both(f.title, language), "columns": list(f.columns)}
        for f in papers.fields(paper)
    ]
