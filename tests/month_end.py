"""A small study at a month's end: eight projects, four firms, three links, one park; every number by hand.

Shares of the seven standards (安康): what is stated against its full value, what people scored of 100, the parts of
one standard in equal shares; the score is their sum × 100/7.

| | technology | investment | tax | jobs | environment | energy | sustainability | sum | score |
|---|---|---|---|---|---|---|---|---|---|
| M1 | (0.5+0.7)/2 | (1+1)/2 | (1+0.8)/2 | 0.5 | (0.5+0.5)/2 | 0.8 | 0.9 | 5.2 | 74.29 |
| M2 | (1+0.4)/2 | (1+0.75)/2 | (0.5+0.2)/2 | 0.4 | (0.8+0.6)/2 | 0.5 | – | 3.525 | 50.36 |
| M3 | – | (0.5+0.3)/2 | (0.5+0.16)/2 | 1 | – | 0.9 | – | 2.63 | 37.57 |
| M4 | (0+0.2)/2 | (1+1)/2 | (1+0.64)/2 | 0.2 | (0+0.2)/2 | 0 | 0.2 | 2.42 | 34.57 |
| M8 | – | (1+0.45)/2 | – | 0.2 | – | – | – | 0.925 | 13.21 |
| M5 | – | (0.2+0.06)/2 | (0.125+0.02)/2 | 0.6 | – | – | – | 0.8025 | 11.46 |

M7 has no industry: its gates are open, it stands apart with 1.9125 → 27.32. M6 is of an industry the park does not
admit: neither score nor rank.

Schedule by the county's own steps (立项 5, 环评 20, 能评 10 beside it where energy is 1,000 tce or more, 施工许可 10,
建设 200 working days) on Monday 30 November 2026; 1 January 2027 is off:

- M1 promises its start on 1 March 2027: 30 November to 4 December, 7 December to 4 January, 5 to 18 January: 42 spare;
- M2 promises it on 31 December: 环评 to 25 December, permit to 11 January: **11 days late**, held by 生态环境局;
- M3 promises it on 1 December; 环评 was done on 20 November, no 能评: permit to 11 December: **10 days late** (住建局);
- M4 began on 20 May: 200 working days from 21 May end on 8 March 2027, 298 days before 31 December 2027.

Score of the year by unit, 40 points for investment signed, 20 for their number, 8 for each of the five rates:

| unit | investment | number | performance | funds | start | completion | production | score | place |
|---|---|---|---|---|---|---|---|---|---|
| 经信局 M1 M4 | 15,000/20,000 → 30 | 1/2 → 10 | 1/2 → 4 | 9,000/27,000 → 2.67 | 1/1 → 8 | 0/1 | – | 54.67 | 1 |
| 应急局 M2 | 7,500/10,000 → 30 | 1/1 → 20 | 0/1 | 1,500/7,500 → 1.6 | 0/1 | – | – | 51.6 | 2 |
| 招商局 M3 M7 | 9,000/6,000 → 40 | 1/2 → 10 | 0/2 | 600/3,000 → 1.6 | 0/1 | – | – | 51.6 | 2 |
| 交通局 M8 | 0/5,000 | 0/1 | 8 | 4,500/4,500 → 8 | 8 | 8 | 8 | 40 | 4 |
| 西镇 M5, 发改局 M6 | 0 | 0 | – | – | – | – | – | 0 | 5 |

On 31 October M7 was not signed: 招商局 had 1.6 and place 4, 交通局 place 3.

Offers with three further parcels outside the park, a link C18 → C19 and land of grade 10 (168 yuan/m²): the three
parcels of the park are one site; C17 and C26 are missing but M1 and M2 would fill them, C19 nobody:

| offer | ground | 亩 | least price, 万元 |
|---|---|---|---|
| L01 | 900 × 300 m | 405 | 4,536 |
| L02 | 250 × 250 m | 93.75 | 1,050 |
| L03 | 200 × 200 m | 60 | 672 |
| L04 | 150 × 150 m | 33.75 | 378 |
| C01 | C19, partner C18 | | |

Who asks for 60 亩 for C17 with 9,000 万元 invests 150 万元 a 亩 where 20 are the least. The slope of no parcel is
known.
L01 lacks nothing else; of L03 and L02 no park says whether it takes C17 in, L03 has nothing to spare; L04 is too small.
"""

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from geo.basis.progress import silent
from layers.ask import rated, scheduled
from layers.library import land_price, league
from layers.study.run import runs
from layers.study.run.results import open_results

CRS = "EPSG:4549"
X0, Y0 = 500_000.0, 3_180_000.0
LIST = Path(__file__).resolve().parent / "golden" / "month_end_projects.csv"
SCORES = (
    ("M1", "technology", 80.0, "王工"), ("M1", "technology", 60.0, "李工"), ("M1", "environment", 50.0, "王工"),
    ("M1", "sustainability", 90.0, "王工"), ("M2", "technology", 40.0, "王工"), ("M2", "environment", 60.0, "王工"),
    ("M4", "technology", 20.0, "王工"), ("M4", "environment", 20.0, "王工"), ("M4", "sustainability", 20.0, "王工"),
)  # fmt: skip
RANKED = {"M1": 520 / 7, "M2": 352.5 / 7, "M3": 263 / 7, "M4": 242 / 7, "M8": 92.5 / 7, "M5": 80.25 / 7}
OPEN = {"M7": 191.25 / 7}
LINKS = (("C28", "C17", 0.8), ("C17", "C18", 0.9), ("C26", "C28", 0.6))
FIRMS = (("F1", "化纤厂", "C28"), ("F2", "制衣一厂", "C18"), ("F3", "制衣二厂", "C18"), ("F4", "轴承厂", "C34"))
STUDY = """
[study]
name = "月末"
crs = "EPSG:4549"
area = "planar"
as_of = 2026-11-30
rules = ["inputs/rules.toml"]

[standards]
investment_wan_mu = 20.0
source = "演示标准"

[[layers]]
id = "parcels"
role = "parcels"
source = "inputs/parcels.gpkg"
fields = { parcel_id = "BSM", land_use = "DLBM" }
land_use_scheme = "三调"

[[layers]]
id = "parks"
role = "park"
source = "inputs/parks.gpkg"
coverage = "complete"
fields = { park_id = "park_id", name = "name", industries = "industries", leading = "leading" }

[[layers]]
id = "firms"
role = "enterprise"
source = "inputs/firms.gpkg"
fields = { enterprise_id = "id", name = "name", industry = "industry" }

[[layers]]
id = "projects"
role = "project"
source = "inputs/projects.csv"

[[layers]]
id = "links"
role = "link"
source = "inputs/links.csv"
"""
STEPS = """
[head]
source = { zh = "本县 2026 年工期表（演示）", en = "This county's own table of 2026 (demonstration)" }
confidence = "local"

[[steps]]
id = "filing"
title = { zh = "立项", en = "Filing" }
holder = { zh = "发改局", en = "Development and reform" }
days = 5
stage = "preparing"
[[steps]]
id = "eia"
title = { zh = "环评", en = "EIA" }
holder = { zh = "生态环境局", en = "Environment" }
days = 20
after = ["filing"]
[[steps]]
id = "energy"
title = { zh = "能评", en = "Energy review" }
holder = { zh = "发改局", en = "Development and reform" }
days = 10
after = ["filing"]
when = { fact = "energy_tce", least = 1000.0 }
[[steps]]
id = "permit"
title = { zh = "施工许可", en = "Permit" }
holder = { zh = "住建局", en = "Housing" }
days = 10
after = ["eia", "energy"]
[[steps]]
id = "start"
title = { zh = "开工", en = "Start" }
holder = { zh = "项目单位", en = "Company" }
days = 0
after = ["permit"]
stage = "started"
milestone = "start"
[[steps]]
id = "works"
title = { zh = "建设", en = "Works" }
holder = { zh = "项目单位", en = "Company" }
days = 200
after = ["start"]
runs = true
stage = "completed"
[[steps]]
id = "production"
title = { zh = "投产", en = "Production" }
holder = { zh = "项目单位", en = "Company" }
days = 0
after = ["works"]
stage = "producing"
milestone = "production"
"""
TARGETS = {
    "经信局": (20000, 2), "应急局": (10000, 1), "招商局": (6000, 2), "西镇": (1000, 1), "发改局": (20000, 1),
    "交通局": (5000, 1),
}  # fmt: skip
RULES = """
[[rules]]
id = "slope"
title = { zh = "坡度", en = "Slope" }
fact = "slope_p90_pct"
test = "value"
operator = "<="
threshold = 25.0
severity = "restrict"
clause = "演示"
confidence = "S"
"""


def written(folder: Path) -> Path:
    """Write the study and return its folder."""
    inputs = folder / "inputs"
    inputs.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (inputs / "schedule.toml").write_text(STEPS, encoding="utf-8")
    given = [f'[[targets]]\nname = "{n}"\ninvestment = {i}\nnumber = {k}\n' for n, (i, k) in TARGETS.items()]
    shipped = league.FILE.read_text(encoding="utf-8")
    (inputs / "league.toml").write_text("\n".join([shipped, *given]), encoding="utf-8")
    (inputs / "rules.toml").write_text(RULES, encoding="utf-8")
    squares = [_box(x, 0) for x in (0, 300, 600)]
    gpd.GeoDataFrame({"BSM": ["a", "b", "c"], "DLBM": ["0601"] * 3}, geometry=squares, crs=CRS).to_file(
        inputs / "parcels.gpkg"
    )
    park = {"park_id": ["P1"], "name": ["河东园"], "industries": ["C13;C17;C26;C30;C34;G59"], "leading": ["C17"]}
    gpd.GeoDataFrame(park, geometry=[_box(0, 0, 900)], crs=CRS).to_file(inputs / "parks.gpkg")
    firms = pd.DataFrame(FIRMS, columns=["id", "name", "industry"])
    places = [shapely.Point(X0 + 100 + 200 * k, Y0 + 500) for k in range(len(FIRMS))]
    gpd.GeoDataFrame(firms, geometry=places, crs=CRS).to_file(inputs / "firms.gpkg")
    shutil.copyfile(LIST, inputs / "projects.csv")
    pd.DataFrame(LINKS, columns=["上游行业", "下游行业", "关联强度"]).to_csv(inputs / "links.csv", index=False)
    return folder


def run(folder: Path, until: str = "chain") -> Path:
    """Write the study, run it as far as a stage, and record what people scored."""
    runs.update(written(folder), until, silent)
    return told(folder)


def told(folder: Path) -> Path:
    """Record what people scored and said of steps."""
    found = open_results(folder)
    for project, item, points, person in SCORES:
        rated.give(found, project, item, points, person, "评审会纪要")
    scheduled.say_of(found, "M3", "eia", {"done_on": "2026-11-20"}, "生态环境局 周", "批复〔2026〕31号")
    return folder


OFFERS = (("L01", 405.0, 4536.0), ("L02", 93.75, 1050.0), ("L03", 60.0, 672.0), ("L04", 33.75, 378.0))


def with_offers(folder: Path) -> Path:
    """Write the study with the ground and the link of the five offers, and run it as far as they rest on."""
    inputs = written(folder) / "inputs"
    parcels = gpd.read_file(inputs / "parcels.gpkg")
    squares = [_box(3000, 0, 200), _box(5000, 0, 250), _box(7000, 0, 150)]
    more = gpd.GeoDataFrame({"BSM": ["d", "e", "f"], "DLBM": ["0601"] * 3}, geometry=squares, crs=CRS)
    (inputs / "parcels.gpkg").unlink()
    pd.concat([parcels, more]).to_file(inputs / "parcels.gpkg")
    links = pd.DataFrame([*LINKS, ("C18", "C19", 0.5)], columns=["上游行业", "下游行业", "关联强度"])
    links.to_csv(inputs / "links.csv", index=False)
    price = land_price.FILE.read_text(encoding="utf-8")
    (inputs / land_price.FILE.name).write_text(f"grade = 10\n{price}", encoding="utf-8")
    for until in ("place", "chain", "parklists"):
        runs.update(folder, until, silent)
    return told(folder)


def _box(x: float, y: float, side: float = 300.0) -> shapely.Polygon:
    return shapely.box(X0 + x, Y0 + y, X0 + x + side, Y0 + y + side)
