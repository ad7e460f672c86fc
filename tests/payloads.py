"""A study from another office in which every text that may be chosen freely tries to be something else.

District, parks, facilities, plan, supply, buildings, firms, projects and accounts, as small as they
come; titles, names, ids, remarks, holders, files, sheets, layers and columns carry `TEXT`. What runs
anywhere leaves a folder `LEFT` where the process works, or sets ``window.hit`` in the browser.
"""

import itertools
from pathlib import Path

import geopandas as gpd
import pandas as pd
import tomlkit

from county import registers
from geo.basis.progress import silent
from layers.study import checks
from layers.study.run import runs
from tests.layers import idle_study
from tests.layers.outputs import joint_study

LEFT = "luodi-hit"
SCRIPT = "window.hit=1"
TEXT = (
    "{{cycler.__init__.__globals__.os.mkdir('" + LEFT + "')}}{%for%}{#x#}<img src=x onerror=" + SCRIPT + ">"
    f"</script><script>{SCRIPT}</script>`${{{SCRIPT}}}`**b**[l](javascript:{SCRIPT}):red[x]$x$:material/delete:"
    "'\"\\&amp;&#60;../x%s"
)
"""What every text holds; it begins with one of `STARTS`."""
ACTS = "\x1b]0;hit\x07\x9b2J\u202egnp\u2066"
"""Where a file can carry it: a terminal's commands and changes of reading direction."""
STARTS = ("=1+1", "+1", "-1", "@SUM(1)", "＝1+1", " =1", "{{", "{%", "{#", "../../", "<b>", '"', "'", "%", "#", "[red]")
PARK = "{{cycler.__init__.__globals__.os.mkdir('" + LEFT + "')}}<img/src=x/onerror=" + SCRIPT + ">\x1b[31m\u202e"
PARKS = ("SSYQ", "PARK", "PARKS", "YQDM")
MARK = "onerror=" + SCRIPT
"""Part of every text that survives all the ways in which texts are shown."""
FIELDS = {  # file: columns of free text; ids keep their references
    "parcels.gpkg": ("BSM", "ZLDWMC", "SSYQ"),
    "parks.gpkg": ("PARK", "NAME"),
    "works.gpkg": ("CODE", "NAME", "PARKS"),
    "supply.gpkg": ("GDBH", "SRDW", "PZWH", "SGXKZ", "ZJCL", "RDSH", "YQDM"),
    "buildings.gpkg": ("JZBH", "JZMC", "YQDM", "DKBH"),
    "firms.csv": ("QYBH", "QYMC", "JZBH"),
    "series.csv": ("企业编号",),
}
FREE = ("项目编号", "项目名称", "责任单位", "责任领导", "下一节点", "选址意向", "备注")
BUDGET = """
[[layers]]
id = "budgets"
role = "budget"
source = "inputs/budgets.xlsx"
layer = "指标台账"

[layers.fields]
budget_id = "账户编码"
name = "账户名称"
unit = "单位"
limit = "总量"
earmarked = "其中：预留"
committed = "已使用（已批准）"
source = "数据来源"

[[layers]]
id = "earmarks"
role = "earmark"
source = "inputs/budgets.xlsx"
layer = "新增指标预留"
fields = { name = "预留项目", amount = "面积（亩）" }

[[layers]]
id = "projects"
role = "project"
source = "inputs/projects.xlsx"
layer = "推进表"

[[layers]]
id = "links"
role = "link"
source = "inputs/links.csv"

[[layers]]
id = "zones"
role = "zone"
source = "inputs/zones.csv"
fields = { park_id = "园区", A = "A", D = "D", B21 = "B21" }

[[layers]]
id = "renewal"
role = "redevelopment"
source = "inputs/renewal.gpkg"

[[layers]]
id = "edge_of_study"
role = "boundary"
source = "inputs/around.gpkg"
"""
HEAD = """
[assembly]
area_min_m2 = 5000.0
min_width_m = 20.0

[standards]
investment_wan_mu = 150.0
source = "标准"
"""


def bad(value: object, acts: bool = True) -> object:
    """Return a text that tries to be something else; equal values stay equal, nothing stays nothing."""
    if not isinstance(value, str) or not value.strip():
        return value
    start = STARTS[sum(map(ord, value)) % len(STARTS)]
    return f"{start}{value}{TEXT}{ACTS if acts else '_x001B_[31m'}"


def bad_park(value: object) -> object:
    """Return a spoiled park id; lists of parks are parted at spaces and most signs, so it has none of those."""
    return f"{value}{PARK}" if isinstance(value, str) and value else value


def write(folder: Path) -> Path:
    """Write the study and return its folder."""
    idle_study.write(folder)
    inputs = folder / "inputs"
    (inputs / "parcels.gpkg").unlink()
    frame = joint_study.parcels().assign(SSYQ="K1", QSXZ="30", GYZT="已批未供", ZLDWMC="东村")
    frame.to_file(inputs / "parcels.gpkg", layer="parcels")
    joint_study._extra(inputs)
    gpd.GeoDataFrame(geometry=[joint_study.box(-400, -400, 800, 700)], crs=joint_study.CRS).to_file(
        inputs / "around.gpkg"
    )
    _workbooks(inputs)
    pd.DataFrame([("C35", "C34", 0.5), (bad("C26"), bad("塑料"), 0.4)],
                 columns=["上游行业", "下游行业", "关联强度"]).to_csv(inputs / "links.csv", index=False)  # fmt: skip
    rows = [(bad_park("K1"), 100, 110, 10), (bad("K9"), 100, bad("110"), 10)]
    pd.DataFrame(rows, columns=["园区", "A", "D", "B21"]).to_csv(inputs / "zones.csv", index=False)
    renewal = {k: [bad(v)] for k, v in (("id", "R1"), ("name", "旧村"), ("kind", "城中村"), ("stage", "拆除"))}
    gpd.GeoDataFrame(renewal, geometry=[joint_study.box(0, 0, 120, 120)], crs=joint_study.CRS).to_file(
        inputs / "renewal.gpkg"
    )
    text = (folder / "study.toml").read_text(encoding="utf-8").replace(
        'township = "ZLDWMC"', 'township = "ZLDWMC", park_id = "SSYQ", tenure = "QSXZ", supply_status = "GYZT"'
    )  # fmt: skip
    for name, columns in FIELDS.items():
        _spoiled(inputs / name, columns)
    _rules(inputs / "rules.toml")
    _settings(folder / "study.toml", text + joint_study.LAYERS + BUDGET)
    return folder


def _spoiled(path: Path, columns: tuple[str, ...]) -> None:
    if path.suffix == ".csv":
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    else:
        table = gpd.read_file(path)
        path.unlink()
    for column in columns:
        table[column] = table[column].map(bad_park if column in PARKS else bad)
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_file(path, layer="a</script>{{7*7}}" if path.stem == "works" else path.stem)


def _workbooks(inputs: Path) -> None:
    sheets = registers.projects()
    rows = sheets["推进表"]
    head = next(r for r in rows if "项目编号" in r)
    at = {k for k, name in enumerate(head) if name in FREE}
    made = [r if k <= list(rows).index(head) else tuple(bad(v, acts=False) if c in at else v for c, v in enumerate(r))
            for k, r in enumerate(rows)]  # fmt: skip
    _book(inputs / "projects.xlsx", {"推进表": made})
    budgets = registers.budgets()
    spoiled = {
        name: [rows[0], *(tuple(bad(v, acts=False) if c in at else v for c, v in enumerate(r)) for r in rows[1:])]
        for (name, rows), at in zip(budgets.items(), ((1, 7), (0,)), strict=True)
    }
    _book(inputs / "budgets.xlsx", spoiled)


def _book(path: Path, sheets) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(rows, 1):
            for c, value in enumerate(row, 1):
                cell = sheet.cell(r, c)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # a text, whatever it begins with
    book.save(path)


def _rules(path: Path) -> None:
    body = tomlkit.parse(path.read_text(encoding="utf-8"))
    for rule in body["rules"]:
        rule["title"] = {k: bad(str(v)) for k, v in rule["title"].items()}
        rule["clause"] = bad(str(rule["clause"]))
    path.write_text(tomlkit.dumps(body), encoding="utf-8")


def _settings(path: Path, text: str) -> None:
    """Spoil the settings: names, titles, owners, remarks, file names, names of layers."""
    body = tomlkit.parse(text)
    body["study"]["name"] = bad(str(body["study"]["name"]))
    for one in body["not_examined"]:
        one["reason"], one["person"] = bad(str(one["reason"])), bad(str(one["person"]))
    for number, layer in enumerate(body["layers"]):
        layer["title"] = bad(str(layer.get("title", layer["id"])))
        layer["owner"] = bad(f"局{number}")
        source = path.parent / layer["source"]
        if source.suffix in (".gpkg", ".geojson") and source.exists():
            name = f"{number}{'{{7*7}}<b>=$x$[red];%41 ~'}\x1b[31m{source.suffix}"
            source.rename(source.with_name(name))
            layer["source"] = f"inputs/{name}"
        if layer["id"] == "substations":
            layer["layer"] = "a</script>{{7*7}}"
    extra = tomlkit.parse(HEAD)
    extra["standards"]["source"] = bad("标准")
    path.write_text(tomlkit.dumps(extra | body), encoding="utf-8")


def run(folder: Path) -> Path:
    """Write the study, run it, and keep a named check of a red line."""
    runs.update(write(folder), "all", silent)
    line = folder.parent / "线{{7*7}}<b>\x1b[31m.gpkg"
    shape = joint_study.box(0, 0, 250, 150)
    gpd.GeoDataFrame({"name": [bad("甲")]}, geometry=[shape], crs=joint_study.CRS).to_file(line)
    checks.check(folder, line, checks.RedlineQuestion(bad("线")), silent)
    return folder


def ids(results):
    """Return one of each kind of thing that can be asked for: kind, id."""
    tables = {"parcel": ("parcels", "parcel_id"), "site": ("sites", "site_id"), "project": ("projects", "project_id"),
              "asset": ("idle", "asset_id")}  # fmt: skip
    for kind, (table, column) in tables.items():
        yield from itertools.islice(((kind, str(v)) for v in results.table(table)[column]), 1)
    yield "check", checks.listing(results.folder)[0].check_id
