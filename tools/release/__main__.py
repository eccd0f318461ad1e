"""Pack the chart, the saved images, a bill of materials of each image, and checksums: `make release TO=…`.

Into a folder; or with `oci://registry.example/path` the chart into that registry, where the images are already, and the
rest into var/release.
"""

import argparse
import hashlib
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REGISTRY = "oci://"
SUMS = "SHA256SUMS"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="tools.release", description=__doc__.splitlines()[0])
    parser.add_argument("to")
    parser.add_argument("--tag", required=True)
    parser.add_argument("--services", nargs="+", required=True)
    parser.add_argument("--helm", default="helm")
    parser.add_argument("--save", default="docker save --output", help="takes a file and an image")
    parser.add_argument("--bill", default="cyclonedx-py")
    given = parser.parse_args(argv)
    is_remote = given.to.startswith(REGISTRY)
    folder = ROOT / "var/release" if is_remote else Path(given.to)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty; a release is packed into a folder of its own")

    _run(given.helm, "package", ROOT / "charts/mercarich", "--destination", folder, "--app-version", given.tag)
    for service in given.services:
        name, source = f"mercarich-{service}", ROOT / "services" / service
        bill = ("--pyproject", source / "pyproject.toml", "--output-file", folder / f"{name}.cdx.json")
        _run(given.bill, "requirements", "--output-reproducible", *bill, source / "requirements.lock")
        if not is_remote:
            _run(given.save, folder / f"{name}-{given.tag}.tar", f"{name}:{given.tag}")
    if is_remote:
        [chart] = folder.glob("*.tgz")
        _run(given.helm, "push", chart, given.to)
    (folder / SUMS).write_text("".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir())))
    print(f"checksums, bills of materials and what else is a file: {folder}")  # noqa: T201


def _run(command: str, *arguments: str | Path) -> None:
    subprocess.run([*shlex.split(command), *arguments], check=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
