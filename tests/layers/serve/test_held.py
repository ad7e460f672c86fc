"""Things kept for all visitors: within a room, and whole when many ask at once."""

from concurrent.futures import ThreadPoolExecutor

from layers.serve.held import Noted


def test_things_are_kept_within_the_room_and_one_alone_always():
    kept = Noted(10, len)
    for name, size in (("a", 4), ("b", 4)):
        kept.put(name, "x" * size)
    assert kept.get("a")
    kept.put("c", "x" * 4)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("xxxx", None, "xxxx"), "asked for last, kept longest"
    kept.put("d", "x" * 99)
    assert [n for n in "abcd" if kept.get(n)] == ["d"]


def test_many_at_once_lose_nothing():
    kept = Noted(50, lambda _: 1)

    def visit(k):
        for n in range(2_000):
            kept.put((k, n % 7), k)
            assert kept.get((k, n % 7)) == k
        return True

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(visit, range(6)))
