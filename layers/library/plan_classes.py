"""Which class of industrial land (工业用地分类) a planned use is (`data/codes/industrial_land.toml`)."""

from __future__ import annotations

from functools import cache

from layers.library import standards

SCHEME = "用地用海"
"""Scheme of the codes in the list; older schemes are read through their crosswalk."""
OTHER = (0.0, 0.0)


@cache
def classed(scheme: str, code: str) -> tuple[float, float] | None:
    """Return the least and the highest class a planned use may be; None for a code or scheme nobody knows.

    Parameters
    ----------
    scheme, code : str
        ``"100102"`` of 用地用海 is class two, ``"1001"`` any of the three, ``"070102"`` no industrial land: 0.
        A code of an older scheme is what it maps to.
    """
    known = standards.of_scheme(scheme)
    found = known.get(code) if known else None
    if known is not None and found is not None and known.maps_to:
        told = [classed(known.maps_to, target) for target in found.maps_to]
        sure = [t for t in told if t is not None]
        return (min(t[0] for t in sure), max(t[1] for t in sure)) if told and len(sure) == len(told) else None
    if scheme != SCHEME or known is None:
        return None
    listed = standards.codes("industrial_land")
    heads = [code[:n] for n in range(len(code), 0, -1)]
    own = next((c for h in heads if (c := listed.get(h))), None)
    if own is not None:
        low, _, high = own.group.partition("-")
        return float(low), float(high or low)
    return OTHER if any(known.get(h) for h in heads) else None
