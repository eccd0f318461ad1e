"""Pack the chart and the images as OCI archives, a bill of materials of each image, and checksums: `make release TO=…`.

Into a folder; or with `oci://registry.example/path` the chart into that registry, where the images are already, and the
rest into var/release.
"""

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.release import archive, bill

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = "oci://"
SUMS = "SHA256SUMS"
BESIDES = ("UPGRADING.md", "LICENSE")
SAVE = "docker save --output {file} {image}"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="tools.release", description=__doc__.splitlines()[0])
    parser.add_argument("to")
    parser.add_argument("--tag", required=True)
    parser.add_argument("--services", nargs="+", required=True)
    parser.add_argument("--helm", default="helm")
    parser.add_argument("--save", default=SAVE, help=f"writes an image as an OCI archive (default: {SAVE})")
    parser.add_argument("--bill", default="cyclonedx-py")
    given = parser.parse_args(argv)
    registry = given.to.removesuffix("/") if given.to.startswith(REGISTRY) else ""
    folder = ROOT / "var/release" if registry else Path(given.to)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty; a release is packed into a folder of its own")

    _run(given.helm, "package", ROOT / "charts/mercarich", "--destination", folder, "--app-version", given.tag)
    [chart] = folder.glob("*.tgz")
    archive.wrap_chart(chart, folder / f"mercarich-chart-{chart.stem.removeprefix('mercarich-')}.tar")
    with tempfile.TemporaryDirectory() as elsewhere:
        saved = Path(elsewhere) if registry else folder
        for service in given.services:
            file = saved / f"mercarich-{service}-{given.tag}.tar"
            _save(
                given.save, file, f"{registry.removeprefix(REGISTRY)}/".lstrip("/") + f"mercarich-{service}:{given.tag}"
            )
            _bill(given.bill, folder / f"mercarich-{service}.cdx.json", file, service, given.tag)
            if registry:
                file.unlink()
    if registry:
        _run(given.helm, "push", chart, registry)
    for name in BESIDES:
        shutil.copy(ROOT / name, folder)
    (folder / SUMS).write_text("".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir())))
    print(f"checksums, bills of materials and what else is a file: {folder}")  # noqa: T201


def _save(command: str, file: Path, image: str) -> None:
    subprocess.run([word.format(file=file, image=image) for word in shlex.split(command)], check=True)


def _bill(command: str, path: Path, file: Path, service: str, tag: str) -> None:
    source = ROOT / "services" / service
    words = ("--pyproject", source / "pyproject.toml", "--output-file", path, source / "requirements.lock")
    # It warns that nothing depends on anything, which `complete` says.
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    subprocess.run([*shlex.split(command), "requirements", "--output-reproducible", *words], check=True, env=quiet)
    try:
        with tarfile.open(file) as tar:
            bill.complete(path, archive.Image(tar), service, tag)
    except ValueError as error:
        raise SystemExit(f"{file.name}: {error}") from error


def _run(command: str, *arguments: str | Path) -> None:
    subprocess.run([*shlex.split(command), *arguments], check=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
