"""Memory that was freed goes back to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HELD = """
import sys
sys.path.insert(0, {root!r})
{first}
import numpy as np
def rss():
    return int(open("/proc/self/status").read().split("VmRSS:")[1].split()[0]) / 1024
for size in (1 << 20, 4 << 20, 16 << 20):  # each raises what glibc takes for large by itself
    del_me = np.ones(size, np.uint8); del del_me
kept = []
large = []
for k in range(300):
    large.append(np.ones(1 << 20, np.uint8))
    kept.append(np.ones(4000, np.uint8))
before = rss()
large.clear()
print(before - rss())
"""


def given_back(first):
    call = [sys.executable, "-c", HELD.format(root=str(ROOT), first=first)]
    return float(subprocess.run(call, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_large_arrays_between_small_ones_do_not_stay_with_the_process():
    assert given_back("import pyarrow; from layers.basis import heap; assert heap.give_back()") > 250
