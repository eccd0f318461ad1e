"""Help pages are fast: no command imports a driver or a framework before its arguments are parsed.

The test looks at the imports of a process of its own, not at the time.
"""

import subprocess
import sys

LOOK = """
import contextlib, io, sys
from importlib.metadata import entry_points

HEAVY = {"aiohttp", "alembic", "cryptography", "cv2", "fastapi", "httpx", "kafka", "numpy", "sqlalchemy", "uvicorn"}
PROCESSES = ("checker", "feed", "local", "mercari_proxy", "operator", "updater", "web", "yahoo_proxy")

def heavy_after(name, run):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        run()
    found = sorted(HEAVY & set(sys.modules))
    if found:
        sys.exit(f"{name} --help imports {', '.join(found)}")

from mercarich_platform import front
heavy_after("mercarich", lambda: front.main(["--help"]))
for name in front.installed():
    heavy_after(name, lambda: front.main([name, "--help"]))
import importlib
for process in PROCESSES:
    sys.argv = [process, "--help"]
    heavy_after(process, importlib.import_module(f"mercarich_{process}.__main__").main)
print(len(front.installed()))
"""


def test_no_help_page_imports_a_driver_or_a_framework() -> None:
    looked = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60)

    assert looked.returncode == 0, looked.stderr
    assert int(looked.stdout) > 20
