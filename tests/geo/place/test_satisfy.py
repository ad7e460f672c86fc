import numpy as np

from geo.place import satisfy
from geo.place.rows import valid
from geo.place.satisfy import Effort
from tests.geo.place import exact
from tests.geo.place.cases import best, problem, random_problem


def unplaced_and_binding(case, chosen):
    """Share of projects left out, and accounts for want of which one of them is."""
    left, out = case.left(chosen), np.flatnonzero(chosen < 0)
    draws = case.draws.toarray()
    binding = {int(a) for p in out for k in case.by_project[p] for a in np.flatnonzero(draws[:, k] > left)}
    return len(out) / case.n_projects, len(binding)


def test_two_solvers_and_trying_everything_agree_where_resources_are_scarce():
    scarce = 0
    for seed in range(80):
        case = random_problem(seed, projects=6, sites=4, tight=0.5)
        branched = exact.branch(case).chosen
        share, binding = unplaced_and_binding(case, branched)
        if share < 0.3 or binding < 2:
            continue
        scarce += 1
        found = satisfy.search(case, Effort(5.0))
        assert valid(case, found.chosen)
        assert case.total(found.chosen) == case.total(branched) == best(case), seed
    assert scarce >= 20


def test_both_say_when_what_must_be_placed_cannot_be():
    case = problem([0, 1], [0, 0], [10, 1], [80, 80], [100], [[1]], [[1, 2]], [1], must=[False, True])
    assert satisfy.search(case, Effort(1.0)).impossible


def test_same_input_same_answer_with_several_workers():
    case = random_problem(3, projects=12, sites=8, parts=12)
    answers = [satisfy.search(case, Effort(0.5, workers=2)).chosen.tolist() for _ in range(2)]
    assert answers[0] == answers[1]
