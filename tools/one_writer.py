"""Check that only the store of listings writes `listings` and `listing_events`: `python -m tools.one_writer`, part of
`make arch`.

The check reads the code and does not run it. A module may read the two tables, join them and select from them. It may
not insert into them, update or delete, name them in a text of SQL that does so, or pass them to something that could:
an unknown function, a structure, a return value. Writes that the check cannot see are caught by the guard of
tests/integration/conftest.py.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLES = frozenset({"listings", "listing_events"})
STORE = "mercarich_listings.store"
MIGRATIONS = "mercarich_db.migrations"
EXEMPT: Mapping[str, str] = {
    "mercarich_updater.adapters.updates": "names the columns of a run's work on a listing; the store writes them",
}
"""Modules that may write all the same, with the reason. An exemption that is not needed any more fails, too."""

_OF_TABLES = ("mercarich_db.tables", "mercarich_db.tables.offers")
_WRITES = frozenset(
    {"insert", "update", "delete", "update_rows", "insert_rows", "insert_missing", "insert_or_add", "replace"}
)
_READS = frozenset(
    {"select", "select_from", "join", "outerjoin", "exists", "alias", "aliased", "with_for_update", "with_hint"}
    | {"outerjoin_from", "add_columns", "correlate", "correlate_except", "count", "isinstance", "walking"}
)
_READ_OF = frozenset({"c", "columns", "alias", "join", "outerjoin", "select", "primary_key"})
SQL = re.compile(
    r"\b(?:insert(?:\s+or\s+\w+|\s+ignore)?\s+into|replace\s+into|update|delete\s+from|truncate(?:\s+table)?)"
    rf"\s+[`\"]?(?:{'|'.join(sorted(TABLES))})\b",
    re.IGNORECASE,
)
"""The beginning of a statement that writes one of the tables."""


@dataclass(frozen=True, slots=True)
class Finding:
    module: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}"


def main() -> int:
    problems = [str(found) for found in findings() if found.module not in EXEMPT]
    problems += [f"{name}: is exempt and writes neither table; leave it out of EXEMPT" for name in needless()]
    for problem in problems:
        print(problem)  # noqa: T201
    if problems:
        print(f"{len(problems)} problems: only {STORE} writes {' and '.join(sorted(TABLES))}")  # noqa: T201
    return 1 if problems else 0


def findings() -> list[Finding]:
    """Return the violations in every module of the product, including the exempt ones."""
    files = [*ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("local/src/**/*.py")]
    found: list[Finding] = []
    for file in sorted(files):
        module = _name(file)
        if module != STORE and not module.startswith(MIGRATIONS):
            found += findings_in(module, file.read_text(encoding="utf-8"))
    return found


def needless() -> list[str]:
    return sorted(set(EXEMPT) - {found.module for found in findings()})


def findings_in(module: str, code: str) -> list[Finding]:
    tree = ast.parse(code)
    reader = _Reader(tree)
    return [Finding(module, line, what) for line, what in sorted(set(reader.findings()))]


class _Reader:
    """Check one module: by which names it knows the tables, and what it does with them."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._parents = {child: node for node in self._nodes for child in ast.iter_child_nodes(node)}
        self._modules: set[str] = set()
        self._names: dict[str, str] = {}
        for node in self._nodes:
            self._take_import(node)
        while self._take_aliases():
            continue

    def findings(self) -> Iterator[tuple[int, str]]:
        for node in self._nodes:
            line = getattr(node, "lineno", 0)
            if (table := self._table(node)) is not None:
                what = self._done_with(node, table)
                if what is not None:
                    yield line, what
            elif isinstance(node, ast.ImportFrom) and node.module in _OF_TABLES and node.names[0].name == "*":
                yield line, "imports every table without its name"
            elif isinstance(node, ast.Name) and node.id in self._modules and not self._is_named(node):
                yield line, "hands on the module of tables, or takes a table by a name that only a run knows"
            elif (text := self._text(node)) is not None and (said := SQL.search(text)):
                yield line, f"says “{' '.join(said[0].split())}”"

    def _take_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                if node.module in _OF_TABLES and name.name in TABLES:
                    self._names[name.asname or name.name] = name.name
                elif f"{node.module}.{name.name}" in _OF_TABLES:
                    self._modules.add(name.asname or name.name)
        elif isinstance(node, ast.Import):
            self._modules |= {name.asname for name in node.names if name.name in _OF_TABLES and name.asname}

    def _take_aliases(self) -> bool:
        """Record another name of a table, as in `offers = listings`. Return whether it is a new one."""
        known = len(self._names)
        for node in self._nodes:
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                table = self._table(node.value)
                if table is not None:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    self._names |= {target.id: table for target in targets if isinstance(target, ast.Name)}
        return len(self._names) > known

    def _table(self, node: ast.AST) -> str | None:
        """Return the table that an expression is."""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute) and node.attr in TABLES and self._is_module(node.value):
            return node.attr
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in TABLES:
            whole = node.value
            if isinstance(whole, ast.Attribute) and whole.attr == "tables":
                return str(node.slice.value)
        return None

    def _is_module(self, node: ast.AST) -> bool:
        return (isinstance(node, ast.Name) and node.id in self._modules) or ast.unparse(node) in _OF_TABLES

    def _is_named(self, node: ast.Name) -> bool:
        return isinstance(self._parents.get(node), ast.Attribute)

    def _done_with(self, node: ast.AST, table: str) -> str | None:
        """Return the violation, or None when the table is only read."""
        parent = self._parents[node]
        if isinstance(parent, ast.keyword):
            parent = self._parents[parent]
        if isinstance(parent, ast.Attribute):
            return self._attribute(parent, table)
        if isinstance(parent, ast.Call) and parent.func is not node:
            callee = _last_name(parent.func)
            if callee in _READS:
                return None
            return f"writes {table}: {callee}()" if callee in _WRITES else f"hands {table} to {callee}()"
        if isinstance(parent, ast.Compare | ast.Expr):
            return None
        if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr) and self._names_only(parent):
            return None
        return f"keeps {table} where somebody could write it"

    def _names_only(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> bool:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return all(isinstance(target, ast.Name) for target in targets)

    def _attribute(self, node: ast.Attribute, table: str) -> str | None:
        if node.attr in _WRITES:
            return f"writes {table}: .{node.attr}()"
        if node.attr not in _READ_OF:
            return f"takes .{node.attr} of {table}"
        outer: ast.AST = node
        while isinstance(outer, ast.Attribute | ast.Subscript):
            if isinstance(outer, ast.Attribute) and outer.attr == "table":
                return f"takes {table} back from its column"
            outer = self._parents[outer]
        return None

    def _text(self, node: ast.AST) -> str | None:
        """Return a text that is not a docstring; each value in an f-string becomes a blank."""
        if isinstance(node, ast.JoinedStr):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else " " for part in node.values)
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        return str(node.value) if is_text and not isinstance(self._parents[node], ast.Expr) else None  # type: ignore[attr-defined]


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else "a function"


def _name(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[parts.index("src") + 1 :]).removesuffix(".__init__")


if __name__ == "__main__":
    sys.exit(main())
