"""Print the members of the workspace that an image holds, one folder a line: `members.py checker`.

These are the service itself and its direct and indirect dependencies. `make lock` and the Dockerfile run this script.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BESIDES = {"simulator": ["local"]}
"""`mercarich sample_data` fills a database from the simulator, and both are for development only."""


def main() -> None:
    service = sys.argv[1]
    print("\n".join(members(service)))  # noqa: T201


def members(service: str) -> list[str]:
    """Return the folders relative to the root, sorted. Raise `SystemExit` for a name that is no service."""
    files = [*ROOT.glob("*/*/pyproject.toml"), ROOT / "local/pyproject.toml"]
    folders: dict[str, Path] = {_project(file)["name"]: file.parent for file in files}
    first = f"mercarich-{service}"
    if folders.get(first, ROOT).parent.name != "services":
        raise SystemExit(f"members.py: there is no service {service!r} under services/")
    found: set[str] = set()
    waiting = [first, *(f"mercarich-{name}" for name in BESIDES.get(service, []))]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [need for need in _needs(folders[name]) if need in folders]
    return sorted(str(folders[name].relative_to(ROOT)) for name in found)


def _needs(folder: Path) -> list[str]:
    return [
        re.split(r"[\[<>=!~; ]", need, maxsplit=1)[0] for need in _project(folder / "pyproject.toml")["dependencies"]
    ]


def _project(path: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return project


if __name__ == "__main__":
    main()
