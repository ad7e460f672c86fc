"""The key of a piece of work from the code itself: what it can reach, the data it uses, the libraries that compute.

Reading the whole program takes seconds, so what was found is kept beside the compiled
modules, where Python keeps what it derives from the same files; it counts only while no
file of the program has been touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from layers.basis import reach

SHIPPED = ("codes", "standards", "assembly", "criteria")
"""Folders of ``data/`` whose files stages read by name; packs stand in a stage's slice by value."""
LISTS = "layers.library.standards:lists"
"""Reached by code that looks through every code list."""
_NOT_READ = ("layers",)
"""Lists that recognise files when they are added: no stage reads them, and the word is an everyday one."""
_KEPT = Path(__file__).parent / "__pycache__" / "reach.json"


@cache
def code(roots: tuple[str, ...], without: frozenset[str] = frozenset()) -> str:
    """Return the key of what some functions do, each given as ``module:name``.

    It changes with the code they reach (not with comments, docstrings, or anything else of the
    program), the shipped data that code names, and the versions of the libraries it
    computes with.
    """
    found = _found(roots, without)
    return _digest([found["digest"], data(frozenset(found["words"]), found["lists"]), versions(found["packages"])])


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def named(roots: tuple[str, ...], without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the shipped files the code names, as ``data/codes/tenure.toml``."""
    return tuple(data(frozenset(_found(roots, without)["words"]), lists=False))


# --- shipped data -----------------------------------------------------------------


def data(words: frozenset[str], lists: bool) -> dict[str, str]:
    """Return the digests of the shipped files that some words name; with `lists` of every code list too."""
    out = {}
    for name, path in _files().items():
        every = lists and path.parent.name == "codes" and path.stem not in _NOT_READ
        if every or path.name in words or name in words or (path.stem in words and path.stem not in _NOT_READ):
            out[name] = content(path)
    return out


@cache
def _files() -> dict[str, Path]:
    shipped = reach.ROOT / "data"
    found = [p for folder in SHIPPED for p in sorted((shipped / folder).rglob("*.toml"))]
    found += sorted(shipped.glob("*.toml"))
    return {p.relative_to(reach.ROOT).as_posix(): p for p in found}


@cache
def content(path: Path) -> str:
    """Return the digest of what a TOML file says; its comments do not count."""
    return _digest(json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8")), default=str)))


# --- libraries --------------------------------------------------------------------


def versions(packages: list[str]) -> dict[str, str]:
    """Return the versions of those packages that compute, with the native libraries inside them."""
    return {name: _version(name) for name in sorted({*packages} & {*_LIBRARIES})}


def _shapely() -> str:
    import shapely

    return f"{shapely.__version__} GEOS {shapely.geos_version_string}"


def _pyproj() -> str:
    """With the edition of PROJ's database and the grids at hand: both move points."""
    import pyproj
    from pyproj.database import get_database_metadata

    places = [Path(p) for p in pyproj.datadir.get_data_dir().split(os.pathsep)]
    grids = sorted(p.name for place in places if place.is_dir() for p in place.iterdir())
    return f"{pyproj.__version__} PROJ {pyproj.proj_version_str} {get_database_metadata('EPSG.VERSION')} {grids}"


def _gdal(name: str) -> Callable[[], str]:
    def read() -> str:
        module = __import__(name)
        return f"{module.__version__} GDAL {module.__gdal_version__}"

    return read


_LIBRARIES: Mapping[str, Callable[[], str] | None] = {
    "shapely": _shapely, "pyproj": _pyproj, "rasterio": _gdal("rasterio"), "pyogrio": _gdal("pyogrio"),
    **dict.fromkeys(("numpy", "scipy", "pandas", "pyarrow", "geopandas", "numba", "ortools", "exactextract",
                     "openpyxl", "xlrd", "python_calamine", "lark")),
}  # fmt: skip
"""Packages that compute or read: how to ask for their version; None asks the installed distribution."""


@cache
def _version(name: str) -> str:
    ask = _LIBRARIES[name]
    return ask() if ask else metadata.version(name)


# --- what was found is kept -----------------------------------------------------------


def _found(roots: tuple[str, ...], without: frozenset[str]) -> dict[str, Any]:
    """Return what is reached: digest, words, packages, and whether every code list is looked through."""
    kept, name = _kept(), " ".join([*roots, *sorted(without)])
    if name not in kept["found"]:
        made = reach.reached(roots, without)
        kept["found"][name] = {
            "digest": made.digest, "words": sorted(made.words), "packages": sorted(made.packages),
            "lists": LISTS in made.names,
        }  # fmt: skip
        _keep(kept)
    return kept["found"][name]  # type: ignore[no-any-return]


@cache
def _kept() -> dict[str, Any]:
    mark = _fingerprint()
    try:
        kept = json.loads(_KEPT.read_text(encoding="utf-8"))
        if kept["mark"] == mark and isinstance(kept["found"], dict):
            return kept  # type: ignore[no-any-return]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {"mark": mark, "found": {}}


def _keep(kept: dict[str, Any]) -> None:
    """Keep what was found, where that is allowed; it can always be found again."""
    part = _KEPT.with_name(f"{_KEPT.name}.{os.getpid()}.part")
    try:
        _KEPT.parent.mkdir(exist_ok=True)
        part.write_text(json.dumps(kept), encoding="utf-8")
        os.replace(part, _KEPT)
    except OSError:
        part.unlink(missing_ok=True)


def _fingerprint() -> str:
    """Say which files of the program there are, and when and with what size they were last written."""
    files = sorted(p for name in reach.OWN for p in (reach.ROOT / name).rglob("*.py"))
    stats = [(p.relative_to(reach.ROOT).as_posix(), p.stat()) for p in files]
    return _digest([sys.version, [(name, s.st_size, s.st_mtime_ns) for name, s in stats]])
