"""axe-core, from npm at a fixed version, kept in .cache/browser."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache" / "browser"
VERSION = "4.14.1"
SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
"""Of the package's archive."""


class NoNpm(Exception):
    """npm, which brings axe-core, is not here or cannot reach its registry."""


def source() -> str:
    """Return the script. Raises `NoNpm`."""
    kept = CACHE / f"axe-{VERSION}.js"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(".new")
        new.write_text(_fetched(), encoding="utf-8")
        new.replace(kept)
    return kept.read_text(encoding="utf-8")


def _fetched() -> str:
    if shutil.which("npm") is None:
        raise NoNpm("npm is missing, which brings axe-core (Debian: apt-get install npm)")
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"axe-core@{VERSION}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or not archives:
            raise NoNpm("npm could not fetch axe-core")
        data = archives[0].read_bytes()
        assert hashlib.sha256(data).hexdigest() == SHA256
        with tarfile.open(archives[0]) as opened:
            file = opened.extractfile("package/axe.min.js")
            assert file is not None
            return file.read().decode()
