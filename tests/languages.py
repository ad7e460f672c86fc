"""The languages a test walks in: the same way goes in both, so once in `make test` and in both in `make test-all`."""

import pytest

EACH = (pytest.param("en", marks=pytest.mark.long), "zh")
