"""An office PC runs Windows: nothing is imported that only other systems have, limits have their own way there."""

import ast
import ctypes
import importlib.util
import os
import runpy
from pathlib import Path

from layers.sources import gate, windows
from layers.sources.limits import STANDARD

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog", "termios", "tty"}
"""Modules of Python that Windows has not."""
SOURCES = [*(p for house in ("geo", "layers", "views", "county") for p in ROOT.glob(f"{house}/**/*.py")),
           ROOT / "app.py", ROOT / "luodi.py"]  # fmt: skip


FORKS = ROOT / "layers" / "sources" / "forks.py"
NURSERY = FORKS.with_name("nursery.py")
"""Asked for by one name, `POSSIBLE`."""


def names(node):
    if isinstance(node, ast.Import):
        return {a.name.split(".")[0] for a in node.names}
    return {node.module.split(".")[0]} if isinstance(node, ast.ImportFrom) and node.module else set()


def guarded(tree):
    """Return the imports for whose failure there is another way."""
    tries = (n for n in ast.walk(tree) if isinstance(n, ast.Try))
    kept = (t for t in tries if any("ImportError" in ast.unparse(h.type) for h in t.handlers if h.type))
    return {id(n) for t in kept for b in t.body for n in ast.walk(b)}


def test_nothing_is_imported_that_windows_has_not():
    found = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        fine = guarded(tree)
        found += [(path.name, n.lineno) for n in ast.walk(tree) if names(n) & ELSEWHERE and id(n) not in fine]
    assert found == []


def test_what_only_some_systems_have_is_asked_for_first():
    """`os.fork`, `os.sysconf` and their like raise where they are not: each stands in a `try`, or is not there."""
    lacking = {"fork", "forkpty", "getuid", "geteuid", "killpg", "sysconf", "mkfifo", "chroot", "setsid"}
    found = []
    for path in SOURCES:
        if path in (FORKS, NURSERY):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        fine = {id(n) for t in ast.walk(tree) if isinstance(t, ast.Try) for b in t.body for n in ast.walk(b)}
        found += [
            (path.name, n.lineno) for n in ast.walk(tree)
            if isinstance(n, ast.Attribute) and n.attr in lacking and ast.unparse(n.value) == "os" and id(n) not in fine
        ]  # fmt: skip
    assert found == []


def test_without_forks_every_file_has_a_process_of_its_own(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "fork")
    space = runpy.run_path(str(FORKS))
    assert space["POSSIBLE"] is False
    monkeypatch.setattr(gate.forks, "POSSIBLE", False)
    monkeypatch.setattr(gate.forks.Warm, "run", None)
    path = tmp_path / "list.csv"
    path.write_text("id,name\n1,a\n", encoding="utf-8")
    assert len(gate.open_table(path, tmp_path / "cache").frame) == 1


def test_a_job_is_told_memory_and_time():
    body = windows.wanted(STANDARD)
    assert body.ProcessMemoryLimit == STANDARD.memory_bytes
    assert body.Basic.PerProcessUserTimeLimit == STANDARD.cpu_seconds * 10_000_000
    assert ctypes.sizeof(body) == 144, "as the system declares it on 64 bits"
    assert windows.restrict(STANDARD) is False, "there are no jobs here"


def test_the_wheelhouse_takes_what_windows_needs_and_nothing_else():
    given = importlib.util.spec_from_file_location("wheelhouse", ROOT / ".ci" / "wheelhouse.py")
    module = importlib.util.module_from_spec(given)
    given.loader.exec_module(module)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = {r.name.lower() for r, _ in module.entries(lock)}
    assert {"streamlit", "geopandas", "ortools", "colorama"} <= wanted
    assert "pexpect" not in wanted
    assert all("--hash=sha256:" in block for _, block in module.entries(lock))


def test_the_scripts_are_read_by_windows():
    script = (ROOT / "windows" / "install.ps1").read_bytes()
    assert script.startswith(b"\xef\xbb\xbf"), "PowerShell 5 reads UTF-8 only with its mark"
    assert b"http" not in script
    start = (ROOT / "windows" / "luodi.cmd").read_bytes()
    assert start.isascii()
    for text in (script, start):
        assert text.count(b"\r\n") == text.count(b"\n")


def test_the_start_finds_its_own_folder_and_takes_any_name():
    """Wherever it was installed, and whatever the folder that is dropped on it is called."""
    lines = (ROOT / "windows" / "luodi.cmd").read_text(encoding="ascii").splitlines()
    acts = [line for line in lines if not line.startswith("rem ")]
    assert not any("LOCALAPPDATA" in line for line in acts), "install.ps1 takes another -Target"
    assert sum(line.count("%~dp0") for line in acts) == 2
    for line in acts:
        if "set " in line:
            assert 'set "' in line, f"a name with & would end the command: {line}"
        inside = "".join(part for k, part in enumerate(line.split('"')) if k % 2 == 0)
        assert "%" not in inside, f"outside of quotes a name is read as a command: {line}"
    assert acts[5] == 'if "%STUDY:~-1%"=="\\" set "STUDY=%STUDY%."', "D:\\ before a quote takes the quote with it"


def test_the_installer_asks_for_the_python_its_wheels_are_for():
    script = (ROOT / "windows" / "install.ps1").read_text(encoding="utf-8-sig")
    assert "sys.version_info[:2] == (3, 11) and sys.maxsize > 2**32" in script
    assert "$Python -3.11" not in script, "a python.exe named by its path does not know -3.11"
    assert script.count("& $Python @which ") == 2
