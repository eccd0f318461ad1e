"""The reading tours of the services' READMEs, and who imports whom in the product."""

import ast
import re
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DRIVERS = frozenset(
    {"aiohttp", "fastapi", "http.client", "httpx", "mercarich_platform.kafka", "sqlalchemy", "starlette", "uvicorn"}
)
"""By one of these whatever the product writes leaves a process: a row, a record, a request, an answer."""
_STEP = re.compile(r"^\d+\. \[`(?P<shown>[^`]+)`\]\((?P<target>[^)]+)\)(?P<told>.*)$")
_MODULE = re.compile(r"mercarich_\w+(\.\w+)+")
_HEADING = re.compile(r"^## (?P<name>The path\b.*)$")


@dataclass(frozen=True, slots=True)
class Tour:
    """One numbered list below a heading "The path …"."""

    name: str
    steps: list[Path] = field(default_factory=list)
    untold: list[Path] = field(default_factory=list)
    """Steps of which the list says nothing."""


def tours(readme: Path) -> list[Tour]:
    found: list[Tour] = []
    in_tour = False
    for line in readme.read_text().splitlines():
        if line.startswith("## "):
            heading = _HEADING.match(line)
            in_tour = heading is not None
            if heading is not None:
                found.append(Tour(heading["name"]))
        elif in_tour and (step := _STEP.match(line)):
            path = (readme.parent / step["target"]).resolve()
            found[-1].steps.append(path)
            if len(step["told"].split()) < 3:
                found[-1].untold.append(path)
    return found


def modules(root: Path) -> dict[str, Path]:
    """Every module of the product by its name."""
    found: dict[str, Path] = {}
    for source in (*root.glob("libs/*/src"), *root.glob("services/*/src"), *root.glob("local/src")):
        for path in source.rglob("*.py"):
            parts = path.relative_to(source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.resolve()
    return found


def imports(path: Path) -> set[str]:
    """What a file imports, at its top or within a function, by names as they are written: `a.b` and `a.b.c` of
    `from a.b import c`; and what it has imported by name, as the kit imports a proxy's root. What only a type checker
    imports is left out."""
    found: set[str] = set()
    for node in _running(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _MODULE.fullmatch(node.value):
            found.add(node.value)
    return found


def graph(known: Mapping[str, Path]) -> dict[Path, frozenset[Path]]:
    """Each module's file, and the files of the modules that it imports."""
    return {
        path: frozenset(known[one] for one in imports(path) if one in known) - {path} for path in set(known.values())
    }


def roots(service: Path, known: Mapping[str, Path]) -> set[Path]:
    """Where the service's processes and commands begin, by its pyproject."""
    project = tomllib.loads((service / "pyproject.toml").read_text())["project"]
    groups = project.get("entry-points", {})
    commands = [groups.get(group, {}) for group in ("mercarich.commands", "mercarich.marketplace_commands")]
    points = [point for group in (project.get("scripts", {}), *commands) for point in group.values()]
    return {known[point.split(":")[0]] for point in points}


def problems(steps: Sequence[Path], starts: set[Path], arrows: Mapping[Path, frozenset[Path]]) -> Iterator[str]:
    """What is wrong with a tour; nothing for a true one."""
    missing = [step for step in steps if step not in arrows]
    if missing or not steps:
        yield f"no modules: {_told(missing)}"
        return
    if steps[0] not in starts:
        yield f"begins in {_told(steps[:1])}, where no process begins"
    if len(set(steps)) < len(steps):
        yield "goes twice through a module"
    anywhere = _distances(steps[0], arrows, set(arrows))
    for number, step in enumerate(steps[1:], start=1):
        within = _distances(steps[0], arrows, set(steps[: number + 1]))
        if step not in anywhere:
            yield f"{_told([step])} is imported by nothing that the process loads"
        elif within.get(step) != anywhere[step]:
            yield f"{_told([step])} is {anywhere[step]} imports away from the process, but not by the steps before it"
    if not imports(steps[-1]) & DRIVERS:
        yield f"ends in {_told(steps[-1:])}, which writes nothing: it imports none of {', '.join(sorted(DRIVERS))}"


def _distances(start: Path, arrows: Mapping[Path, frozenset[Path]], through: set[Path]) -> dict[Path, int]:
    """Imports from the start to each module, by way of modules of `through` alone."""
    found = {start: 0}
    waiting = deque([start])
    while waiting:
        one = waiting.popleft()
        for target in arrows[one] & through:
            if target not in found:
                found[target] = found[one] + 1
                waiting.append(target)
    return found


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def _told(paths: Iterable[Path]) -> str:
    return ", ".join("/".join(path.parts[-3:]) for path in paths)
