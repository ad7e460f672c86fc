"""Who may do what (权限): every page and every action asks this one function.

On one's own computer the answer is always yes. A server for many people answers otherwise in
`may`, and nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from geo.basis.errors import CallError
from geo.basis.reason import reason

Action = Literal[
    "see", "new", "browse", "upload", "recognise", "take", "accept", "describe", "replace", "remove", "rules", "waive",
    "criteria", "basemap", "run", "check", "decide", "edit", "assemble", "scenario", "export",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = get_args(Action)
"""Everything a page can do; `see` is to open one at all."""


def may(person: str, action: Action, study: Path | None) -> bool:
    """Tell whether a person may do something with a study.

    Parameters
    ----------
    person : str
        Who asks; "" for whoever sits at this computer.
    action : str
        One of `ACTIONS`.
    study : Path or None
        The folder it is about; None while there is none.
    """
    return action in ACTIONS


def require(person: str, action: Action, study: Path | None) -> None:
    """Refuse what a person may not do.

    Raises
    ------
    CallError
        `may` says no.
    """
    if not may(person, action, study):
        raise CallError(reason("may_not", action=action))
