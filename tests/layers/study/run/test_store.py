"""Tables on disk: in one part or in many, whole or not at all."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from layers.study.run import store


def ledger(ids):
    return pd.DataFrame({
        "parcel_id": np.repeat(ids, 2), "step": [0, 1] * len(ids), "layer_id": ["", "farm"] * len(ids),
        "rule_id": ["", "r"] * len(ids), "exclusive_m2": 1.0, "shared_m2": 0.0, "unknown_m2": 0.0,
        "left_m2": np.arange(2.0 * len(ids)),
    })  # fmt: skip


def zones(name):
    return pd.DataFrame({
        "layer_id": [name], "buffer_m": 0.0, "part": "", "state": "ok", "cause": "", "coverage": "complete",
        "features": 1, "maybe": 0,
    })  # fmt: skip


def test_parts_are_the_whole(tmp_path):
    ids = [f"p{k:03d}" for k in range(30)]
    whole = ledger(ids)
    (tmp_path / "one").mkdir()
    (tmp_path / "more").mkdir()
    store.write_tables(tmp_path / "one", [{"ledger": whole}])
    parts = [whole[a:b] for a, b in ((0, 0), (0, 20), (20, 20), (20, 58), (58, 60))]
    told = store.write_tables(tmp_path / "more", ({"ledger": p} for p in parts))
    assert told["ledger"]["rows"] == 60
    assert store.is_whole(tmp_path / "more", "ledger", told["ledger"])
    one, more = (store.read_table(tmp_path / n, "ledger") for n in ("one", "more"))
    pd.testing.assert_frame_equal(one, more)
    assert pq.ParquetFile(tmp_path / "more" / "ledger.parquet").num_row_groups == 3


def test_parts_out_of_order_and_what_fails_on_the_way_leave_nothing(tmp_path):
    with pytest.raises(ValueError, match="order of its key"):
        store.write_tables(tmp_path, [{"ledger": ledger(["b"])}, {"ledger": ledger(["a"])}])
    with pytest.raises(ValueError, match="order of its key"):  # a parcel is not split between parts
        store.write_tables(tmp_path, [{"ledger": ledger(["b"])[:1]}, {"ledger": ledger(["b"])[1:]}])

    def failing():
        yield {"ledger": ledger(["a"]), "zones": zones("farm")}
        yield {"ledger": ledger(["b"])}
        raise RuntimeError("the disk")

    with pytest.raises(RuntimeError, match="the disk"):
        store.write_tables(tmp_path, failing())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", ["parts", "one"])
def test_rows_of_a_few_parcels_are_those_of_the_table(tmp_path, kept, monkeypatch):
    monkeypatch.setattr(store, "GROUP", 16)
    ids = [f"p{k:03d}" for k in range(100)]
    whole = ledger(ids)
    parts = [whole[k : k + 40] for k in range(0, 200, 40)] if kept == "parts" else [whole]
    store.write_tables(tmp_path, [{"ledger": p} for p in parts])
    table = store.read_table(tmp_path, "ledger")
    for wanted in (["p000"], ["p050", "p099"], [], ["nobody"], ["p01"]):
        pd.testing.assert_frame_equal(
            store.read_rows(tmp_path, "ledger", "parcel_id", wanted),
            table[table["parcel_id"].isin(wanted)].reset_index(drop=True),
        )
