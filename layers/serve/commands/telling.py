"""What a study says of one thing, and what leaves it: explain, redline, report, form, template, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.console import Console
from layers.serve.commands import call
from layers.serve.commands.options import Json, Lang, On, Study
from layers.text import say


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

        plain, lines = told(folder, subject, call.day(on), console.language)
        call.tell(console, lines)
        call.law(console, require(folder, "candidates"))
        console.result(plain)

    call.run(as_json, lang, work)


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
        call.tell(console, redline_files.as_text(answer, console.language))
        call.law(console, found)
        if out is not None:
            for told in redline_files.write(answer, out, console.language, form):
                console.text(sentence(told, console.language))
        console.result(redline_files.as_plain(answer))

    call.run(as_json, lang, work)


def report(
    folder: Study,
    subject: Annotated[
        str, typer.Argument(metavar="ID", help="Parcel, site, project, red line, idle land or a building.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="OUT.docx or OUT.pdf: the dossier, or the field sheet.")],
    on: On = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write the dossier of a parcel, site, project or red line, or the field sheet (现场核查表) of idle land."""

    def work(console: Console) -> None:
        from layers.outputs import told

        told.report(folder, subject, out, call.day(on), console.language)
        console.text(say("command.report_written", console.language, asset=subject, path=out.name))
        console.result({"file": str(out), "asset_id": subject})

    call.run(as_json, lang, work)


def form(
    folder: Study,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Name of a form of data/forms, such as land-classes.")],
    subject: Annotated[str, typer.Argument(metavar="ID", help="A check, idle land or a site; - is the whole study.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="OUT.xlsx, or OUT.docx where the form has one.")],
    ridges: Annotated[str, typer.Option(help="own: field ridges (田坎) are a class; fields: counted as 耕地.")] = "own",
    on: On = "",
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write a form the next office expects: filled from the study, blanks marked, amounts as live sums."""

    def work(console: Console) -> None:
        from layers.outputs import office_forms

        office_forms.write(folder, office_forms.Asked(kind, subject, call.day(on), ridges), out, console.language)
        console.text(say("command.report_written", console.language, asset=subject, path=out.name))
        console.result({"file": str(out), "form": kind, "id": subject})

    call.run(as_json, lang, work)


def template(
    paper: Annotated[
        str, typer.Argument(metavar="[PAPER]", help="dossier-site, idle-05-fee …; without it the papers are listed.")
    ] = "",
    out: Annotated[Path | None, typer.Argument(metavar="[OUT]", help="OUT.docx: the template to edit.")] = None,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write the template of a document for an office to edit, and list the fields it can place."""

    def work(console: Console) -> None:
        from layers.library import papers
        from layers.outputs import template_start

        if not paper:
            console.text(say("template.papers", console.language, papers=list(papers.papers())))
            console.result({"papers": list(papers.papers())})
            return
        fields = template_start.plain(paper, console.language)
        console.text(say("template.head", console.language, paper=paper))
        call.tell(console, template_start.told(paper, console.language))
        if out is not None:
            template_start.write(paper, out, console.language)
            console.text(say("template.written", console.language, path=out.name, paper=paper))
        console.result({"paper": paper, "fields": fields, "file": str(out) if out else None})

    call.run(as_json, lang, work)


def export(
    folder: Study,
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="OUT.xlsx .csv .gpkg .html .shp.zip .gdb.zip .geojson .kml .dxf .parquet .txt (报盘); "
            "postgis:SERVICE/SCHEMA.TABLE",
        ),
    ],
    table: Annotated[str, typer.Option(help="Table to write; by default candidates, or what the layout lists.")] = "",
    where: Annotated[str, typer.Option(help='"status = eligible and net_m2 > 20000"; status_chemical = …')] = "",
    layout: Annotated[
        str, typer.Option(help="meeting: the columns of a joint review; stages: the month's project workbook (xlsx).")
    ] = "",
    encoding: Annotated[str, typer.Option(help="gbk or utf-8, for CSV, shapefile and TXT.")] = "",
    txt: Annotated[str, typer.Option(help="Form of OUT.txt: v9,prefix,gbk,unit=… (see redline --txt).")] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="A table of the database that Luodi did not write may be replaced.")
    ] = False,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Write a table of the newest run to a file or into a PostGIS database; stale tables are never written."""

    def work(console: Console) -> None:
        from geo.basis.tables import TABLES
        from layers.basis import postgis
        from layers.outputs import database, files
        from layers.study.run.released import require
        from layers.study.select import by_use, rows_where

        name = table or files.LAYOUTS.get(layout, "candidates")
        results = require(folder, name) if name in TABLES else require(folder, "candidates")
        keep = rows_where(by_use(results, name), where) if where and name in TABLES else None
        asked = {k: v for k, v in (("encoding", encoding.lower()), ("txt", txt)) if v}
        at = postgis.address(out.as_posix())
        if (at is None and overwrite) or (at is not None and (layout or asked)):
            raise CallError(reason("export_options", name=out.name if at is None else str(at)))
        if at is not None:
            made = database.export(results, at, name, console.language, keep, overwrite=overwrite)
            if made.open_line:
                console.note(reason("database_open_line", name=str(at)))
            console.text(say("command.exported", console.language, count=made.rows, path=str(at)))
            console.result({"table": str(at), "rows": made.rows})
            return
        rows = files.export(results, out, name, console.language, keep, layout, asked)
        console.text(say("command.exported", console.language, count=rows, path=out.name))
        console.result({"file": str(out), "rows": rows})

    call.run(as_json, lang, work)
