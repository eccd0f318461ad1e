"""Calls that are dangerous with what others write, and algorithms: which of them the product's code makes at all."""

import ast
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/security/README.md"
SIMULATOR = ROOT / "services/simulator"
"""It plays the marketplaces, with the checksums that these use."""


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax of each file of the product, by its path."""
    files = [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/*/src/**/*.py"), *ROOT.glob("local/src/**/*.py")]
    return {
        str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8"))
        for file in files
        if SIMULATOR not in file.parents
    }


@cache
def nodes() -> Sequence[tuple[str, ast.AST]]:
    return [(path, node) for path, tree in trees().items() for node in ast.walk(tree)]


@cache
def imported() -> dict[str, set[str]]:
    """Return which names files import, by the module that has them; "" stands for a module as a whole."""
    found = defaultdict(set)
    for _, node in nodes():
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.name].add("")
        if isinstance(node, ast.ImportFrom):
            found[node.module or ""] |= {alias.name for alias in node.names}
    return found


def called() -> set[str]:
    """Return the names of all that is called, without what it belongs to."""
    return {_name(node.func) for _, node in nodes() if isinstance(node, ast.Call)}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_no_code_is_made_of_text() -> None:
    calls = {node.func.id for _, node in nodes() if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}

    assert len(calls) > 100
    assert calls & {"eval", "exec", "compile", "__import__"} == set()
    assert called() & {"from_string", "import_string"} == set(), "no template is made of text"
    assert imported().keys() & {"pickle", "marshal", "shelve", "yaml", "dill", "xml", "lxml", "runpy"} == set()


def test_no_command_goes_through_a_shell() -> None:
    words = {word.arg for _, node in nodes() if isinstance(node, ast.Call) for word in node.keywords}

    assert "Popen" in called(), "commands are started"
    assert "shell" not in words
    assert called() & {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"} == set()


WITH_NAMES = {
    "libs/db/src/mercarich_db/bulk.py",
    "libs/db/src/mercarich_db/engine.py",
    "libs/db/src/mercarich_db/migrations/columns.py",
    "libs/db/src/mercarich_db/own_rows.py",
    "libs/runs/src/mercarich_runs/adapters/pending_sql.py",
    "services/web/src/mercarich_web/migration/sql/original.py",
}
"""Files that make SQL as text, each reviewed: of names of the code and of numbers alone."""


def test_sql_is_made_of_nothing_that_people_write() -> None:
    made = {
        path
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and node.args
        and not isinstance(node.args[0], ast.Constant)
        and (_name(node.func) in {"exec_driver_sql", "literal_column", "TextClause"} or _of_sqlalchemy(path, node))
    }

    assert made == WITH_NAMES


def _of_sqlalchemy(path: str, node: ast.Call) -> bool:
    imports = (one for one in ast.walk(trees()[path]) if isinstance(one, ast.ImportFrom) and one.module == "sqlalchemy")
    return _name(node.func) == "text" and "text" in {alias.name for one in imports for alias in one.names}


def test_hashes_and_ciphers_are_approved_ones_of_kept_libraries_and_the_page_names_them() -> None:
    hashes = defaultdict(set)
    for path, node in nodes():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib":
            hashes[node.attr].add(path)
    names = imported()
    primitives = {name for module, found in names.items() if module.startswith("cryptography.hazmat") for name in found}
    texts = {node.value for _, node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    section = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8")).partition("## Secrets and personal data")[2]

    assert hashes.keys() == {"sha256", "sha1"}
    assert hashes["sha1"] == {"services/web/src/mercarich_web/identity/codes.py"}, "RFC 6238 alone"
    assert names["hashlib"] == {""}, "so that each use is found above"
    assert texts & {"md5", "sha1", "MD5", "SHA1"} == set()
    assert primitives == {"AESGCM", "ec", "decode_dss_signature", "HKDF", "SHA256", "Encoding", "PublicFormat"}
    named = ("AES-256-GCM", "AES-128-GCM", "HKDF", "HMAC-SHA-256", "SHA-1", "argon2id", "P-256")
    assert [one for one in named if one not in section] == []


def test_secrets_come_from_the_systems_chance() -> None:
    web = [path for path in trees() if path.startswith("services/web/")]
    sources = "".join((ROOT / path).read_text(encoding="utf-8") for path in web)
    lengths = re.findall(r"token_(?:urlsafe|hex|bytes)\((\w*)\)", sources)
    by_number = [int(length) for length in lengths if length.isdigit()]

    assert [path for path in web if _imports_random(path)] == []
    assert not re.search(r"\buuid[0-9]?\b|getrandbits", sources)
    assert len(lengths) >= 3
    assert min(by_number) >= 8
    assert sorted(by_number)[1] >= 16, "128 bits; the one below is what a form's token differs by in each page"


def _imports_random(path: str) -> bool:
    return any(
        (isinstance(node, ast.Import) and "random" in {alias.name for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and node.module == "random")
        for node in ast.walk(trees()[path])
    )
