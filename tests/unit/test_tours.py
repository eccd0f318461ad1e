"""Each service's README has a reading tour that is true: what a process imports, from its start to what it writes.

The rule, of each list below a heading "The path …":

- the first step is where a process or a command of the service begins, by its pyproject;
- each further step is reached from there, *through steps before it alone*, by as few imports as anywhere in the
  product: so each is imported by an earlier one, and nothing on the shortest way to it is left out;
- the last step writes: it imports a driver (`tours.DRIVERS`), so that no tour ends before something leaves the process;
- each step says in some words what it decides or does.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from tests.unit.tours import graph, modules, problems, roots, tours

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
MOST_STEPS = 14
"""Of one tour: what a reader keeps in mind."""
SECTIONS = ("## Processes", "## The path", "## What it reads and writes", "## Alone")


@pytest.mark.parametrize("service", SERVICES)
def test_each_tour_is_what_its_process_imports_up_to_what_it_writes(service: str) -> None:
    folder = ROOT / "services" / service
    found = tours(folder / "README.md")
    assert found
    known, arrows = _imports()
    starts = roots(folder, known)
    wrong = {tour.name: said for tour in found if (said := list(problems(tour.steps, starts, arrows)))}
    assert wrong == {}
    assert [step for tour in found for step in tour.untold] == []
    assert max(len(tour.steps) for tour in found) <= MOST_STEPS


@pytest.mark.parametrize("service", SERVICES)
def test_a_readme_says_what_there_is_to_say_and_names_every_process(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text()
    places = [text.find(f"\n{section}") for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)
    commands = [line.partition(": ")[2].split() for line in (ROOT / "Procfile").read_text().splitlines()]
    run = {" ".join(words[:2]) for words in commands if words and words[0] == f"mercarich-{service}"}
    assert [one for one in run if one not in text] == []


def test_every_service_has_a_tour_that_begins_in_its_main_module() -> None:
    for service in SERVICES:
        folder = ROOT / "services" / service
        begins = {tour.steps[0].name for tour in tours(folder / "README.md")}
        assert "__main__.py" in begins, service


@cache
def _imports() -> tuple[Mapping[str, Path], Mapping[Path, frozenset[Path]]]:
    """The product's modules, and who imports whom. Parsed once, by the tests and not whenever tests are collected."""
    known = modules(ROOT)
    return known, graph(known)


def _product(tmp_path: Path, **texts: str) -> tuple[dict[str, Path], Path]:
    """A service of these modules, each with its text; `main` is where its process begins."""
    package = tmp_path / "services" / "shop" / "src" / "shop"
    package.mkdir(parents=True)
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text)
    (tmp_path / "services" / "shop" / "pyproject.toml").write_text('[project]\nscripts = {shop = "shop.main:main"}\n')
    return {path.stem: path.resolve() for path in package.glob("*.py")}, tmp_path


def _problems(product: tuple[dict[str, Path], Path], *names: str) -> list[str]:
    files, root = product
    known = modules(root)
    steps = [files[name] for name in names]
    return list(problems(steps, roots(root / "services" / "shop", known), graph(known)))


@pytest.fixture
def shop(tmp_path: Path) -> tuple[dict[str, Path], Path]:
    return _product(
        tmp_path,
        main="def main():\n    from shop import wiring\n",
        wiring="from shop.use import Use\nfrom shop.rows import save\n",
        use="from shop import domain\n",
        domain="",
        rows="import sqlalchemy\nfrom shop import domain\n",
        lonely="import sqlalchemy\n",
    )


def test_a_true_tour_has_no_problem(shop: tuple[dict[str, Path], Path]) -> None:
    assert _problems(shop, "main", "wiring", "use", "domain", "rows") == []


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("wiring", "rows"), "where no process begins"),
        (("main", "rows"), "not by the steps before it"),
        (("main", "wiring", "domain", "rows"), "not by the steps before it"),
        (("main", "wiring", "use", "domain"), "which writes nothing"),
        (("main", "wiring", "lonely"), "imported by nothing"),
        (("main", "wiring", "rows", "rows"), "goes twice"),
    ],
)
def test_what_is_left_out_or_out_of_order_is_named(
    shop: tuple[dict[str, Path], Path], names: tuple[str, ...], problem: str
) -> None:
    assert any(problem in one for one in _problems(shop, *names))


def test_what_only_a_type_checker_imports_is_no_way(tmp_path: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import rows\n"
    product = _product(tmp_path, main=text, rows="import sqlalchemy\n")
    assert any("imported by nothing" in one for one in _problems(product, "main", "rows"))
