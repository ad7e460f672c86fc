"""Text of a study is never code: one place speaks to the map library, nothing else compiles, queries or trusts it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*ROOT.glob("geo/**/*.py"), *ROOT.glob("layers/**/*.py"), *ROOT.glob("views/**/*.py"),
           ROOT / "app.py", ROOT / "luodi.py"]  # fmt: skip
MAPS = ROOT / "layers" / "outputs" / "web_map.py"
PAGES = ROOT / "layers" / "outputs" / "template.py"
TEMPLATES = {"folium", "branca", "streamlit_folium", "jinja2", "mako", "docxtpl", "chevron", "django"}
ACTS = {"eval", "exec", "compile", "popen", "system", "unsafe_allow_html", "format_map", "from_string", "literal_eval"}
PARTS = {"markdown", "write", "latex", "components", "iframe", "caption", "subheader", "title", "header", "badge"}
"""Streamlit's ways to show Markdown or markup; pages use `st.html` with `tag`."""
MARKED = {"toast", "button", "link_button", "checkbox", "toggle", "radio", "slider", "select_slider", "expander",
          "popover", "tabs", "metric", "number_input", "text_input", "text_area", "selectbox", "multiselect",
          "date_input", "segmented_control", "pills", "download_button", "page_link", "form_submit_button",
          "file_uploader", "progress", "success", "info", "warning", "error", "spinner", "status"}  # fmt: skip
"""Its controls and messages: their first text is read as Markdown."""


def calls(path):
    return [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]


def name_of(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def module_of(node):
    inner = getattr(node.func, "value", None)
    return inner.id if isinstance(inner, ast.Name) else ""


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_one_place_speaks_to_the_map_library_and_one_fills_templates():
    found = {path for path in SOURCES if TEMPLATES & set(imported(path))}
    assert found == {MAPS, PAGES}


def test_only_a_file_of_the_installation_or_the_administrator_is_a_template():
    """What is compiled is a file `found` names; nothing of a study, and no text, comes near the compiler."""
    opened = [n for n in calls(PAGES) if name_of(n) == "DocxTemplate"]
    assert [ast.unparse(n) for n in opened] == ["DocxTemplate(str(path))"]
    filled = [(path, n) for path in SOURCES for n in calls(path)
              if module_of(n) == "template" and name_of(n) == "filled"]  # fmt: skip
    assert [path.name for path, _ in filled] == ["office_pages.py"], "one place fills them"
    for path, node in filled:
        assert ast.unparse(node.args[0]) == "own", f"{path.name}:{node.lineno}"
        assert "own = found(paper, head.language)" in path.read_text(encoding="utf-8"), path.name
    where = ast.parse(PAGES.with_name("office_pages.py").read_text(encoding="utf-8"))
    (made,) = (n for n in ast.walk(where) if getattr(n, "name", "") == "folders")
    assert "os.environ.get(FOLDER" in ast.unparse(made)
    assert "papers.FOLDER" in ast.unparse(made)


def harmless(node):
    """Tell whether a value is no text of a study: a literal, a number, or what was made inert before."""
    if isinstance(node, (ast.Constant, ast.Compare, ast.Lambda)):
        return True
    if isinstance(node, ast.Call):
        return name_of(node) in {"inert", "float", "int", "bool", "_library", "_note", "GeoJsonTooltip"}
    if isinstance(node, ast.BinOp):
        return harmless(node.left) and harmless(node.right)
    if isinstance(node, ast.Dict):
        return all(map(harmless, node.values))
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(map(harmless, node.elts))
    return isinstance(node, ast.Name) and node.id in {"STYLE", "features"}


def test_every_argument_to_the_map_library_is_ours_or_was_made_inert():
    found = [n for n in calls(MAPS) if module_of(n) == "folium" or name_of(n) == "_Map"]
    assert len(found) >= 5
    for node in found:
        for value in (*node.args, *(k.value for k in node.keywords)):
            assert harmless(value), f"line {node.lineno}: {ast.unparse(value)}"


def test_what_is_written_into_markup_there_was_made_inert():
    tree = ast.parse(MAPS.read_text(encoding="utf-8"))
    (made,) = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "_markup")
    assert ast.unparse(made.body[-1]) == "return '<br>'.join((inert(line) for line in lines))"
    rows = [n for n in ast.walk(tree) if isinstance(n, ast.Dict) and '"words"' in ast.unparse(n).replace("'", '"')]
    assert "{'words': _markup(_words(row, language))}" in {ast.unparse(n) for n in rows}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_compiles_or_trusts_a_text(path):
    for node in calls(path):
        if name_of(node) in ACTS and module_of(node) not in {"re", "alt"}:
            raise AssertionError(f"{path.name}:{node.lineno} {ast.unparse(node)[:80]}")
        assert not any(k.arg in {"shell", "unsafe_allow_html"} for k in node.keywords), f"{path.name}:{node.lineno}"
        if name_of(node) in {"query", "execute", "executescript"} and node.args:
            text = node.args[0]
            free = [v.value for v in getattr(text, "values", []) if isinstance(v, ast.FormattedValue)]
            assert not isinstance(text, ast.BinOp), f"{path.name}:{node.lineno}"
            assert {ast.unparse(v) for v in free} <= {"quoted", "names", "_NEWEST"}, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("views/**/*.py")), ids=lambda p: p.name)
def test_case_73_pages_show_text_by_tag_and_label(path):
    for node in (n for n in calls(path) if module_of(n) == "st"):
        where = f"{path.name}:{node.lineno}"
        assert name_of(node) not in PARTS, where
        if name_of(node) == "html":
            assert not isinstance(node.args[0], ast.JoinedStr) or "<style>" in ast.unparse(node.args[0]), where
        if name_of(node) in MARKED and node.args:
            assert said(node.args[0]), f"{where} {ast.unparse(node.args[0])}: wrap it in `label`"
        if name_of(node) in {"pills", "segmented_control", "radio", "tabs"}:
            for key in (k for k in node.keywords if k.arg == "format_func"):
                shown = key.value.body if isinstance(key.value, ast.Lambda) else key.value
                assert all(said(s) for s in returned(shown, path)), f"{where} {ast.unparse(shown)}"
        if name_of(node) in {"selectbox", "multiselect"}:
            shown = " ".join(ast.unparse(k.value) for k in node.keywords if k.arg == "format_func")
            assert "label" not in shown.replace("labels", ""), f"{where}: these lists show backslashes; use `option`"
        for key in (k for k in node.keywords if k.arg == "help" and isinstance(k.value, ast.Call)):
            assert said(key.value), f"{where} {ast.unparse(key.value)}: wrap it in `label`"


OURS = {
    "kind.upper()", "field.title", "word", "words(s)", "_counted(trial, s, language)",
    "min(max(share, 0.0), 1.0)", "page", "pages[door]", "tip",
    "{'zh': '中文', 'en': 'English'}.__getitem__", "f\"{code('idlegroup', group, language)} {desk.counts[group]}\"",
}  # fmt: skip
"""Words of our own that were put together before."""
NUMBERS = {"sign", "unit", "stage", "status", "parcels", "area", "count", "place", "day", "limit", "on"}


def returned(node, path):
    """Return what an inner function that is named here returns; otherwise the value itself."""
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    named = [f for f in tree if isinstance(f, ast.FunctionDef) and f.name == ast.unparse(node)]
    return [r.value for f in named for r in ast.walk(f) if isinstance(r, ast.Return)] or [node]


def said(node):
    """Tell whether a label is a sentence of ours without a text of the study, or went through `label`."""
    if isinstance(node, ast.Constant) or ast.unparse(node) in OURS:
        return True
    if isinstance(node, ast.IfExp):
        return said(node.body) and said(node.orelse)
    name = name_of(node) if isinstance(node, ast.Call) else ""
    return name in {"label", "code"} or (name == "say" and {k.arg for k in node.keywords} <= NUMBERS)


def test_one_place_prints():
    """Only the console and its streams write to a terminal; a server's log goes through the same streams."""
    mine = {ROOT / "layers" / "outputs" / name for name in ("console.py", "stream.py")}
    for path in set(SOURCES) - mine:
        for node in calls(path):
            assert name_of(node) not in {"print", "echo", "secho"} or module_of(node) == "console", path.name
        text = path.read_text(encoding="utf-8")
        assert "sys.stdout" not in text, path.name
        assert "sys.stderr" not in text, path.name
    for door in ("app.py", "luodi.py"):
        assert "stream.guard()" in (ROOT / door).read_text(encoding="utf-8")
