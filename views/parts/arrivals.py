"""A delivery on its way in (收图): looked through beside the app, line by line what it is taken for, then taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.basis.errors import LuodiError
from geo.basis.reason import Reason
from layers.serve.pages import data_desk
from layers.study import jobs, uploads
from layers.study.delivery import Delivery
from layers.study.jobs import JobState
from layers.text import Language, say, sentence, sentences
from views.parts import acts, frame, runner, state
from views.parts.markup import join, label, tag

LOOK, TAKE = "recognise", "take"
NOTED = "arrival"


def start(folder: Path, given: Path) -> None:
    """Look through files or a folder, as a process of its own."""
    acts.require("recognise")
    jobs.stop(folder, LOOK)
    jobs.begin(folder, LOOK, "add", str(given))


def given(folder: Path) -> Path | None:
    """Return what is being looked through, None where nothing is."""
    job = jobs.known(folder, LOOK)
    return Path(job.words[1]) if job is not None else None


def draw(folder: Path, language: Language) -> None:
    """Show the delivery that is being looked through or taken; nothing where there is none."""
    job = jobs.known(folder, LOOK)
    if job is None:
        return
    told = runner.work(folder, LOOK, language)
    if told is None:
        return
    if not told.ok:
        runner.failed(told, language, "uidata.not_looked")
        st.button(say("uidata.discard", language), key="discard", on_click=_discard, args=(folder,))
        return
    try:
        found = data_desk.looked(folder, [Path(job.words[1])], job.began, _said(folder))
    except LuodiError as problem:
        frame.trouble(sentences(problem, language), "uidata.not_looked")
        st.button(say("uidata.discard", language), key="discard", on_click=_discard, args=(folder,))
        return
    with st.container(border=True, key="arrival"):
        _table(folder, found, language)


def _noted(folder: Path, name: str, otherwise: Any) -> Any:
    """Return what the visitor noted of the delivery at hand; what was noted of another one says nothing of this."""
    job, kept = jobs.known(folder, LOOK), state.noted(NOTED) or {}
    return kept.get(name, otherwise) if job is not None and kept.get("of") == (str(folder), job.began) else otherwise


def _note(folder: Path, name: str, value: Any) -> None:
    """Note something of the delivery at hand."""
    job, kept = jobs.known(folder, LOOK), state.noted(NOTED) or {}
    if job is not None:
        of = (str(folder), job.began)
        state.note(NOTED, (kept if kept.get("of") == of else {"of": of}) | {name: value})


def _said(folder: Path) -> dict[int, str]:
    """Return what the visitor said of lines: number to kind."""
    return dict(_noted(folder, "said", {}))


def _discard(folder: Path) -> None:
    """Put the delivery away, unless lines of it are being taken; files that were dropped go with it."""
    if runner.running(folder, TAKE):
        return
    told = given(folder)
    jobs.stop(folder, LOOK)
    jobs.forget(folder, TAKE)
    state.note(NOTED, None)
    if told is not None and told.parent == folder / uploads.SHELF:
        uploads.drop(folder, told.name)


def _forget_older(folder: Path) -> None:
    """Forget how lines of another delivery were taken: their numbers say nothing of this one's."""
    look, take = jobs.known(folder, LOOK), jobs.known(folder, TAKE)
    if look is not None and take is not None and take.began < look.began and take.poll().done:
        jobs.forget(folder, TAKE)


def _table(folder: Path, found: Delivery, language: Language) -> None:
    _forget_older(folder)
    told = runner.work(folder, TAKE, language)
    if runner.running(folder, TAKE):
        return
    done = _ended(folder, told, language) if told is not None else frozenset()
    rows = data_desk.lines(found, language)
    rows = rows[~rows["number"].isin(done)]
    asks = data_desk.asked_of_people(found)
    st.html(tag("h4", say("uidata.found", language, count=len(rows), sure=int(rows["sure"].sum())), cls="lh-h"))
    picked = _grid(folder, rows, found, language) if len(rows) else []
    for n in asks:
        if n in picked:
            one = found.proposals[n - 1]
            text = say("uidata.asks", language, file=one.table.title, asked=list(one.asks))
            st.html(tag("div", text, cls="lu-note"))
    _of_all(folder, [n for n in picked if n not in asks], language)
    _left(found, language)


def _grid(folder: Path, rows: pd.DataFrame, found: Delivery, language: Language) -> list[int]:
    """Show the lines; return the numbers of those to be taken."""
    codes = list(dict.fromkeys(c for p in found.proposals for c in data_desk.choices(p)))
    titles = _unlike({c: data_desk.kind_title(c, language) for c in codes})
    shown = pd.DataFrame({
        "take": rows["sure"].to_numpy(), "file": rows["file"].to_numpy(),
        "kind": [titles.get(c) for c in rows["kind"]], "size": rows["size"].to_numpy(), "why": rows["why"].to_numpy(),
    }, index=rows["number"])  # fmt: skip
    column = st.column_config
    key = f"arrival-grid-{hash((tuple(rows['number']), tuple(sorted(_said(folder).items())), language))}"
    made = st.data_editor(
        shown, key=key, hide_index=False, height=min(420, 38 + 36 * len(shown)), row_height=36,
        disabled=["_index", "file", "size", "why"], num_rows="fixed",
        column_config={
            "_index": column.NumberColumn(say("uidata.col_number", language), width=50),
            "take": column.CheckboxColumn(say("uidata.col_take", language), width=60),
            "file": column.TextColumn(say("uidata.col_file", language), width="medium"),
            "kind": column.SelectboxColumn(say("uidata.col_kind", language), options=sorted(titles.values()),
                                           width="medium"),
            "size": column.NumberColumn(say("uidata.col_size", language), width=70),
            "why": column.TextColumn(say("uidata.col_why", language), width="large"),
        },
    )  # fmt: skip
    _corrected(folder, rows, made, {title: code for code, title in titles.items()})
    return [int(n) for n, take, kind in zip(made.index, made["take"], made["kind"], strict=True) if take and kind]


def _unlike(titles: Mapping[str, str]) -> dict[str, str]:
    """Tell kinds of one title apart by their code: a choice must lead back to one kind."""
    twice = {t for t in titles.values() if list(titles.values()).count(t) > 1}
    return {c: f"{t} ({c})" if t in twice else t for c, t in titles.items()}


def _corrected(folder: Path, rows: pd.DataFrame, made: pd.DataFrame, codes: Mapping[str, str]) -> None:
    """Look at the lines again as what the visitor said they are."""
    said = _said(folder)
    for number, before, title in zip(rows["number"], rows["kind"], made["kind"], strict=True):
        code = codes.get(str(title), "")
        if code and code != before:
            said[int(number)] = code
    if said != _said(folder):
        _note(folder, "said", said)
        st.rerun()


def _of_all(folder: Path, picked: list[int], language: Language) -> None:
    """Ask what holds of all lines, and take them."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="arrival-of-all"):
        complete = st.toggle(say("uidata.complete", language), key="arrival-complete",
                             help=say("uidata.complete_help", language))  # fmt: skip
        owner = st.text_input(say("uidata.owner", language), key="arrival-owner", width=190, max_chars=80)
        day = st.date_input(say("uidata.vintage", language), value=None, key="arrival-day", width=150)
        pressed = st.button(say("uidata.take", language, count=len(picked)), key="arrival-take", type="primary",
                            icon=":material/download_done:", disabled=not picked or not acts.may("take"))  # fmt: skip
        st.button(say("uidata.discard", language), key="discard", on_click=_discard, args=(folder,), type="tertiary")
    if pressed:
        _take(folder, picked, {"coverage": "complete" if complete else "", "owner": (owner or "").strip(),
                               "vintage": day.isoformat() if isinstance(day, date) else ""})  # fmt: skip
        st.rerun()


def _take(folder: Path, numbers: list[int], options: Mapping[str, str], accept: tuple[str, ...] = ()) -> None:
    """Take lines of the delivery, as a process of its own."""
    told = given(folder)
    if told is None:
        return
    job = jobs.known(folder, TAKE)
    before = _done(job.poll()) if job is not None else frozenset()
    _note(folder, "done", _noted(folder, "done", frozenset()) | before)
    _note(folder, "options", dict(options))
    words = [f"--{k}={v}" for k, v in options.items() if v] + [f"--accept={a}" for a in accept]
    said = [f"--as={n}={kind}" for n, kind in _said(folder).items() if n in numbers]
    wish = ("add", str(told), f"--take={','.join(map(str, numbers))}", *said, *words)
    acts.do("take", lambda: jobs.begin(folder, TAKE, *wish))


def _done(told: JobState) -> frozenset[int]:
    return frozenset(int(n) for n in told.result.get("numbers", ()))


def _ended(folder: Path, told: JobState, language: Language) -> frozenset[int]:
    """Say what was taken and what was refused, with what would lift it; return the lines that are in the study."""
    done = _done(told) | _noted(folder, "done", frozenset())
    taken, refused = told.result.get("taken", []), told.result.get("refused", [])
    if taken:
        st.html(tag("div", say("uidata.taken", language, count=len(taken), ids=list(taken)), cls="lu-good"))
    if not told.ok and not refused:
        runner.failed(told, language, "uidata.not_taken")
    for one in refused:
        _refused(folder, one, language)
    return done


def _refused(folder: Path, one: Mapping[str, Any], language: Language) -> None:
    reasons = [Reason.from_json(r) for r in one["reasons"]]
    number = int(one["number"])
    with st.container(border=True, key=f"refused-{number}"):
        lines = [tag("li", sentence(r, language)) for r in reasons]
        frame.show(join(tag("b", say("uidata.refused", language, file=one["file"])), tag("ul", *lines, cls="lu-list")))
        offered = dict.fromkeys(p for r in reasons for p in _proposals(r))
        accepted = tuple(_noted(folder, f"accept-{number}", ()))
        with st.container(horizontal=True, key=f"refused-acts-{number}"):
            for name in (p for p in offered if p not in accepted):
                if st.button(label(say("uidata.accept_and_take", language, name=name)), key=f"lift-{number}-{name}",
                             disabled=not acts.may("accept")):  # fmt: skip
                    _note(folder, f"accept-{number}", (*accepted, name))
                    _take(folder, [number], _noted(folder, "options", {}), (*accepted, name))
                    st.rerun()
            if any(r.code.startswith("crs_") for r in reasons):
                crs = st.text_input(
                    say("uidata.crs", language), key=f"crs-{number}", width=200, placeholder="EPSG:4549"
                )
                if st.button(say("uidata.take_again", language), key=f"again-{number}", disabled=not crs):
                    _take(folder, [number], {**_noted(folder, "options", {}), "crs": str(crs)}, accepted)
                    st.rerun()


def _proposals(why: Reason) -> list[str]:
    """Return what may be accepted about a reason."""
    return [str(why.values["proposal"])] if why.values.get("proposal") else []


def _left(found: Delivery, language: Language) -> None:
    """List the files that take no part, with the reason."""
    if not found.left:
        return
    rows = [tag("li", f"{path.name}: {sentence(why, language)}") for path, why in found.left]
    head = tag("summary", say("delivery.left", language, count=len(rows)))
    st.html(tag("details", head, tag("ul", *rows, cls="lu-list"), cls="lu-law lu-law-note"))
