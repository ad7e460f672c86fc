"""Facts of sites that criteria read beside the columns of the table: shares, so that size is not counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.basis.units import MU_M2, hi

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


def of_projects(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects with their intensities.

    Parameters
    ----------
    projects : DataFrame
        The table `projects`. A missing column or a null makes what rests on it unknown.

    Returns
    -------
    DataFrame
        Further columns: ``investment_wan_mu``, ``output_wan_mu`` (万元 per 亩 of the land asked
        for) and ``energy_tce_wan`` (tonnes of coal equivalent per 万元 of output). One that the
        table has already stays.
    """
    land_mu, output = _column(projects, "asked_m2") / MU_M2, _column(projects, "output_wan")
    made = {
        "investment_wan_mu": _share(_column(projects, "investment_wan"), land_mu),
        "output_wan_mu": _share(output, land_mu),
        "energy_tce_wan": _share(_column(projects, "energy_tce"), output),
    }
    return projects.assign(**{name: values for name, values in made.items() if name not in projects})


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    return frame[name].to_numpy(np.float64) if name in frame else np.full(len(frame), np.nan)


def _share(part: np.ndarray, whole: np.ndarray, bare: float = np.nan) -> np.ndarray:
    """Return part of whole; `bare` where the whole is 0."""
    out = np.where(np.isnan(part) | np.isnan(whole), np.nan, bare)
    return np.asarray(np.divide(part, whole, out=out, where=whole > 0.0))
