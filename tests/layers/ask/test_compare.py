from geo.basis.progress import silent
from layers.ask.compare import as_text, diff
from layers.study.run import runs


def test_a_run_against_itself_is_empty(run_district):
    found = diff(run_district, run_district)
    assert found.empty
    assert len(list(as_text(found, "zh"))) == 1


def test_a_rule_change_and_a_data_change_are_told_apart(own_district, run_district):
    rules = own_district / "inputs" / "rules.toml"
    rules.write_text(rules.read_text().replace("threshold = 0.0", "threshold = 6000.0", 1))
    runs.update(own_district, "screen", silent)
    found = diff(run_district, own_district)
    # with 6,000 m² allowed, the half parcel passes; its number does not change
    assert found[["parcel_id", "change", "causes"]].values.tolist() == [["p01", "changed", "rule"]]
    (own_district / "inputs" / "red.gpkg").unlink()
    runs.update(own_district, "screen", silent)
    found = diff(run_district, own_district).set_index("parcel_id")
    assert set(found["change"]) == {"left"}
    assert set(found["causes"]) <= {"data", "data|rule"}
    assert found.loc["p03", "status_b"] == "unknown"
    for language in ("en", "zh"):
        assert "[" not in "\n".join(as_text(found.reset_index(), language))
