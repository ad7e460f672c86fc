"""Areas of sets of zones without building a geometry: a grid, edges, and sums.

Only areas are wanted, so no overlay is drawn. The plane is cut by a grid of square cells. The edges of all zones are
cut once by it (`edges`); every cell becomes one set of zones, or a list of edges that say which set lies below and
which above (`labels`); a parcel is cut by the same grid, and what it has of each set is a sum over pairs of its edges
and those (`parcels`). `sets` puts them together. Where the edges of several features meet in a cell, it is swept once,
whatever the number of parcels.

A cell is a power of two metres and the grid starts at 0, so coordinates in cells are exact, and its size follows from
the parcel alone: what a parcel gets does not depend on which others are measured with it.
"""
