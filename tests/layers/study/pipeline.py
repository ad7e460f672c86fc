"""The project list of the demonstration county, without its land: register, parks, demand and gates."""

from pathlib import Path

from county import registers, writers
from county.settings import part
from geo import study as flow
from geo.project.gate import Gates, Park, Parks
from layers.study import packs, spec
from layers.study.registers import norms, projects
from layers.study.spec import Standards

HEAD = """
[study]
name = "项目库"
crs = "EPSG:4549"
area = "planar"
as_of = 2026-11-23
rules = ["cn-national", "gates-cn"]

[standards]
investment_wan_mu = 150.0
investment_wan_mu_by_industry = { C26 = 250.0 }
source = "演示标准"
"""
LAYER = """
[[layers]]
id = "{id}"
role = "{role}"
source = "inputs/{source}"
{more}
"""


def folder(place: Path, *layers: str, head: str = HEAD) -> Path:
    """Write a study folder with these layers."""
    (place / "inputs").mkdir(parents=True, exist_ok=True)
    (place / "study.toml").write_text(head + "".join(layers), encoding="utf-8")
    return place


def county(place: Path) -> Path:
    """Write the county's project workbook and chain links as their own study."""
    made = folder(
        place,
        LAYER.format(id="projects", role="project", source="projects.xlsx", more='layer = "推进表"'),
        LAYER.format(id="links", role="link", source="links.csv", more=""),
    )
    writers.workbook(made / "inputs" / "projects.xlsx", registers.projects(), "推进表")
    registers.links().to_csv(made / "inputs" / "links.csv", index=False)
    return made


def names() -> dict[str, str]:
    """Names of the county's parks by id."""
    return {p["id"]: p["name"] for p in part("plats")["parks"] if p["id"] in part("plan")["parks"]}


def parks(complete: bool = True) -> Parks:
    """The county's parks as planted."""
    given, called = part("plan")["parks"], names()
    made = [
        Park(k, called[k], tuple(v["industries"]), tuple(v["leading"]), (), v["chemical"]) for k, v in given.items()
    ]
    return Parks(tuple(made), complete, True)


def register(place: Path, edits=None) -> projects.Register:
    """Read the projects of a study folder."""
    return projects.read(spec.read(place), place, names(), edits)


def judged(place: Path, found_parks: Parks | None = None, edits=None, aside=frozenset()):
    """Return register and tables of a study folder with projects."""
    study = spec.read(place)
    read = register(place, edits)
    local: Standards = study.standards
    asked = Gates(
        packs.effective_rules(study, place), aside, found_parks or parks(), lambda i: norms.investment(local, i)
    )
    return read, flow.gate_and_demand(read.projects, norms.norms(local), asked)
