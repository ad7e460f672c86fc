"""The week of scene 2 in small: seven projects, five pieces of land, one plant, the county's accounts."""

import datetime
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from geo.basis.reason import reason
from geo.basis.units import hi
from geo.place.accounts import accounts, drawn_down
from geo.place.answer import Answer, Worth
from geo.place.draws import PARK, draws
from geo.place.fit import Tables, fits, result_of
from geo.place.headroom import pools
from geo.place.intake import portfolio
from geo.place.match import Wish, Wishes, place
from geo.place.resource import Resource, Resources
from geo.place.spacing import NO_SPACING, Spacing
from geo.place.worth import Objective

MU = 2000 / 3
DAY = datetime.date(2026, 11, 23)
RESOURCES = Resources((
    Resource("power", "MVA", 0.001, "power_kva", "", 0.001), Resource("water", "m3/d", 0.1, "water_m3d"),
    Resource("sewage", "m3/d", 0.1, "sewage_m3d"), Resource("gas", "m3/d", 0.1, "gas_m3d"),
    Resource("new_construction", "亩", 0.01, "", "quota", 1 / MU),
    Resource("farmland_balance", "亩", 0.01, "", "balance", 1 / MU), Resource("energy", "tce", 0.1, "energy_tce"),
))  # fmt: skip
STATED = ("water_m3d", "sewage_m3d", "energy_tce")
PARKS = {"D1": "C34", "D2": "C17", "B1": "C26", "B2": "C17", "B3": "C17", "B4": "C30"}
#            industry  asked  land   tax  MVA  water sewage  tce   floor building
PROJECTS = {
    "丽人": ("C17", 143.0, 143.0, 10, 2.5, 600, 420, 3100, 98000, 0),
    "普科": ("C26", 150.0, 140.0, 20, 4.0, 1300, 900, 8600, 61000, 0),
    "雷气": ("C34", 80.0, 80.0, 12, 0.8, 60, 45, 640, 8000, 8000),
    "宝耐": ("C30", 170.0, 170.0, 9, 12.0, 500, 300, 9400, 76000, 0),
    "中鑫": ("C17", 200.0, 200.0, 8, 3.0, 1500, 1000, 4200, 120000, 0),
    "盛海": ("C32", 900.0, 900.0, 15, 60.0, 9000, 3000, 210000, 260000, 0),
    "力胜": ("", 130.0, 130.0, 8, 1.5, 200, 140, 1200, 60000, 0),
}
#         park  mu    quota balance
SITES = {
    "R1": ("B2", 143.0, 65.0, 52.0), "PK": ("B1", 152.0, 152.0, 152.0), "BN": ("B4", 172.0, 0.0, 0.0),
    "ZX": ("D2", 212.0, 212.0, 212.0), "F1": ("D1", 40.0, 40.0, 0.0),
}  # fmt: skip
#            resource unit  limit used committed reserved serves in service
FACILITIES = {
    "S-E": ("power", "MVA", 50.0, 31.0, 9.0, 2.0, "B3|B4", "2016-05-20"),
    "S-E3": ("power", "MVA", 50.0, 0.0, 0.0, 0.0, "B3|B4", "2027-06-30"),
    "S-W": ("power", "MVA", 40.0, 22.0, 5.0, 2.0, "B2", "2012-09-01"),
    "S-N": ("power", "MVA", 63.0, 38.0, 9.0, 3.0, "D1", "2019-11-15"),
    "S-S": ("power", "MVA", 50.0, 24.0, 6.0, 2.0, "D2|B1", "2021-03-30"),
    "W-1": ("water", "m3/d", 60000, 38000, 6000, 3000, "D1|D2|B2|B3|B4", "2015-01-01"),
    "W-2": ("water", "m3/d", 20000, 9000, 1500, 1000, "B1", "2022-07-01"),
    "SW-1": ("sewage", "m3/d", 50000, 36500, 4000, 2500, "D1|D2|B2|B3|B4", "2014-06-01"),
    "SW-2": ("sewage", "m3/d", 5000, 3200, 400, 200, "B1", "2023-04-01"),
    "GS-2": ("gas", "m3/d", np.nan, 900, 0, 0, "B1|B3|B4", "2024-10-01"),
}


@dataclass(frozen=True)
class County:
    on: datetime.date = DAY
    extra: dict = field(default_factory=dict)
    sites: dict = field(default_factory=lambda: dict(SITES))
    projects: dict = field(default_factory=lambda: dict(PROJECTS))
    pins: dict = field(default_factory=lambda: {"丽人": Wish(site="R1")})
    bans: dict = field(default_factory=dict)
    binding: str = "power_kva|water_m3d|sewage_m3d|energy_tce"
    gas: float = np.nan
    spacing: Spacing = NO_SPACING

    def but(self, **changes):
        return replace(self, **changes)

    def facilities(self):
        """The register of facilities as it is given."""
        names = ("resource", "unit", "limit", "used", "committed", "reserved", "serves", "in_service")
        rows = [dict(zip(names, v, strict=True)) | {"facility_id": k, "name": k, "kind": "station",
                "date": pd.Timestamp("2026-10-31"), "source": "月报"} for k, v in FACILITIES.items()]  # fmt: skip
        frame = pd.DataFrame(rows)
        frame["in_service"] = pd.to_datetime(frame["in_service"])
        return frame.assign(stated_unit="")

    def budgets(self):
        rows = [("new_construction", "亩", 5234.0, 803.9, 4110.1), ("farmland_balance", "亩", 2600.0, 300.0, 1850.0),
                ("energy", "tce", 120000.0, 6000.0, 78000.0)]  # fmt: skip
        frame = pd.DataFrame(rows, columns=["budget_id", "unit", "limit", "earmarked", "committed"])
        return frame.assign(name="", used=0.0, source="台账", date=pd.Timestamp("2026-10-31"), stated_unit="")

    def book(self):
        """The account book before anything is placed."""
        return accounts(self.facilities(), self.budgets(), self.on, self.extra)

    def tables(self):
        ids = list(self.projects)
        given = pd.DataFrame(
            list(self.projects.values()),
            columns=[
                "industry",
                "asked",
                "land",
                "tax_wan_mu",
                "mva",
                "water_m3d",
                "sewage_m3d",
                "energy_tce",
                "floor_m2",
                "hall",
            ],
        )
        demand = pd.DataFrame({
            "project_id": ids, "land_m2": given["land"] * MU, "land_hi_m2": given["land"] * MU,
            "power_kva": given["mva"] * 1000, "power_hi_kva": given["mva"] * 1000, "gas_m3d": self.gas,
            "gas_hi_m3d": self.gas, "tax_wan_mu": given["tax_wan_mu"].astype(float), "binding": self.binding,
        } | {n: given[c].astype(float) for c in STATED for n in (c, hi(c))})  # fmt: skip
        result = given["industry"].map(lambda i: "unknown" if not i else "clear" if i in PARKS.values() else "conflict")
        results = pd.DataFrame(
            {
                "project_id": ids,
                "result": result,
                "reason": [reason("gates", industry=i).to_json() for i in given["industry"]],
            }
        )
        gates = [
            (p, park, "unknown" if not i else "clear" if admits == i else "conflict")
            for p, i in zip(ids, given["industry"], strict=True)
            for park, admits in PARKS.items()
        ]
        gates = pd.DataFrame(gates, columns=["project_id", "park_id", "outcome"]).assign(
            severity="exclude", reason=reason("park_admits_not").to_json())  # fmt: skip
        area = {k: v[1] * MU for k, v in self.sites.items()}
        sites = pd.DataFrame({
            "site_id": list(self.sites), "kind": "land", "outcome": "clear", "status": "conditional", "unknowns": "",
            "park_id": [v[0] for v in self.sites.values()], "net_m2": list(area.values()),
            "net_hi_m2": list(area.values()), "rect_length_m": 300.0, "rect_width_m": 200.0,
        } | {c: [v[k] * MU for v in self.sites.values()] for c, k in (
            ("quota_m2", 2), ("quota_hi_m2", 2), ("balance_m2", 3), ("balance_hi_m2", 3))})  # fmt: skip
        halls = pd.DataFrame({"site_id": ["P-05"], "park_id": ["D1"], "net_m2": [9600.0]})
        reuse = pd.DataFrame(
            [
                {
                    "project_id": "雷气",
                    "site_id": "P-05",
                    "outcome": "clear",
                    "floor_m2": 8000.0,
                    "land_saved_m2": 80 * MU,
                    "reason": reason("reuse_fits").to_json(),
                }
            ]
        )
        return Tables(
            pd.DataFrame({"project_id": ids}), demand, gates, results, sites, halls, reuse, {}, {"R1": "丽人"}
        )

    def members(self):
        return pd.DataFrame({"site_id": list(self.sites), "parcel_id": list(self.sites), "part": 1})

    def answer(self, work=None):
        tables = self.tables()
        made = pools(self.book(), RESOURCES)
        book = portfolio(tables, fits(tables, Objective()), self.members(), made, self.spacing)
        placed = place(book, made, Wishes(self.pins, self.bans), work)
        return Answer(placed, book, Worth("tax", "wan_a"), result_of(tables.gate_results))

    def matches(self):
        return self.answer().matches().set_index("project_id")

    def drawn(self, answer=None):
        """The account book when the answer has drawn on it."""
        taken = draws((answer or self.answer()).placed, self.book())
        return drawn_down(self.book(), taken[taken["kind"] != PARK])

    def accounts(self, answer=None):
        book = self.drawn(answer).set_index("account")
        return book[book["scope"] == "facility"], book[book["scope"] == "county"]
