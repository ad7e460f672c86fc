"""Facts of sites that criteria read beside the columns of the table: shares, so that size is not counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.basis.units import MU_M2, hi
from geo.project import length

DRAWN = ("quota", "balance", "buildings")
"""Areas that lie on the site: ``<name>_m2 … <name>_hi_m2``, so never more than its ground."""


def of_sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites without their shapes, with shares of their usable area.

    Parameters
    ----------
    sites : DataFrame
        The table `sites`. A missing column or a null makes the share unknown.

    Returns
    -------
    DataFrame
        Further columns, each with its upper end:

        - ``quota_share``, ``balance_share``, ``buildings_share``: what building would
          draw of the new-construction quota and of the farmland balance, and what is
          built over; from the proved area on all ground that may be usable, up to the
          area not excluded on what is certainly usable, at most 1;
        - ``approved_share``: ground approved and not yet supplied, of all ground that
          may be usable; up to that and the ground whose supply status is unknown.
    """
    frame = pd.DataFrame(sites.drop(columns="geometry", errors="ignore"))
    net, ground = _column(frame, "net_m2"), _column(frame, "net_hi_m2")
    made: dict[str, np.ndarray] = {}
    for name in DRAWN:
        made[f"{name}_share"] = _share(_column(frame, f"{name}_m2"), ground)
        made[hi(f"{name}_share")] = np.minimum(_share(_column(frame, f"{name}_hi_m2"), net, bare=1.0), 1.0)
    approved = _column(frame, "approved_m2")
    made["approved_share"] = _share(approved, ground)
    made[hi("approved_share")] = _share(approved + _column(frame, "supply_unknown_m2"), ground)
    return frame.assign(**made)


def of_projects(projects: pd.DataFrame, links: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the projects with their intensities, as intervals.

    Parameters
    ----------
    projects : DataFrame
        The table `projects`. A missing column or a null makes what rests on it unknown.
    links : DataFrame or None
        The table `links`; None or without rows: the length of no chain is known.

    Returns
    -------
    DataFrame
        Further columns, each with its upper end; one that the table has already stays:

        - ``investment_wan_mu``, ``output_wan_mu``, ``staff_per_mu``: per 亩 of the land asked for;
        - ``energy_tce_wan``, ``emissions_kg_wan``: tonnes of coal equivalent, and kg, per 万元 of output;
        - ``tax_wan`` and ``tax_wan_mu``, each from the other where the land is stated. Where both are stated and
          differ the greater counts: stating one more figure never lowers a project, so blanking one never raises it;
        - ``chain_links``: links of the longest chain through the industry (`geo.project.length`).
    """
    land, output = _ends(projects, "asked_m2", 1.0 / MU_M2), _ends(projects, "output_wan")
    made: dict[str, np.ndarray] = {}
    for name, part, whole in (
        ("investment_wan_mu", _ends(projects, "investment_wan"), land), ("output_wan_mu", output, land),
        ("staff_per_mu", _ends(projects, "staff"), land), ("energy_tce_wan", _ends(projects, "energy_tce"), output),
        ("emissions_kg_wan", _ends(projects, "emissions_t", 1000.0), output),
    ):  # fmt: skip
        if name not in projects:
            made[name], made[hi(name)] = _share(part[0], whole[1]), _share(part[1], whole[0])
    tax, per_mu = _ends(projects, "tax_wan"), _ends(projects, "tax_wan_mu")
    made["tax_wan"], made[hi("tax_wan")] = (np.fmax(t, m * a) for t, m, a in zip(tax, per_mu, land, strict=True))
    made["tax_wan_mu"] = np.fmax(per_mu[0], _share(tax[0], land[1]))
    made[hi("tax_wan_mu")] = np.fmax(per_mu[1], _share(tax[1], land[0]))
    if links is not None and "industry" in projects:
        made["chain_links"] = length.of_industries(projects["industry"].astype(str).tolist(), links)
    return projects.assign(**made)


def _ends(frame: pd.DataFrame, name: str, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of a column; without a column of its own the upper end is the lower one."""
    low = _column(frame, name) * factor
    return low, _column(frame, hi(name)) * factor if hi(name) in frame else low


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    return frame[name].to_numpy(np.float64) if name in frame else np.full(len(frame), np.nan)


def _share(part: np.ndarray, whole: np.ndarray, bare: float = np.nan) -> np.ndarray:
    """Return part of whole; `bare` where the whole is 0."""
    out = np.where(np.isnan(part) | np.isnan(whole), np.nan, bare)
    return np.asarray(np.divide(part, whole, out=out, where=whole > 0.0))
