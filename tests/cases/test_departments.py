"""A whole delivery moves in with one command: what is taken, what stops, whose rows are where, and what never happens.

Among its files lie all attack files; a server on this computer counts requests, and a text outside the delivery that
they point at never comes back.
"""

import pytest

from layers.outputs import findings_list
from layers.study import catalog, parts, spec
from layers.study.placed import placed
from layers.study.run.released import open_results
from tests.cases import base, departments
from tests.layers.sources.test_attacks import attacks, server  # noqa: F401 - a fixture

pytestmark = pytest.mark.long


@pytest.fixture
def moved(tmp_path, server):  # noqa: F811
    secret = tmp_path / "elsewhere" / "secret.csv"
    secret.parent.mkdir()
    secret.write_text(f"a,b\n{departments.CANARY},1\n", encoding="utf-8")
    folder = tmp_path / "交付"
    sent = departments.write(folder)
    place = folder / departments.OFFICES[3]
    for number, body in enumerate(attacks(server, str(secret)).values()):
        (place / f"附件{number}.geojson").write_text(body, encoding="utf-8")
        sent.stops.add(f"附件{number}.geojson")
    return tmp_path / "study", sent, departments.move_in(tmp_path / "study", folder)


def test_a_county_moves_in(moved, tmp_path):
    folder, sent, told = moved
    # one table: every layer that was sent is a line of it, every other file has its reason
    lines = {p.kind.code: p for p in told.found.proposals if p.kind is not None}
    assert set(sent.rows) <= set(lines)
    refused = {t.proposal.table.file.name: t.refused for t in told.taken if t.refused}
    left = {file.name: why for file, why in told.found.left}
    assert sent.decoys <= set(left)
    assert sent.stops <= set(left) | set(refused)
    assert {r.code for r in refused["建设控制地带.shp"]} <= {"crs_missing", "crs_missing_open"}
    assert {r.code for r in refused["地下文物埋藏区.gpkg"]} == {"datum_shift_unknown"}
    # nothing that was sent is lost: rows handed over and rows listed are the rows written
    study = spec.read(folder)
    assert set(sent.rows) <= {s.id for s in study.layers}
    for code, count in sent.rows.items():
        layer = study.layer(code)
        file = parts.opened(layer, folder, study.crs)
        listed = sum(f.severity == "rejected" for f in file.findings)
        assert file.total == count == len(file.frame) + listed, code
        item = placed(file, layer, study.crs)
        assert item.state == "ok", code
        assert len(item.rows) + item.rejected == count, code
        assert item.shapes[0].distance(departments.ground().union_all()) < 10.0, (code, "in its place in every system")
        texts = item.frame.select_dtypes(exclude="number").astype(str).to_numpy().ravel().tolist()
        assert not any("�" in t or "Ã" in t for t in texts), (code, "no letter is lost in any encoding")
    by_town = [layer for layer in study.layers if layer.parts]
    assert [sorted(p.name for p in layer.parts) for layer in by_town] == [sorted(departments.TOWNS)]
    assert sum(told.statuses.values()) == departments.ACROSS**2
    assert set(told.statuses) != {"unknown"}, "not everything is left open"
    # nothing of what lies outside is anywhere in the study or in what it hands over
    found = catalog.check(folder)
    findings_list.write(findings_list.frame(found, folder, "zh"), tmp_path / "found.json", "zh", folder)
    open_results(folder).table("candidates").to_csv(tmp_path / "list.csv")
    secret = departments.CANARY.encode()
    written = [p for top in (folder, tmp_path / "found.json", tmp_path / "list.csv")
               for p in (top.rglob("*") if top.is_dir() else [top]) if p.is_file()]  # fmt: skip
    assert len(written) > 50
    assert [p for p in written if secret in p.read_bytes()] == []
    assert base.codes(found).get("parcels_not_declared") is None
