"""Every module of the product can be the first one to be imported: no order of imports is needed to start."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("layers",)
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path.name != "__init__.py"
]
COLD = """
import importlib, sys
wrong = []
for name in sys.argv[1:]:
    for known in [m for m in sys.modules if m.split(".")[0] in ("geo", "layers")]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except Exception as error:
        wrong.append(f"{name}: {error}")
print("\\n".join(wrong))
"""


def test_every_module_may_come_first():
    done = subprocess.run([sys.executable, "-c", COLD, *MODULES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
