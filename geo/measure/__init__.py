"""Geometry becomes tables, once.

A parcel is cut by the zones that touch it into *pieces*, one per exact set of zones
present; overlaps, ledgers and funnels are sums over pieces. Distances, slopes and shapes
become columns of *facts*. Whatever the data does not settle is an interval: the value the
data proves, and the bound it does not exclude.

Correct and simple first: plain overlays in the area CRS. `robust` runs them, `subdivide`
keeps huge shapes usable, `zones` says what is there and what is known, `local` brings
zones down to parcels, `pieces` cuts, `overlap` sums, `every` is the whole stage.
"""
