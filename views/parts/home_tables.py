"""Tables and bars of the Home page."""

from __future__ import annotations

from geo.screen import headline
from layers.outputs.redline_rows import NOTHING_M2
from layers.outputs.summary import kind_word
from layers.serve.draw.styles import STATUS_COLOURS, STATUSES
from layers.serve.pages.glance import Glance, LayerLine, share
from layers.serve.pages.redlines import Kept
from layers.study.run.results import Results
from layers.study.spec import LayerSpec
from layers.text import Language, code, land_unit, number, say, sentence
from layers.words import first_steps as words
from layers.words.explain import cause_sentence, marked_title
from views.parts.markup import Html, join, tag
from views.parts.redline_answer import bare

MOST = 6
"""Findings and questions shown; how many more there are is said."""


def _table(title: str, heads: list[str], rows: list[Html], cls: str) -> Html:
    head = tag("tr", *(tag("th", h) for h in heads))
    return join(tag("h4", title, cls="lh-h"),
                tag("table", tag("thead", head), tag("tbody", *rows), cls=f"lh-table {cls}"))  # fmt: skip


def _area(m2: float, language: Language) -> str:
    """Return an area in the reader's unit."""
    return number(m2, land_unit(language).word, language)


def _span(low: str, high: str) -> str:
    """Return both bounds as they are printed, once where they read alike."""
    return low if low == high else f"{low} … {high}"


def bars(seen: Glance, language: Language) -> Html:
    """Return usable area by status as bars; what is not settled is drawn paler behind."""
    most = max(float(seen.status["net_hi_m2"].max()), float(seen.status["net_m2"].max()))
    rows = []
    for status in STATUSES:
        row = seen.status.loc[status]
        net, net_hi = float(row["net_m2"]), float(row["net_hi_m2"])
        colour = STATUS_COLOURS[status]
        bar = tag("div", tag("i", style=f"width:{share(net_hi, most):.2f}%;background:{colour}55"),
                  tag("i", style=f"width:{share(net, most):.2f}%;background:{colour}"), cls="lh-bar")  # fmt: skip
        words = _span(_area(net, language), _area(net_hi, language))
        count = say("uihome.count", language, parcels=int(row["parcels"]))
        rows.append(tag("tr", tag("td", tag("i", cls="lh-mark", style=f"background:{colour}"),
                                  code("status", status, language)), tag("td", count), tag("td", bar),
                        tag("td", words)))  # fmt: skip
    return join(tag("h4", say("uihome.by_status", language), cls="lh-h"),
                tag("table", tag("tbody", *rows), cls="lh-table lh-bars"))  # fmt: skip


def parks(seen: Glance, language: Language) -> Html:
    """Return the parks with total and usable area, largest first."""
    title = say("uihome.parks", language)
    if not seen.parks:
        return join(tag("h4", title, cls="lh-h"), tag("div", say("uihome.no_parks", language), cls="lu-line"))
    most, unit = max(p.net_hi_m2 for p in seen.parks), land_unit(language).word
    rows = []
    for park in seen.parks:
        bar = tag("div", *_stacked(park.by_status, most), cls="lh-bar")
        net = _span(bare(park.net_m2, unit, language), bare(park.net_hi_m2, unit, language))
        rows.append(tag("tr", tag("td", park.name or park.park_id, tip=park.park_id), tag("td", bar), tag("td", net),
                        tag("td", bare(park.gross_m2, unit, language))))  # fmt: skip
    heads = [say("uihome.park", language), "", *(f"{say(f'uihome.{k}', language)} {say(f'uiredline.{unit}', language)}"
                                                 for k in ("net", "gross"))]  # fmt: skip
    return _table(title, heads, rows, "lh-parks")


def _stacked(parts: tuple[tuple[str, float], ...], most: float) -> list[Html]:
    """Return areas by status one after the other, in the colours of the status."""
    out, done = [], 0.0
    for status, area in parts:
        place, width = share(done, most), share(area, most)
        style = f"left:{place:.2f}%;width:{width:.2f}%;background:{STATUS_COLOURS[status]}"
        out.append(tag("i", style=style))
        done += area
    return out


def kinds(seen: Glance, language: Language) -> Html:
    """Return what of the usable area can be handed over, and what the rest is."""
    if seen.kinds is None:
        return join()
    rows = []
    for kind in headline.KINDS:
        row = seen.kinds.loc[kind]
        if row["net_hi_m2"] <= NOTHING_M2:
            continue
        words = _span(_area(float(row["net_m2"]), language), _area(float(row["net_hi_m2"]), language))
        cls = "lh-landable" if kind in headline.LANDABLE else ""
        rows.append(tag("tr", tag("td", kind_word(kind, language)), tag("td", words), cls=cls))
    return join(tag("h4", say("uihome.by_kind", language), cls="lh-h"),
                tag("table", tag("tbody", *rows), cls="lh-table lh-kinds"))  # fmt: skip


# --- what needs attention --------------------------------------------------------


def attention(results: Results, seen: Glance, kept: list[Kept], late: bool, language: Language) -> Html:
    """Return what asks for somebody: stale results, what to find out first, missing layers, findings."""
    lines = [tag("li", say("ui.stale", language), cls="lh-loud")] if late else []
    old = [k.name for k in kept if k.stale]
    if old:
        lines.append(tag("li", say("uihome.stale_checks", language, count=len(old), names=old[:4])))
    lines += _questions(results, seen, language)
    found = results.table("candidates")
    open_ = int(((found["unknowns"] != "") & found["status"].isin(("eligible", "conditional"))).sum())
    if open_:
        lines.append(tag("li", say("note.open", language, parcels=open_)))
    missing = seen.missing_titles(results, language)
    if missing:
        lines.append(tag("li", say("uihome.missing", language, layers=missing)))
    lines += _findings(results, seen, language)
    if not lines:
        lines.append(tag("li", say("uihome.all_well", language), cls="lh-calm"))
    return join(tag("h4", say("uihome.attention", language), cls="lh-h"), tag("ul", *lines, cls="lh-list"))


def first_steps(results: Results, language: Language) -> Html:
    """Return which layers to find first, with what each leaves open and the office that keeps it; "" where none."""
    lines = [line.strip() for line in words.lines(results, language, on_page=True)]
    if not lines:
        return join()
    return join(tag("h4", lines[0], cls="lh-h"), tag("ul", *(tag("li", line) for line in lines[1:]), cls="lh-list"))


def _questions(results: Results, seen: Glance, language: Language) -> list[Html]:
    return [
        tag("li", say("uihome.find_out", language, rule=marked_title(results, results.rule(q.rule_id), language),
                      parcels=q.parcels, open=_area(q.open_m2, language), alone=_area(q.alone_m2, language)))
        for q in seen.questions[:MOST]
    ]  # fmt: skip


def _findings(results: Results, seen: Glance, language: Language) -> list[Html]:
    lines = []
    for found in seen.findings[:MOST]:
        spec = results.layer(found.layer)
        title = spec.title or spec.id if spec else found.layer
        words = sentence(found.reason, language, layer=title)
        head = tag("b", code("finding", found.severity, language), cls=f"lh-{found.severity}")
        count = f" ×{found.count}" if found.count > 1 else ""
        lines.append(tag("li", head, f"{title}{count}", tag("div", words, cls="lh-say"), tip=words))
    if len(seen.findings) > MOST:
        lines.append(tag("li", say("uihome.more_findings", language, count=len(seen.findings) - MOST)))
    return lines


# --- layers ----------------------------------------------------------------------


def layers(results: Results, seen: Glance, language: Language) -> Html:
    """Return every layer of the study: use, department, date, coverage, state; what is not stated is said."""
    rows = [_layer(line, language) for line in seen.layers]
    heads = [
        say(f"uihome.{k}", language)
        for k in ("layer", "role", "owner", "provenance", "vintage", "age", "coverage", "state")
    ]
    return _table(say("uihome.layers", language, count=len(rows)), heads, rows, "lh-layers")


def _layer(line: LayerLine, language: Language) -> Html:
    spec = line.spec
    title = spec.title or spec.id
    known = {"complete": "complete", "unknown": "unstated"}.get(spec.coverage, "by_file")
    known = "withheld" if line.withheld is not None else known
    why = cause_sentence(line.withheld.to_json(), title, language) if line.withheld is not None else ""
    age = say("uihome.days", language, days=line.age_days) if line.age_days is not None else None
    cells = [
        tag("td", title, tip=spec.id), tag("td", say(f"uihome.role_{spec.role}", language)),
        _stated(spec.owner, language), _stated(_papers(spec, language), language),
        _stated(spec.vintage.isoformat() if spec.vintage else "", language),
        _stated(age or "", language),
        tag("td", say(f"uihome.coverage_{known}", language), tip=why,
            cls="lh-open" if known in ("unstated", "withheld") else ""),
        tag("td", _state(line, title, language), cls="lh-open" if line.state not in ("ok", "") else ""),
    ]  # fmt: skip
    return tag("tr", *cells)


def _papers(spec: LayerSpec, language: Language) -> str:
    """Return where a layer comes from, what may be done with it and who may see it, as far as it is stated."""
    seen = say(f"uihome.sensitivity_{spec.sensitivity}", language) if spec.sensitivity else ""
    return " · ".join(filter(None, (spec.provenance, spec.licence, seen)))


def _stated(text: str, language: Language) -> Html:
    return tag("td", text) if text else tag("td", say("uihome.not_stated", language), cls="lh-open")


def _state(line: LayerLine, title: str, language: Language) -> str:
    if line.spec.use_only:
        return say("word.sensitive", language)
    if line.cause is not None:
        return sentence(line.cause, language, layer=title)
    return say("uihome.measured" if line.state == "ok" else "uihome.context", language)
