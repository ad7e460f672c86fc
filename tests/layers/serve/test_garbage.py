"""Walks for garbage: short among what is old, and nothing that only holds itself stays for ever."""

import gc
import weakref

import pytest

from layers.serve import garbage


class Node:
    """Something that can hold itself."""


@pytest.fixture
def walks():
    """A watch of our own with a clock of our own; the collector as it was afterwards."""
    clock = [0.0]
    made = garbage.Walks(lambda: clock[0])
    others, gc.callbacks[:] = gc.callbacks[:], [made]
    gc.unfreeze()
    yield clock
    gc.callbacks[:] = others
    gc.unfreeze()


def slow(clock):
    """Collect as if the walk took long."""

    def late(phase, _):
        clock[0] += 1.0 if phase == "start" else 0.0

    gc.callbacks.append(late)
    gc.collect()
    gc.callbacks.remove(late)


def looped():
    node = Node()
    node.me = node
    return node, weakref.ref(node)


def test_what_survives_a_slow_walk_is_not_walked_again(walks):
    gc.collect()
    assert gc.get_freeze_count() == 0  # a short walk leaves everything as it is
    old = [[] for _ in range(1000)]
    slow(walks)
    assert gc.get_freeze_count() > 1000
    assert not any(thing is old[0] for thing in gc.get_objects())


def test_new_garbage_goes_at_once_and_old_garbage_with_the_next_whole_walk(walks):
    old, watched = looped()
    slow(walks)
    new, young = looped()
    del old, new
    gc.collect()
    assert young() is None
    assert watched() is not None
    walks[0] += garbage.AGAIN_S + 1
    gc.collect()
    assert watched() is None


def test_it_is_told_once(walks):
    gc.callbacks.clear()
    garbage.watch()
    garbage.watch()
    assert len(gc.callbacks) == 1
