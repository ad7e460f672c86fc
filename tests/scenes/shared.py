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


def scene_two(folder):
    """Bring a county to where it is on Wednesday: 丽人 pinned to its accepted red line, all stages of placing run."""
    check = result(luodi("redline", folder, folder / "incoming" / "redline_liren.txt", "--investment", 31000))["check"]
    cut = result(luodi("redline", folder, "--accept-cut", check))["check"]
    luodi("place", folder)
    luodi("pin", folder, "浙江丽人", "--check", cut, "--person", "王工", "--why", "红线联审通过")
    luodi("place", folder)
    return folder
