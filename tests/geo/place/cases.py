"""Random assignment problems and their exact answers by trying everything."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from geo.place.problem import Problem


def problem(project, site, value, land, room, parts, draws, free, n_projects=None, must=None, liking=None, off=None):
    project = np.asarray(project, np.int64)
    count = int(n_projects if n_projects is not None else (project.max() + 1 if len(project) else 0))
    return Problem(
        project, np.asarray(site, np.int64), np.asarray(value, np.int64),
        np.zeros(len(project)) if liking is None else np.asarray(liking, float),
        np.asarray(land, np.int64), count, np.asarray(room, np.int64),
        sparse.csr_array(np.asarray(parts, np.int64)),
        sparse.csr_array(np.asarray(draws, np.int64).reshape(len(free), len(project))),
        np.asarray(free, np.int64), np.zeros(count, bool) if must is None else np.asarray(must, bool),
        None if off is None else sparse.csr_array(np.asarray(off, np.int64)),
    )  # fmt: skip


def random_problem(seed, projects=5, sites=5, parts=6, accounts=3, tight=0.45):
    """Small problem with shared land, divided sites and accounts of which most bind."""
    rng = np.random.default_rng(seed)
    size = rng.integers(10, 60, parts)
    belongs = np.zeros((parts, sites), np.int64)
    for s in range(sites):
        belongs[rng.choice(parts, rng.integers(1, 3), replace=False), s] = 1
    room = size @ belongs
    asked = rng.integers(8, 60, projects)
    worth = rng.integers(1, 30, projects) * asked
    need = rng.integers(1, 40, (accounts, projects))
    pairs = [(p, s) for p in range(projects) for s in range(sites) if asked[p] <= room[s] and rng.random() < 0.8]
    p, s = (np.array(k, np.int64) for k in (zip(*pairs, strict=True) if pairs else ((), ())))
    draws = need[:, p] * rng.integers(0, 2, (accounts, sites))[:, s] if len(p) else np.zeros((accounts, 0), int)
    free = (need.sum(axis=1) * tight * rng.uniform(0.4, 1.0, accounts)).astype(int)
    return problem(p, s, worth[p], asked[p], room, belongs, draws, free, projects, liking=rng.random(len(p)))


def apart(case, seed, share=0.4, far=2):
    """The problem with distances: some projects keep others off their site and those next to it on a line."""
    rng = np.random.default_rng(seed)
    asks = rng.random(case.n_projects) < share
    reach = rng.integers(0, far, case.n_projects)
    gap = np.abs(np.arange(len(case.room))[None, :] - case.site[:, None])
    off = asks[case.project][:, None] & (gap <= reach[case.project][:, None])
    return replace(case, off=sparse.csr_array(off.astype(np.int64)))


def best(case):
    """Return the best objective by trying every assignment; None when nothing is valid."""
    parts, draws = case.parts.toarray().astype(bool), case.draws.toarray()
    sites = [frozenset(np.flatnonzero(parts[:, s]).tolist()) for s in range(len(case.room))]
    off = case.keeps.toarray().astype(bool)
    found = [None]

    def near(k, others):
        return any(off[k, case.site[j]] or off[j, case.site[k]] for j in others)

    def go(project, free, room, used, total, taken=()):
        if project == case.n_projects:
            found[0] = total if found[0] is None else max(found[0], total)
            return
        if not case.must[project]:
            go(project + 1, free, room, used, total, taken)
        for k in case.by_project[project]:
            site, left = int(case.site[k]), free - draws[:, k]
            shared = any(sites[site] & sites[other] for other in used - {site})
            if (left >= 0).all() and room[site] >= case.land[k] and not shared and not near(k, taken):
                rest = {**room, site: room[site] - case.land[k]}
                go(project + 1, left, rest, used | {site}, total + int(case.value[k]), (*taken, k))

    go(0, case.free, dict(enumerate(case.room.tolist())), frozenset(), 0)
    return found[0]
