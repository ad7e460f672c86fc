"""``python -m geo.assemble`` compiles the kernels of this room, so that the first run need not."""

import numpy as np
import shapely

from geo.assemble import grow
from geo.assemble.graph import adjacency
from geo.assemble.region import Region
from geo.assemble.shape import fits, largest_rectangle
from geo.assemble.spec import Budget, Demand, Joining

SQUARES = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], object)


def main() -> None:
    """Call every kernel once on next to nothing."""
    adjacency(SQUARES, Joining())
    largest_rectangle(SQUARES[0])
    fits(SQUARES[0], 5.0, 4.0)
    one, two = np.ones(1), np.ones(2)
    number, twice = np.zeros(1, np.int64), np.ones(2, np.int64)
    pair = Region(np.arange(2), number, number + 1, one, one, two, two, two, twice, twice, twice)
    list(grow.sets([pair], Demand("", 1.0, 2.0), Budget()))


if __name__ == "__main__":
    main()
