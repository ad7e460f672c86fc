"""The decision record: any change is named, every table can be made again, a bundle opens elsewhere."""

import shutil
import zipfile

import pytest
from typer.testing import CliRunner

from geo.basis.errors import BlockedError, DamagedError
from geo.basis.progress import silent
from layers.outputs import bundle
from layers.study import record
from layers.study.run import runs
from layers.study.run.released import require
from luodi import cli


def broken(folder):
    return {(h.kind, h.name, h.state) for h in record.verified(folder) if h.broken}


def test_any_change_is_named(own_district):
    assert broken(own_district) == set()
    run = runs.current(own_district)
    table, whole = run / "verdicts.parquet", (run / "verdicts.parquet").read_bytes()
    table.unlink()
    table.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert broken(own_district) == {("table", "verdicts", "changed")}
    table.unlink()
    assert broken(own_district) == {("table", "verdicts", "missing")}
    table.write_bytes(whole)
    settings = own_district / "study.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace("[study]", '[study]\nuse_class = "chemical"', 1), encoding="utf-8")
    assert ("settings", "study", "changed") in broken(own_district)
    settings.write_text(before, encoding="utf-8")
    rules = own_district / "inputs" / "rules.toml"
    kept = rules.read_text(encoding="utf-8")
    rules.write_text(kept.replace("threshold = 0.0", "threshold = 1.0", 1), encoding="utf-8")
    assert ("settings", "rules", "changed") in broken(own_district)
    rules.write_text(kept, encoding="utf-8")
    layer = next(p for p in (own_district / "inputs").iterdir() if p.suffix in (".gpkg", ".geojson"))
    layer.write_bytes(layer.read_bytes() + b"\0")
    assert {k for k, _, _ in broken(own_district)} == {"input"}
    answer = CliRunner().invoke(cli, ["verify", str(own_district), "--lang", "en"])
    assert answer.exit_code == 1
    assert "input" in answer.output


def test_a_manifest_that_was_touched_is_damaged(own_district):
    path = runs.current(own_district) / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"luodi": "', '"luodi": "9'), encoding="utf-8")
    with pytest.raises(DamagedError):
        record.verified(own_district)


@pytest.mark.long
def test_every_table_is_made_again(own_district, monkeypatch):
    found = record.replayed(own_district)
    assert {h.state for h in found} == {"same"}
    assert {"verdicts", "candidates", "land", "parcels"} <= {h.name for h in found}
    answer = CliRunner().invoke(cli, ["replay", str(own_district), "--lang", "en"])
    assert answer.exit_code == 0, answer.output
    monkeypatch.setattr(record, "_near", lambda *a: False)
    rules = own_district / "inputs" / "rules.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("threshold = 0.0", "threshold = 9e9", 1), "utf-8")
    assert "changed" in {h.state for h in record.replayed(own_district)}


def test_a_bundle_opens_elsewhere_and_says_what_was_changed(own_district, tmp_path):
    out = tmp_path / "a.zip"
    count = bundle.write(own_district, out)
    first = out.read_bytes()
    assert count == bundle.write(own_district, out)
    assert out.read_bytes() == first, "the same study gives the same bundle"
    assert not [h for h in bundle.verified(out) if h.state != "same"]
    elsewhere = tmp_path / "other" / "study"
    with zipfile.ZipFile(out) as archive:
        assert not [n for n in archive.namelist() if n.startswith((".luodi", "/")) or ".." in n]
        archive.extractall(elsewhere)
    shutil.rmtree(own_district)
    assert broken(elsewhere) == set()
    assert len(require(elsewhere, "candidates").table("candidates")) == 12
    assert {h.state for h in record.replayed(elsewhere)} == {"same"}
    runs.update(elsewhere, "screen", silent)
    (elsewhere / "inputs" / "rules.toml").write_bytes(b"")
    with pytest.raises(Exception):  # noqa: B017 - whatever the empty pack is refused as
        record.verified(elsewhere)
    damaged = tmp_path / "b.zip"
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"#" if name == "study.toml" else b""))
    assert {(h.name, h.state) for h in bundle.verified(damaged) if h.broken} == {("study.toml", "changed")}
    (tmp_path / "c.zip").write_bytes(b"PK")
    with pytest.raises(DamagedError):
        bundle.verified(tmp_path / "c.zip")


def test_a_bundle_does_not_carry_a_use_only_layer_away(own_district, tmp_path):
    study = own_district / "study.toml"
    study.write_text(study.read_text("utf-8").replace('id = "farm"', 'id = "farm"\nuse_only = true', 1), "utf-8")
    with pytest.raises(BlockedError) as refused:
        bundle.write(own_district, tmp_path / "a.zip")
    assert refused.value.reasons[0].code == "bundle_use_only"
    assert list(tmp_path.glob("*.zip")) == []
    runs.update(own_district, "screen", silent)
    assert bundle.write(own_district, tmp_path / "a.zip", inside=True) > 0
