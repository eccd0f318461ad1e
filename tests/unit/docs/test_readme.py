"""README.md: short, and its figures are those that were measured."""

import re
from pathlib import Path

from tools.page_pictures import PICTURES

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PERFORMANCE = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
SOAK = (ROOT / "tests/soak/README.md").read_text(encoding="utf-8")
MOST_BYTES = 120_000
"""Of a picture."""


def rows(page: str, begin: str, end: str) -> list[list[str]]:
    """Return the rows of the table between two marks, its head excluded."""
    table = page.partition(begin)[2].partition(end)[0]
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    return lines[2:]


def number(cell: str) -> float:
    found = re.match(r"[\d.,]+", cell)
    assert found, cell
    return float(found[0].replace(",", ""))


def pictures(page: Path) -> list[Path]:
    found = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    return [(page.parent / picture).resolve() for picture in found]


def test_it_has_fewer_than_120_lines_and_shows_pictures_that_exist() -> None:
    shown = pictures(ROOT / "README.md")

    assert len(README.splitlines()) < 120
    assert len(shown) == len(PICTURES) + 1, "and how it works"
    assert [picture for picture in shown if not picture.is_file()] == []


def test_every_picture_of_a_page_is_taken_anew_with_the_others() -> None:
    shown = {picture for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")) for picture in pictures(page)}
    taken = {ROOT / f"docs/pages/{name}.png" for name in PICTURES}

    assert {picture for picture in shown if picture.suffix != ".svg"} == taken == {*(ROOT / "docs/pages").iterdir()}


def test_the_pictures_are_small() -> None:
    sizes = {name: (ROOT / f"docs/pages/{name}.png").stat().st_size for name in PICTURES}

    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


def test_the_freshness_is_the_measured_one() -> None:
    [withdrawals, *_] = rows(PERFORMANCE, "<!-- table withdrawals -->", "<!-- end withdrawals -->")

    half, most = number(withdrawals[1]), number(withdrawals[2])
    assert f"{half:.2f} s from the commit of a withdrawal to Amazon's acceptance (p50), {most:.2f} s (p99)" in README


def test_the_mistakes_are_those_of_the_simulated_weeks() -> None:
    weeks = rows(SOAK, "<!-- results -->", "<!-- end results -->")
    withdrawn, wrong, faults = (sum(int(number(week[column])) for week in weeks) for column in (2, 3, 6))

    assert f"{wrong} wrong withdrawals among {withdrawn:,} in {len(weeks)} simulated weeks" in README
    assert f"with {faults:,} faults and events" in README


def test_the_cost_is_the_measured_one() -> None:
    sides = {row[0]: row for row in rows(PERFORMANCE, "<!-- table mercari -->", "<!-- end mercari -->")}
    cost = number(sides["Mercarich, 1 checker, 256 calls"][3])
    ratios = {name: number(sides[name][6]) for name in ("rq Worker, an item a job", "rq Worker, 50 a job", "arq 256")}
    one, fifty, arq = ratios.values()

    assert f"{cost:.2f} ms of CPU a check: {one:.1%} of rq" in README
    assert f"{fifty:.0%} of rq with 50 items a job, {arq:.0%} of arq" in README
