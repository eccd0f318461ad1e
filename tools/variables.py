"""Every environment variable of every process, read from where it is defined.

A field of a settings class is described by its docstring. A variable that is read elsewhere is a constant of its module
with such a docstring. Both have, each on a line of its own, `Unit:`, `Why:`, and `Zero:` or `Empty:`.
"""

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from mercarich_contracts.sites import SITES
from mercarich_local.system import MARKET, PORTS, port_variable
from mercarich_marketplace.settings import ProxySettings
from mercarich_platform import proxy_urls
from mercarich_platform.proxy_urls import ProxyUrls
from mercarich_platform.settings import SharedSettings

ROOT = Path(__file__).parents[1]
SOURCES = ("libs", "services", "local")
LOCAL = "One machine (`make up`)"
SCHEDULED = "Commands that the schedule starts"
_HEADINGS: Mapping[str, str] = {
    "mercarich_platform": "Every process",
    "mercarich_db": SCHEDULED,
    "mercarich_runs": SCHEDULED,
    "mercarich_checker": "Checker",
    "mercarich_updater": "Updater",
    "mercarich_feed": "Feed",
    "mercarich_web": "Pages (`mercarich-web serve`)",
    "mercarich_operator": "Operator",
    "mercarich_local": LOCAL,
}
PROXIES = "Proxies"
_OWN_HEADINGS: Mapping[str, str] = {
    "ProxySettings": PROXIES,
    "WebSettings": "Sellers' jobs (`mercarich-web worker`)",
    "NoticesSettings": "Notices (`mercarich-web notices`, which reads `PAGES_…`, too)",
}
"""Headings of the classes that do not belong under their package's heading."""
_ORDER = ("Every process", PROXIES, *_HEADINGS.values(), *_OWN_HEADINGS.values())
_UNBOUND: Mapping[type, str] = {str: "any text", Path: "a path", date: "a day, as 2026-11-28"}
_LINE = re.compile(r"^(Unit|Why|Zero|Empty): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A variable, or a setting of the database, with its row in docs/settings.md."""

    name: str
    default: str
    allowed: str
    """Bounds, choices, or "secret"."""
    meaning: str
    unit: str
    why: str
    zero: str
    """What happens at zero, or when it is empty."""
    can_be_nothing: bool
    is_number: bool
    own: bool = False
    """Whether a seller may have an own value."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return what its definition lacks."""
        needed = {
            "meaning": bool(self.meaning),
            "unit": bool(self.unit) or not self.is_number,
            "why": bool(self.why),
            "zero": bool(self.zero) or not self.can_be_nothing,
        }
        return tuple(name for name, said in needed.items() if not said)


def variables() -> Mapping[str, list[Entry]]:
    """Return the variables by the processes that read them, in the order of the page."""
    found: dict[str, list[Entry]] = {heading: [] for heading in _ORDER}
    for settings in settings_classes():
        found[_heading(settings)] += _fields(settings)
    for path in _modules():
        if some := list(_constants(path)):
            found[_HEADINGS[_package(path)]] += some
    found[LOCAL] += [*_market(), *_ports()]
    return {heading: some for heading, some in found.items() if some}


def settings_classes() -> Iterator[type[BaseSettings]]:
    """Return every class that reads the environment. The proxies' common class stands for all of them."""
    yield SharedSettings
    yield ProxySettings
    for path in sorted(ROOT.glob("services/*/src/*/settings.py")):
        for one in vars(import_module(f"{path.parent.name}.settings")).values():
            if isinstance(one, type) and one.__module__ == f"{path.parent.name}.settings" and _is_own(one):
                yield one


def _is_own(one: type) -> bool:
    return issubclass(one, BaseSettings) and not issubclass(one, ProxySettings)


def read_by_name() -> Iterator[tuple[Path, int, str | None]]:
    """Yield where a variable is read without a settings class: the module, the line, and the constant that names it
    (None: no constant does)."""
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(value=owner, attr="get" | "pop" | "setdefault"), args=[name, *_]) if (
                    _is_environment(owner)
                ):
                    yield path, node.lineno, name.id if isinstance(name, ast.Name) else None
                case ast.Subscript(value=owner, slice=name, ctx=ast.Load()) if _is_environment(owner):
                    yield path, node.lineno, name.id if isinstance(name, ast.Name) else None
                case ast.Attribute(value=ast.Name("os"), attr="getenv"):
                    yield path, node.lineno, None


def constants() -> set[str]:
    """Return the names of the constants that name a variable."""
    return {name for path in _modules() for name, _, _ in _documented(path)}


def _is_environment(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def _fields(settings: type[BaseSettings]) -> Iterator[Entry]:
    said = _docstrings(settings)
    prefixes = [str(settings.model_config.get("env_prefix", ""))]
    if settings is ProxySettings:
        prefixes = sorted(site.proxy_prefix for site in SITES.values())
    if issubclass(settings, ProxyUrls):
        yield from _proxy_urls(prefixes[0])
    for name, field in settings.model_fields.items():
        if name in ProxyUrls.model_fields:
            continue
        parts = _parts(said.get(name, ""))
        kinds = _kinds(field.annotation)
        is_number = bool(kinds & {int, float})
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        for prefix in prefixes:
            yield Entry(
                name=f"{prefix}{name}".upper(),
                default=_shown(default),
                allowed=_allowed(field, kinds),
                meaning=parts["Meaning"],
                unit=parts["Unit"],
                why=parts["Why"],
                zero=parts["Empty"] or parts["Zero"],
                can_be_nothing=default is None or default == "" or (is_number and _takes_zero(field)),
                is_number=is_number,
            )


def _proxy_urls(prefix: str) -> Iterator[Entry]:
    for name, marketplace in proxy_urls.variables(prefix).items():
        site = SITES[marketplace]
        meaning = f"where this process asks about {site.words.en}"
        why = "the proxy's port on one machine"
        yield Entry(name, site.proxy_url, "any text", meaning, "", why, "", False, False)


def _constants(path: Path) -> Iterator[Entry]:
    for _, value, text in _documented(path):
        parts = _parts(text)
        yield Entry(value, "", "any text", parts["Meaning"], parts["Unit"], parts["Why"], parts["Empty"], True, False)


def _market() -> Iterator[Entry]:
    for one in MARKET:
        least = "0 or more" if one.zero else "1 or more"
        allowed = "0 to 1" if one.unit.startswith("share") else least
        yield Entry(one.name, one.default, allowed, one.meaning, one.unit, one.why, one.zero, bool(one.zero), True)


def _ports() -> Iterator[Entry]:
    for name, port in PORTS.items():
        meaning, why = "where the process of that name listens", "its usual port on one machine"
        yield Entry(port_variable(name), str(port), "1 to 65,535", meaning, "port", why, "", False, True)


def _documented(path: Path) -> Iterator[tuple[str, str, str]]:
    """Return the module's constants that name a variable: their names, the variables, the docstrings."""
    body = ast.parse(path.read_text()).body
    for one, after in itertools.pairwise(body):
        match one, after:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))),
                ast.Expr(value=ast.Constant(value=str(text))),
            ) if _LINE.search(text):
                yield name, value, text


def _docstrings(settings: type[BaseSettings]) -> dict[str, str]:
    """Return the docstring below each field."""
    source = Path(str(import_module(settings.__module__).__file__)).read_text()
    (body,) = (
        node.body
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == settings.__name__
    )
    return {
        one.target.id: after.value.value
        for one, after in itertools.pairwise(body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
    }


def _parts(text: str) -> dict[str, str]:
    """Return a docstring's meaning and its labelled lines, each as one line."""
    plain = re.sub(r"^[ ]+", "", text, flags=re.MULTILINE)
    meaning, *rest = _LINE.split(plain)
    said = dict(zip(rest[::2], rest[1::2], strict=True))
    parts = {"Meaning": meaning, "Unit": "", "Why": "", "Zero": "", "Empty": "", **said}
    return {name: " ".join(part.split()) for name, part in parts.items()}


def _kinds(annotation: Any) -> set[Any]:
    """Return the types that a value may have, without None."""
    if get_origin(annotation) is Literal:
        return {annotation}
    return {kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType}


def _allowed(field: FieldInfo, kinds: set[Any]) -> str:
    if SecretStr in kinds:
        return "secret"
    if bool in kinds:
        return "true, false"
    choices = [choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)]
    if choices:
        return ", ".join(choices)
    bounds = _bounds(field)
    if not bounds:
        return next(word for kind, word in _UNBOUND.items() if kind in kinds)
    low, high = bounds.get("ge", bounds.get("gt", 0)), bounds.get("le")
    above = "above " if "gt" in bounds else ""
    return f"{above}{low:,.10g}" + (f" to {high:,.10g}" if high is not None else ("" if above else " or more"))


def _bounds(field: FieldInfo) -> dict[str, float]:
    return {
        name: getattr(one, name)
        for one in field.metadata
        for name in ("ge", "gt", "le")
        if getattr(one, name, None) is not None
    }


def _takes_zero(field: FieldInfo) -> bool:
    bounds = _bounds(field)
    return "gt" not in bounds and bounds.get("ge", 0) <= 0


def _shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, float):
        return f"{default:,g}"
    return str(default).lower() if isinstance(default, bool) else str(default)


def _heading(settings: type[BaseSettings]) -> str:
    return _OWN_HEADINGS.get(settings.__name__) or _HEADINGS[settings.__module__.split(".")[0]]


def _package(path: Path) -> str:
    return path.relative_to(ROOT).parts[path.relative_to(ROOT).parts.index("src") + 1]


def _modules() -> Iterable[Path]:
    return sorted(path for source in SOURCES for path in (ROOT / source).rglob("src/**/*.py"))
