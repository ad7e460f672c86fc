"""The docs: the same chapters in both languages, links that lead somewhere, the page of tables as declared."""

import re

import pytest

from layers.text import LANGUAGES
from layers.words import schema
from tests.contracts.test_shape import ROOT, tracked

DOCS = ROOT / "docs"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PAGES = sorted([*DOCS.glob("*/*.md"), *ROOT.glob("*.md")])


def chapters(language):
    return {p.name: p.read_text(encoding="utf-8") for p in (DOCS / language).glob("*.md")}


def heads(text):
    return [line for line in text.splitlines() if line.startswith("## ")]


def test_both_languages_have_the_same_chapters():
    zh, en = chapters("zh"), chapters("en")
    assert sorted(zh) == sorted(en)
    assert {n: (len(heads(zh[n])), len(heads(en[n]))) for n in zh if len(heads(zh[n])) != len(heads(en[n]))} == {}


def test_every_chapter_is_in_its_language():
    for name, text in chapters("zh").items():
        title = text.splitlines()[0]
        assert re.search(r"[\u4e00-\u9fff]", title), name
        chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
        assert chinese > 0.1 * len(text), name


def test_the_code_of_the_manual_is_the_same():
    blocks = [re.search(r"```python\n(.*?)```", chapters(lang)["python.md"], re.S)[1] for lang in LANGUAGES]
    plain = [re.sub(r"  #[^\n]*|language=\"\w+\"", "", block) for block in blocks]
    assert plain[0] == plain[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, place = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if place and there.suffix == ".md":
            assert place in {_anchor(h) for h in heads(there.read_text(encoding="utf-8"))}, target


def _anchor(head):
    return re.sub(r"[^\w\- ]", "", head.lstrip("# ").lower()).replace(" ", "-")


def test_the_front_page_names_every_chapter():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for language in LANGUAGES:
        assert [n for n in chapters(language) if f"docs/{language}/{n}" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_tables_is_as_declared(language):
    said = (DOCS / language / "schema.md").read_text(encoding="utf-8")
    assert said == schema.page(language), "print it anew: python -m layers.words.schema"


def test_what_is_named_in_the_docs_exists():
    known = {str(p.relative_to(ROOT)) for p in tracked()}
    folders = {str(p) for path in known for p in (ROOT / path).relative_to(ROOT).parents}
    named = re.compile(r"`((?:geo|layers|views|county|data|tests|benchmarks)/[\w./*-]+?)`")
    stands_for = re.compile(r"\*|NAME|[\u4e00-\u9fff]")
    missing = {
        (page.name, name)
        for page in PAGES
        if page.name != "CHANGELOG.md"
        for name in named.findall(page.read_text(encoding="utf-8"))
        if not stands_for.search(name) and name.rstrip("/") not in known | folders
    }
    assert missing == set()
