"""Documents by the template of an office (DOCX): a page laid out in Word, with the names of fields in braces.

A template comes from the installation or from a folder of the administrator (``LUODI_TEMPLATES``), never from a study
or an upload. It is compiled in a sandbox without functions, and once: what a study says goes in as text with its
braces made harmless, so that no text of a study is ever taken for a part of a template.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from docx.opc.exceptions import OpcError
from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import LxmlError
from markupsafe import Markup, escape

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.library import papers
from layers.outputs import word
from layers.outputs.page_head import PageHead, Values
from layers.outputs.plain import plain

_HARMLESS = {ord("{"): "&#123;", ord("}"): "&#125;"}
_NAME = re.compile(r"attribute '([^']*)'|'([^']*)' is undefined")
SHOWN = 60
"""Letters of the passage that is quoted where a template cannot be read."""


def filled(path: Path, paper: str, values: Values, picture: bytes | None, head: PageHead) -> bytes:
    """Fill a template; the same values give the same bytes.

    Parameters
    ----------
    path : Path
        As `layers.outputs.office_pages.found` tells it.
    paper : str
    values : mapping
        By field; a field that is declared and has nothing to say is empty.
    picture : bytes or None
        The maps (PNG).
    head : PageHead

    Raises
    ------
    BlockedError
        It is no DOCX, names a field the document has not, or cannot be read; the reason names template and place.
    """
    page = _opened(path)
    environment = _Environment()
    _known(page, environment, path, paper)
    drawn = InlineImage(page, io.BytesIO(picture), width=Cm(word.TEXT_CM)) if picture else ""
    given = {f.id: _nothing(f) for f in papers.fields(paper)} | {k: _texts(v) for k, v in values.items()}
    _told(path, lambda: page.render(given | {"map": drawn}, environment, autoescape=True))
    known = page.docx.core_properties
    known.title, known.author, known.last_modified_by = plain(head.title)[:250], "Luodi 落地", "Luodi 落地"
    known.created = known.modified = head.moment
    return word.fixed(page.docx, head.moment)


def _opened(path: Path) -> DocxTemplate:
    try:
        page = DocxTemplate(str(path))
        page.init_docx()
    except (ValueError, KeyError, OSError, LxmlError, OpcError, zipfile.BadZipFile):
        raise BlockedError(reason("template_unreadable", template=path.name)) from None
    return page


class _Environment(ImmutableSandboxedEnvironment):
    """Names of fields, conditions and loops; no functions, no way to another file, nothing that fills the memory."""

    intercepted_binops = frozenset(("*", "**"))

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=_inert)
        self.globals.clear()

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what multiplies texts."""
        raise SecurityError(operator)

    def call(self, context: Any, function: Any, /, *given: Any, **named: Any) -> Any:
        raise SecurityError("()")


def _inert(value: Any) -> Any:
    """Return what stands for a value in the page: its text, with markup and braces as letters."""
    if isinstance(value, StrictUndefined):
        return value
    return Markup(str(escape(value)).translate(_HARMLESS))


def _known(page: DocxTemplate, environment: _Environment, path: Path, paper: str) -> None:
    """Refuse a template that names fields the document has not, all of them at once."""
    known = [f.id for f in papers.fields(paper)]
    named: set[str] = set()
    _told(path, lambda: named.update(page.get_undeclared_template_variables(environment)))
    if strange := sorted(named - set(known)):
        raise BlockedError(reason("template_field_unknown", template=path.name, names=strange, known=known))


def _told(path: Path, work: Callable[[], object]) -> None:
    """Do what reads a template; whatever is wrong with it is told with its name and the passage."""
    try:
        work()
    except UndefinedError as error:
        raise BlockedError(reason("template_part_unknown", template=path.name, name=_named(error))) from None
    except SecurityError as error:
        raise BlockedError(reason("template_forbidden", template=path.name, what=_named(error))) from None
    except TemplateSyntaxError as error:
        raise BlockedError(reason("template_syntax", template=path.name, near=_near(error))) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
            LxmlError) as error:  # fmt: skip
        said = str(error) or type(error).__name__
        raise BlockedError(reason("template_fails", template=path.name, detail=said[:SHOWN])) from None


def _named(error: TemplateError) -> str:
    """Return the name an error of a template speaks of; without one what it says."""
    match = _NAME.search(str(error.message))
    return next((g for g in (match.groups() if match else ()) if g), str(error.message))[:SHOWN]


def _near(error: TemplateSyntaxError) -> str:
    """Return the passage where a template cannot be read; it names the tag an office mistyped."""
    lines = getattr(error, "docx_context", None) or (error.source or "").splitlines()[error.lineno - 1 : error.lineno]
    text = " ".join(re.sub(r"<[^>]+>", "", line) for line in lines)
    tags = re.findall(r"\{[{%].*?[}%]\}|\{[{%][^}]*", text)
    return " ".join(tags)[:SHOWN] or plain(error.message or "")[:SHOWN]


def _nothing(field: papers.TemplateField) -> Any:
    if field.kind == "table":
        return {"title": "", "head": dict.fromkeys(field.columns, ""), "rows": [], "below": ""}
    return () if field.kind == "lines" else ""


def _texts(value: Any) -> Any:
    """Return a value with every text in it plain."""
    if isinstance(value, Mapping):
        return {str(k): _texts(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_texts(v) for v in value]
    return plain(value)
