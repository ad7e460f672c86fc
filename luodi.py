"""The command door: console script `luodi`. Commands say what they do; the work is in `layers`.

In a notebook or a script ``import luodi`` gives ``luodi.open(folder)``: see `layers.serve.notebook` and
docs/zh/python.md.
"""

import os.path
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

import os  # noqa: E402
from collections.abc import Callable, Iterable  # noqa: E402
from datetime import date  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING, Annotated, Any  # noqa: E402

import typer  # noqa: E402

import layers  # noqa: E402, F401 - bans drivers before GDAL is loaded
from geo.basis.errors import BlockedError, CallError, Cancelled, LuodiError  # noqa: E402
from geo.basis.reason import Reason, reason  # noqa: E402
from layers.basis import disk  # noqa: E402
from layers.outputs import stream  # noqa: E402
from layers.outputs.console import Console  # noqa: E402
from layers.study import changes  # noqa: E402
from layers.text import LANGUAGES, Language, say, sentence  # noqa: E402

if TYPE_CHECKING:
    from layers.study.record import Recorded
    from layers.study.run.results import Results
    from layers.study.run.runs import Report

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Luodi 落地: screen land for industrial projects, with reasons.",
)  # fmt: skip

Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Lang = Annotated[str, typer.Option("--lang", help="en or zh; default from LUODI_LANG or the system.")]
Study = Annotated[Path, typer.Argument(metavar="DIR", help="The study folder.")]


def __getattr__(name: str) -> Any:
    """Return what a notebook asks for; a command does not load it."""
    known = {"open": "open_study", "OpenStudy": "OpenStudy"}
    if name not in known:
        raise AttributeError(name)
    from layers.serve import notebook

    return getattr(notebook, known[name])


def system_language() -> Language:
    """Return zh when the system speaks Chinese, else en."""
    words = [os.environ.get(name, "") for name in ("LUODI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    return "zh" if next((w for w in words if w), "").lower().startswith("zh") else "en"


def _call(as_json: bool, lang: str, work: Callable[[Console], None]) -> None:
    """Run one command; whatever goes wrong, the user gets sentences and an exit code."""
    chosen: Language = next((known for known in LANGUAGES if known == lang), system_language())
    console = Console(as_json, chosen)
    with changes.noting() as done:
        try:
            if lang and lang not in LANGUAGES:
                raise CallError(reason("language_unknown", given=lang, known=list(LANGUAGES)))
            work(console)
            for brought in changes.brought_up(done):
                console.note(brought)
        except LuodiError as problem:
            console.error(LuodiError([*problem.reasons, *done.values()]))
            raise typer.Exit(problem.exit_code) from None
        except (Exception, KeyboardInterrupt) as problem:
            why = _system_reason(problem)
            if why.code == "internal" and os.environ.get("LUODI_DEBUG"):
                raise
            console.error(LuodiError([why, *changes.told(done)]))
            raise typer.Exit(1) from None
        finally:
            console.close()


def _system_reason(problem: BaseException) -> Reason:
    """Return why a command ended that did not end in words of its own."""
    if isinstance(problem, (Cancelled, KeyboardInterrupt)):
        return reason("cancelled")
    if isinstance(problem, MemoryError):
        return reason("out_of_memory")
    if disk.is_full(problem):
        return disk.no_space(disk.place_of(problem, Path.cwd()))
    if isinstance(problem, OSError):
        detail = problem.strerror or str(problem)
        return reason("system_refused", file=disk.place_of(problem, Path()).name, detail=detail)
    return reason("internal", kind=type(problem).__name__, detail=str(problem)[:300])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CallError(reason("date_unreadable", given=text)) from None


@cli.command()
def demo(folder: Study, as_json: Json = False, lang: Lang = "") -> None:
    """Write the demonstration county (synthetic, deterministic, offline)."""

    def work(console: Console) -> None:
        from county import county

        county.write(folder, console.progress)
        console.text(say("command.demo_written", console.language, path=folder))
        console.result({"study": str(folder)})

    _call(as_json, lang, work)


@cli.command()
def new(
    folder: Study,
    crs: Annotated[str, typer.Option(help="Projected CRS in metres, for example EPSG:4549.")] = "",
    like: Annotated[list[Path] | None, typer.Option(help="Instead: the CRS that suits this file or folder.")] = None,
    name: Annotated[str, typer.Option(help="Name of the study.")] = "",
    as_of: Annotated[str, typer.Option(help="Day every clock reads, YYYY-MM-DD.")] = "",
    area: Annotated[str, typer.Option(help="ellipsoidal or planar.")] = "ellipsoidal",
    rules: Annotated[list[str] | None, typer.Option(help="Rule pack; repeat in order.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Make an empty study."""

    def work(console: Console) -> None:
        from layers.study import begin, catalog

        if bool(crs) == bool(like):
            raise CallError(reason("new_needs_crs"))
        crs_used = crs or begin.crs_of(folder, like or []).crs
        catalog.new(folder, crs=crs_used, name=name, as_of=_day(as_of), area=area, rules=tuple(rules or ()))
        console.text(say("command.new_written", console.language, path=folder))
        console.result({"study": str(folder), "crs": crs_used})

    _call(as_json, lang, work)


LayerId = Annotated[str, typer.Option("--id", help="Name by which rules refer to the layer.")]
Inside = Annotated[str, typer.Option("--layer", help="Layer inside the file.")]
Crs = Annotated[str, typer.Option(help="CRS, when the file does not say.")]
Encoding = Annotated[str, typer.Option(help="Text encoding, when the file says it wrongly.")]
Fields = Annotated[list[str] | None, typer.Option(help="ours=theirs, for example parcel_id=BSM.")]
ClassField = Annotated[str, typer.Option("--class", help="Break the overlap down by this field.")]
Where = Annotated[str, typer.Option(help="Only the rows for which this holds.")]
Coverage = Annotated[str, typer.Option(help="complete, unknown (unless said otherwise), or a polygon file.")]
Vintage = Annotated[str, typer.Option(help="Date of the data, YYYY-MM-DD.")]
Owner = Annotated[str, typer.Option(help="Department the data comes from.")]
Provenance = Annotated[str, typer.Option(help="Where the data comes from: letter, portal, contract.")]
Licence = Annotated[str, typer.Option(help="What may be done with the data.")]
Sensitivity = Annotated[str, typer.Option(help="public, internal or restricted; restricted data never leaves.")]
Title = Annotated[str, typer.Option(help="Name shown to people.")]
Scheme = Annotated[str, typer.Option(help="Land-use scheme of the codes.")]
Kind = Annotated[str, typer.Option(help="For rasters: dem, slope, classes, index, imagery.")]
Bands = Annotated[list[str] | None, typer.Option(help="For imagery: name=number, for example red=1.")]
VerticalUnit = Annotated[str, typer.Option(help="For a dem: m or ft; for a slope: pct or deg.")]
Accept = Annotated[list[str] | None, typer.Option(help="Accept a proposal of the check.")]


def _entry(given: dict[str, Any]) -> dict[str, Any]:
    """Return the ``[[layers]]`` entry that the options of `add` and `check` describe."""
    role = given["role"]
    bands = {name: int(n) if n.isdecimal() else n for name, n in _fields(given["bands"] or []).items()}
    made = given | {
        "id": given["id"] or (role if role == "parcels" else ""), "fields": _fields(given["fields"] or []),
        "vintage": _day(given["vintage"]), "bands": bands, "accept": tuple(given["accept"] or ()),
    }  # fmt: skip
    return {key: value for key, value in made.items() if value}


@cli.command()
def add(
    folder: Study,
    files: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER…", help="Files, or folders as they were sent.")],
    role: Annotated[
        str, typer.Option(help="parcels, constraint, plan, network, raster …; without it, say what each layer is.")
    ] = "",
    take: Annotated[str, typer.Option(help="Without --role: take lines of the table, `all` or 1,3.")] = "",
    said: Annotated[list[str] | None, typer.Option("--as", help="Without --role: LINE=KIND, what a line is.")] = None,
    replace: Annotated[str, typer.Option(help="Put the file in the place of this layer's; its settings stay.")] = "",
    screen: Annotated[
        bool, typer.Option("--screen", help="With --replace: judge anew, say which verdicts moved.")
    ] = False,
    layer_id: LayerId = "",
    layer: Inside = "",
    crs: Crs = "",
    encoding: Encoding = "",
    field: Fields = None,
    class_field: ClassField = "",
    where: Where = "",
    coverage: Coverage = "",
    vintage: Vintage = "",
    owner: Owner = "",
    provenance: Provenance = "",
    licence: Licence = "",
    sensitivity: Sensitivity = "",
    title: Title = "",
    scheme: Scheme = "",
    kind: Kind = "",
    band: Bands = None,
    vertical_unit: VerticalUnit = "",
    accept: Accept = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Add a file to a study after checking it; without --role, tell what each layer of files or folders is."""
    given = {
        "role": role, "id": layer_id, "layer": layer, "crs": crs, "encoding": encoding, "fields": field,
        "class": class_field, "where": where, "coverage": coverage, "vintage": vintage, "owner": owner,
        "provenance": provenance, "licence": licence, "sensitivity": sensitivity,
        "title": title, "land_use_scheme": scheme, "kind": kind, "bands": band, "vertical_unit": vertical_unit,
        "accept": accept,
    }  # fmt: skip

    def work(console: Console) -> None:
        from layers.study import catalog

        if (replace and (take or said)) or (screen and not replace):
            raise CallError(reason("replace_alone"))
        if replace:
            _replace(console, folder, files, replace, _entry(given), screen)
            return
        if not role:
            _delivery(console, folder, files, (take, said or []), _entry(given))
            return
        if take or said:
            raise CallError(reason("delivery_take_needs_delivery"))
        if len(files) > 1:
            raise CallError(reason("delivery_one_role"))
        file = files[0]
        made = catalog.added(folder, file, _entry(given))
        for finding in made.findings:
            console.note(finding.reason)
        console.text(say("command.added", console.language, id=made.id, path=file.name))
        console.result({"id": made.id, "findings": len(made.findings)})

    _call(as_json, lang, work)


def _replace(console: Console, folder: Path, files: list[Path], layer: str, said: dict[str, Any], screen: bool) -> None:
    """Put a newer file in the place of a layer's and say what changed: rows, area, and the verdicts if asked."""
    from layers.ask import compare
    from layers.study import replacing
    from layers.study.run.released import open_results
    from layers.words import replaced as words

    if len(files) > 1 or said.get("role") or said.get("id"):
        raise CallError(reason("replace_one_file"))
    made = replacing.replace(folder, layer, files[0], said)
    for finding in made.findings:
        console.note(finding.reason)
    for line in words.lines(made, folder, console.language):
        console.text(line)
    if not screen:
        console.result(words.plain(made))
        return
    before = open_results(folder)
    _fresh(folder, "screen", console)
    if before is None or not before.has("candidates"):
        console.text(say("replaced.no_run_before", console.language))
        console.result(words.plain(made))
        return
    moved = compare.diff(before.run, folder)
    for line in compare.as_text(moved, console.language):
        console.text(line)
    console.result(words.plain(made) | {"changed": len(moved), "rows": moved.to_dict("records")})


@cli.command()
def remove(
    folder: Study,
    layer: Annotated[str, typer.Argument(help="Layer of the study.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Take a layer out of a study; its file stays among the inputs."""

    def work(console: Console) -> None:
        from layers.study import replacing

        replacing.remove(folder, layer)
        console.text(say("command.removed", console.language, id=layer))
        console.result({"id": layer})

    _call(as_json, lang, work)


_OF_ALL = ("crs", "encoding", "coverage", "vintage", "owner", "provenance", "licence", "sensitivity", "accept")
"""Options that may be said of all layers of a delivery at once."""


def _delivery(
    console: Console, folder: Path, files: list[Path], chosen: tuple[str, list[str]], said: dict[str, Any]
) -> None:
    """Tell what each layer of a delivery is, or is said to be, and take those that were named."""
    from layers.study import delivery
    from layers.words import delivery as words

    if lost := [k for k in said if k not in _OF_ALL]:
        raise CallError(reason("delivery_option_of_one", options=[f"--{k.replace('_', '-')}" for k in lost]))
    take, kinds = chosen
    found = delivery.delivery(folder, files, console.progress)
    if kinds:
        named = {int(n) if n.isdecimal() else 0: kind for n, kind in _fields(kinds).items()}
        found = delivery.corrected(folder, found, named)
    language = console.language
    if not take:
        for line in words.lines(found, folder, language):
            console.text(line)
        console.result(words.plain(found, folder))
        return
    made = delivery.take(folder, delivery.chosen(found, take), said)
    for one in made:
        values = {"file": one.proposal.table.file.name, "id": one.id, "findings": len(one.findings), "path": folder}
        console.text(say("delivery.refused" if one.refused else "delivery.taken", language, **values))
        for why in one.refused:
            console.text("     " + sentence(why, language))
    places = {id(p): n for n, p in enumerate(found.proposals, 1)}
    console.result({"taken": [t.id for t in made if not t.refused],
        "numbers": [places[id(t.proposal)] for t in made if not t.refused], "refused": [
        {"number": places[id(t.proposal)], "file": t.proposal.table.title, "reasons": [w.to_json() for w in t.refused]}
        for t in made if t.refused]})  # fmt: skip
    if stop := [why for one in made for why in one.refused]:
        count = sum(bool(one.refused) for one in made)
        raise BlockedError(stop if console.as_json else reason("delivery_some_refused", count=count))


@cli.command()
def describe(
    folder: Study,
    layer: Annotated[str, typer.Argument(help="Layer of the study.")],
    coverage: Coverage = "",
    vintage: Vintage = "",
    owner: Owner = "",
    provenance: Provenance = "",
    licence: Licence = "",
    sensitivity: Sensitivity = "",
    title: Title = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say anew of a layer: coverage, day, department, title; what is not given stays."""

    def work(console: Console) -> None:
        from layers.study import describe as described

        given = {"coverage": coverage, "vintage": _day(vintage), "owner": owner, "title": title,
                 "provenance": provenance, "licence": licence, "sensitivity": sensitivity}  # fmt: skip
        described.describe(folder, layer, {k: v for k, v in given.items() if v})
        console.text(say("command.described", console.language, id=layer))
        console.result({"id": layer})

    _call(as_json, lang, work)


def _fields(pairs: list[str]) -> dict[str, str]:
    wrong = [p for p in pairs if "=" not in p]
    if wrong:
        raise CallError(reason("field_pair_unreadable", given=wrong))
    return dict((part.strip() for part in p.split("=", 1)) for p in pairs)  # type: ignore[misc]


@cli.command()
def check(
    target: Annotated[Path, typer.Argument(metavar="DIR|FILE")],
    study: Annotated[
        Path | None, typer.Option("--study", metavar="DIR", help="Check FILE as `add` would, for this study.")
    ] = None,
    role: Annotated[str, typer.Option(help="With --study: parcels, constraint, plan, network, raster …")] = "",
    layer_id: LayerId = "",
    layer: Inside = "",
    crs: Crs = "",
    encoding: Encoding = "",
    field: Fields = None,
    class_field: ClassField = "",
    where: Where = "",
    coverage: Coverage = "",
    vintage: Vintage = "",
    owner: Owner = "",
    provenance: Provenance = "",
    licence: Licence = "",
    sensitivity: Sensitivity = "",
    title: Title = "",
    scheme: Scheme = "",
    kind: Kind = "",
    band: Bands = None,
    vertical_unit: VerticalUnit = "",
    accept: Accept = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write the findings: .xlsx, .csv, .json; overlaps, gaps, slivers as shapes: .gpkg, .geojson.",
        ),
    ] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Check a file or a whole study and say what is wrong and what to do; with --study, as `add` would."""
    given = {
        "role": role, "id": layer_id, "layer": layer, "crs": crs, "encoding": encoding, "fields": field,
        "class": class_field, "where": where, "coverage": coverage, "vintage": vintage, "owner": owner,
        "provenance": provenance, "licence": licence, "sensitivity": sensitivity,
        "title": title, "land_use_scheme": scheme, "kind": kind, "bands": band, "vertical_unit": vertical_unit,
        "accept": accept,
    }  # fmt: skip

    def work(console: Console) -> None:
        from layers.outputs import findings_list
        from layers.study import catalog

        findings = catalog.check(target, console.progress, _entry(given), study)
        for finding in findings if console.as_json else ():
            console.note(finding.reason)
        listed = findings_list.frame(findings, target, console.language)
        for row in listed.to_dict("records"):
            console.text(
                say("command.problem_line", console.language, **{k: row[k] for k in ("layer", "severity", "text")})
            )
            if row["remedy"]:
                console.text(say("findingslist.call", console.language, call=row["remedy"]))
        if out is not None:
            _findings_out(console, target, listed, out)
        blocking = [f.reason for f in findings if f.severity == "block"]
        if blocking:
            raise LuodiError(reason("check_blocked", count=len(blocking)))
        console.text(say("command.check_done", console.language, count=len(findings)))
        console.result({"findings": len(findings), "listed": listed.to_dict("records")})

    _call(as_json, lang, work)


def _findings_out(console: Console, target: Path, listed: Any, out: Path) -> None:
    """Write the findings as a list, or the flaws of a study's layers as shapes."""
    from layers.outputs import findings_list
    from layers.study import topology

    place = target if target.is_dir() else Path.cwd()
    if not findings_list.of_shapes(out):
        findings_list.write(listed, out, console.language, place)
        return
    found = topology.of_study(target, console.progress)
    findings_list.write_shapes(found, out, console.language, place)
    console.text(say("findingslist.written", console.language, count=len(found), path=out))


@cli.command()
def accept(
    folder: Study,
    layer: Annotated[str, typer.Argument(help="Layer of the study.")],
    names: Annotated[list[str], typer.Argument(metavar="PROPOSAL…", help="Proposals of its check.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Accept what the check of a layer proposes; the decision stands in its settings."""

    def work(console: Console) -> None:
        from layers.study import accept as accepted

        whole = accepted.accept(folder, layer, names)
        console.text(say("command.accepted", console.language, id=layer, names=whole))
        console.result({"id": layer, "accept": whole})

    _call(as_json, lang, work)


def _fresh(folder: Path, until: str, console: Console) -> "Report":
    """Bring the stages a command rests on up to date, and say what was found damaged on the way."""
    from layers.study.run import runs

    report = runs.update(folder, until, console.progress)
    for note in report.notes:
        console.note(note)
    return report


def _update(folder: Path, until: str, as_json: bool, lang: str) -> None:
    def work(console: Console) -> None:
        from layers.outputs import summary
        from layers.study.run.released import open_results

        report = _fresh(folder, until, console)
        for line in summary.after_run(folder, report, console.language):
            console.text(line)
        results = open_results(folder) if console.as_json else None  # for people the summary has said it
        if results is not None:
            _law(console, results)
        console.result({"run_id": report.run_id, "built": report.built, "kept": report.kept})

    _call(as_json, lang, work)


@cli.command()
def measure(folder: Study, as_json: Json = False, lang: Lang = "") -> None:
    """Measure parcels against every layer (and load what is stale)."""
    _update(folder, "measure", as_json, lang)


@cli.command()
def screen(folder: Study, as_json: Json = False, lang: Lang = "") -> None:
    """Judge the parcels (and bring what stands before it up to date)."""
    _update(folder, "screen", as_json, lang)


@cli.command()
def assemble(
    folder: Study,
    area_min_mu: Annotated[float | None, typer.Option(help="Least usable area, 亩.")] = None,
    area_max_mu: Annotated[float | None, typer.Option(help="Most usable area, 亩; larger sites are cut.")] = None,
    rect: Annotated[str, typer.Option(help="Rectangle that must fit, metres: 150x80.")] = "",
    width: Annotated[float | None, typer.Option(help="Least width, metres.")] = None,
    park: Annotated[list[str] | None, typer.Option(help="Only in this park; repeat.")] = None,
    owners: Annotated[int | None, typer.Option(help="Most holders.")] = None,
    objective: Annotated[str, typer.Option(help="loss, owners, net_share, compactness, quota.")] = "",
    keep: Annotated[int | None, typer.Option(help="Sites listed at most.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Never cut a site.")] = False,
    within: Annotated[str, typer.Option(help="Only land in this box: west,south,east,north in degrees.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Assemble sites from neighbouring land (拼地); with a demand, list the best sites for it."""
    asked = {
        "area_min_mu": area_min_mu, "area_max_mu": area_max_mu, "rect": rect, "width_m": width,
        "parks": tuple(park or ()), "max_owners": owners, "objective": objective, "keep": keep, "whole": whole,
    }  # fmt: skip
    given = {key: value for key, value in asked.items() if value}

    def work(console: Console) -> None:
        from layers.ask import assembly
        from layers.study.run.released import require
        from layers.words import once

        asked = assembly.SiteDemand(**given, within=assembly.box(within) if within else None)
        report = _fresh(folder, "assemble", console)
        results = require(folder, "sites")
        if not given and not within:
            for line in (*assembly.listing(results, console.language), *once.note(results, console.language)):
                console.text(line)
            made = {"run_id": report.run_id, "built": report.built, "kept": report.kept}
            console.result(made | assembly.as_plain(assembly.built(results)))
            return
        found = assembly.ask(results, asked, console.progress)
        for line in assembly.as_text(found, console.language):
            console.text(line)
        console.result(assembly.as_plain(found.tables))

    _call(as_json, lang, work)


@cli.command()
def idle(
    folder: Study,
    on: Annotated[str, typer.Option("--on", help="Another day than that of the study, YYYY-MM-DD.")] = "",
    recover: Annotated[str, typer.Option(help="Take this land as recovered (收回) from now on.")] = "",
    undo: Annotated[str, typer.Option(help="Take that back.")] = "",
    person: Annotated[str, typer.Option(help="Who decides.")] = "",
    why: Annotated[str, typer.Option(help="On what ground.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List idle land and buildings (闲置土地、厂房): clock, money, signs; contradictions first."""

    def work(console: Console) -> None:
        from layers.study.run.released import require
        from layers.words import idle as words

        day = _day(on)
        report = _fresh(folder, "idle", console)
        if recover or undo:
            decide = words.recover if recover else words.undo
            decide(require(folder, "idle"), recover or undo, person, why)
            report = _fresh(folder, "idle", console)
        found = words.shown(require(folder, "idle"), day)
        for line in words.lines(found, console.language):
            console.text(line)
        assets = words.plain(found.assets)
        _law(console, require(folder, "idle"), "idle")
        console.result({"run_id": report.run_id, "on": found.on.isoformat(), "assets": assets})

    _call(as_json, lang, work)


@cli.command()
def rank(
    folder: Study,
    weights: Annotated[
        list[str] | None, typer.Option(help="id=0.3 (repeat), or a file of lines id = 0.3: on trial.")
    ] = None,
    top: Annotated[int, typer.Option(help="Sites shown.")] = 20,
    criteria: Annotated[
        str, typer.Option("--set", help="Another criteria set, on trial; a set for projects ranks the projects.")
    ] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Rank the sites (and bring what stands before it up to date); with weights, show that order and keep the run."""

    def work(console: Console) -> None:
        from layers.ask.ranked import RankTrial, bench, by_set, weights_of
        from layers.outputs import rank_page
        from layers.study.run.released import require

        changes = weights_of(weights or [])
        report = _fresh(folder, "rank", console)
        results = require(folder, "ranking")
        made = (by_set(results, criteria) if criteria else bench(results)).answer(RankTrial(changes))
        for line in rank_page.ranking_text(results, made, console.language, top):
            console.text(line)
        _law(console, results, "ranking")
        console.result({"run_id": report.run_id, "trial": bool(changes or criteria)} | rank_page.as_plain(made))

    _call(as_json, lang, work)


@cli.command()
def rate(
    folder: Study,
    criteria: Annotated[str, typer.Option("--set", help="ankang, lanzhou, or a file of the study.")] = "ankang",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX (recalculates) or CSV.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Rate the projects (评价) by facts and by what people scored, apart; say what would raise each most."""

    def work(console: Console) -> None:
        from layers.ask import rated
        from layers.outputs import rating_list
        from layers.words import rating as words

        found = rated.rated(_projects(folder, console), criteria)
        _tell(console, words.text(found, console.language))
        _listed(console, out, lambda path: rating_list.write(found, path, console.language))
        console.result(words.plain(found))

    _call(as_json, lang, work)


@cli.command()
def reserve(
    folder: Study,
    criteria: Annotated[str, typer.Option("--set", help="The set that rates: ankang, lanzhou, a file.")] = "ankang",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX or CSV.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say which projects are in the reserve library (储备库), which enter or leave, and by which rule."""

    def work(console: Console) -> None:
        from layers.ask import rated
        from layers.outputs import rating_list
        from layers.words import rating as words

        found = rated.rated(_projects(folder, console), criteria)
        _tell(console, words.reserve_text(found, console.language))
        _listed(console, out, lambda path: rating_list.write_reserve(found, path, console.language))
        console.result({"reserve": words.plain(found)["reserve"]})

    _call(as_json, lang, work)


@cli.command()
def score(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    item: Annotated[str, typer.Argument(metavar="ITEM", help="technology, environment, sustainability.")],
    points: Annotated[float, typer.Argument(metavar="POINTS", help="0 to 100.")] = -1.0,
    person: Annotated[str, typer.Option("--person", help="Who scores.")] = "",
    why: Annotated[str, typer.Option("--why", help="On what ground; it stays in the history.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take this person's score back.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Score what no list states of a project (评审打分), with person and ground."""

    def work(console: Console) -> None:
        from layers.ask import rated
        from layers.text import code

        results = _projects(folder, console)
        told = {"project": project, "item": code("rateditem", item, console.language), "person": person, "why": why}
        if undo:
            rated.take_back(results, project, item, person, why)
        else:
            rated.give(results, project, item, points, person, why)
        key = "command.score_taken_back" if undo else "command.scored"
        console.text(say(key, console.language, points=points, **told))
        console.result(told | {"item": item, "points": None if undo else points})

    _call(as_json, lang, work)


@cli.command()
def schedule(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="[PROJECT]", help="Id or name: its steps.")] = "",
    on: Annotated[str, typer.Option("--on", help="Another day than that of the study, YYYY-MM-DD.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX, CSV, or SVG (Gantt).")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Count back from what is promised (倒排工期): what is late, by which step, who holds it."""

    def work(console: Console) -> None:
        from layers.ask import rated, scheduled
        from layers.outputs import schedule_list
        from layers.words import schedule as words

        results = _projects(folder, console)
        asked = rated.project_id(results, project) if project else ""
        found = scheduled.scheduled(results, _day(on))
        _tell(console, words.text(found, console.language, asked))
        _listed(console, out, lambda path: schedule_list.write(found, path, console.language, asked))
        console.result(words.plain(found))

    _call(as_json, lang, work)


@cli.command()
def step(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    name: Annotated[str, typer.Argument(metavar="STEP", help="A step of the schedule: eia, supply, permit …")],
    done: Annotated[str, typer.Option(help="The day it was done, YYYY-MM-DD.")] = "",
    days: Annotated[int | None, typer.Option(help="Days it takes here.")] = None,
    holder: Annotated[str, typer.Option(help="Who holds it.")] = "",
    needed: Annotated[str, typer.Option(help="yes or no.")] = "",
    person: Annotated[str, typer.Option("--person", help="Who says so.")] = "",
    why: Annotated[str, typer.Option("--why", help="On what ground; it stays in the history.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take back all that was said of the step.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say of a project's step (工期节点) that it is done, takes other days, is held by another, or is not needed."""

    def work(console: Console) -> None:
        from layers.ask import scheduled

        results, on = _projects(folder, console), _day(done)
        if needed not in ("", "yes", "no"):
            raise CallError(reason("step_needed_wrong", given=needed))
        value = {"done_on": on.isoformat() if on else None, "days": days, "holder": holder or None,
                 "needed": needed == "yes" if needed else None}  # fmt: skip
        if undo:
            scheduled.take_back(results, project, name, person, why)
        else:
            scheduled.say_of(results, project, name, value, person, why)
        key = "command.step_taken_back" if undo else "command.step_said"
        console.text(say(key, console.language, project=project, step=name, person=person, why=why))
        console.result({"project": project, "step": name} | ({} if undo else value))

    _call(as_json, lang, work)


@cli.command()
def bulletin(
    folder: Study,
    period: Annotated[str, typer.Option(help="month, quarter or year.")] = "month",
    by: Annotated[str, typer.Option(help="unit, leader, county or park.")] = "unit",
    on: Annotated[str, typer.Option("--on", help="Last day of the period; default the day of the study.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX (recalculates), DOCX or CSV.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Rank units against their targets (月通报、季评比、年考核), last month beside it, movements explained."""

    def work(console: Console) -> None:
        from layers.ask import league, scheduled
        from layers.outputs import league_book
        from layers.words import league as words

        results, day = _projects(folder, console), _day(on)
        found = league.ranked(results, period, by, day)
        _tell(console, words.text(found, console.language))
        late = scheduled.scheduled(results, day)
        _listed(console, out, lambda path: league_book.write(found, late, path, console.language))
        console.result(words.plain(found))

    _call(as_json, lang, work)


@cli.command()
def chainmap(
    folder: Study,
    park: Annotated[str, typer.Option(help="Only what is within reach of a park: its id.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it: SVG (the map), XLSX or CSV (gaps).")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Draw the chain (产业链图谱): weak and missing links, clusters, and who would fill each gap."""

    def work(console: Console) -> None:
        from layers.ask import chained
        from layers.outputs import chain_picture
        from layers.words import chain_map as words

        found = chained.chained(_projects(folder, console), park)
        _tell(console, words.text(found, console.language))
        _listed(console, out, lambda path: chain_picture.write(found, path, console.language))
        console.result(words.plain(found))

    _call(as_json, lang, work)


@cli.command()
def offers(
    folder: Study,
    offer: Annotated[str, typer.Argument(metavar="[OFFER]", help="One of them: L01, B02, C01.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it: XLSX, CSV, or DOCX (a sheet an offer).")] = None,
    land_mu: Annotated[float | None, typer.Option(help="What suits a wish: land, 亩.")] = None,
    floor_m2: Annotated[float | None, typer.Option(help="What suits a wish: floor, m².")] = None,
    power_kva: Annotated[float | None, typer.Option(help="What suits a wish: power, kVA.")] = None,
    park: Annotated[str, typer.Option(help="What suits a wish: the id of a park.")] = "",
    by: Annotated[str, typer.Option(help="What suits a wish: to be handed over by YYYY-MM-DD.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List what can be offered (投资机会清单): land, buildings, gaps of the chain; or what suits a wish best."""

    def work(console: Console) -> None:
        from geo.basis.units import MU_M2
        from geo.place.offer import Wish
        from layers.ask import offering
        from layers.outputs import offer_list
        from layers.study.run.released import require
        from layers.words import offers as words

        _fresh(folder, "place", console)
        _fresh(folder, "chain", console)  # no step of placing: gaps of the chain are offered too
        found = offering.only(offering.offering(require(folder, "matches")), offer)
        asked = Wish(None if land_mu is None else land_mu * MU_M2, floor_m2, park, power_kva, _day(by))
        wish = None if asked == Wish() else asked
        told = words.text(found, console.language) if wish is None else words.wish_text(found, wish, console.language)
        _tell(console, told)
        _listed(console, out, lambda path: offer_list.write(found, path, console.language))
        console.result(words.plain(found, wish))

    _call(as_json, lang, work)


@cli.command()
def argue(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    out: Annotated[
        Path | None, typer.Argument(metavar="[OUT]", help="Write it: .docx (a section a department), .xlsx, .csv.")
    ] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Argue a project by departments (联合论证): what is known to each question, what each still has to answer."""

    def work(console: Console) -> None:
        from layers.ask import argued
        from layers.outputs import argument_sheet
        from layers.study.run.released import require
        from layers.words import argue as words

        _fresh(folder, "place", console)
        found = argued.argued(require(folder, "matches"), project)
        _tell(console, words.text(found, console.language))
        _listed(console, out, lambda path: argument_sheet.write(found, path, console.language))
        console.result(words.plain(found))

    _call(as_json, lang, work)


def _projects(folder: Path, console: Console) -> "Results":
    """Return the newest results of a study with its projects, brought up to date."""
    from layers.study.run.released import require

    _fresh(folder, "chain", console)
    return require(folder, "gate_results")


def _tell(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.text(line)


def _listed(console: Console, out: Path | None, write: Callable[[Path], int]) -> None:
    """Write a list where one is asked for, and say so."""
    if out is not None:
        count = write(out)
        console.text(say("command.list_written", console.language, path=out.name, count=count))


@cli.command()
def run(folder: Study, as_json: Json = False, lang: Lang = "") -> None:
    """Bring all stages up to date."""
    _update(folder, "all", as_json, lang)


@cli.command()
def explain(
    folder: Study,
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="The id of a parcel, a site, a project, idle land or a building.")
    ],
    on: Annotated[str, typer.Option("--on", help="For idle land and buildings: another day, YYYY-MM-DD.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say why a parcel, a site, a project, idle land or a building is what it is."""

    def work(console: Console) -> None:
        from layers.outputs.told import told
        from layers.study.run.released import require

        plain, lines = told(folder, subject, _day(on), console.language)
        for line in lines:
            console.text(line)
        _law(console, require(folder, "candidates"))
        console.result(plain)

    _call(as_json, lang, work)


@cli.command()
def waive(
    folder: Study,
    names: Annotated[
        list[str], typer.Argument(metavar="RULE|LAYER…", help="Rules, or layers: all rules that read one.")
    ],
    person: Annotated[str, typer.Option(help="Who decides.")] = "",
    why: Annotated[str, typer.Option(help="On what ground.")] = "",
    document: Annotated[str, typer.Option(help="The paper it rests on.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the rules up again.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Set rules aside (未审查) with person and ground, or take them up again; every list says so."""

    def work(console: Console) -> None:
        from layers.study import waive as waived
        from layers.study.not_examined import NotExamined

        note = NotExamined(rule="", reason=why, person=person, document=document, on=date.today())
        rules = waived.again(folder, names) if undo else waived.aside(folder, names, note)
        key = "command.waive_undone" if undo else "command.waived"
        console.text(say(key, console.language, rules=rules, count=len(rules)))
        console.result({"rules": rules, "aside": not undo})

    _call(as_json, lang, work)


@cli.command()
def override(
    folder: Study,
    layer: Annotated[str, typer.Argument(metavar="[LAYER]", help="Without one: list what was corrected.")] = "",
    record: Annotated[str, typer.Argument(metavar="[RECORD]", help="Id of the record, or row:12.")] = "",
    values: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE…", help="Our field, or that of the file.")
    ] = None,
    person: Annotated[str, typer.Option(help="Who decides.")] = "",
    why: Annotated[str, typer.Option(help="On what ground.")] = "",
    document: Annotated[str, typer.Option(help="The paper it rests on.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take it back: all of the record, or the fields named.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Correct one record of a layer (人工更正) with person and ground; the official value stays beside it."""

    def work(console: Console) -> None:
        from layers.study import overrides
        from layers.study.correction import Correction
        from layers.words import corrections as words

        language, pairs = console.language, values or []
        if not layer:
            standing = overrides.standing(folder)
            for line in words.of_layers(standing, language) or [say("command.override_none", language)]:
                console.text(line)
            console.result({"corrections": words.plain(standing)})
            return
        if not record or not (pairs or undo):
            raise CallError(reason("override_arguments"))
        if undo:
            made = overrides.undo(folder, layer, record, [p.split("=", 1)[0] for p in pairs], person, why)
        else:
            note = Correction(record=record, column="", value="", official="", person=person, reason=why,
                              document=document, on=date.today())  # fmt: skip
            made = overrides.correct(folder, layer, record, _fields(pairs), note)
        key = "command.override_undone" if undo else "command.overridden"
        for one in made:
            console.text(say(key, language, line=words.text(layer, one, language)))
        console.result({"corrections": words.plain({layer: tuple(made)}), "standing": not undo})

    _call(as_json, lang, work)


@cli.command()
def rules(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A study; without one all that is shipped.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the list: OUT.csv or OUT.xlsx.")] = None,
    on: Annotated[str, typer.Option("--on", help="Without a study: the day asked about, YYYY-MM-DD.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Begin a local pack: a rule for each layer.")] = False,
    instead: Annotated[bool, typer.Option("--instead", help="With --draft: in the place of all other packs.")] = False,
    change: Annotated[list[str] | None, typer.Option("--set", help="RULE=LIMIT: another limit in this study.")] = None,
    unset: Annotated[list[str] | None, typer.Option(help="RULE: judge as its pack says again.")] = None,
    person: Annotated[str, typer.Option(help="With --set: who decides.")] = "",
    why: Annotated[str, typer.Option(help="With --set: on what ground.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """List rules, standards and code lists with age, origin and mark, and which rules do not apply and why."""

    def work(console: Console) -> None:
        from layers.outputs import rule_list
        from layers.study import draft as drafting

        if change or unset:
            _overrides(console, folder, change or [], unset or [], (person, why))
            return
        if draft:
            if folder is None:
                raise CallError(reason("draft_needs_study"))
            made = drafting.draft(folder, instead)
            console.text(say("command.drafted", console.language, file=drafting.FILE, count=len(made), rules=made))
            console.result({"file": drafting.FILE, "rules": made})
            return
        day = _day(on) or date.today()
        of_all = rule_list.shipped(day, console.language) if folder is None else None
        found = rule_list.of_study(folder, console.language) if folder is not None else of_all
        for line in rule_list.as_text(found, console.language):
            console.text(line)
        if out is not None:
            rule_list.write(found, out, console.language, folder or Path.cwd())
        console.result({"rules": found.to_dict("records")})

    _call(as_json, lang, work)


def _overrides(
    console: Console, folder: Path | None, change: list[str], unset: list[str], who: tuple[str, str]
) -> None:
    """Give rules another limit in a study, or take that back."""
    from layers.study import local_rules

    if folder is None:
        raise CallError(reason("draft_needs_study"))
    if unset:
        local_rules.undo(folder, unset)
    if change:
        wanted = {rule: {"threshold": _number(limit)} for rule, limit in _pairs(change)}
        local_rules.keep(folder, local_rules.RuleChanges(wanted), *who)
    now = list(local_rules.known(folder))
    console.text(say("command.rules_changed", console.language, rules=now, count=len(now)))
    console.result({"overridden": now})


def _law(console: Console, results: "Results", table: str = "") -> None:
    """Say what of the law an answer rests on is out of force, unchecked or about to change."""
    from layers.words import law

    for notice in law.notices(results, console.language, table):
        console.note(notice.reason)


@cli.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A study folder, or a run in its folder runs/.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another one, or the same study's newer run.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say which parcels entered or left between two runs, and whether data, rules or settings did it."""

    def work(console: Console) -> None:
        from layers.ask import compare

        found = compare.diff(before, after)
        for line in compare.as_text(found, console.language):
            console.text(line)
        console.result({"changed": len(found), "rows": found.to_dict("records")})

    _call(as_json, lang, work)


@cli.command()
def redline(
    folder: Study,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="报盘 TXT, coordinate list, DXF, any vector.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Argument(metavar="[OUT]", help="OUT.docx, .xlsx, .txt, or .gpkg .shp.zip .dxf … (the cut boundary)"),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the check.")] = "",
    crs: Annotated[str, typer.Option(help="CRS, when it is not recognised rightly.")] = "",
    axes: Annotated[str, typer.Option(help="xy_north_first or east_first.")] = "",
    layer: Annotated[str, typer.Option(help="Layer or sheet inside the file.")] = "",
    investment: Annotated[float | None, typer.Option(help="Fixed-asset investment, 万元.")] = None,
    industry: Annotated[str, typer.Option(help="Industry code: for the local standard and rules of a use.")] = "",
    use: Annotated[str, typer.Option(help="general, discharging, chemical or logistics.")] = "",
    again: Annotated[str, typer.Option(help="Answer for an earlier check once more.")] = "",
    accept_cut: Annotated[str, typer.Option("--accept-cut", help="Take the drawn cut line of a check.")] = "",
    txt: Annotated[str, typer.Option(help="Form of OUT.txt: layout, prefix or plain, encoding; v11,prefix,gbk.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Answer for a red line (压占分析) and keep it as a named check."""

    def work(console: Console) -> None:
        from layers.outputs import redline_files, txt_layouts
        from layers.study import checks
        from layers.text import sentence

        form = txt_layouts.form(txt)
        asked = checks.RedlineQuestion(name, crs, axes, layer, investment, industry, use)
        if again or accept_cut:
            act = checks.again if again else checks.accept
            found = act(folder, again or accept_cut, console.progress)
        elif file is not None:
            found = checks.check(folder, file, asked, console.progress)
        else:
            raise CallError(reason("redline_without_file"))
        answer = redline_files.answer_of(found)
        for line in redline_files.as_text(answer, console.language):
            console.text(line)
        _law(console, found)
        if out is not None:
            for told in redline_files.write(answer, out, console.language, form):
                console.text(sentence(told, console.language))
        console.result(redline_files.as_plain(answer))

    _call(as_json, lang, work)


@cli.command()
def report(
    folder: Study,
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="Parcel, site, project, red line, idle land or a building.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.docx", help="The dossier, or the field sheet.")],
    on: Annotated[str, typer.Option("--on", help="Another day than that of the study, YYYY-MM-DD.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write the dossier of a parcel, site, project or red line, or the field sheet (现场核查表) of idle land."""

    def work(console: Console) -> None:
        from layers.outputs import told

        if out.suffix.lower() != ".docx":
            raise CallError(reason("format_unknown", format=out.suffix or out.name, known=["docx"]))
        told.report(folder, subject, out, _day(on), console.language)
        console.text(say("command.report_written", console.language, asset=subject, path=out.name))
        console.result({"file": str(out), "asset_id": subject})

    _call(as_json, lang, work)


@cli.command()
def form(
    folder: Study,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Name of a form of data/forms, such as land-classes.")],
    subject: Annotated[str, typer.Argument(metavar="ID", help="A check, idle land or a site; - is the whole study.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="OUT.xlsx, or OUT.docx where the form has one.")],
    ridges: Annotated[str, typer.Option(help="own: field ridges (田坎) are a class; fields: counted as 耕地.")] = "own",
    on: Annotated[str, typer.Option("--on", help="Another day than that of the study, YYYY-MM-DD.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write a form the next office expects: filled from the study, blanks marked, amounts as live sums."""

    def work(console: Console) -> None:
        from layers.outputs import office_forms

        office_forms.write(folder, office_forms.Asked(kind, subject, _day(on), ridges), out, console.language)
        console.text(say("command.report_written", console.language, asset=subject, path=out.name))
        console.result({"file": str(out), "form": kind, "id": subject})

    _call(as_json, lang, work)


@cli.command()
def export(
    folder: Study,
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="OUT.xlsx .csv .gpkg .html .shp.zip .gdb.zip .geojson .kml .dxf .parquet .txt (报盘)"
        ),
    ],
    table: Annotated[str, typer.Option(help="Table to write; by default candidates, or what the layout lists.")] = "",
    where: Annotated[str, typer.Option(help='"status = eligible and net_m2 > 20000"; status_chemical = …')] = "",
    layout: Annotated[
        str, typer.Option(help="meeting: the columns of a joint review; stages: the month's project workbook (xlsx).")
    ] = "",
    encoding: Annotated[str, typer.Option(help="gbk or utf-8, for CSV, shapefile and TXT.")] = "",
    txt: Annotated[str, typer.Option(help="Form of OUT.txt: v9,prefix,gbk,unit=… (see redline --txt).")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write a table of the newest run to a file; stale tables are never written."""

    def work(console: Console) -> None:
        from layers.outputs import files
        from layers.study.run.released import require
        from layers.study.select import by_use, rows_where

        name = table or files.LAYOUTS.get(layout, "candidates")
        results = require(folder, name) if name in files.TABLES else require(folder, "candidates")
        keep = rows_where(by_use(results, name), where) if where and name in files.TABLES else None
        asked = {k: v for k, v in (("encoding", encoding.lower()), ("txt", txt)) if v}
        rows = files.export(results, out, name, console.language, keep, layout, asked)
        console.text(say("command.exported", console.language, count=rows, path=out.name))
        console.result({"file": str(out), "rows": rows})

    _call(as_json, lang, work)


def _tell_record(console: Console, folder: Path, found: "list[Recorded]", done: str) -> None:
    """Say what of a record does not hold; fail where anything does not."""
    broken = [h for h in found if h.broken]
    for held in found:
        if held.state != "same":
            console.text(say(f"record.{held.state}", console.language, kind=say(f"record.kind_{held.kind}",
                             console.language), name=held.name))  # fmt: skip
    console.result(
        {"checked": len(found), "broken": [{"kind": h.kind, "name": h.name, "state": h.state} for h in broken]}
    )
    if broken:
        raise BlockedError(reason("record_broken", path=folder.name, count=len(broken), total=len(found)))
    console.text(say(done, console.language, count=len(found)))


@cli.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR|BUNDLE.zip", help="A study, or a bundle of one.")],
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Hold tables, inputs, settings and decisions against what the newest run recorded; fails on any change."""

    def work(console: Console) -> None:
        from layers.outputs import bundle
        from layers.study import record

        found = bundle.verified(folder) if folder.is_file() else record.verified(folder)
        _tell_record(console, folder, found, "record.verified")

    _call(as_json, lang, work)


@cli.command()
def replay(folder: Study, as_json: Json = False, lang: Lang = "") -> None:
    """Make every table of the newest run again beside the study and compare; fails where one differs."""

    def work(console: Console) -> None:
        from layers.study import record

        _tell_record(console, folder, record.replayed(folder, console.progress), "record.replayed")

    _call(as_json, lang, work)


@cli.command()
def bundle(
    folder: Study,
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="Opens on another computer.")],
    inside: Annotated[bool, typer.Option("--inside", help="It stays in the office: use-only layers go in.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write study, inputs, packs, decisions and the newest run as one file, with the sum of each part."""

    def work(console: Console) -> None:
        from layers.outputs import bundle as bundles

        count = bundles.write(folder, out, inside)
        console.text(say("record.bundled", console.language, count=count, path=out.name))
        console.result({"file": str(out), "files": count})

    _call(as_json, lang, work)


@cli.command()
def place(
    folder: Study,
    on: Annotated[str, typer.Option("--on", help="Another day, YYYY-MM-DD: what is commissioned by then counts.")] = "",
    extra: Annotated[list[str] | None, typer.Option(help="More of a facility or account: new_construction=85.")] = None,
    at: Annotated[list[str] | None, typer.Option("--at", help="What if a project stood there: PROJECT=SITE.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Place the pipeline on sites (落位) within headroom and quota, with bound, gap and what is missing."""

    def work(console: Console) -> None:
        from layers.ask.placement import PlaceQuestion, shown
        from layers.study.run.released import require
        from layers.words import place_lines as words

        day, asked = _day(on), _pairs(at or [])
        more = tuple((name, _number(amount)) for name, amount in _pairs(extra or []))
        report = _fresh(folder, "place", console)
        results = require(folder, "matches")
        whole = shown(results)
        pins = tuple((whole.project(p), site) for p, site in asked)
        found = shown(results, PlaceQuestion(day, more, pins))
        for line in words.lines(found, console.language):
            console.text(line)
        _law(console, results, "matches")
        console.result({"run_id": report.run_id} | words.plain(found))

    _call(as_json, lang, work)


def _pairs(given: list[str]) -> list[tuple[str, str]]:
    wrong = [p for p in given if "=" not in p]
    if wrong:
        raise CallError(reason("amount_pair_unreadable", given=wrong[0]))
    return [tuple(part.strip() for part in p.rsplit("=", 1)) for p in given]  # type: ignore[misc]


def _number(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = float("nan")
    if not abs(amount) < 1e12:
        raise CallError(reason("amount_pair_unreadable", given=text))
    return amount


@cli.command()
def handover(
    folder: Study,
    out: Annotated[Path | None, typer.Option(help="Write the list too: CSV or XLSX.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say which sites can be handed over this year: approvals still open, who gives them, the earliest day."""

    def work(console: Console) -> None:
        from layers.study.run.released import require
        from layers.words import handover as words

        report = _fresh(folder, "assemble", console)
        results = require(folder, "sites")
        for line in words.lines(results, console.language):
            console.text(line)
        _law(console, results, "sites")
        if out is not None:
            from layers.outputs import handover_list

            handover_list.write(results, out, console.language)
        console.result({"run_id": report.run_id, "sites": words.plain(results)})

    _call(as_json, lang, work)


@cli.command()
def capacity(
    folder: Study,
    on: Annotated[str, typer.Option("--on", help="Another day, YYYY-MM-DD.")] = "",
    extra: Annotated[list[str] | None, typer.Option(help="More of a facility or account: S-E=10.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say what each park can still hold (承载力), which resource binds, and what relieving it frees."""

    def work(console: Console) -> None:
        from layers.ask.placement import PlaceQuestion, shown
        from layers.study.run.released import require
        from layers.words import place_lines as words

        day, more = _day(on), tuple((name, _number(amount)) for name, amount in _pairs(extra or []))
        report = _fresh(folder, "place", console)
        found = shown(require(folder, "capacity"), PlaceQuestion(day, more))
        for line in words.capacity_lines(found, console.language):
            console.text(line)
        rows = {
            "capacity": words.records(found.table("capacity")),
            "facilities": words.facilities(found),
        }
        _law(console, require(folder, "capacity"), "capacity")
        console.result({"run_id": report.run_id, "on": found.on.isoformat()} | rows)

    _call(as_json, lang, work)


Why = Annotated[str, typer.Option("--why", help="On what ground; it stays in the history.")]
After = Annotated[int | None, typer.Option("--after", help="The decision you have seen (its number) and replace.")]
Person = Annotated[str, typer.Option("--person", help="Who decides.")]


@cli.command()
def pin(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    why: Why = "",
    person: Person = "",
    site: Annotated[str, typer.Option(help="A site of the study.")] = "",
    park: Annotated[str, typer.Option(help="Any site of a park.")] = "",
    check: Annotated[str, typer.Option(help="An accepted red line (its name).")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the pin back.")] = False,
    after: After = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Fix where a project goes (指定落位): a site, a park, or an accepted red line."""
    place = {"site": site, "park": park, "check": check}
    _decide(folder, "pin", project, place, (person, why, undo, after), (as_json, lang))


@cli.command()
def ban(
    folder: Study,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Id or name.")],
    why: Why = "",
    person: Person = "",
    site: Annotated[str, typer.Option(help="A site of the study.")] = "",
    park: Annotated[str, typer.Option(help="Any site of a park.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the ban back.")] = False,
    after: After = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Keep a project out of a site or a park (排除), or out of every place."""
    _decide(folder, "ban", project, {"site": site, "park": park}, (person, why, undo, after), (as_json, lang))


def _decide(
    folder: Path, kind: str, project: str, place: dict[str, str], decided: tuple[str, str, bool, int | None],
    out: tuple[bool, str],
) -> None:  # fmt: skip
    def work(console: Console) -> None:
        from layers.ask import decisions

        made = decisions.decide(folder, kind, project, place, decisions.DecisionBasis(*decided))
        console.text(decisions.told(made, console.language))
        console.result(decisions.plain(made))

    _call(*out, work)


@cli.command()
def scenario(
    folder: Study,
    act: Annotated[str, typer.Argument(metavar="list|save|load", help="What to do.")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Name of the scenario.")] = "",
    person: Annotated[str, typer.Option(help="Who decides.")] = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Keep the decisions that count now under a name (情景), or go back to those of a name."""

    def work(console: Console) -> None:
        from layers.study import edits, spec

        spec.read(folder)
        if act == "save":
            edits.save_scenario(folder, name, person)
            console.text(say("command.scenario_saved", console.language, name=name))
        elif act == "load":
            count = edits.load_scenario(folder, name, person)
            console.text(say("command.scenario_loaded", console.language, name=name, count=count))
        elif act != "list":
            raise CallError(reason("scenario_act_unknown", given=act))
        known = edits.scenarios(folder)
        for each in known:
            console.text(each)
        console.result({"scenarios": list(known)})

    _call(as_json, lang, work)


@cli.command()
def app(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The study folder.")] = None,
    port: Annotated[int, typer.Option(help="Port on this computer.")] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Open the screen in the browser; it is served to this computer only."""

    def work(console: Console) -> None:
        from layers.serve.http.server import serve

        study = (folder or Path.cwd()).resolve()
        console.text(say("command.app_starts", console.language, port=port, path=study))
        serve(study, port, headless)

    _call(as_json, lang, work)


def main() -> None:
    """Run the command line."""
    stream.guard()
    cli()


if __name__ == "__main__":
    main()
