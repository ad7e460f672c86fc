"""Fill a folder with everything Luodi needs on Windows (win_amd64, CPython 3.11), for computers without a network.

What the lock names is taken, hash for hash; what comes as source only is pure Python and is built here.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
WINDOWS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64",
           "python_version": "3.11", "python_full_version": "3.11.9", "implementation_name": "cpython",
           "platform_python_implementation": "CPython", "extra": ""}  # fmt: skip
TARGET = ["--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp", "--only-binary", ":all:"]


def entries(text: str) -> list[tuple[Requirement, str]]:
    """Return the requirements of a lock that hold on Windows, each with the lines that pin it."""
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())
    made = [(Requirement(b.split("\\")[0].strip()), b) for b in blocks]
    return [(r, b) for r, b in made if r.marker is None or r.marker.evaluate(WINDOWS)]


def pip(*words: str) -> bool:
    """Call pip and tell whether it did what it was asked."""
    call = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    return subprocess.run(call, check=False, stderr=subprocess.DEVNULL).returncode == 0


def main(folder: str) -> int:
    """Fetch or build every entry; return how many could be neither."""
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    lost = []
    with tempfile.TemporaryDirectory() as made:
        pinned = Path(made) / "one.lock"
        for wanted, block in entries((ROOT / "requirements.lock").read_text(encoding="utf-8")):
            pinned.write_text(block, encoding="utf-8")
            asked = ("--no-deps", "--require-hashes", "-r", str(pinned))
            if not (pip("download", *asked, *TARGET, "-d", str(out)) or pip("wheel", *asked, "-w", str(out))):
                lost.append(wanted.name)
    sys.stdout.write(f"{len(list(out.glob('*.whl')))} wheels in {out}; missing: {', '.join(lost) or 'none'}\n")
    return len(lost)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
