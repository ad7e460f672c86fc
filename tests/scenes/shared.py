"""The real data beside the project, and the command line as a user calls it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "real"


def real(name):
    """Return a bundle of real data, or skip where the checkout has none beside it."""
    path = SHARED / name
    if not path.is_dir():
        pytest.skip(f"no real data at {path.relative_to(ROOT.parent)} beside the project")
    return path


def luodi(*words, code=0):
    """Call the command line with --json; return its events."""
    call = [sys.executable, str(ROOT / "luodi.py"), *map(str, words), "--json", "--lang", "en"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, encoding="utf-8")
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def result(events):
    return next(e for e in events if e["event"] == "result")
