"""The shelf of drawings: keys, memory, misses."""

from layers.serve.draw.published import Shelf

AT = (3, 1, 2)


def test_equal_content_has_one_key_and_other_content_another():
    shelf = Shelf()
    assert shelf.put("a", lambda at: b"1") == shelf.put("a", lambda at: b"1")
    assert shelf.put("a", lambda at: b"1") != shelf.put("b", lambda at: b"2")


def test_keys_of_another_process_do_not_open_this_one():
    assert Shelf().put("a", lambda at: b"1") != Shelf().put("a", lambda at: b"1")


def test_a_tile_is_drawn_once():
    shelf, asked = Shelf(), []

    def draw(at):
        asked.append(at)
        return b"tile"

    key = shelf.put("a", draw)
    assert [shelf.tile(key, AT), shelf.tile(key, AT), shelf.tile(key, (3, 1, 3))] == [b"tile"] * 3
    assert asked == [AT, (3, 1, 3)]


def test_an_unknown_key_has_no_tile():
    assert Shelf().tile("0" * 32, AT) is None


def test_what_was_not_asked_for_longest_is_forgotten():
    shelf = Shelf(drawings=2)
    first, second = (shelf.put(name, lambda at: b"x") for name in "ab")
    shelf.tile(first, AT)
    third = shelf.put("c", lambda at: b"x")
    assert [shelf.tile(k, AT) is None for k in (first, second, third)] == [False, True, False]


def test_tiles_take_no_more_room_than_they_may():
    shelf, drawn = Shelf(tile_bytes=25), []
    key = shelf.put("a", lambda at: drawn.append(at) or b"0123456789")
    for x in (0, 1, 2, 2, 1, 0):
        assert shelf.tile(key, (3, x, 0)) == b"0123456789"
    assert [at[1] for at in drawn] == [0, 1, 2, 0]
    assert shelf._tiles.currsize <= 25


def test_a_tile_larger_than_all_the_room_is_drawn_and_not_kept():
    shelf, drawn = Shelf(tile_bytes=5), []
    key = shelf.put("a", lambda at: drawn.append(at) or b"0123456789")
    assert [shelf.tile(key, (3, 0, 0)) for _ in range(2)] == [b"0123456789"] * 2
    assert len(drawn) == 2
