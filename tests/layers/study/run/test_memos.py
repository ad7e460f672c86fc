import numpy as np
import pytest
import shapely

from geo.measure import shape
from layers.study.load import CACHE
from layers.study.run import memos


def boxes(*widths):
    return np.array([shapely.box(0, 0, w, 50) for w in widths], object)


def test_widths_are_kept_and_computed_only_for_shapes_that_changed(tmp_path, monkeypatch):
    first = memos.opened(tmp_path, memos.WIDTHS)
    found = shape.table(boxes(10, 20, 30), first)["width_m"]
    memos.keep(tmp_path, memos.WIDTHS, first)
    asked = []
    real = shape.widths
    monkeypatch.setattr(shape, "widths", lambda shapes: asked.append(len(shapes)) or real(shapes))
    again = memos.opened(tmp_path, memos.WIDTHS)
    later = shape.table(boxes(30, 12, 10, 20), again)["width_m"]
    assert asked == [1]
    assert later.tolist() == [found[2], pytest.approx(12, abs=0.1), found[0], found[1]]


def test_what_cannot_be_read_or_is_of_other_code_is_computed_again(tmp_path):
    memo = memos.opened(tmp_path, memos.WIDTHS)
    memo.of(boxes(10), shapely.area)
    memos.keep(tmp_path, memos.WIDTHS, memo)
    [file] = (tmp_path / CACHE).glob("widths-*.npz")
    assert len(memos.opened(tmp_path, memos.WIDTHS).keys) == 1
    whole = file.read_bytes()
    for length in (0, 1, 40, len(whole) // 2, len(whole) - 40):
        file.write_bytes(whole[:length])
        assert len(memos.opened(tmp_path, memos.WIDTHS).keys) == 0, length
    for place in range(0, len(whole), 3):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert memos.opened(tmp_path, memos.WIDTHS).keys.shape in ((0,), (1,)), place
    file.write_bytes(b"")
    other = file.rename(file.with_name("widths-0123456789ab.npz"))
    memos.keep(tmp_path, memos.WIDTHS, memo)
    assert not other.exists()
    assert file.exists()
    np.savez(file, keys=memo.kept()[0], values=np.zeros(3))
    assert len(memos.opened(tmp_path, memos.WIDTHS).keys) == 0, "a number for each key, or none"
