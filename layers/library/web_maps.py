"""Map services drawn on shifted coordinates (偏移坐标), from ``data/web_maps.toml``: no basemap for parcels."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from layers import toml

PATH = Path(__file__).resolve().parents[2] / "data" / "web_maps.toml"


class ShiftedService(Frozen):
    """A service whose tiles are shifted against the ground.

    Parameters
    ----------
    title, system
        What it is called, and the coordinates it draws on.
    hosts : tuple of str
        Names of its servers, with everything below them.
    words : tuple of str
        What gives its tiles away in another server's address, or in a name.
    """

    title: Text
    system: Literal["GCJ-02", "BD-09"]
    hosts: tuple[str, ...]
    words: tuple[str, ...]


class _Services(Frozen):
    services: tuple[ShiftedService, ...]


@cache
def services() -> tuple[ShiftedService, ...]:
    """Return every service in the order of the file.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return toml.validated(_Services, toml.read(PATH), PATH.name).services


def of_address(address: str) -> ShiftedService | None:
    """Return the shifted service an address leads to, by its server or by a word in it; None for no such one."""
    try:
        host = (urlsplit(address).hostname or "").rstrip(".").lower()
    except ValueError:
        host = ""
    for service in services():
        if any(host == known or host.endswith(f".{known}") for known in service.hosts):
            return service
    return of_words(unquote(address))


def of_words(text: str) -> ShiftedService | None:
    """Return the shifted service a text names (of an address, of a coordinate system); None for no such one."""
    low = text.lower()
    return next((s for s in services() if any(_stands(word, low) for word in s.words)), None)


def _stands(word: str, text: str) -> bool:
    """Tell whether a word stands in a text: a Latin one not within another (``soso`` is not in ``resosort``)."""
    if not word.isascii():
        return word in text
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None
