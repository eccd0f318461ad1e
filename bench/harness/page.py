"""Write the stored results into docs/performance.md, between its markers. The rest of the page stays."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.harness.result import ROOT, Goal, Result, Table
from bench.harness.spread import digits

PAGE = ROOT / "docs" / "performance.md"
GOALS = "goals"
RUNS = "runs"


def write(results: Mapping[str, tuple[Mapping[str, Any], Result]], page: Path = PAGE) -> list[str]:
    """Write the tables and return the names of those written. A table whose benchmark was not run stays as it is."""
    tables = {GOALS: goals_table([goal for _, result in results.values() for goal in result.goals])}
    tables[RUNS] = _runs_table([head for head, _ in results.values()])
    for _, result in results.values():
        tables |= result.tables
    text = page.read_text()
    there = [name for name in tables if _marked(name).search(text)]
    for name in there:
        text = put(text, name, markdown(tables[name]))
    page.write_text(text)
    return there


def put(text: str, name: str, block: str) -> str:
    """Return the page with the text between the markers of `name` replaced. Raises `ValueError` without the markers."""
    if not _marked(name).search(text):
        raise ValueError(f"the page has no <!-- table {name} --> … <!-- end {name} -->")
    return _marked(name).sub(lambda found: f"{found[1]}\n\n{block}\n\n{found[2]}", text)


def goals_table(goals: Sequence[Goal]) -> Table:
    rows = [
        [goal.id, goal.what, f"{goal.value} {goal.unit}".strip(), _bound(goal), "met" if goal.met else "**missed**"]
        for goal in sorted(goals, key=lambda goal: (goal.id[0], int(goal.id[1:])))
    ]
    return Table(["#", "measured", "median (min–max)", "goal", ""], rows)


def markdown(table: Table) -> str:
    lines = [table.headings, ["---"] * len(table.headings), *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _bound(goal: Goal) -> str:
    if goal.at_least is not None and goal.at_most is not None:
        return f"{digits(goal.at_least)}–{digits(goal.at_most)}"
    if goal.at_most is not None:
        return f"≤ {digits(goal.at_most)}"
    return "–" if goal.at_least is None else f"≥ {digits(goal.at_least)}"


def _runs_table(heads: Sequence[Mapping[str, Any]]) -> Table:
    rows = [
        [
            head["name"],
            head["taken_at"],
            head["commit"],
            "{cores} cores, {memory_gib} GiB, {processor}, Linux {kernel}, Python {python}".format(**head["machine"]),
            f"{head['seconds']} s",
        ]
        for head in heads
    ]
    return Table(["benchmark", "taken at", "commit", "machine", "took"], rows)


def _marked(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- table {re.escape(name)} -->).*?(<!-- end {re.escape(name)} -->)", re.DOTALL)
