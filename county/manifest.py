"""`study.toml` of the demonstration county, from the list of its layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from county.settings import part
from layers.study import formats

HEAD = """\
The demonstration county. Everything in this folder is synthetic: no real place, company,
price, quota or document is meant. Names of companies and figures are demonstration values.
演示县：本文件夹内全部数据均为合成数据，地名、企业、价格、指标和文号均为演示值，不代表任何真实单位。"""


def text(layers: list[Mapping[str, Any]]) -> str:
    """Return `study.toml` with these layers."""
    county = part("county")["county"]
    body = tomlkit.document()
    for line in HEAD.splitlines():
        body.add(tomlkit.comment(line))
    study = tomlkit.table()
    study["format"] = formats.FORMAT
    study["name"] = county["name"]
    study["crs"] = county["crs"]
    study["area"] = "planar"
    study["area"].comment("the county lies on the central meridian: planar and ellipsoidal differ by about 1 ppm")
    study["as_of"] = county["as_of"]
    study["rules"] = ["cn-national", "joint-review-cn", "gates-cn"]
    study["inefficient"] = ["dongyang", "lixin"]
    study["demonstration"] = True
    body["study"] = study
    decided = part("decisions")
    body["standards"] = _table(decided["standards"])
    body["assembly"] = _table(decided["assembly"])
    body["objective"] = _table(decided["objective"])
    body["evaluation"] = _table(decided["evaluation"])
    body["not_examined"] = _tables(decided["not_examined"])
    body["layers"] = _tables(layers)
    return tomlkit.dumps(body)


def _tables(rows: Iterable[Mapping[str, Any]]) -> AoT:
    listed = tomlkit.aot()
    for row in rows:
        listed.append(_table(row))
    return listed


def _table(row: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in row.items():
        if isinstance(value, dict):
            inline = tomlkit.inline_table()
            inline.update(value)
            table[key] = inline
        else:
            table[key] = value
    return table
