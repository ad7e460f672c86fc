"""Standards and code lists: every file is read, marked, in both languages, and agrees with the rules."""

import re
import tomllib

import pytest

from layers.library.standards import CODES, DATA, STANDARDS, codes, load, names
from layers.study.packs import PACKS, pack

CHINESE = re.compile(r"[\u4e00-\u9fff]")
STANDARD = pytest.mark.parametrize("name", names(STANDARDS))
LIST = pytest.mark.parametrize("name", names(CODES))
RULES = [(path.stem, rule) for path in sorted(PACKS.glob("*.toml")) for rule in pack(path.stem, PACKS).rules]


def texts(text):
    assert text.en
    assert text.zh
    assert not CHINESE.search(text.en.replace("亩", "").replace("万元/mu", "").replace("万元/ha", "")), text.en
    return text.zh


def test_the_files_are_there():
    assert len(names(STANDARDS)) >= 8
    assert len(names(CODES)) >= 8
    unread = [
        p.name
        for p in [*STANDARDS.iterdir(), *CODES.iterdir(), *PACKS.rglob("*")]
        if p.is_file() and p.suffix != ".toml"
    ]
    assert not unread


@STANDARD
def test_a_standard_speaks_both_languages(name):
    standard = load(name)
    chinese = [standard.title, standard.document, *(g.title for g in standard.groups)]
    assert all(CHINESE.search(texts(text)) for text in chinese)
    for entry in standard.figures:
        texts(entry.title)
        if entry.note:
            assert CHINESE.search(texts(entry.note))


@STANDARD
def test_every_figure_names_its_source_and_mark(name):
    for entry in load(name).figures:
        assert entry.figure.source, entry.id
        assert entry.figure.unit, entry.id
        if "凭记忆" in entry.figure.source:
            assert entry.figure.unverified, f"{entry.id} is from memory and says otherwise"


@LIST
def test_a_code_list_names_source_scheme_and_both_languages(name):
    found = codes(name)
    assert found.source
    assert found.scheme
    assert CHINESE.search(texts(found.title))
    for code in found.codes:
        texts(code.title)
    if "凭记忆" in found.source and found.confidence == "S":
        assert any(c.confidence == "M" for c in found.codes)


def test_every_layer_of_a_rule_is_listed():
    known = {c.code: c for c in codes("layers").codes}
    used = {(name, rule.layer) for name, rule in RULES if rule.layer}
    assert [pair for pair in used if pair[1] not in known] == []
    assert {known[layer].role for _, layer in used} <= {"constraint", "network"}


def test_no_two_layers_share_a_name():
    """Packs that meant different ground by one name would show here; rows of one file may be told apart."""
    seen = {}
    for code in codes("layers").codes:
        for word in {code.code, code.title.zh, *code.aliases}:
            first = seen.setdefault(word.casefold(), code)
            apart = code.part and first.part and code.part.fields == first.part.fields
            assert first is code or (apart and not set(code.part.values) & set(first.part.values)), word


def test_every_fact_of_a_gate_is_listed_with_the_values_its_examples_use():
    found = codes("project_facts")
    quantities = {c.code for c in found.codes if c.group == "quantity"}
    for rule in pack("gates-cn", PACKS).rules:
        if not rule.fact or rule.fact in quantities:
            continue
        values = {float(c.code.split(":")[1]): c.title for c in found.codes if c.code.startswith(f"{rule.fact}:")}
        told = {e.value for e in rule.examples if not e.missing}
        assert told == set(values), rule.id
        for example in rule.examples:
            if not example.missing:
                assert example.note.en.startswith(values[example.value].en.split(",")[0])


def test_industries_of_rules_and_figures_are_codes():
    divisions = {c.code for c in codes("industries").codes}
    assert {i for _, rule in RULES for i in rule.industries} <= divisions
    older = codes("industries_2002")
    used = {i for e in load("control-indicators-2008").figures for i in e.industries}
    assert used <= {c.code for c in older.codes}
    assert {m for c in older.codes for m in c.maps_to} <= divisions
    planned = {c.code for c in codes("landuse_plan").codes}
    assert {m for c in codes("landuse_former").codes for m in c.maps_to} <= planned


def test_the_demonstration_speaks_the_same_layers():
    body = tomllib.loads((DATA / "demo" / "layers.toml").read_text(encoding="utf-8"))
    known = codes("layers")
    shared = [layer for layer in body["layers"] if known.get(layer["id"])]
    assert len(shared) > 10
    assert [layer["id"] for layer in shared if known.get(layer["id"]).role != layer["role"]] == []


def test_the_readme_names_every_file():
    told = (DATA / "README.md").read_text(encoding="utf-8")
    files = [path for folder in (PACKS, STANDARDS, CODES) for path in folder.rglob("*.toml")]
    assert [p.name for p in files if f"`{p.name}`" not in told] == []
