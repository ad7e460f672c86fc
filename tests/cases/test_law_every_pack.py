"""Every shipped pack, standard and code list, opened on a day after it expired: told by command, page, DOCX, XLSX."""

import tomllib
from datetime import date
from io import BytesIO

import openpyxl
import pytest
import tomlkit
from docx import Document

from geo.basis.age import Text
from geo.basis.progress import silent
from layers.library import standards
from layers.library.standards import CODES, STANDARDS
from layers.outputs import dossier, files, redline_files, rule_list, summary
from layers.study import checks, packs
from layers.study.registers import inefficient, mu
from layers.study.run import keyed, runs
from layers.study.run.results import open_results
from layers.study.stages import STAGES
from layers.words import law
from tests.cases.base import ROOT
from tests.layers.outputs import test_stage_book
from tests.views import studies

ENDED, PAST = date(2026, 1, 1), "不在施行期"
LINE = "J1,1,3180010,500010\nJ2,1,3180010,500090\nJ3,1,3180090,500090\nJ4,1,3180090,500010\n"
OURS = {"layers", "inefficient_survey"}
"""Our own lists of layers and of a survey's fields: no law is in them, no answer rests on their age."""


def ended(folder, copy):
    """Copy packs with every rule of one version, out of force since a day long before that of the study."""
    copy.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.toml")):
        body = tomllib.loads(path.read_text(encoding="utf-8"))
        for rule in body.get("rules", [body["pack"]] if "rules" not in body else []):
            for key in ("versions", "successor", "in_force", "announced", "missing"):
                rule.pop(key, None)
            rule |= {"expires": ENDED, "replaced_by": {"zh": "新法 第一条", "en": "New Law, art. 1"}}
        (copy / path.name).write_text(tomlkit.dumps(body), encoding="utf-8")


@pytest.fixture(scope="module")
def expired(tmp_path_factory):
    """A district with a project list under all shipped packs, everything of which expired before the study day."""
    base, patch = tmp_path_factory.mktemp("ended"), pytest.MonkeyPatch()
    for name, home in (("", packs.PACKS), ("inefficient", inefficient.FOLDER), ("mu", mu.FOLDER)):
        ended(home, base / "rules" / name)
    everything = [n for n in packs.shipped() if n != "yellow-river"] + ["yellow-river"]
    patch.setattr(packs, "PACKS", base / "rules")
    patch.setattr(inefficient, "FOLDER", base / "rules" / "inefficient")
    patch.setattr(mu, "FOLDER", base / "rules" / "mu")
    gone = {"expires": ENDED, "in_force": None, "replaced_by": Text(zh="新版", en="New edition")}
    aged = {k: (lambda n, f=f: f(n).model_copy(update=gone)) for k, f in law.FOLDERS.items()}
    patch.setattr(law, "FOLDERS", aged)
    patch.setattr(law, "MOST", 10_000)
    folder = test_stage_book.study(base / "study").folder
    text = (folder / "study.toml").read_text(encoding="utf-8")
    asked = f"rules = {list(everything)!r}\ninefficient = {list(inefficient.names())!r}\nmu = {list(mu.names())!r}"
    text = text.replace('rules = ["inputs/rules.toml", "gates-cn"]', asked.replace("'", '"'))
    text = text[: text.index("[[not_examined]]")] + text[text.index("[[layers]]") :]
    (folder / "study.toml").write_text(text, encoding="utf-8")
    report = runs.update(folder, "inefficient", silent)
    runs.update(folder, "chain", silent)
    yield open_results(folder), report
    patch.undo()


def titles(results, *names):
    """Return the titles of the rules of packs that judge, as they stand in the files."""
    rules = [r for n in names for r in packs.pack(n, packs.PACKS).rules]
    live = {r.id for r in results.rules if not (r.absent or r.stood_for) and r.standing == "past"}
    return {r.title.zh for r in rules if r.id in live}


def cells(path):
    book = openpyxl.load_workbook(path)
    return " ".join(str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c)


LAND = ("cn-national", "joint-review-cn", "sample-municipal", "yangtze", "yellow-river")


def test_every_pack_is_told_after_it_ended_by_commands_page_xlsx_and_docx(expired, tmp_path, monkeypatch):
    results, report = expired
    line = "\n".join([*summary.after_run(results.folder, report, "zh"), *law.lines(results, "zh")])
    files.export(results, tmp_path / "land.xlsx", "candidates", "zh")
    files.export(results, tmp_path / "projects.xlsx", "gates", "zh")
    monkeypatch.setenv("LUODI_STUDY", str(results.folder))
    page = studies.open_page(ROOT / "views" / "main.py", "screen")
    page.query_params["lang"] = "zh"
    page.run()
    assert not page.exception
    shown = " ".join(h.proto.body for h in page.get("html"))
    (tmp_path / "line.txt").write_text(LINE, encoding="utf-8")
    asked = checks.RedlineQuestion("线", industry="C26")
    answer = redline_files.answer_of(checks.check(results.folder, tmp_path / "line.txt", asked, silent))
    text = "\n".join(p.text for p in Document(BytesIO(dossier.document(answer, "zh"))).paragraphs)
    redline_files.write(answer, tmp_path / "line.xlsx", "zh")
    book, projects, line_book = (cells(tmp_path / f"{n}.xlsx") for n in ("land", "projects", "line"))
    spoken = {r.title.zh for r in answer.check.rules if r.applies(answer.check.study.use_class)}
    assert PAST in line
    for name in packs.shipped():
        mine = titles(results, name)
        assert mine, name
        assert not [t for t in mine if t not in line], f"{name}: by commands"
        of_projects = {r.title.zh for r in packs.pack(name, packs.PACKS).rules if r.industries or r.use_classes} & mine
        land = mine - of_projects
        assert not [t for t in of_projects if t not in projects], f"{name}: XLSX of projects"
        assert not [t for t in land if t not in shown], f"{name}: page"
        assert not [t for t in land if t not in book], f"{name}: XLSX"
        assert not [t for t in mine & spoken if t not in text], f"{name}: DOCX"
        assert not [t for t in mine & spoken if t not in line_book], f"{name}: XLSX of a red line"
        assert name == "gates-cn" or mine & spoken, name
    for folder, kind in ((inefficient.FOLDER, inefficient), (mu.FOLDER, mu)):
        for name in kind.names():
            pack = kind.pack(name, folder)
            for title in (pack.title.zh,) if kind is mu else (r.title.zh for r in pack.rules):
                assert title in line, name


def test_every_standard_and_code_list_is_told_by_what_rests_on_it(expired, tmp_path):
    results, _ = expired
    of_stage = {s.name: set(keyed.texts(s)) for s in STAGES}
    every = {f"standards/{n}" for n in standards.names(STANDARDS)} | {f"codes/{n}" for n in standards.names(CODES)}
    resting = {"/".join(p.removesuffix(".toml").split("/")[-2:]) for names in of_stage.values() for p in names}
    schemes = {f"codes/{n}" for n in standards.names(CODES) if standards.codes(n).scheme in
               {c.scheme for c in standards.lists()}}  # fmt: skip
    by_criteria = {"standards/mu-evaluation", "standards/standard-land-samples"}
    assert every - resting - schemes - by_criteria <= {f"codes/{n}" for n in OURS}
    line = "\n".join(law.lines(results, "zh"))
    ran = ("load", "screen", "project", "idle", "inefficient", "chain")
    told = {"/".join(p.removesuffix(".toml").split("/")[-2:]) for name in ran for p in of_stage[name]}
    for name in told & every:
        kind, _, one = name.partition("/")
        title = (standards.load if kind == "standards" else standards.codes)(one).title.zh
        assert title in line, name
    listed = rule_list.shipped(date(2026, 11, 23), "zh")
    assert {n.split("/")[1] for n in every} <= set(listed["id"])
    assert set(mu.names()) <= set(listed["id"])
    assert (listed["checked_on"] != "").all()
    assert (listed["source"] != "").all()
    cut_offs = listed.set_index("id").loc["huangyan"]
    assert (cut_offs["mark"], cut_offs["clause"]) == ("M", "分档界限 M，单项上限 M")
