"""The least price of industrial land (工业用地出让最低价, `data/handover/land-price.toml`), or a study's own table."""

from __future__ import annotations

import math
from pathlib import Path

from pydantic import Field, field_validator

from layers.library import office
from layers.library.office import CheckedHead, OfficeTable

FILE = Path(__file__).resolve().parents[2] / "data" / "handover" / "land-price.toml"
"""Where a study keeps a table of its own, with the grade of its place."""
M2_YUAN_A_WAN = 10_000.0


class PriceTable(OfficeTable):
    """Least prices by grade of land, and the grade of the place.

    Parameters
    ----------
    grade : int or None
        Grade (等别) of the place; None is not known, and so is every price then.
    yuan_m2 : mapping of grade to yuan a square metre
    """

    head: CheckedHead
    grade: int | None = Field(None, ge=1)
    yuan_m2: dict[int, float] = Field(min_length=1)

    @field_validator("yuan_m2")
    @classmethod
    def _prices(cls, value: dict[int, float]) -> dict[int, float]:
        if any(not 0 < price < math.inf for price in value.values()):
            raise ValueError("land_price_figures")
        return value

    @property
    def price(self) -> float | None:
        """Yuan a square metre in this place; None where its grade is not stated or not in the table."""
        return None if self.grade is None else self.yuan_m2.get(self.grade)

    def least_wan(self, area_m2: float) -> float | None:
        """Return the least price of some land in 万元, None where it is not known."""
        return None if self.price is None or math.isnan(area_m2) else area_m2 * self.price / M2_YUAN_A_WAN


def table(folder: Path | None = None) -> PriceTable:
    """Return the table of a study folder where it has one, else the shipped one.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return office.table(PriceTable, FILE, folder)
