"""What a visitor has chosen: the only user of `st.session_state`.

Language and selection live in the address (``?lang=zh&select=parcel:P00012``), so a page
can be sent to a colleague and comes back after a reload.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from layers.text import LANGUAGES, Language

MAP, SWITCH, AIM, AIMED, SAID, TURN = "map", "language", "aim", "aimed", "said", "turn"
SPOKEN, VISITOR, PERSON, FOLLOW, PLACE = "spoken", "visitor", "person", "follow", "place"
CARRIED = ("lang", "select", "set", "shown", "find", "on", "by", "cols", "runs")
"""Keys of the address that follow from page to page."""
View = tuple[float, float, float]


@dataclass(frozen=True)
class Selection:
    """The one thing that is selected, for example ``("parcel", "P00012")``."""

    kind: str
    id: str


def language() -> Language:
    """Return the language of the address, else the browser's: Chinese for any kind of zh, English for others."""
    # going to another page empties the address; the visit remembers what was chosen
    asked = st.query_params.get("lang", "") or st.session_state.get(SPOKEN, "")
    for known in LANGUAGES:
        if asked == known:
            st.session_state[SPOKEN] = known
            return known
    return "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"


def keep_language() -> None:
    """Write the language of the switch into the address."""
    ask("lang", st.session_state.get(SWITCH) or language())


def visitor() -> str:
    """Return a name for this visit, so that a job started here is told here."""
    return str(st.session_state.setdefault(VISITOR, uuid.uuid4().hex))


def person() -> str:
    """Return who decides, as the visitor said last; "" for whoever sits at this computer."""
    return str(st.session_state.get(PERSON, ""))


def be(name: str) -> None:
    """Remember who decides."""
    st.session_state[PERSON] = name


def asked(key: str) -> str:
    """Return what the address says under a key, "" for nothing."""
    return str(st.query_params.get(key, ""))


def ask(key: str, value: str) -> None:
    """Write a value into the address, where the next pages find it; "" takes it out."""
    kept = st.session_state.setdefault(FOLLOW, {})
    if value:
        st.query_params[key] = kept[key] = value
        return
    kept.pop(key, None)
    if key in st.query_params:
        del st.query_params[key]


def follow(page: str) -> None:
    """Bring what was chosen along to another page, which would begin with an empty address otherwise."""
    kept = st.session_state.setdefault(FOLLOW, {})
    before = st.session_state.get(PLACE)
    if before is not None and before != page:
        _forget_events()
        for key, value in kept.items():
            if key not in st.query_params:
                st.query_params[key] = value
    st.session_state[PLACE] = page
    for key in CARRIED:
        if key in st.query_params:
            kept[key] = st.query_params[key]
        else:
            kept.pop(key, None)


def _forget_events() -> None:
    """Forget what was done on a map and no page answered: on another page it would mean something else."""
    for key in [k for k in st.session_state if str(k).endswith(f"-{SAID}")]:
        del st.session_state[key]


def day(otherwise: date, known: Container[date] | None = None) -> date:
    """Return the day of the address; `otherwise` where it names none, or one that is not known."""
    try:
        found = date.fromisoformat(asked("on"))
    except ValueError:
        return otherwise
    return found if known is None or found in known else otherwise


def keep_day(on: date, usual: date) -> None:
    """Write the day into the address; the usual one is not written."""
    ask("on", "" if on == usual else on.isoformat())


def noted(key: str) -> Any:
    """Return what a page noted for this visit under a key of its own, None when nothing."""
    return st.session_state.get(f"note-{key}")


def note(key: str, value: Any) -> None:
    """Note something for this visit."""
    st.session_state[f"note-{key}"] = value


def value_of(key: str) -> Any:
    """Return what a control holds now; for call-backs, which run before the page is drawn again."""
    return st.session_state.get(key)


def selection() -> Selection | None:
    """Return what is selected, None when nothing is."""
    kind, _, name = st.query_params.get("select", "").partition(":")
    return Selection(kind, name) if kind and name else None


def select(kind: str, name: str) -> None:
    """Select one thing instead of whatever was selected."""
    choose("")
    ask("select", f"{kind}:{name}")


def clear() -> None:
    """Select nothing."""
    ask("select", "")


def hear(key: str) -> None:
    """Keep what a visitor did on a map until the page answers it; runs before the page is drawn."""
    event = (st.session_state.get(key) or {}).get("event")
    if isinstance(event, dict):
        st.session_state[f"{key}-{SAID}"] = event


def said(*kinds: str, key: str = MAP) -> dict[str, Any] | None:
    """Return once what the visitor did on a map, when it is of these kinds."""
    event: dict[str, Any] | None = st.session_state.get(f"{key}-{SAID}")
    if event is None or event.get("kind") not in kinds:
        return None
    del st.session_state[f"{key}-{SAID}"]
    return event


def new_click(key: str = MAP) -> tuple[float, float] | None:
    """Return longitude and latitude of a click on a map that was not answered yet."""
    click = said("click", key=key)
    return (float(click["lon"]), float(click["lat"])) if click else None


def more_click(key: str = MAP) -> tuple[float, float] | None:
    """Return longitude and latitude of a click that adds to a choice, once."""
    event: dict[str, Any] | None = st.session_state.get(f"{key}-{SAID}")
    return new_click(key) if event and event.get("more") else None


def chosen() -> str:
    """Return the key of what is chosen together, "" when nothing is."""
    return str(st.query_params.get("set", ""))


def choose(key: str) -> None:
    """Choose several things together by the key of the list; "" chooses none."""
    ask("set", key)


def aim() -> View | None:
    """Return where the map was last sent on purpose; None: wherever the visitor left it."""
    view: View | None = st.session_state.get(AIM)
    return view


def journeys() -> int:
    """Return how often the map was sent somewhere: the same place twice is two journeys."""
    return int(st.session_state.get(AIMED, 0))


def set_aim(view: View | None) -> None:
    """Send the map to a place once; panning and zooming afterwards are the visitor's own."""
    if view is not None:
        st.session_state[AIMED] = journeys() + 1
        st.session_state[AIM] = view


def first_visit() -> bool:
    """Tell once, at the first drawing of the page."""
    if st.session_state.get("visited"):
        return False
    st.session_state["visited"] = True
    return True


def turn() -> int:
    """Return a number that changes when the table has to forget its row."""
    return int(st.session_state.get(TURN, 0))


def next_turn() -> None:
    """Make the table forget its row: the selection came from elsewhere."""
    st.session_state[TURN] = turn() + 1


def put(key: str, value: Any) -> None:
    """Set a control; for call-backs, which run before the page is drawn again."""
    st.session_state[key] = value


def row_of(key: str) -> int | None:
    """Return the row picked in a table, counted from 0 in the order it was given."""
    rows: Sequence[Any] = (st.session_state.get(key) or {}).get("selection", {}).get("rows", [])
    return int(rows[0]) if rows else None


def ask_to_move() -> None:
    """Ask the next drawing of the map to show what is selected."""
    st.session_state["move"] = True


def asked_to_move() -> bool:
    """Tell once whether the map was asked to show what is selected."""
    return bool(st.session_state.pop("move", False))
