"""The result of a benchmark, and the file in which it is stored: `var/bench/NAME.json`, or `var/bench/smoke/`."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.harness.scale import Scale
from bench.harness.spread import Spread

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "var" / "bench"


class NotExact(AssertionError):
    """A side lost a job or did one twice, so that its figures are not comparable."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One line of the page's first table."""

    id: str
    """The goal's number, P1 … P11."""
    what: str
    unit: str
    value: Spread
    at_most: float | None = None
    at_least: float | None = None

    @property
    def met(self) -> bool:
        """By the median."""
        low = float("-inf") if self.at_least is None else self.at_least
        high = float("inf") if self.at_most is None else self.at_most
        return low <= self.value.median <= high


@dataclass(frozen=True)
class Table:
    """Cells as shown; the first column names the row."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Result:
    goals: Sequence[Goal] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    """Tables by the name between the markers of docs/performance.md: `<!-- table NAME -->` … `<!-- end NAME -->`."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """Further values to store as JSON."""


def keep(name: str, scale: Scale, result: Result, seconds: float) -> Path:
    """Write the result and return its file."""
    file = (FOLDER / "smoke" if scale.smoke else FOLDER) / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    head = {"name": name, "taken_at": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(seconds)}
    body = {**head, "scale": scale.name, "machine": machine(), "commit": _commit(), **asdict(result)}
    file.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n")
    return file


def kept() -> dict[str, tuple[Mapping[str, Any], Result]]:
    """Return the results of full runs in this folder, by name: the file's head and the result."""
    found = {}
    for file in sorted(FOLDER.glob("*.json")):
        body = json.loads(file.read_text())
        if "goals" in body and "tables" in body:
            found[file.stem] = (body, _result(body))
    return found


def machine() -> Mapping[str, object]:
    """Describe what the figures depend on, without a name of the machine."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "processor": _processor(),
    }


def _result(body: Mapping[str, Any]) -> Result:
    goals = [Goal(**{**goal, "value": Spread(**goal["value"])}) for goal in body["goals"]]
    tables = {name: Table(**table) for name, table in body["tables"].items()}
    return Result(goals=goals, tables=tables, figures=body["figures"])


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _commit() -> str:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
