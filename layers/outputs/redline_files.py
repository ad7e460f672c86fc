"""What leaves a red line check: lines for the command, plain values for programs, files by their ending."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from geo.basis.tables import rows
from geo.basis.units import HA_M2, MU_M2
from geo.screen.ledger import settled
from layers.ask.redline import RedlineAnswer
from layers.library.colours import PLAIN, STATUS_COLOURS
from layers.outputs import lists, pdf
from layers.outputs.coordinates import MILLIMETRE, write_txt
from layers.outputs.formats import FORMATS
from layers.outputs.project import notes
from layers.outputs.projected import Legend, Projection
from layers.outputs.redline_words import (
    balance_words,
    class_rows,
    group_word,
    intensity_words,
    ledger_title,
    net_of,
    net_words,
    outcome_words,
    unused_lines,
    use_word,
)
from layers.outputs.target import ending, replaced
from layers.outputs.txt_layouts import USUAL_FORM, Form
from layers.sources.redline.model import Plot
from layers.study.checks import RedlineCheck
from layers.text import Language, code, has, say, sentence
from layers.words.explain import limit_text, rule_title
from layers.words.measures import measure_text


def answer_of(check: RedlineCheck) -> RedlineAnswer:
    """Return the answer of a check."""
    return RedlineAnswer(check)


def as_text(answer: RedlineAnswer, language: Language) -> Iterator[str]:
    """Yield the answer as lines: verdict, present use, constraints, ledger, quota."""
    yield from (sentence(r, language) for r in answer.told)
    yield say("redline.head", language, name=answer.check.head["name"], status=code("status", answer.status, language),
              gross=measure_text(answer.gross_m2, "m2", language), net=net_words(answer, language))  # fmt: skip
    yield say("redline.present_use", language)
    for use in answer.uses:
        before, after = (measure_text(v, "m2", language) for v in (use.before_m2, use.after_m2))
        yield f"  {use_word(use, language)} · {group_word(use, language)} · {before} → {after}"
    for title, *areas in class_rows(answer, language):
        yield f"  {title}: {' → '.join(measure_text(v, 'm2', language) for v in areas)}"
    yield say("redline.constraints", language)
    for row in answer.constraints:
        title = rule_title(answer.check, row.rule, language)
        said = ", ".join(filter(None, (outcome_words(row, language), net_of(row, language))))
        yield f"  {title}: {said}  [{limit_text(row.rule, language)}]"
    yield say("redline.not_applied", language)
    yield from (f"  {line}" for line in unused_lines(answer, language))
    yield say("redline.ledger", language)
    for line in rows(answer.ledger):
        yield f"  {ledger_title(answer, line, language)}: {measure_text(line['left_m2'], 'm2', language)}"
    for left in (False, True):
        quota = answer.quota(left)
        yield say("redline.quota_after" if left else "redline.quota_before", language,
                  quota=measure_text(quota.new_construction_m2, "m2", language),
                  balance=measure_text(quota.farmland_balance_m2, "m2", language))  # fmt: skip
        if words := balance_words(quota, language):
            yield f"  {words}"
    yield from intensity_words(answer, language)


def as_plain(answer: RedlineAnswer) -> dict[str, Any]:
    """Return the answer as plain values (m²), for programs and tests; NaN and infinity are null."""
    quota = {phase: answer.quota(phase == "after") for phase in ("before", "after")}
    return {
        "check": answer.check.check_id,
        "status": answer.status,
        "gross_m2": answer.gross_m2,
        "net_m2": answer.net_m2,
        "net_hi_m2": answer.net_hi_m2,
        "parts": len(answer.land),
        "width_m": answer.width_m,
        "intensity_wan_mu": answer.intensity.per_mu if answer.intensity else None,
        "intensity_passes": answer.intensity.passes if answer.intensity else None,
        "uses": [
            {"code": u.code, "group": u.group.id if u.group else None, "settlement": u.settlement, "tenure": u.tenure,
             "before_m2": u.before_m2, "after_m2": u.after_m2, "gross_before_m2": _number(u.gross_before_m2),
             "gross_after_m2": _number(u.gross_after_m2)} for u in answer.uses
        ],
        "subtotals": {
            phase: {k or "unknown": _number(v) for k, v in answer.subtotals(phase == "after").items()}
            for phase in quota
        },
        "constraints": {
            c.rule.id: {"outcome": "not_examined" if c.aside else c.outcome, "m2": _number(c.low),
                        "hi_m2": _number(c.high), "cultivated_net_m2": _number(c.cultivated_net_m2),
                        "after_outcome": c.after_outcome, "after_m2": _number(c.after_low)}
            for c in answer.constraints
        },
        "not_applied": [
            {"rule": n.rule.id, "reason": n.why.code, "in_force": str(n.rule.in_force or ""),
             "expires": str(n.rule.expires or ""), "version": n.version} for n in answer.not_applied
        ],
        "quota": {
            phase: {"new_construction_m2": _number(q.new_construction_m2), "balance_m2": _number(q.farmland_balance_m2),
                    "balance_gross_m2": _number(q.balance_gross_m2), "ridges_open_m2": q.ridges_open_m2}
            for phase, q in quota.items()
        },
        "ledger": [
            {"step": int(r["step"]), "layer": r["layer_id"], "exclusive_m2": _taken(r, "exclusive_m2"),
             "shared_m2": _taken(r, "shared_m2"), "unknown_m2": r["unknown_m2"], "left_m2": r["left_m2"]}
            for r in answer.ledger.to_dict("records")
        ],
    }  # fmt: skip


def _taken(line: dict[Hashable, Any], name: str) -> float | None:
    """Return what a line of the ledger takes; None where nothing is proved taken and something may be."""
    return _number(settled(line[name], line["unknown_m2"]))


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def write(answer: RedlineAnswer, path: Path, language: Language, form: Form = USUAL_FORM) -> tuple[Reason, ...]:
    """Write the check to a file by its ending; return what a boundary TXT of the form has no place for.

    Raises
    ------
    CallError
        The ending is not one of `WRITERS`, nor of a format of lists.
    BlockedError
        The folder is not there, or the file cannot be written.
    """
    kind = ending(path, sorted({*WRITERS, *FORMATS}))
    if kind not in WRITERS:
        _write_map(answer, path, language)
        return ()
    if kind == "txt":
        replaced(path, lambda part: _write_txt(answer, part, form), answer.check.folder)
        lost = form.laid_out.left_out(_plots(answer))
        return (reason("redline_write_left_out", keys=lost, layout=form.layout),) if lost else ()
    replaced(path, lambda part: WRITERS[kind](answer, part, language), answer.check.folder)
    return ()


def _write_txt(answer: RedlineAnswer, path: Path, form: Form) -> None:
    """Write the cut boundary as a boundary TXT; without a cut the red line itself.

    A boundary TXT has millimetres. Points of the overlay that fall together there are
    joined first, keeping the shape valid.
    """
    if secret := answer.secret_cut:
        raise BlockedError(reason("land_reveals_sensitive", count=len(secret)))
    head = {k: v for k, v in answer.check.head["attributes"].items() if k in ("数据产生单位", "精度", "转换参数")}
    with path.open("wb") as stream:
        write_txt(stream, _plots(answer), answer.check.study.crs, head | form.said(), form)


def _write_map(answer: RedlineAnswer, path: Path, language: Language) -> None:
    """Write what the cut leaves as a list with shapes, in the format its ending names; without a cut the red line."""
    if secret := answer.secret_cut:
        raise BlockedError(reason("land_reveals_sensitive", count=len(secret)))
    land = answer.land
    area = land["net_m2"].astype(float)
    word = code("status", answer.status, language)
    frame = pd.DataFrame(
        {
            "parcel_id": land["parcel_id"],
            "part": land["part"],
            "status": word,
            "net_m2": area,
            "net_ha": area / HA_M2,
            "net_mu": area / MU_M2,
        }
    ).reset_index(drop=True)
    heads = {str(c): say(f"column.{c}", language) for c in frame if has(f"column.{c}")}
    look = Legend("status", {word: STATUS_COLOURS.get(answer.status, PLAIN)})
    made = Projection(frame, heads, notes(answer.check, language), language, look)
    lists.write(made, path, "redline", answer.check, land.geometry.reset_index(drop=True))


def _plots(answer: RedlineAnswer) -> list[Plot]:
    """Return what the cut leaves as plots, with what the file said of them."""
    land = answer.land
    shapes = shapely.set_precision(land.geometry.to_numpy(), MILLIMETRE)
    many = land["part"].nunique() > 1
    said = {p["id"]: p for p in answer.check.head["plots"]}
    return [
        _plot(f"{p}-{k}" if many else p, shape, said.get(p) or said.get(p.rpartition("-")[0], {}), answer)
        for p, k, shape in zip(land["parcel_id"], land["part"], shapes, strict=True)
    ]


def _plot(plot_id: str, shape: Any, said: dict[str, Any], answer: RedlineAnswer) -> Plot:
    name = said.get("name") or answer.check.head["name"]
    return Plot(plot_id, name, shape, 0, None, said.get("attributes", {}))


def _write_docx(answer: RedlineAnswer, path: Path, language: Language) -> None:
    from layers.outputs import dossier

    dossier.write(answer, path, language)


def _write_pdf(answer: RedlineAnswer, path: Path, language: Language) -> None:
    pdf.write(path, "dossier.docx", lambda at: _write_docx(answer, at, language), language)


def _write_xlsx(answer: RedlineAnswer, path: Path, language: Language) -> None:
    from layers.outputs import redline_book

    redline_book.write(answer, path, language)


WRITERS: dict[str, Callable[[RedlineAnswer, Path, Language], None]] = {
    "docx": _write_docx,
    "txt": lambda answer, path, language: _write_txt(answer, path, USUAL_FORM),
    "xlsx": _write_xlsx,
    "pdf": _write_pdf,
}
