"""The command door: console script `luodi`."""

import sys

sys.path[0:0] = [__file__.rsplit("/", 1)[0]]
