"""Nearest miss (差多少): the smallest extra amounts with which a project fits while all others stay where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.place.problem import Ints, Problem, held


@dataclass(frozen=True)
class Miss:
    """What an unplaced project lacks.

    Parameters
    ----------
    option : int
        The option that comes nearest; -1 when the project has none.
    accounts, amounts : int64 arrays
        Accounts that would have to hold more, and by how much (whole steps). All of them are
        needed together. Empty when land alone is in the way.
    land : int
        Land the option's site would have to hold more (whole steps), 0 when it holds enough.
    taken_by : tuple of int
        Projects on land the site needs.
    near : tuple of int
        Projects placed nearer than one of the two asks for.
    """

    option: int
    accounts: Ints
    amounts: Ints
    land: int = 0
    taken_by: tuple[int, ...] = ()
    near: tuple[int, ...] = ()


_NONE = np.zeros(0, np.int64)


def nearest(problem: Problem, chosen: Ints, project: int, families: Ints) -> Miss:
    """Return the nearest miss of a project that is not placed.

    Parameters
    ----------
    problem : Problem
        With every option the project has, also those that overdraw.
    chosen : int64 array
        The answer; others are held as they are in it.
    project : int
    families : int64 array, one per account
        Accounts of the same resource have the same number.

    Notes
    -----
    Options on land nobody uses and far enough from everybody come before others. Among them the smallest sum
    of amounts counts, each as a share of what the project itself draws of that resource: so a
    set of amounts that is smaller in every account is never passed over, and with 99 % of
    the amounts the project still fits nowhere.
    """
    options = problem.by_project[project]
    if not len(options):
        return Miss(-1, _NONE, _NONE)
    state = held(problem, np.where(np.arange(problem.n_projects) == project, -1, chosen))
    norm = _norms(problem, options, families)
    found = []
    for option in options.tolist():
        accounts, amounts = state.short(option)
        site = problem.site[option]
        land = max(int(problem.land[option] - state.room[site]), 0)
        by = _users(problem, chosen, project, site) if land or state.barred[site] else ()
        size = float((amounts / norm[families[accounts]]).sum())
        near = () if state.far(option) else _near(problem, chosen, project, option)
        order = (bool(by) + bool(near), size, land, -problem.goal[option], option)
        found.append((order, Miss(option, accounts, amounts, land, by, near)))
    return min(found, key=lambda pair: pair[0])[1]


def _norms(problem: Problem, options: Ints, families: Ints) -> npt.NDArray[np.float64]:
    """Return per resource the most the project draws of it on any site, at least one step."""
    most = np.ones(int(families.max(initial=0)) + 1)
    drawn = problem.drawn[:, options]
    np.maximum.at(most, families[drawn.indices], drawn.data)
    return most


def _users(problem: Problem, chosen: Ints, project: int, site: np.int64) -> tuple[int, ...]:
    near = {int(site), *problem.rivals[site].tolist()}
    return tuple(p for p, k in enumerate(chosen.tolist()) if k >= 0 and p != project and int(problem.site[k]) in near)


def _near(problem: Problem, chosen: Ints, project: int, option: int) -> tuple[int, ...]:
    """Return the placed projects an option is too near to, by what it or they ask for."""
    site, mine = int(problem.site[option]), set(problem.kept_from(option).tolist())
    placed = [(p, k) for p, k in enumerate(chosen.tolist()) if k >= 0 and p != project]
    return tuple(p for p, k in placed if int(problem.site[k]) in mine or site in problem.kept_from(k).tolist())
